"""Time expressions of directives: deadlines, periods, cycles and conditions as ISO dates or recurrences, never a guess.

What cannot be told (a day without its year, "đầu năm 2026", "sau khi ... ban hành") keeps its words and no date.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from corpus.time_atoms import Atom, calendar_day, find_atoms
from corpus.time_citations import mask_citations
from corpus.time_context import Placed, place, same_days, share
from corpus.time_words import FLAGS, YEAR, time_words, words_of

if TYPE_CHECKING:
    from corpus.records import Recurrence

__all__ = ["TimeReading", "mask_citations", "read_time", "read_times"]

_MAYBE: Final = re.compile(r"\d|năm|quý|quí|tháng|tuần|định k|thường xuyên|đột xuất|hằng|hàng|khi|sau|theo", FLAGS)
_SHORTEST_FIRST: Final = ("weekly", "monthly", "quarterly", "half-yearly", "yearly")


@dataclass(frozen=True, slots=True)
class TimeReading:
    """One time expression: `text` is the matched words, `start:end` their place in the input.

    `due` is the last day that satisfies it. `recurs_before` is `MM-DD` (yearly) or `DD` (monthly). `starts_on` is a
    beginning ("từ năm 2025 trở đi"), not a due. `conditional` means that it waits for an event; then there is no date.
    `yearless` holds a day, month or quarter that names no year: a date only in a given one. `is_marked` says that a word
    such as "trước" or "trong" makes the point a term.
    """

    text: str
    start: int
    end: int
    due: date | None = None
    recurrence: Recurrence | None = None
    recurs_before: str | None = None
    period: tuple[str, str] | None = None
    starts_on: date | None = None
    conditional: bool = False
    yearless: Placed | None = None
    is_marked: bool = False

    @property
    def names_a_day(self) -> bool:
        """True for a day of the year ("trước ngày 15/12"), not a longer part of it ("trong quý IV")."""
        return self.yearless is not None and self.yearless.atom.kind == "day"

    def in_year(self, year: int) -> date | None:
        """The last day that satisfies a time without a year, were it of this year; None for any other time."""
        here = self.yearless
        return _due(replace(here, atom=replace(here.atom, year=year))) if here else None

    @property
    def is_vision(self) -> bool:
        """True for "tầm nhìn đến năm 2045": a horizon beyond the goal's own."""
        return self.text.lower().startswith(tuple(time_words()["markers"]["vision"]))


def read_times(
    text: str, *, issued_on: date | None = None, effective_on: date | None = None
) -> tuple[TimeReading, ...]:
    """Every time expression of `text` in order, not overlapping; dates of cited documents and baselines are left out.

    `issued_on` is the directive's own date, from which "kể từ ngày ký" counts; `effective_on` the day it takes effect,
    from which "kể từ ngày Quyết định này có hiệu lực" does.
    """
    if not _MAYBE.search(text):
        return ()
    masked = mask_citations(text)
    atoms = same_days(find_atoms(masked))
    floors = [0, *(atom.end for atom in atoms)]
    placed = [p for atom, floor in zip(atoms, floors, strict=False) if (p := place(masked, atom, floor))]
    return tuple(
        replace(reading, text=text[reading.start : reading.end])
        for reading in _join_cycles(masked, [_read(p, issued_on, effective_on) for p in share(masked, placed)])
    )


def read_time(
    text: str, *, issued_on: date | None = None, effective_on: date | None = None
) -> TimeReading | None:
    """One reading of a whole phrase or table cell; None when it holds no time.

    The latest date counts, a period only when no date is more exact; the shortest cycle counts, and a cycle's day only
    when it is the only one. A bare year or span of years ("2025", "2026-2030") is a time when it is all there is.
    """
    bare = re.fullmatch(rf"\s*({YEAR})(?:\s*[-–]\s*({YEAR}))?\s*", text)
    if bare:
        text_before = len("năm ")
        readings = read_times(f"năm {text}", issued_on=issued_on)
        return _shifted(readings[0], text, text_before) if readings else None
    readings = read_times(text, issued_on=issued_on, effective_on=effective_on)
    return _merge(text, readings) if readings else None


def _shifted(reading: TimeReading, text: str, by: int) -> TimeReading:
    start, end = max(0, reading.start - by), reading.end - by
    return replace(reading, text=text[start:end], start=start, end=end)


