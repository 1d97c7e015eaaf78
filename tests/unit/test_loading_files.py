"""Names of files as people and programs send them, and values as people type them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.loading_fields import field_typed
from bot.desk.loading_files import NAME_LIMIT, discard, keep, place_in_library, safe_name, suffix_of
from bot.desk.typed_values import day_typed, figure_typed

TODAY = date(2025, 3, 1)


@given(st.text(max_size=300))
def test_a_safe_name_is_one_visible_name_inside_its_folder(given_name):
    name = safe_name(given_name)
    assert name
    assert not name.startswith(".")
    assert not set(name) & set('/\\\0\n\r\t:*?"<>|')
    assert len(name) <= NAME_LIMIT + 11
    assert safe_name(name) == name


@given(st.text(min_size=1, max_size=200))
def test_a_kept_file_stays_under_the_library(tmp_path_factory, given_name):
    library = tmp_path_factory.getbasetemp() / "library"
    path = place_in_library(library, "a" * 64, safe_name(given_name))
    assert path.resolve().is_relative_to(library.resolve())


def test_a_file_is_kept_whole_for_its_owner_alone_and_discarded_with_its_folder(tmp_path):
    path = place_in_library(tmp_path / "library", "f" * 64, "a.txt")
    keep(b"one", path)
    keep(b"two", path)
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]
    discard(path)
    assert not path.parent.exists()


@pytest.mark.parametrize(("name", "suffix"), [("a.TXT", ".txt"), ("a", ""), ("a.b.md", ".md"), ("", "")])
def test_a_suffix_is_read_whatever_its_case(name, suffix):
    assert suffix_of(name) == suffix


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_day_is_read_in_every_way_people_write_it(day):
    ways = (f"{day.day}/{day.month}/{day.year}", day.strftime("%d.%m.%Y"), day.strftime("%d-%m-%Y"), day.isoformat())
    assert {day_typed(way) for way in ways} == {day}


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_value_or_none(text):
    assert day_typed(text) is None or isinstance(day_typed(text), date)
    assert figure_typed(text) is None or isinstance(figure_typed(text), float)
    for field in ("number", "issued_on", "title"):
        assert field_typed(field, text, TODAY) is False or isinstance(field_typed(field, text, TODAY), str)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("number", "Số: 12/KH-UBND", "12/KH-UBND"),
        ("number", "91 - KL/TU", "91-KL/TU"),
        ("number", "31/2025/QĐ-UBND", "31/2025/QĐ-UBND"),
        ("number", "12/KH-UBND và 13/KH-UBND", False),
        ("number", "kế hoạch 12/KH-UBND", False),
        ("number", "12", False),
        ("issued_on", "ngày 5/3/2025", "2025-03-05"),
        ("issued_on", "5/3/1800", False),
        ("issued_on", "5/3/2035", False),
        ("title", "  Về   số hóa  ", "Về số hóa"),
        ("title", "…", False),
        ("title", "x" * 501, False),
    ],
)
def test_fields_of_a_directive_are_checked(field, typed, value):
    assert field_typed(field, typed, TODAY) == value
