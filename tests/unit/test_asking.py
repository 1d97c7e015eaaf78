"""What is put to the search for one message, and what is made of the answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from index.answers import Answer, Citation, Question
from index.asking import plan
from index.follow_ups import frame, in_frame, names_topic
from index.mentions import DirectiveNames

NAMES = DirectiveNames({"kế hoạch": frozenset({"73", "nước", "sạch"})}, (), ("hòa sơn",))


def asked(text: str, previous: str | None = None) -> list[tuple[str, str | None]]:
    question = Question(text, previous=previous, today=date(2026, 11, 22))
    return [(q.text, q.previous) for q in plan(question, NAMES).questions]


def answer(path: str, confidence: float, *, abstained: bool = False, quote: str = "") -> Answer:
    cited = (Citation("d", None, None, path, quote),)
    return Answer("q", "target", abstained, confidence, f"mục {path}", f"mục {path}", cited)


def test_one_question_is_asked_once() -> None:
    assert asked("Giá nước ở Hòa Sơn bao nhiêu?") == [("Giá nước ở Hòa Sơn bao nhiêu?", None)]


def test_a_part_that_cannot_stand_alone_leans_on_the_part_before() -> None:
    assert asked("Trạm bơm Suối Lạnh khi nào xong và ai chủ trì?")[1:] == [
        ("Trạm bơm Suối Lạnh khi nào xong", None),
        ("ai chủ trì", "Trạm bơm Suối Lạnh khi nào xong"),
    ]


def test_a_part_that_stands_alone_is_told_the_directive_place_and_year() -> None:
    parts = asked("Năm 2027 Hòa Sơn đón bao nhiêu khách? Doanh thu du lịch cộng đồng đạt bao nhiêu?")
    assert parts[2] == ("Hòa Sơn năm 2027: Doanh thu du lịch cộng đồng đạt bao nhiêu", None)


def test_a_first_part_without_a_place_takes_that_of_the_next() -> None:
    assert asked("Ai làm trưởng ban chỉ đạo? Hòa Sơn lập bao nhiêu tổ công tác?")[1][0].startswith("Hòa Sơn: ")


def test_a_part_keeps_its_own_year() -> None:
    assert in_frame("năm 2030 tăng bao nhiêu", "Hòa Sơn năm 2025 tăng bao nhiêu", NAMES) == "Hòa Sơn: năm 2030 tăng bao nhiêu"


def test_the_frame_of_a_question_is_its_directive_place_and_year() -> None:
    question = "Theo Kế hoạch 73 của Hòa Sơn, năm 2028 giá nước bao nhiêu?"
    assert frame(question, NAMES) == "Theo Kế hoạch 73 của Hòa Sơn năm 2028"
    assert frame("giá nước bao nhiêu", NAMES) == ""


@pytest.mark.parametrize(
    ("text", "own"),
    [("còn tỉ lệ hộ dùng nước sạch?", True), ("thế còn năm 2030?", False), ("ai chủ trì?", False), ("khi nào xong?", False)],
)
def test_only_a_follow_up_with_matter_of_its_own_opens_a_topic(text: str, own: bool) -> None:
    assert names_topic(text) is own


def test_a_follow_up_with_its_own_topic_is_read_in_two_ways() -> None:
    readings = asked("còn tỉ lệ hộ dùng nước sạch?", "Hòa Sơn năm 2030 có bao nhiêu trạm bơm?")
    assert [previous for _, previous in readings] == ["Hòa Sơn năm 2030 có bao nhiêu trạm bơm?", "Hòa Sơn năm 2030"]


def test_the_reading_whose_clause_speaks_of_the_new_topic_is_taken() -> None:
    question = Question("còn tỉ lệ hộ dùng nước sạch?", previous="Hòa Sơn năm 2030 có bao nhiêu trạm bơm?")
    chosen = plan(question, NAMES)
    off, on = answer("1", 0.8, quote="xây 20 trạm bơm"), answer("2", 0.8, quote="tỉ lệ hộ dùng nước sạch đạt 70%")
    assert chosen.settle([off, on]) is on
    assert chosen.settle([on, replace(off, confidence=0.85)]) is on


TWO = Question("Trạm bơm Suối Lạnh khi nào xong và ai chủ trì?")


def test_a_hanging_part_that_finds_nothing_leaves_the_answer_to_the_whole() -> None:
    whole = answer("1", 0.8)
    assert plan(TWO, NAMES).settle([whole, answer("1", 0.9), answer("5", 0.2, abstained=True)]) is whole


def test_when_the_whole_finds_nothing_a_sure_part_is_still_answered() -> None:
    given = plan(TWO, NAMES).settle([answer("1", 0.1, abstained=True), answer("2", 0.9), answer("5", 0.2, abstained=True)])
    assert not given.abstained
    assert given.headline.startswith("1) mục 2; 2) ")


def test_an_unsure_part_does_not_answer_a_message_that_as_a_whole_finds_nothing() -> None:
    whole = answer("1", 0.1, abstained=True)
    assert plan(TWO, NAMES).settle([whole, answer("2", 0.5), answer("5", 0.2, abstained=True)]) is whole


def test_sentences_of_their_own_are_always_joined() -> None:
    two = Question("Trạm bơm Suối Lạnh khi nào xong? Sở Tài chính cấp bao nhiêu tiền?")
    given = plan(two, NAMES).settle([answer("1", 0.9), answer("1", 0.9), answer("5", 0.2, abstained=True)])
    assert given.headline == "1) mục 1; 2) mục 5"
