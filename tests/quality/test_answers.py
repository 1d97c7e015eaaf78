"""The rules of scoring, and, when asked for, the bars that answers must clear.

The bars need the annotated directives beside the checkout and minutes (`QUALITY=1 pytest tests/quality`),
with QUALITY_CACHE naming a folder that keeps the model and the vectors from run to run.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from index.answers import Question
from index.grounding import ungrounded
from tests.quality.answer_report import Judged, figures, page, reliability, slices
from tests.quality.answer_scoring import Outcome, by_evidence, by_place, one_form, outcome, quotes
from tests.quality.answers import (
    RESULTS,
    SHARED,
    TODAY,
    QuestionSet,
    judge,
    kept_model,
    library,
    question_sets,
    rows_of,
)

EVIDENCE = "Đến năm 2027, tỉ lệ hộ dùng nước sạch của tỉnh Hòa Sơn đạt tối thiểu 58%."
ASKED: dict[str, Any] = {
    "id": "Q1",
    "kind": "target",
    "style": "canonical",
    "doc": "HS",
    "must": ["58%|58 phần trăm"],
    "must_not": ["70%"],
    "evidence": EVIDENCE,
}
GIVEN: dict[str, Any] = {
    "abstained": False,
    "confidence": 0.9,
    "headline": "Tối thiểu 58 %",
    "answer": "Tối thiểu 58 %, năm sau 70%",
    "citations": [{"directive": "hs", "path": "I.1", "quote": EVIDENCE}],
}
REFUSED = GIVEN | {"abstained": True}


def judged(question: dict[str, Any], given: dict[str, Any]) -> Outcome:
    return outcome(question, given, by_evidence(question))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà Sơn", "hòa sơn"),
        ("46,5 %", "46,5%"),
        ("2021 – 2025", "2021-2025"),
        ("04/06/2018", "4/6/2018"),
        ("trước  ngày\n31/12", "trước ngày 31/12"),
    ],
)
def test_equal_figures_dates_and_words_are_equal(one: str, other: str) -> None:
    assert one_form(one) == one_form(other)


@pytest.mark.parametrize(("one", "other"), [("10/12", "1/12"), ("46,5", "465"), ("105/2024", "15/2024")])
def test_different_figures_stay_different(one: str, other: str) -> None:
    assert one_form(one) != one_form(other)


def test_a_quote_may_be_longer_than_the_evidence_or_a_good_piece_of_it() -> None:
    assert quotes(f"1. {EVIDENCE} Sở Y tế kiểm tra.", EVIDENCE)
    assert quotes(EVIDENCE.replace("tối thiểu ", ""), EVIDENCE)
    assert quotes("tỉ lệ hộ dùng nước sạch của tỉnh Hòa Sơn", EVIDENCE)
    assert not quotes("tỉ lệ hộ dùng nước sạch", EVIDENCE)
    assert not quotes("Sở Y tế kiểm tra chất lượng nước tại các xã vùng cao.", EVIDENCE)
    assert not quotes(EVIDENCE, "")


def test_an_answer_is_right_with_its_figure_and_its_clause() -> None:
    assert judged(ASKED, GIVEN).right


@pytest.mark.parametrize(
    "change",
    [
        {"abstained": True},
        {"answer": "Tối thiểu 57 %"},
        {"headline": "Tối thiểu 70%"},
        {"citations": []},
        {"citations": [{"directive": "hs", "path": "I.2", "quote": "Sở Y tế kiểm tra nước."}]},
        {"answer": "x" * 900 + " 58%"},
    ],
)
def test_an_answer_is_wrong_without_any_of_them(change: dict[str, Any]) -> None:
    assert not judged(ASKED, GIVEN | change).right


def test_only_the_first_three_citations_count() -> None:
    other = {"directive": "hs", "path": "I.2", "quote": "Sở Y tế kiểm tra nước."}
    assert judged(ASKED, GIVEN | {"citations": [other, other, *GIVEN["citations"]]}).right
    assert not judged(ASKED, GIVEN | {"citations": [other, other, other, *GIVEN["citations"]]}).right


def test_what_nobody_can_answer_is_right_when_refused() -> None:
    unanswerable = ASKED | {"kind": "unanswerable", "must": [], "must_not": [], "evidence": ""}
    assert judged(unanswerable, REFUSED).right
    assert not judged(unanswerable, GIVEN).right


def test_questions_without_evidence_are_judged_by_the_clause_of_their_part_of_the_file() -> None:
    question = ASKED | {"part": 1, "clauses": ["I.1", "I.2"]}
    assert outcome(question, GIVEN, by_place(question, ("front", "hs"))).right
    assert not outcome(question, GIVEN, by_place(question, ("hs", "back"))).right
    nothing = question | {"kind": "unanswerable", "part": None, "clauses": [], "must": [], "must_not": []}
    assert outcome(nothing, REFUSED, by_place(nothing, ())).right


def test_the_figures_of_a_set_and_what_was_lost() -> None:
    outcomes = [judged(ASKED, GIVEN), judged(ASKED | {"id": "Q2"}, REFUSED)]
    before = {"Q1": {"right": True}, "Q2": {"right": True}}
    one = Judged("hs", "about", [ASKED, ASKED | {"id": "Q2"}], outcomes, before)
    assert (figures(outcomes)["right"], figures(outcomes)["false_abstain"]) == (0.5, 0.5)
    assert figures(outcomes)["abstain_recall"] is None
    assert (one.lost, one.won) == (["Q2"], [])
    assert slices(one, "kind") == {"target": (0.5, 2)}
    assert reliability(outcomes) == [("0.9 – 1.0", 1, 0.9, 1.0)]
    assert "- `hs`: Q2. (Newly right: 0.)" in page([one], "hash")


def test_what_is_kept_of_an_answer_has_nothing_of_the_documents() -> None:
    assert json.dumps(judged(ASKED, GIVEN).as_row()) == json.dumps(
        {"id": "Q1", "right": True, "abstained": False, "cited@1": True, "confidence": 0.9}
    )


def test_the_kept_results_are_of_questions_that_are_still_asked() -> None:
    asked = {chosen.name: {q["id"] for q in chosen.questions} for chosen in question_sets(SHARED)}
    for path in RESULTS.glob("*.jsonl"):
        if path.stem in asked and SHARED.is_dir():
            assert {row["id"] for row in rows_of(path)} == asked[path.stem], (
                f"{path.name}: run the command in RESULTS.md"
            )


@pytest.mark.skipif(not os.environ.get("QUALITY"), reason="slow: set QUALITY=1 to run")
@pytest.mark.skipif(not (SHARED / "gold").is_dir(), reason="the annotated directives are not beside this checkout")
def test_answers_clear_the_bars_on_the_annotated_directives(tmp_path: Path) -> None:
    home = Path(os.environ.get("QUALITY_CACHE") or tmp_path)
    (gold,) = [chosen for chosen in question_sets(SHARED) if chosen.name == "gold"]
    (result,) = judge(home, [gold], kept_model(home))
    values = figures(result.outcomes)
    assert (values["right"] or 0) >= 0.90
    assert (values["cited@1"] or 0) >= 0.85
    assert (values["abstain_recall"] or 0) >= 0.90
    assert (values["false_abstain"] or 0) <= 0.05
    assert (values["confidently_wrong"] or 0) <= 0.07


@pytest.mark.skipif(not os.environ.get("QUALITY"), reason="slow: set QUALITY=1 to run")
@pytest.mark.parametrize("chosen", [c for c in question_sets(SHARED) if c.name != "gold"], ids=lambda chosen: chosen.name)
def test_every_figure_of_a_headline_stands_in_a_cited_quote_or_its_row(chosen: QuestionSet, tmp_path: Path) -> None:
    home = Path(os.environ.get("QUALITY_CACHE") or tmp_path)
    with library(home, chosen, kept_model(home)) as (_, service):
        answers = service.ask_many([Question(q["q"], id=q["id"], previous=q["prev"], today=TODAY) for q in chosen.questions])
        held = service.refresh().holdings
    assert [(a.id, a.headline, figure) for a in answers for figure in ungrounded(a, held)] == []
