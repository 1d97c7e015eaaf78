"""The stretch of time a question asks about: a quarter, a month, a year, "quý này", "sắp tới"; knows only words and dates."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from corpus.text import comparable

if TYPE_CHECKING:
    from collections.abc import Callable

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_QUARTER = re.compile(r"\bquý\s+(i{1,3}|iv|[1-4])\b(?:\s*[/-]\s*|\s+năm\s+|\s+)?(20\d\d)?")
_MONTH = re.compile(r"\btháng\s+(1[0-2]|0?[1-9])\b(?:\s*[/-]\s*|\s+năm\s+|\s+)?(20\d\d)?")
_YEAR = re.compile(r"\b(?:trong\s+|của\s+)?năm\s+(20\d\d)\b")
_SPAN = re.compile(r"\b(20\d\d)\s*(?:-|đến)\s*(?:năm\s+)?(20\d\d)\b")
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Window:
    """From `first` to `last`, both included; `words` is how an answer names it. `overdue` asks what has passed undone."""

    first: date
    last: date
    words: str
    overdue: bool = False


def asked_window(text: str, today: date) -> Window | None:
    """The window a question names, or None. A quarter or month without a year is of today's year."""
    low = comparable(text)
    relative = _relative(low, today)
    if relative is not None:
        return relative
    if match := _QUARTER.search(low):
        quarter = _ROMAN.get(match[1]) or int(match[1])
        year = int(match[2]) if match[2] else today.year
        return Window(*_quarter(year, quarter), f"quý {['I', 'II', 'III', 'IV'][quarter - 1]}/{year}")
    if match := _MONTH.search(low):
        year = int(match[2]) if match[2] else today.year
        return Window(*_month(year, int(match[1])), f"tháng {int(match[1])}/{year}")
    if match := _SPAN.search(low):
        return Window(date(int(match[1]), 1, 1), date(int(match[2]), 12, 31), f"giai đoạn {match[1]} - {match[2]}")
    if match := _YEAR.search(low):
        return Window(date(int(match[1]), 1, 1), date(int(match[1]), 12, 31), f"năm {match[1]}")
    return None


def _relative(low: str, today: date) -> Window | None:
    """Windows told from today."""
    for pattern, span in _RELATIVE:
        match = pattern.search(low)
        if match:
            first, last = span(today, match)
            overdue = pattern is _OVERDUE
            return Window(first, last, match[0] if not overdue else "đã qua hạn", overdue)
    return None


def _week(today: date, weeks: int) -> tuple[date, date]:
    first = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
    return first, first + timedelta(days=6)


def _month_after(today: date) -> tuple[date, date]:
    return _month(today.year + today.month // 12, today.month % 12 + 1)


def _quarter_of(today: date, later: int) -> tuple[date, date]:
    number = (today.month - 1) // 3 + later
    return _quarter(today.year + number // 4, number % 4 + 1)


def _quarter(year: int, number: int) -> tuple[date, date]:
    first = date(year, 3 * number - 2, 1)
    return first, date(year, 3 * number, calendar.monthrange(year, 3 * number)[1])


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


_OVERDUE = re.compile(r"\b(?:quá hạn|trễ hạn rồi|đã qua hạn)\b")
_RELATIVE: tuple[tuple[re.Pattern[str], Callable[[date, re.Match[str]], tuple[date, date]]], ...] = (
    (_OVERDUE, lambda today, _: (date(today.year - 5, 1, 1), today - timedelta(days=1))),
    (re.compile(r"\bhôm nay\b"), lambda today, _: (today, today)),
    (re.compile(r"\btuần này\b"), lambda today, _: _week(today, 0)),
    (re.compile(r"\btuần (?:tới|sau)\b"), lambda today, _: _week(today, 1)),
    (re.compile(r"\btháng này\b"), lambda today, _: _month(today.year, today.month)),
    (re.compile(r"\btháng (?:tới|sau)\b"), lambda today, _: _month_after(today)),
    (re.compile(r"\bquý này\b"), lambda today, _: _quarter_of(today, 0)),
    (re.compile(r"\bquý (?:tới|sau)\b"), lambda today, _: _quarter_of(today, 1)),
    (re.compile(r"\btừ nay (?:đến|tới) cuối năm\b"), lambda today, _: (today, date(today.year, 12, 31))),
    (re.compile(r"\b(?:cuối )?năm nay\b"), lambda today, _: (date(today.year, 1, 1), date(today.year, 12, 31))),
    (re.compile(r"\b(?:năm (?:tới|sau)|sang năm)\b"), lambda today, _: (date(today.year + 1, 1, 1), date(today.year + 1, 12, 31))),
    (re.compile(r"\b(\d{1,3})\s+ngày\s+(?:tới|nữa|sắp tới)\b"), lambda today, m: (today, today + timedelta(days=int(m[1])))),
    (re.compile(r"\b(?:sắp tới|sắp đến hạn|sắp hết hạn|sắp phải)\b"), lambda today, _: (today, today + SOON)),
)
