"""Duties that take their actor or time from the clauses around them, read through the real outline."""

from __future__ import annotations

from datetime import date

import pytest

from corpus.outline import outline
from corpus.records import Metadata, Source, Task
from corpus.tasks import extract_tasks


def read(text: str, metadata: Metadata | None = None) -> tuple[Task, ...]:
    return extract_tasks(outline(Source(text)), metadata or Metadata())


def plan(body: str) -> str:
    return f"""ỦY BAN NHÂN DÂN
TỈNH HÒA SƠN

KẾ HOẠCH
Nâng cao chất lượng phục vụ người dân năm 2026

Ủy ban nhân dân tỉnh ban hành Kế hoạch với các nội dung sau:

{body}

Nơi nhận:
- Các sở, ban, ngành;
- Lưu: VT.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Vi Văn Sơn
"""


def test_a_heading_that_names_a_body_is_the_actor_of_what_stands_under_it() -> None:
    tasks = read(
        plan(
            """I. TỔ CHỨC THỰC HIỆN

1. Sở Nội vụ

a) Theo dõi, đôn đốc việc thực hiện Kế hoạch.

b) Chủ trì, phối hợp với Sở Tài chính tổng hợp kết quả, báo cáo Ủy ban nhân dân tỉnh trước ngày 15/12/2026.

2. Ủy ban nhân dân các xã, phường: Niêm yết công khai thủ tục; báo cáo kết quả trước ngày 05 hằng tháng."""
        )
    )
    assert [t.lead for t in tasks] == [("Sở Nội vụ",)] * 2 + [("Ủy ban nhân dân các xã, phường",)] * 2
    assert tasks[1].coop == ("Sở Tài chính",)
    assert tasks[3].recurs_before == "05"


def test_the_next_heading_ends_the_actor() -> None:
    tasks = read(
        plan(
            """I. TỔ CHỨC THỰC HIỆN

1. Sở Nội vụ

Theo dõi việc thực hiện Kế hoạch.

2. Sở Tài chính

Bố trí kinh phí thực hiện Kế hoạch."""
        )
    )
    assert [t.lead for t in tasks] == [("Sở Nội vụ",), ("Sở Tài chính",)]


def test_a_lead_in_addresses_the_list_under_it() -> None:
    tasks = read(
        plan(
            """I. TỔ CHỨC THỰC HIỆN

1. Sở Nội vụ chủ trì, phối hợp với Sở Tư pháp thực hiện các nhiệm vụ sau:

- Rà soát quy trình giải quyết thủ tục.

- Xây dựng đề án sắp xếp, trình Ủy ban nhân dân tỉnh trong quý II/2026."""
        )
    )
    assert [(t.lead, t.coop) for t in tasks] == [(("Sở Nội vụ",), ("Sở Tư pháp",))] * 2


def test_labelled_lines_complete_the_duty_above_them() -> None:
    tasks = read(
        plan(
            """I. NHIỆM VỤ, GIẢI PHÁP

1. Xây dựng Đề án số hóa hồ sơ lưu trữ

- Cơ quan chủ trì: Sở Khoa học và Công nghệ.

- Cơ quan phối hợp: Sở Nội vụ, Sở Tài chính.

- Thời gian hoàn thành: Quý II/2026.

- Sản phẩm: Quyết định phê duyệt Đề án."""
        )
    )
    (task,) = tasks
    assert task.lead == ("Sở Khoa học và Công nghệ",)
    assert task.coop == ("Sở Nội vụ", "Sở Tài chính")
    assert task.due is not None
    assert task.due.isoformat() == "2026-06-30"
    assert task.product == "Quyết định phê duyệt Đề án"
    assert "Đề án số hóa hồ sơ lưu trữ" in task.quote


def test_labels_in_one_line_are_read_apart() -> None:
    tasks = read(
        plan(
            """I. NHIỆM VỤ, GIẢI PHÁP

1. Tập huấn kỹ năng số cho công chức cấp xã.

Đơn vị chủ trì: Sở Nội vụ; đơn vị phối hợp: Sở Khoa học và Công nghệ; thời gian: trước ngày 30/6/2026."""
        )
    )
    (task,) = tasks
    assert task.lead == ("Sở Nội vụ",)
    assert task.coop == ("Sở Khoa học và Công nghệ",)
    assert task.due is not None
    assert task.due.isoformat() == "2026-06-30"


def test_a_letters_addressees_act_in_each_of_its_items() -> None:
    text = """ỦY BAN NHÂN DÂN
TỈNH HÒA SƠN
Số: 88/UBND-NC

Kính gửi: Các sở, ban, ngành.

Ủy ban nhân dân tỉnh yêu cầu các sở, ban, ngành và Ủy ban nhân dân các xã thực hiện các nội dung sau:

1. Rà soát hồ sơ trễ hẹn, hoàn thành trước ngày 30/9/2026.

2. Gửi báo cáo kết quả về Sở Nội vụ trước ngày 10/10/2026 để tổng hợp, báo cáo Ủy ban nhân dân tỉnh.

3. Sở Nội vụ theo dõi, đôn đốc việc thực hiện Công văn này.

Nơi nhận:
- Như trên.

CHỦ TỊCH

Vi Văn Sơn
"""
    tasks = read(text)
    addressed = ("các sở, ban, ngành", "Ủy ban nhân dân các xã")
    assert [t.lead for t in tasks] == [addressed, addressed, ("Sở Nội vụ",)]
    assert tasks[1].report_to == ("Sở Nội vụ",)
    assert tasks[1].via == ()


