"""What a formatted file holds, in reading order, laid out as the text that the outline reads. Knows no file format.

A paragraph is one line; a table is lines of cells between bars, its head ruled off; a page begins at an offset.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.records import Source
from corpus.text import collapse, nfc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MANY_BARS = 3
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")
_SERIAL = re.compile(r"(?:\d{1,3}(?:\.\d{1,2})*|[IVXL]{1,6}|[A-HĐa-zđ])[.)]?")
LAYOUT_WORDS = re.compile(
    r"cộng h[oò][aà] xã hội chủ nghĩa|đảng cộng sản việt nam|^\s*(?:-\s*)?nơi nhận|^\s*kính gửi", re.IGNORECASE | re.MULTILINE
)
"""What stands in a table drawn only to set a letterhead or a signature beside something else."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of the text. `close`: it goes with the line above, no empty line between."""

    text: str
    close: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell where it begins, with how many columns and rows it covers; its paragraphs as separate lines."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as drawn: rows of the cells that begin in them, and how many of its first rows are column titles.

    `breaks` are the numbers of the rows at which a new page begins.
    """

    rows: tuple[tuple[Cell, ...], ...]
    heads: int = 0
    breaks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A page begins here."""


Piece = Paragraph | Grid | PageBreak


TURN = "\ue003"
"""Stands inside a paragraph where a page begins."""
DOUBT = "\ue001", "\ue002"
"""Stand around words of which the recognition was not sure."""
_MARKS = re.compile("[\ue001-\ue003]")


def lay_out(pieces: Iterable[Piece], warnings: Sequence[str] = (), *, scanned: bool = False) -> Source:
    """The pieces as one text. Pages are kept when a `PageBreak` opens each, the first included."""
    lines: list[str] = []
    turns = ""
    for piece in pieces:
        if isinstance(piece, PageBreak):
            turns += TURN
            continue
        printed: list[str] = []
        close = False
        if isinstance(piece, Paragraph):
            text = _line(piece.text)
            printed, close = [text] if text else [], piece.close
        else:
            printed = printed_rows(piece)
        if not printed:
            continue
        if lines and not close:
            lines.append("")
        lines.append(turns + printed[0])
        lines.extend(printed[1:])
        turns = ""
    text = "\n".join(lines) + ("\n" if lines else "") + turns
    return _unmarked(text, tuple(warnings), scanned=scanned)


def _unmarked(text: str, warnings: tuple[str, ...], *, scanned: bool) -> Source:
    """The text without the marks set in it, and where they stood."""
    parts: list[str] = []
    length = at = 0
    pages: list[int] = []
    doubtful: list[tuple[int, int]] = []
    begun = 0
    for mark in _MARKS.finditer(text):
        parts.append(text[at : mark.start()])
        length += mark.start() - at
        at = mark.end()
        if mark[0] == TURN:
            pages.append(length)
        elif mark[0] == DOUBT[0]:
            begun = length
        else:
            doubtful.append((begun, length))
    parts.append(text[at:])
    return Source("".join(parts), tuple(pages), warnings, scanned=scanned, doubtful=tuple(doubtful))


def clean(text: str) -> str:
    """NFC without characters that no text holds; line breaks stay."""
    return nfc(_CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")))


def _line(text: str) -> str:
    line = collapse(clean(text))
    return line.replace("|", "¦") if line.count("|") >= _MANY_BARS or line.startswith("|") else line


def printed_rows(grid: Grid) -> list[str]:
    """The lines of a table; those of its cells one by one when it is drawn for layout only."""
    if _is_layout(grid):
        return [
            line
            for row in grid.rows
            for cell in row
            for line in (_line(part) for part in clean(cell.text).split("\n"))
            if line
        ]
    rows = spread(grid)
    if not rows:
        return []
    printed = ["| " + " | ".join(row) + " |" for row in rows]
    heads = max(grid.heads, 1)
    rule = "|" + "---|" * len(rows[0])
    return [*printed[:heads], rule, *printed[heads:]]


def _with_turns(grid: Grid, rows: list[list[str]]) -> list[list[str]]:
    for at in grid.breaks:
        if at < len(rows) and rows[at]:
            rows[at][0] = TURN + rows[at][0]
    return rows


def spread(grid: Grid) -> list[list[str]]:
    """The table as a rectangle of cell texts.

    A cell over several columns is repeated in the head and stands once below it; one over several rows is repeated in
    each, except a row's own number: that stays with the first, and what follows it has none.
    """
    heads = max(grid.heads, 1)
    table: list[list[str]] = []
    pending: dict[int, tuple[int, str]] = {}
    width = max((sum(cell.columns for cell in row) for row in grid.rows), default=0)
    for number, row in enumerate(grid.rows):
        texts: list[str] = []
        cells = iter(row)
        while True:
            column = len(texts)
            if column in pending:
                left, text = pending.pop(column)
                if left > 1:
                    pending[column] = (left - 1, text)
                texts.append("" if _SERIAL.fullmatch(text) and column == 0 else text)
                continue
            cell = next(cells, None)
            if cell is None:
                if not any(at > column for at in pending):
                    break
                texts.append("")
                continue
            text = collapse(clean(cell.text)).replace("|", "¦")
            for extra in range(cell.columns):
                shown = text if extra == 0 or number < heads else ""
                if cell.rows > 1:
                    pending[len(texts)] = (cell.rows - 1, shown)
                texts.append(shown)
        width = max(width, len(texts))
        table.append(texts)
    rows = _with_turns(grid, [texts + [""] * (width - len(texts)) for texts in table])
    used = [column for column in range(width) if any(row[column] for row in rows)]
    return [[row[column] for column in used] for row in rows if any(row)]


def _is_layout(grid: Grid) -> bool:
    texts = [cell.text for row in grid.rows for cell in row]
    if sum(bool(text.strip()) for text in texts) <= 1:
        return True
    width = max(sum(cell.columns for cell in row) for row in grid.rows)
    return width == 1 or (
        width <= 3 and len(grid.rows) <= 4 and any(LAYOUT_WORDS.search(nfc(text)) for text in texts)
    )
