"""Rows of task tables under many column titles."""

from __future__ import annotations

import pytest

from corpus.records import Clause, Metadata, Task
from corpus.tasks import extract_tasks
from corpus.tasks.tables import role_of


def row(*cells: tuple[str, str]) -> Task | None:
    text = " | ".join(cell for _, cell in cells)
    clauses = [
        Clause("PL", "PL", "BIỂU PHÂN CÔNG NHIỆM VỤ", "PHỤ LỤC BIỂU PHÂN CÔNG NHIỆM VỤ", None, "heading", ("PHỤ LỤC",)),
        Clause("PL.1", "1", cells[1][1], text, "PL", "row", (text,), cells=cells),
    ]
    found = extract_tasks(clauses, Metadata())
    return found[0] if found else None


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("STT", "index"),
        ("TT", "index"),
        ("Nội dung công việc", "action"),
        ("Nhiệm vụ, giải pháp", "action"),
        ("Tên đề án, chương trình", "action"),
        ("Cơ quan chủ trì", "lead"),
        ("Đơn vị chủ trì thực hiện", "lead"),
        ("Cơ quan, đơn vị thực hiện", "lead"),
        ("Phân công thực hiện", "lead"),
        ("Cơ quan chủ trì tham mưu", "lead"),
        ("Nơi lập", "lead"),
        ("Nơi nhận", "report_to"),
        ("Cơ quan phối hợp", "coop"),
        ("Đơn vị phối hợp thực hiện", "coop"),
        ("Thời gian hoàn thành", "when"),
        ("Thời hạn trình", "when"),
        ("Tiến độ thực hiện", "when"),
        ("Thời gian thực hiện", "when"),
        ("Sản phẩm dự kiến", "product"),
        ("Kết quả đầu ra", "product"),
        ("Sản phẩm hoàn thành", "product"),
        ("Kết quả/Sản phẩm", "product"),
        ("Cấp trình", "report_to"),
        ("Ghi chú", "note"),
        ("Cột lạ", None),
    ],
)
def test_a_columns_title_tells_what_it_holds(title: str, role: str | None) -> None:
    assert role_of(title) == role


def test_each_row_is_a_duty_whatever_the_order_of_its_columns() -> None:
    task = row(
        ("TT", "1"),
        ("Nội dung công việc", "Rà soát bộ tiêu chí xếp hạng"),
        ("Thời gian hoàn thành", "Trước ngày 31/3/2026"),
        ("Sản phẩm", "Quyết định"),
        ("Cơ quan phối hợp", "Sở Tài chính; UBND các xã, phường"),
        ("Cơ quan chủ trì", "Sở Nội vụ"),
    )
    assert task is not None
    assert (task.action, task.lead, task.coop) == (
        "Rà soát bộ tiêu chí xếp hạng",
        ("Sở Nội vụ",),
        ("Sở Tài chính", "UBND các xã, phường"),
    )
    assert task.due is not None
    assert (task.due.isoformat(), task.due_text, task.product) == ("2026-03-31", "Trước ngày 31/3/2026", "Quyết định")
    assert task.quote == "Rà soát bộ tiêu chí xếp hạng"


@pytest.mark.parametrize(
    ("cell", "due", "recurrence", "recurs_before"),
    [
        ("Quý II/2026", "2026-06-30", None, None),
        ("2027", "2027-12-31", None, None),
        ("2026 - 2030", "2030-12-31", None, None),
        ("Hằng năm", None, "yearly", None),
        ("Trước 15/12 hằng năm", None, "yearly", "12-15"),
        ("Thường xuyên", None, "ongoing", None),
        ("Theo chỉ đạo của Trung ương", None, None, None),
    ],
)
def test_the_time_column_gives_date_or_cycle(
    cell: str, due: str | None, recurrence: str | None, recurs_before: str | None
) -> None:
    task = row(("STT", "1"), ("Nhiệm vụ", "Tập huấn công chức một cửa"), ("Chủ trì", "Sở Nội vụ"), ("Thời hạn", cell))
    assert task is not None
    assert (task.due.isoformat() if task.due else None) == due
    assert (task.recurrence, task.recurs_before) == (recurrence, recurs_before)
    assert task.due_text == cell


