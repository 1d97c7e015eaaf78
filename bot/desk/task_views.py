"""Which tasks a list shows: of a unit, a directive, a question's answer or all, filtered; as short as a button needs.

A view is written `<origin>.<state><role><time>`: `u12` a unit, `d<token>` a directive, `q34` a question, `a` all that
may be seen; the state is one of a(ny) t(odo) d(oing) x(done), the role a l(ead) c(oop), the time a q(uarter) o(verdue).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.desk.duties import by_date, deadline_of, duties_of, duty_of, falls_in
from bot.desk.seen import is_keeper_here, unit_among
from bot.desk.told import Told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from bot.desk.duties import Duty
    from bot.desk.seen import Seen
    from bot.desk.visit import Visit
    from bot.office.office import Office
    from bot.office.records import Unit
    from corpus.store_records import StoredTask

STATES = {"a": "all", "t": "todo", "d": "doing", "x": "done"}
ROLES = {"a": "all", "l": "lead", "c": "coop"}
TIMES = {"a": "all", "q": "quarter", "o": "overdue"}
FILTERS: dict[Axis, dict[str, str]] = {"state": STATES, "role": ROLES, "time": TIMES}

Axis = Literal["state", "role", "time"]
_VIEW = re.compile(r"(?P<origin>u\d{1,9}|d[0-9a-f]{8}|q\d{1,12}|a)\.(?P<state>[atdx])(?P<role>[alc])(?P<time>[aqo])")


@dataclass(frozen=True, slots=True)
class TaskView:
    """An origin and the filters by letter."""

    origin: str
    state: str = "a"
    role: str = "a"
    time: str = "a"

    def __str__(self) -> str:
        return f"{self.origin}.{self.state}{self.role}{self.time}"

    @property
    def number(self) -> int:
        """The unit's or the question's id; 0 for other origins."""
        return int(self.origin[1:]) if self.origin[0] in "uq" else 0

    def filtered(self, axis: Axis, letter: str) -> TaskView:
        """The same origin under another filter.

        Raises:
            ValueError: no such filter.
        """
        if letter not in FILTERS[axis]:
            raise ValueError(letter)
        return replace(self, **{axis: letter})

    def chosen(self) -> list[tuple[Axis, str]]:
        """The filters in force, by name."""
        letters: dict[Axis, str] = {"state": self.state, "role": self.role, "time": self.time}
        return [(axis, FILTERS[axis][letter]) for axis, letter in letters.items() if letter != "a"]


def view_of(text: str) -> TaskView:
    """The view that a button carries.

    Raises:
        ValueError: none that we write.
    """
    found = _VIEW.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return TaskView(found["origin"], found["state"], found["role"], found["time"])


def unit_shown(view: TaskView, visit: Visit, office: Office) -> Unit | None:
    """The unit whose tasks a view lists; None when there is none, or it is not the visitor's to look into.

    One's own in private, the group's in a group; a keeper may look into any, in private.
    """
    if not view.origin.startswith("u"):
        return None
    mine = unit_among(visit.units, view.number)
    if mine is None and is_keeper_here(visit):
        return office.people.unit(view.number)
    return mine


def duties_shown(view: TaskView, visit: Visit, office: Office, seen: Seen) -> list[Duty]:
    """What a view lists, in order.

    Raises:
        ValueError: as `duties_of_origin`.
    """
    return filtered(duties_of_origin(view, visit, office, seen), view, seen, office.clock.today())


def filtered(duties: Iterable[Duty], view: TaskView, seen: Seen, today: date) -> list[Duty]:
    """Those of an origin's duties that a view's filters leave."""
    return [duty for duty in duties if _passes(duty, view, seen, today)]


def duties_of_origin(view: TaskView, visit: Visit, office: Office, seen: Seen) -> list[Duty]:
    """What a view could list without its filters, in order.

    Raises:
        ValueError: its origin is gone, or not the visitor's to see.
    """
    now = office.clock.now()
    if view.origin.startswith("u"):
        unit = unit_shown(view, visit, office)
        if unit is None:
            raise ValueError(view.origin)
        marks = office.progress.marks([unit.id])
        return duties_of(seen.tasks_of(unit.name), unit, marks, seen.directives, now)
    duties = _each_as_own(_tasks_of(view, visit, office, seen), visit, office, seen)
    return by_date(duties) if view.origin == "a" else duties


def own_duties(task: StoredTask, visit: Visit, office: Office, seen: Seen) -> list[Duty]:
    """A task as the duty of each of the visitor's units that it falls on."""
    marks, holding = office.progress.of_task(task.id), seen.holding(task)
    found = (duty_of(task, unit, marks, holding, office.clock.now()) for unit in visit.units)
    return [duty for duty in found if duty.role]


def _each_as_own(tasks: list[StoredTask], visit: Visit, office: Office, seen: Seen) -> list[Duty]:
    """Each task as the duty of the first of the visitor's units that it falls on, else of nobody in particular."""
    told, now = Told(visit, office), office.clock.now()

    def best(task: StoredTask) -> Duty:
        marks = told.marks.get(task.id, ())
        mine = (duty_of(task, unit, marks, seen.directives, now) for unit in visit.units)
        own = next((duty for duty in mine if duty.role), None)
        if own is not None:
            return own
        nobodys = duty_of(task, None, (), seen.directives, now)
        return replace(nobodys, state=told.state(task, deadline_of(task, seen.directives), now))

    return [best(task) for task in tasks]


def _tasks_of(view: TaskView, visit: Visit, office: Office, seen: Seen) -> list[StoredTask]:
    if view.origin.startswith("d"):
        directive = seen.directive(view.origin[1:])
        if directive is None:
            raise ValueError(view.origin)
        return seen.tasks_in(directive.key)
    if view.origin.startswith("q"):
        asked = office.questions.get(view.number)
        if asked is None or asked.place.chat != visit.place.chat:
            raise ValueError(view.origin)
        told = [task for number in asked.tasks if (task := seen.task(number)) is not None]
        return told or cited_tasks(seen, [(c["directive"], c["path"]) for c in asked.citations])
    return list(seen.tasks.values())


def cited_tasks(seen: Seen, citations: list[tuple[str, str]]) -> list[StoredTask]:
    """The tasks that stand in cited clauses (directive, path) or right below them, the best cited first."""
    found: dict[str, StoredTask] = {}
    for directive, path in citations:
        for task in seen.tasks_in(directive):
            if task.path == path or task.path.startswith(f"{path}."):
                found.setdefault(task.id, task)
    return list(found.values())


def _passes(duty: Duty, view: TaskView, seen: Seen, today: date) -> bool:
    if view.state != "a" and duty.state != STATES[view.state]:
        return False
    if view.role != "a" and duty.role != ROLES[view.role]:
        return False
    if view.time == "o":
        return duty.is_overdue(today)
    deadline = deadline_of(duty.task, seen.directives)
    return view.time == "a" or (deadline is not None and bool(falls_in([deadline], "quarter", today)))
