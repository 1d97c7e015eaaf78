"""Rows as a table on the terminal, JSON Lines, CSV or an Excel workbook; knows formats, not where rows come from."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from bot.list_rows import Kind, Row
    from bot.texts import Texts

Format = Literal["table", "jsonl", "csv", "xlsx", "ics"]
FORMATS: tuple[Format, ...] = get_args(Format)

COLUMNS: dict[Kind, tuple[str, ...]] = {
    "directives": (
        "key",
        "file",
        "number",
        "kind",
        "issuer",
        "place",
        "issued_on",
        "title",
        "signer",
        "signer_role",
        "cites",
        "recipients",
        "warnings",
    ),
    "clauses": ("directive", "file", "path", "label", "heading", "text", "parent", "page"),
    "targets": (
        "id",
        "directive",
        "file",
        "path",
        "indicator",
        "op",
        "value",
        "value_max",
        "unit",
        "change",
        "due",
        "period",
        "cadence",
        "baseline",
        "scope",
        "quote",
    ),
    "tasks": (
        "id",
        "directive",
        "file",
        "path",
        "action",
        "lead",
        "coop",
        "due",
        "due_text",
        "recurrence",
        "recurs_before",
        "report_to",
        "via",
        "product",
        "quote",
        "match",
    ),
    "rules": ("id", "directive", "file", "path", "condition", "consequence", "quote"),
    "deadlines": (
        "due",
        "recurrence",
        "what",
        "who",
        "directive",
        "path",
        "quote",
        "source",
        "source_id",
        "id",
        "match",
    ),
}
"""Every column of a CSV file or workbook, in order."""

TABLE_COLUMNS: dict[Kind, tuple[str, ...]] = {
    "directives": ("key", "number", "kind", "issuer", "issued_on", "title"),
    "clauses": ("directive", "path", "text"),
    "targets": ("directive", "path", "indicator", "op", "value", "unit", "due"),
    "tasks": ("directive", "path", "action", "lead", "coop", "due", "recurrence"),
    "rules": ("directive", "path", "condition", "consequence"),
    "deadlines": ("due", "recurrence", "what", "who", "directive", "path"),
}

_WIDE = frozenset(
    {"text", "quote", "action", "what", "title", "condition", "consequence", "cites", "recipients", "note", "indicator"}
)
_DATES = frozenset({"due", "issued_on"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_SHEET_TITLES = re.compile(r"[\[\]:*?/\\]")  # Excel refuses them
_CELL_LIMIT = 32_767  # characters in one cell, by Excel's specification
_TABLE_CELL = 160


def as_jsonl(rows: Sequence[Row]) -> str:
    """One JSON object a line, Vietnamese left readable."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_csv(rows: Sequence[Row], kind: Kind, texts: Texts) -> str:
    """Comma-separated with a header line. What a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    columns = _columns(rows, kind)
    writer.writerow([texts(f"column.{column}") for column in columns])
    for row in rows:
        writer.writerow([_harmless(cell_text(row.get(column))) for column in columns])
    return out.getvalue()


def as_xlsx(rows: Sequence[Row], kind: Kind, texts: Texts) -> bytes:
    """A workbook with every column of the kind; see `workbook`."""
    return workbook(rows, _columns(rows, kind), texts(f"listing.{kind}"), texts)


def workbook(rows: Sequence[Row], columns: Sequence[str], title: str, texts: Texts) -> bytes:
    """A workbook with a frozen, filterable header. Every text cell is typed as text: nothing in it is ever computed."""
    from openpyxl import Workbook  # noqa: PLC0415 - a third of a second that only this format costs
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    sheet = book.active
    sheet.title = _NOT_IN_SHEET_TITLES.sub(" ", title)[:31]
    for number, column in enumerate(columns, 1):
        head = sheet.cell(1, number, texts(f"column.{column}"))
        head.font = Font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", start_color="9B1C1C")
        head.alignment = Alignment(vertical="center", wrap_text=True)
        longest = max((len(cell_text(row.get(column))) for row in rows), default=0)
        width = 60 if column in _WIDE else 32
        sheet.column_dimensions[get_column_letter(number)].width = min(max(longest, len(head.value), 8) + 2, width)
    for line, row in enumerate(rows, 2):
        for number, column in enumerate(columns, 1):
            value = row.get(column)
            cell = sheet.cell(line, number)
            cell.alignment = Alignment(vertical="top", wrap_text=column in _WIDE)
            if isinstance(value, int | float) and not isinstance(value, bool):
                cell.value = value
                continue
            if column in _DATES and isinstance(value, str):
                cell.value, cell.number_format = date.fromisoformat(value), "dd/mm/yyyy"
                continue
            said = ILLEGAL_CHARACTERS_RE.sub("", cell_text(value))[:_CELL_LIMIT]
            if said:
                cell.value = said
                cell.data_type = "s"  # openpyxl would store "=…" as a formula
                cell.quotePrefix = said.startswith(_FORMULA)  # and Excel would, once the cell is edited
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{max(len(rows) + 1, 2)}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_table(rows: Sequence[Row], kind: Kind, texts: Texts) -> Table:
    """The main columns, long texts cut."""
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", title_justify="left")
    columns = TABLE_COLUMNS[kind]
    if any(row.get("match") for row in rows):
        columns = (*columns, "match")
    for column in columns:
        table.add_column(texts(f"column.{column}"), overflow="fold", ratio=3 if column in _WIDE else None)
    for row in rows:
        table.add_row(*(Text(_shown(column, row.get(column), texts)) for column in columns))
    return table


def cell_text(value: Any) -> str:
    """A field as people read it: lists joined by semicolons, a cited directive by its number or title."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return str(value.get("number") or value.get("title") or value.get("kind") or "")
    if isinstance(value, list | tuple):
        return "; ".join(text for text in map(cell_text, value) if text)
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def _shown(column: str, value: Any, texts: Texts) -> str:
    if column in {"recurrence", "match"} and value:
        return texts(f"{column}.{value}")
    text = cell_text(value)
    if column in _DATES and text:
        return "/".join(reversed(text.split("-")))
    return text if len(text) <= _TABLE_CELL else text[: _TABLE_CELL - 1].rstrip() + "…"


def _columns(rows: Sequence[Row], kind: Kind) -> list[str]:
    """All columns of the kind; `match` only when some row has it."""
    return [column for column in COLUMNS[kind] if column != "match" or any("match" in row for row in rows)]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
