"""A task as a unit's duty: whose it is and how, when it falls due, what a mark means in the round that runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.duties import deadline_of, duties_of, duty_of, falls_in, next_due, standing, window
from bot.desk.target_views import TargetView
from bot.desk.target_views import view_of as target_view_of
from bot.desk.task_views import FILTERS, TaskView, view_of
from bot.office.progress import Mark
from bot.office.records import Unit
from corpus.store_records import StoredDirective, StoredTask

KEY = "12-kh-ubnd-hoa-son-2025"
DIRECTIVES = {KEY: StoredDirective(key=KEY, file="a.txt", number="12/KH-UBND", issued_on=date(2025, 1, 10))}
FINANCE = Unit(1, "Sở Tài chính")
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)


def task(**fields: Any) -> StoredTask:
    given = {"path": "II.1", "action": "lập báo cáo", "quote": "lập báo cáo", "lead": ("Sở Tài chính",)} | fields
    return StoredTask(**({"id": "task-000000000001"} | given), directive=KEY, file="a.txt")


def mark(state: str, at: datetime, of: StoredTask | None = None) -> Mark:
    return Mark((of or task()).id, FINANCE.id, state, None, 7, at)


@pytest.mark.parametrize(
    ("fields", "role", "match"),
    [
        ({}, "lead", "name"),
        ({"lead": ("Sở Tài chính tỉnh",)}, "lead", "alias"),
        ({"lead": ("Sở Nội vụ",), "coop": ("Sở Tài chính",)}, "coop", "name"),
        ({"lead": ("các sở, ban, ngành",)}, "lead", "class"),
        ({"lead": ("Sở Kế hoạch và Đầu tư",)}, "lead", "successor"),
        ({"lead": ("Sở Nội vụ",)}, None, "none"),
    ],
)
def test_a_task_is_a_units_by_name_alias_succession_or_class(fields, role, match):
    duty = duty_of(task(**fields), FINANCE, (), DIRECTIVES, NOW)
    assert (duty.role, duty.match.value) == (role, match)


def test_a_task_of_nobody_in_particular_is_still_to_do():
    duty = duty_of(task(), None, (mark("done", NOW),), DIRECTIVES, NOW)
    assert (duty.role, duty.state, duty.mark) == (None, "todo", None)


def test_another_tasks_mark_and_another_units_mark_do_not_count():
    other = Mark(task().id, 99, "done", None, 7, NOW)
    assert duty_of(task(), FINANCE, (other, mark("done", NOW, task(id="task-x"))), DIRECTIVES, NOW).state == "todo"


def test_open_duties_come_by_date_and_done_ones_last():
    late, soon, undated, done = (
        task(id="task-late", due=date(2025, 12, 1)),
        task(id="task-soon", due=date(2026, 4, 1)),
        task(id="task-undated"),
        task(id="task-done", due=date(2025, 6, 1)),
    )
    marks = {"task-done": [mark("done", NOW, done)]}
    found = duties_of([undated, done, soon, late], FINANCE, marks, DIRECTIVES, NOW)
    assert [d.task.id for d in found] == ["task-late", "task-soon", "task-undated", "task-done"]
    assert [d.is_overdue(NOW.date()) for d in found] == [True, False, False, False]


def test_what_comes_again_is_due_next_and_never_overdue():
    yearly = task(recurrence="yearly", recurs_before="01-31")
    duty = duty_of(yearly, FINANCE, (), DIRECTIVES, NOW)
    assert duty.next_due == date(2027, 1, 31)
    assert not duty.is_overdue(date(2027, 2, 1))


def test_without_words_about_time_there_is_no_date():
    assert deadline_of(task(recurrence="ongoing"), DIRECTIVES) is None
    assert next_due(None, NOW.date()) is None


@pytest.mark.parametrize(
    ("recurrence", "recurs_before", "made", "state"),
    [
        (None, None, datetime(2024, 1, 1, tzinfo=UTC), "done"),
        ("yearly", "12-31", datetime(2025, 12, 20, tzinfo=UTC), "todo"),
        ("yearly", "12-31", datetime(2026, 1, 1, tzinfo=UTC), "done"),
        ("monthly", "25", datetime(2026, 2, 24, tzinfo=UTC), "todo"),
        ("monthly", "25", datetime(2026, 2, 26, tzinfo=UTC), "done"),
        ("quarterly", None, datetime(2025, 12, 31, tzinfo=UTC), "todo"),
        ("quarterly", None, datetime(2026, 1, 1, tzinfo=UTC), "done"),
        ("weekly", None, datetime(2026, 3, 8, tzinfo=UTC), "todo"),
        ("weekly", None, datetime(2026, 3, 9, tzinfo=UTC), "done"),
        ("ad-hoc", None, datetime(2024, 1, 1, tzinfo=UTC), "done"),
    ],
)
def test_a_mark_holds_for_the_round_in_which_it_was_made(recurrence, recurs_before, made, state):
    deadline = deadline_of(task(recurrence=recurrence, recurs_before=recurs_before), DIRECTIVES)
    assert standing(mark("done", made), deadline, NOW) == state


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("week", date(2026, 3, 9), date(2026, 3, 15)),
        ("month", date(2026, 3, 1), date(2026, 3, 31)),
        ("quarter", date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_windows_are_whole_weeks_months_and_quarters(name, first, last):
    assert window(name, NOW.date()) == (first, last)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(["week", "month", "quarter"]))
def test_every_day_is_in_its_window_and_the_next_window_begins_right_after(today, name):
    first, last = window(name, today)
    assert first <= today <= last
    assert window(name, last + timedelta(days=1))[0] == last + timedelta(days=1)


@pytest.mark.parametrize(
    ("recurrence", "windows"),
    [("weekly", {"week", "month", "quarter"}), ("monthly", {"month", "quarter"}), ("quarterly", {"quarter"}),
     ("yearly", set())],
)  # fmt: skip
def test_what_recurs_without_a_day_is_only_in_windows_it_always_falls_in(recurrence, windows):
    deadline = deadline_of(task(recurrence=recurrence), DIRECTIVES)
    assert {w for w in ("week", "month", "quarter") if falls_in([deadline], w, NOW.date())} == windows


origins = st.one_of(
    st.integers(1, 10**9 - 1).map(lambda n: f"u{n}"),
    st.integers(0, 16**8 - 1).map(lambda n: f"d{n:08x}"),
    st.integers(1, 10**12 - 1).map(lambda n: f"q{n}"),
    st.just("a"),
)


@given(origins, *(st.sampled_from(sorted(letters)) for letters in FILTERS.values()))
def test_a_view_of_tasks_is_read_back_from_its_button(origin, state, role, time):
    view = TaskView(origin, state, role, time)
    assert view_of(str(view)) == view


@given(st.text(max_size=20))
def test_no_other_text_is_a_view(text):
    for read, kind in ((view_of, TaskView), (target_view_of, TargetView)):
        try:
            assert str(read(text)) == text
            assert isinstance(read(text), kind)
        except ValueError:
            pass
