"""Tokens of the lexical index: numbers, dates and codes survive, spelling variants meet."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from index.tokens import encode, folded, pair_key, tokenize


def test_an_article_number_of_one_character_is_kept() -> None:
    assert tokenize("Điều 5").sequence == ["điều", "5"]


def test_a_directive_number_is_kept_whole_and_in_parts() -> None:
    tokens = tokenize("Kết luận số 15-KL/TU")
    assert tokens.sequence == ["kết", "luận", "số", "15", "kl", "tu"]
    assert tokens.wholes == ["15-kl/tu"]


def test_a_date_is_kept_whole_and_in_parts() -> None:
    tokens = tokenize("trước ngày 31/12.")
    assert tokens.wholes == ["31/12"]
    assert tokens.sequence[-2:] == ["31", "12"]


def test_decimals_and_thousands_are_one_number() -> None:
    tokens = tokenize("đạt 46,5% và 1.200.000 đồng")
    assert tokens.sequence == ["đạt", "46,5", "và", "1.200.000", "đồng"]
    assert tokens.wholes == ["46,5%"]


def test_a_space_before_the_percent_sign_makes_no_difference() -> None:
    assert tokenize("65 %") == tokenize("65%")


def test_an_outline_number_yields_its_parts() -> None:
    assert tokenize("mục 3.2.1 nêu").sequence == ["mục", "3", "2", "1", "nêu"]


def test_tone_placement_dashes_and_case_do_not_matter() -> None:
    assert tokenize("Uỷ ban 15–KL/TU HOÀ") == tokenize("ủy ban 15-kl/tu hòa")


def test_decomposed_text_gives_the_same_tokens() -> None:
    text = "Đẩy mạnh cải cách thủ tục"
    assert tokenize(unicodedata.normalize("NFD", text)) == tokenize(text)


def test_folding_drops_marks_and_writes_d_for_d_with_stroke() -> None:
    assert folded(tokenize("Đất đai số 15/NĐ-CP")).sequence == ["dat", "dai", "so", "15", "nd", "cp"]


def test_pairs_join_neighbours_but_never_two_texts() -> None:
    encoded = encode(["xã Hòa Lộc", "huyện"])
    keys, rows = encoded.pairs()
    names = {key: number for number, key in enumerate(encoded.vocabulary)}
    expected = [pair_key(names[a], names[b]) for a, b in (("xã", "hòa"), ("hòa", "lộc"))]
    assert keys.tolist() == expected
    assert rows.tolist() == [0, 0]


def test_a_folded_encoding_keeps_positions_and_merges_spellings() -> None:
    encoded = encode(["bản bán ban", "đá da"]).folded()
    assert encoded.vocabulary == ["ban", "da"]
    assert encoded.ids.tolist() == [0, 0, 0, 1, 1]
    assert encoded.rows.tolist() == [0, 0, 0, 1, 1]


@given(st.lists(st.text(max_size=60), max_size=8))
def test_encoding_agrees_with_tokenizing_each_text(texts: list[str]) -> None:
    encoded = encode(texts)
    for row, text in enumerate(texts):
        ids = encoded.ids[encoded.rows == row]
        assert [encoded.vocabulary[i] for i in ids] == tokenize(text).sequence


@given(st.text(max_size=80))
def test_tokenizing_the_tokens_again_changes_nothing(text: str) -> None:
    once = tokenize(text).sequence
    assert [t for token in once for t in tokenize(token).sequence] == once
