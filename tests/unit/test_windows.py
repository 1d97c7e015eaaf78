"""The stretch of time a question asks about, told from the words and the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.windows import asked_window

TODAY = date(2026, 11, 22)

NAMED = [
    ("quý này", "2026-10-01", "2026-12-31"),
    ("quý tới", "2027-01-01", "2027-03-31"),
    ("quý IV/2026", "2026-10-01", "2026-12-31"),
    ("quý 4 năm 2026", "2026-10-01", "2026-12-31"),
    ("Quý II", "2026-04-01", "2026-06-30"),
    ("quý I/2027", "2027-01-01", "2027-03-31"),
    ("tháng này", "2026-11-01", "2026-11-30"),
    ("tháng tới", "2026-12-01", "2026-12-31"),
    ("tháng sau", "2026-12-01", "2026-12-31"),
    ("tháng 2/2028", "2028-02-01", "2028-02-29"),
    ("tháng 2 năm 2027", "2027-02-01", "2027-02-28"),
    ("tháng 02/2027", "2027-02-01", "2027-02-28"),
    ("tuần này", "2026-11-16", "2026-11-22"),
    ("tuần tới", "2026-11-23", "2026-11-29"),
    ("hôm nay", "2026-11-22", "2026-11-22"),
    ("10 ngày tới", "2026-11-22", "2026-12-02"),
    ("sắp tới", "2026-11-22", "2026-12-22"),
    ("năm nay", "2026-01-01", "2026-12-31"),
    ("từ nay đến cuối năm", "2026-11-22", "2026-12-31"),
    ("sang năm", "2027-01-01", "2027-12-31"),
    ("năm 2028", "2028-01-01", "2028-12-31"),
    ("giai đoạn 2026 - 2030", "2026-01-01", "2030-12-31"),
]


@pytest.mark.parametrize(("words", "first", "last"), NAMED)
def test_named_stretches_of_time(words: str, first: str, last: str) -> None:
    window = asked_window(f"Sở Y tế phải làm gì trong {words}?", TODAY)
    assert window is not None
    assert (window.first, window.last) == (date.fromisoformat(first), date.fromisoformat(last))
    assert not window.overdue


@pytest.mark.parametrize(
    ("today", "words", "first", "last"),
    [
        ("2026-12-31", "tháng tới", "2027-01-01", "2027-01-31"),
        ("2026-12-31", "quý tới", "2027-01-01", "2027-03-31"),
        ("2026-12-31", "quý này", "2026-10-01", "2026-12-31"),
        ("2026-12-31", "tuần tới", "2027-01-04", "2027-01-10"),
        ("2027-01-01", "tuần này", "2026-12-28", "2027-01-03"),
        ("2028-02-29", "năm sau", "2029-01-01", "2029-12-31"),
        ("2028-02-29", "tháng này", "2028-02-01", "2028-02-29"),
        ("2028-01-31", "tháng tới", "2028-02-01", "2028-02-29"),
    ],
)
def test_the_turn_of_a_year_and_the_leap_day(today: str, words: str, first: str, last: str) -> None:
    window = asked_window(words, date.fromisoformat(today))
    assert window is not None
    assert (window.first, window.last) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("question", ["Sở Y tế phải làm gì?", "tháng 13", "quý V", "tỉ lệ hộ dùng nước sạch"])
def test_without_a_time_there_is_no_window(question: str) -> None:
    assert asked_window(question, TODAY) is None


def test_what_is_overdue_ended_before_today() -> None:
    window = asked_window("Sở Y tế có việc gì đã quá hạn?", TODAY)
    assert window is not None
    assert window.overdue
    assert window.last == TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("trong 3 tháng tới", "2026-11-22", "2027-02-22"),
        ("hai tuần nữa", "2026-11-22", "2026-12-06"),
        ("nửa tháng tới", "2026-11-22", "2026-12-07"),
        ("từ tháng 11 đến tháng 12/2026", "2026-11-01", "2026-12-31"),
        ("tháng 11-12/2026", "2026-11-01", "2026-12-31"),
        ("từ tháng 11 đến tháng 2/2027", "2026-11-01", "2027-02-28"),
        ("quý III đến quý IV", "2026-07-01", "2026-12-31"),
        ("6 tháng cuối năm 2026", "2026-07-01", "2026-12-31"),
        ("sáu tháng đầu năm sau", "2027-01-01", "2027-06-30"),
        ("nửa cuối năm", "2026-07-01", "2026-12-31"),
        ("từ nay đến tháng 6", "2026-11-22", "2027-06-30"),
        ("từ nay tới hết quý I/2027", "2026-11-22", "2027-03-31"),
        ("từ nay đến năm 2030", "2026-11-22", "2030-12-31"),
        ("cuối năm", "2026-11-22", "2026-12-31"),
    ],
)
def test_stretches_of_several_months(words: str, first: str, last: str) -> None:
    window = asked_window(f"Sở Y tế phải làm gì {words}?", TODAY)
    assert window is not None
    assert (window.first, window.last) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("question", ["3 tháng báo cáo một lần cho ai?", "trước ngày 25 của tháng cuối quý"])
def test_a_cycle_is_no_stretch_of_time(question: str) -> None:
    assert asked_window(question, TODAY) is None


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.sampled_from([words for words, *_ in NAMED]))
def test_a_window_never_ends_before_it_begins(today: date, words: str) -> None:
    window = asked_window(words, today)
    assert window is not None
    assert window.first <= window.last


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_this_week_month_quarter_and_year_hold_today_and_the_next_ones_follow(today: date) -> None:
    pairs = (("tuần này", "tuần tới"), ("tháng này", "tháng tới"), ("quý này", "quý tới"), ("năm nay", "năm tới"))
    for this, following in pairs:
        now, then = asked_window(this, today), asked_window(following, today)
        assert now is not None
        assert then is not None
        assert now.first <= today <= now.last
        assert then.first == now.last + timedelta(days=1)
