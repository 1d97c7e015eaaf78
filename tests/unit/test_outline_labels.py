"""The label at the beginning of a line, alone."""

from __future__ import annotations

import pytest

from corpus.outline.labels import Family, read_label, roman_value


@pytest.mark.parametrize(
    ("text", "family", "label", "rest"),
    [
        ("I. MỤC TIÊU", Family.ROMAN, "I", "MỤC TIÊU"),
        ("II- MỤC TIÊU", Family.ROMAN, "II", "MỤC TIÊU"),
        ("III - TỔ CHỨC", Family.ROMAN, "III", "TỔ CHỨC"),
        ("Il. NHIỆM VỤ", Family.ROMAN, "II", "NHIỆM VỤ"),
        ("A- TÌNH HÌNH", Family.LETTER_CAPITAL, "A", "TÌNH HÌNH"),
        ("1. Mục đích", Family.ARABIC, "1", "Mục đích"),
        ("01. Mục đích", Family.ARABIC, "1", "Mục đích"),
        ("1.Mục đích", Family.ARABIC, "1", "Mục đích"),
        ("2- Những việc", Family.ARABIC, "2", "Những việc"),
        ("3/ Sở Y tế", Family.ARABIC, "3", "Sở Y tế"),
        ("1.1 - Mục tiêu chung", Family.DOTTED_2, "1.1", "Mục tiêu chung"),
        ("2.3.1. Giao thông", Family.DOTTED_3, "2.3.1", "Giao thông"),
        ("2.4 Giáo dục", Family.DOTTED_2, "2.4", "Giáo dục"),
        ("a) Rà soát", Family.LETTER, "a", "Rà soát"),
        ("đ) Rà soát", Family.LETTER, "đ", "Rà soát"),
        ("a. Rà soát", Family.LETTER, "a", "Rà soát"),
        ("a1) Rà soát", Family.LETTER_NUMBER, "a1", "Rà soát"),
        ("1) Rà soát", Family.BRACKET, "1", "Rà soát"),
        ("(2) Rà soát", Family.BRACKET, "2", "Rà soát"),
        ("(ii) Rà soát", Family.ROMAN_SMALL, "ii", "Rà soát"),
        ("- Rà soát", Family.DASH, "-", "Rà soát"),
        ("– Rà soát", Family.DASH, "–", "Rà soát"),
        ("+ Rà soát", Family.PLUS, "+", "Rà soát"),
        ("*   Rà soát", Family.STAR, "*", "Rà soát"),
        ("• Rà soát", Family.DOT, "•", "Rà soát"),
        ("Điều 12. Hiệu lực", Family.ARTICLE, "Đ12", "Hiệu lực"),
        ("Chương II", Family.CHAPTER, "C2", ""),
        ("CHƯƠNG II QUY ĐỊNH CHUNG", Family.CHAPTER, "C2", "QUY ĐỊNH CHUNG"),
        ("Phần thứ hai", Family.PART, "Ph2", ""),
        ("Mục 3. Kiểm tra", Family.SECTION, "M3", "Kiểm tra"),
    ],
)
def test_every_convention_of_numbering_is_read(text: str, family: Family, label: str, rest: str) -> None:
    found = read_label(text)
    assert found is not None
    assert (found.family, found.text, found.rest) == (family, label, rest)


@pytest.mark.parametrize(
    "text",
    [
        "1 - 1,5%/năm",
        "12-CTr/TU ngày 31/3/2017",
        "31/12/2025 phải xong",
        "02/10/2023 của cấp trên",
        "2025. Trong đó",
        "7.1% mỗi năm",
        "V/v đôn đốc báo cáo",
        "Điều 5 Luật Đất đai quy định",
        "---",
        "**",
        "các sở, ngành",
        "Sở Nội vụ chủ trì",
        "100% hộ dân",
    ],
)
def test_ranges_dates_numbers_and_sentences_are_no_labels(text: str) -> None:
    assert read_label(text) is None


def test_roman_numbers_have_their_values() -> None:
    assert [roman_value(n) for n in ("I", "IV", "IX", "XIV", "XL", "AB")] == [1, 4, 9, 14, 40, 0]
