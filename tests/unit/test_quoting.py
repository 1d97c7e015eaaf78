"""What is quoted stands in the source word for word, and never more than fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import collapse
from index.answers import QUOTE_LIMIT
from index.quoting import excerpt, quote_of, shorten
from index.sentences import sentences

SENTENCE = "Ủy ban nhân dân xã Suối Lạnh kiểm tra trạm bơm số {} trước ngày 15 hằng tháng."
LONG = " ".join(SENTENCE.format(n) for n in range(40))
SEGMENT = st.text(alphabet="aăđếồ 0129.;,:AĐ-", min_size=1, max_size=400).map(collapse).filter(bool)


def test_a_clause_that_fits_is_quoted_whole() -> None:
    assert quote_of(["Trạm bơm chạy từ tháng 3."], None) == "Trạm bơm chạy từ tháng 3."


def test_a_clause_cut_in_two_by_a_page_quotes_the_piece_that_answers() -> None:
    pieces = ["Trạm bơm chạy từ tháng 3 đến hết", "tháng 9 hằng năm theo lịch của xã."]
    assert quote_of(pieces, "tháng 9 hằng năm") == pieces[1]
    assert quote_of(pieces, None) in pieces


@pytest.mark.parametrize("number", [0, 17, 39])
def test_a_long_clause_is_quoted_around_the_sentence_that_answers(number: int) -> None:
    quote = quote_of([LONG], SENTENCE.format(number))
    assert len(quote) <= QUOTE_LIMIT
    assert SENTENCE.format(number) in quote
    assert quote in LONG
    assert len(quote) > QUOTE_LIMIT - 2 * len(SENTENCE)


def test_one_endless_sentence_is_cut_at_a_comma_or_a_space() -> None:
    endless = ", ".join(f"trạm bơm số {n}" for n in range(300))
    quote = quote_of([endless], endless)
    assert endless.startswith(quote)
    assert QUOTE_LIMIT // 2 < len(quote) <= QUOTE_LIMIT
    assert endless[len(quote)] in ", "


@given(st.lists(SEGMENT, min_size=1, max_size=4), st.data(), st.integers(60, 500))
def test_every_quote_is_an_exact_piece_of_one_segment_and_within_its_limit(
    segments: list[str], data: st.DataObject, limit: int
) -> None:
    parts = [part for segment in segments for part in sentences(segment)]
    asked = data.draw(st.none() | st.sampled_from(parts)) if parts else None
    quote = quote_of(segments, asked, limit)
    assert len(quote) <= limit
    assert any(quote in segment for segment in segments)


@given(st.lists(SEGMENT, min_size=1, max_size=4))
def test_something_is_always_quoted(segments: list[str]) -> None:
    assert quote_of(segments, None).strip()


def test_an_excerpt_marks_what_it_leaves_out_on_either_side() -> None:
    shown = excerpt(LONG, SENTENCE.format(20), 300)
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert SENTENCE.format(20) in shown
    assert excerpt("Ngắn thôi.", "Ngắn thôi.", 300) == "Ngắn thôi."


@given(st.text(alphabet="ab đế,;. ", max_size=400), st.integers(20, 220))
def test_what_is_shortened_fits_and_says_that_it_was_cut(text: str, limit: int) -> None:
    shown = shorten(text, limit)
    assert len(shown) <= limit
    assert shown == collapse(text) or shown.endswith("…")
