"""Retrieval measures against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.evaluate import mean_measures, mrr, ndcg, precision_at_1, recall


def test_ndcg_of_a_single_answer_in_third_place() -> None:
    assert ndcg(["a", "b", "c"], {"c": 1}) == pytest.approx(1 / math.log2(4))


def test_ndcg_weighs_grades() -> None:
    gained = 1 / math.log2(2) + 2 / math.log2(3)
    assert ndcg(["low", "high"], {"low": 1, "high": 2}) == pytest.approx(gained / (2 + 1 / math.log2(3)))


def test_what_stands_below_the_cut_does_not_count() -> None:
    ranked = [str(n) for n in range(20)]
    assert ndcg(ranked, {"10": 1}) == 0
    assert recall(ranked, {"10": 1, "3": 1}) == 0.5
    assert mrr(ranked, {"10": 1}) == 0


def test_a_repeated_id_counts_once() -> None:
    assert ndcg(["a", "a", "b"], {"b": 1}) == pytest.approx(1 / math.log2(3))


def test_reciprocal_rank_and_precision() -> None:
    assert mrr(["x", "a"], {"a": 1}) == 0.5
    assert precision_at_1(["x", "a"], {"a": 1}) == 0
    assert precision_at_1([], {"a": 1}) == 0


def test_questions_without_a_relevant_passage_are_left_out_of_the_mean() -> None:
    measures = mean_measures({"q1": ["a"], "q2": ["b"]}, {"q1": {"a": 1}, "q2": {"b": 0}})
    assert measures == {"ndcg@10": 1.0, "recall@10": 1.0, "p@1": 1.0, "mrr@10": 1.0}


def test_a_question_that_was_never_run_counts_as_lost() -> None:
    assert mean_measures({"q1": ["a"]}, {"q1": {"a": 1}, "q2": {"b": 1}})["p@1"] == 0.5


@given(st.permutations(list("abcdef")), st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 3), min_size=1))
def test_ranking_by_grade_is_the_best_ranking(ranked: list[str], relevant: dict[str, int]) -> None:
    ideal = sorted(ranked, key=lambda key: -relevant.get(key, 0))
    assert ndcg(ranked, relevant) <= ndcg(ideal, relevant) + 1e-9
    assert ndcg(ideal, relevant) == pytest.approx(1.0)
