"""The fields of tasks and targets that a clerk may correct: how each is typed or chosen, checked, and shown."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

from bot.desk.typed_values import day_typed, figure_typed
from corpus.records import Change, Operator, Recurrence
from corpus.row_words import day, number
from corpus.text import collapse, nfc

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.texts import Texts
    from corpus.corrections import RowKind

TASK_FIELDS = ("action", "lead", "coop", "due", "recurrence", "recurs_before", "report_to", "via", "product")
TARGET_FIELDS = ("indicator", "op", "value", "value_max", "unit", "change", "due", "baseline", "scope")
FIELDS: dict[RowKind, tuple[str, ...]] = {"task": TASK_FIELDS, "target": TARGET_FIELDS}

CHOICES: dict[str, tuple[str | None, ...]] = {
    "recurrence": (*get_args(Recurrence), None),
    "op": get_args(Operator),
    "change": (*get_args(Change), None),
}
"""The fields whose value is chosen, with what can be chosen."""
OPERATOR_NAMES: dict[str, str] = {
    ">=": "least",
    "<=": "most",
    "~": "about",
    "range": "range",
    "top": "top",
    "=": "equal",
}
UNIT_LISTS = frozenset({"lead", "coop", "report_to", "via"})
FIGURES = frozenset({"value", "value_max"})
CLEARS = frozenset({"-", "–", "—"})

_NEVER_EMPTY = frozenset({"action", "indicator"})
_LIMIT = 600
_YEARLY = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})")
_LEAP_YEAR = 2024
_EARLIEST, _LATEST = 1990, 2100


def field_typed(field: str, text: str) -> Any | Literal[False]:
    """The value (plain JSON types) that somebody typed for a field; None clears it; False when it cannot be one."""
    value = collapse(nfc(text))
    if value in CLEARS:
        return False if field in _NEVER_EMPTY else [] if field in UNIT_LISTS else None
    if not value or len(value) > _LIMIT:
        return False
    return _read_as(field)(nfc(text).strip())


def _read_as(field: str) -> Callable[[str], Any]:
    if field in FIGURES:
        return _figure
    if field in UNIT_LISTS:
        return _names
    return {"due": _date, "recurs_before": _day_of_cycle}.get(field, _words)


def _date(text: str) -> str | Literal[False]:
    found = day_typed(text)
    return found.isoformat() if found and _EARLIEST <= found.year <= _LATEST else False


def _figure(text: str) -> float | Literal[False]:
    figure = figure_typed(text)
    return False if figure is None else figure


def _names(text: str) -> list[str] | Literal[False]:
    names = [collapse(name) for name in re.split(r"[;\n]", text) if collapse(name)]
    return list(dict.fromkeys(names)) or False


def _words(text: str) -> str | Literal[False]:
    return collapse(text) if any(c.isalnum() or c == "%" for c in text) else False


def changes_for(kind: RowKind, field: str, value: Any) -> dict[str, Any]:
    """What correcting a field changes: a day set by hand takes the place of the directive's other words on time."""
    if field == "due":
        return {"due": value, "due_text": None} if kind == "task" else {"due": value, "period": None}
    return {field: value}


def shown(field: str, value: Any, texts: Texts) -> str:
    """A field's value as people read it, from the record or from plain JSON types; a dash for none."""
    if value is None or value in ((), [], ""):
        return "—"
    if field == "due":
        return day(value if isinstance(value, date) else date.fromisoformat(value))
    if field == "recurs_before":
        month, _, of_month = str(value).rpartition("-")
        return f"{of_month}/{month}" if month else of_month
    if field in FIGURES:
        return number(float(value))
    if field in {"recurrence", "op"}:
        return texts(f"recurrence.{value}" if field == "recurrence" else f"fix.op.{OPERATOR_NAMES[value]}")
    return "; ".join(value) if isinstance(value, list | tuple) else str(value)


def _day_of_cycle(text: str) -> str | Literal[False]:
    """`31/12` as `12-31` (every year), `15` as `15` (every month)."""
    found = _YEARLY.fullmatch(text)
    try:
        if found:
            return date(_LEAP_YEAR, int(found[2]), int(found[1])).strftime("%m-%d")
        return date(_LEAP_YEAR, 1, int(text)).strftime("%d") if text.isdecimal() else False
    except ValueError:
        return False
