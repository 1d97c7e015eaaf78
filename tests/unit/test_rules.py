"""Rules: thresholds and conditions with what follows from them."""

from __future__ import annotations

import pytest

from corpus.records import Clause, Rule
from corpus.rules import extract_rules


def rules_of(text: str, heading: str = "Nhiệm vụ, giải pháp") -> list[Rule]:
    clauses = [
        Clause("II", "II", heading, heading, None, "heading", (heading,)),
        Clause("II.-1", "-", text[:40], text, "II", "bullet", (text,)),
    ]
    return list(extract_rules(clauses))


@pytest.mark.parametrize(
    ("text", "condition", "consequence"),
    [
        (
            "- Đơn vị có từ 7% hồ sơ quá hạn trở lên thì không được xếp loại tốt.",
            "Đơn vị có từ 7% hồ sơ quá hạn trở lên",
            "Không được xếp loại tốt",
        ),
        (
            "- Xem xét trách nhiệm người đứng đầu nếu để xảy ra thất thoát.",
            "Để xảy ra thất thoát",
            "Xem xét trách nhiệm người đứng đầu",
        ),
        (
            "- Không xét thi đua đối với xã, phường có tỷ lệ giải ngân dưới 80%.",
            "Xã, phường có tỷ lệ giải ngân dưới 80%",
            "Không xét thi đua",
        ),
        ("- Kiểm tra doanh nghiệp không quá 01 lần/năm.", "Kiểm tra doanh nghiệp", "Không quá 01 lần/năm"),
        (
            "- Hợp tác xã phải có từ 15 thành viên trở lên mới được vay vốn.",
            "Hợp tác xã phải có từ 15 thành viên trở lên",
            "Mới được vay vốn",
        ),
        ("a) Hạng A: từ 88 điểm trở lên;", "Từ 88 điểm trở lên", "Hạng A"),
        ("- Xã khai khống diện tích bị thu hồi kinh phí.", "Xã khai khống diện tích", "Bị thu hồi kinh phí"),
        (
            "- Trường hợp mất điện quá 6 giờ, giám đốc phải báo cáo ngay.",
            "Mất điện quá 6 giờ",
            "Giám đốc phải báo cáo ngay",
        ),
        (
            "- Cấp ủy chỉ được xếp loại trung bình nếu để trên 15% số thôn không có chi bộ.",
            "Để trên 15% số thôn không có chi bộ",
            "Cấp ủy chỉ được xếp loại trung bình",
        ),
        ("- Xử lý nghiêm các tổ chức, cá nhân vi phạm.", "Tổ chức, cá nhân vi phạm", "Xử lý nghiêm"),
        (
            "- Chi bộ xếp loại xuất sắc phải có 100% đảng viên học nghị quyết.",
            "Chi bộ xếp loại xuất sắc",
            "Phải có 100% đảng viên học nghị quyết",
        ),
    ],
)
def test_a_rule_has_its_condition_and_consequence(text: str, condition: str, consequence: str) -> None:
    (rule,) = rules_of(text)
    assert (rule.condition, rule.consequence) == (condition, consequence)
    assert rule.quote in text


def test_two_thresholds_joined_by_or_are_two_rules() -> None:
    text = (
        "- Không xếp hạng tốt đối với các cơ quan có từ 6% hồ sơ chậm trở lên, hoặc chỉ số hài lòng từ 75% trở xuống."
    )
    first, second = rules_of(text)
    assert first.condition == "Các cơ quan có từ 6% hồ sơ chậm trở lên"
    assert second.condition == "Các cơ quan chỉ số hài lòng từ 75% trở xuống"
    assert first.consequence == second.consequence == "Không xếp hạng tốt"


@pytest.mark.parametrize(
    "text",
    [
        "- Phấn đấu tỷ lệ hài lòng đạt từ 85% trở lên.",
        "- Xây dựng đội ngũ cán bộ có năng lực, tận tụy.",
        "- Hoàn thành trước ngày 30/6/2026.",
    ],
)
def test_goals_and_tasks_are_no_rules(text: str) -> None:
    assert rules_of(text) == []


def test_what_is_told_of_the_past_is_no_rule() -> None:
    assert rules_of("- Đã xử lý nghiêm các cá nhân vi phạm.", heading="Tình hình và nguyên nhân") == []
