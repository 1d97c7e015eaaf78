"""Clause paths in words: the same in answers and in the bot."""

from __future__ import annotations

import pytest

from bot.citation_words import place_in_words
from bot.texts import load_texts
from corpus.clause_places import named_labels, path_in_words

PATHS = {
    "II.4.-1": "mục II.4, gạch đầu dòng 1",
    "I.p3": "mục I, đoạn 3",
    "0.p1": "phần mở đầu, đoạn 1",
    "end": "phần cuối",
    "PL2.I.7": "Phụ lục 2, mục I.7",
    "PL.3": "Phụ lục, mục 3",
    "QĐ.C4.Đ9.2.a": "văn bản kèm theo, Chương 4, Điều 9, khoản 2, điểm a",
    "Đ3": "Điều 3",
    "note2": "chú thích 2",
    "PL1.r3": "Phụ lục 1, dòng 3",
}


@pytest.mark.parametrize(("path", "words"), PATHS.items())
def test_a_path_is_said_in_words(path: str, words: str) -> None:
    assert path_in_words(path) == words


@pytest.mark.parametrize("path", PATHS)
def test_answers_and_the_bot_call_a_place_the_same(path: str) -> None:
    assert place_in_words(path, load_texts("vi")) == path_in_words(path)


def test_another_way_of_saying_labels_may_be_given() -> None:
    assert path_in_words("II.4.-1", lambda name, number: f"{name} {number}") == "path II.4, bullet 1"


def test_neighbouring_section_numbers_are_one_label() -> None:
    assert named_labels("II.3.3.2") == [("path", "II.3.3.2")]
    assert named_labels("QĐ.Đ9.2") == [("attached", ""), ("article", "9"), ("item", "2")]
