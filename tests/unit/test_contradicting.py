"""A line that would speak against its own question is not said: another year, another body, no round, another thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from corpus.store_records import StoredClause, StoredDirective, StoredTarget, StoredTask
from index.answers import Question
from index.contradicting import contradiction
from index.evidence import Evidence
from index.headline_records import Headline
from index.query import understand

PLAN = StoredDirective(key="45", file="45.txt", number="45-KH/TU", kind="Kế hoạch", issued_on=date(2025, 5, 20))
TASK = StoredTask(
    path="I.3", action="lắp máy bơm cho 12 xã", quote="lắp máy bơm cho 12 xã", lead=("Sở Xây dựng",), coop=(),
    due=date(2026, 6, 30), report_to=(), id="task-1", directive="45", file="45.txt",
)  # fmt: skip
TARGET = StoredTarget(
    path="I.3", indicator="chi trực tiếp cho đơn vị sự nghiệp", quote="giảm 15% chi trực tiếp cho đơn vị sự nghiệp",
    op="=", value=15.0, unit="%", due=date(2030, 12, 31), id="target-1", directive="45", file="45.txt",
)  # fmt: skip


def against(question: str, said: str, text: str, *, task: StoredTask | None = None, target: StoredTarget | None = None) -> str:
    clause = StoredClause(
        path="I.3", label="3", heading="", text=text, parent=None, kind="item", segments=(text,), directive="45",
        file="45.txt", position=0, token="0" * 16,
    )  # fmt: skip
    tasks, targets = (task,) if task else (), (target,) if target else ()
    item = Evidence("45#I.3", clause, PLAN, 0.9, text, (), targets, tasks, ())
    line = Headline(said, 0, targets=targets, tasks=tasks)
    return contradiction(understand(Question(question, today=date(2026, 11, 22))), item, line, said)


@pytest.mark.parametrize(
    ("question", "refused"),
    [
        ("Tới 2030 phải có mấy người làm nghiên cứu?", True),
        ("Tới 2020 phải có mấy người làm nghiên cứu?", False),
        ("Phải có mấy người làm nghiên cứu?", False),
    ],
)
def test_a_figure_of_another_year_than_asked_is_not_said(question: str, refused: bool) -> None:
    assert bool(against(question, "Đến năm 2020: 11 người làm nghiên cứu.", "11 người làm nghiên cứu")) is refused


def test_a_year_within_a_period_is_of_it() -> None:
    assert not against("Năm 2028 đạt bao nhiêu?", "Tối thiểu 58%, giai đoạn 2026 - 2030.", "đạt 58%")


def test_when_to_report_is_not_answered_by_a_duty_that_nobody_reports() -> None:
    question = "Sở Xây dựng phải báo cáo việc lắp máy bơm vào ngày nào?"
    assert against(question, "Hạn 30/06/2026.", "Sở Xây dựng lắp máy bơm cho 12 xã", task=TASK)
    assert not against(question, "Hạn 30/06/2026.", "Sở Xây dựng lắp máy bơm, báo cáo trước ngày 30/6/2026", task=TASK)


def test_a_day_of_each_month_is_not_answered_by_a_single_date() -> None:
    question = "Ngày nào hằng tháng thì lắp máy bơm?"
    assert against(question, "Hạn 30/06/2026.", "Sở Xây dựng lắp máy bơm cho 12 xã", task=TASK)
    assert not against(question, "Ngày 30 hằng tháng.", "lắp máy bơm", task=replace(TASK, due=None, recurrence="monthly"))


def test_another_bodys_deadline_is_not_said() -> None:
    text = "Sở Xây dựng lắp máy bơm"
    assert against("Sở Tài chính phải lắp máy bơm trước ngày nào?", "Hạn 30/06/2026.", text, task=TASK)
    assert not against("Sở Xây dựng phải lắp máy bơm trước ngày nào?", "Hạn 30/06/2026.", text, task=TASK)


def test_a_share_of_something_else_is_not_said() -> None:
    text, said = "giảm 15% chi trực tiếp cho đơn vị sự nghiệp", "Giảm 15%."
    assert against("Phải giảm bao nhiêu phần trăm số đơn vị sự nghiệp?", said, text, target=TARGET)
    fewer = replace(TARGET, indicator="đơn vị sự nghiệp", quote="giảm 15% số đơn vị sự nghiệp")
    assert not against("Phải giảm bao nhiêu phần trăm số đơn vị sự nghiệp?", said, text, target=fewer)
    assert not against("Chi trực tiếp phải giảm bao nhiêu phần trăm?", said, text, target=TARGET)
