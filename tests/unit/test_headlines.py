"""The line read first: of the asked years, of the nearest row, and none when no row is near."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from corpus.store_records import StoredClause, StoredDirective, StoredTarget, StoredTask
from index.answers import Question
from index.evidence import Evidence, TermWeights
from index.headlines import Headline, headline, term_fit
from index.holdings import Library
from index.query import Query, understand

PLAN = StoredDirective(key="45", file="45.txt", number="45-KH/TU", kind="Kế hoạch")
TEXT = "Đến năm 2027, số trạm bơm hư hỏng không quá 12 trạm; đến năm 2030 không quá 5 trạm."
CLAUSE = StoredClause(
    path="I.3", label="3", heading="", text=TEXT, parent=None, kind="item", segments=(TEXT,), directive="45",
    file="45.txt", position=0, token="0" * 16,
)  # fmt: skip
EARLY = StoredTarget(
    path="I.3", indicator="số trạm bơm hư hỏng", quote=TEXT, op="<=", value=12.0, unit="trạm", due=date(2027, 12, 31),
    id="target-1", directive="45", file="45.txt",
)  # fmt: skip
LATE = replace(EARLY, value=5.0, due=date(2030, 12, 31), id="target-2")
TASK = StoredTask(
    path="I.3", action="sửa trạm bơm hư hỏng", quote="sửa trạm bơm hư hỏng", lead=("Sở Xây dựng",),
    coop=("UBND xã Suối Lạnh",), due=date(2026, 6, 30), report_to=("UBND tỉnh",), id="task-1", directive="45", file="45.txt",
)  # fmt: skip


def said(question: str, targets: tuple[StoredTarget, ...] = (), tasks: tuple[StoredTask, ...] = ()) -> Headline | None:
    query = understand(Question(question, today=date(2026, 11, 22)))
    evidence = [Evidence("45#I.3", CLAUSE, PLAN, 0.9, TEXT, (), targets, tasks, ())]
    library = Library("1", {"45": PLAN}, {"45#I.3": CLAUSE}, {}, {"45#I.3": list(targets)}, {"45#I.3": list(tasks)}, {})
    return headline(query, evidence, TermWeights(query, dict.fromkeys(query.terms, 1.0)), library)


@pytest.mark.parametrize(
    ("year", "value", "row"), [(2027, "tối đa 12 trạm", "target-1"), (2030, "tối đa 5 trạm", "target-2")]
)
def test_the_target_of_the_asked_year_is_stated(year: int, value: str, row: str) -> None:
    line = said(f"Năm {year} có tối đa mấy trạm bơm hư hỏng?", (EARLY, LATE))
    assert line is not None
    assert value in line.text
    assert [t.id for t in line.targets] == [row]


def test_a_target_of_another_year_is_never_stated() -> None:
    assert said("Năm 2045 có tối đa mấy trạm bơm hư hỏng?", (EARLY, LATE)) is None


def test_a_target_about_something_else_is_never_stated() -> None:
    assert said("Năm 2027 xây mấy phòng học mới cho trẻ mầm non?", (EARLY, LATE)) is None


def test_two_years_compared_stand_in_order() -> None:
    line = said("So sánh số trạm bơm hư hỏng năm 2027 và năm 2030", (LATE, EARLY))
    assert line is not None
    assert line.text.index("12 trạm") < line.text.index("5 trạm")


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("Khi nào sửa xong trạm bơm hư hỏng?", "Hạn 30/06/2026 (đã qua hạn) — Sở Xây dựng: sửa trạm bơm hư hỏng"),
        ("Cơ quan nào sửa trạm bơm hư hỏng?", "Sở Xây dựng; phối hợp: UBND xã Suối Lạnh — sửa trạm bơm hư hỏng"),
        ("Sửa trạm bơm hư hỏng thì báo cáo ai?", "Sở Xây dựng báo cáo UBND tỉnh; hạn 30/06/2026"),
    ],
)
def test_a_duty_is_stated_as_it_was_asked(question: str, opening: str) -> None:
    line = said(question, tasks=(TASK,))
    assert line is not None
    assert line.text.startswith(opening)


HALF_YEAR = replace(TASK, due=None, recurrence="half-yearly", recurs_before="06-20")
WHOLE_YEAR = replace(HALF_YEAR, recurrence="yearly", recurs_before="12-20", id="task-2")


@pytest.mark.parametrize(
    ("question", "times"),
    [
        ("Sửa trạm bơm hư hỏng thì báo cáo ai?", ["20/06", "20/12"]),
        ("Báo cáo 6 tháng về sửa trạm bơm hư hỏng gửi ai?", ["20/06"]),
        ("Báo cáo hằng năm về sửa trạm bơm hư hỏng gửi ai?", ["20/12"]),
    ],
)
def test_every_round_of_a_duty_is_stated_unless_one_is_asked(question: str, times: list[str]) -> None:
    line = said(question, tasks=(HALF_YEAR, WHOLE_YEAR))
    assert line is not None
    assert [day for day in ("20/06", "20/12") if day in line.text] == times


def test_without_rows_there_is_no_line() -> None:
    assert said("Năm 2027 có tối đa mấy trạm bơm hư hỏng?") is None
    assert said("Nội dung tuyên truyền về trạm bơm thế nào?", (EARLY,), (TASK,)) is None


def asked(question: str) -> Query:
    return understand(Question(question))


def test_a_period_fits_its_own_years_and_those_within() -> None:
    spanning = replace(EARLY, period=("2026", "2030"), due=date(2030, 12, 31))
    assert term_fit(asked("giai đoạn 2026 - 2030 đạt bao nhiêu"), spanning) > 0
    assert term_fit(asked("giai đoạn 2021 - 2025 đạt bao nhiêu"), spanning) < 0
    assert term_fit(asked("năm 2028 đạt bao nhiêu"), spanning) > 0
    assert term_fit(asked("năm 2035 đạt bao nhiêu"), spanning) < 0
    assert term_fit(asked("đạt bao nhiêu"), spanning) == 0
