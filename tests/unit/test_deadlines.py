"""The calendar: which rows have a time, and on which days recurring ones fall."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.deadlines import Deadline, cadence_recurrence, deadlines, in_window, occurrences
from corpus.store_records import StoredDirective, StoredTarget, StoredTask

DIRECTIVE = StoredDirective(key="d", file="d.txt", issued_on=date(2024, 5, 31))


def task(**fields: Any) -> StoredTask:
    given_fields = {"path": "III.1", "action": "báo cáo kết quả", "quote": "báo cáo kết quả"} | fields
    return StoredTask(**given_fields, id="task-1", directive="d", file="d.txt")


def target(**fields: Any) -> StoredTarget:
    given_fields = {"path": "II.1", "indicator": "Tỉ lệ hộ dùng nước sạch", "quote": "đạt 95%"} | fields
    return StoredTarget(**given_fields, id="target-1", directive="d", file="d.txt")


def recurring(recurs_before: str | None, **fields: Any) -> Deadline:
    (made,) = deadlines(
        [DIRECTIVE],
        [
            task(recurrence="yearly", recurs_before=recurs_before)
            if not fields
            else task(recurs_before=recurs_before, **fields)
        ],
        [],
    )
    return made


def test_a_task_with_a_date_and_a_target_with_a_date_are_deadlines_in_their_order() -> None:
    rows = deadlines(
        [DIRECTIVE],
        [task(due=date(2025, 1, 1), lead=("Sở Y tế",))],
        [target(due=date(2024, 12, 31), value=95.0, unit="%")],
    )
    assert [(r.source, r.due, r.who) for r in rows] == [
        ("target", date(2024, 12, 31), ()),
        ("task", date(2025, 1, 1), ("Sở Y tế",)),
    ]


def test_ongoing_says_nothing_about_time() -> None:
    assert deadlines([DIRECTIVE], [task(recurrence="ongoing"), task()], [target()]) == []


def test_the_row_has_the_fields_of_the_contract() -> None:
    (row,) = deadlines([DIRECTIVE], [task(due=date(2025, 1, 1))], [])
    assert list(row.as_dict()) == [
        "id",
        "source",
        "source_id",
        "directive",
        "path",
        "what",
        "who",
        "due",
        "recurrence",
        "quote",
    ]
    assert row.as_dict()["due"] == "2025-01-01"


def test_a_yearly_date_falls_once_a_year_inside_the_window() -> None:
    rows = in_window([recurring("12-31")], date(2025, 1, 1), date(2026, 12, 31))
    assert [r.due for r in rows] == [date(2025, 12, 31), date(2026, 12, 31)]
    assert len({r.id for r in rows}) == 2


def test_a_monthly_date_falls_in_every_month_and_keeps_to_short_ones() -> None:
    monthly = recurring("31", recurrence="monthly")
    assert list(occurrences(monthly, date(2025, 1, 1), date(2025, 4, 30))) == [
        date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30),
    ]  # fmt: skip


def test_nothing_recurs_before_the_directive_was_issued() -> None:
    assert list(occurrences(recurring("01-15"), date(2020, 1, 1), date(2025, 12, 31))) == [date(2025, 1, 15)]


def test_nothing_recurs_after_the_last_day_of_the_task() -> None:
    ends = recurring("12-15", recurrence="yearly", due=date(2025, 12, 31))
    assert list(occurrences(ends, date(2024, 1, 1), date(2030, 1, 1))) == [date(2024, 12, 15), date(2025, 12, 15)]


def test_a_recurrence_without_a_day_is_listed_undated_never_guessed() -> None:
    (row,) = in_window([recurring(None, recurrence="quarterly")], date(2025, 1, 1), date(2025, 3, 31))
    assert row.due is None


def test_an_ad_hoc_duty_falls_in_no_window() -> None:
    assert in_window([recurring(None, recurrence="ad-hoc")], date(2025, 1, 1), date(2025, 3, 31)) == []


def test_a_window_with_one_open_end_follows_recurring_deadlines_for_a_year() -> None:
    assert [r.due for r in in_window([recurring("12-31")], date(2025, 2, 1), None)] == [date(2025, 12, 31)]
    assert [r.due for r in in_window([recurring("12-31")], None, date(2026, 1, 31))] == [date(2025, 12, 31)]


@given(
    st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    st.sampled_from(["12-31", "02-29", "06-05", "31", "01"]),
)
def test_every_occurrence_lies_inside_the_window_and_after_the_issue(first: date, last: date, before: str) -> None:
    days = list(occurrences(recurring(before), first, last))
    assert all(first <= day <= last and day >= DIRECTIVE.issued_on for day in days)  # type: ignore[operator]
    assert days == sorted(set(days))


@pytest.mark.parametrize(("said", "meant"), [
    ("năm", "yearly"), ("hằng năm", "yearly"), ("Hàng năm", "yearly"), ("mỗi quý", "quarterly"), ("/năm", "yearly"),
    ("monthly", "monthly"), ("6 tháng", "half-yearly"), ("thỉnh thoảng", None), (None, None),
])  # fmt: skip
def test_a_targets_cadence_is_a_recurrence_when_its_words_are_known(said: str | None, meant: str | None) -> None:
    assert cadence_recurrence(said) == meant
