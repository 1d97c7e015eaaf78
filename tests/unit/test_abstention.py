"""When not to answer: the probability behind it, and the words for what is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.abstention import Abstainer, missing
from index.answers import Question
from index.query import Query, understand
from index.signals import SIGNALS

SIGNAL = st.floats(-50, 50, allow_nan=False)
ASKED = understand(Question("Ai chủ trì?"))
NOTHING = dict.fromkeys(SIGNALS, 0.0)


def read(text: str) -> Query:
    return understand(Question(text))


def test_the_shipped_weights_are_of_known_signals() -> None:
    shipped = Abstainer.shipped()
    assert set(shipped.weights) <= set(SIGNALS)
    assert 0 < shipped.threshold < 1


@given(st.lists(SIGNAL, min_size=len(SIGNALS), max_size=len(SIGNALS)))
def test_confidence_is_a_probability_and_decides(values: list[float]) -> None:
    shipped = Abstainer.shipped()
    verdict = shipped.judge(ASKED, values)
    assert 0 <= verdict.confidence <= 1
    assert verdict.abstain == (shipped.confidence(values) < shipped.threshold)


WORSE = [
    "year_missing", "row_of_other_year", "document_other", "lacks_in_sentence", "lacks_money", "contrast", "measure_missing",
    "thing_missing", "person_unnamed", "state_missing", "names_missing", "place_other", "period_other",
]  # fmt: skip


@pytest.mark.parametrize("worse", WORSE)
def test_an_unmet_demand_never_raises_confidence(worse: str) -> None:
    shipped = Abstainer.shipped()
    without = [0.0] * len(SIGNALS)
    with_it = [float(name == worse) for name in SIGNALS]
    assert shipped.confidence(with_it) <= shipped.confidence(without)


@pytest.mark.parametrize("better", ["top_share", "margin", "dense", "part_dense"])
def test_better_evidence_raises_confidence(better: str) -> None:
    shipped = Abstainer.shipped()
    assert shipped.confidence([float(name == better) for name in SIGNALS]) > shipped.confidence([0.0] * len(SIGNALS))


@pytest.mark.parametrize(
    ("question", "signal", "said"),
    [
        ("Năm 2035 đạt bao nhiêu?", "year_missing", "nội dung này cho năm 2035"),
        ("Kế hoạch 999/KH-UBND giao gì?", "document_unknown", "văn bản số 999"),
        ("Kế hoạch 999 giao gì?", "document_unknown", "nội dung của Kế hoạch số 999"),
        ("Sở Y tế mua mấy xe?", "unit_missing_in_directive", "nhiệm vụ nào như vậy của Sở Y tế"),
        ("Khi nào xong?", "bias", "thời hạn của việc này"),
        ("Lạng Sơn đạt bao nhiêu?", "place_other", "nội dung này của Lạng Sơn"),
        ("Giám đốc tên gì?", "person_unnamed", "họ tên người này"),
        ("Ai chủ trì?", "bias", "cơ quan chịu trách nhiệm việc này"),
        ("Đạt bao nhiêu?", "bias", "con số này"),
        ("Nội dung tuyên truyền thế nào?", "bias", "nội dung này"),
    ],
)
def test_a_refusal_says_what_is_missing(question: str, signal: str, said: str) -> None:
    assert missing(read(question), NOTHING | {signal: 1.0}) == said
