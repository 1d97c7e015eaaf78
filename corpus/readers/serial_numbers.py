"""Serial numbers in the first column of a scanned table: one that was misread between its neighbours is put right, marked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.readers.pieces import DOUBT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.readers.pieces import Cell, Grid

_SERIAL = re.compile(r"(?P<number>\d{1,3})(?P<dot>[.)]?)")
_GROUP = re.compile(r"[IVXLÍÌỊ]{1,6}[.)]?|[A-HĐa-zđ][.)]?|")
_LONGEST = 3


def with_serials(grid: Grid) -> Grid:
    """The table; what is no number in its first column, between n - 1 and n + 1, is n, as a doubtful word.

    A table in which less than half of the rows have a number of their own stays as it is.
    """
    rows = [row for row in grid.rows[grid.heads :] if len(row) > 1]
    numbers = [_number(row) for row in rows]
    if sum(number is not None for number in numbers) * 2 < len(rows):
        return grid
    changed: dict[int, tuple[Cell, ...]] = {}
    for at, row in enumerate(rows):
        text = _plain(row[0].text)
        if numbers[at] is not None or len(text) > _LONGEST or not text:
            continue
        before = next((number for number in reversed(numbers[:at]) if number is not None), 0)
        after = next((number for number in numbers[at + 1 :] if number is not None), None)
        # Capital numerals and letters number groups of rows: a misread figure is one only where a number is missing.
        if after == before + 2 or (after is None and not _GROUP.fullmatch(text)):
            numbers[at] = before + 1
            changed[id(row)] = (replace(row[0], text=f"{DOUBT[0]}{before + 1}{DOUBT[1]}"), *row[1:])
    return replace(grid, rows=tuple(changed.get(id(row), row) for row in grid.rows))


def _number(row: Sequence[Cell]) -> int | None:
    found = _SERIAL.fullmatch(_plain(row[0].text))
    return int(found["number"]) if found else None


def _plain(text: str) -> str:
    return text.replace(DOUBT[0], "").replace(DOUBT[1], "").strip()
