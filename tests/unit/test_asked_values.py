"""Figures and days that a question states, held against rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Target, Task
from corpus.row_words import number
from corpus.text import comparable
from index.asked_values import asked_days, asked_values, days_after, equals, meets, passes_threshold

TARGET = Target("I.1", "tỉ lệ hộ dùng nước sạch", "…", ">=", 58.0, unit="%", due=date(2027, 12, 31))
MONEY = replace(TARGET, indicator="hỗ trợ", value=15.0, unit="triệu đồng/hộ")


def value(text: str) -> float:
    (found,) = asked_values(comparable(text))
    return found.value


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("có 12,5% hộ", 12.5),
        ("10 triệu có đạt không", 10_000_000),
        ("1.200 hồ sơ", 1200),
        ("xếp thứ 31", 31),
        ("3 tỷ đồng", 3_000_000_000),
    ],
)
def test_a_figure_is_read_with_its_scale(text: str, read: float) -> None:
    assert value(text) == read


def test_years_and_days_are_no_figures() -> None:
    assert asked_values("đến năm 2030, trước ngày 15/12/2026 và ngày 5 tháng 6") == []
    assert asked_days("trước 15/12/2026") == [(15, 12, 2026)]
    assert asked_days("trước ngày 15/12") == [(15, 12, None)]
    assert asked_days("ngày 5 tháng 6 năm 2027") == [(5, 6, 2027)]
    assert asked_days("mục 45/99") == []


@pytest.mark.parametrize(
    ("changes", "asked", "kept"),
    [
        ({}, "60%", True),
        ({}, "58 phần trăm", True),
        ({}, "57,9%", False),
        ({}, "60 hộ", None),
        ({"op": "<=", "value": 12.0, "unit": "trạm"}, "13 trạm", False),
        ({"op": "<=", "value": 12.0, "unit": "trạm"}, "12 trạm", True),
        ({"op": "range", "value": 35.0, "value_max": 40.0}, "38%", True),
        ({"op": "range", "value": 35.0, "value_max": 40.0}, "41%", False),
        ({"op": "top", "value": 25.0, "unit": "tỉnh"}, "hạng 31", False),
        ({"op": "top", "value": 25.0, "unit": "tỉnh"}, "thứ 20", True),
        ({"op": "=", "value": 100.0}, "95%", False),
        ({"op": "~", "value": 100.0}, "95%", None),
        ({"value": None}, "95%", None),
    ],
)
def test_a_value_keeps_a_target_or_not_or_it_is_not_settled(
    changes: dict[str, object], asked: str, kept: bool | None
) -> None:
    assert meets(asked_values(asked)[0], replace(TARGET, **changes)) is kept


def test_money_is_compared_in_one_unit() -> None:
    assert meets(asked_values("10 triệu")[0], MONEY) is False
    assert meets(asked_values("0,02 tỷ đồng")[0], MONEY) is True
    assert meets(asked_values("20 phút")[0], MONEY) is None


@given(st.integers(1, 10_000))
def test_the_targets_own_value_is_always_the_same_and_kept(whole: int) -> None:
    own = replace(TARGET, value=float(whole))
    (asked,) = asked_values(f"{number(whole)}%")
    assert equals(asked, own) is True
    assert meets(asked, own) is True


@pytest.mark.parametrize(
    ("asked", "days"), [((10, 12, 2026), -5), ((15, 12, None), 0), ((20, 12, 2026), 5), ((31, 2, 2026), None)]
)
def test_a_day_is_told_from_the_deadline(asked: tuple[int, int, int | None], days: int | None) -> None:
    assert days_after(asked, Task("II.1", "nộp", "…", due=date(2026, 12, 15))) == days
    if asked[2] is None:
        assert days_after(asked, Task("II.1", "nộp", "…", recurrence="yearly", recurs_before="12-15")) == days


def test_a_duty_without_a_day_tells_nothing() -> None:
    assert days_after((15, 12, None), Task("II.1", "nộp", "…", recurrence="quarterly")) is None


@pytest.mark.parametrize(
    ("condition", "asked", "reached"),
    [
        ("có từ 10% hồ sơ trễ hạn trở lên", "12%", True),
        ("có từ 10% hồ sơ trễ hạn trở lên", "9%", False),
        ("để quá 20% công trình ngừng hoạt động", "20%", False),
        ("để quá 20% công trình ngừng hoạt động", "21%", True),
        ("đạt dưới 50 điểm", "49 điểm", True),
        ("có 5% hoặc 10% hồ sơ trễ hạn", "12%", None),
        ("để quá 5 ngày", "12%", None),
    ],
)
def test_a_threshold_is_reached_or_not(condition: str, asked: str, reached: bool | None) -> None:
    assert passes_threshold(asked_values(asked)[0], condition) is reached
