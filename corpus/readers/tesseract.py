"""Tesseract, run on pictures of pages, cells and words: what it saw and where. Knows no tables and no directives."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from corpus.errors import UnreadableFileError
from corpus.text import nfc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL.Image import Image

DPI = 300
COLUMN, BLOCK, LINE = "4", "6", "7"
"""Page segmentation: one column of text of variable sizes (what stands side by side is ours to tell), one block of lines of
one size, a single line."""
VIETNAMESE, ENGLISH = "vie", "eng"
_SECONDS = 100
_WORD = "5"


@dataclass(frozen=True, slots=True)
class Seen:
    """A word: its edges in pixels, the confidence (0 to 100), the picture (from 0) and the line in it that it stands in."""

    text: str
    left: int
    top: int
    right: int
    bottom: int
    confidence: float
    picture: int = 0
    line: tuple[str, ...] = ()
    sure: bool = True


@cache
def languages() -> frozenset[str]:
    """The languages that Tesseract has data for; none where it is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        return frozenset()
    try:
        listed = subprocess.run([program, "--list-langs"], capture_output=True, timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset((listed.stdout + listed.stderr).decode(errors="replace").split())


def recognise(pictures: Sequence[Image], layout: str, language: str = VIETNAMESE) -> list[Seen]:
    """The words in pictures of 300 dpi, each picture on its own, in one run of the program.

    Raises:
        UnreadableFileError: Tesseract failed or took too long.
    """
    if not pictures:
        return []
    buffer = io.BytesIO()
    pictures[0].save(buffer, "TIFF", save_all=True, append_images=list(pictures[1:]), dpi=(DPI, DPI))
    program = shutil.which("tesseract") or "tesseract"
    command = [program, "stdin", "stdout", "-l", language, "--psm", layout, "--dpi", str(DPI), "tsv"]
    try:
        done = subprocess.run(command, input=buffer.getvalue(), capture_output=True, timeout=_SECONDS, check=False,  # noqa: S603
                              env=os.environ | {"OMP_THREAD_LIMIT": "1"})  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnreadableFileError("Nhận dạng chữ một trang quá lâu, đã dừng; hãy quét lại rõ hơn ở 200–300 dpi.") from error
    if done.returncode:
        raise UnreadableFileError("Chương trình nhận dạng chữ (Tesseract) không đọc được hình này.")
    return list(_seen(done.stdout.decode("utf-8", errors="replace")))


def _seen(table: str) -> Iterator[Seen]:
    """The words in Tesseract's table: tab-separated values, a row each, with a level of 5 for words."""
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = nfc(row.get("text") or "").strip()
        if row.get("level") != _WORD or not text or float(row["conf"]) < 0:
            continue
        left, top = int(row["left"]), int(row["top"])
        yield Seen(
            text, left, top, left + int(row["width"]), top + int(row["height"]), float(row["conf"]), int(row["page_num"]) - 1,
            (row["page_num"], row["block_num"], row["par_num"], row["line_num"]),
        )  # fmt: skip


def lines_seen(words: Sequence[Seen]) -> list[list[Seen]]:
    """The words by line, in the order in which the lines were found."""
    lines: dict[tuple[str, ...], list[Seen]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    return list(lines.values())
