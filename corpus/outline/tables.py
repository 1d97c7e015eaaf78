"""Tables in plain text: Markdown bars, tabs, or columns set apart by wide spaces. Gives rows of cells, no meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from corpus.lines import Line, bare, is_capital, markers
from corpus.outline.labels import Family, Label, read_label
from corpus.outline.zones import is_recipients, is_signature, shown

_WIDE = re.compile(r"(?:[^\s]|\s(?!\s{2}))+")
_ORDINAL = re.compile(r"(?:\d{1,3}(?:\.\d{1,2})*|[IVXL]{1,6}|[A-HĐ]|[a-zđ])[.)]?")
_COLUMN_NUMBER = re.compile(r"\(?\[?(?:\d{1,2}|[A-Z])\]?\)?(?:\s*=.*)?")
_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_DASHES = ("-", "–", "+", "•")
_HEADS_AT_MOST = 3
_SERIAL = re.compile(r"(?:stt|tt|số tt|số thứ tự|no\.?|#)", re.IGNORECASE)


@dataclass(slots=True)
class Row:
    """One row of a table as printed: its lines and the text of each column.

    `head` marks the row of column titles, `ruled` one with a line of dashes under it.
    """

    lines: list[int]
    cells: list[str]
    head: bool = False
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a table and its rows, printed continuations joined, head first when there is one."""

    lines: range
    rows: tuple[Row, ...]


def find_tables(lines: list[Line], start: int, stop: int) -> list[Table]:
    """The tables between two line indices."""
    tables: list[Table] = []
    i = start
    while i < stop:
        table = _barred(lines, i, stop) or _tabbed(lines, i, stop) or _spaced(lines, i, stop)
        if table is None:
            i += 1
            continue
        tables.append(table)
        i = table.lines.stop
    return tables


def row_label(row: Row, titles: list[str]) -> Label | None:
    """The row's own number, from its first cell or from the beginning of its first words."""
    first = row.cells[0].strip(" *") if row.cells else ""
    if first in _DASHES and any(row.cells[1:]):
        return read_label(f"{first} X")
    if _ORDINAL.fullmatch(first) and (
        not titles or _SERIAL.fullmatch(titles[0]) or not titles[0] or len(row.cells) > 1
    ):
        # Two letters after it: one alone is not yet the capitals that a label of one capital letter asks for.
        return read_label(f"{first.rstrip('.)')}. XX") or read_label(f"{first.rstrip('.)')}) XX")
    filled = [cell for cell in row.cells if cell]
    label = read_label(filled[0]) if filled else None
    return label if label and label.order is not None and label.family is not Family.BRACKET else None


def is_section(row: Row) -> bool:
    """True for a row that only names a group of the rows below it."""
    words = [cell for cell in row.cells if cell and not _ORDINAL.fullmatch(cell)]
    if len(row.cells) < 3 or not words:
        return False
    if len(set(words)) == 1 and len(words) > 1:
        return True
    if len(words) > 1:
        return False
    first = row.cells[0]
    label = read_label(words[0]) if words[0] != first or not _ORDINAL.fullmatch(first) else None
    outer = bool(re.fullmatch(r"(?:[IVXL]{1,6}|[A-HĐ])[.)]?", first)) or (
        label is not None and label.family <= Family.ROMAN
    )
    return outer or is_capital(words[0]) or first == words[0] or not _ORDINAL.fullmatch(first or "x")


def titles_of(table: Table) -> list[str]:
    """The column titles, in order; empty when the table has none."""
    heads = [row for row in table.rows if row.head]
    if not heads:
        return []
    width = max(len(row.cells) for row in heads)
    printed = [row.cells + [""] * (width - len(row.cells)) for row in heads]
    for over, under in pairwise(printed):
        for column in range(1, width):
            # A title over several columns is printed in the first: those with a title of their own below share it.
            if not over[column] and under[column] and under[column - 1]:
                over[column] = over[column - 1]
    titles: list[str] = []
    for column in range(width):
        parts = [cells[column] for cells in printed if cells[column]]
        parts = [part for part in parts if not _COLUMN_NUMBER.fullmatch(part)]
        titles.append(" ".join(dict.fromkeys(parts)))
    return titles


def _is_head(cells: list[str]) -> bool:
    filled = [cell.lower() for cell in cells if cell]
    if len(filled) < 2:
        return False
    if _SERIAL.fullmatch(cells[0]):
        return True
    if any(len(cell) > 80 for cell in filled):
        return False
    return sum(cell.startswith(markers("columns")) for cell in filled) >= max(2, 0.6 * len(filled))


