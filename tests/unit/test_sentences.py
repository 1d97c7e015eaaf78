"""Clauses cut into sentences: nothing is lost or made up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.text import collapse
from index.sentences import sentences

PROSE = st.text(alphabet='aăbđeghiồờm 0123456789.;:!?-+(“”)"\nABSĐ,', max_size=600).map(collapse)


def test_sentences_end_at_full_stops_and_semicolons() -> None:
    text = (
        "1. Sở Y tế chủ trì rà soát mạng lưới trạm y tế xã trong năm 2026; Sở Tài chính bố trí kinh phí sửa chữa theo "
        "kế hoạch. Cấp xã báo cáo kết quả trước ngày 15/12 hằng năm."
    )
    assert sentences(text) == [
        "1. Sở Y tế chủ trì rà soát mạng lưới trạm y tế xã trong năm 2026;",
        "Sở Tài chính bố trí kinh phí sửa chữa theo kế hoạch.",
        "Cấp xã báo cáo kết quả trước ngày 15/12 hằng năm.",
    ]


def test_numbers_titles_and_labels_end_no_sentence() -> None:
    text = "Đến năm 2030 có 1.200 hộ và 46.5 km kênh do TS. Lò Văn Nam tư vấn, đạt mục tiêu của tỉnh Hòa Sơn"
    assert sentences(text) == [text]


def test_nothing_has_no_sentences() -> None:
    assert sentences("") == sentences("   ") == []


@given(PROSE)
def test_every_sentence_is_an_exact_piece_in_order(text: str) -> None:
    at = 0
    for part in sentences(text):
        at = text.index(part, at) + len(part)


@given(PROSE)
def test_no_word_is_lost(text: str) -> None:
    def letters(value: str) -> list[str]:
        return [c for c in value if c.isalnum()]

    assert letters("".join(sentences(text))) == letters(text)
