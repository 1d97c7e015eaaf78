"""Goals: sentences of many shapes, what clauses inherit, tables, quotes and properties."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import Clause, ClauseKind, Metadata, Target
from corpus.targets import extract_targets
from corpus.targets.vocabulary import any_of, measure_words, target_words

TABLE = yaml.safe_load((Path(__file__).parent / "target_sentences.yaml").read_text(encoding="utf-8"))
HEADINGS = {"goal": "Mục tiêu", "task": "Nhiệm vụ, giải pháp"}
SENTENCES = [(kind, text, rows) for kind, table in TABLE.items() for text, rows in table.items()]


def clause(path: str, text: str, kind: ClauseKind = "bullet", **more: Any) -> Clause:
    parent = path.rpartition(".")[0] or None
    segments = more.pop("segments", (text,))
    return Clause(path, path.rpartition(".")[2], more.pop("heading", text), text, parent, kind, segments, **more)


def under(heading: str, *texts: str, metadata: Metadata | None = None) -> list[Target]:
    clauses = [clause("II", f"II. {heading}", "heading", heading=heading)]
    clauses += [clause(f"II.-{i}", text) for i, text in enumerate(texts, 1)]
    return list(extract_targets(clauses, metadata or Metadata()))


@pytest.mark.parametrize(("kind", "text", "rows"), SENTENCES, ids=[text[:60] for _, text, _ in SENTENCES])
def test_a_sentence_sets_the_goals_of_the_table(kind: str, text: str, rows: list[Any]) -> None:
    targets = under(HEADINGS[kind], text)
    assert [(t.op, t.value, t.unit) for t in targets] == [(op, value, unit) for _, op, value, unit, *_ in rows]
    for target, (indicator, _, _, _, *more) in zip(targets, rows, strict=True):
        assert target.indicator.startswith(indicator)
        expected = {"value_max": None, "change": None, "due": None, "period": None, "cadence": None, "baseline": None}
        expected |= more[0] if more else {}
        found = {name: getattr(target, name) for name in expected}
        found["period"] = list(target.period) if target.period else None
        assert found == expected
        assert target.quote in text


def test_a_goal_inherits_the_year_of_its_parent_bullet() -> None:
    clauses = [
        clause("I", "I. Mục tiêu", "heading", heading="Mục tiêu"),
        clause("I.-1", "- Đến năm 2027:"),
        clause("I.-1.+1", "+ Tỷ lệ hộ nghèo còn dưới 4%."),
    ]
    (target,) = extract_targets(clauses, Metadata())
    assert target.due == date(2027, 12, 31)


def test_a_goal_inherits_the_period_of_its_heading_unless_it_has_a_year_of_its_own() -> None:
    first, second = under(
        "Một số chỉ tiêu giai đoạn 2026 - 2030", "- Tăng trưởng đạt 8%/năm.", "- Đến năm 2028, độ che phủ đạt 50%."
    )
    assert (first.due, first.period) == (date(2030, 12, 31), ("2026", "2030"))
    assert (second.due, second.period) == (date(2028, 12, 31), None)


def test_a_goal_without_a_dated_heading_is_due_when_the_period_of_the_title_ends() -> None:
    metadata = Metadata(title="về chuyển đổi số giai đoạn 2026 - 2030")
    (goal,) = under("Mục tiêu", "- Kinh tế số chiếm 20% GRDP.", metadata=metadata)
    (task,) = under("Nhiệm vụ, giải pháp", "- Số hóa 100% hồ sơ lưu trữ.", metadata=metadata)
    assert (goal.due, task.due) == (date(2030, 12, 31), None)


def test_a_completion_by_an_open_schedule_has_no_due_even_in_a_dated_section() -> None:
    (target,) = under("Mục tiêu giai đoạn 2020 - 2025", "- Hoàn thành việc sắp xếp thôn theo lộ trình của Trung ương.")
    assert (target.due, target.period) == (None, ("2020", "2025"))


def test_what_a_place_is_to_become_is_one_goal_of_a_dated_section() -> None:
    clauses = [
        clause("II", "II. Mục tiêu đến năm 2035", "heading", heading="Mục tiêu đến năm 2035"),
        clause("II.p1", "Hòa Sơn là trung tâm dược liệu của vùng; nhân dân có mức sống cao.", "paragraph"),
    ]
    (target,) = extract_targets(clauses, Metadata())
    assert (target.value, target.due) == (None, date(2035, 12, 31))
    assert target.quote == "Hòa Sơn là trung tâm dược liệu của vùng"


@pytest.mark.parametrize("heading", ["Tình hình và nguyên nhân", "Kết quả đạt được", "Đánh giá chung", "Thực trạng"])
def test_results_and_causes_hold_no_goals(heading: str) -> None:
    assert under(heading, "- Tỷ lệ hộ nghèo giảm còn 5%.") == []


def test_a_year_before_the_directive_is_a_result() -> None:
    metadata = Metadata(issued_on=date(2025, 3, 1))
    assert under("Nhiệm vụ, giải pháp", "- Năm 2023, tỷ lệ này đạt 70%.", metadata=metadata) == []


@pytest.mark.parametrize("kind", ["front", "note", "end"])
def test_front_matter_notes_and_signatures_hold_no_goals(kind: ClauseKind) -> None:
    assert extract_targets([clause("x", "Tỷ lệ 20% được tính cho cả giai đoạn.", kind)], Metadata()) == ()


def row(*cells: tuple[str, str]) -> Clause:
    text = "| " + " | ".join(cell for _, cell in cells) + " |"
    return clause("PL1.1", text, "row", cells=cells)


def test_a_table_of_targets_gives_one_goal_for_each_dated_column() -> None:
    cells = (
        ("STT", "1"),
        ("Chỉ tiêu", "Tỷ lệ đô thị hóa"),
        ("Đơn vị tính", "%"),
        ("Thực hiện 2024", "41,2"),
        ("Năm 2026", "45"),
        ("2030", "≥ 50"),
        ("Cơ quan theo dõi", "Sở Xây dựng"),
    )
    first, second = extract_targets([row(*cells)], Metadata(issued_on=date(2025, 1, 1)))
    assert (first.indicator, first.value, first.unit, first.due) == ("Tỷ lệ đô thị hóa", 45, "%", date(2026, 12, 31))
    assert (second.op, second.value, second.due) == (">=", 50, date(2030, 12, 31))


def test_the_columns_of_a_table_of_targets_may_stand_in_any_order() -> None:
    cells = (("ĐVT", "triệu đồng"), ("Kế hoạch năm 2027", "62 - 65"), ("Nội dung", "Thu nhập bình quân đầu người"))
    (target,) = extract_targets([row(*cells)], Metadata())
    assert (target.op, target.value, target.value_max, target.unit) == ("range", 62, 65, "triệu đồng")
    assert target.due == date(2027, 12, 31)


def test_a_figure_in_the_wording_of_a_task_row_is_due_when_the_row_says() -> None:
    cells = (
        ("Nhiệm vụ", "Số hóa 100% sổ hộ tịch"),
        ("Cơ quan chủ trì", "Sở Tư pháp"),
        ("Thời gian", "Quý III/2026"),
    )
    (target,) = extract_targets([row(*cells)], Metadata())
    assert (target.value, target.unit, target.due) == (100, "%", date(2026, 9, 30))


def test_a_quote_never_runs_over_a_break_in_the_clause() -> None:
    segments = ("- Tỷ lệ hộ dùng nước sạch đạt 70% trở lên, riêng các xã biên", "giới đạt ít nhất 45%.")
    clauses = [
        clause("I", "I. Mục tiêu", "heading", heading="Mục tiêu"),
        clause("I.-1", " ".join(segments), segments=segments),
    ]
    first, second = extract_targets(clauses, Metadata())
    assert first.quote in segments[0]
    assert second.quote in segments[1]
    assert (second.op, second.value) == (">=", 45)


def test_every_list_of_the_data_files_is_filled() -> None:
    for name in ("comparators", "links", "openers", "indicators", "past_headings", "goal_headings", "rules"):
        assert any_of(name) != "(?:)"
    assert all(target_words("columns").values())
    assert all(measure_words(name) for name in ("percent", "money", "measures", "counted", "per"))


@given(st.integers(1, 99), st.sampled_from(["tối thiểu", "ít nhất", "không quá", "tối đa", "khoảng", ""]))
def test_the_comparator_and_value_read_back(value: int, comparator: str) -> None:
    (target,) = under("Mục tiêu", f"- Tỷ lệ hộ có điện đạt {comparator} {value}%.")
    operators = {"tối thiểu": ">=", "ít nhất": ">=", "không quá": "<=", "tối đa": "<=", "khoảng": "~", "": "="}
    assert (target.op, target.value, target.unit) == (operators[comparator], value, "%")


PIECES = [text for _, text, _ in SENTENCES] + ["Tuy nhiên,", "100%", "(", ")", ";", "từ 5% trở lên", "và", "trong đó"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=6))
def test_every_goal_quotes_its_clause(parts: list[str]) -> None:
    text = " ".join(parts)
    for target in under("Mục tiêu đến năm 2030", text):
        assert target.quote
        assert target.quote in text
        assert target.indicator
        assert target.value_max is None or (target.value is not None and target.value < target.value_max)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_error(text: str) -> None:
    under("Mục tiêu", text)


def test_reading_time_grows_with_the_text_and_not_faster() -> None:
    sentence = (
        "Tỷ lệ hộ nghèo giảm bình quân 1,5%/năm, đến năm 2030 còn dưới 3% so với năm 2025; trồng mới 500 ha rừng. "
    )

    def seconds(copies: int) -> float:
        text = "- " + sentence * copies
        start = time.process_time()
        under("Mục tiêu", text)
        return time.process_time() - start

    seconds(5)
    small, large = (min(seconds(copies) for _ in range(3)) for copies in (80, 400))
    assert large < 15 * max(small, 0.02)  # five times the text; a quadratic reading would take 25 times as long


def test_a_year_in_a_column_title_dates_its_values_and_results_are_left_out() -> None:
    cells = (
        ("Chỉ tiêu", "Diện tích chè"),
        ("ĐVT", "ha"),
        ("TH 2025", "700"),
        ("KH 2026", "760"),
        ("2027 (ước)", "780"),
        ("Mục tiêu 2030", "≥900"),
    )
    targets = extract_targets([row(*cells)], Metadata(issued_on=date(2025, 10, 1)))
    assert [(t.op, t.value, t.due) for t in targets] == [
        ("=", 760, date(2026, 12, 31)),
        (">=", 900, date(2030, 12, 31)),
    ]


def test_a_row_below_another_takes_its_name_and_its_unit() -> None:
    whole = clause(
        "PL1.2", "| 2 | Tỷ lệ kiên cố hóa | % |", "row", cells=(("Chỉ tiêu", "Tỷ lệ kiên cố hóa"), ("ĐVT", "%"))
    )
    text = "| - | Trong đó: Kênh mương | 81 |"
    part = clause("PL1.2.-1", text, "row", cells=(("Chỉ tiêu", "Trong đó: Kênh mương"), ("Năm 2028", "81")))
    (target,) = extract_targets([whole, part], Metadata())
    assert (target.indicator, target.unit, target.value) == ("Tỷ lệ kiên cố hóa - kênh mương", "%", 81)


def test_the_term_of_a_part_is_not_the_due_of_the_duties_under_it() -> None:
    clauses = [
        clause("B", "B. ĐỊNH HƯỚNG ĐẾN NĂM 2029", "heading", heading="ĐỊNH HƯỚNG ĐẾN NĂM 2029"),
        clause("B.I", "I. Mục tiêu", "heading", heading="Mục tiêu"),
        clause("B.I.-1", "- Tỷ lệ bê tông hóa đạt 70%."),
        clause("B.II", "II. Nhiệm vụ", "heading", heading="Nhiệm vụ"),
        clause("B.II.-1", "- Bố trí tối thiểu 4% chi thường xuyên cho bảo trì."),
    ]
    goal, duty = extract_targets(clauses, Metadata())
    assert (goal.due, duty.due) == (date(2029, 12, 31), None)


def test_what_a_congress_resolution_says_of_the_past_term_is_no_goal() -> None:
    heading = "Tán thành nội dung cơ bản về đánh giá kết quả thực hiện nhiệm kỳ 2020 - 2025"
    assert under(heading, "Tỷ lệ hộ nghèo giảm từ 20% xuống 9%.") == []


def test_so_many_a_year_is_a_goal_even_among_the_assignments_but_not_of_inspections() -> None:
    goals = under(
        "Tổ chức thực hiện",
        "- Đề nghị Hội Nông dân mỗi năm lập ít nhất 15 tủ sách ở các bản.",
        "- Thanh tra tỉnh kiểm tra ít nhất 12 xã trong năm 2026.",
    )
    assert [(goal.op, goal.value, goal.unit) for goal in goals] == [(">=", 15, "tủ sách")]
