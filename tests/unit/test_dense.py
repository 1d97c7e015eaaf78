"""Exact vector search: agrees with plain arithmetic, obeys a mask, refuses files that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import index.dense
from corpus.errors import SearchIndexError
from index.dense import DenseIndex, best_rows
from index.embedding import unit_rows
from index.visible import Visible

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def vectors() -> np.ndarray:
    return unit_rows(np.random.default_rng(7).normal(size=(50, 16)).astype(np.float32))


def test_search_is_exact(vectors: np.ndarray) -> None:
    query = vectors[3]
    rows, scores = DenseIndex.build(vectors).search(query, 5)
    expected = np.argsort(-(vectors @ query))[:5]
    assert rows.tolist() == expected.tolist()
    assert scores == pytest.approx((vectors @ query)[expected], abs=1e-5)


def test_what_may_not_be_seen_is_not_found(vectors: np.ndarray) -> None:
    seen = np.zeros(50, dtype=bool)
    seen[[4, 9, 33]] = True
    rows, _ = DenseIndex.build(vectors).search(vectors[3], 10, Visible(seen, []))
    assert sorted(rows.tolist()) == [4, 9, 33]


def test_asking_for_more_than_there_is_gives_all(vectors: np.ndarray) -> None:
    rows, _ = DenseIndex.build(vectors[:3]).search(vectors[0], 10)
    assert sorted(rows.tolist()) == [0, 1, 2]


def test_vectors_and_scores_of_some_rows(vectors: np.ndarray) -> None:
    index = DenseIndex.build(vectors)
    rows = np.array([5, 1])
    assert np.array_equal(index.vectors_of(rows), vectors[rows])
    assert index.scores(vectors[0], rows) == pytest.approx(vectors[rows] @ vectors[0], abs=1e-6)
    assert index.scores(vectors[0]) == pytest.approx(vectors @ vectors[0], abs=1e-6)


def test_an_index_read_back_is_the_same(vectors: np.ndarray, tmp_path: Path) -> None:
    DenseIndex.build(vectors).save(tmp_path / "v")
    again = DenseIndex.load(tmp_path / "v", size=50, dimension=16)
    assert np.array_equal(again.vectors_of(range(50)), vectors)


@pytest.mark.parametrize(("size", "dimension"), [(49, 16), (50, 32)])
def test_a_file_that_does_not_fit_the_manifest_is_refused(
    vectors: np.ndarray, tmp_path: Path, size: int, dimension: int
) -> None:
    DenseIndex.build(vectors).save(tmp_path / "v")
    with pytest.raises(SearchIndexError):
        DenseIndex.load(tmp_path / "v", size=size, dimension=dimension)


def test_a_file_that_is_no_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v").write_bytes(b"not an index at all")
    with pytest.raises(SearchIndexError):
        DenseIndex.load(tmp_path / "v", size=1, dimension=16)


def test_an_empty_index_finds_nothing() -> None:
    index = DenseIndex.build(np.zeros((0, 16), dtype=np.float32))
    rows, scores = index.search(np.ones(16, dtype=np.float32), 5)
    assert len(index) == len(rows) == len(scores) == 0
    assert index.scores(np.ones(16, dtype=np.float32)).shape == (0,)
    assert index.sample_scores(np.ones(16, dtype=np.float32)).shape == (0,)


@pytest.mark.parametrize("spread", [1.0, 0.02, 0.0])
def test_rounded_copies_find_the_same_rows_as_all_vectors(spread: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where all vectors lie close together, or are equal, and rounding cannot tell them apart."""
    chance = np.random.default_rng(11)
    vectors = unit_rows((np.ones(32) + spread * chance.normal(size=(3000, 32))).astype(np.float32))
    queries = unit_rows((vectors[[5, 900]] + spread * chance.normal(size=(2, 32))).astype(np.float32))
    monkeypatch.setattr(index.dense, "_COARSE_FROM", 1000)
    for count in (1, 40, 1000):
        for query, rows in zip(queries, DenseIndex.build(vectors).nearest(queries, count), strict=True):
            cosines = vectors @ query
            assert len(rows) == count
            assert cosines[rows] == pytest.approx(cosines[best_rows(cosines, count)], abs=1e-6)


def test_only_rows_above_zero_are_near(vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.dense, "_COARSE_FROM", 10)
    (rows,) = DenseIndex.build(vectors).nearest(vectors[:1], 50)
    assert set(rows.tolist()) == set(np.flatnonzero(vectors @ vectors[0] > 0).tolist())
