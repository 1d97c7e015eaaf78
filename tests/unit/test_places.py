"""Provinces before and since the merger of 1 July 2025."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from corpus.places import (
    PlaceMatch,
    canonical_place,
    find_places,
    place_match,
    predecessors,
    same_place,
    successor_place,
)

DATA = Path(__file__).resolve().parents[2] / "corpus" / "data" / "places.yaml"


def test_sixty_three_provinces_became_thirty_four() -> None:
    provinces = yaml.safe_load(DATA.read_text(encoding="utf-8"))["provinces"]
    former = {old for now, formerly in provinces.items() for old in (formerly or [now])}
    assert len(provinces) == 34
    assert len(former) == 63


@pytest.mark.parametrize(
    ("former", "today"),
    [
        ("Bình Định", "Gia Lai"),
        ("Bắc Giang", "Bắc Ninh"),
        ("Ninh Thuận", "Khánh Hòa"),
        ("Đắk Nông", "Lâm Đồng"),
        ("Bà Rịa - Vũng Tàu", "Thành phố Hồ Chí Minh"),
        ("Gia Lai", None),
        ("Hà Nội", None),
        ("Hòa Sơn", None),
    ],
)
def test_a_former_province_is_part_of_one_of_today(former: str, today: str | None) -> None:
    assert successor_place(former) == today


def test_todays_province_knows_what_it_is_made_of() -> None:
    assert predecessors("Lâm Đồng") == ("Đắk Nông", "Bình Thuận", "Lâm Đồng")
    assert predecessors("Hà Nội") == ()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("tỉnh Khánh Hoà", "Khánh Hòa"),
        ("khanh hoa", "Khánh Hòa"),
        ("TP.HCM", "Thành phố Hồ Chí Minh"),
        ("thành phố Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
        ("TP Đà Nẵng", "Đà Nẵng"),
        ("Đăk Lăk", "Đắk Lắk"),
        ("Thừa Thiên Huế", "Huế"),
        ("Hòa Sơn", None),
    ],
)
def test_a_province_has_one_spelling(written: str, name: str | None) -> None:
    assert canonical_place(written) == name


@pytest.mark.parametrize(
    ("asked", "named", "on", "match"),
    [
        ("Gia Lai", "Bình Định", None, PlaceMatch.MERGED),
        ("Bình Định", "Bình Định", None, PlaceMatch.SAME),
        ("Bình Định", "Gia Lai", date(2022, 5, 1), PlaceMatch.NONE),
        ("Bình Định", "Gia Lai", date(2026, 5, 1), PlaceMatch.MERGED),
        ("Khánh Hòa", "Lâm Đồng", None, PlaceMatch.NONE),
        ("Hòa Sơn", "Hoà Sơn", None, PlaceMatch.SAME),
        ("", "", None, PlaceMatch.NONE),
    ],
)
def test_an_asked_place_takes_in_what_was_merged_into_it(
    asked: str, named: str, on: date | None, match: PlaceMatch
) -> None:
    assert place_match(asked, named, named_on=on) is match


def test_same_place_is_true_for_a_merged_one() -> None:
    assert same_place("Gia Lai", "Bình Định")
    assert not same_place("Gia Lai", "Phú Yên")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("rừng ở Khánh Hòa và Gia Lai", ["Khánh Hòa", "Gia Lai"]),
        ("rung o khanh hoa", ["Khánh Hòa"]),
        ("chỉ tiêu của khanh hoa năm 2025", ["Khánh Hòa"]),
        ("dân TP.HCM", ["Thành phố Hồ Chí Minh"]),
        ("học tập tư tưởng Hồ Chí Minh", []),
        ("giữ gìn hòa bình, cao bằng nhau", []),
        ("tỉnh hòa bình", ["Hòa Bình"]),
        ("UBND tỉnh KH họp", ["Khánh Hòa"]),
        ("KH 35-KH/TU", []),
        ("HN tổng kết", []),
    ],
)
def test_provinces_are_found_in_a_text(text: str, names: list[str]) -> None:
    found = find_places(text)
    assert [p.name for p in found] == names
    assert all(text[p.start : p.end] == p.text for p in found)


def test_a_merged_place_is_marked() -> None:
    (place,) = find_places("tỉnh Bình Định")
    assert place.merged_into == "Gia Lai"
