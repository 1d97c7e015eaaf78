"""Finding candidates: the quick ways give what the plain ones would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.candidates import PassageRows, Scores, View, find_candidates
from index.dense import best_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index.visible import Visible


@given(st.integers(0, 2000), st.integers(1, 60), st.integers(0, 2**32 - 1), st.integers(1, 400))
def test_the_best_rows_are_those_a_full_sort_puts_first(size: int, count: int, seed: int, levels: int) -> None:
    scores = np.random.default_rng(seed).integers(-levels // 2, levels, size).astype(np.float32)
    expected = [row for row in np.argsort(-scores, kind="stable") if scores[row] > 0][:count]
    assert best_rows(scores, count).tolist() == expected


def test_few_good_rows_among_many_empty_ones_are_all_found() -> None:
    scores = np.zeros(100_000, dtype=np.float32)
    scores[[70_000, 3, 99_999]] = [1.0, 3.0, 2.0]
    assert best_rows(scores, 120).tolist() == [3, 99_999, 70_000]


@dataclass(frozen=True)
class FixedScores:
    """A search space with made-up scores; a view's vector holds the number of its row of scores."""

    keys: list[str]
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]

    def dense_scores(self, query_vector: NDArray[np.float32], rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        scores = self.dense[int(query_vector[0])]
        return scores if rows is None else scores[rows]

    def nearest(
        self, vectors: NDArray[np.float32], k: int, visible: Visible | None = None
    ) -> list[NDArray[np.int64]]:
        return [best_rows(self.dense_scores(vector), k) for vector in vectors]

    def lexical_search(self, query: str) -> FixedSearch:
        return FixedSearch(self.lexical[int(query)])

    def scores(
        self, vectors: Sequence[NDArray[np.float32]], searches: Sequence[FixedSearch], rows: NDArray[np.int64]
    ) -> tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]:
        return [self.dense_scores(vector, rows) for vector in vectors], [search.scores[rows] for search in searches]


@dataclass(frozen=True)
class FixedSearch:
    scores: NDArray[np.float32]

    def best(self, count: int, visible: Visible | None = None) -> NDArray[np.int64]:
        return best_rows(self.scores, count)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_a_clause_scores_by_itself_and_by_its_best_part(parts: list[int], seed: int) -> None:
    keys = [key for n, count in enumerate(parts) for key in (f"d#{n}", *(f"d#{n}@{p}" for p in range(count)))]
    rows = PassageRows.of(keys)
    chance = np.random.default_rng(seed)
    dense, lexical = (chance.random((2, len(keys)), dtype=np.float32) + np.float32(0.01) for _ in range(2))
    views = [View(str(n), np.array([n], dtype=np.float32)) for n in range(2)]
    found = find_candidates(FixedScores(keys, dense, lexical), rows, views, limit=1000)
    assert {c.key for c in found} == {f"d#{n}" for n in range(len(parts))}
    for candidate in found:
        first = keys.index(candidate.key)
        own = slice(first + 1, first + 1 + parts[int(candidate.key[2:])])
        best = own if own.stop > own.start else slice(first, first + 1)
        for n, scores in enumerate(candidate.scores):
            assert scores == Scores(
                float(dense[n, first]), float(dense[n, best].max()), float(lexical[n, first]), float(lexical[n, best].max())
            )
        assert candidate.parts == tuple(dense[1, own].tolist())
