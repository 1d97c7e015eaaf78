"""The bench of answering: its library has the size asked, comes out the same every time, and its figures are all there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus.errors import ChidaoError
from index.bench_answering import EnlargedStore, QuestionsOnly, bench_answering, clause_questions
from index.embedding import HashEmbedder
from index.stages import STAGES
from tests.unit.small_library import SCHOOLS, WATER, open_store, put

if TYPE_CHECKING:
    from pathlib import Path


def test_an_enlarged_store_has_the_clauses_asked_for_and_the_real_ones_first(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, nuoc=WATER, truong=SCHOOLS)
        enlarged = EnlargedStore(store, 100)
        clauses = enlarged.clauses()
        assert len(clauses) == 100
        assert clauses[: len(store.clauses())] == store.clauses()
        assert {c.directive for c in clauses} == {d.key for d in enlarged.directives()}
        assert len({(c.directive, c.path) for c in clauses}) == 100
        assert EnlargedStore(store, 100).clauses() == clauses


def test_nothing_is_added_to_a_store_that_is_large_enough(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, nuoc=WATER)
        assert EnlargedStore(store, 1).clauses() == store.clauses()


def test_an_empty_store_cannot_be_measured(tmp_path: Path) -> None:
    with open_store(tmp_path) as store, pytest.raises(ChidaoError):
        EnlargedStore(store, 10)


def test_questions_go_through_the_model_itself() -> None:
    model = HashEmbedder()
    assert (QuestionsOnly(model).embed_queries(["nước sạch"]) == model.embed_queries(["nước sạch"])).all()


def test_no_two_questions_of_a_batch_are_alike(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, nuoc=WATER, truong=SCHOOLS)
        texts = [question.text for question in clause_questions(store)]
    assert len(texts) == len(set(texts)) > 1


def test_the_bench_reports_every_stage_and_leaves_nothing_behind(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    with open_store(tmp_path) as store:
        put(store, nuoc=WATER, truong=SCHOOLS)
        figures = bench_answering(store, HashEmbedder(), work, clauses=60)
    assert figures["clauses"] == 60
    assert all(figures[f"{stage}_p50_ms"] >= 0 for stage in STAGES)
    assert min(figures["embed_p50_ms"], figures["ask_p50_ms"], figures["batch_questions_per_s"], figures["peak_rss_mb"]) > 0
    assert not list(work.iterdir())
