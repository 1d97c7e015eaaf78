"""Sentences of an invented province, and the duties that a careful clerk reads out of them."""

from __future__ import annotations

from datetime import date

import pytest

from corpus.records import Clause, Metadata, Task
from corpus.tasks import extract_tasks

ISSUED = date(2025, 5, 20)


def read(sentence: str, *, under: str = "TỔ CHỨC THỰC HIỆN") -> tuple[Task, ...]:
    heading = f"III. {under}"
    text = f"1. {sentence}"
    clauses = [
        Clause("III", "III", under, heading, None, "heading", (heading,)),
        Clause("III.1", "1", sentence[:80], text, "III", "item", (text,)),
    ]
    return extract_tasks(clauses, Metadata(issued_on=ISSUED))


# sentence → rows of (lead, coop, due or recurrence, day of the cycle, report to, through)
ROWS: list[tuple[str, list[tuple[object, ...]]]] = [
    (
        "Sở Nội vụ chủ trì, phối hợp với Sở Tài chính và các cơ quan, đơn vị liên quan tham mưu UBND tỉnh ban hành "
        "kế hoạch tinh giản biên chế; hoàn thành trước ngày 30/6/2025.",
        [("Sở Nội vụ", "Sở Tài chính; các cơ quan, đơn vị liên quan", "2025-06-30", None, "", "")],
    ),
    (
        "Yêu cầu các đơn vị gửi báo cáo về Sở Nội vụ trước ngày 15/6/2025 để tổng hợp, báo cáo UBND tỉnh.",
        [("các đơn vị", "", "2025-06-15", None, "UBND tỉnh", "Sở Nội vụ")],
    ),
    (
        "Giao Sở Tài chính chủ trì, phối hợp Kho bạc Nhà nước khu vực XIII bố trí kinh phí thực hiện.",
        [("Sở Tài chính", "Kho bạc Nhà nước khu vực XIII", None, None, "", "")],
    ),
    (
        "Chánh Văn phòng UBND tỉnh, Giám đốc Sở Nội vụ, Thủ trưởng các cơ quan, đơn vị liên quan chịu trách nhiệm "
        "thi hành Quyết định này.",
        [("Chánh Văn phòng UBND tỉnh; Giám đốc Sở Nội vụ; Thủ trưởng các cơ quan, đơn vị liên quan", "", None, None, "", "")],
    ),
    (
        "Chậm nhất ngày 05 hằng tháng, UBND các xã, phường gửi báo cáo kết quả về Sở Nội vụ "
        "(qua địa chỉ email: cchc.snv@hoason.gov.vn).",
        [("UBND các xã, phường", "", "monthly", "05", "Sở Nội vụ", "")],
    ),
    (
        "Trước ngày 15 hằng tháng UBND các xã, phường, đặc khu báo cáo Chủ tịch UBND tỉnh (qua Sở Nội vụ tổng hợp).",
        [("UBND các xã, phường, đặc khu", "", "monthly", "15", "Chủ tịch UBND tỉnh", "Sở Nội vụ")],
    ),
    (
        "Định kỳ hằng quý (trước ngày 20 của tháng cuối quý), các sở, ban, ngành báo cáo kết quả về Sở Khoa học và Công nghệ.",
        [("các sở, ban, ngành", "", "quarterly", None, "Sở Khoa học và Công nghệ", "")],
    ),
    (
        "Văn phòng Tỉnh ủy phối hợp với Ủy ban Kiểm tra Tỉnh ủy theo dõi, đôn đốc, định kỳ báo cáo Ban Thường vụ Tỉnh ủy.",
        [
            ("Văn phòng Tỉnh ủy", "Ủy ban Kiểm tra Tỉnh ủy", None, None, "", ""),
            ("Văn phòng Tỉnh ủy", "", None, None, "Ban Thường vụ Tỉnh ủy", ""),
        ],
    ),
    (
        "Căn cứ chức năng, nhiệm vụ được giao, các sở, ngành và UBND các xã, phường xây dựng kế hoạch cụ thể, "
        "hoàn thành trong tháng 8/2025.",
        [("các sở, ngành; UBND các xã, phường", "", "2025-08-31", None, "", "")],
    ),
    (
        "Giám đốc các sở, Thủ trưởng các ban, ngành; Chủ tịch UBND các xã, phường chịu trách nhiệm trước Chủ tịch UBND tỉnh.",
        [("Giám đốc các sở; Thủ trưởng các ban, ngành; Chủ tịch UBND các xã, phường", "", None, None, "", "")],
    ),
    (
        "Nghiên cứu, xây dựng Đề án vị trí việc làm, trình UBND tỉnh phê duyệt trước ngày 30/9/2025 (Sở Nội vụ chủ trì).",
        [("Sở Nội vụ", "", "2025-09-30", None, "UBND tỉnh", "")],
    ),
    (
        "Tổ chức hội nghị sơ kết vào tháng 6/2026, tổng kết vào tháng 12/2030.",
        [("", "", "2026-06-30", None, "", ""), ("", "", "2030-12-31", None, "", "")],
    ),
    (
        "Trong quá trình thực hiện, nếu có vướng mắc, các cơ quan, đơn vị kịp thời phản ánh, gửi về Sở Nội vụ để tổng hợp, "
        "báo cáo UBND tỉnh xem xét, quyết định.",
        [("các cơ quan, đơn vị", "", None, None, "UBND tỉnh", "Sở Nội vụ")],
    ),
    (
        "Các huyện ủy, thị ủy, thành ủy; đảng ủy trực thuộc Tỉnh ủy lãnh đạo, chỉ đạo quán triệt Nghị quyết trong quý I/2026; "
        "xây dựng chương trình hành động, gửi Ban Thường vụ Tỉnh ủy (qua Văn phòng Tỉnh ủy) trước ngày 31/3/2026.",
        [
            ("Các huyện ủy; thị ủy; thành ủy; đảng ủy trực thuộc Tỉnh ủy", "", "2026-03-31", None, "", ""),
            (
                "Các huyện ủy; thị ủy; thành ủy; đảng ủy trực thuộc Tỉnh ủy",
                "",
                "2026-03-31",
                None,
                "Ban Thường vụ Tỉnh ủy",
                "Văn phòng Tỉnh ủy",
            ),
        ],
    ),
    (
        "Giao Văn phòng UBND tỉnh theo dõi việc thực hiện Chỉ thị này; định kỳ 6 tháng, hằng năm tham mưu UBND tỉnh báo cáo "
        "Tỉnh ủy, Thủ tướng Chính phủ.",
        [
            ("Văn phòng UBND tỉnh", "", None, None, "", ""),
            ("Văn phòng UBND tỉnh", "", "half-yearly", None, "Tỉnh ủy; Thủ tướng Chính phủ", ""),
        ],
    ),
    (
        "Sở Y tế: Chủ trì rà soát, bổ sung trang thiết bị cho trạm y tế; báo cáo UBND tỉnh trước ngày 20/7/2025.",
        [("Sở Y tế", "", None, None, "", ""), ("Sở Y tế", "", "2025-07-20", None, "UBND tỉnh", "")],
    ),
    (
        "Đảng ủy UBND tỉnh lãnh đạo xây dựng kế hoạch; hằng năm sơ kết, báo cáo Ban Thường vụ Tỉnh ủy trước ngày 15/12.",
        [
            ("Đảng ủy UBND tỉnh", "", None, None, "", ""),
            ("Đảng ủy UBND tỉnh", "", "yearly", "12-15", "Ban Thường vụ Tỉnh ủy", ""),
        ],
    ),
    (
        "Đồng chí Giám đốc Sở Nội vụ báo cáo Thường trực Tỉnh ủy trong vòng 15 ngày kể từ ngày ký.",
        [("Đồng chí Giám đốc Sở Nội vụ", "", "2025-06-04", None, "Thường trực Tỉnh ủy", "")],
    ),
    (
        "Thành lập Ban Chỉ đạo giúp Tỉnh ủy theo dõi việc thực hiện Nghị quyết; định kỳ hằng năm tổ chức sơ kết.",
        [("Ban Chỉ đạo", "", None, None, "", ""), ("Ban Chỉ đạo", "", "yearly", None, "", "")],
    ),
    (
        "Nhận được Công văn này, đề nghị các đơn vị khẩn trương thực hiện.",
        [("các đơn vị", "", None, None, "", "")],
    ),
    (
        "Tòa án nhân dân tỉnh, Viện kiểm sát nhân dân tỉnh theo chức năng, nhiệm vụ phối hợp thực hiện.",
        [("Tòa án nhân dân tỉnh; Viện kiểm sát nhân dân tỉnh", "", None, None, "", "")],
    ),
    (
        "Việc bàn giao tài sản phải hoàn thành trước ngày 01/7/2025.",
        [("", "", "2025-07-01", None, "", "")],
    ),
    (
        "Ban Chỉ đạo chuyển đổi số tỉnh chỉ đạo các thành viên rà soát chỉ tiêu trong quý III/2025.",
        [("Ban Chỉ đạo chuyển đổi số tỉnh", "", "2025-09-30", None, "", "")],
    ),
    (
        "Sở Công Thương làm đầu mối vận động doanh nghiệp; Công an tỉnh bảo đảm an ninh, trật tự; UBND xã Tân Sơn bố trí mặt bằng.",
        [
            ("Sở Công Thương", "", None, None, "", ""),
            ("Công an tỉnh", "", None, None, "", ""),
            ("UBND xã Tân Sơn", "", None, None, "", ""),
        ],
    ),
    (
        "Hằng năm, Sở Tài chính tham mưu phân bổ kinh phí, trình UBND tỉnh trước ngày 30/11.",
        [("Sở Tài chính", "", "yearly", "11-30", "UBND tỉnh", "")],
    ),
]


