"""Photos of pages for tests, and a recogniser that knows them by their brightness: what is read shows which pages in which order."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageSequence, ImageStat

from corpus.readers import scans
from corpus.records import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

_STEP = 24
_PAPER = 8
"""The darkest page; each further page is a step brighter."""


def photo(page: int, size: tuple[int, int] = (960, 1280)) -> bytes:
    """The photo of a page (0 to 9) as the fake recogniser knows it: an even grey."""
    buffer = io.BytesIO()
    shade = _PAPER + page * _STEP
    Image.new("RGB", size, (shade, shade, shade)).save(buffer, "JPEG")
    return buffer.getvalue()


def parts(text: str, count: int) -> list[str]:
    """A text on so many pages, cut between lines."""
    lines = text.splitlines(keepends=True)
    each = -(-len(lines) // count)
    return ["".join(lines[start : start + each]) for start in range(0, len(lines), each)]


def pages_in(content: bytes) -> list[int]:
    """The pages of a picture, in its order."""
    with Image.open(io.BytesIO(content)) as image:
        means = [ImageStat.Stat(frame.convert("L")).mean[0] for frame in ImageSequence.Iterator(image)]
    return [round((mean - _PAPER) / _STEP) for mean in means]


def recognise_as(monkeypatch: pytest.MonkeyPatch, pages: Sequence[str]) -> list[list[int]]:
    """From now on pictures are read as these pages; gives the list to which each reading adds its pages."""
    read: list[list[int]] = []

    def recognised(path: Path, suffix: str, on_page: object = None) -> Source:
        read.append(pages_in(path.read_bytes()))
        text = "".join(pages[number] for number in read[-1])
        return Source(text, warnings=(scans.warning(list(range(1, len(read[-1]) + 1))),), scanned=True)

    monkeypatch.setattr("corpus.sandbox.read_in_child", recognised)
    return read


def photographed(pdf: bytes, longest: int = 1280) -> list[bytes]:
    """The pages of a PDF as Telegram delivers photos of them: JPEG, at most `longest` pixels long."""
    from tests.integration.directive_formats import pages_as_pictures

    photos = []
    for picture in pages_as_pictures(pdf, 200):
        picture.thumbnail((longest, longest))
        buffer = io.BytesIO()
        picture.convert("RGB").save(buffer, "JPEG", quality=82)
        photos.append(buffer.getvalue())
    return photos
