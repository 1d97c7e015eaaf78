"""A task as the duty of one unit: in what way it is theirs, when it is next due, how far they are. Knows no screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from bot.list_rows import closest
from corpus.deadlines import HORIZON, deadlines, in_window, occurrences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.office.progress import Mark, State
    from bot.office.records import Unit
    from corpus.deadlines import Deadline
    from corpus.store_records import StoredDirective, StoredTask
    from corpus.units import Match

Role = Literal["lead", "coop"]

_IN_EVERY = {"week": {"weekly"}, "month": {"weekly", "monthly"}, "quarter": {"weekly", "monthly", "quarterly"}}
_MONTHS_OF = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12, "yearly+ad-hoc": 12}


@dataclass(frozen=True, slots=True)
class Duty:
    """A task seen from a unit. `role` and `match` say how it is theirs (None: it is not), `named` as whom.

    `next_due` is the date it is due, or falls due next; `state` what the unit's mark means today.
    """

    task: StoredTask
    unit: Unit | None
    role: Role | None
    match: Match
    named: str
    next_due: date | None
    mark: Mark | None
    state: State

    @property
    def overdue_on(self) -> date | None:
        """The stated day of one that recurs no more; what comes again has no single day to miss."""
        return self.task.due if self.task.recurrence in {None, "ongoing"} else None

    def is_overdue(self, today: date) -> bool:
        """True when its day has passed and the unit has not said that it is done."""
        return self.overdue_on is not None and self.overdue_on < today and self.state != "done"


def duty_of(
    task: StoredTask,
    unit: Unit | None,
    marks: Iterable[Mark],
    directives: Mapping[str, StoredDirective],
    now: datetime,
) -> Duty:
    """A task as the duty of a unit (of nobody in particular without one); `marks` may be of any task and unit."""
    role, match, named = part_in(task, unit)
    mark = next((m for m in marks if unit and m.task == task.id and m.unit == unit.id), None)
    deadline = deadline_of(task, directives)
    state: State = standing(mark, deadline, now) if mark else "todo"
    return Duty(task, unit, role, match, named, next_due(deadline, now.date()), mark, state)


def part_in(task: StoredTask, unit: Unit | None) -> tuple[Role | None, Match, str]:
    """A unit's part in a task, how it is meant, and as whom.

    One that leads by class and helps by name does lead: the directive says so of all in the class.
    """
    name = unit.name if unit else None
    match, named = closest(name, task.lead)
    if match:
        return "lead", match, named
    match, named = closest(name, task.coop)
    return "coop" if match else None, match, named


def duties_of(
    tasks: Iterable[StoredTask],
    unit: Unit,
    marks: Mapping[str, Sequence[Mark]],
    directives: Mapping[str, StoredDirective],
    now: datetime,
) -> list[Duty]:
    """The tasks that are a unit's by name, alias, succession or class: what is open by date first, what is done last."""
    own = (task for task in tasks if part_in(task, unit)[0])
    return by_date(duty_of(task, unit, marks.get(task.id, ()), directives, now) for task in own)


def by_date(duties: Iterable[Duty]) -> list[Duty]:
    """What is open by date, then without one, then what is done."""
    return sorted(duties, key=lambda d: (d.state == "done", d.next_due or date.max))


def deadline_of(task: StoredTask, directives: Mapping[str, StoredDirective]) -> Deadline | None:
    """The deadline of a task; None when nothing is said of time."""
    directive = directives.get(task.directive)
    return next(iter(deadlines([directive] if directive else [], [task], [])), None)


def next_due(deadline: Deadline | None, today: date) -> date | None:
    """The day of a dated one, past or not; of one that recurs on stated days the next; None when no day is stated."""
    if deadline is None:
        return None
    return next(occurrences(deadline, today, today + HORIZON), deadline.due)


def falls_in(deadlines_found: Iterable[Deadline], name: str, today: date) -> list[Deadline]:
    """What is due in the `week`, `month` or `quarter` that today is in, an occurrence each, by date.

    What recurs on no stated day is in a window only when it comes round in every one of that length.

    Raises:
        ValueError: no such window.
    """
    rows = in_window(deadlines_found, *window(name, today))
    return [row for row in rows if row.due is not None or row.recurrence in _IN_EVERY[name]]


def standing(mark: Mark, deadline: Deadline | None, now: datetime) -> State:
    """What a mark means today: of a duty that comes again, one made for an earlier round no longer holds."""
    start = _round_began(deadline, now.date()) if deadline else None
    made = mark.changed_at.astimezone(now.tzinfo).date()
    return "todo" if start is not None and made < start else mark.state


def window(name: str, today: date) -> tuple[date, date]:
    """First and last day of the `week` (from Monday), `month` or `quarter` that a day is in.

    Raises:
        ValueError: another name.
    """
    if name == "week":
        first = today - timedelta(days=today.weekday())
        return first, first + timedelta(days=6)
    if name == "month":
        first = today.replace(day=1)
        return first, _months_later(first, 1) - timedelta(days=1)
    if name == "quarter":
        first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
        return first, _months_later(first, 3) - timedelta(days=1)
    raise ValueError(name)


def _round_began(deadline: Deadline, today: date) -> date | None:
    """When the present round of a recurring duty began: after its last stated day, else with the calendar's period."""
    if deadline.recurs_before:
        earlier = list(occurrences(deadline, today - HORIZON - timedelta(days=1), today - timedelta(days=1)))
        return earlier[-1] + timedelta(days=1) if earlier else None
    if deadline.recurrence == "weekly":
        return today - timedelta(days=today.weekday())
    months = _MONTHS_OF.get(deadline.recurrence or "")
    return date(today.year, months * ((today.month - 1) // months) + 1, 1) if months else None


def _months_later(first: date, months: int) -> date:
    month = first.month - 1 + months
    return date(first.year + month // 12, month % 12 + 1, 1)
