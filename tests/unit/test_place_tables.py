"""Tables that give goals out by commune or body, each column an indicator with its term."""

from __future__ import annotations

from datetime import date

import pytest

from corpus.metadata import read_metadata
from corpus.outline import outline
from corpus.records import Source, Target
from corpus.targets import extract_targets

PAGE = """ỦY BAN NHÂN DÂN
TỈNH HÒA SƠN
Số: 61/QĐ-UBND            Hòa Sơn, ngày 15 tháng 01 năm 2026

QUYẾT ĐỊNH
Về việc giao chỉ tiêu trồng rừng năm 2026

Điều 1. Giao chỉ tiêu trồng rừng cho các xã.

Nơi nhận:
- Các xã;
CHỦ TỊCH

Lý A Páo

PHỤ LỤC
{heading}

{table}
"""
BARS = """| TT | Xã | Diện tích đến 31/12/2025 (ha) | Trồng mới (ha) | | Tỷ lệ sống (%) | Ghi chú |
| | | | Quý II | Cả năm | Cả năm | |
|---|---|---|---|---|---|---|
| | TOÀN TỈNH | 400 | 60 | 150 | ≥ 85 | |
| I | Vùng cao | | | | | |
| 1 | Xã Nà Lốc | 120 | 25 | 70 | 90 | biên giới |
| 2 | Xã Pá Khoang | 80 | - | 20 - 30 | 85 | |"""
TABS = """STT\tXã\tDiện tích đến 31/12/2025 (ha)\tTrồng mới (ha)\t\tTỷ lệ sống (%)
\t\t\tQuý II\tCả năm\tCả năm
1\tXã Nà Lốc\t120\t25\t70\t90"""


def goals(table: str, heading: str = "CHỈ TIÊU TRỒNG RỪNG NĂM 2026") -> list[Target]:
    source = Source(PAGE.format(table=table, heading=heading))
    clauses = outline(source)
    found = extract_targets(clauses, read_metadata(source, clauses))
    return [target for target in found if target.path.startswith("PL")]


def told(target: Target) -> tuple[str, str | None, str, float | None, float | None, str | None, date | None]:
    return target.indicator, target.scope, target.op, target.value, target.value_max, target.unit, target.due


NA_LOC = [
    ("Trồng mới", "Xã Nà Lốc", "=", 25, None, "ha", date(2026, 6, 30)),
    ("Trồng mới", "Xã Nà Lốc", "=", 70, None, "ha", date(2026, 12, 31)),
    ("Tỷ lệ sống", "Xã Nà Lốc", "=", 90, None, "%", date(2026, 12, 31)),
]


def test_every_planned_column_of_a_place_is_a_goal_and_results_are_none() -> None:
    found = [told(target) for target in goals(BARS)]
    assert found[:3] == [
        ("Trồng mới", "toàn tỉnh", "=", 60, None, "ha", date(2026, 6, 30)),
        ("Trồng mới", "toàn tỉnh", "=", 150, None, "ha", date(2026, 12, 31)),
        ("Tỷ lệ sống", "toàn tỉnh", ">=", 85, None, "%", date(2026, 12, 31)),
    ]
    assert found[3:6] == NA_LOC
    assert found[6:] == [
        ("Trồng mới", "Xã Pá Khoang", "range", 20, 30, "ha", date(2026, 12, 31)),
        ("Tỷ lệ sống", "Xã Pá Khoang", "=", 85, None, "%", date(2026, 12, 31)),
    ]


def test_titles_set_with_tabs_over_two_lines_read_the_same() -> None:
    assert [told(target) for target in goals(TABS)] == NA_LOC


@pytest.mark.parametrize("heading", ["DANH SÁCH XÃ CÓ RỪNG", "HIỆN TRẠNG RỪNG CÁC XÃ"])
def test_a_table_that_gives_nothing_out_sets_no_goals(heading: str) -> None:
    assert goals(BARS, heading) == []


def test_quotes_are_the_rows_as_printed() -> None:
    assert all(target.quote in " ".join(BARS.split()) for target in goals(BARS))


def test_a_stage_or_a_body_in_a_table_of_duties_is_no_figure() -> None:
    table = """| TT | Giai đoạn | Công việc | Đơn vị chủ trì | Thời hạn |
|---|---|---|---|---|
| 1 | Giai đoạn 2 | Ươm giống cây bản địa | Chi cục Kiểm lâm | Quý III |"""
    assert goals(table, "PHÂN CÔNG NHIỆM VỤ NĂM 2026") == []


def test_quarters_are_columns_of_values_in_a_plan_of_one_year() -> None:
    table = """| TT | Chỉ tiêu | Đơn vị | Quý II | Quý IV |
|---|---|---|---|---|
| 1 | Diện tích rừng trồng mới | ha | 60 | 90 |"""
    assert [(t.value, t.unit, t.due) for t in goals(table)] == [
        (60, "ha", date(2026, 6, 30)),
        (90, "ha", date(2026, 12, 31)),
    ]
