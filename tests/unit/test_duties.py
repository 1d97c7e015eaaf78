"""What a unit must do: which questions ask it, and that the list is complete, dated and in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from corpus.store_records import StoredDirective, StoredTask
from index.answers import Question
from index.duties import Duties, asked_unit, duties, duty_line
from index.holdings import Library
from index.query import understand

if TYPE_CHECKING:
    from collections.abc import Sequence

TODAY = date(2026, 11, 22)
PLAN = StoredDirective(key="77", file="77.txt", number="77/KH-UBND", kind="Kế hoạch", issued_on=date(2025, 9, 5))
OTHER = replace(PLAN, key="78", number="78/KH-UBND")


def task(name: str, lead: str = "Sở Y tế", coop: Sequence[str] = (), **fields: object) -> StoredTask:
    directive = str(fields.pop("directive", "77"))
    base = StoredTask(
        path=name, action=name, quote=name, lead=(lead,), coop=tuple(coop), id=name, directive=directive, file="77.txt"
    )
    return replace(base, **fields)


TASKS = [
    task("mua xe", due=date(2026, 12, 20)),
    task("tiêm chủng", due=date(2026, 12, 5)),
    task("xây trạm", due=date(2027, 3, 1)),
    task("đã xong", due=date(2026, 3, 1)),
    task("báo cáo năm", recurrence="yearly", recurs_before="12-15"),
    task("tuyên truyền", recurrence="ongoing"),
    task("tuyển người", "Sở Nội vụ", ["Sở Y tế"], due=date(2026, 11, 30)),
    task("họp trực tuyến", "các sở, ban, ngành", due=date(2026, 12, 1)),
    task("việc của nơi khác", "Công an tỉnh", due=date(2026, 12, 1)),
    task("văn bản khác", due=date(2026, 12, 2), directive="78"),
]
LIBRARY = Library("1", {"77": PLAN, "78": OTHER}, {}, {}, {}, {f"{t.directive}#{t.path}": [t] for t in TASKS}, {})


def of(question: str, directives: Sequence[StoredDirective] | None = None) -> Duties:
    query = understand(Question(question))
    unit = asked_unit(query)
    assert unit is not None
    return duties(query, unit, LIBRARY, TODAY, directives)


@pytest.mark.parametrize(
    "question",
    [
        "Sở Y tế phải làm gì trong quý này?",
        "Sở Y tế có những nhiệm vụ gì?",
        "Tháng tới Sở Y tế phải hoàn thành việc gì?",
        "Liệt kê các nhiệm vụ của Sở Y tế năm 2026",
        "SYT phải làm gì sắp tới?",
        "Sở Y tế chủ trì những việc nào?",
        "Sở Y tế còn mấy việc quá hạn?",
    ],
)
def test_questions_about_a_units_duties(question: str) -> None:
    assert asked_unit(understand(Question(question))) == "Sở Y tế"


@pytest.mark.parametrize(
    "question",
    [
        "Sở Y tế phải làm gì để giảm tỉ lệ suy dinh dưỡng?",
        "Sở Y tế báo cáo ai?",
        "Ai phải làm gì?",
        "Sở Y tế mua bao nhiêu xe cứu thương?",
    ],
)
def test_questions_with_a_subject_of_their_own_are_not(question: str) -> None:
    assert asked_unit(understand(Question(question))) is None


def test_a_quarters_duties_are_complete_and_in_order_of_time() -> None:
    found = of("Sở Y tế phải làm gì trong quý này?")
    named = [(t.path, when) for t, when in found.rows]
    assert named == [
        ("tuyển người", date(2026, 11, 30)),
        ("họp trực tuyến", date(2026, 12, 1)),
        ("văn bản khác", date(2026, 12, 2)),
        ("tiêm chủng", date(2026, 12, 5)),
        ("báo cáo năm", date(2026, 12, 15)),
        ("mua xe", date(2026, 12, 20)),
    ]
    assert found.by_class == 1


def test_next_month_has_only_what_falls_due_in_it() -> None:
    assert {t.path for t, _ in of("Sở Y tế phải làm gì trong tháng 3/2027?").rows} == {"xây trạm"}


def test_without_a_time_every_duty_is_listed_undated_ones_last() -> None:
    rows = of("Sở Y tế có những nhiệm vụ gì?").rows
    assert len(rows) == len(TASKS) - 1
    dates = [when for _, when in rows]
    assert dates == sorted((d for d in dates if d), key=lambda d: d) + [None] * dates.count(None)


def test_led_and_shared_duties_can_be_asked_apart() -> None:
    led = {t.path for t, _ in of("Sở Y tế chủ trì những việc nào?").rows}
    shared = {t.path for t, _ in of("Sở Y tế phối hợp những việc nào?").rows}
    assert "tuyển người" not in led
    assert shared == {"tuyển người"}


def test_only_the_named_directives_duties() -> None:
    assert {t.path for t, _ in of("Sở Y tế phải làm gì?", [OTHER]).rows} == {"văn bản khác"}


def test_what_is_overdue_has_a_date_that_passed() -> None:
    assert "đã xong" in {t.path for t, _ in of("Sở Y tế có việc nào đã quá hạn?").rows}


def test_a_duty_that_comes_round_again_is_not_overdue() -> None:
    assert "báo cáo năm" not in {t.path for t, _ in of("Sở Y tế có việc nào đã quá hạn?").rows}


def test_a_unit_without_duties_of_its_own_has_only_those_given_to_all() -> None:
    assert {t.path for t, _ in of("Sở Tư pháp phải làm gì?").rows} == {"họp trực tuyến"}


def test_a_follow_up_about_another_unit_is_about_that_unit() -> None:
    query = understand(Question("Còn Sở Nội vụ?", previous="Sở Y tế phải làm gì trong quý này?"))
    assert asked_unit(query) == "Sở Nội vụ"


def test_a_recurring_duty_says_when_it_falls_due_next() -> None:
    assert (
        duty_line(TASKS[4], date(2026, 12, 15), TODAY) == "Báo cáo năm — trước ngày 15/12 hằng năm (kỳ tới 15/12/2026)"
    )
    assert duty_line(TASKS[0], date(2026, 12, 20), TODAY) == "Mua xe — hạn 20/12/2026"
