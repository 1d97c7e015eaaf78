"""All duties or targets of one directive: only when that is the whole question, counted and complete."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from index.answers import ANSWER_LIMIT, Answer, Question
from index.directive_lists import asked_rows
from index.query import understand
from tests.unit.small_library import SCHOOLS, WATER, open_store, outspoken, put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.service import SearchService

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def bold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("lists")
    with open_store(folder) as store:
        put(store, nuoc=WATER, truong=SCHOOLS)
        yield outspoken(store, folder)


def ask(service: SearchService, text: str) -> Answer:
    return service.ask(Question(text, today=TODAY))


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Kế hoạch 45 có những nhiệm vụ gì?", "tasks"),
        ("Có bao nhiêu việc trong Kế hoạch 45?", "tasks"),
        ("Liệt kê các chỉ tiêu của Kế hoạch 45", "targets"),
        ("Kế hoạch 45 có những nhiệm vụ gì về trạm bơm?", None),
        ("Sở Nội vụ có những nhiệm vụ gì theo Kế hoạch 45?", None),
        ("Kế hoạch 45 có mấy nhóm nhiệm vụ, giải pháp?", None),
        ("Kế hoạch 45 do ai ký?", None),
    ],
)
def test_a_whole_list_is_wanted_only_when_nothing_else_is_named(question: str, wanted: str | None) -> None:
    assert asked_rows(understand(Question(question))) == wanted


def test_the_duties_of_a_directive_are_counted_with_their_bodies_and_all_ids(bold: SearchService) -> None:
    answer = ask(bold, "Kế hoạch 45 có những nhiệm vụ gì?")
    listed = [line for line in answer.answer.split("\n") if line[:1].isdigit()]
    assert answer.headline == f"Kế hoạch 45-KH/TU có {len(answer.tasks)} việc ghi rõ cơ quan hoặc thời hạn."
    assert len(listed) == len(answer.tasks) >= 3
    assert any(line.startswith(f"{n}. Sở Y tế: Báo cáo") for n, line in enumerate(listed, 1))
    assert {c.number for c in answer.citations} == {"45-KH/TU"}
    assert len(answer.answer) <= ANSWER_LIMIT


def test_the_targets_of_a_directive_are_counted(bold: SearchService) -> None:
    answer = ask(bold, "Kế hoạch 45 có những chỉ tiêu nào?")
    assert answer.headline == "Kế hoạch 45-KH/TU có 3 chỉ tiêu."
    assert "tối thiểu 58%, đến hết năm 2027 (mục I.1)" in answer.answer
    assert len(answer.targets) == 3


def test_a_directive_that_is_not_named_is_not_guessed(bold: SearchService) -> None:
    assert ask(bold, "Có những nhiệm vụ gì?").kind != "list"
