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
from corpus.time_words import FLAGS, YEAR, alternatives, marker_words, time_words, words_of

if TYPE_CHECKING:
    from corpus.records import Recurrence

__all__ = ["TimeReading", "mask_citations", "read_time", "read_times"]

_REACH: Final = 40
_MAYBE: Final = re.compile(r"\d|năm|quý|quí|tháng|tuần|định k|thường xuyên|đột xuất|hằng|hàng|khi|sau|theo", FLAGS)
_EQUAL: Final = ("bằng", "Bằng")
"""Before a marker this is the end of another word ("bàn giao mặt bằng trước ngày 30/4/2026")."""
_SHORTEST_FIRST: Final = ("weekly", "monthly", "quarterly", "half-yearly", "yearly")


@dataclass(frozen=True, slots=True)
class TimeReading:
    """One time expression: `text` is the matched words, `start:end` their place in the input.

    `due` is the last day that satisfies it. `recurs_before` is `MM-DD` (yearly) or `DD` (monthly). `starts_on` is a
    beginning ("từ năm 2025 trở đi"), not a due. `conditional` means that it waits for an event; then there is no date.
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

    @property
    def is_vision(self) -> bool:
        """True for "tầm nhìn đến năm 2045": a horizon beyond the goal's own."""
        return self.text.lower().startswith(tuple(time_words()["markers"]["vision"]))


@dataclass(frozen=True, slots=True)
class _Placed:
    """An atom with the marker classes that stand before it, nearest first, and where its expression begins."""

    atom: Atom
    markers: tuple[str, ...]
    start: int
    end: int
    onward: bool = False
    cycle: Recurrence | None = None
    since: date | None = None


def read_times(text: str, *, issued_on: date | None = None) -> tuple[TimeReading, ...]:
    """Every time expression of `text` in order, not overlapping; dates of cited documents and baselines are left out.

    `issued_on` is the directive's own date, from which "kể từ ngày ký" counts.
    """
    if not _MAYBE.search(text):
        return ()
    masked = mask_citations(text)
    atoms = _same_days(find_atoms(masked))
    floors = [0, *(atom.end for atom in atoms)]
    placed = [p for atom, floor in zip(atoms, floors, strict=False) if (p := _place(masked, atom, floor))]
    return tuple(
        replace(reading, text=text[reading.start : reading.end])
        for reading in _join_cycles(masked, [_read(p, issued_on) for p in _share(masked, placed)])
    )


def read_time(text: str, *, issued_on: date | None = None) -> TimeReading | None:
    """One reading of a whole phrase or table cell; None when it holds no time.

    The latest date counts, a period only when no date is more exact; the shortest cycle counts, and a cycle's day only
    when it is the only one. A bare year or span of years ("2025", "2026-2030") is a time when it is all there is.
    """
    bare = re.fullmatch(rf"\s*({YEAR})(?:\s*[-–]\s*({YEAR}))?\s*", text)
    if bare:
        text_before = len("năm ")
        readings = read_times(f"năm {text}", issued_on=issued_on)
        return _shifted(readings[0], text, text_before) if readings else None
    readings = read_times(text, issued_on=issued_on)
    return _merge(text, readings) if readings else None


def _shifted(reading: TimeReading, text: str, by: int) -> TimeReading:
    start, end = max(0, reading.start - by), reading.end - by
    return replace(reading, text=text[start:end], start=start, end=end)


# Markers before and after an atom


@cache
def _marker_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)({alternatives(marker_words())})[\s,:]*$", FLAGS)


@cache
def _baseline_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){words_of('baseline')}\s*(?:cả\s+|của\s+)?$", FLAGS)


@cache
def _never_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){words_of('not_ongoing')}\s*$", FLAGS)


@cache
def _cap_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){words_of('at_most')}\s*$", FLAGS)


@cache
def _onward_pattern() -> re.Pattern[str]:
    return re.compile(rf"\s*,?\s*{words_of('onward')}(?!\w)", FLAGS)


def _place(text: str, atom: Atom, floor: int) -> _Placed | None:
    """The atom with its markers, none before `floor`; None when the words before it make it no time to act."""
    begin, start, markers = atom.start, atom.start, []
    while found := _marker_pattern().search(text, max(floor, start - _REACH), start):
        kind = marker_words()[" ".join(found[1].lower().split())]
        start = found.start()
        if kind != "neutral":
            markers.append(kind)
            begin = start
    before = text[max(0, start - _REACH) : start]
    compared = _baseline_pattern().search(before) if atom.is_point else None
    if compared and not (markers and compared[0].strip() in _EQUAL):
        return None
    if atom.recurrence == "ongoing" and _never_pattern().search(before):
        return None
    if atom.kind == "cycle" and _cap_pattern().search(before):
        return None
    onward = _onward_pattern().match(text, atom.end) if atom.is_point else None
    return _Placed(atom, tuple(markers), begin, onward.end() if onward else atom.end, bool(onward))


# Years and cycles shared between neighbours


def _same_days(atoms: list[Atom]) -> list[Atom]:
    """Gives "cùng ngày" the day that was named last; one that follows no day is no time."""
    named: Atom | None = None
    told: list[Atom] = []
    for atom in atoms:
        if atom.kind == "same_day" and named is None:
            continue
        told.append(replace(named, start=atom.start, end=atom.end) if named and atom.kind == "same_day" else atom)
        named = atom if atom.kind == "day" else named
    return told


