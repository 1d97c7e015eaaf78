"""How far a task is in a visitor's eyes: as their own units say, and to those who look after all, as every unit says."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from bot.desk.duties import part_in, standing
from bot.desk.seen import is_keeper_here

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.desk.visit import Visit
    from bot.office.office import Office
    from bot.office.progress import Mark, State
    from bot.office.records import Unit
    from corpus.deadlines import Deadline
    from corpus.store_records import StoredTask


class Told:
    """The marks that count on one visit; made for one reply."""

    def __init__(self, visit: Visit, office: Office) -> None:
        self._office = office
        self._mine = visit.units
        self._keeper = is_keeper_here(visit)

    @cached_property
    def marks(self) -> dict[str, list[Mark]]:
        """Marks by task: of the visitor's units, for a keeper in private of all."""
        progress = self._office.progress
        return progress.every_mark() if self._keeper else progress.marks([unit.id for unit in self._mine])

    def state(self, task: StoredTask, deadline: Deadline | None, now: datetime) -> State:
        """Done when all say so that it falls on (that lead it, where nobody of the visitor's does); else what is begun."""
        marks = self.marks.get(task.id)
        if not marks:
            return "todo"
        by_unit = {mark.unit: standing(mark, deadline, now) for mark in marks}
        states = [by_unit.get(unit.id, "todo") for unit in self._answering(task)]
        if states and all(state == "done" for state in states):
            return "done"
        return "doing" if any(state != "todo" for state in states) else "todo"

    def _answering(self, task: StoredTask) -> Sequence[Unit]:
        mine = [unit for unit in self._mine if part_in(task, unit)[0]]
        if mine or not self._keeper:
            return mine
        parts = [(unit, part_in(task, unit)[0]) for unit in self._every]
        return [u for u, role in parts if role == "lead"] or [u for u, role in parts if role]

    @cached_property
    def _every(self) -> list[Unit]:
        return self._office.people.units()
