"""Times without a year: the year of a plan, the next such time of a letter, and none where two years could be meant."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.plan_year import PlanYear, plan_year
from corpus.records import Clause, Metadata
from corpus.targets import extract_targets
from corpus.tasks import extract_tasks
from corpus.times import read_time


def lent(text: str, plan: PlanYear) -> date | None:
    reading = read_time(text)
    assert reading is not None
    assert reading.due is None
    return plan.last_day(reading)


@pytest.mark.parametrize(
    ("title", "signed", "year"),
    [
        ("Cải cách hành chính năm 2026", date(2026, 1, 20), 2026),
        ("Phòng, chống hạn hán năm 2027 trên địa bàn tỉnh Hòa Sơn", date(2026, 12, 5), 2027),
        ("Phát triển đô thị đến năm 2026", date(2026, 1, 20), None),
        ("Chuyển đổi số giai đoạn 2026 - 2030", date(2026, 1, 20), None),
        ("Tổng kết công tác năm 2024", date(2026, 1, 20), None),
        ("Tăng cường kỷ luật hành chính", date(2026, 1, 20), None),
    ],
)
def test_the_title_tells_the_one_year_that_a_directive_plans(title: str, signed: date, year: int | None) -> None:
    assert plan_year(Metadata(title=title, issued_on=signed)).year == year


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("trong quý III", date(2026, 9, 30)),
        ("trước ngày 15/11", date(2026, 11, 15)),
        ("Tháng 5", date(2026, 5, 31)),
        ("6 tháng cuối năm", date(2026, 12, 31)),
        ("vào cuối năm", date(2026, 12, 31)),
        ("trước ngày 10/01", None),
        ("trong quý I", date(2026, 3, 31)),
    ],
)
def test_a_plan_of_one_year_lends_its_year(text: str, due: date | None) -> None:
    assert lent(text, PlanYear(2026, date(2026, 2, 27))) == due


def test_the_last_days_of_february_are_those_of_the_year() -> None:
    assert lent("trong tháng 02", PlanYear(2028, date(2028, 1, 5))) == date(2028, 2, 29)


def test_a_day_soon_after_the_plans_year_is_the_next_years() -> None:
    autumn = PlanYear(2026, date(2026, 10, 21))
    assert lent("trước ngày 15/01", autumn) == date(2027, 1, 15)
    assert lent("trong quý I", autumn) is None


def test_a_day_that_two_years_could_claim_gets_none_but_a_quarter_is_the_plans() -> None:
    early = PlanYear(2027, date(2026, 11, 20))
    assert lent("trước ngày 15/12", early) is None
    assert lent("trong quý IV", early) == date(2027, 12, 31)
    assert lent("trước ngày 15/6", early) == date(2027, 6, 15)


def test_a_letter_means_the_next_such_time_and_other_directives_lend_nothing() -> None:
    letter = plan_year(Metadata(kind="Công văn", issued_on=date(2026, 8, 6)))
    assert lent("trước ngày 18/8", letter) == date(2026, 8, 18)
    assert lent("trong quý I", letter) == date(2027, 3, 31)
    assert lent("trong quý I", plan_year(Metadata(kind="Chỉ thị", issued_on=date(2026, 8, 6)))) is None


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(1, 12), st.integers(0, 1))
def test_nothing_is_ever_due_before_the_signing(signed: date, month: int, ahead: int) -> None:
    for plan in (PlanYear(signed.year + ahead, signed), PlanYear(None, signed, is_letter=True)):
        due = lent(f"trong tháng {month}", plan)
        assert due is None or due >= signed


TITLE = Metadata(title="Phòng, chống cháy rừng năm 2026", issued_on=date(2026, 1, 12))


def item(text: str, heading: str) -> tuple[Clause, ...]:
    return (
        Clause("II", "II", heading, f"II. {heading}", None, "heading", (f"II. {heading}",)),
        Clause("II.1", "1", text[:80], f"1. {text}", "II", "item", (f"1. {text}",)),
    )


def test_duties_and_goals_of_a_plan_of_one_year_are_dated() -> None:
    (task,) = extract_tasks(item("Chi cục Kiểm lâm phát dọn đường băng cản lửa trong quý II.", "TỔ CHỨC THỰC HIỆN"), TITLE)
    assert (task.due, task.recurrence) == (date(2026, 6, 30), None)
    (goal,) = extract_targets(item("Tỷ lệ hộ ký cam kết trước ngày 30/4 đạt 90%.", "MỤC TIÊU"), TITLE)
    assert goal.due == date(2026, 4, 30)


@pytest.mark.parametrize(
    ("text", "recurrence", "day"),
    [
        ("Hằng năm, các xã kiểm kê và gửi Chi cục Kiểm lâm trước ngày 15/11.", "yearly", "11-15"),
        ("UBND các xã gửi báo cáo năm trước ngày 05/12.", "yearly", "12-05"),
        ("UBND các xã báo cáo trước ngày 15 của tháng cuối quý.", "quarterly", None),
    ],
)
def test_a_cycle_is_stronger_than_the_plans_year(text: str, recurrence: str, day: str | None) -> None:
    (task,) = extract_tasks(item(text, "TỔ CHỨC THỰC HIỆN"), TITLE)
    assert (task.due, task.recurrence, task.recurs_before) == (None, recurrence, day)


def test_a_part_of_the_year_takes_no_week_from_its_neighbour() -> None:
    text = "Chi cục Kiểm lâm phát dọn đường băng, xong trong quý II; thứ Sáu hằng tuần báo cáo Sở Nông nghiệp và Môi trường."
    tasks = extract_tasks(item(text, "TỔ CHỨC THỰC HIỆN"), TITLE)
    assert [(t.due, t.recurrence) for t in tasks] == [(date(2026, 6, 30), None), (None, "weekly")]


@pytest.mark.parametrize(
    ("text", "signed", "due"),
    [
        ("trong vòng 10 ngày làm việc kể từ ngày ký", date(2026, 6, 5), date(2026, 6, 19)),
        ("trong vòng 05 ngày làm việc kể từ ngày Kế hoạch này được ban hành", date(2026, 7, 3), date(2026, 7, 10)),
        ("trong vòng 10 ngày làm việc kể từ ngày ký", date(2026, 2, 2), None),
        ("trong vòng 05 ngày làm việc kể từ ngày ký", date(2026, 8, 27), None),
        ("không quá 05 ngày sau khi ban hành", date(2026, 6, 5), None),
        ("trong vòng 30 ngày sau khi ban hành Kế hoạch này", date(2026, 6, 5), date(2026, 7, 5)),
    ],
)
def test_working_days_are_counted_where_no_public_holiday_may_lie(text: str, signed: date, due: date | None) -> None:
    reading = read_time(text, issued_on=signed)
    assert reading is not None
    assert reading.due == due
