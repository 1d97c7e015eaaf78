"""BM25 over arrays: right by the formula, the same after a round through files, loud when damaged."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import SearchIndexError
from index import lexical
from index.lexical import LexicalIndex, build_lexical
from index.tokens import encode, tokenize

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [
    "Sở Nội vụ báo cáo trước ngày 15/12",
    "Sở Tài chính bố trí kinh phí",
    "Giảm nghèo bình quân 1,5% mỗi năm",
    "Ủy ban nhân dân xã Hòa Lộc báo cáo",
    "",
]


def _terms(text: str) -> list[str]:
    tokens = tokenize(text)
    pairs = [f"{a} {b}" for a, b in zip(tokens.sequence, tokens.sequence[1:], strict=False)]
    return tokens.sequence + tokens.wholes + pairs


def _plain_bm25(texts: list[str], query: str, k1: float, b: float) -> list[float]:
    """The textbook loop the arrays must agree with."""
    documents = [Counter(_terms(text)) for text in texts]
    lengths = [sum(document.values()) for document in documents]
    average = sum(lengths) / len(lengths)
    total = []
    for document, length in zip(documents, lengths, strict=True):
        score = 0.0
        for term in set(_terms(query)):
            found = sum(term in other for other in documents)
            if term in document:
                idf = math.log(1 + (len(texts) - found + 0.5) / (found + 0.5))
                tf = document[term]
                score += idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / max(average, 1.0)))
        total.append(score)
    return total


@pytest.mark.parametrize("query", ["Sở Nội vụ báo cáo khi nào", "15/12", "Hòa Lộc Hòa Lộc", "không có chữ nào", ""])
def test_scores_follow_the_formula(query: str) -> None:
    index = build_lexical(encode(TEXTS), k1=1.1, b=0.7)
    assert index.scores(tokenize(query)) == pytest.approx(_plain_bm25(TEXTS, query, 1.1, 0.7), rel=1e-5)


words = st.sampled_from(["sở", "nội", "vụ", "báo", "cáo", "xã", "hòa", "lộc", "5", "15/12", "46,5%", "15-kl/tu"])
sentences = st.lists(words, max_size=12).map(" ".join)


@given(st.lists(sentences, min_size=1, max_size=8), sentences)
def test_scores_follow_the_formula_for_any_texts(texts: list[str], query: str) -> None:
    index = build_lexical(encode(texts))
    assert index.scores(tokenize(query)) == pytest.approx(_plain_bm25(texts, query, lexical.K1, lexical.B), rel=1e-4)


def test_a_pair_of_syllables_counts_only_when_they_stand_together() -> None:
    index = build_lexical(encode(["hành chính công", "chính quyền hành động"]))
    together, apart = index.scores(tokenize("hành chính"))
    assert together > apart > 0


def test_frequent_terms_score_the_same_whichever_way_they_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"báo cáo số {number}" for number in range(3000)]
    kept_as_rows = build_lexical(encode(texts))
    assert kept_as_rows.common
    monkeypatch.setattr(lexical, "_COMMON", 0.5)
    scattered = build_lexical(encode(texts))
    assert not scattered.common
    query = tokenize("báo cáo 77")
    assert np.allclose(kept_as_rows.scores(query), scattered.scores(query), atol=1e-5)


def test_an_index_read_back_scores_the_same(tmp_path: Path) -> None:
    index = build_lexical(encode(TEXTS))
    index.save(tmp_path, "lexical")
    again = LexicalIndex.load(tmp_path, "lexical", len(TEXTS))
    query = tokenize("báo cáo trước ngày 15/12")
    assert np.array_equal(index.scores(query), again.scores(query))


def test_nothing_is_pickled(tmp_path: Path) -> None:
    for path in build_lexical(encode(TEXTS)).save(tmp_path, "lexical"):
        assert path.suffix in {".npy", ".json"}
        if path.suffix == ".npy":
            np.load(path, allow_pickle=False)


def test_parts_of_different_indexes_are_refused(tmp_path: Path) -> None:
    build_lexical(encode(TEXTS)).save(tmp_path, "lexical")
    (tmp_path / "other").mkdir()
    build_lexical(encode(TEXTS[:2])).save(tmp_path / "other", "lexical")
    (tmp_path / "other" / "lexical.rows.npy").replace(tmp_path / "lexical.rows.npy")
    with pytest.raises(SearchIndexError):
        LexicalIndex.load(tmp_path, "lexical", len(TEXTS))


def test_an_index_of_nothing_scores_nothing() -> None:
    index = build_lexical(encode([]))
    assert index.scores(tokenize("báo cáo")).shape == (0,)
