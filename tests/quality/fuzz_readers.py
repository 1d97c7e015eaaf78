"""Fuzzing the readers and the outline for as long as told: `python -m tests.quality.fuzz_readers --minutes 20`.

Files of every format are made from made-up directives, then spoilt: bytes flipped, cut out, doubled, swapped; texts are
made of the outline's own labels, tables and page breaks. A reader may refuse with its own error; anything else is told of
with the file's bytes, and the exit code is 1. Readers run in this process, where an unexpected error shows its trace.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
import traceback
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import ChidaoError
from corpus.readers import read_content
from corpus.reading import read_text
from corpus.records import Source
from tests.integration.directive_formats import as_docx, as_html, as_pdf, encoded
from tests.integration.hostile_files import hostile_files

if TYPE_CHECKING:
    from collections.abc import Callable

_SLOW = 20.0  # seconds of this process: Tesseract, called for pages whose text is spoilt, has its own limit
_PIECES = (
    "KẾ HOẠCH", "Số: 12/KH-UBND", "Điều 5.", "I.", "1.1.", "a)", "- ", "+ ", "| TT | Việc | Hạn |", "|---|---|---|", "| 1 | Họp | 2026 |",
    "Nơi nhận:", "TM. ỦY BAN NHÂN DÂN", "PHỤ LỤC I", "\f", "\t", "   ", "[1]", "¹", "trước ngày 31/12/2026", "45%", "từ 2021 - 2025",
    "Sở Y tế chủ trì, phối hợp với Sở Tài chính", "**đậm**", "# Tiêu đề", "(1)", "...", "…/…", "“", "”", "\u0323", "1e9", "9" * 40, "ngày 32/13/0000",
    "nhóm 5 dẫn đầu", "hằng quý", "không quá", "\u202e", "quý V năm 20255", "giảm từ 5% xuống còn -3%", "IIII.", "Đ", "\\", "$", "\u200b",
)  # fmt: skip


def main() -> int:
    """Runs until the time is up; 0 when nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=None, help="folder for the files that break something")
    options = parser.parse_args()
    found, counts = fuzz(options.minutes * 60, options.seed, options.keep)
    print(f"{sum(counts.values())} inputs in {options.minutes:g} minutes: {counts}; {found} broke something")
    return 1 if found else 0


def fuzz(seconds: float, seed: int, keep: Path | None = None) -> tuple[int, dict[str, int]]:
    """How many inputs broke something, and how many of each kind were tried."""
    chance = random.Random(seed)
    seeds = _seeds(chance)
    ends = time.monotonic() + seconds
    counts: dict[str, int] = {}
    found = 0
    while time.monotonic() < ends:
        suffix = chance.choice(list(seeds))
        made = suffix == "text"
        content = _text(chance).encode() if made else _spoilt(chance.choice(seeds[suffix]), suffix, chance)
        counts[suffix] = counts.get(suffix, 0) + 1
        if not _holds(content, suffix):
            found += 1
            if keep:
                keep.mkdir(exist_ok=True)
                (keep / f"{found:03}{'.txt' if suffix == 'text' else suffix}").write_bytes(content)
    return found, counts


def _holds(content: bytes, suffix: str) -> bool:
    began = time.process_time()
    try:
        source = Source(content.decode()) if suffix == "text" else read_content(content, suffix)
        directives = read_text(source)
        whole = "".join(directive.source.text for directive in directives)
        sound = whole == source.text and all(c.path for d in directives for c in d.clauses)
    except ChidaoError:
        return True
    except MemoryError:
        return True
    except Exception:  # noqa: BLE001 - what it is looking for
        traceback.print_exc(file=sys.stderr)
        return False
    taken = time.process_time() - began
    if taken > _SLOW:
        print(f"slow: {taken:.1f} s for {len(content)} bytes of {suffix}", file=sys.stderr)
    return sound and taken <= _SLOW


def _seeds(chance: random.Random) -> dict[str, list[bytes]]:
    texts = ["\n".join(_text(chance).split("\n")[:60]) for _ in range(3)]
    makers: dict[str, Callable[[str], bytes]] = {".docx": as_docx, ".html": as_html, ".pdf": as_pdf,
                                                 ".txt": lambda text: encoded(text, "tcvn3")}  # fmt: skip
    seeds = {suffix: [maker(_printable(text)) for text in texts] for suffix, maker in makers.items()}
    for hostile in hostile_files():
        suffix = Path(hostile.name).suffix
        if suffix in {*seeds, ".xlsx"} and 0 < len(hostile.content) < 200_000 and not hostile.name.startswith("bom"):
            seeds.setdefault(suffix, []).append(hostile.content)
    return seeds | {"text": []}


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c == "\n")


def _text(chance: random.Random) -> str:
    lines = []
    for _ in range(chance.randrange(1, 80)):
        lines.append(chance.choice(["", " ", "\t"]).join(chance.choice(_PIECES) for _ in range(chance.randrange(1, 9))))
        if chance.random() < 0.02:
            lines.append(chance.choice(_PIECES) * chance.randrange(1, 400))
    return chance.choice(["\n", "\n\n", "\r\n"]).join(lines)


def _spoilt(content: bytes, suffix: str, chance: random.Random) -> bytes:
    """The bytes with a few changes; of an Office file, often those of one part inside."""
    if suffix in {".docx", ".xlsx"} and chance.random() < 0.8:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = {name: archive.read(name) for name in archive.namelist()}
        except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, ValueError, EOFError):
            return _changed(content, chance)
        name = chance.choice(list(parts))
        parts[name] = _changed(parts[name], chance)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for each, body in parts.items():
                archive.writestr(each, body)
        return buffer.getvalue()
    return _changed(content, chance)


def _changed(content: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(content)
    for _ in range(chance.randrange(1, 12)):
        if not spoilt:
            break
        at = chance.randrange(len(spoilt))
        length = chance.randrange(1, 60)
        kind = chance.randrange(5)
        if kind == 0:
            spoilt[at] = chance.randrange(256)
        elif kind == 1:
            del spoilt[at : at + length]
        elif kind == 2:
            spoilt[at:at] = spoilt[at : at + length] * chance.randrange(1, 20)
        elif kind == 3:
            spoilt[at:at] = chance.choice([b"<w:p>", b"</w:tc>", b"99999999", b"<td>", b"\xff\xfe", b"\0", b"[1]", b"-1", b"</w:tbl>"])
        else:
            other = chance.randrange(len(spoilt))
            spoilt[at : at + length] = spoilt[other : other + length]
    return bytes(spoilt)


if __name__ == "__main__":
    raise SystemExit(main())
