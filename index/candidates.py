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
class Candidate:
    """One clause. Scores are raw (cosine, BM25): `whole_*` of the clause in its context, `part_*` of its best sentence.

    `parts` are the cosines of its sentences, in order.
    """

    key: str
    whole_dense: float
    part_dense: float
    whole_lexical: float
    part_lexical: float
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
    space: SearchSpace,
    rows: PassageRows,
    text: str,
    vector: NDArray[np.float32],
    *,
    limit: int = 60,
    allowed: frozenset[str] | None = None,
) -> list[Candidate]:
    """The best `limit` clauses of either search, unordered. `allowed` keeps only the clauses of those directives."""
    if not len(rows.owner_of_row):
        return []
    dense = space.dense_scores(vector)
    lexical = space.lexical_scores(text)
    if allowed is not None:
        kept = np.array([owner.partition("#")[0] in allowed for owner in rows.owners])[rows.owner_of_row]
        dense, lexical = np.where(kept, dense, -1.0), np.where(kept, lexical, 0.0)
    found: dict[int, None] = {}
    for scores in (dense, lexical):
        count = min(limit * 2, len(scores))
        best = np.argpartition(-scores, count - 1)[:count]
        ranked = best[np.argsort(-scores[best], kind="stable")]
        owners = dict.fromkeys(int(o) for row, o in zip(ranked, rows.owner_of_row[ranked], strict=True) if scores[row] > 0)
        found.update(dict.fromkeys(list(owners)[:limit]))
    return [_candidate(owner, rows, dense, lexical) for owner in found]


def _candidate(owner: int, rows: PassageRows, dense: NDArray[np.float32], lexical: NDArray[np.float32]) -> Candidate:
    first, last = int(rows.first_row[owner]), int(rows.last_row[owner])
    parts_dense, parts_lexical = dense[first + 1 : last], lexical[first + 1 : last]
    has_parts = last > first + 1
    return Candidate(
        key=rows.owners[owner],
        whole_dense=float(dense[first]),
        part_dense=float(parts_dense.max()) if has_parts else float(dense[first]),
        whole_lexical=float(lexical[first]),
        part_lexical=float(parts_lexical.max()) if has_parts else float(lexical[first]),
        parts=tuple(parts_dense.tolist()),
    )
