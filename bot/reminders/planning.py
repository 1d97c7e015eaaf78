"""What should be said in the next two days, to whom, and until when it is of use. Decides, and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.reminders.agenda import OVERDUE_SHOWN
from bot.reminders.dues import Due, dues, last_use
from bot.reminders.outbox import DIGEST
from bot.reminders.wishes import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.reminders.agenda import Agenda, Window
    from bot.reminders.catalogue import Catalogue
    from bot.reminders.recipients import Recipient, Roll
    from bot.reminders.wishes import Wishes
    from corpus.deadlines import Deadline

SNOOZED = 1000
"""Added to the offset of a reminder that was put off: other than any offset, and another for each day."""
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
    """Everything a plan for some recipients depends on. `unsent` are items planned before that have not been said.

    `agenda` is that of `window`; `roll`, `wishes` and `unsent` hold of these recipients.
    """

    catalogue: Catalogue
    agenda: Agenda
    roll: Roll
    wishes: dict[Recipient, Wishes]
    window: Window
    unsent: Collection[ItemKey] = ()


def wanted(planning: Planning) -> dict[ItemKey, Want]:
    """Every item whose day is in the window: reminders, what was put off, digests."""
    roll, wishes, agenda = planning.roll, planning.wishes, planning.agenda
    first, _ = planning.window
    found: dict[ItemKey, Want] = {}
    for one in agenda.of(roll.units, {*roll.watchers, *(key[2] for key in planning.unsent)}):
        due, source, directive = one.due, one.due.deadline.source_id, one.due.deadline.directive
        for here in roll.recipients(due, planning.catalogue.names(due.deadline)):
            wish = wishes.get(here, DEFAULT)
            if not wish.reminders:
                continue
            for offset, day in one.spoken.items():
                key = (*here, source, due.day, offset)
                # When the working days change, the day meant for something unsaid may now lie behind us.
                if day < first and key not in planning.unsent:
                    continue
                chosen = not due.stated or offset in wish.offsets
                if chosen and not roll.silence(here, due.deadline, max(day, first)):
                    found[key] = Want(directive, max(day, first), last_use(due, offset, day))
            reads = {"weekly": agenda.weekly, "daily": agenda.daily}.get(wish.digest, frozenset())
            for day in one.listed:
                if day in reads and not roll.silence(here, due.deadline, day):
                    end = day + _WEEKLY_USE if wish.digest == "weekly" else day
                    found[*here, DIGEST, day, 0] = Want("", day, end)
    found.update(_put_off(planning))
    return found


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
