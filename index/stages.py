"""Says where the time of a question goes, when somebody measures; costs a look at one variable when nobody does."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

STAGES = ("understand", "restore", "embed", "dense", "lexical", "fuse", "features", "rank", "rows", "answer")
"""In the order of the way: reading the question; its diacritics; the two searches and what they find together; the features
of each clause and its place among them; sentences and structured rows of the first; whether they answer, and the wording."""


@dataclass
class Watch:
    """Seconds spent in each stage, without the stages within it."""

    seconds: dict[str, float] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _since: float = 0.0

    def enter(self, name: str) -> None:
        """A stage begins; the one around it stands still."""
        self._count()
        self._open.append(name)

    def leave(self) -> None:
        """The innermost stage ends."""
        self._count()
        self._open.pop()

    def _count(self) -> None:
        now = time.perf_counter()
        if self._open:
            self.seconds[self._open[-1]] = self.seconds.get(self._open[-1], 0.0) + now - self._since
        self._since = now


_WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)


class stage:  # noqa: N801 - reads as a statement
    """`with stage("dense"): ...`"""

    __slots__ = ("_name", "_watch")

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._watch = _WATCH.get()
        if self._watch is not None:
            self._watch.enter(self._name)

    def __exit__(self, *_: object) -> None:
        if self._watch is not None:
            self._watch.leave()


@contextmanager
def watching() -> Iterator[Watch]:
    """Measures the stages of what is done within, in this thread."""
    watch = Watch()
    token = _WATCH.set(watch)
    try:
        yield watch
    finally:
        _WATCH.reset(token)
