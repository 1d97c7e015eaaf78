"""What the store holds that reminders speak of, read again only when its content has changed. Knows no recipients."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from corpus.deadlines import deadlines, in_order
from corpus.units import find_units

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from corpus.deadlines import Deadline
    from corpus.store import Store
    from corpus.store_records import StoredDirective, StoredTarget, StoredTask


_Row = TypeVar("_Row", "StoredTask", "StoredTarget")
_AT_ONCE = 20
"""So many changed directives are read one by one, whatever their share."""


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
    """Gives the catalogue of the present revision, reading only the directives that have changed. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = Catalogue()
        self._parts: dict[str, _Part] = {}
        self._lock = threading.Lock()

    def read(self) -> Catalogue:
        """The catalogue as the store stands now."""
        revision = self._store.revision()
        with self._lock:
            if self._known.revision != revision:
                self._parts = _read(self._store, self._parts)
                self._known = _whole(revision, self._parts.values())
            return self._known


@dataclass(frozen=True, slots=True)
class _Part:
    """What one directive brings, and the sign by which it is known to be still as it was (`Store.standing`)."""

    sign: str
    directive: StoredDirective
    tasks: tuple[StoredTask, ...]
    deadlines: tuple[Deadline, ...]
    bearers: dict[str, tuple[str, ...]]


def _read(store: Store, known: dict[str, _Part]) -> dict[str, _Part]:
    """Every directive's part; all at once when most are to be read.

    Signs are read first: a directive that changes in between is read again the next time.
    """
    standing = store.standing()
    same = {key: part for key, part in known.items() if standing.get(key) == part.sign}
    changed = standing.keys() - same.keys()
    if len(changed) > max(_AT_ONCE, len(standing) // 10):
        directives: Iterable[StoredDirective] = store.directives()
        tasks, targets = _by_directive(store.tasks()), _by_directive(store.targets())
    else:
        directives = [found for key in changed if (found := store.directive(key)) is not None]
        tasks, targets = {key: store.tasks(key) for key in changed}, {key: store.targets(key) for key in changed}
    for one in directives:
        if one.key in changed:
            same[one.key] = _part(standing[one.key], one, tasks.get(one.key, []), targets.get(one.key, []))
    return {key: same[key] for key in standing if key in same}


def _by_directive(rows: Iterable[_Row]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.directive, []).append(row)
    return found


def _part(sign: str, directive: StoredDirective, tasks: list[StoredTask], targets: list[StoredTarget]) -> _Part:
    found = tuple(deadlines([directive], tasks, targets))
    return _Part(sign, directive, tuple(tasks), found, bearers_of(targets, tasks))


def _whole(revision: str, parts: Collection[_Part]) -> Catalogue:
    by_source: dict[str, tuple[Deadline, ...]] = {}
    found = in_order(deadline for part in parts for deadline in part.deadlines)
    for deadline in found:
        by_source[deadline.source_id] = (*by_source.get(deadline.source_id, ()), deadline)
    return Catalogue(
        revision,
        tuple(found),
        {task.id: task for part in parts for task in part.tasks},
        {part.directive.key: part.directive for part in parts},
        {target: names for part in parts for target, names in part.bearers.items()},
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
