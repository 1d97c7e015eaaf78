"""Yes or no: said when a row or the clause settles the question, and never otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from corpus.store_records import StoredClause, StoredDirective, StoredRule, StoredTarget, StoredTask
from index.answers import Question
from index.evidence import Evidence, TermWeights
from index.query import understand
from index.settling import asks_to_measure, asks_yes_no, settled, without_asked_value

PLAN = StoredDirective(key="45", file="45.txt", number="45-KH/TU", kind="Kế hoạch", issued_on=date(2025, 5, 20))
TARGET = StoredTarget(
    path="I.1", indicator="mức hỗ trợ hộ nghèo sửa nhà", quote="mức hỗ trợ hộ nghèo sửa nhà tối thiểu 15 triệu đồng", op=">=", value=15.0,
    unit="triệu đồng", due=date(2027, 12, 31), id="target-1", directive="45", file="45.txt",
)  # fmt: skip
TASK = StoredTask(
    path="I.1", action="nộp danh sách hộ nghèo sửa nhà", quote="nộp danh sách hộ nghèo sửa nhà trước ngày 15/12", lead=("Sở Xây dựng",),
    coop=("Sở Tài chính",), due=date(2026, 12, 15), report_to=("Ủy ban nhân dân tỉnh",), id="task-1", directive="45", file="45.txt",
)  # fmt: skip
RULE = StoredRule(
    path="I.1", condition="xã để từ 10% hộ nghèo chưa sửa nhà trở lên", consequence="không được xét thi đua",
    quote="xã để từ 10% hộ nghèo chưa sửa nhà trở lên thì không được xét thi đua", id="rule-1", directive="45", file="45.txt",
)  # fmt: skip


def reply(
    question: str,
    targets: tuple[StoredTarget, ...] = (),
    tasks: tuple[StoredTask, ...] = (),
    rules: tuple[StoredRule, ...] = (),
    text: str = "1. Hỗ trợ hộ nghèo sửa nhà.",
) -> str | None:
    query = understand(Question(question, today=date(2026, 11, 22)))
    clause = StoredClause(
        path="I.1", label="1", heading="", text=text, parent=None, kind="item", segments=(text,), directive="45",
        file="45.txt", position=0, token="0" * 16,
    )  # fmt: skip
    evidence = [Evidence("45#I.1", clause, PLAN, 0.9, text, (), targets, tasks, rules)]
    line = settled(query, evidence, TermWeights(query, dict.fromkeys(query.terms, 1.0)))
    return line.text if line else None


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("Hỗ trợ hộ nghèo sửa nhà 10 triệu có đạt mức tối thiểu không?", "Không, chưa đạt: mức hỗ trợ"),
        ("Hỗ trợ hộ nghèo sửa nhà 20 triệu đồng thì đã đủ chưa?", "Có, đạt: mức hỗ trợ"),
        ("Hỗ trợ hộ nghèo sửa nhà 10 triệu thì coi như hụt chỉ tiêu phải không?", "Đúng, chưa đạt: mức hỗ trợ"),
        ("Mức hỗ trợ hộ nghèo sửa nhà có phải 15 triệu đồng không?", "Có: mức hỗ trợ"),
        ("Mức hỗ trợ hộ nghèo sửa nhà là 12 triệu đồng đúng không?", "Không đúng: mức hỗ trợ"),
        ("Mức hỗ trợ hộ nghèo sửa nhà có phải tối đa 15 triệu đồng không?", "Không: mức hỗ trợ"),
    ],
)
def test_a_stated_value_is_held_against_the_target_and_the_true_one_is_said(question: str, opening: str) -> None:
    said = reply(question, targets=(TARGET,))
    assert said is not None
    assert said.startswith(opening)
    assert "tối thiểu 15 triệu đồng" in said


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("Nộp danh sách hộ nghèo sửa nhà có phải trước ngày 15/12 không?", "Có: hạn 15/12/2026"),
        ("Nộp danh sách hộ nghèo sửa nhà có phải trước ngày 30/11 không?", "Không: hạn 15/12/2026"),
        ("Nộp danh sách hộ nghèo sửa nhà ngày 10/12 có kịp không?", "Có, kịp: hạn 15/12/2026"),
        ("Nộp danh sách hộ nghèo sửa nhà ngày 20/12 có muộn không?", "Có, muộn: hạn 15/12/2026"),
        ("Nộp danh sách hộ nghèo sửa nhà ngày 20/12 có kịp không?", "Không, muộn: hạn 15/12/2026"),
    ],
)
def test_a_stated_day_is_held_against_the_deadline(question: str, opening: str) -> None:
    said = reply(question, tasks=(TASK,))
    assert said is not None
    assert said.startswith(opening)


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("Sở Xây dựng có phải chủ trì danh sách hộ nghèo sửa nhà không?", "Có: Sở Xây dựng chủ trì"),
        ("Sở Tài chính có phải chủ trì danh sách hộ nghèo sửa nhà không?", "Không: Sở Xây dựng chủ trì"),
        ("Sở Tài chính có phối hợp lập danh sách hộ nghèo sửa nhà không?", "Có: Sở Xây dựng chủ trì, phối hợp: Sở Tài chính"),
        ("Sở Xây dựng có phải báo cáo Ủy ban nhân dân tỉnh danh sách hộ nghèo sửa nhà không?", "Có: Sở Xây dựng báo cáo"),
        ("Sở Xây dựng có phải báo cáo Sở Nội vụ danh sách hộ nghèo sửa nhà không?", "Không: Sở Xây dựng báo cáo"),
    ],
)
def test_a_body_is_held_against_those_the_duty_names(question: str, opening: str) -> None:
    said = reply(question, tasks=(TASK,))
    assert said is not None
    assert said.startswith(opening)


def test_a_body_that_leads_the_like_elsewhere_is_not_told_no() -> None:
    other = replace(TASK, lead=("Sở Nội vụ",), id="task-2")
    said = reply("Sở Nội vụ có phải chủ trì danh sách hộ nghèo sửa nhà không?", tasks=(TASK, other))
    assert said is not None
    assert said.startswith("Có: Sở Nội vụ chủ trì")


def test_past_a_threshold_the_consequence_is_the_answer() -> None:
    said = reply("Xã để 12% hộ nghèo chưa sửa nhà thì có được xét thi đua không?", rules=(RULE,))
    assert said == "Không: xã để từ 10% hộ nghèo chưa sửa nhà trở lên → không được xét thi đua."


def test_below_a_threshold_nothing_is_concluded() -> None:
    assert reply("Xã để 8% hộ nghèo chưa sửa nhà thì có được xét thi đua không?", rules=(RULE,)) is None


@pytest.mark.parametrize(
    ("text", "question", "opening"),
    [
        ("2. Hỗ trợ mọi hộ nghèo sửa nhà (trừ hộ độc thân).", "Hộ độc thân có được hỗ trợ sửa nhà không?", "Không: "),
        ("2. Không lập mới quỹ sửa nhà ngoài ngân sách.", "Có được lập mới quỹ sửa nhà ngoài ngân sách không?", "Không: "),
        ("2. Khuyến khích hộ nghèo sửa nhà bằng gạch không nung.", "Kế hoạch có nhắc tới gạch không nung không?", "Có: "),
    ],
)
def test_the_clause_itself_may_settle(text: str, question: str, opening: str) -> None:
    said = reply(question, text=text)
    assert said is not None
    assert said.startswith(opening)


@pytest.mark.parametrize(
    "question",
    [
        "Hỗ trợ hộ nghèo sửa nhà bao nhiêu?",
        "Hỗ trợ hộ nghèo sửa nhà 10 hộ có đạt không?",
        "Hộ nghèo có phải tự sửa nhà không?",
        "Hộ nghèo có 12 triệu đồng thì có được hỗ trợ sửa nhà không?",
        "Sửa nhà hay xây nhà mới?",
    ],
)
def test_what_nothing_settles_gets_no_yes_and_no_no(question: str) -> None:
    assert reply(question, (TARGET,), (TASK,), (RULE,)) is None


def test_a_yes_or_no_may_be_asked_before_something_else() -> None:
    assert asks_yes_no(understand(Question("Hộ độc thân có được hỗ trợ không, theo Kế hoạch 45?")))
    assert not asks_yes_no(understand(Question("Ai không phải nộp phí?")))


def test_a_figure_to_be_judged_is_not_asked_of_the_text() -> None:
    query = understand(Question("Hỗ trợ hộ nghèo sửa nhà 10 triệu có đạt mức tối thiểu không?"))
    assert asks_to_measure(query)
    clause = StoredClause(
        path="I.1", label="1", heading="", text="x", parent=None, kind="item", segments=("x",), directive="45",
        file="45.txt", position=0, token="0" * 16,
    )  # fmt: skip
    weights = TermWeights(query, dict.fromkeys(query.terms, 1.0))
    held = [Evidence("45#I.1", clause, PLAN, 0.9, "x", (), (TARGET,), (), ())]
    assert without_asked_value(query, held, weights).figures == frozenset()
    assert without_asked_value(query, [replace(held[0], targets=())], weights) is query