def test_one_cell_may_hold_lead_and_helpers() -> None:
    task = row(
        ("STT", "1"),
        ("Nhiệm vụ", "Kết nối cơ sở dữ liệu đất đai"),
        ("Phân công thực hiện", "Sở Nông nghiệp và Môi trường chủ trì, phối hợp với Công an tỉnh"),
    )
    assert task is not None
    assert (task.lead, task.coop) == (("Sở Nông nghiệp và Môi trường",), ("Công an tỉnh",))


def test_a_time_in_the_duty_counts_when_the_table_has_no_time_column() -> None:
    task = row(("STT", "1"), ("Nhiệm vụ", "Báo cáo kết quả trước ngày 20/12/2026"), ("Đơn vị", "Sở Y tế"))
    assert task is not None
    assert task.due is not None
    assert task.due.isoformat() == "2026-12-20"


def test_a_table_of_figures_gives_no_duty() -> None:
    assert row(("STT", "1"), ("Chỉ tiêu", "Tỷ lệ hộ nghèo"), ("Đơn vị tính", "%"), ("Năm 2026", "2,5")) is None


def test_a_dash_says_nothing() -> None:
    shared = (("STT", "1"), ("Nhiệm vụ", "Tu bổ di tích"), ("Chủ trì", "Sở Xây dựng"))
    task = row(*shared, ("Phối hợp", "-"), ("Thời hạn", "…"))
    assert task is not None
    assert (task.coop, task.due_text) == ((), None)


def table(*rows: tuple[tuple[str, str], ...]) -> tuple[Task, ...]:
    clauses = [Clause("PL1", "", "PHÂN CÔNG", "PHỤ LỤC PHÂN CÔNG", None, "heading", ("PHỤ LỤC",))]
    for number, cells in enumerate(rows, start=1):
        text = " | ".join(cell for _, cell in cells)
        clauses.append(Clause(f"PL1.{number}", str(number), text, text, "PL1", "row", (text,), cells=cells))
    return extract_tasks(clauses, Metadata())


def test_cells_merged_downward_go_on_with_the_actors_above() -> None:
    first = (("Nhiệm vụ", "Lắp trạm đo mưa"), ("Chủ trì", "Sở Y tế"), ("Thời hạn", "30/6/2026"))
    dated, bare = (("Nhiệm vụ", "Nâng cấp đài khí tượng"), ("Thời hạn", "30/9/2026")), (("Nhiệm vụ", "Thay cảm biến"),)
    tasks = table(first, dated, bare)
    assert [task.lead for task in tasks] == [("Sở Y tế",)] * 3
    assert [task.due and task.due.isoformat() for task in tasks] == ["2026-06-30", "2026-09-30", "2026-09-30"]


def test_an_empty_deadline_beside_actors_of_its_own_is_not_taken_from_above() -> None:
    first = (("Nhiệm vụ", "Lắp trạm đo mưa"), ("Chủ trì", "Sở Y tế"), ("Thời hạn", "30/6/2026"))
    second = (("Nhiệm vụ", "Nâng cấp đài khí tượng"), ("Chủ trì", "Sở Tài chính"))
    assert [task.due is None for task in table(first, second)] == [False, True]


def test_a_ditto_mark_stands_for_the_cell_above() -> None:
    first = (("Nhiệm vụ", "Lắp trạm"), ("Chủ trì", "Sở Y tế"), ("Phối hợp", "Sở Tài chính"), ("Thời hạn", "Năm 2026"))
    second = (("Nhiệm vụ", "Đo thử"), ("Chủ trì", "nt"), ("Phối hợp", "-nt-"), ("Thời hạn", '"'))
    one, two = table(first, second)
    assert (two.lead, two.coop, two.due) == (one.lead, one.coop, one.due)
