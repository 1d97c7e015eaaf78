"""What of the store may be seen on one visit: every list, page, file and picture takes its rows from here.

Which directives those are is decided in SQL (`bot.office.visibility`); this only keeps to it.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING

from bot.list_rows import Selection, best_match
from bot.office.records import KEEPERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from bot.desk.visit import Visit
    from bot.office.office import Office
    from bot.office.records import Unit
    from corpus.store_records import StoredDirective, StoredTarget, StoredTask


def directive_token(key: str) -> str:
    """Eight hex digits that stand for a directive on a button; its key may be longer than a button's data."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


class Seen:
    """The store through one visitor's eyes; made for one reply, in which it reads each kind of row once."""

    def __init__(self, office: Office, visit: Visit) -> None:
        self._store = office.store
        self.within = office.visible(visit)
        self._tasks: dict[str, StoredTask] = {}

    @cached_property
    def directives(self) -> dict[str, StoredDirective]:
        """Directives by key, the latest issued first."""
        found = {d.key: d for d in self._store.directives()}
        return {key: found[key] for key in self.keys if key in found}

    @cached_property
    def keys(self) -> list[str]:
        """Keys of the directives, the latest issued first."""
        return [key for key in self._store.latest() if self._shown(key)]

    def some_directives(self, among: slice) -> list[StoredDirective]:
        """The directives at these places of `keys`."""
        return self._store.some_directives(self.keys[among])

    @cached_property
    def tasks(self) -> dict[str, StoredTask]:
        """Tasks by id, in the order of the store."""
        self._tasks = {t.id: t for t in self._store.tasks() if self._shown(t.directive)}
        return self._tasks

    @cached_property
    def targets(self) -> dict[str, StoredTarget]:
        """Targets by id, in the order of the store."""
        return {t.id: t for t in self._store.targets() if self._shown(t.directive)}

    def task(self, number: str) -> StoredTask | None:
        """The task with this id; None when it is gone or not to be seen."""
        task = self._tasks.get(number) or self._store.task(number)
        return task if task is not None and self._shown(task.directive) else None

    def tasks_of(self, unit: str) -> list[StoredTask]:
        """The tasks given to a unit by name, alias, succession or class, in the order of the store."""
        named = [name for name in self._store.actors() if best_match(unit, (name,))]
        found = [task for task in self._store.tasks_given_to(named) if self._shown(task.directive)]
        self._tasks |= {task.id: task for task in found}
        return found

    def target(self, number: str) -> StoredTarget | None:
        """The target with this id; None when it is gone or not to be seen."""
        target = self._store.target(number)
        return target if target is not None and self._shown(target.directive) else None

    def tasks_in(self, key: str) -> list[StoredTask]:
        """The tasks of one directive, in reading order; none when it is not to be seen."""
        found = self._store.tasks(key) if self._shown(key) else []
        self._tasks |= {task.id: task for task in found}
        return found

    def targets_in(self, key: str) -> list[StoredTarget]:
        """The targets of one directive, in reading order; none when it is not to be seen."""
        return self._store.targets(key) if self._shown(key) else []

    def holding(self, row: StoredTask | StoredTarget) -> dict[str, StoredDirective]:
        """The directive that a row stands in, by its key."""
        directive = self._store.directive(row.directive) if self._shown(row.directive) else None
        return {directive.key: directive} if directive else {}

    def directive(self, token: str) -> StoredDirective | None:
        """The directive that a button's token stands for; None when it is gone or not to be seen."""
        key = next((key for key in self.keys if directive_token(key) == token), None)
        return self._store.directive(key) if key is not None else None

    def selection(
        self, unit: str | None = None, first: date | None = None, last: date | None = None, directive: str | None = None
    ) -> Selection:
        """A selection for `bot.list_rows` that keeps to what may be seen."""
        return Selection(directive, unit, None, first, last, self.within)

    def _shown(self, key: str) -> bool:
        return self.within is None or key in self.within


def unit_among(units: Iterable[Unit], number: int) -> Unit | None:
    """The unit with this id, if it is one of them."""
    return next((unit for unit in units if unit.id == number), None)


def is_keeper_here(visit: Visit) -> bool:
    """True for one who looks after all directives and units, in private; in a group nobody sees more than the group."""
    return visit.person.role in KEEPERS and not visit.place.group
