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
_SINCE = re.compile(r"\btừ\s+(?:nay|bây giờ|hôm nay|giờ)\s+(?:đến|tới|cho đến|cho tới)\s+(?:hết\s+|cuối\s+)?")
_UP_TO = re.compile(
    r"\b(?:từ\s+)?(?P<first>(?:tháng|quý)\s+[^,;?]{1,14}?)\s*(?:-|đến hết|đến|tới hết|tới)\s*(?:cuối\s+|hết\s+)?"
    r"(?P<last>(?:tháng|quý)\s+.{1,14})"
)
_NUMBERS_UP_TO = re.compile(r"\b(?P<kind>tháng|quý)\s+(?P<first>\w{1,3})\s*(?:-|đến|tới)\s*(?=(?:\d{1,2}|i{1,3}|iv)(?:\b|/))")
_HALF = re.compile(r"\b(?P<many>6|sáu|nửa|3|ba|9|chín)\s*(?:tháng\s+)?(?P<end>đầu|cuối)\s+năm\b(?:\s+(?P<year>20\d\d|nay|sau|tới))?")
_COUNT = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10}
_AHEAD = re.compile(
    rf"\b(\d{{1,3}}|{'|'.join(_COUNT)}|nửa|vài|mấy)\s+(ngày|tuần|tháng|quý|năm)\s+(?:tới|nữa|sắp tới|tiếp theo|kế tiếp|tiếp|liền)\b"
)
_YEARS_ON = {"năm nay": 0, "năm này": 0, "năm tới": 1, "năm sau": 1, "sang năm": 1, "năm ngoái": -1, "năm vừa rồi": -1, "năm vừa qua": -1}
_YEAR_WORDS = re.compile(
    rf"(?<!\w)(?<!\d\s)(?<!các\s)(?<!những\s)(?<!mấy\s)(?<!vài\s)(?<!năm\s)(?P<upto>(?:cuối|đầu|giữa|hết|trong)\s+)?(?P<said>{'|'.join(_YEARS_ON)})(?!\s*(?:20\d\d|nữa))(?!\w)",
    re.IGNORECASE,
)
SEVERAL = 3  # what "vài tuần tới" is taken to mean
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
    stretch = _stretch(low, today)
    if stretch is not None:
        return stretch
    relative = _relative(low, today)
    if relative is not None:
        return relative
    return _named(low, today)


def in_years(text: str, today: date) -> str:
    """`text` with years told from today by their number: "sang năm" → "năm 2027", "năm ngoái" → "năm 2025".

    Left alone where it compares ("năm sau cao hơn năm trước"), counts ("3 năm tới") or is already dated.
    """
    if "năm trước" in text.lower():
        return text
    return _YEAR_WORDS.sub(lambda m: f"{m['upto'] or ''}năm {today.year + _YEARS_ON[comparable(m['said'])]}", text)


def _named(low: str, today: date) -> Window | None:
    """A quarter, month, span of years or year called by its number."""
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


def _stretch(low: str, today: date) -> Window | None:
    """Several months or quarters together: "từ tháng 11 đến tháng 12", "6 tháng cuối năm", "3 tháng tới", "từ nay đến tháng 6"."""
    if match := _SINCE.search(low):
        until = _named(low[match.end() :], today) or _relative(low[match.end() :], today)
        if until is not None:
            return Window(today, max(_rolled(until.last, today), today), f"từ nay đến {day_words(_rolled(until.last, today))}")
    spelled = _NUMBERS_UP_TO.sub(lambda m: f"{m['kind']} {m['first']} đến {m['kind']} ", low)
    if match := _UP_TO.search(spelled):
        first, last = _named(match["first"], today), _named(match["last"], today)
        if first is not None and last is not None:
            return _between(first, last, dated="20" in match["first"])
    if match := _HALF.search(low):
        year = today.year + (match["year"] in {"sau", "tới"}) if not (match["year"] or "").isdigit() else int(match["year"])
        months = {"6": 6, "sáu": 6, "nửa": 6, "3": 3, "ba": 3, "9": 9, "chín": 9}[match["many"]]
        begin = 1 if match["end"] == "đầu" else 13 - months
        words = f"{months} tháng {match['end']} năm {year}"
        return Window(date(year, begin, 1), _month(year, begin + months - 1)[1], words)
    if match := _AHEAD.search(low):
        return Window(today, _after(today, match[1], match[2]), match[0])
    return None


