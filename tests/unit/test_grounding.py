"""The contract of a headline: its figures stand in a cited quote or in a row of a cited clause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.store_records import StoredDirective, StoredTarget, StoredTask
from index.answers import Answer, Citation
from index.grounding import figures, ungrounded
from index.holdings import Library

PLAN = StoredDirective(key="45", file="45.txt", number="45-KH/TU", kind="Kế hoạch", issued_on=date(2025, 5, 20))
TARGET = StoredTarget(
    path="I.1", indicator="số trạm bơm", quote="số trạm bơm không quá mười hai trạm", op="<=", value=12.0, unit="trạm",
    due=date(2027, 12, 31), id="target-1", directive="45", file="45.txt",
)  # fmt: skip
TASK = StoredTask(
    path="II.1", action="nộp danh sách", quote="nộp danh sách", recurrence="yearly", recurs_before="12-15", id="task-1", directive="45",
    file="45.txt",
)  # fmt: skip
LIBRARY = Library("1", {"45": PLAN}, {}, {}, {"45#I.1": [TARGET]}, {"45#II.1": [TASK]}, {})


def said(headline: str, path: str = "I.1", quote: str = "Số trạm bơm giảm 3 trạm mỗi năm.", **fields: object) -> Answer:
    base = Answer("?", "target", False, 0.9, headline, headline, (Citation("45", "45-KH/TU", None, path, quote),))
    return replace(base, **fields)


@pytest.mark.parametrize(
    "headline",
    [
        "Giảm 3 trạm mỗi năm.",
        "Tối đa 12 trạm, đến hết năm 2027.",
        "Kế hoạch 45-KH/TU — Ngày ban hành: 20/05/2025.",
        "1) Giảm 3 trạm; 2) tối đa 12 trạm",
        "Không có con số nào.",
    ],
)
def test_a_figure_of_the_quote_of_its_row_or_of_the_directive_is_grounded(headline: str) -> None:
    assert ungrounded(said(headline), LIBRARY) == frozenset()


def test_a_figure_from_elsewhere_is_not() -> None:
    assert ungrounded(said("Giảm 4 trạm, đến năm 2030."), LIBRARY) == {"4", "2030"}
    assert ungrounded(said("Tối đa 12 trạm.", path="I.2"), LIBRARY) == {"12"}


def test_a_day_without_a_year_is_grounded_by_its_cycle() -> None:
    assert ungrounded(said("Trước ngày 15/12 hằng năm.", path="II.1"), LIBRARY) == frozenset()


def test_a_list_counts_what_it_lists() -> None:
    assert ungrounded(said("Sở Y tế có 2 việc.", kind="list", tasks=("a", "b")), LIBRARY) == frozenset()
    assert ungrounded(said("Sở Y tế có 5 việc.", kind="list", tasks=("a", "b")), LIBRARY) == {"5"}


def test_an_abstention_states_nothing() -> None:
    assert ungrounded(said("Văn bản đã nạp không nêu nội dung này cho năm 2031.", abstained=True), LIBRARY) == frozenset()


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)))
def test_a_date_is_one_figure_however_it_is_written(day: date) -> None:
    forms = [
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day:02d}/{day.month:02d}/{day.year}",
        f"ngày {day.day} tháng {day.month} năm {day.year}",
    ]
    assert len({figures(form) for form in forms}) == 1
