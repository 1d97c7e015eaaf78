"""What should be said in the next two days, to whom, and until when it is of use. Decides, and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.reminders.dues import REACH, Due, dues, last_use, reminder_days
from bot.reminders.outbox import DIGEST
from bot.reminders.wishes import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.reminders.catalogue import Catalogue
    from bot.reminders.recipients import Recipient, Roll
    from bot.reminders.wishes import Wishes
    from bot.reminders.working_days import WorkingDays
    from corpus.deadlines import Deadline

SNOOZED = 1000
"""Added to the offset of a reminder that was put off: other than any offset, and another for each day."""
DIGEST_SPAN = 7
"""Days that a digest looks ahead, its own included."""
OVERDUE_SHOWN = 7
_LATE_USE = timedelta(days=7)
_WEEKLY_USE = timedelta(days=4)

ItemKey = tuple[int, int, str, date, int]
"""Chat, topic, source, due, offset: what is said once."""


@dataclass(frozen=True, slots=True)
class Want:
    """The directive, the day on which to speak, and the last day on which it is of use."""

    directive: str
    day: date
    end: date


@dataclass(frozen=True, slots=True)
class Planning:
    """Everything a plan depends on. `unsent` are items planned before that have not been said."""

    catalogue: Catalogue
    roll: Roll
    wishes: dict[Recipient, Wishes]
    days: WorkingDays
    window: tuple[date, date]
    unsent: Collection[ItemKey] = ()


def wanted(planning: Planning) -> dict[ItemKey, Want]:
    """Every item whose day is in the window: reminders, what was put off, digests."""
    catalogue, roll, wishes = planning.catalogue, planning.roll, planning.wishes
    first, last = planning.window
    found: dict[ItemKey, Want] = {}
    weekly, daily = _digest_days(planning)
    unsent = {key[2] for key in planning.unsent}
    for due in dues(catalogue.deadlines, first - REACH, last + REACH):
        spoken = {n: day for n, day in reminder_days(due, planning.days).items() if day <= last}
        listed = [day for day in daily if in_digest(due, day)]
        source, directive = due.deadline.source_id, due.deadline.directive
        if not listed and source not in unsent and all(day < first for day in spoken.values()):
            continue
        for here in roll.recipients(due, catalogue.names(due.deadline)):
            wish = wishes.get(here, DEFAULT)
            if not wish.reminders:
                continue
            for offset, day in spoken.items():
                key = (*here, source, due.day, offset)
                # When the working days change, the day meant for something unsaid may now lie behind us.
                if day < first and key not in planning.unsent:
                    continue
                chosen = not due.stated or offset in wish.offsets
                if chosen and not roll.silence(here, due.deadline, max(day, first)):
                    found[key] = Want(directive, max(day, first), last_use(due, offset, day))
            chosen_days = weekly if wish.digest == "weekly" else daily if wish.digest == "daily" else frozenset()
            for day in listed:
                if day in chosen_days and not roll.silence(here, due.deadline, day):
                    end = day + _WEEKLY_USE if wish.digest == "weekly" else day
                    found[*here, DIGEST, day, 0] = Want("", day, end)
    found.update(_put_off(planning))
    return found


def in_digest(due: Due, day: date) -> bool:
    """Whether a digest of that day lists it: due within a week, or a duty's day that has passed within a week."""
    ahead = (due.day - day).days
    return 0 <= ahead < DIGEST_SPAN or (due.can_be_late and -OVERDUE_SHOWN <= ahead < 0)


def nearest(deadlines: Collection[Deadline], day: date) -> Due | None:
    """The occurrence that somebody means who speaks of a task on that day: one just past, or the next."""
    horizon = max([day + timedelta(days=400), *(d.due for d in deadlines if d.due)])
    found = list(dues(deadlines, day - timedelta(days=60), horizon))
    coming = [due for due in found if (due.day - day).days >= -OVERDUE_SHOWN]
    return min(coming or found, key=lambda due: (abs((due.day - day).days), due.day), default=None)


def _put_off(planning: Planning) -> dict[ItemKey, Want]:
    """What somebody put off until a day of the window: its nearest occurrence then."""
    first, last = planning.window
    found: dict[ItemKey, Want] = {}
    for (here, source), until in planning.roll.mutes.items():
        if until is None or not first <= until <= last:
            continue
        due = nearest(planning.catalogue.by_source.get(source, ()), until)
        if due is None or not planning.wishes.get(here, DEFAULT).reminders:
            continue
        concerned = planning.roll.recipients(due, planning.catalogue.names(due.deadline))
        if here in concerned and not planning.roll.silence(here, due.deadline, until):
            key = (*here, source, due.day, SNOOZED + (due.day - until).days)
            found[key] = Want(due.deadline.directive, until, until + _LATE_USE)
    return found


def _digest_days(planning: Planning) -> tuple[frozenset[date], frozenset[date]]:
    """The days of the window with a weekly digest, and with a daily one."""
    first, last = planning.window
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    daily = frozenset(day for day in days if planning.days.is_working(day))
    weekly = frozenset(day for day in daily if _first_of_week(day, planning.days))
    return weekly, daily


def _first_of_week(day: date, days: WorkingDays) -> bool:
    """True on the first working day of its week."""
    return days.on_or_after(day - timedelta(days=day.weekday())) == day
