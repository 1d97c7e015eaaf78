"""The held-out questions are well formed, name clauses that exist and copy no source.

The real directives stand beside the checkout; where they do not, only the samples are checked against their text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from corpus.reading import read_file
from corpus.text import comparable, fold

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[2]
SHARED = CHECKOUT.parent / "shared"
SOURCES = (CHECKOUT / "corpus" / "samples", SHARED / "seeds", SHARED / "directives")

FIELDS = {"id", "file", "part", "q", "style", "kind", "prev", "clauses", "must", "must_not", "note"}
KINDS = {
    "target", "deadline", "responsibility", "report", "rule", "clause", "document", "list", "compare", "unanswerable",
}  # fmt: skip
STYLES = {"canonical", "nodiacritics", "abbrev", "colloquial", "typo", "followup"}
COPIED_WORDS = 10
MUST_WORDS = 4

BLIND = HERE / "blind"  # written later, never learned from
SETS = [*sorted(HERE.glob("*.jsonl")), *sorted(BLIND.glob("*.jsonl"))]
each_set = pytest.mark.parametrize("questions", SETS, ids=lambda path: f"{path.parent.name}-{path.stem}")


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def every_row() -> list[dict[str, Any]]:
    return [row for path in SETS for row in rows(path)]


@cache
def source(name: str) -> Path:
    for folder in SOURCES:
        if (folder / name).is_file():
            return folder / name
    pytest.skip(f"{name} is not beside this checkout")


@cache
def clause_texts(name: str, part: int) -> dict[str, str]:
    return {clause.path: comparable(clause.text) for clause in read_file(source(name))[part].clauses}


def words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + COPIED_WORDS]) for at in range(len(found) - COPIED_WORDS + 1)}


@each_set
def test_every_line_can_be_scored(questions: Path) -> None:
    for row in rows(questions):
        assert set(row) == FIELDS, row["id"]
        assert row["id"].startswith(f"{questions.stem}-{'B' if questions.parent == BLIND else 'H'}"), row["id"]
        assert row["kind"] in KINDS, row["id"]
        assert row["style"] in STYLES, row["id"]
        assert row["q"].strip(), row["id"]
        assert (row["style"] == "followup") == bool(row["prev"]), row["id"]
        answerable = row["kind"] != "unanswerable"
        assert bool(row["clauses"]) == bool(row["must"]) == answerable, row["id"]
        assert answerable or row["note"], f"{row['id']}: why no directive answers it"
        assert (row["file"] is None) == (row["part"] is None), row["id"]


@each_set
def test_a_right_answer_is_known_by_figures_dates_and_names_only(questions: Path) -> None:
    for row in rows(questions):
        for group in row["must"]:
            assert all(0 < len(choice.split()) <= MUST_WORDS for choice in group.split("|")), row["id"]


def test_a_question_without_marks_has_none() -> None:
    plain = [row["q"] for row in every_row() if row["style"] == "nodiacritics"]
    assert [question for question in plain if fold(question) != question.lower()] == []


def test_ids_and_questions_are_asked_once() -> None:
    ids = Counter(row["id"] for row in every_row())
    asked = Counter((row["prev"], comparable(row["q"])) for row in every_row())
    assert [key for key, times in (ids + asked).items() if times > 1] == []


@each_set
def test_the_named_clauses_exist_and_hold_the_answer(questions: Path) -> None:
    for row in rows(questions):
        if not row["clauses"]:
            continue
        texts = clause_texts(row["file"], row["part"])
        assert set(row["clauses"]) <= set(texts), row["id"]
        together = " ".join(texts[path] for path in row["clauses"])
        for group in row["must"]:
            assert any(comparable(choice) in together for choice in group.split("|")), (row["id"], group)


@each_set
def test_no_line_repeats_ten_words_running_of_its_source(questions: Path) -> None:
    for row in rows(questions):
        if row["file"] is None:
            continue
        copied = runs(source(row["file"]).read_text(encoding="utf-8"))
        for text in (row["q"], row["prev"] or "", row["note"], *row["must"], *row["must_not"]):
            assert not runs(text) & copied, row["id"]


def test_near_misses_weigh_as_much_as_the_answers_that_look_like_them() -> None:
    found = every_row()
    unanswerable = [row for row in found if row["kind"] == "unanswerable"]
    assert 0.3 <= len(unanswerable) / len(found) <= 0.45
    assert 0.1 <= sum(row["file"] is None for row in unanswerable) / len(unanswerable) <= 0.2
    answered_all_the_same = [row for row in found if row["note"].startswith("Tưởng không có mà có")]
    assert len(answered_all_the_same) >= 20
    assert all(row["clauses"] for row in answered_all_the_same)
