"""Near misses made for training: changed in one thing, and truly not answered any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus.store import Store
from index.holdings import Library
from index.near_misses import near_misses
from index.passages import clause_key
from tests.unit.small_library import SCHOOLS, WATER, put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Store.open(f"sqlite:///{tmp_path / 'chidao.db'}") as store:
        put(store, nuoc=WATER, truong=SCHOOLS)
        yield Library.read(store)


def key_of(library: Library, words: str) -> str:
    return next(
        clause_key(c.directive, c.path) for c in library.clauses.values() if words in c.text and c.kind != "front"
    )


def changes(library: Library, question: str, words: str) -> dict[str, str]:
    return {miss.change: miss.text for miss in near_misses(question, [key_of(library, words)], library)}


def test_year_place_and_measure_are_changed_one_at_a_time(library: Library) -> None:
    made = changes(library, "Hòa Sơn năm 2027 phải đạt bao nhiêu phần trăm hộ có nước sạch?", "tối thiểu 58%")
    assert set(made) == {"year", "place", "measure"}
    assert "2027" not in made["year"]
    assert "Hòa Sơn" in made["year"]
    assert "Hòa Sơn" not in made["place"]
    assert "bao nhiêu tỷ đồng" in made["measure"]


def test_the_new_year_is_one_the_directive_never_speaks_of(library: Library) -> None:
    for _ in range(12):
        made = changes(library, "Năm 2027 đạt mấy %?", "tối thiểu 58%")["year"]
        assert not any(year in made for year in ("2025", "2027", "2028", "2029", "2030"))


def test_the_year_a_directive_is_of_is_left_alone(library: Library) -> None:
    assert "year" not in changes(library, "Kế hoạch năm 2025 giao ai sửa đường ống?", "Sửa chữa đường ống")


def test_nothing_is_made_of_a_question_without_an_answer(library: Library) -> None:
    assert list(near_misses("Năm 2027 đạt mấy %?", [], library)) == []
