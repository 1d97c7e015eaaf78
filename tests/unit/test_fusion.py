"""Fusion: bounded, monotonic, neutral about the model's scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fusion import Weights, fuse, over_max, spread, standardised

cosines = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=20).map(lambda v: np.array(v, dtype=np.float32))


@given(cosines, st.data())
def test_a_fused_score_lies_between_nothing_and_one(dense: np.ndarray, data: st.DataObject) -> None:
    scores = data.draw(st.lists(st.floats(0, 50, width=32), min_size=len(dense), max_size=len(dense)))
    fused = fuse(standardised(dense, *spread(dense)), over_max(np.array(scores, np.float32)), Weights())
    assert ((fused >= 0) & (fused <= 1 + 1e-6)).all()


@given(cosines)
def test_standardising_never_turns_the_order(dense: np.ndarray) -> None:
    shares = standardised(dense, *spread(dense))
    order = np.argsort(dense, kind="stable")
    assert (np.diff(shares[order]) >= -1e-6).all()


def test_a_model_with_squeezed_cosines_counts_like_one_with_wide_ones() -> None:
    wide = np.linspace(-0.4, 0.8, 40).astype(np.float32)
    squeezed = (0.8 + wide * 0.1).astype(np.float32)
    assert standardised(wide, *spread(wide)) == pytest.approx(standardised(squeezed, *spread(squeezed)), abs=1e-3)


def test_a_passage_without_any_word_of_the_question_gets_nothing_from_words() -> None:
    assert over_max(np.array([0.0, 2.0, 4.0], dtype=np.float32)).tolist() == [0.0, 0.5, 1.0]


def test_when_no_word_matches_anywhere_only_meaning_counts() -> None:
    dense = np.array([0.2, 0.6], dtype=np.float32)
    assert fuse(dense, np.zeros(2, np.float32), Weights(0.5)) == pytest.approx([0.1, 0.3])


def test_weights_add_up_to_one() -> None:
    assert Weights(0.3).dense + Weights(0.3).lexical == pytest.approx(1.0)
