"""Dates and figures as people type them on a telephone. Knows no feature."""

from __future__ import annotations

import re
from datetime import date

_DAY = re.compile(r"(?:ngày\s*)?(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})", re.IGNORECASE)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_FIGURE = re.compile(r"[-−]?\d{1,3}(?:\.\d{3})+(?:,\d+)?|[-−]?\d+(?:[.,]\d+)?")


def day_typed(text: str) -> date | None:
    """`31/12/2025` (also with dots, dashes, or ISO) as a date; None when there is no such day."""
    found = _DAY.fullmatch(text.strip())
    iso = _ISO_DAY.fullmatch(text.strip())
    if found:
        day, month, year = (int(part) for part in found.groups())
    elif iso:
        year, month, day = (int(part) for part in iso.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def figure_typed(text: str) -> float | None:
    """`1.200`, `46,5` or `46.5` as a number, as Vietnamese write it; None when it is none."""
    value = text.strip().removesuffix("%").strip()
    if not _FIGURE.fullmatch(value):
        return None
    value = value.replace("−", "-")
    grouped = re.fullmatch(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?", value)
    return float((value.replace(".", "") if grouped else value).replace(",", "."))
