"""What kind of thing a question wants, and whether a text has one at all."""

from __future__ import annotations

import pytest

from index.expected import expected, lacking


def wanted(question: str) -> set[str]:
    return {e.name for e in expected(question)}


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Kinh phí thực hiện hết bao nhiêu tiền?", "money"),
        ("Tổng mức đầu tư trạm bơm là mấy tỷ?", "money"),
        ("Đạt mấy phần trăm?", "percent"),
        ("Có bao nhiêu trạm y tế?", "figure"),
        ("Nộp ngày nào?", "day"),
        ("Bao giờ xong?", "time"),
        ("Mấy tháng một lần phải báo cáo?", "cadence"),
        ("Sở nào làm?", "department"),
        ("Cơ quan nào chủ trì?", "actor"),
        ("Tổ trưởng tổ công tác tên là gì?", "person"),
        ("Cho xin số điện thoại đường dây nóng", "contact"),
    ],
)
def test_a_question_says_what_kind_of_answer_it_wants(question: str, kind: str) -> None:
    assert kind in wanted(question)


def test_a_question_about_content_wants_nothing_in_particular() -> None:
    assert wanted("Nội dung tuyên truyền gồm những điểm chính") == set()


@pytest.mark.parametrize(
    ("question", "without", "with_it"),
    [
        ("Hết bao nhiêu tiền?", "Sở Tài chính bố trí ngân sách 2 đợt.", "Bố trí 12 tỷ đồng từ ngân sách tỉnh."),
        ("Mấy phần trăm?", "Giảm 12 đầu mối.", "Giảm 12 % đầu mối."),
        ("Nộp ngày nào?", "Nộp trong năm 2026.", "Nộp trước ngày 15/12."),
        ("Bao giờ xong?", "Sở Y tế chủ trì.", "Hoàn thành trong quý II."),
        ("Sở nào làm?", "Cấp xã chủ trì.", "Sở Y tế chủ trì."),
        ("Số điện thoại nào?", "Gửi về Phòng Nghiệp vụ.", "Gọi 0200 123 456."),
    ],
)
def test_a_text_lacks_or_holds_what_is_wanted(question: str, without: str, with_it: str) -> None:
    assert lacking(expected(question), without)
    assert lacking(expected(question), with_it) == frozenset()


def test_dates_of_cited_documents_are_no_answer_to_when() -> None:
    cited = "Triển khai Kế hoạch số 45-KH/TU ngày 20/5/2023 của Tỉnh ủy."
    assert "day" in lacking(expected("Nộp ngày nào?"), cited)


def test_nothing_is_lacking_where_nothing_is_wanted() -> None:
    assert lacking((), "") == frozenset()
