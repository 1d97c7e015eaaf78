"""A library that reads from a shelf what it is asked for, of the directives that may be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from corpus.store_records import StoredClause
from index.holdings import Library
from index.passages import directive_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from corpus.store_records import StoredDirective, StoredTask
    from index.shelf import Shelf

T = TypeVar("T")


class ShelvedLibrary(Library):
    """A library that reads from a shelf what it is asked for."""

    @classmethod
    def on(cls, shelf: Shelf, revision: str, keys: frozenset[str] | None = None) -> ShelvedLibrary:
        """The whole shelf, or what stands on it of the given directives."""
        seen = {key: d for key, d in shelf.directives.items() if keys is None or key in keys}
        library = cls(
            revision,
            seen,
            _Clauses(shelf, seen),
            _Children(shelf, seen),
            *(_Rows(shelf, seen, kind) for kind in ("targets", "tasks", "rules")),
        )
        object.__setattr__(library, "_shelf", shelf)
        return library

    def only(self, keys: frozenset[str]) -> Library:
        """See `Library.only`."""
        return ShelvedLibrary.on(self._shelf, self.revision, keys & self.directives.keys())

    @cached_property
    def by_directive(self) -> Mapping[str, Sequence[str]]:
        """See `Library.by_directive`."""
        return _ByDirective(self._shelf, self.directives)

    def about_to_read(self, keys: Iterable[str]) -> None:
        """See `Library.about_to_read`."""
        self._shelf.about_to_read(number for key in keys if (number := self._shelf.number(key)) is not None)

    def tasks_naming(
        self, concerns: Callable[[str], bool], within: Container[str] | None = None
    ) -> Iterator[StoredTask]:
        """See `Library.tasks_naming`."""
        named = [self._shelf.naming(n) for n, name in enumerate(self._shelf.names) if concerns(name)]
        if not named:
            return
        seen = self.directives if within is None else {key for key in self.directives if key in within}
        yield from self._shelf.tasks(self._shelf.of_directives(np.unique(np.concatenate(named)), seen))

    _shelf: Shelf


class _Part(Mapping[str, T], Generic[T]):
    """What is on the shelf of the directives that may be seen, by clause key."""

    def __init__(self, shelf: Shelf, seen: Mapping[str, StoredDirective]) -> None:
        self._shelf = shelf
        self._seen = seen

    def __iter__(self) -> Iterator[str]:
        return (key for directive in self._seen for key in self._shelf.numbers(directive))

    def __len__(self) -> int:
        return sum(len(self._shelf.spans[directive]) for directive in self._seen)

    def __contains__(self, key: object) -> bool:
        """Without reading what stands there."""
        return isinstance(key, str) and directive_of(key) in self._seen and self._shelf.number(key) is not None

    def _number(self, key: str) -> int:
        number = self._shelf.number(key) if directive_of(key) in self._seen else None
        if number is None:
            raise KeyError(key)
        return number


class _Clauses(_Part[StoredClause]):
    def __getitem__(self, key: str) -> StoredClause:
        return self._shelf.record(self._number(key)).clause


class _Rows(_Part[list[Any]]):
    def __init__(self, shelf: Shelf, seen: Mapping[str, StoredDirective], kind: str) -> None:
        super().__init__(shelf, seen)
        self._kind = kind

    def __getitem__(self, key: str) -> list[Any]:
        rows: list[Any] = getattr(self._shelf.record(self._number(key)), self._kind)
        return rows


class _Children(_Part[list[str]]):
    def __getitem__(self, key: str) -> list[str]:
        directive, _, path = key.partition("#")
        if directive not in self._seen:
            raise KeyError(key)
        return self._shelf.children(directive, self._number(key) if path else None)


class _ByDirective(Mapping[str, Sequence[str]]):
    def __init__(self, shelf: Shelf, seen: Mapping[str, StoredDirective]) -> None:
        self._shelf = shelf
        self._seen = seen

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)

    def __getitem__(self, directive: str) -> Sequence[str]:
        if directive not in self._seen:
            raise KeyError(directive)
        return list(self._shelf.numbers(directive))
