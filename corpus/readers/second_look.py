"""Figures in a scan read a second time, each by itself and by another model: where two readings part, a person decides.

Models err each in its own way (3 for 5, a comma lost), so that what both have read alike is hardly ever wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.readers import tesseract
from corpus.readers.roman_numerals import numeral, numeral_expected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    from corpus.readers.tesseract import Seen

_FIGURES = re.compile(r"\d+(?:[.,/:]\d+)*")
_ONLY_FIGURES = re.compile(r"[(\"“]?\d[\d.,/%–-]*[)\"”;:]?")
_WHITE = 50
"""Pixels of white around what is cut out: without them Tesseract misjudges the height of the letters."""
_EDGE = 6
_POINTS = ".,;:()\"“”"
_SAME = 0.5
_LONE = 3
"""Letters of a word that stands alone in its line or cell: in most cases a number, which is easily taken for something else."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """A word with figures, and the picture of it between its neighbours, cut out at `left`."""

    line: int
    place: int
    left: int
    picture: Image


def looked_at_again(page: Image, lines: Sequence[Sequence[Seen]]) -> list[list[Seen]]:
    """The lines with the words that hold figures or Roman numerals mended where the picture is clear, else marked unsure.

    Raises:
        UnreadableFileError: Tesseract failed or took too long.
    """
    again = [[_numeral_seen(page, line, place) for place in range(len(line))] for line in lines]
    figures = [
        _figure(page, line, number, place)
        for number, line in enumerate(again)
        for place, word in enumerate(line)
        if any(c.isdigit() for c in word.text) or (len(line) == 1 and len(word.text) <= _LONE)
    ]
    second = _read(figures, again, tesseract.ENGLISH if tesseract.ENGLISH in tesseract.languages() else tesseract.VIETNAMESE)
    parted = [
        (figure, other)
        for figure, other in zip(figures, second, strict=True)
        if _part(again[figure.line][figure.place].text, other, lone=len(again[figure.line]) == 1)
        or _ends_part(again[figure.line][figure.place].text, other)
    ]
    third = _read([figure for figure, _ in parted], again, tesseract.VIETNAMESE)
    for (figure, other), vote in zip(parted, third, strict=True):
        line = again[figure.line]
        line[figure.place] = _settled(line[figure.place], other, vote, lone=len(line) == 1)
    return again


def _settled(word: Seen, other: str, vote: str, *, lone: bool) -> Seen:
    """The word after a third reading: what two of three have, marked unsure when its figures were in question."""
    if _said(word.text) == _said(other) and _ends_part(word.text, other):
        return replace(word, text=word.text[:-1] + _end(other)) if _end(vote) == _end(other) else word
    agreed = vote.strip(_POINTS) == other.strip(_POINTS) and _ONLY_FIGURES.fullmatch(other)
    if agreed and ((lone and len(word.text) <= _LONE) or _ONLY_FIGURES.fullmatch(word.text)):
        return replace(word, text=other, sure=False)
    return replace(word, sure=False) if any(c.isdigit() for c in word.text) else word


def _part(text: str, other: str, *, lone: bool) -> bool:
    """Whether two readings of a word differ in what matters: its figures, or whether a lone word is one."""
    if any(c.isdigit() for c in text):
        return _said(text) != _said(other) or (lone and bool(_ONLY_FIGURES.fullmatch(other)) and not _ONLY_FIGURES.fullmatch(text))
    return bool(_ONLY_FIGURES.fullmatch(other))


def _end(text: str) -> str:
    """The point or comma after a figure: one is easily taken for the other, but only one ends a sentence."""
    return text[-1] if len(text) > 1 and text[-1] in ".,;" and text[-2].isdigit() else ""


def _ends_part(text: str, other: str) -> bool:
    # "2." at the head of a line is a label and too short to be read better out of its place.
    return len(text) > _LONE + 1 and bool(_end(text) and _end(other)) and _end(text) != _end(other)


def _said(text: str) -> list[str]:
    return _FIGURES.findall(text)


def _numeral_seen(page: Image, line: Sequence[Seen], place: int) -> Seen:
    word = line[place]
    ahead = [other.text for other in line[:place] if any(c.isalnum() for c in other.text)]
    if not numeral_expected(ahead[-1] if ahead else None, word.text, first=not ahead, alone=len(line) == 1):
        return word
    text, agrees = numeral(word.text, page.crop((word.left - 2, word.top - 2, word.right + 2, word.bottom + 2)))
    return replace(word, text=text, sure=agrees)


def _figure(page: Image, line: Sequence[Seen], number: int, place: int) -> _Figure:
    from PIL import Image as Images  # noqa: PLC0415 - only pictures need it

    near = line[max(0, place - 1) : place + 2]
    left, right = min(word.left for word in near) - _EDGE, max(word.right for word in near) + _EDGE
    top, bottom = min(word.top for word in near) - _EDGE, max(word.bottom for word in near) + _EDGE
    picture = Images.new("L", (right - left + 2 * _WHITE, bottom - top + 2 * _WHITE), 255)
    box = (max(0, left), max(0, top), min(page.width, right), min(page.height, bottom))
    picture.paste(page.crop(box), (_WHITE + box[0] - left, _WHITE + box[1] - top))
    return _Figure(number, place, left - _WHITE, picture)


def _read(figures: Sequence[_Figure], lines: Sequence[Sequence[Seen]], language: str) -> list[str]:
    """What stands where each figure was seen, as this model reads it; empty where it sees nothing."""
    found = [""] * len(figures)
    for seen in tesseract.recognise([figure.picture for figure in figures], tesseract.LINE, language):
        figure = figures[seen.picture]
        word = lines[figure.line][figure.place]
        left, right = seen.left + figure.left, seen.right + figure.left
        common = min(right, word.right) - max(left, word.left)
        if common > _SAME * min(right - left, word.right - word.left):
            found[seen.picture] = f"{found[seen.picture]} {seen.text}".strip()
    return found