# From atoms to readings


def _read(placed: Placed, issued_on: date | None, effective_on: date | None) -> TimeReading:
    atom = placed.atom
    reading = TimeReading("", placed.start, placed.end)
    if atom.kind == "duration":
        return _read_duration(atom, reading, issued_on, effective_on)
    if atom.kind == "condition":
        return replace(reading, conditional=True)
    if not atom.is_point:
        recurrence = atom.recurrence or placed.cycle
        day = f"{atom.day:02d}" if atom.day and recurrence == "monthly" else None
        return replace(reading, recurrence=recurrence, recurs_before=day)
    if placed.cycle:
        return replace(reading, recurrence=placed.cycle, recurs_before=_year_day(placed))
    if placed.onward or (placed.markers[:1] == ("from",) and not _is_span(atom)):
        return replace(reading, starts_on=atom.first)
    period = (str(atom.year), str(atom.last_year)) if atom.last_year and atom.last_year != atom.year else None
    since = placed.since or (atom.first if placed.markers[:1] == ("from",) and not period else None)
    yearless = placed if atom.year is None else None
    reading = replace(reading, yearless=yearless, is_marked=bool(placed.markers))
    return replace(reading, due=_due(placed), period=period, starts_on=since)


def _is_span(atom: Atom) -> bool:
    """True for a list or range of months, quarters or years, which has an end of its own."""
    months = (atom.last_month or atom.month or 0) - (atom.month or 0)
    return bool(atom.last_year) or (atom.kind == "month" and months > 0) or (atom.kind == "quarter" and months > 2)


_THIRDS: Final = {"first_third": 10, "middle_third": 20}
"""Last day of a third of a month."""


def _due(placed: Placed) -> date | None:
    """The last day that the markers allow: "trước tháng 6/2025" ends with May, "đầu năm 2026" has no last day."""
    atom, markers = placed.atom, placed.markers
    if "vague" in markers:
        return None
    if "first_half" in markers:
        return _middle(atom)
    third = next((_THIRDS[m] for m in markers if m in _THIRDS), None)
    if third and atom.kind == "month":
        return calendar_day(atom.year, atom.month, third) if atom.year and atom.month else None
    if "before" in markers and atom.kind != "day":
        return atom.first - timedelta(days=1) if atom.first else None
    return atom.last


def _middle(atom: Atom) -> date | None:
    if atom.kind == "month" and atom.year and atom.month:
        return calendar_day(atom.year, atom.month, 15)
    return date(atom.year, 6, 30) if atom.kind == "year" and atom.year else None


def _year_day(placed: Placed) -> str | None:
    """`MM-DD` of a point that comes every year; the last of February is the 28th, which every year has."""
    common = _due(replace(placed, atom=replace(placed.atom, year=2023)))
    return common.strftime("%m-%d") if common else None


def _read_duration(
    atom: Atom, reading: TimeReading, issued_on: date | None, effective_on: date | None
) -> TimeReading:
    event = atom.event or ""
    signed, effect = _own_event_pattern().match(event), _effect_pattern().match(event)
    since, own = (issued_on, signed) if signed else (effective_on, effect)
    due = _later(since, atom.amount, atom.unit or "days") if own and since and atom.amount is not None else None
    if own is None or due is None:
        return replace(reading, conditional=True)
    return replace(reading, end=atom.end - len(event) + own.end(), due=due)


@cache
def _effect_pattern() -> re.Pattern[str]:
    """This directive's taking effect: "Quyết định này có hiệu lực", or with a capital and without "này"."""
    kinds, taking = words_of("documents"), words_of("effect")
    return re.compile(rf"(?:(?i:{kinds}|văn bản)\s+này|(?=[^\W\d_a-zà-ỹđ])(?i:{kinds}))\s+(?i:{taking})(?=\s*(?:$|[,)]))")


@cache
def _own_event_pattern() -> re.Pattern[str]:
    event, kinds = words_of("own_event"), words_of("documents")
    told = rf"(?:{kinds}|văn bản)\s+này\s+được\s+{event}"
    return re.compile(rf"(?:{event}(?:\s+(?:{kinds}|văn bản)(?:\s+này)?)?|{told})(?=\s*(?:$|[,)]))", FLAGS)