def _is_numbering(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(filled) >= 3 and all(_COLUMN_NUMBER.fullmatch(cell) for cell in filled)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", _BREAK.sub(" ", bare(text.strip()))).strip()


def _barred(lines: list[Line], start: int, stop: int) -> Table | None:
    if not _is_barred(lines[start].raw) or is_recipients(shown(lines[start])):
        return None
    physical: list[tuple[list[int], str]] = []
    i = start
    while i < stop:
        raw = lines[i].raw
        if not _is_barred(raw):
            break
        taken = [i]
        # A cell that holds a line break leaves the row open: it closes at the next line that ends with a bar.
        while raw.startswith("|") and not raw.rstrip().endswith("|") and i + 1 < stop and len(taken) < 40:
            if lines[i + 1].raw.startswith("|"):
                break
            i += 1
            taken.append(i)
            raw = f"{raw} {lines[i].raw}"
        physical.append((taken, raw))
        i += 1
    if len(physical) < 2:
        return None
    rows: list[Row] = []
    for position, (taken, raw) in enumerate(physical):
        if all(lines[k].is_rule for k in taken):
            if rows:
                _rule_off(rows, taken)
            else:
                rows.append(Row(taken, [], head=True, ruled=True))
            continue
        cells = [_cell(cell) for cell in raw.strip().strip("|").split("|")]
        _add(rows, taken, cells, first=position < 3)
    return Table(range(start, i), tuple(rows))


def _rule_off(rows: list[Row], taken: list[int]) -> None:
    """The line under the head: what stands above it is the head, when that is a row, or a few without a number."""
    rows[-1].lines.extend(taken)
    unnumbered = not any(_ORDINAL.fullmatch(row.cells[0]) for row in rows if row.cells)
    if not any(row.ruled for row in rows) and (len(rows) == 1 or (len(rows) <= _HEADS_AT_MOST and unnumbered)):
        for row in rows:
            row.head = row.head or any(row.cells)
    rows[-1].ruled = True


def _is_barred(raw: str) -> bool:
    return raw.startswith("|") or raw.count("|") >= 3


def _tabbed(lines: list[Line], start: int, stop: int) -> Table | None:
    if lines[start].raw.count("\t") < 2:
        return None
    rows: list[Row] = []
    i = start
    while i < stop:
        line = lines[i]
        text = shown(line)
        if line.raw.count("\t") < 1:
            ahead = any(lines[k].raw.count("\t") >= 2 for k in range(i + 1, min(i + 4, stop)))
            if not ahead or line.gap > 1 or is_recipients(text) or is_signature(text) or not rows:
                break
            if line.gap == 0 and not (line.is_capital or read_label(line.bare)):
                rows[-1].lines.append(i)
                rows[-1].cells[-1] = f"{rows[-1].cells[-1]} {_cell(line.raw)}".strip()
            else:
                rows.append(Row([i], [_cell(line.raw), *[""] * max(2, len(rows[0].cells) - 1)]))
            i += 1
            continue
        cells = [_cell(cell) for cell in line.raw.split("\t")]
        missing = len(rows[0].cells) - len(cells) if line.indent and rows else 0
        # Tabs before the first words are empty cells; a line's indent counts four for each.
        lead = [""] * max(1, min(line.indent // 4, missing)) if missing > 0 else []
        _add(rows, [i], lead + cells, first=len(rows) < 3)
        i += 1
    return Table(range(start, i), tuple(rows)) if len(rows) >= 2 else None


def _spaced(lines: list[Line], start: int, stop: int) -> Table | None:
    head = _chunks(lines[start])
    if len(head) < 3 or not _is_head([text for _, text in head]):
        return None
    offsets = [at for at, _ in head]
    rows = [Row([start], [_cell(text) for _, text in head], head=True)]
    i = start + 1
    while i < stop:
        line = lines[i]
        chunks = _chunks(line)
        text = shown(line)
        outside = len(chunks) == 1 and (chunks[0][0] < offsets[1] - 2 and len(text) > 6)
        if is_recipients(text) or is_signature(text) or (outside and not is_capital(text)):
            break
        cells = [""] * len(offsets)
        for at, words in chunks:
            column = min(range(len(offsets)), key=lambda c: abs(offsets[c] - at))
            cells[column] = f"{cells[column]} {_cell(words)}".strip()
        numbered = bool(_ORDINAL.fullmatch(cells[0]))
        if numbered or _is_numbering(cells) or (outside and is_capital(text)):
            rows.append(Row([i], cells, head=_is_numbering(cells) and all(row.head for row in rows)))
        else:
            _join(rows[-1], [i], cells)
        i += 1
    return Table(range(start, i), tuple(rows)) if len(rows) >= 2 else None


def _chunks(line: Line) -> list[tuple[int, str]]:
    if "   " not in line.raw:
        return [(line.indent, line.raw)]
    return [(line.indent + m.start(), m.group().strip()) for m in _WIDE.finditer(line.raw) if m.group().strip()]


def _add(rows: list[Row], taken: list[int], cells: list[str], *, first: bool) -> None:
    """A printed row: the head, a new row, or the rest of the row above."""
    if first and (_is_head(cells) or _is_numbering(cells)) and all(row.head for row in rows):
        rows.append(Row(taken, cells, head=True))
        return
    if rows and _is_head(cells) and any(row.head and row.cells == cells for row in rows):
        rows[-1].lines.extend(taken)  # the head printed again on a new page
        return
    filled = [cell for cell in cells if cell]
    above = rows[-1] if rows else None
    joins = (
        above is not None
        and not above.head
        and not cells[0]
        and bool(above.cells and above.cells[0])
        and (len(filled) < 2 or not all(_begins(cell) for cell in filled))
        and not (len(filled) == 1 and is_capital(filled[0]))
    )
    if above is not None and (joins or not filled):
        _join(above, taken, cells)
        return
    rows.append(Row(taken, cells))


def _begins(cell: str) -> bool:
    first = cell.lstrip("“\"'(-+• ")[:1]
    return first.isupper() or first.isdigit()


def _join(row: Row, taken: list[int], cells: list[str]) -> None:
    row.lines.extend(taken)
    row.cells.extend([""] * (len(cells) - len(row.cells)))
    for column, text in enumerate(cells):
        if text:
            row.cells[column] = f"{row.cells[column]} {text}".strip()
