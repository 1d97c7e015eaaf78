"""Restoring diacritics: from the documents' own wording, only where they are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import fold, nfc
from index.diacritics import DiacriticRestorer, everyday_phrases, learn_restorer, mostly_unmarked
from index.tokens import encode

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [
    "Sở Nội vụ chủ trì, phối hợp với Sở Tài chính tham mưu Ủy ban nhân dân tỉnh Hòa Sơn",
    "Giảm tỷ lệ hộ nghèo bình quân 1,5% mỗi năm, đến năm 2027 còn dưới 2%",
    "Đào tạo, bồi dưỡng cán bộ, công chức cấp xã; cán bộ chuyên trách",
    "Định kỳ báo cáo kết quả thực hiện trước ngày 15 tháng 12 hằng năm",
    "Bán đấu giá quyền sử dụng đất; bàn giao mặt bằng",
]


@pytest.fixture(scope="module")
def restorer() -> DiacriticRestorer:
    return learn_restorer(encode(TEXTS))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("so noi vu chu tri viec gi", "sở nội vụ chủ trì việc gì"),
        ("can bo cong chuc cap xa", "cán bộ công chức cấp xã"),
        ("can bao nhieu", "cần bao nhiêu"),
        ("ban giao mat bang", "bàn giao mặt bằng"),
        ("ban dau gia", "bán đấu giá"),
        ("den nam 2031", "đến năm 2031"),
    ],
)
def test_marks_come_from_the_neighbours(restorer: DiacriticRestorer, typed: str, meant: str) -> None:
    assert restorer.restore(typed) == meant


def test_capitals_stay(restorer: DiacriticRestorer) -> None:
    assert restorer.restore("So Noi vu BAO CAO") == "Sở Nội vụ BÁO CÁO"


def test_numbers_and_codes_stay(restorer: DiacriticRestorer) -> None:
    assert restorer.restore("theo 15-KL/TU bao cao truoc ngay 15/12") == "theo 15-KL/TU báo cáo trước ngày 15/12"


def test_a_question_with_its_marks_is_left_alone(restorer: DiacriticRestorer) -> None:
    text = "Cán bộ cấp xã phải làm gì để giảm nghèo?"
    assert restorer.restore(text) == text


def test_half_marked_questions_are_completed_around_what_was_marked(restorer: DiacriticRestorer) -> None:
    assert restorer.restore("bao cao ket qua thuc hien hằng nam") == "báo cáo kết quả thực hiện hằng năm"


def test_unknown_words_stay(restorer: DiacriticRestorer) -> None:
    assert restorer.restore("blockchain bao cao") == "blockchain báo cáo"


def test_a_model_of_no_documents_still_knows_question_words() -> None:
    assert learn_restorer(encode([])).restore("la bao nhieu") == "là bao nhiêu"


def test_a_model_read_back_restores_the_same(restorer: DiacriticRestorer, tmp_path: Path) -> None:
    restorer.save(tmp_path)
    again = DiacriticRestorer.load(tmp_path)
    assert [again.restore(fold(text)) for text in TEXTS] == [restorer.restore(fold(text)) for text in TEXTS]


def test_the_documents_own_wording_comes_back_almost_whole(restorer: DiacriticRestorer) -> None:
    right = total = 0
    for text in TEXTS:
        pairs = list(zip(restorer.restore(fold(text)).split(), text.lower().split(), strict=True))
        right += sum(a == b for a, b in pairs)
        total += len(pairs)
    assert right / total > 0.95


def test_everyday_phrases_carry_marks_and_no_comments() -> None:
    phrases = everyday_phrases()
    assert len(phrases) > 100
    assert not [phrase for phrase in phrases if phrase.startswith("#")]


def test_ordinary_vietnamese_is_not_taken_for_unmarked() -> None:
    assert not mostly_unmarked("Trong năm nay ai phải nộp báo cáo cho Sở Tài chính?")
    assert mostly_unmarked("trong nam nay ai phai nop bao cao")
    assert not mostly_unmarked("15/12")


@given(st.text(max_size=80))
def test_restoring_changes_nothing_but_marks(text: str) -> None:
    restorer = learn_restorer(encode(TEXTS))
    assert fold(restorer.restore(text)) == fold(nfc(text))


def test_a_question_typed_without_tones_gets_them(restorer: DiacriticRestorer) -> None:
    assert restorer.restore("kêt qua thưc hiên") == "kết quả thực hiện"
    assert restorer.restore("đên năm 2027, cân bô công chưc câp xa").startswith("đến năm 2027")
