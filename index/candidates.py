"""The clauses worth a closer look for one question, with the raw scores of both searches on the clause and on its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.passages import owner_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_BLOCK = 128


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
    dense = _cosines(space, [view.vector for view in views])
    lexical = [space.lexical_scores(view.text) for view in views]
    kept = None
    if allowed is not None:
        kept = np.array([owner.partition("#")[0] in allowed for owner in rows.owners])[rows.owner_of_row]
    found: dict[int, None] = {}
    for scores in (*dense, *lexical):
        shown = scores if kept is None else np.where(kept, scores, np.float32(-1.0))
        owners = dict.fromkeys(rows.owner_of_row[best_rows(shown, limit * 2)].tolist())
        found.update(dict.fromkeys(list(owners)[:limit]))
    return _candidates(np.array(list(found), dtype=np.int64), rows, dense, lexical)


def best_rows(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Rows of the `count` highest scores above zero, highest first, the earlier of equals first.

    The `count`-th best of the blocks' maxima is never above the `count`-th best score, so one look at each row leaves
    few to sort: a quarter of a million rows take 0.2 ms instead of 3.
    """
    whole = len(scores) // _BLOCK * _BLOCK
    rows = None
    if whole // _BLOCK > count:
        maxima = scores[:whole].reshape(-1, _BLOCK).max(axis=1)
        bound = np.partition(maxima, len(maxima) - count)[len(maxima) - count]
        if bound > 0:
            rows = np.flatnonzero(scores >= bound)
    if rows is None:
        rows = np.flatnonzero(scores > 0)
    order = np.lexsort((rows, -scores[rows]))[:count]
    return rows[order]


def _cosines(space: SearchSpace, vectors: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """Cosines of every passage under each view; equal views share one pass."""
    known: dict[bytes, NDArray[np.float32]] = {}
    for vector in vectors:
        if (content := vector.tobytes()) not in known:
            known[content] = space.dense_scores(vector)
    return [known[vector.tobytes()] for vector in vectors]


def _candidates(
    owners: NDArray[np.int64], rows: PassageRows, dense: Sequence[NDArray[np.float32]], lexical: Sequence[NDArray[np.float32]]
) -> list[Candidate]:
    """Scores of the given clauses: the clause's own passage, and the best of its parts (itself when it has none)."""
    if not len(owners):
        return []
    first, last = rows.first_row[owners], rows.last_row[owners]
    start = np.minimum(first + 1, last - 1)
    counts = last - start
    begin = np.concatenate([[0], np.cumsum(counts)[:-1]])
    parts = np.arange(counts.sum()) - np.repeat(begin - start, counts)
    columns = [
        (scores[first].tolist(), np.maximum.reduceat(scores[parts], begin).tolist())
        for pair in zip(dense, lexical, strict=True)
        for scores in pair
    ]
    views = [
        [Scores(*values) for values in zip(dense_whole, dense_part, whole, part, strict=True)]
        for (dense_whole, dense_part), (whole, part) in zip(columns[::2], columns[1::2], strict=True)
    ]
    sentences = dense[-1]
    return [
        Candidate(rows.owners[owner], scores, tuple(sentences[at + 1 : end].tolist()))
        for owner, scores, at, end in zip(owners.tolist(), zip(*views, strict=True), first.tolist(), last.tolist(), strict=True)
    ]
