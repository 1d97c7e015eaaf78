"""Sentences of an invented province, and the duties that a careful clerk reads out of them."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus.records import Clause, Metadata, Task
from corpus.tasks import extract_tasks

ISSUED = date(2025, 5, 20)
HEADING = "III. TỔ CHỨC THỰC HIỆN"


def read(sentence: str, *, under: str = "TỔ CHỨC THỰC HIỆN") -> tuple[Task, ...]:
    heading = f"III. {under}"
    text = f"1. {sentence}"
    clauses = [
        Clause("III", "III", under, heading, None, "heading", (heading,)),
        Clause("III.1", "1", sentence[:80], text, "III", "item", (text,)),
    ]
    return extract_tasks(clauses, Metadata(issued_on=ISSUED))


# sentence → rows of (lead, coop, due or recurrence, day of the cycle, report to, through)
SENTENCES = yaml.safe_load((Path(__file__).parent / "task_sentences.yaml").read_text(encoding="utf-8"))


def told(task: Task) -> dict[str, str]:
    """What a task says, without what it leaves open, in the table's words."""
    told = {
        "lead": "; ".join(task.lead),
        "coop": "; ".join(task.coop),
        "due": task.due.isoformat() if task.due else None,
        "every": None if task.recurrence == "ongoing" else task.recurrence,
        "before": task.recurs_before,
        "report_to": "; ".join(task.report_to),
        "via": "; ".join(task.via),
    }
    return {key: value for key, value in told.items() if value}


@pytest.mark.parametrize("row", SENTENCES, ids=[row["sentence"][:60] for row in SENTENCES])
def test_a_sentence_yields_its_duties(row: dict[str, Any]) -> None:
    assert [told(task) for task in read(row["sentence"])] == row["duties"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Ủy ban nhân dân tỉnh đã ban hành Quyết định số 12/QĐ-UBND ngày 05/3/2025 về việc này.",
        "Kinh phí thực hiện Kế hoạch được bố trí từ ngân sách nhà nước hằng năm theo phân cấp.",
        "Nghị quyết này có hiệu lực kể từ ngày ký.",
        "Trường để học sinh bỏ học quá 3% thì hiệu trưởng phải giải trình với Sở Giáo dục và Đào tạo.",
        "Nâng cao chất lượng nguồn nhân lực của tỉnh.",
    ],
)
def test_a_statement_a_rule_or_a_wish_of_nobody_is_no_duty(sentence: str) -> None:
    assert read(sentence) == ()


def test_a_dated_goal_is_no_duty() -> None:
    assert read("Đến năm 2027, hoàn thành xây dựng 12 trạm y tế.", under="MỤC TIÊU") == ()


def test_a_period_in_a_plans_name_is_no_deadline() -> None:
    (task,) = read("Sở Nội vụ xây dựng Kế hoạch tinh giản biên chế giai đoạn 2026 - 2030.")
    assert task.due is None
    assert task.product == "Kế hoạch tinh giản biên chế giai đoạn 2026 - 2030"


def test_a_cycle_of_something_else_is_not_the_dutys() -> None:
    (task,) = read("Sở Công Thương quảng bá sản phẩm được bình chọn hằng năm.")
    assert task.recurrence is None


def test_thuong_xuyen_is_kept_as_ongoing() -> None:
    (task,) = read("Sở Nội vụ thường xuyên kiểm tra, giám sát việc thực hiện.")
    assert (task.recurrence, task.due_text, task.due) == ("ongoing", "thường xuyên", None)


def test_the_action_leaves_out_who_and_with_whom() -> None:
    (task,) = read("Sở Nội vụ chủ trì, phối hợp với Sở Tài chính rà soát biên chế của các cơ quan.")
    assert task.action == "rà soát biên chế của các cơ quan"


def test_the_quote_stands_in_one_segment() -> None:
    first, second = "1. Sở Nội vụ rà soát biên chế của các cơ quan, đơn vị,", "địa phương trước ngày 30/6/2025."
    text = f"{first} {second}"
    clauses = [
        Clause("III", "III", "TỔ CHỨC THỰC HIỆN", HEADING, None, "heading", (HEADING,)),
        Clause("III.1", "1", "Sở Nội vụ", text, "III", "item", (first, second)),
    ]
    (task,) = extract_tasks(clauses, Metadata())
    assert task.quote in first
    assert task.due == date(2025, 6, 30)


def test_a_body_called_upon_acts() -> None:
    wish = "Phát huy vai trò giám sát của Hội Nông dân tỉnh và các đoàn thể trong xây dựng nông thôn mới."
    (task,) = read(wish, under="NHIỆM VỤ, GIẢI PHÁP")
    assert task.lead == ("Hội Nông dân tỉnh", "các đoàn thể")


def test_long_text_is_read_in_linear_time() -> None:
    sentence = "Các sở, ban, ngành, UBND các xã, phường, đặc khu và các cơ quan, đơn vị liên quan; "
    spans = []
    for times in (40, 80, 160):
        begin = time.process_time()
        read(sentence * times + "rà soát, báo cáo.")
        spans.append(time.process_time() - begin)
    assert spans[2] < max(1.0, 12 * spans[0])