def _share(text: str, placed: list[_Placed]) -> list[_Placed]:
    """Gives a point without a year the year or cycle of its neighbour in a list; drops loose points that stay alone."""
    for i in range(len(placed) - 2, -1, -1):
        if _LISTED.fullmatch(text, placed[i].end, placed[i + 1].start):
            placed[i] = _lent(placed[i], placed[i + 1])
    for i in range(1, len(placed)):
        before, this = placed[i - 1], placed[i]
        if before.atom.kind == "cycle" and _OPENED.fullmatch(text, before.end, this.start) and _lacks_year(this):
            placed[i] = replace(this, cycle=before.atom.recurrence)
    joined: list[_Placed] = []
    for this in placed:
        if this.atom.loose and not this.markers and not this.cycle:
            continue
        span = _span(text, joined[-1], this) if joined else None
        joined[-1:] = [span] if span else [*joined[-1:], this]
    return joined


_LISTED = re.compile(r"\s*(?:,|;|và|hoặc|-|–|của)?\s*")
_OPENED = re.compile(r"\s*[,:(]?\s*")


def _lacks_year(placed: _Placed) -> bool:
    return (placed.atom.is_point and placed.atom.year is None) or placed.atom.kind == "monthday"


def _lent(this: _Placed, after: _Placed) -> _Placed:
    """The point with the year, or the cycle, of what follows it."""
    if not _lacks_year(this) or this.atom.recurrence:
        return this
    if after.atom.kind == "cycle":
        return replace(this, cycle=after.atom.recurrence)
    if after.cycle:
        return replace(this, cycle=after.cycle)
    if after.atom.kind in ("day", "month", "quarter") and after.atom.year:
        return replace(this, atom=replace(this.atom, year=after.atom.year, loose=False))
    return this


_DASHES = ("-", "–")


def _span(text: str, first: _Placed, last: _Placed) -> _Placed | None:
    """The beginning and end of "từ ngày 01/6 đến ngày 30/8/2025" as one, due at its end."""
    a, b = first.atom, last.atom
    if not (a.is_point and b.is_point and first.markers[:1] == ("from",)):
        return None
    gap = text[first.end : last.start].strip()
    if not (gap in _DASHES if not last.markers else last.markers[0] == "until" and not gap) or a.kind == "period":
        return None
    a = replace(a, year=a.year or b.year)
    return replace(last, start=first.start, since=a.first)


# From atoms to readings


def _read(placed: _Placed, issued_on: date | None) -> TimeReading:
    atom = placed.atom
    reading = TimeReading("", placed.start, placed.end)
    if atom.kind == "duration":
        return _read_duration(atom, reading, issued_on)
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
    return replace(reading, due=_due(placed), period=period, starts_on=since)


def _is_span(atom: Atom) -> bool:
    """True for a list or range of months, quarters or years, which has an end of its own."""
    months = (atom.last_month or atom.month or 0) - (atom.month or 0)
    return bool(atom.last_year) or (atom.kind == "month" and months > 0) or (atom.kind == "quarter" and months > 2)


def _due(placed: _Placed) -> date | None:
    """The last day that the markers allow: "trước tháng 6/2025" ends with May, "đầu năm 2026" has no last day."""
    atom, markers = placed.atom, placed.markers
    if "vague" in markers:
        return None
    if "first_half" in markers:
        return _middle(atom)
    if "before" in markers and atom.kind != "day":
        return atom.first - timedelta(days=1) if atom.first else None
    return atom.last


def _middle(atom: Atom) -> date | None:
    if atom.kind == "month" and atom.year and atom.month:
        return calendar_day(atom.year, atom.month, 15)
    return date(atom.year, 6, 30) if atom.kind == "year" and atom.year else None


def _year_day(placed: _Placed) -> str | None:
    """`MM-DD` of a point that comes every year; the last of February is the 28th, which every year has."""
    common = _due(replace(placed, atom=replace(placed.atom, year=2023)))
    return common.strftime("%m-%d") if common else None


def _read_duration(atom: Atom, reading: TimeReading, issued_on: date | None) -> TimeReading:
    own = _own_event_pattern().match(atom.event or "")
    if not own or issued_on is None or atom.amount is None or atom.unit == "working days":
        return replace(reading, conditional=True)
    end = atom.end - len(atom.event or "") + own.end()
    return replace(reading, end=end, due=_later(issued_on, atom.amount, atom.unit or "days"))


@cache
def _own_event_pattern() -> re.Pattern[str]:
    event, kinds = words_of("own_event"), words_of("documents")
    return re.compile(rf"{event}(?:\s+(?:{kinds}|văn bản)(?:\s+này)?)?(?=\s*(?:$|[,)]))", FLAGS)


def _later(start: date, amount: int, unit: str) -> date | None:
    """`amount` days, weeks, months or years after `start`; the end of a month stays within the month."""
    if unit in ("days", "weeks"):
        return start + timedelta(days=amount * (7 if unit == "weeks" else 1))
    months = start.month - 1 + amount * (12 if unit == "years" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


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