def test_articles_of_a_decision_assign_duties() -> None:
    text = """ỦY BAN NHÂN DÂN
TỈNH HÒA SƠN
Số: 51/QĐ-UBND

QUYẾT ĐỊNH
Về việc ban hành Quy chế tiếp dân

Điều 1. Ban hành kèm theo Quyết định này Quy chế tiếp dân.

Điều 2. Giao Thanh tra tỉnh chủ trì, phối hợp với Sở Tư pháp hướng dẫn thực hiện Quy chế; hằng năm báo cáo \
Chủ tịch UBND tỉnh trước ngày 20/12.

Điều 3. Chánh Văn phòng Ủy ban nhân dân tỉnh và Thủ trưởng các cơ quan, đơn vị liên quan chịu trách nhiệm \
thi hành Quyết định này./.

CHỦ TỊCH

Vi Văn Sơn
"""
    first, second, third = read(text)
    assert (first.lead, first.coop) == (("Thanh tra tỉnh",), ("Sở Tư pháp",))
    assert (second.recurrence, second.recurs_before, second.report_to) == ("yearly", "12-20", ("Chủ tịch UBND tỉnh",))
    assert third.lead == ("Chánh Văn phòng Ủy ban nhân dân tỉnh", "Thủ trưởng các cơ quan, đơn vị liên quan")


def test_what_a_chapter_is_about_does_not_act() -> None:
    tasks = read(
        plan(
            """I. NHIỆM VỤ, GIẢI PHÁP

1. Đối với doanh nghiệp nhà nước

- Sắp xếp lại các doanh nghiệp hoạt động kém hiệu quả."""
        )
    )
    assert tasks == ()


def test_a_heading_that_only_gives_a_time_dates_what_stands_under_it() -> None:
    tasks = read(
        plan(
            """I. NHIỆM VỤ, GIẢI PHÁP

1. Trong quý I/2026:

- Rà soát danh mục dịch vụ công.

- Công bố quy trình nội bộ."""
        )
    )
    assert [t.due.isoformat() if t.due else None for t in tasks] == ["2026-03-31", "2026-03-31"]


def test_results_of_the_past_are_no_duties() -> None:
    assert read(plan("I. TÌNH HÌNH THỰC HIỆN\n\n1. Sở Nội vụ chủ trì rà soát 120 thủ tục trước ngày 30/6/2025.")) == ()


EFFECT = """ỦY BAN NHÂN DÂN
TỈNH HÒA SƠN

QUYẾT ĐỊNH
Về việc sắp xếp các bến đò ngang trên sông Lốc

Điều 1. Ủy ban nhân dân các xã ven sông di dời bến đò tự phát trong vòng 60 ngày kể từ ngày Quyết định này có hiệu lực.

Điều 2. Quyết định này có hiệu lực kể từ ngày {since}.

CHỦ TỊCH

Vi Văn Sơn
"""


@pytest.mark.parametrize(
    ("since", "due"),
    [("01/3/2026", date(2026, 4, 30)), ("ký", date(2026, 4, 11)), ("Hội đồng nhân dân tỉnh thông qua", None)],
)
def test_a_term_from_the_day_of_effect_counts_from_what_the_text_says(since: str, due: date | None) -> None:
    (task,) = read(EFFECT.format(since=since), Metadata(kind="Quyết định", issued_on=date(2026, 2, 10)))
    assert task.due == due


@pytest.mark.parametrize(("kind", "due"), [("Công văn", date(2026, 8, 18)), ("Kế hoạch", None)])
def test_a_day_without_its_year_is_the_next_such_day_in_a_letter_only(kind: str, due: date | None) -> None:
    text = plan("I. TỔ CHỨC THỰC HIỆN\n\n1. Sở Tài chính trình dự thảo quyết định trước ngày 18/8.")
    (task,) = read(text, Metadata(kind=kind, issued_on=date(2026, 8, 6)))
    assert task.due == due


def test_a_leading_body_answers_for_the_list_it_opens() -> None:
    tasks = read(
        plan(
            """I. TỔ CHỨC THỰC HIỆN

1. Đảng ủy Ủy ban nhân dân tỉnh lãnh đạo Ủy ban nhân dân tỉnh:

- Bố trí kinh phí sửa 12 bến đò;
- Chỉ đạo Sở Xây dựng cắm biển báo."""
        )
    )
    assert [(t.lead, t.action[:7]) for t in tasks] == [
        (("Đảng ủy Ủy ban nhân dân tỉnh",), "Bố trí "),
        (("Đảng ủy Ủy ban nhân dân tỉnh",), "Chỉ đạo"),
    ]


@pytest.mark.parametrize("office", ["Lãnh đạo Ban Dân nguyện", "Thường trực Hội đồng nhân dân tỉnh", "Ban Công tác đại biểu"])
def test_a_heading_that_is_an_office_is_the_actor_of_what_stands_under_it(office: str) -> None:
    tasks = read(plan(f"""II. NHIỆM VỤ, GIẢI PHÁP

1. {office}

- Tiếp công dân tại trụ sở.
- Tổng hợp kiến nghị của cử tri."""))
    assert [t.lead for t in tasks] == [(office,), (office,)]


@pytest.mark.parametrize(
    "table",
    [
        "| TT | Nội dung | Chủ trì | Thời gian |\n|---|---|---|---|\n| 1 | Cắm biển báo bến đò | Sở Xây dựng | Quý III/2026 |",
        "STT\tCông việc\tChủ trì\tThời hạn\n1\tCắm biển báo bến đò\tSở Xây dựng\t30/9/2026",
    ],
)
def test_a_plan_that_is_nothing_but_a_table_has_its_duties(table: str) -> None:
    (task,) = read(plan(table))
    assert (task.action, task.lead, task.due) == ("Cắm biển báo bến đò", ("Sở Xây dựng",), date(2026, 9, 30))
