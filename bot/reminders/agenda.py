"""What a window of days has to speak of, found by the units and the tasks it concerns. Pure; knows no recipient."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.reminders.dues import REACH, Due, dues, reminder_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from bot.reminders.catalogue import Catalogue
    from bot.reminders.working_days import WorkingDays

DIGEST_SPAN = 7
"""Days that a digest looks ahead, its own included."""
OVERDUE_SHOWN = 7

Window = tuple["date", "date"]
"""The first and the last day, both included."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """An occurrence with the days on which its reminders speak (by offset), and those whose digests list it.

    `spoken` ends with the window, but begins before it: what was planned for an earlier day may not have been said.
    """

    due: Due
    spoken: dict[int, date]
    listed: tuple[date, ...]


@dataclass(frozen=True)
class Agenda:
    """The occasions of a window.

    `loud` are the units some of whose members anything of it may be said to, `quiet` those of whom only people with a
    daily digest hear anything; `by_unit` has what is said to either, `by_source` also what nothing new is said of.
    """

    weekly: frozenset[date]
    daily: frozenset[date]
    by_unit: dict[int, tuple[Occasion, ...]]
    by_source: dict[str, tuple[Occasion, ...]]
    loud: frozenset[int]
    quiet: frozenset[int]
    sources: frozenset[str]
    """Of what anything is said."""

    def of(self, units: Iterable[int], sources: Iterable[str]) -> list[Occasion]:
        """What concerns any of these units, and whatever there is of these tasks and targets; each once."""
        found = {id(one): one for number in units for one in self.by_unit.get(number, ())}
        found.update((id(one), one) for source in sources for one in self.by_source.get(source, ()))
        return list(found.values())


def agenda_of(
    catalogue: Catalogue, window: Window, days: WorkingDays, units_of: Callable[[str], frozenset[int]]
) -> Agenda:
    """The agenda of a window; `units_of` says which units a name means."""
    first, last = window
    weekly, daily = _digest_days(window, days)
    by_unit: dict[int, list[Occasion]] = defaultdict(list)
    by_source: dict[str, list[Occasion]] = defaultdict(list)
    loud: set[int] = set()
    sources: set[str] = set()
    digests = sorted(daily)
    for due in dues(catalogue.deadlines, first - REACH, last + REACH):
        spoken = {n: day for n, day in reminder_days(due, days).items() if day <= last}
        one = Occasion(due, spoken, tuple(day for day in digests if in_digest(due, day)))
        by_source[due.deadline.source_id].append(one)
        is_spoken = any(day >= first for day in spoken.values())
        if not is_spoken and not one.listed:
            continue
        sources.add(due.deadline.source_id)
        concerned = frozenset[int]().union(*map(units_of, catalogue.names(due.deadline)))
        for number in concerned:
            by_unit[number].append(one)
        if is_spoken or not weekly.isdisjoint(one.listed):
            loud |= concerned
    return Agenda(
        weekly,
        daily,
        {number: tuple(found) for number, found in by_unit.items()},
        {source: tuple(found) for source, found in by_source.items()},
        frozenset(loud),
        frozenset(by_unit.keys() - loud),
        frozenset(sources),
    )


def in_digest(due: Due, day: date) -> bool:
    """Whether a digest of that day lists it: due within a week, or a duty's day that has passed within a week."""
    ahead = (due.day - day).days
    return 0 <= ahead < DIGEST_SPAN or (due.can_be_late and -OVERDUE_SHOWN <= ahead < 0)


def _digest_days(window: Window, days: WorkingDays) -> tuple[frozenset[date], frozenset[date]]:
    """The days of the window with a weekly digest, and with a daily one."""
    first, last = window
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    daily = frozenset(day for day in every if days.is_working(day))
    weekly = frozenset(day for day in daily if _first_of_week(day, days))
    return weekly, daily


def _first_of_week(day: date, days: WorkingDays) -> bool:
    """True on the first working day of its week."""
    return days.on_or_after(day - timedelta(days=day.weekday())) == day
