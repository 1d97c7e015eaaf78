"""Keys, tokens and row ids: readable, unique, the same on every machine."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from corpus.identity import (
    base_key,
    clause_token,
    number_key,
    reading_version,
    slug,
    suffixed_key,
    target_ids,
    task_ids,
)
from corpus.records import Directive, Metadata, Source, Target, Task


def test_every_spelling_of_a_number_compares_equal() -> None:
    assert {number_key(n) for n in ("91-KL/TU", "Số 91 -KL/TU", "số: 91–KL/TU", "091-KL / TU")} == {"91-kl/tu"}


def test_no_number_has_no_key() -> None:
    assert number_key(None) is None
    assert number_key("  ") is None


def test_a_party_number_is_keyed_with_its_place_and_year() -> None:
    meta = Metadata(number="12-KH/TU", place="Hòa Sơn", issued_on=date(2024, 5, 31))
    assert base_key(meta) == "12-kh-tu-hoa-son-2024"


def test_the_same_number_of_two_years_gives_two_keys() -> None:
    first, second = (Metadata(number="5/KH-UBND", place="Hòa Sơn", issued_on=date(y, 1, 2)) for y in (2023, 2024))
    assert base_key(first) != base_key(second)


def test_a_year_that_stands_in_the_number_is_not_repeated() -> None:
    assert (
        base_key(Metadata(number="55/2022/QH15", issuer="Quốc hội", issued_on=date(2022, 6, 1)))
        == "55-2022-qh15-quoc-hoi"
    )


def test_a_day_that_is_missing_still_leaves_the_year() -> None:
    assert base_key(Metadata(number="7-KH/TU", issued_month="2026-04")) == "7-kh-tu-2026"


def test_a_directive_without_a_number_is_keyed_by_kind_title_and_text() -> None:
    meta = Metadata(kind="Kế hoạch", title="về chuyển đổi số")
    one, two = (suffixed_key(base_key(meta), Directive(Source(text), meta, ())) for text in ("một", "hai"))
    assert one.startswith("ke-hoach-ve-chuyen-doi-so-")
    assert one != two


def test_a_directive_that_says_nothing_of_itself_still_has_a_key() -> None:
    assert base_key(Metadata()) == "van-ban"


@given(st.text(), st.integers(min_value=1, max_value=80))
def test_a_slug_is_short_ascii_without_loose_dashes(text: str, limit: int) -> None:
    made = slug(text, limit)
    assert len(made) <= limit
    assert made == "" or all(part.isascii() and part.isalnum() for part in made.split("-"))


@given(st.text(min_size=1))
def test_a_number_key_ignores_spaces_around_it(number: str) -> None:
    assert number_key(number) == number_key(f"  {number} ")


def test_a_token_is_sixteen_hex_digits_of_directive_and_path() -> None:
    token = clause_token("12-kh-tu-hoa-son-2024", "II.4.-1")
    assert len(token) == 16
    assert int(token, 16) >= 0
    assert token != clause_token("12-kh-tu-hoa-son-2024", "II.4.-2")


def test_row_ids_survive_an_edit_elsewhere_and_change_with_their_own_content() -> None:
    kept, other = (
        Target("I.1", "Tỉ lệ phủ sóng", "đạt 95%", value=95.0),
        Target("I.2", "Số hộ nghèo", "giảm 2%", value=2.0),
    )
    assert target_ids("k", [kept])[0] in target_ids("k", [other, kept])
    assert target_ids("k", [kept]) != target_ids("k", [Target("I.1", "Tỉ lệ phủ sóng", "đạt 96%", value=96.0)])
    assert target_ids("k", [kept]) != target_ids("another", [kept])


def test_a_row_said_twice_has_two_ids() -> None:
    task = Task("III.1", "báo cáo kết quả", "báo cáo kết quả", lead=("Sở Tài chính",))
    assert len(set(task_ids("k", [task, task]))) == 2


def test_the_reading_version_is_the_same_within_a_run() -> None:
    assert reading_version() == reading_version()
    assert len(reading_version()) == 64
