"""Records as the store gives them back: the facts of a directive with their keys, ids and order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.records import Clause, Metadata, Rule, Target, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file as last read. `path` is absolute; `manifest` holds the fields a person supplied for it."""

    path: str
    name: str
    content_hash: str
    reading: str
    manifest: dict[str, Any]
    directives: tuple[str, ...] = ()

    def exists(self) -> bool:
        """True when a file still stands at the path (its content may have changed)."""
        return Path(self.path).is_file()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDirective(Metadata):
    """What a directive says of itself, with its key and the name of the file it came from."""

    key: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClause(Clause):
    """A clause with its directive's key, its place in reading order (0 first) and its 16-hex token."""

    directive: str
    file: str
    position: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTarget(Target):
    """A target with its id and its directive's key; `corrected` when a person has changed what was read."""

    id: str
    directive: str
    file: str
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTask(Task):
    """A task with its id and its directive's key; `corrected` when a person has changed what was read."""

    id: str
    directive: str
    file: str
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule(Rule):
    """A rule with its id and its directive's key."""

    id: str
    directive: str
    file: str
