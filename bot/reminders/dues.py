"""What falls due, and on which days to speak of it. Pure: deadlines, days and offsets in, reminders out.

A stated day that is not worked is reminded of on the working day before. A period goal ("đến năm 2030") gives one
progress notice a year. A recurrence whose day is not known is spoken of near the end of its period, never as a deadline;
twice when the period is long, since a clause may name a day that was not understood.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from corpus.deadlines import occurrences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.reminders.working_days import WorkingDays
    from corpus.deadlines import Deadline

Manner = Literal["once", "yearly", "half-yearly", "quarterly", "monthly", "period", "progress", "goal"]

KIND_OFFSETS: dict[Manner, frozenset[int]] = {
    "once": frozenset({30, 14, 7, 3, 1, 0, -1, -7}),
    "yearly": frozenset({30, 14, 7, 3, 1, 0, -1, -7}),
    "half-yearly": frozenset({14, 7, 3, 1, 0, -1, -7}),
    "quarterly": frozenset({14, 7, 3, 1, 0, -1, -7}),
    "monthly": frozenset({3, 1, 0, -1}),
    "period": frozenset({20, 7}),
    "progress": frozenset({30}),
    "goal": frozenset({30, 7, 0}),
}
"""Days before (negative: after) on which each kind is spoken of; a recipient may choose fewer."""

REACH = timedelta(days=45)
"""No reminder is further from its due date than this, days off included."""

_MANNERS: dict[str, Manner] = {
    "yearly": "yearly",
    "yearly+ad-hoc": "yearly",
    "half-yearly": "half-yearly",
    "quarterly": "quarterly",
    "monthly": "monthly",
}
_MONTHS = {"yearly": 12, "half-yearly": 6, "quarterly": 3, "monthly": 1}
_GRACE_DAYS = {12: 30, 6: 30, 3: 15, 1: 7}
_PERIOD_ENDS: dict[str, tuple[int, ...]] = {
    "yearly": (12,),
    "half-yearly": (6, 12),
    "quarterly": (3, 6, 9, 12),
    "monthly": tuple(range(1, 13)),
}


@dataclass(frozen=True, slots=True)
class Due:
    """One occurrence. `manner` says how it recurs, or that the day is a period's end that nobody stated."""

    deadline: Deadline
    day: date
    manner: Manner

    @property
    def can_be_late(self) -> bool:
        """Whether it is worth saying that the day has passed: nobody can mark a goal as done."""
        return self.stated and self.manner != "goal"

    @property
    def stated(self) -> bool:
        """Whether the directive itself states the day as a deadline."""
        return self.manner not in {"period", "progress"}

    def is_settled(self, done: date) -> bool:
        """Whether a duty that was done on that day is done for this occurrence.

        What comes once is done for good. What recurs is done when that was after the occurrence before this one, and
        some days' grace (7 for what comes every month, 15 every quarter, else 30): a report sent three weeks late is
        not next year's report.
        """
        if self.manner in {"once", "goal"}:
            return True
        months = self._months
        return done > _months_before(self.day, months) + timedelta(days=_GRACE_DAYS[months])

    @property
    def offsets(self) -> frozenset[int]:
        """Days before (negative: after) on which it is spoken of."""
        every_month = self.manner == "period" and self._months == 1
        return frozenset({7}) if every_month else KIND_OFFSETS[self.manner]

    @property
    def _months(self) -> int:
        """How many months lie between this occurrence and the one before."""
        if self.deadline.recurs_before:
            return 12 if "-" in self.deadline.recurs_before else 1
        return _MONTHS[_MANNERS.get(self.deadline.recurrence or "", "yearly")]


def dues(deadlines: Iterable[Deadline], first: date, last: date) -> Iterator[Due]:
    """Every occurrence from `first` to `last`, both included."""
    for deadline in deadlines:
        yield from _dues(deadline, first, last)


def reminder_days(due: Due, days: WorkingDays) -> dict[int, date]:
    """The day on which each offset speaks.

    What comes before the deadline is counted from the working day on or before it, and is itself moved to a working
    day before; what comes after is moved to a working day after.
    """
    base = days.on_or_before(due.day)
    spoken = {}
    for offset in due.offsets:
        if offset >= 0:
            spoken[offset] = days.on_or_before(base - timedelta(days=offset))
        else:
            spoken[offset] = days.on_or_after(due.day - timedelta(days=offset))
    return spoken


def last_use(due: Due, offset: int, spoken: date) -> date:
    """The last day on which it still makes sense to say so: until the deadline, or for a week once it has passed."""
    return max(due.day, spoken) if offset >= 0 else spoken + timedelta(days=7)


def _dues(deadline: Deadline, first: date, last: date) -> Iterator[Due]:
    if deadline.source == "target":
        yield from _progress(deadline, first, last)
        return
    manner = _MANNERS.get(deadline.recurrence or "")
    days: set[date] = set()
    if manner is not None and deadline.recurs_before:
        days = set(occurrences(deadline, first, last))
        yield from (Due(deadline, day, manner) for day in sorted(days))
    elif manner is not None:
        ends = _period_ends(deadline, manner, first, last)
        yield from (Due(deadline, day, "period") for day in ends if day != deadline.due)
    if deadline.due is not None and first <= deadline.due <= last and deadline.due not in days:
        yield Due(deadline, deadline.due, "once")


def _progress(deadline: Deadline, first: date, last: date) -> Iterator[Due]:
    """A goal's own date, and the end of each year before it; of each year at all when it is a goal for every year."""
    goal = deadline.due
    if goal is None and deadline.recurrence is None:
        return
    start = max(first, deadline.since) if deadline.since else first
    until = min(last.year, goal.year - 1) if goal else last.year
    for year in range(start.year, until + 1):
        day = date(year, 12, 31)
        if start <= day <= last:
            yield Due(deadline, day, "progress")
    if goal is not None and first <= goal <= last:
        yield Due(deadline, goal, "goal")


def _period_ends(deadline: Deadline, recurrence: str, first: date, last: date) -> Iterator[date]:
    start = max(first, deadline.since) if deadline.since else first
    end = min(last, deadline.due) if deadline.due else last
    for year in range(start.year, end.year + 1):
        for month in _PERIOD_ENDS[recurrence]:
            day = date(year, month, calendar.monthrange(year, month)[1])
            if start <= day <= end:
                yield day


def _months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of a month stays the last."""
    month = day.year * 12 + day.month - 1 - months
    year, month = month // 12, month % 12 + 1
    length = calendar.monthrange(year, month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month, length if is_last else min(day.day, length))
