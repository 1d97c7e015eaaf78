"""The annotations of the samples are true to the files: a slip here would teach and measure the wrong thing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corpus.text import collapse, nfc

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[2] / "corpus" / "samples"
FOLDERS = sorted(path for path in HERE.iterdir() if (path / "meta.jsonl").exists())

RECURRENCES = {None, "yearly", "half-yearly", "quarterly", "monthly", "weekly", "ad-hoc", "yearly+ad-hoc", "ongoing"}
KINDS = {
    "target", "deadline", "responsibility", "report", "rule", "clause", "document", "list", "compare", "unanswerable",
}  # fmt: skip
STYLES = {"canonical", "nodiacritics", "abbrev", "colloquial", "typo", "followup"}


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def source(folder: Path) -> str:
    return collapse(nfc((SAMPLES / rows(folder, "meta")[0]["file"]).read_text(encoding="utf-8")))


every_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def test_every_sample_is_annotated() -> None:
    annotated = {rows(folder, "meta")[0]["file"] for folder in FOLDERS}
    assert annotated == {path.name for path in SAMPLES.iterdir() if path.suffix in {".txt", ".md"}}


@every_folder
def test_every_quote_stands_in_its_file(folder: Path) -> None:
    text = source(folder)
    quotes = [row["quote"] for name in ("targets", "tasks", "rules") for row in rows(folder, name)]
    quotes += [question["evidence"] for question in rows(folder, "questions")]
    quotes += [rows(folder, "meta")[0]["start"]]
    assert [quote for quote in quotes if quote not in text] == []


@every_folder
def test_dates_and_recurrences_are_well_formed(folder: Path) -> None:
    for row in rows(folder, "targets") + rows(folder, "tasks"):
        assert row["due"] is None or date.fromisoformat(row["due"])
        assert row.get("recurrence") in RECURRENCES
        yearly = row.get("recurs_before")
        assert yearly is None or date.fromisoformat(f"2028-{yearly}" if "-" in yearly else f"2028-01-{yearly}")


@every_folder
def test_questions_can_be_scored(folder: Path) -> None:
    for question in rows(folder, "questions"):
        assert question["kind"] in KINDS
        assert question["style"] in STYLES
        assert (question["style"] == "followup") == (question["prev"] is not None)
        answerable = question["kind"] != "unanswerable"
        assert bool(question["must"]) == bool(question["evidence"]) == bool(question["clauses"]) == answerable


def test_ids_and_questions_are_asked_once() -> None:
    for name in ("targets", "tasks", "rules", "questions"):
        ids = [row["id"] for folder in FOLDERS for row in rows(folder, name)]
        assert len(ids) == len(set(ids))
    asked = [(q["prev"], q["q"]) for folder in FOLDERS for q in rows(folder, "questions")]
    assert len(asked) == len(set(asked))


def test_the_mix_keeps_near_misses_and_every_style() -> None:
    questions = [question for folder in FOLDERS for question in rows(folder, "questions")]
    unanswerable = sum(question["kind"] == "unanswerable" for question in questions)
    assert 0.12 <= unanswerable / len(questions) <= 0.2
    assert {question["style"] for question in questions} == STYLES


def test_a_question_does_not_repeat_the_clause_that_answers_it() -> None:
    for folder in FOLDERS:
        for question in rows(folder, "questions"):
            asked, evidence = question["q"].lower().split(), question["evidence"].lower()
            runs = [" ".join(asked[i : i + 7]) for i in range(len(asked) - 6)]
            assert [run for run in runs if run in evidence] == []
