"""Several questions in one message are told apart, and one question is left whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answers import ANSWER_LIMIT, HEADLINE_LIMIT, Answer, Citation
from index.compound import Part, continued, joined, parts


def texts(message: str) -> list[str]:
    return [part.text for part in parts(message)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Trạm bơm Suối Lạnh bao giờ xong và ai chủ trì?", ["Trạm bơm Suối Lạnh bao giờ xong", "ai chủ trì"]),
        (
            "Tỉ lệ hộ dùng nước sạch bao nhiêu? Ai kiểm tra chất lượng nước?",
            ["Tỉ lệ hộ dùng nước sạch bao nhiêu", "Ai kiểm tra chất lượng nước"],
        ),
        (
            "kho dữ liệu do ai lập, phối hợp với ai và bao giờ dùng?",
            ["kho dữ liệu do ai lập", "phối hợp với ai", "bao giờ dùng"],
        ),
        ("1. Ai ký kế hoạch 73? 2. Giá nước tối đa bao nhiêu?", ["Ai ký kế hoạch 73", "Giá nước tối đa bao nhiêu"]),
        ("Sở Y tế báo cáo quý trước ngày nào? Còn báo cáo năm?", ["Sở Y tế báo cáo quý trước ngày nào", "Còn báo cáo năm"]),
        ("Huyện tu bổ mấy đình và chi bao nhiêu phần trăm ngân sách?", ["Huyện tu bổ mấy đình", "chi bao nhiêu phần trăm ngân sách"]),
        ("Theo kế hoạch 73 của tỉnh.\nGiá nước bao nhiêu? Ai lập phương án?", ["Theo kế hoạch 73 của tỉnh, Giá nước bao nhiêu", "Ai lập phương án"]),
    ],
)
def test_what_is_asked_twice_is_answered_twice(message: str, expected: list[str]) -> None:
    assert texts(message) == expected


@pytest.mark.parametrize(
    "message",
    [
        "Sở Y tế và Sở Tài chính phải làm gì?",
        "Chỉ tiêu nước sạch và hộ nghèo năm 2030 là bao nhiêu?",
        "Ai và khi nào phải báo cáo tiến độ?",
        "mấy dự án điện và nước thì làm sao?",
        "Giảm hộ nghèo bao nhiêu và so với năm nào?",
        "Tỉ lệ nước sạch tăng từ bao nhiêu lên bao nhiêu?",
        "Cảm ơn bạn. Sở Y tế báo cáo ai?",
        "Sở Y tế báo cáo cho ai? Cảm ơn!",
        "nơi nào cũng phải lập tổ quản lý và báo cáo cho ai?",
        "Quy định bảo vệ rừng, hồ chứa, sông suối thế nào?",
        "",
    ],
)
def test_one_question_stays_whole(message: str) -> None:
    assert len(parts(message)) == 1


def test_a_part_after_a_comma_hangs_on_the_one_before_and_a_sentence_stands_apart() -> None:
    assert parts("Trạm bơm bao giờ xong, ai làm?")[1] == Part("ai làm", apart=False)
    assert parts("Trạm bơm bao giờ xong? Ai làm?")[1] == Part("Ai làm")


def test_the_word_that_ties_a_part_to_the_one_before_is_dropped() -> None:
    assert continued("Và mua bao nhiêu máy tính") == "mua bao nhiêu máy tính"
    assert continued("còn báo cáo năm") == "còn báo cáo năm"


@given(st.text(max_size=300))
def test_any_message_gives_one_to_four_parts(message: str) -> None:
    assert 1 <= len(parts(message)) <= 4


def clause(path: str) -> Citation:
    return Citation("d", "73/KH-UBND", None, path, f"lời của mục {path}")


def said(headline: str, path: str, confidence: float = 0.9) -> Answer:
    return Answer("q", "target", False, confidence, headline, f"{headline}\n\n“lời của mục {path}” (mục {path})", (clause(path),), targets=(path,))


def refused(headline: str) -> Answer:
    return Answer("q", "target", True, 0.1, headline, headline, (clause("9"),))


WHOLE = Answer("cả câu", "target", True, 0.2, "Không nêu.", "Không nêu.", id="7")


def test_two_answers_make_one_with_both_headlines_and_both_clauses() -> None:
    answer = joined(WHOLE, [said("Giá nước: 9.500 đồng.", "1"), said("Sở Tài chính chủ trì.", "2", 0.7)])
    assert answer.headline == "1) Giá nước: 9.500 đồng; 2) Sở Tài chính chủ trì"
    assert answer.answer.startswith(answer.headline)
    assert "lời của mục 1" in answer.answer
    assert "lời của mục 2" in answer.answer
    assert [c.path for c in answer.citations] == ["1", "2"]
    assert answer.targets == ("1", "2")
    assert (answer.id, answer.question, answer.confidence, answer.abstained) == ("7", "cả câu", 0.7, False)


def test_a_part_that_cannot_be_answered_is_said_so() -> None:
    answer = joined(WHOLE, [said("Giá nước: 9.500 đồng.", "1"), refused("Văn bản đã nạp không nêu tên giám đốc.")])
    assert not answer.abstained
    assert "không nêu tên giám đốc" in answer.headline
    assert [c.path for c in answer.citations] == ["1"]


def test_only_when_no_part_is_answered_the_whole_message_counts() -> None:
    assert joined(WHOLE, [refused("a"), refused("b")]) is WHOLE


def test_one_clause_that_answers_all_parts_is_quoted_once() -> None:
    whole = said("Sở Tài chính — hạn 30/9.", "1")
    answer = joined(whole, [said("Sở Tài chính chủ trì.", "1"), said("Hạn 30/9.", "1")])
    assert answer.answer.count("lời của mục 1") == 1
    assert answer.citations == whole.citations


@given(st.lists(st.tuples(st.text(min_size=1, max_size=400), st.booleans()), min_size=2, max_size=4))
def test_a_joined_answer_keeps_within_its_limits(rows: list[tuple[str, bool]]) -> None:
    answers = [refused(text) if gone else said(text, str(n)) for n, (text, gone) in enumerate(rows)]
    answer = joined(WHOLE, answers)
    assert len(answer.headline) <= HEADLINE_LIMIT or answer is WHOLE
    assert len(answer.answer) <= ANSWER_LIMIT or answer is WHOLE