def _later(start: date, amount: int, unit: str) -> date | None:
    """`amount` days, weeks, months or years after `start`; the end of a month stays within the month."""
    if unit == "working days":
        return _working_day(start, amount)
    if unit in ("days", "weeks"):
        return start + timedelta(days=amount * (7 if unit == "weeks" else 1))
    months = start.month - 1 + amount * (12 if unit == "years" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def _working_day(start: date, amount: int) -> date | None:
    """The day on which so many working days after `start` end; None when a public holiday may lie between.

    Those of the lunar calendar move and days off are swapped by decree each year, so seasons stand for days.
    """
    day = start
    while amount > 0:
        day += timedelta(days=1)
        if any(first <= (day.month, day.day) <= last for first, last in _HOLIDAY_SEASONS):
            return None
        amount -= day.weekday() < _SATURDAY
    return day


_SATURDAY: Final = 5
_HOLIDAY_SEASONS: Final = (((1, 1), (1, 3)), ((1, 18), (2, 26)), ((4, 1), (5, 4)), ((8, 30), (9, 4)), ((12, 30), (12, 31)))
"""Around the public holidays of the Labour Code, article 112: New Year, Tết, Hùng Kings to 1 May, 2 September."""


# Cycles and their days


def _join_cycles(text: str, readings: list[TimeReading]) -> list[TimeReading]:
    """Joins a cycle with the day beside it ("hằng năm, trước ngày 15/12") and with "đột xuất"."""
    joined: list[TimeReading] = []
    for reading in readings:
        both = _joined(text, joined[-1], reading) if joined else None
        if both:
            joined[-1] = both
        else:
            joined.append(reading)
    return joined


def _joined(text: str, first: TimeReading, second: TimeReading) -> TimeReading | None:
    gap = text[first.end : second.start]
    if not re.fullmatch(r"\s*(?:,|\(|:|;|và|hoặc|hay|của|vào|\(\s*vào)?\s*(?:và|là|hoặc)?\s*", gap):
        return None
    whole = replace(first, end=second.end)
    kinds = (first.recurrence, second.recurrence)
    if "ad-hoc" in kinds and None not in kinds and kinds != ("ad-hoc", "ad-hoc"):
        other = kinds[0] if kinds[1] == "ad-hoc" else kinds[1]
        return replace(whole, recurrence="yearly+ad-hoc" if other == "yearly" else other)
    same = first.recurrence is not None and first.recurrence == second.recurrence
    if same and not (first.recurs_before and second.recurs_before):
        return replace(whole, recurs_before=first.recurs_before or second.recurs_before)
    return None


def _merge(text: str, readings: tuple[TimeReading, ...]) -> TimeReading:
    """One reading of several: see `read_time`."""
    own = [r for r in readings if not r.is_vision] or list(readings)
    exact = [r.due for r in own if r.due and not r.period]
    due = max(exact, default=None) or max((r.due for r in own if r.due), default=None)
    cycles = [r for r in own if r.recurrence]
    recurrence = _merged_recurrence(cycles)
    days = {r.recurs_before for r in cycles if r.recurs_before}
    start, end = own[0].start, own[-1].end
    return TimeReading(
        text=text[start:end],
        start=start,
        end=end,
        due=due,
        recurrence=recurrence,
        recurs_before=days.pop() if len(days) == 1 else None,
        period=next((r.period for r in own if r.period), None),
        starts_on=next((r.starts_on for r in own if r.starts_on), None),
        conditional=due is None and recurrence is None and any(r.conditional for r in own),
        yearless=next((r.yearless for r in reversed(own) if r.yearless), None) if due is None else None,
    )


def _merged_recurrence(cycles: list[TimeReading]) -> Recurrence | None:
    named = [r.recurrence for r in cycles]
    for recurrence in _SHORTEST_FIRST:
        if recurrence in named:
            twice = [r.recurs_before for r in cycles if r.recurrence == "yearly" and r.recurs_before]
            if recurrence == "yearly" and len(set(twice)) == 2:
                return "half-yearly"
            return "yearly+ad-hoc" if recurrence == "yearly" and "ad-hoc" in named else recurrence
    return next((r for r in named if r), None)
