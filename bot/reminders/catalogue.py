"""What the store holds that reminders speak of, read again only when its content has changed. Knows no recipients."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.deadlines import deadlines
from corpus.units import find_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corpus.deadlines import Deadline
    from corpus.store import Store
    from corpus.store_records import StoredDirective, StoredTarget, StoredTask


@dataclass(frozen=True)
class Catalogue:
    """The deadlines of one revision of the store, with what is shown of them.

    `bearers` are the bodies each target falls on: a directive gives it to nobody in so many words.
    """

    revision: str = ""
    deadlines: tuple[Deadline, ...] = ()
    tasks: dict[str, StoredTask] = field(default_factory=dict)
    directives: dict[str, StoredDirective] = field(default_factory=dict)
    bearers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_source: dict[str, tuple[Deadline, ...]] = field(default_factory=dict)

    def names(self, deadline: Deadline) -> tuple[str, ...]:
        """The bodies a deadline concerns, as directives write them."""
        return (*deadline.who, *deadline.coop, *self.bearers.get(deadline.source_id, ()))


class CatalogueReader:
    """Gives the catalogue of the present revision. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = Catalogue()
        self._lock = threading.Lock()

    def read(self) -> Catalogue:
        """The catalogue as the store stands now."""
        revision = self._store.revision()
        with self._lock:
            if self._known.revision != revision:
                self._known = _read(self._store, revision)
            return self._known


def _read(store: Store, revision: str) -> Catalogue:
    directives, tasks, targets = store.directives(), store.tasks(), store.targets()
    found = tuple(deadlines(directives, tasks, targets))
    by_source: dict[str, tuple[Deadline, ...]] = {}
    for deadline in found:
        by_source[deadline.source_id] = (*by_source.get(deadline.source_id, ()), deadline)
    return Catalogue(
        revision,
        found,
        {task.id: task for task in tasks},
        {directive.key: directive for directive in directives},
        bearers_of(targets, tasks),
        by_source,
    )


def bearers_of(targets: Iterable[StoredTarget], tasks: Sequence[StoredTask]) -> dict[str, tuple[str, ...]]:
    """For each target the bodies its own words and scope name; else those that lead the tasks of the same clause.

    None when a task says the same with the same date: its reminders are enough.
    """
    leads: dict[tuple[str, str], tuple[str, ...]] = {}
    for task in tasks:
        here = (task.directive, task.path)
        leads[here] = tuple(dict.fromkeys((*leads.get(here, ()), *task.lead)))
    said = {(task.directive, task.path, task.quote, task.due) for task in tasks}
    bearers: dict[str, tuple[str, ...]] = {}
    for target in targets:
        if (target.directive, target.path, target.quote, target.due) in said:
            continue
        named = tuple(dict.fromkeys(m.name for m in find_units(f"{target.quote}\n{target.scope or ''}")))
        found = named or leads.get((target.directive, target.path), ())
        if found:
            bearers[target.id] = found
    return bearers
