"""Numerals in Vietnamese notation."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.numbers import NUMERAL, count_words, number_words, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,5", 1234.5),
        ("01", 1),
        ("46,5", 46.5),
        ("46.5", 46.5),
        ("20.000", 20000),
        ("1.250.000", 1250000),
        ("1,234,567", 1234567),
        ("7,320", 7.32),
        ("một", 1),
        ("mười", 10),
        ("mười hai", 12),
        ("hai mươi lăm", 25),
        ("một trăm linh năm", 105),
        ("Ba", 3),
    ],
)
def test_a_numeral_has_its_value(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["", "xã", "mươi", "1/2", "12a", "hai mười"])
def test_what_is_no_numeral_has_no_value(text: str) -> None:
    assert parse_number(text) is None


def test_a_counting_word_is_never_the_year_or_the_negation() -> None:
    assert not re.fullmatch(count_words(), "năm")
    assert not re.fullmatch(count_words(), "không")
    assert re.fullmatch(count_words(), "ba")


def test_the_tables_of_number_words_load() -> None:
    assert number_words()["quarters"]["IV"] == 4


@given(st.integers(0, 10**9))
def test_grouped_thousands_read_back(value: int) -> None:
    written = f"{value:,}".replace(",", ".")
    assert re.fullmatch(NUMERAL, written)
    assert parse_number(written) == value


@given(st.integers(0, 99999), st.integers(1, 9))
def test_a_decimal_comma_reads_back(whole: int, tenth: int) -> None:
    assert parse_number(f"{whole},{tenth}") == pytest.approx(whole + tenth / 10)


@given(st.text(max_size=30))
def test_any_text_is_read_without_error(text: str) -> None:
    parse_number(text)
