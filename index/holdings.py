"""What the store holds, as one immutable snapshot shaped for answering; built once per store revision, knows no search."""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from corpus.moments import one_moment
from corpus.store import Store
from index.passages import clause_key, directive_of, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from corpus.store_records import StoredClause, StoredDirective, StoredRule, StoredTarget, StoredTask


class ReadableStore(Protocol):
    """The part of the store that a snapshot reads."""

    def revision(self) -> str: ...
    def size(self) -> int: ...
    def directives(self) -> list[StoredDirective]: ...
    def clauses(self, directive: str | None = None) -> list[StoredClause]: ...
    def targets(self, directive: str | None = None) -> list[StoredTarget]: ...
    def tasks(self, directive: str | None = None) -> list[StoredTask]: ...
    def rules(self, directive: str | None = None) -> list[StoredRule]: ...


def held_still(store: ReadableStore) -> AbstractContextManager[ReadableStore]:
    """The store as it stands now, while others change it."""
    return one_moment(store) if isinstance(store, Store) else nullcontext(store)


@dataclass(frozen=True)
class Library:
    """Directives by key; clauses by `directive#path` in reading order; rows by the clause they stand in."""

    revision: str
    directives: dict[str, StoredDirective]
    clauses: Mapping[str, StoredClause]
    children: Mapping[str, list[str]]
    targets: Mapping[str, list[StoredTarget]]
    tasks: Mapping[str, list[StoredTask]]
    rules: Mapping[str, list[StoredRule]]

    @classmethod
    def read(cls, store: ReadableStore) -> Library:
        """Read everything once, in one revision, also while others change the store."""
        with held_still(store) as still:
            return cls._read(still)

    @classmethod
    def _read(cls, store: ReadableStore) -> Library:
        clauses = {clause_key(c.directive, c.path): c for c in store.clauses()}
        children: dict[str, list[str]] = defaultdict(list)
        for key, clause in clauses.items():
            children[clause_key(clause.directive, clause.parent or "")].append(key)
        targets: dict[str, list[StoredTarget]] = defaultdict(list)
        tasks: dict[str, list[StoredTask]] = defaultdict(list)
        rules: dict[str, list[StoredRule]] = defaultdict(list)
        for target in store.targets():
            targets[clause_key(target.directive, target.path)].append(target)
        for task in store.tasks():
            tasks[clause_key(task.directive, task.path)].append(task)
        for rule in store.rules():
            rules[clause_key(rule.directive, rule.path)].append(rule)
        return cls(
            store.revision(),
            {d.key: d for d in store.directives()},
            clauses,
            dict(children),
            dict(targets),
            dict(tasks),
            dict(rules),
        )

    def only(self, keys: frozenset[str]) -> Library:
        """The same holdings as seen by somebody who may see only these directives."""

        def kept(rows: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
            return {key: found for key, found in rows.items() if directive_of(key) in keys}

        return Library(
            self.revision,
            {key: d for key, d in self.directives.items() if key in keys},
            {key: c for key, c in self.clauses.items() if c.directive in keys},
            kept(self.children),
            kept(self.targets),
            kept(self.tasks),
            kept(self.rules),
        )

    def chain(self, key: str) -> list[str]:
        """Headings above a clause, outermost first."""
        clause = self.clauses[key]
        return self.headings(clause.directive, clause.parent)

    def headings(self, directive: str, parent: str | None) -> list[str]:
        """Headings above whatever stands under the clause at path `parent`, that clause's own last."""
        chain: list[str] = []
        while parent is not None and (above := self.clauses.get(clause_key(directive, parent))) is not None:
            chain.append(plain(above.heading))
            parent = above.parent
        return chain[::-1]

    def about_to_read(self, keys: Iterable[str]) -> None:
        """These clauses are read next: whatever takes long may begin."""

    def tasks_naming(
        self, concerns: Callable[[str], bool], within: Container[str] | None = None
    ) -> Iterator[StoredTask]:
        """Tasks in reading order of the clauses where one is led or shared by a name that `concerns` accepts.

        Only of the directives `within`, when some are given.
        """
        known: dict[str, bool] = {}
        for key, rows in self.tasks.items():
            if within is not None and directive_of(key) not in within:
                continue
            names = [name for task in rows for name in (*task.lead, *task.coop)]
            if any(known[name] if name in known else known.setdefault(name, concerns(name)) for name in names):
                yield from rows

    @cached_property
    def by_directive(self) -> Mapping[str, Sequence[str]]:
        """Clause keys of each directive, in reading order."""
        grouped: dict[str, list[str]] = {key: [] for key in self.directives}
        for key, clause in self.clauses.items():
            grouped.setdefault(clause.directive, []).append(key)
        return grouped
