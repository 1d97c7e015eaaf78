"""What workers share of the index, as two protocols: nothing but their home, or everything through the database."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from corpus.errors import SearchIndexError
from index.dense_parts import FLAT
from index.vectors import VectorCache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from corpus.database import Database
    from index.dense_parts import DensePlace
    from index.generations import Generation
    from index.vectors import Vectors


class Generations(Protocol):
    """Where whole generations are kept for other homes."""

    def find(self, revision: str, model: str) -> int | None:
        """The number of a generation of this store revision, by this model; None when there is none."""

    def fetch(self, number: int, root: Path) -> Generation:
        """Bring one into a home, verified and current; raises SearchIndexError when it is gone or damaged."""

    def keep(self, generation: Generation) -> None:
        """Give one to all homes."""

    def turn(self, model: str) -> AbstractContextManager[bool]:
        """Whether this worker may build now, for as long as the block runs; False while another does."""


class NoneElsewhere:
    """Generations of a home that is alone: nobody to fetch from, nobody to wait for."""

    def find(self, revision: str, model: str) -> int | None:  # noqa: ARG002 - the protocol's
        """None."""
        return None

    def fetch(self, number: int, root: Path) -> Generation:
        """There is nothing to fetch."""
        raise SearchIndexError(f"Không có bản chỉ mục dùng chung nào ({number}, {root}).")

    def keep(self, generation: Generation) -> None:
        """Nobody is told."""

    @contextmanager
    def turn(self, model: str) -> Iterator[bool]:  # noqa: ARG002 - the protocol's
        """Always: those who share the home take turns by its own lock."""
        yield True


@dataclass(frozen=True, slots=True)
class Sharing:
    """How a worker gets at vectors and generations that others made; `dense` is where dense parts are kept."""

    vectors: Vectors
    generations: Generations
    dense: DensePlace = FLAT


def vectors_file(home: Path) -> Path:
    """Where vectors are kept by content under CHIDAO_HOME."""
    return home / "vectors.sqlite"


def within_home(home: Path, dense: DensePlace = FLAT) -> Sharing:
    """Everything in CHIDAO_HOME, for the processes of one machine."""
    return Sharing(VectorCache(vectors_file(home)), NoneElsewhere(), dense)


def sharing_of(database: Database, home: Path, index_url: str | None = None) -> Sharing:
    """Through the database when it can serve several machines (PostgreSQL), else within the home.

    The dense part is in Milvus at `index_url` when one is given. Raises SettingsError when it cannot be reached.
    """
    dense = FLAT
    if index_url:
        from index.milvus import Milvus  # noqa: PLC0415 - for those who need it

        dense = Milvus(index_url)
    if database.engine.dialect.name != "postgresql":
        return within_home(home, dense)
    from index.shared_generations import SharedGenerations  # noqa: PLC0415 - for those who need it
    from index.shared_vectors import SharedVectors  # noqa: PLC0415

    return Sharing(SharedVectors(database), SharedGenerations(database, dense), dense)
