"""The line an answer begins with, and what it stands on; a record only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.store_records import StoredTarget, StoredTask


@dataclass(frozen=True, slots=True)
class Headline:
    """The line, the evidence it stands on (an index into the list given) and the rows it states.

    The clauses of the rows are cited too, wherever they stand.
    """

    text: str
    evidence: int
    targets: tuple[StoredTarget, ...] = ()
    tasks: tuple[StoredTask, ...] = ()