def _between(first: Window, last: Window, *, dated: bool) -> Window:
    """From one named month or quarter to another; a first one without a year is of the last one's, or of the year before."""
    start = first.first if dated else first.first.replace(year=last.first.year)
    if start > last.last:
        start = start.replace(year=start.year - 1)
    return Window(start, last.last, f"{first.words.rpartition('/')[0]}/{start.year} đến {last.words}")


def _rolled(last: date, today: date) -> date:
    """An end that is already past is meant of next year: "từ nay đến tháng 6" said in November."""
    return last if last >= today else _month(last.year + 1, last.month)[1]


def day_words(day: date) -> str:
    """`31/12/2026`."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def _after(today: date, count: str, unit: str) -> date:
    """The day so many days, weeks, months, quarters or years from today."""
    if count == "nửa":
        return today + timedelta(days={"tháng": 15, "năm": 183}.get(unit, 7))
    number = int(count) if count.isdigit() else _COUNT.get(count, SEVERAL)
    if unit in {"ngày", "tuần"}:
        return today + timedelta(days=number * (7 if unit == "tuần" else 1))
    months = today.month - 1 + number * {"tháng": 1, "quý": 3, "năm": 12}[unit]
    year, month = today.year + months // 12, months % 12 + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


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


_OVERDUE = re.compile(r"\b(?:quá hạn|trễ hạn rồi|đã trễ hạn|đã qua hạn|hết hạn rồi|đã hết hạn)\b")
_RELATIVE: tuple[tuple[re.Pattern[str], Callable[[date, re.Match[str]], tuple[date, date]]], ...] = (
    (_OVERDUE, lambda today, _: (date(today.year - 5, 1, 1), today - timedelta(days=1))),
    (re.compile(r"\bhôm nay\b"), lambda today, _: (today, today)),
    (re.compile(r"\btuần này\b"), lambda today, _: _week(today, 0)),
    (re.compile(r"\b(?:tuần (?:tới|sau|kế tiếp)|sang tuần)\b"), lambda today, _: _week(today, 1)),
    (re.compile(r"\btháng này\b"), lambda today, _: _month(today.year, today.month)),
    (re.compile(r"\b(?:tháng (?:tới|sau|kế tiếp)|sang tháng(?! \d))\b"), lambda today, _: _month_after(today)),
    (re.compile(r"\b(?:quý này|quý hiện tại|quý đang chạy)\b"), lambda today, _: _quarter_of(today, 0)),
    (re.compile(r"\b(?:quý (?:tới|sau|kế tiếp)|sang quý(?! [i\d]))\b"), lambda today, _: _quarter_of(today, 1)),
    (re.compile(r"\btừ nay (?:đến|tới) (?:hết |cuối )năm\b(?! (?:20\d\d|sau|tới))"), lambda today, _: (today, date(today.year, 12, 31))),
    (re.compile(r"\bngày mai\b"), lambda today, _: (today + timedelta(days=1), today + timedelta(days=1))),
    (re.compile(r"\b(?:cuối|đến hết) năm(?: nay)?\b(?!\s+(?:20\d\d|sau|tới))"), lambda today, _: (today, date(today.year, 12, 31))),
    (re.compile(r"\bnăm nay\b"), lambda today, _: (date(today.year, 1, 1), date(today.year, 12, 31))),
    (re.compile(r"\b(?:năm (?:tới|sau)|sang năm(?!\s+20\d\d))\b"), lambda today, _: (date(today.year + 1, 1, 1), date(today.year + 1, 12, 31))),
    (re.compile(r"\b(?:sắp tới|sắp đến hạn|sắp tới hạn|sắp hết hạn|sắp phải|thời gian tới|tới đây)\b"), lambda today, _: (today, today + SOON)),
)
