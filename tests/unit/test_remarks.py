"""What an answer says of its own time: dates gone by, bodies ended, provinces merged; never more than the data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from corpus.records import Target, Task
from corpus.store_records import StoredDirective
from index.remarks import bodies, merged, passed, succeeded

TODAY = date(2026, 11, 22)
TASK = Task("II.1", "nộp danh sách", "…", lead=("Sở Y tế",), due=date(2026, 11, 2))
TARGET = Target("I.1", "số trạm bơm", "…", due=date(2024, 12, 31))
BEFORE = StoredDirective(key="45", file="45.txt", issued_on=date(2024, 5, 20))
AFTER = replace(BEFORE, issued_on=date(2025, 9, 5))


def test_a_date_gone_by_is_said_with_the_days() -> None:
    assert passed([TASK], "", TODAY) == "Hạn này đã qua 20 ngày (tính đến 22/11/2026)."
    assert passed([TARGET], "", TODAY) == "Mốc thời gian này đã qua hơn 1 năm (tính đến 22/11/2026)."


def test_a_date_in_the_line_alone_counts_too() -> None:
    assert passed([], "Báo cáo trước ngày 12/11/2026.", TODAY).startswith("Hạn này đã qua 10 ngày") is False
    assert passed([], "Báo cáo trước ngày 12/11/2026.", TODAY) == "Mốc thời gian này đã qua 10 ngày (tính đến 22/11/2026)."
    assert passed([], "Công văn số 31/02/2026 trước ngày 12/12/2026.", TODAY) == ""


@pytest.mark.parametrize(
    ("row", "today"),
    [
        (TASK, date(2026, 11, 2)),
        (replace(TASK, recurrence="yearly"), TODAY),
        (replace(TASK, due=None), TODAY),
        (TASK, None),
        (replace(TARGET, cadence="năm"), TODAY),
    ],
)
def test_what_has_not_passed_or_comes_again_is_left_alone(row: Task | Target, today: date | None) -> None:
    assert passed([row], "", today) == ""


def test_an_ended_body_is_said_with_those_who_took_over() -> None:
    assert succeeded(["Sở Kế hoạch và Đầu tư", "Sở Y tế"], BEFORE, TODAY) == [
        "Sở Kế hoạch và Đầu tư đã kết thúc hoạt động từ 01/03/2025; tiếp nhận nhiệm vụ: Sở Tài chính."
    ]


@pytest.mark.parametrize(
    ("directive", "today"), [(AFTER, TODAY), (BEFORE, date(2025, 2, 1)), (replace(BEFORE, issued_on=None), TODAY)]
)
def test_a_body_is_not_called_ended_before_it_ended_or_without_a_date(directive: StoredDirective, today: date) -> None:
    assert succeeded(["Sở Kế hoạch và Đầu tư"], directive, today) == []


def test_a_merged_province_is_said_with_that_of_today() -> None:
    assert merged("Tỉ lệ đô thị hóa của tỉnh Bình Định", BEFORE, TODAY) == ["Bình Định nay thuộc Gia Lai (từ 01/07/2025)."]
    assert merged("Tỉ lệ đô thị hóa của tỉnh Bình Định", AFTER, TODAY) == []
    assert merged("Tỉ lệ đô thị hóa của tỉnh Khánh Hòa", BEFORE, TODAY) == []


def test_bodies_of_a_line_are_found() -> None:
    assert bodies("Sở Y tế chủ trì; Ủy ban nhân dân tỉnh phối hợp") == ["Sở Y tế", "Ủy ban nhân dân tỉnh"]
