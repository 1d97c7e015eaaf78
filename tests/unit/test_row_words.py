"""Figures, dates, terms and duties in the words a Vietnamese official uses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Target, Task
from corpus.row_words import (
    actors,
    amount,
    day,
    goal,
    lowered,
    number,
    target_fact,
    target_line,
    task_line,
    term,
    when,
    without_time,
)

TARGET = Target("I.1", "tỉ lệ hộ dùng nước sạch", "…", ">=", 46.5, unit="%", due=date(2027, 12, 31))
TASK = Task("II.1", "nộp danh sách hộ nghèo", "…", lead=("UBND xã Suối Lạnh",), coop=("Sở Y tế",))


@pytest.mark.parametrize(
    ("value", "said"),
    [(46.5, "46,5"), (1200, "1.200"), (0.05, "0,05"), (150000, "150.000"), (1234.5, "1.234,5"), (0, "0")],
)
def test_figures_as_vietnamese_write_them(value: float, said: str) -> None:
    assert number(value) == said


@given(st.integers(0, 10**9))
def test_a_whole_figure_can_be_read_back(value: int) -> None:
    assert int(number(value).replace(".", "")) == value


def test_a_day_has_two_figures_for_day_and_month() -> None:
    assert day(date(2026, 3, 5)) == "05/03/2026"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "tối thiểu 46,5%"),
        ({"op": "<=", "value": 3.0, "unit": "%"}, "tối đa 3%"),
        ({"op": "~", "value": 12.0, "unit": "tỷ đồng"}, "khoảng 12 tỷ đồng"),
        ({"op": "range", "value": 35.0, "value_max": 40.0}, "35 - 40%"),
        ({"op": "top", "value": 25.0, "unit": None}, "trong nhóm 25"),
        ({"op": "=", "value": 120.0, "unit": "trạm"}, "120 trạm"),
        ({"value": None}, ""),
    ],
)
def test_an_amount_says_comparator_value_and_unit(changes: dict[str, object], said: str) -> None:
    assert amount(replace(TARGET, **changes)) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "đến hết năm 2027"),
        ({"due": date(2026, 6, 30)}, "đến ngày 30/06/2026"),
        ({"period": ("2022", "2026")}, "giai đoạn 2022 - 2026"),
        ({"due": None}, ""),
    ],
)
def test_a_term_says_by_when(changes: dict[str, object], said: str) -> None:
    assert term(replace(TARGET, **changes)) == said


def test_a_target_in_one_line() -> None:
    whole = replace(TARGET, change="tăng", baseline="so với năm 2024", scope="các xã vùng cao")
    expected = "Tỉ lệ hộ dùng nước sạch: tăng tối thiểu 46,5% so với năm 2024 (các xã vùng cao), đến hết năm 2027"
    assert target_line(whole) == expected
    assert target_line(replace(TARGET, value=None, due=None)) == "Tỉ lệ hộ dùng nước sạch"


def test_a_goal_is_a_target_without_its_term() -> None:
    assert goal(TARGET) == "Tỉ lệ hộ dùng nước sạch: tối thiểu 46,5%"
    assert goal(replace(TARGET, op="range", value=35.0, value_max=40.0)) == "Tỉ lệ hộ dùng nước sạch: 35 - 40%"
    assert goal(replace(TARGET, op="=", value=12500.0, unit="hộ")) == "Tỉ lệ hộ dùng nước sạch: 12.500 hộ"


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ("giảm tỉ lệ hao hụt xuống không quá 45%", "giảm xuống tối đa 45%"),
        ("tỉ lệ hao hụt giảm xuống không quá 45%", "giảm xuống tối đa 45%"),
        ("tỉ lệ hao hụt giảm xuống còn không quá 45%", "giảm xuống còn tối đa 45%"),
        ("tỉ lệ hao hụt giảm không quá 45%", "giảm tối đa 45%"),
        ("giảm 45% tỉ lệ hao hụt ở nơi còn thiếu nước", "giảm tối đa 45%"),
    ],
)
def test_a_change_to_a_level_is_not_told_as_a_change_by_an_amount(quote: str, said: str) -> None:
    falling = replace(TARGET, indicator="tỉ lệ hao hụt", op="<=", value=45.0, change="giảm", quote=quote)
    assert goal(falling) == f"Tỉ lệ hao hụt: {said}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"due": date(2026, 12, 15)}, "hạn 15/12/2026"),
        ({"due": date(2026, 6, 15)}, "hạn 15/06/2026 (đã qua hạn)"),
        ({"recurrence": "quarterly"}, "hằng quý"),
        ({"recurrence": "yearly", "recurs_before": "12-15"}, "trước ngày 15/12 hằng năm"),
        ({"recurrence": "monthly", "recurs_before": "05"}, "trước ngày 05 hằng tháng"),
        ({"recurrence": "half-yearly", "recurs_before": "06-15"}, "trước ngày 15/06, 6 tháng một lần"),
        ({"due_text": "sau khi đề án được duyệt"}, "sau khi đề án được duyệt"),
        ({}, ""),
    ],
)
def test_the_time_of_a_duty(changes: dict[str, object], said: str) -> None:
    assert when(replace(TASK, **changes), date(2026, 11, 22)) == said


def test_a_duty_due_today_has_not_passed() -> None:
    assert "đã qua hạn" not in when(replace(TASK, due=date(2026, 11, 22)), date(2026, 11, 22))


def test_a_duty_in_one_line_with_its_report() -> None:
    task = replace(TASK, recurrence="yearly", report_to=("UBND tỉnh",), via=("Sở Nội vụ",))
    assert task_line(task) == "Nộp danh sách hộ nghèo — hằng năm; báo cáo UBND tỉnh (qua Sở Nội vụ)"
    assert actors(task) == "UBND xã Suối Lạnh; phối hợp: Sở Y tế"
    assert actors(replace(task, coop=())) == "UBND xã Suối Lạnh"


def test_a_time_and_a_recipient_that_the_duty_states_itself_are_not_said_twice() -> None:
    action = "báo cáo UBND tỉnh kết quả trước ngày 30/11/2026"
    task = replace(TASK, action=action, due=date(2026, 11, 30), due_text="trước ngày 30/11/2026", report_to=("UBND tỉnh",))
    assert task_line(task, date(2026, 11, 22)) == "Báo cáo UBND tỉnh kết quả trước ngày 30/11/2026"
    assert task_line(task, date(2026, 12, 1)).endswith("— hạn 30/11/2026 (đã qua hạn)")


def test_a_long_indicator_stands_after_its_figure() -> None:
    long = replace(TARGET, indicator="tỉ lệ hộ dùng nước sạch " + "ở các xã vùng cao, vùng biên giới " * 4)
    assert target_fact(TARGET) == target_line(TARGET)
    assert target_fact(long).startswith("Tối thiểu 46,5%, đến hết năm 2027 — tỉ lệ hộ dùng nước sạch")


@pytest.mark.parametrize(
    ("action", "due_text", "said"),
    [
        ("nộp danh sách trước ngày 30/11/2026", "trước ngày 30/11/2026", "nộp danh sách"),
        ("nộp danh sách, hoàn thành trước ngày 30/11/2026", "trước ngày 30/11/2026", "nộp danh sách"),
        ("nộp danh sách trong quý III/2026", "trong quý III/2026", "nộp danh sách trong quý III/2026"),
        ("nộp trước ngày 05 của tháng đầu quý", "trước ngày 05 của tháng đầu quý", "nộp trước ngày 05 của tháng đầu quý"),
        ("lập kế hoạch giai đoạn và hàng năm", "hàng năm", "lập kế hoạch giai đoạn và hàng năm"),
        ("nộp danh sách", None, "nộp danh sách"),
    ],
)
def test_only_a_plain_date_is_left_out_where_the_line_gives_it(action: str, due_text: str | None, said: str) -> None:
    assert without_time(replace(TASK, action=action, due=date(2026, 11, 30), due_text=due_text)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Tỉ lệ hộ nghèo", "tỉ lệ hộ nghèo"),
        ("Sở Y tế lập danh sách", "Sở Y tế lập danh sách"),
        ("GRDP bình quân", "GRDP bình quân"),
        ("Hòa Sơn vào nhóm dẫn đầu", "Hòa Sơn vào nhóm dẫn đầu"),
    ],
)
def test_a_name_keeps_its_capital_inside_a_line(text: str, said: str) -> None:
    assert lowered(text) == said


def test_a_round_is_stated_with_its_day() -> None:
    task = Task(
        path="1", action="báo cáo tiến độ", quote="", due_text="Định kỳ hằng quý, trước ngày 20 của tháng cuối quý", recurrence="quarterly"
    )
    assert when(task) == "định kỳ hằng quý, trước ngày 20 của tháng cuối quý"
