"""Which deadlines a list, a picture or a calendar shows, as short as a button needs.

A view is written `<window><scope>`, and `.<directive token>` for those of one directive. The window is one of w(eek)
m(onth) q(uarter) o(verdue) u(pcoming: twelve months ahead); the scope m(ine: of the visitor's units) or a(ll seen).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desk.duties import duty_of, falls_in, next_due
from bot.desk.told import Told
from bot.list_rows import best_match
from corpus.deadlines import HORIZON, deadlines, in_window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from bot.desk.seen import Seen
    from bot.desk.visit import Visit
    from bot.office.office import Office
    from corpus.deadlines import Deadline

WINDOWS = {"w": "week", "m": "month", "q": "quarter", "o": "overdue", "u": "ahead"}
SCOPES = {"m": "mine", "a": "all"}
_VIEW = re.compile(r"(?P<window>[wmqou])(?P<scope>[ma])(?:\.(?P<directive>[0-9a-f]{8}))?")


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """A window, whose deadlines, and of which directive (a token; empty: of any)."""

    window: str = "u"
    scope: str = "m"
    directive: str = ""

    def __str__(self) -> str:
        return f"{self.window}{self.scope}" + (f".{self.directive}" if self.directive else "")


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as it stands today: one occurrence where it recurs. `done`: see `bot.desk.told`."""

    deadline: Deadline
    day: date | None
    done: bool

    def is_late(self, today: date) -> bool:
        """True for a duty whose day has passed undone; a target's year that is over is no one's delay."""
        passed = self.day is not None and self.day < today
        return passed and not self.done and self.deadline.source == "task"


def view_of(text: str) -> DeadlineView:
    """The view that a button carries.

    Raises:
        ValueError: none that we write.
    """
    found = _VIEW.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return DeadlineView(found["window"], found["scope"], found["directive"] or "")


def dues_shown(view: DeadlineView, visit: Visit, office: Office, seen: Seen) -> list[Due]:
    """What a view lists, by date, those without a stated day last.

    Raises:
        ValueError: its directive is gone, or not the visitor's to see.
    """
    return dues_by_window(view, visit, office, seen)(view.window)


def dues_by_window(view: DeadlineView, visit: Visit, office: Office, seen: Seen) -> Callable[[str], list[Due]]:
    """What a view lists under any window, by the window's letter; what all windows need is read once.

    Raises:
        ValueError: as `dues_shown`.
    """
    found = _deadlines(view, visit, seen)
    told, now = Told(visit, office), office.clock.now()

    def shown(letter: str) -> list[Due]:
        if letter == "o":
            return _overdue(found, told, seen, now)
        ahead = in_window(found, now.date(), now.date() + HORIZON) if letter == "u" else None
        rows = falls_in(found, WINDOWS[letter], now.date()) if ahead is None else ahead
        return [Due(row, row.due, _is_done(row, told, seen, now)) for row in rows]

    return shown


def whole_calendar(view: DeadlineView, visit: Visit, office: Office, seen: Seen) -> list[Deadline]:
    """The deadlines of a view in the twelve months ahead, done or not, an occurrence each.

    Raises:
        ValueError: as `dues_shown`.
    """
    today = office.clock.today()
    return in_window(_deadlines(view, visit, seen), today, today + HORIZON)


def _deadlines(view: DeadlineView, visit: Visit, seen: Seen) -> list[Deadline]:
    if view.directive:
        directive = seen.directive(view.directive)
        if directive is None:
            raise ValueError(view.directive)
        tasks, targets = seen.tasks_in(directive.key), seen.targets_in(directive.key)
    else:
        tasks, targets = list(seen.tasks.values()), list(seen.targets.values())
    found = deadlines(seen.directives.values(), tasks, targets)
    if view.scope == "a":
        return found
    return [d for d in found if any(best_match(unit.name, (*d.who, *d.coop)) for unit in visit.units)]


def _is_done(row: Deadline, told: Told, seen: Seen, now: datetime) -> bool:
    """True when a mark says so of this very occurrence: a mark is about the round in which it was made."""
    task, today = seen.task(row.source_id) if row.source == "task" else None, now.date()
    if task is None or task.id not in told.marks:
        return False
    if row.due is not None and row.due < today:
        now -= today - row.due
    elif next_due(row, today) != row.due:
        return False
    return told.state(task, row, now) == "done"


def _overdue(found: Iterable[Deadline], told: Told, seen: Seen, now: datetime) -> list[Due]:
    """Duties with a single stated day that has passed, and that are not said to be done."""
    late: list[Due] = []
    for deadline in found:
        task = seen.task(deadline.source_id) if deadline.source == "task" else None
        if task is None or told.state(task, deadline, now) == "done":
            continue
        if duty_of(task, None, (), seen.directives, now).is_overdue(now.date()):
            late.append(Due(deadline, deadline.due, done=False))
    return late
