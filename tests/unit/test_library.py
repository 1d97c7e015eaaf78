"""A snapshot of the store shaped for answering: clauses by key, headings above them, rows by clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.holdings import Library
from tests.unit.small_library import SCHOOLS, WATER, open_store, put

if TYPE_CHECKING:
    from pathlib import Path

PLAN = "45-kh-tu-hoa-son-2025"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    with open_store(tmp_path) as store:
        put(store, nuoc=WATER, truong=SCHOOLS)
        return Library.read(store)


def test_clauses_stand_under_their_directive_in_reading_order(library: Library) -> None:
    paths = [key.partition("#")[2] for key in library.by_directive[PLAN]]
    assert paths[2:6] == ["I", "I.1", "I.2", "I.3"]
    assert set(library.by_directive) == set(library.directives)


def test_the_headings_above_a_clause(library: Library) -> None:
    assert library.chain(f"{PLAN}#III.1") == ["TỔ CHỨC THỰC HIỆN"]
    assert library.chain(f"{PLAN}#III") == []


def test_what_stands_directly_under_a_heading(library: Library) -> None:
    assert library.children[f"{PLAN}#I"] == [f"{PLAN}#I.{n}" for n in (1, 2, 3)]


def test_rows_are_found_by_the_clause_they_stand_in(library: Library) -> None:
    assert [t.value for t in library.targets[f"{PLAN}#I.1"]] == [58]
    assert [t.lead for t in library.tasks[f"{PLAN}#III.1"]] == [("Sở Nội vụ",)]
    assert len(library.rules[f"{PLAN}#II.2"]) == 1


def test_a_snapshot_of_nothing_is_empty(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        library = Library.read(store)
    assert (library.directives, library.clauses, library.by_directive) == ({}, {}, {})
