"""Questions about a directive itself are told from questions about what it says."""

from __future__ import annotations

import pytest

from index.answers import Question
from index.particulars import asked_particulars
from index.query import understand


def asked(text: str) -> tuple[str, ...]:
    return asked_particulars(understand(Question(text)))


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Kế hoạch 45 do ai ký?", ("signer",)),
        ("Người ký Kế hoạch 45 là ai?", ("signer",)),
        ("Kế hoạch nước sạch mang số hiệu gì?", ("number",)),
        ("Kế hoạch về nước sạch của tỉnh số mấy?", ("number",)),
        ("Kế hoạch 45 ban hành ngày nào?", ("date",)),
        ("Chỉ thị 17 ra ngày nào?", ("date",)),
        ("Cơ quan nào ban hành Kế hoạch 45?", ("issuer",)),
        ("Nơi nhận Kế hoạch 45 gồm những ai?", ("recipients",)),
        ("Kế hoạch 45 được gửi tới những nơi nào?", ("recipients",)),
        ("Kế hoạch 45 ai ký, ban hành khi nào?", ("signer", "date")),
    ],
)
def test_what_is_asked_of_a_directive_itself(question: str, names: tuple[str, ...]) -> None:
    assert asked(question) == names


@pytest.mark.parametrize(
    "question",
    [
        "Sở Y tế gửi báo cáo cho ai?",
        "Đến năm 2030 đạt bao nhiêu?",
        "Ai chủ trì sửa trạm bơm?",
        "Có bao nhiêu số hộ nghèo?",
        "Khi nào phải xong quy hoạch?",
    ],
)
def test_questions_about_what_it_says_are_not(question: str) -> None:
    assert asked(question) == ()
