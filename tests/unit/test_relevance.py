"""The ranker's features and shipped weights: known names, finite figures, and the plain preferences of a reader."""

from __future__ import annotations

import json
import math
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import comparable
from index.answers import Question
from index.passages import plain
from index.relevance import FEATURES, Ranker, features
from index.tokens import tokenize
from tests.unit.small_library import SCHOOLS, WATER, open_store, put, service_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.service import SearchService


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("ranked")
    with open_store(folder) as store:
        put(store, nuoc=WATER, truong=SCHOOLS)
        yield service_over(store, folder)


def ranked(service: SearchService, text: str) -> list[str]:
    snapshot = service.refresh()
    query, views = service.understand(snapshot, [Question(text)])[0]
    return [candidate.key.partition("#")[2] for candidate in service.rank(snapshot, query, views).candidates]


def test_the_shipped_weights_are_of_known_features() -> None:
    raw = json.loads((resources.files("index") / "data" / "ranker.json").read_text(encoding="utf-8"))
    assert set(raw["weights"]) <= set(FEATURES)
    assert np.isfinite(Ranker.shipped().weights).all()


def test_every_candidate_has_every_feature(service: SearchService) -> None:
    snapshot = service.refresh()
    for text in ("Đến năm 2030 nước sạch đạt bao nhiêu %?", "Kế hoạch 45 ai ký?", "Sở Nội vụ"):
        query, views = service.understand(snapshot, [Question(text)])[0]
        found = service.candidates(snapshot, views)
        rows = features(query, found, snapshot.holdings, snapshot.reader, service.idf(snapshot, query))
        assert rows.shape == (len(found), len(FEATURES))
        assert np.isfinite(rows).all()


def test_beliefs_add_up_and_come_best_first(service: SearchService) -> None:
    snapshot = service.refresh()
    query, views = service.understand(snapshot, [Question("Ai sửa đường ống dẫn nước?")])[0]
    beliefs = service.rank(snapshot, query, views).probabilities
    assert sum(beliefs) == pytest.approx(1, abs=1e-4)
    assert list(beliefs) == sorted(beliefs, reverse=True)


@given(st.lists(st.floats(-1000, 1000, width=32), min_size=1, max_size=20))
def test_beliefs_stay_finite_however_far_apart_the_scores(scores: list[float]) -> None:
    ranker = Ranker(np.array([1.0], dtype=np.float32))
    beliefs = ranker.probabilities(np.array(scores, dtype=np.float32).reshape(-1, 1))
    assert np.isfinite(beliefs).all()
    assert beliefs.sum() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("Đến năm 2027 tỉ lệ hộ dùng nước sạch là bao nhiêu?", "I.1"),
        ("Đến năm 2030 tỉ lệ hộ dùng nước sạch là bao nhiêu?", "I.2"),
        ("Trạm bơm hư hỏng tối đa bao nhiêu?", "I.3"),
        ("Ai rà soát biên chế trạm bơm?", "III.1"),
        ("Ưu tiên sửa chữa đường ống dẫn nước ở đâu?", "II.1"),
    ],
)
def test_the_clause_with_the_asked_year_and_matter_comes_first(
    service: SearchService, question: str, path: str
) -> None:
    assert ranked(service, question)[0] == path


def test_the_named_directive_comes_before_another_that_says_the_like(service: SearchService) -> None:
    snapshot = service.refresh()
    for number, key in (("45", "45-kh-tu-hoa-son-2025"), ("77", "77-kh-ubnd-hoa-son-2025")):
        query, views = service.understand(snapshot, [Question(f"Kế hoạch {number} giao Sở Nội vụ làm gì?")])[0]
        best = service.rank(snapshot, query, views).candidates[0]
        assert best.key.startswith(key)


def test_shares_of_the_question_are_what_counting_word_by_word_gives(service: SearchService) -> None:
    snapshot = service.refresh()
    for text in (
        "Đến năm 2030 tỉ lệ hộ nông thôn dùng nước sạch đạt tối thiểu bao nhiêu?",
        "Sở Nội vụ rà soát biên chế trước ngày nào?",
    ):
        query, views = service.understand(snapshot, [Question(text)])[0]
        found = service.candidates(snapshot, views)
        idf = service.idf(snapshot, query)
        rows = features(query, found, snapshot.holdings, snapshot.reader, idf)
        said = {c.key: tokenize(plain(snapshot.holdings.clauses[c.key].text)).sequence for c in found}
        pairs = set(zip(query.terms, query.terms[1:], strict=False))
        assert pairs
        for candidate, row in zip(found, rows, strict=True):
            words = said[candidate.key]
            own = [said[c.key] for c in found if c.key.partition("#")[0] == candidate.key.partition("#")[0]]
            local = {t: math.log1p(len(own) / (1 + sum(t in other for other in own))) for t in query.terms}
            expected = {
                "clause_coverage": sum(idf[t] for t in query.terms if t in words) / sum(idf[t] for t in query.terms),
                "pair_coverage": sum(p in set(pairwise(words)) for p in pairs) / len(pairs),
                "local_coverage": sum(w for t, w in local.items() if t in words) / sum(local.values()),
                "units_in_clause": sum(comparable(u) in comparable(" ".join(words)) for u in query.units)
                / max(len(query.units), 1),
            }
            assert {name: float(row[FEATURES.index(name)]) for name in expected} == pytest.approx(expected, abs=1e-5)
