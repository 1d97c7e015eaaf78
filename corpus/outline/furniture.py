"""What stands on a page without belonging to the text: page numbers, running heads, footnotes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

from corpus.lines import CAPITALS, SMALLS, Layout, Line, finished, goes_on, is_full
from corpus.outline.labels import read_label

_PAGE_NUMBER = re.compile(
    r"(?:[-–—\s]*(?P<plain>\d{1,3})[-–—\s]*|(?:trang|page)\s*(?P<named>\d{1,3})(?:\s*/\s*\d{1,3})?)", re.IGNORECASE
)
_PAGE_DISTANCE = 600
"""Characters. Bare numbers nearer to each other than this are the cells of a table set one below another."""
_MARK = re.compile(rf"(?<=[{SMALLS}{CAPITALS})”\"])(\d{{1,2}})(?=[\s,.;:)]|$)|\[\^?(\d{{1,2}})\]|([¹²³⁴⁵⁶⁷⁸⁹]+)")
_NOTE = re.compile(
    r"(?:\[\^?(?P<square>\d{1,2})\]:?|(?P<small>[¹²³⁴⁵⁶⁷⁸⁹⁰]+)|(?P<plain>\d{1,2}))\s+(?P<rest>[^\d\s.,;:)].*)",
    re.DOTALL,
)
_SMALL = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹⁰", "1234567890")
_MARK_REACH = 120
"""Lines. A footnote stands on the page of its mark, so the mark is not farther above than this."""


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: its number and the indices of its lines."""

    number: int
    lines: range


def page_furniture(lines: list[Line]) -> frozenset[int]:
    """Indices of lines that are page numbers, or running heads beside them."""
    numbers: dict[int, int] = {}
    last_number, last_at = 0, -_PAGE_DISTANCE
    for i, line in enumerate(lines):
        m = _PAGE_NUMBER.fullmatch(line.raw)
        if not m:
            continue
        number = int(m["plain"] or m["named"])
        near = line.feed or (i + 1 < len(lines) and lines[i + 1].feed)
        apart = line.start - last_at >= _PAGE_DISTANCE
        if m["named"] or ((near or apart) and last_number < number <= last_number + 4):
            numbers[i] = number
            last_number, last_at = number, line.start
    repeated = Counter(_head(line) for line in lines if len(line.bare) < 120)
    found = set(numbers)
    for i in numbers:
        for beside in (i - 1, i + 1):
            if 0 <= beside < len(lines) and repeated[_head(lines[beside])] >= 3 and not lines[beside].is_rule:
                found.add(beside)
    return frozenset(found)


def _head(line: Line) -> str:
    return re.sub(r"\d+", "#", line.bare)


def footnotes(lines: list[Line], layout: Layout, span: range, border: int, skip: frozenset[int]) -> list[Note]:
    """The footnotes within `span`, none across `border`, where the body ends.

    A number alone opens a footnote only when its mark stands in the text not far above.
    """
    start, stop = span.start, span.stop
    marks: dict[int, list[int]] = {}
    for i in range(start, stop):
        for m in _MARK.finditer(lines[i].bare):
            marks.setdefault(int(m[1] or m[2] or m[3].translate(_SMALL)), []).append(i)
    notes: list[Note] = []
    i, previous = start, 0
    while i < stop:
        number = 0 if i in skip else _note_number(lines[i].bare, previous)
        if not number or not _marked_above(marks.get(number, []), i):
            i += 1
            continue
        last = _note_end(lines, layout, i, border if i < border else stop, skip)
        after = notes[-1].lines.stop if notes else start
        first = i - 1 if i > after and i != border and lines[i - 1].is_rule else i
        notes.append(Note(number, range(first, last)))
        i, previous = last, number
    return notes


def _note_number(text: str, previous: int) -> int:
    """The number with which a line may open a footnote, 0 for none; a plain one must follow the note before it."""
    m = _NOTE.match(text)
    if m is None:
        return 0
    if m["plain"]:
        number = int(m["plain"])
        return number if number in {1, previous + 1} else 0
    return int(m["square"] or m["small"].translate(_SMALL))


def _marked_above(marks: list[int], i: int) -> bool:
    at = bisect_left(marks, i)
    return at > 0 and marks[at - 1] >= i - _MARK_REACH


def _note_end(lines: list[Line], layout: Layout, first: int, stop: int, skip: frozenset[int]) -> int:
    host = lines[first - 1].bare if first else ""
    i = first + 1
    while i < stop and i not in skip and not lines[i].feed:
        above, line = lines[i - 1], lines[i]
        if finished(above.bare) and (read_label(line.bare) or _NOTE.match(line.bare) or not finished(host)):
            break
        full = is_full(above.bare, line.bare, layout)
        if not goes_on(above.bare, line.bare, full=full, heading=False, gap=line.gap, layout=layout):
            break
        i += 1
    return i
