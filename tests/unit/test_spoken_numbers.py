"""Spoken numbers in digits, and words that only look like numbers left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.spoken_numbers import in_digits


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("hai mươi phần trăm số hộ", "20% số hộ"),
        ("mười nghìn dân", "10.000 dân"),
        ("trong vòng mười lăm ngày", "trong vòng 15 ngày"),
        ("ba trăm năm mươi xã", "350 xã"),
        ("một trăm linh năm hồ", "105 hồ"),
        ("từ chục triệu trở lên", "từ 10 triệu trở lên"),
        ("đến hai nghìn không trăm ba mươi", "đến 2030"),
        ("nửa số xã", "50% số xã"),
        ("20 phần trăm", "20%"),
    ],
)
def test_numbers_as_people_say_them(spoken: str, written: str) -> None:
    assert in_digits(spoken) == written


@pytest.mark.parametrize(
    "text",
    ["hai lần một năm", "năm năm liền", "ba tháng", "vốn đầu tư", "một cửa", "hai ba mươi", "phần trăm", "Ba Trại", "nửa năm"],
)
def test_words_that_are_no_number_of_ten_or_more_stay(text: str) -> None:
    assert in_digits(text) == text


@given(st.text())
def test_any_text_is_borne(text: str) -> None:
    assert isinstance(in_digits(text), str)
