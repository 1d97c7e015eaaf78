"""How far each unit is with its tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import Select, delete, insert, select

from bot.office.tables import person, progress
from corpus.database import take_turn

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from corpus.database import Database

State = Literal["todo", "doing", "done"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class Mark:
    """A unit's state in a task, who said so, when, and what they noted. `by` is the person's name, when it is known."""

    task: str
    unit: int
    state: State
    note: str | None
    person: int
    changed_at: datetime
    by: str = ""


class Progress:
    """The marks of all units; a task without one is still to do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, mark: Mark) -> None:
        """Sets a unit's state in a task, in place of the earlier one."""
        with self._database.writing() as connection:
            take_turn(connection, "progress", mark.task, mark.unit)
            here = (progress.c.task_id == mark.task) & (progress.c.unit_id == mark.unit)
            connection.execute(delete(progress).where(here))
            connection.execute(
                insert(progress).values(
                    task_id=mark.task,
                    unit_id=mark.unit,
                    state=mark.state,
                    note=mark.note,
                    person_id=mark.person,
                    changed_at=mark.changed_at,
                )
            )

    def marks(self, units: Collection[int]) -> dict[str, list[Mark]]:
        """The marks of these units, by task."""
        found: dict[str, list[Mark]] = {}
        for mark in self._read(_marks().where(progress.c.unit_id.in_(units))):
            found.setdefault(mark.task, []).append(mark)
        return found

    def every_mark(self) -> dict[str, list[Mark]]:
        """The marks of all units, by task."""
        found: dict[str, list[Mark]] = {}
        for mark in self._read(_marks()):
            found.setdefault(mark.task, []).append(mark)
        return found

    def of_task(self, task: str) -> list[Mark]:
        """All units' marks of one task, the latest first."""
        return self._read(_marks().where(progress.c.task_id == task).order_by(progress.c.changed_at.desc()))

    def _read(self, query: Select[Any]) -> list[Mark]:
        with self._database.reading() as connection:
            return [
                Mark(r.task_id, r.unit_id, r.state, r.note, r.person_id, r.changed_at, r.name or "")
                for r in connection.execute(query)
            ]


def _marks() -> Select[Any]:
    # The name stays known after a dismissal; somebody the settings alone admit may have no row.
    return select(progress, person.c.name).join(person, person.c.id == progress.c.person_id, isouter=True)
