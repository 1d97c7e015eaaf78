"""The stretch of time a question asks about: a quarter, a month, a year, "quý này", "sắp tới"; knows only words and dates."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from corpus.text import comparable

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_QUARTER = re.compile(r"\bquý\s+(i{1,3}|iv|[1-4])\b(?:\s*[/-]\s*|\s+năm\s+|\s+)?(20\d\d)?")
_MONTH = re.compile(r"\btháng\s+(1[0-2]|0?[1-9])\b(?:\s*[/-]\s*|\s+năm\s+|\s+)?(20\d\d)?")
_YEAR = re.compile(r"\b(?:trong\s+|của\s+)?năm\s+(20\d\d)\b")
_SPAN = re.compile(r"\b(20\d\d)\s*(?:-|đến)\s*(?:năm\s+)?(20\d\d)\b")
_DAYS = re.compile(r"\b(\d{1,3})\s+ngày\s+(?:tới|nữa|sắp tới)\b")
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
    if re.search(r"\b(?:quá hạn|trễ hạn rồi|đã qua hạn)\b", low):
        return Window(date(today.year - 5, 1, 1), today - timedelta(days=1), "đã qua hạn", overdue=True)
    if re.search(r"\bhôm nay\b", low):
        return Window(today, today, "hôm nay")
    if re.search(r"\btuần (?:này|tới)\b", low):
        start = today - timedelta(days=today.weekday()) + timedelta(days=7 if "tuần tới" in low else 0)
        return Window(start, start + timedelta(days=6), "tuần tới" if "tuần tới" in low else "tuần này")
    if re.search(r"\btháng này\b", low):
        return Window(*_month(today.year, today.month), "tháng này")
    if re.search(r"\btháng (?:tới|sau)\b", low):
        after = date(today.year + today.month // 12, today.month % 12 + 1, 1)
        return Window(*_month(after.year, after.month), "tháng tới")
    if re.search(r"\bquý này\b", low):
        return Window(*_quarter(today.year, (today.month - 1) // 3 + 1), "quý này")
    if re.search(r"\bquý (?:tới|sau)\b", low):
        number = (today.month - 1) // 3 + 1
        return Window(*_quarter(today.year + number // 4, number % 4 + 1), "quý tới")
    if re.search(r"\b(?:năm nay|cuối năm nay|từ nay đến cuối năm|từ nay tới cuối năm)\b", low):
        return Window(today if "từ nay" in low else date(today.year, 1, 1), date(today.year, 12, 31), "năm nay")
    if re.search(r"\b(?:năm tới|năm sau|sang năm)\b", low):
        return Window(date(today.year + 1, 1, 1), date(today.year + 1, 12, 31), "năm tới")
    if match := _DAYS.search(low):
        return Window(today, today + timedelta(days=int(match[1])), f"{match[1]} ngày tới")
    if re.search(r"\b(?:sắp tới|sắp đến hạn|sắp hết hạn|sắp phải)\b", low):
        return Window(today, today + SOON, "30 ngày tới")
    return None


def _quarter(year: int, number: int) -> tuple[date, date]:
    first = date(year, 3 * number - 2, 1)
    return first, date(year, 3 * number, calendar.monthrange(year, 3 * number)[1])


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