def named(names: tuple[str, ...]) -> str:
    return "; ".join(names)


@pytest.mark.parametrize(("sentence", "rows"), ROWS, ids=[s[:60] for s, _ in ROWS])
def test_a_sentence_yields_its_duties(sentence: str, rows: list[tuple[object, ...]]) -> None:
    found = [
        (
            named(t.lead),
            named(t.coop),
            t.due.isoformat() if t.due else t.recurrence,
            t.recurs_before,
            named(t.report_to),
            named(t.via),
        )
        for t in read(sentence)
    ]
    assert found == rows


@pytest.mark.parametrize(
    "sentence",
    [
        "Ủy ban nhân dân tỉnh đã ban hành Quyết định số 12/QĐ-UBND ngày 05/3/2025 về việc này.",
        "Kinh phí thực hiện Kế hoạch được bố trí từ ngân sách nhà nước hằng năm theo phân cấp.",
        "Nghị quyết này có hiệu lực kể từ ngày ký.",
        "Cơ quan có từ 5% hồ sơ trễ hạn trở lên thì người đứng đầu phải giải trình với Chủ tịch UBND tỉnh.",
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
    (task,) = read("UBND các xã gắn trách nhiệm người đứng đầu với chỉ số được công bố hằng năm.")
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
        Clause("III", "III", "TỔ CHỨC THỰC HIỆN", "III. TỔ CHỨC THỰC HIỆN", None, "heading", ("III. TỔ CHỨC THỰC HIỆN",)),
        Clause("III.1", "1", "Sở Nội vụ", text, "III", "item", (first, second)),
    ]
    (task,) = extract_tasks(clauses, Metadata())
    assert task.quote in first
    assert task.due == date(2025, 6, 30)


def test_a_body_called_upon_acts() -> None:
    (task,) = read("Phát huy vai trò giám sát của Mặt trận Tổ quốc và các tổ chức chính trị - xã hội.", under="NHIỆM VỤ, GIẢI PHÁP")
    assert task.lead == ("Mặt trận Tổ quốc", "các tổ chức chính trị - xã hội")


def test_long_text_is_read_in_linear_time() -> None:
    import time

    sentence = "Các sở, ban, ngành, UBND các xã, phường, đặc khu và các cơ quan, đơn vị liên quan; "
    spans = []
    for times in (40, 80, 160):
        begin = time.perf_counter()
        read(sentence * times + "rà soát, báo cáo.")
        spans.append(time.perf_counter() - begin)
    assert spans[2] < max(0.5, 12 * spans[0])
