"""The clauses worth a closer look for one question, with the raw scores of both searches on the clause and on its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.passages import owner_key


class SearchSpace(Protocol):
    """The part of an index generation that finding candidates needs."""

    @property
    def keys(self) -> Sequence[str]: ...
    def dense_scores(self, query_vector: NDArray[np.float32], rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]: ...
    def lexical_scores(self, query: str) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class View:
    """One way of putting the question: its words and their vector."""

    text: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scores:
    """Raw scores (cosine, BM25) of a clause under one view: `whole_*` in its context, `part_*` of its best sentence."""

    whole_dense: float
    part_dense: float
    whole_lexical: float
    part_lexical: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One clause: scores under each view, and the cosines of its sentences with the last view, in order."""

    key: str
    scores: tuple[Scores, ...]
    parts: tuple[float, ...] = ()


@dataclass(frozen=True)
class PassageRows:
    """Where each clause's passages stand in a generation: rows of one clause are neighbours."""

    owners: tuple[str, ...]
    owner_of_row: NDArray[np.int64]
    first_row: NDArray[np.int64]
    last_row: NDArray[np.int64]

    @classmethod
    def of(cls, keys: Sequence[str]) -> PassageRows:
        """Group a generation's passage keys, which list a clause's passages one after another, by clause."""
        owners: list[str] = []
        starts: list[int] = []
        rows = np.empty(len(keys), dtype=np.int64)
        for row, key in enumerate(keys):
            owner = owner_key(key)
            if not owners or owners[-1] != owner:
                owners.append(owner)
                starts.append(row)
            rows[row] = len(owners) - 1
        first = np.array(starts, dtype=np.int64)
        last = np.array([*starts[1:], len(keys)], dtype=np.int64) if starts else first
        return cls(tuple(owners), rows, first, last)


def find_candidates(
    space: SearchSpace, rows: PassageRows, views: Sequence[View], *, limit: int, allowed: frozenset[str] | None = None
) -> list[Candidate]:
    """The best `limit` clauses of either search under each view, unordered. `allowed` keeps only those directives' clauses."""
    if not len(rows.owner_of_row):
        return []
    dense = [space.dense_scores(view.vector) for view in views]
    lexical = [space.lexical_scores(view.text) for view in views]
    kept = None
    if allowed is not None:
        kept = np.array([owner.partition("#")[0] in allowed for owner in rows.owners])[rows.owner_of_row]
    found: dict[int, None] = {}
    for scores in (*dense, *lexical):
        shown = scores if kept is None else np.where(kept, scores, -1.0)
        count = min(limit * 2, len(shown))
        best = np.argpartition(-shown, count - 1)[:count]
        ranked = best[np.argsort(-shown[best], kind="stable")]
        owners = dict.fromkeys(int(o) for row, o in zip(ranked, rows.owner_of_row[ranked], strict=True) if shown[row] > 0)
        found.update(dict.fromkeys(list(owners)[:limit]))
    return [_candidate(owner, rows, dense, lexical) for owner in found]


def _candidate(
    owner: int, rows: PassageRows, dense: Sequence[NDArray[np.float32]], lexical: Sequence[NDArray[np.float32]]
) -> Candidate:
    first, last = int(rows.first_row[owner]), int(rows.last_row[owner])
    parts = slice(first + 1, last) if last > first + 1 else slice(first, last)
    scores = tuple(
        Scores(float(d[first]), float(d[parts].max()), float(b[first]), float(b[parts].max())) for d, b in zip(dense, lexical, strict=True)
    )
    return Candidate(rows.owners[owner], scores, tuple(dense[-1][first + 1 : last].tolist()))
