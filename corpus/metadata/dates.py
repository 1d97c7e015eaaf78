"""Dates of issue as letterheads and citations write them. Deadlines and periods are read elsewhere."""

from __future__ import annotations

import re
from datetime import date

DATE = re.compile(
    r"(?:ngày\s+)?(?P<day>\d{1,2})\s*(?:tháng\s*(?P<month>\d{1,2})\s*năm\s*(?P<year>\d{4})"
    r"|(?P<sep>[/.-])(?P<month2>\d{1,2})(?P=sep)(?P<year2>\d{4}))",
    re.IGNORECASE,
)
"""A whole date, in words or figures."""
_DATE_LINE = re.compile(
    r"(?:(?P<place>[^\n,;|*]{2,40}?)\s*,\s*)?ngày\s*(?P<day>\d{1,2}|[.…_\s]*)\s*tháng\s*(?P<month>\d{1,2}|[.…_\s]*)\s*năm\s*(?P<year>\d{4}|[.…_\s]*)",
    re.IGNORECASE,
)


def date_at(m: re.Match[str]) -> date | None:
    """The date of a match of `DATE`; None when there is no such day."""
    try:
        return date(int(m["year"] or m["year2"]), int(m["month"] or m["month2"]), int(m["day"]))
    except ValueError:
        return None


def read_date_line(text: str) -> tuple[str | None, date | None, str | None] | None:
    """Place, day and month (`YYYY-MM`) of a date line; what is left blank is None. None when `text` is no date line."""
    m = _DATE_LINE.search(text)
    if not m:
        return None
    place = re.split(r"\s{3,}|\t", m["place"].strip())[-1].strip() if m["place"] else None
    day, month, year = (int(m[part]) if m[part].strip().isdigit() else None for part in ("day", "month", "year"))
    if not year or not month or not 1 <= month <= 12:
        return place, None, None
    try:
        issued = date(year, month, day) if day else None
    except ValueError:
        issued = None
    return place, issued, f"{year:04d}-{month:02d}"
