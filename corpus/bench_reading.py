"""Measures reading: files of growing size, opened, outlined and extracted, nothing embedded. Knows no store and no search.

Every figure is in processor time: another program's load moves the clock, not the work.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from corpus.errors import ChidaoError, UnreadableFileError
from corpus.readers import read_source
from corpus.reading import read_file
from corpus.splitting import split_directives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

SIZES = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Megabytes (10^6 bytes of UTF-8) that are read unless told otherwise."""
_MEGABYTE = 1_000_000
_SENTENCE = 40
"""Characters. A line this long that ends a sentence is given its copy's number."""
_HEAD, _TAIL = 1 / 8, 3 / 4
"""Shares of a directive's lines before and up to which its duties stand: the letterhead above, the signature below."""


def bench_reading(
    samples: Path, workdir: Path, sizes: Sequence[float] = SIZES, progress: Callable[[str], None] = lambda _: None
) -> dict[str, float]:
    """What reading costs as text grows: as many directives in one folder, and as one long directive.

    `folder_<n>_mb_per_min` and `directive_<n>_mb_per_min` are the speeds at n megabytes, `slowest_mb_per_min` the least of
    them; `folder_growth` and `directive_growth` the time a megabyte takes at the largest size over that at the smallest
    (1 is linear).

    Raises:
        ChidaoError: there is no sample to grow from.
    """
    texts = _sample_texts(samples)
    if not texts:
        raise ChidaoError("Không có văn bản mẫu nào để đo.")
    longest = max(texts, key=len)
    ordered = sorted(set(sizes))
    _timed([_written(workdir / "warm-up.txt", longest)])  # dictionaries load once, whatever is read
    figures: dict[str, float] = {}
    for kind in ("folder", "directive"):
        speeds: list[float] = []
        for size in ordered:
            folder = workdir / f"{kind}-{size:g}"
            folder.mkdir()
            wanted = round(size * _MEGABYTE)
            files = (
                grown_folder(texts, folder, wanted)
                if kind == "folder"
                else [_written(folder / "long.txt", grown_directive(longest, wanted))]
            )
            read_bytes = sum(file.stat().st_size for file in files)
            seconds = _timed(files)
            speeds.append(read_bytes / _MEGABYTE / seconds * 60)
            progress(f"{kind} {size:g} MB: {seconds:.1f} s")
            figures[f"{kind}_{size:g}_mb_per_min"] = round(speeds[-1], 2)
        figures[f"{kind}_growth"] = round(speeds[0] / speeds[-1], 2)
    figures["slowest_mb_per_min"] = min(value for name, value in figures.items() if name.endswith("_mb_per_min"))
    return figures


def grown_folder(texts: Sequence[str], folder: Path, wanted: int) -> list[Path]:
    """Files of the samples' texts over and over, `wanted` bytes or little more, each copy's sentences its own."""
    files: list[Path] = []
    written = number = 0
    while written < wanted:
        number += 1
        text = _numbered(texts[number % len(texts)], number)
        files.append(_written(folder / f"{number:06}.txt", text))
        written += files[-1].stat().st_size
    return files


def grown_directive(text: str, wanted: int) -> str:
    """One directive of `wanted` bytes or little more: its own letterhead and end, its duties over and over between."""
    lines = text.splitlines()
    head, tail = int(len(lines) * _HEAD), int(len(lines) * _TAIL)
    middle = "\n".join(lines[head:tail])
    parts = lines[:head]
    written = len(text.encode())
    number = 0
    while written < wanted:
        number += 1
        parts.append(_numbered(middle, number))
        written += len(parts[-1].encode()) + 1
    return "\n".join([*parts, *lines[head:]])


def _numbered(text: str, number: int) -> str:
    """The text with its copy's number in every sentence that ends a line, so that nothing is read twice alike."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if len(line) >= _SENTENCE and line[-1] in ".;" and "|" not in line:
            lines[i] = f"{line[:-1]} (bản {number}){line[-1]}"
    return "\n".join(lines)


def _sample_texts(folder: Path) -> list[str]:
    """The readable files of a folder that hold one directive each."""
    texts: list[str] = []
    for path in sorted(folder.iterdir()):
        try:
            source = read_source(path)
        except UnreadableFileError:
            continue
        if len(split_directives(source)) == 1:
            texts.append(source.text)
    return texts


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _timed(files: Iterable[Path]) -> float:
    """Seconds of processor time that reading the files takes."""
    began = time.process_time()
    for file in files:
        read_file(file)
    return max(time.process_time() - began, 1e-9)
