"""The everyday questions are well formed and name clauses that exist in the samples and the blind directives."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from corpus.reading import read_file

HERE = Path(__file__).resolve().parent
SOURCES = {
    path.name: path
    for folder in (HERE.parents[2] / "corpus" / "samples", *sorted((HERE.parent / "unseen").iterdir()))
    if folder.is_dir()
    for path in folder.iterdir()
    if path.suffix in {".txt", ".md"}
}
FIELDS = {"id", "file", "part", "q", "style", "kind", "prev", "clauses", "must", "must_not", "note"}


def rows() -> list[dict[str, Any]]:
    lines = (line for path in sorted(HERE.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines())
    return [json.loads(line) for line in lines]


@cache
def paths(name: str, part: int) -> frozenset[str]:
    return frozenset(clause.path for clause in read_file(SOURCES[name])[part].clauses)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_a_question_can_be_scored(row: dict[str, Any]) -> None:
    assert set(row) == FIELDS
    assert row["q"].strip()
    answerable = row["kind"] != "unanswerable"
    assert bool(row["clauses"]) == bool(row["must"]) == answerable
    assert set(row["clauses"]) <= paths(row["file"], row["part"])


def test_no_question_is_asked_twice() -> None:
    ids = [row["id"] for row in rows()]
    assert len(ids) == len(set(ids))
