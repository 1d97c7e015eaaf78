"""The clauses worth a closer look for one question, with the raw scores of both searches on the clause and on its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.passages import owner_key
from index.stages import stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index.lexical import LexicalSearch
    from index.visible import Visible


class SearchSpace(Protocol):
    """The part of an index generation that finding candidates needs."""

    @property
    def keys(self) -> Sequence[str]: ...
    def nearest(
        self, vectors: NDArray[np.float32], k: int, visible: Visible | None = None
    ) -> list[NDArray[np.int64]]: ...
    def lexical_search(self, query: str) -> LexicalSearch: ...
    def scores(
        self, vectors: Sequence[NDArray[np.float32]], searches: Sequence[LexicalSearch], rows: NDArray[np.int64]
    ) -> tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]: ...


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

    owners: Sequence[str]
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
    space: SearchSpace, rows: PassageRows, views: Sequence[View], *, limit: int, visible: Visible | None = None
) -> list[Candidate]:
    """The best `limit` clauses of either search under each view, unordered; `visible` keeps what may be seen."""
    if not len(rows.owner_of_row) or (visible is not None and not visible.rows.any()):
        return []
    distinct = {view.vector.tobytes(): view.vector for view in views}
    with stage("dense"):
        near = dict(zip(distinct, space.nearest(np.array(list(distinct.values())), limit * 2, visible), strict=True))
    with stage("lexical"):
        searches = {text: space.lexical_search(text) for text in dict.fromkeys(view.text for view in views)}
        matching = {text: search.best(limit * 2, visible) for text, search in searches.items()}
    with stage("fuse"):
        best = [*(near[view.vector.tobytes()] for view in views), *(matching[view.text] for view in views)]
        owners = _owners(best, rows, limit)
        passages, _ = _passages(owners, rows)
        scores = space.scores([view.vector for view in views], [searches[view.text] for view in views], passages)
        return _candidates(owners, rows, *scores)


def _owners(best: Sequence[NDArray[np.int64]], rows: PassageRows, limit: int) -> NDArray[np.int64]:
    """Clauses of the best passages, `limit` of each search, each once."""
    found: dict[int, None] = {}
    for few in best:
        owners = dict.fromkeys(rows.owner_of_row[few].tolist())
        found.update(dict.fromkeys(list(owners)[:limit]))
    return np.array(list(found), dtype=np.int64)


def _passages(owners: NDArray[np.int64], rows: PassageRows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the given clauses' passages, clause by clause, and where each clause begins among them."""
    first, counts = rows.first_row[owners], rows.last_row[owners] - rows.first_row[owners]
    begin = np.cumsum(counts) - counts
    return np.arange(counts.sum()) + np.repeat(first - begin, counts), begin


def _candidates(
    owners: NDArray[np.int64], rows: PassageRows, dense: Sequence[NDArray[np.float32]], lexical: Sequence[NDArray[np.float32]]
) -> list[Candidate]:
    """Scores of the given clauses, of which `dense` and `lexical` hold one a passage for each view.

    The clause's own passage comes first; the best of its parts is the clause itself when it has none.
    """
    if not len(owners):
        return []
    passages, begin = _passages(owners, rows)
    ends = np.append(begin[1:], len(passages))
    whole_of_many = begin[ends - begin > 1]
    columns = []
    for pair in zip(dense, lexical, strict=True):
        for scores in pair:
            parts = scores.copy()
            parts[whole_of_many] = -np.inf
            columns.append((scores[begin].tolist(), np.maximum.reduceat(parts, begin).tolist()))
    views = [
        [Scores(*values) for values in zip(dense_whole, dense_part, whole, part, strict=True)]
        for (dense_whole, dense_part), (whole, part) in zip(columns[::2], columns[1::2], strict=True)
    ]
    sentences = dense[-1]
    return [
        Candidate(rows.owners[owner], scores, tuple(sentences[at + 1 : end].tolist()))
        for owner, scores, at, end in zip(owners.tolist(), zip(*views, strict=True), begin.tolist(), ends.tolist(), strict=True)
    ]
