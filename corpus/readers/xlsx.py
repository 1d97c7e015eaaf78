"""Spreadsheets (.xlsx, .xlsm): each visible sheet as its lines above, its table and its lines below.

Values as last calculated and as shown; formulas, macros and links to other workbooks are never evaluated.
"""

from __future__ import annotations

import io
import math
import warnings
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from corpus.errors import UnreadableFileError
from corpus.readers.archive import Archive
from corpus.readers.pieces import Cell, Grid, Paragraph, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from corpus.readers.pieces import Piece
    from corpus.readers.progress import OnPage
    from corpus.records import Source

_MOST_ROWS = 20_000
_MOST_COLUMNS = 60
_MOST_SHEETS = 60
_MOST_MERGED = 400_000
_BROKEN = "Tệp Excel bị hỏng hoặc không đúng chuẩn; hãy mở và lưu lại từ Excel."


def read(content: bytes, on_page: OnPage | None = None) -> Source:
    """The sheets in order; a sheet whose every cell is empty is left out.

    Raises:
        UnreadableFileError: damaged, encrypted, or larger than a table of duties can be.
    """
    with Archive(content) as archive:
        for name in archive.names:  # no entity, no document type: openpyxl parses what has passed here
            if name.endswith((".xml", ".rels")):
                _refuse_vast_merges(archive.xml(name))
    import openpyxl  # noqa: PLC0415 - slow to load

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    except Exception as error:
        raise UnreadableFileError(_BROKEN) from error
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        pieces: list[Piece] = []
        for number, sheet in enumerate(sheets[:_MOST_SHEETS], 1):
            pieces.extend(_sheet(sheet))
            if on_page:
                on_page(number, len(sheets))
        left_out = [f"Chỉ đọc {_MOST_SHEETS} trang tính đầu."] if len(sheets) > _MOST_SHEETS else []
        return lay_out(pieces, left_out)
    finally:
        book.close()


def _refuse_vast_merges(root: etree._Element | None) -> None:
    """Raises UnreadableFileError for merged cells over more than a sheet of duties has: each would be made one by one."""
    from openpyxl.utils import range_boundaries  # noqa: PLC0415

    area = 0
    for merge in root.iter("{*}mergeCell") if root is not None else ():
        try:
            left, top, right, bottom = range_boundaries(merge.get("ref", "A1"))
        except (ValueError, TypeError) as error:
            raise UnreadableFileError(_BROKEN) from error
        area += (int(right or 16384) - int(left or 1) + 1) * (int(bottom or 1048576) - int(top or 1) + 1)
        if area > _MOST_MERGED:
            raise UnreadableFileError("Tệp Excel gộp ô trên một vùng quá lớn, bị từ chối để bảo vệ máy chủ.")


def _sheet(sheet: Any) -> Iterator[Piece]:
    if sheet.max_row > _MOST_ROWS:
        raise UnreadableFileError(f"Trang tính “{sheet.title}” có quá {_MOST_ROWS} dòng, không phải bảng nhiệm vụ.")
    spans, covered = _merges(sheet)
    rows = [
        [
            (cell.column, Cell(shown(cell.value, cell.number_format), *spans.get((number, cell.column), (1, 1))))
            for cell in values
            if (number, cell.column) not in covered
        ]
        for number, values in enumerate(sheet.iter_rows(max_col=min(sheet.max_column, _MOST_COLUMNS)), 1)
    ]
    first, last = _table_span(rows)
    for number, row in enumerate(rows):
        if number == first:
            yield _grid(rows[first:last])
        if not first <= number < last:
            for _, cell in row:
                for line in cell.text.split("\n"):
                    if line.strip():
                        yield Paragraph(line)


def _merges(sheet: Any) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for merged in list(sheet.merged_cells.ranges)[:_MOST_ROWS]:
        columns = min(merged.max_col, _MOST_COLUMNS) - merged.min_col + 1
        tall = min(merged.max_row, _MOST_ROWS) - merged.min_row + 1
        if columns < 1 or tall < 1 or columns * tall > 10 * _MOST_ROWS:
            continue
        spans[merged.min_row, merged.min_col] = (columns, tall)
        covered |= {
            (row, column)
            for row in range(merged.min_row, merged.min_row + tall)
            for column in range(merged.min_col, merged.min_col + columns)
        } - {(merged.min_row, merged.min_col)}
    return spans, covered


def _filled(row: list[tuple[int, Cell]]) -> int:
    return sum(bool(cell.text.strip()) for _, cell in row)


def _table_span(rows: list[list[tuple[int, Cell]]]) -> tuple[int, int]:
    """Rows first:last hold the table: from the first row of three filled cells to the last of two."""
    first = next((n for n, row in enumerate(rows) if _filled(row) >= 3 and not _letterhead(row)), len(rows))
    last = next((n + 1 for n in range(len(rows) - 1, first - 1, -1) if _filled(rows[n]) >= 3), first)
    return first, last


def _letterhead(row: list[tuple[int, Cell]]) -> bool:
    from corpus.readers.pieces import LAYOUT_WORDS  # noqa: PLC0415

    return any(LAYOUT_WORDS.search(cell.text) for _, cell in row)


def _grid(rows: list[list[tuple[int, Cell]]]) -> Grid:
    kept = [row for row in rows if _filled(row) or any(cell.rows > 1 for _, cell in row)]
    head = kept[0] if kept else []
    heads = max((cell.rows for _, cell in head if cell.text.strip()), default=1)
    if heads == 1 and len(kept) > 2 and any(cell.columns > 1 for _, cell in head) and _filled(head) > 1:
        heads = 2
    return Grid(tuple(tuple(cell for _, cell in row) for row in kept), heads)


def shown(value: Any, number_format: str = "General") -> str:
    """A cell's value as it shows in Vietnamese: dates day first, decimal commas, percentages with their sign."""
    if value is None or isinstance(value, bool):
        return "x" if value else ""
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y") if value.time() == time() else value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return _number(value, percent="%" in number_format) if isinstance(value, int | float) else str(value)


def _number(value: float, *, percent: bool) -> str:
    number = value * 100 if percent else value
    if not math.isfinite(number):
        return ""
    text = f"{number:.6f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{text}%" if percent else text
