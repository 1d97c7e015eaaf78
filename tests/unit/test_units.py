"""Bodies: their names and aliases, classes, successors, and how they are found in a text."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corpus.units import (
    Match,
    canonical_unit,
    expand_abbreviations,
    find_units,
    succession,
    successor,
    successors,
    unit_level,
    unit_matches,
)

DATA = Path(__file__).resolve().parents[2] / "corpus" / "data"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("SNV", "Sở Nội vụ"),
        ("sở nội vụ", "Sở Nội vụ"),
        ("Sở Nội vụ tỉnh Khánh Hòa", "Sở Nội vụ"),
        ("Giám đốc Sở Nội vụ", "Sở Nội vụ"),
        ("so noi vu", "Sở Nội vụ"),
        ("Sở KH&ĐT", "Sở Kế hoạch và Đầu tư"),
        ("BTV TU", "Ban Thường vụ Tỉnh ủy"),
        ("Ban Thường vụ Tỉnh uỷ", "Ban Thường vụ Tỉnh ủy"),
        ("UBND tỉnh", "Ủy ban nhân dân tỉnh"),
        ("Uỷ ban nhân dân tỉnh Gia Lai", "Ủy ban nhân dân tỉnh"),
        ("BCSĐ UBND tỉnh", "Ban cán sự đảng Ủy ban nhân dân tỉnh"),
        ("VP Tỉnh ủy", "Văn phòng Tỉnh ủy"),
        ("TU", "Tỉnh ủy"),
        ("Đài Truyền hình Hòa Sơn", "Đài Truyền hình Hòa Sơn"),
    ],
)
def test_a_body_has_one_name_however_it_is_written(written: str, name: str) -> None:
    assert canonical_unit(written) == name


@pytest.mark.parametrize(
    ("asked", "named", "match"),
    [
        ("Sở Nội vụ", "Sở Nội vụ", Match.NAME),
        ("SNV", "Sở Nội vụ", Match.NAME),
        ("Sở Nội vụ", "Giám đốc Sở Nội vụ", Match.ALIAS),
        ("UBND tỉnh", "Ủy ban nhân dân tỉnh Khánh Hoà", Match.ALIAS),
        ("Sở Nội vụ", "Sở Tài chính, Sở Nội vụ", Match.ALIAS),
        ("Sở Nội vụ", "các sở, ban, ngành", Match.CLASS),
        ("Sở Du lịch", "các sở, ngành, địa phương", Match.CLASS),
        ("Sở Nội vụ", "Thủ trưởng các cơ quan, đơn vị", Match.CLASS),
        ("Huyện ủy An Lâm", "Các huyện ủy, thị ủy, thành ủy", Match.CLASS),
        ("UBND xã Tân Sơn", "UBND các xã, phường, đặc khu", Match.CLASS),
        ("Ban Tổ chức Tỉnh ủy", "các cơ quan tham mưu Tỉnh ủy", Match.CLASS),
        ("Sở Nội vụ", "các cơ quan tham mưu Tỉnh ủy", Match.NONE),
        ("Sở Nội vụ", "Các huyện ủy, thị ủy", Match.NONE),
        ("Sở Nội vụ", "Bộ Nội vụ", Match.NONE),
        ("Ủy ban nhân dân tỉnh", "Văn phòng Ủy ban nhân dân tỉnh", Match.NONE),
        ("Sở Tài chính", "Sở Kế hoạch và Đầu tư", Match.SUCCESSOR),
        ("Sở Kế hoạch và Đầu tư", "Sở Tài chính", Match.SUCCESSOR),
        ("Sở Nội vụ", "Sở LĐTBXH", Match.SUCCESSOR),
        ("Sở Y tế", "Sở LĐTBXH", Match.SUCCESSOR),
        ("Ban Tuyên giáo và Dân vận Tỉnh ủy", "Ban Tuyên giáo Tỉnh ủy", Match.SUCCESSOR),
        ("Đảng ủy UBND tỉnh", "Ban cán sự đảng Ủy ban nhân dân tỉnh", Match.SUCCESSOR),
        ("", "Sở Nội vụ", Match.NONE),
        ("Sở Y tế", "các cơ quan, đơn vị có liên quan", Match.CLASS),
        ("Sở Y tế", "các cơ quan được giao nhiệm vụ", Match.CLASS),
        ("Sở Y tế", "cơ quan hành chính nhà nước", Match.CLASS),
        ("Sở Y tế", "đơn vị thu gom rác", Match.NONE),
        ("Sở Y tế", "các tổ chức tín dụng", Match.NONE),
        ("Sở Y tế", "cơ quan, đơn vị sử dụng lao động", Match.NONE),
        ("UBND phường An Lâm", "UBND các phường", Match.CLASS),
        ("UBND xã Tân Sơn", "UBND các phường", Match.NONE),
        ("Văn phòng UBND tỉnh", "UBND các phường", Match.NONE),
        ("Văn phòng UBND tỉnh", "Ủy ban nhân dân các đặc khu", Match.NONE),
        ("Đảng ủy xã Tân Sơn", "chi bộ", Match.NONE),
    ],
)
def test_a_duty_falls_on_a_body_by_name_alias_succession_or_class(asked: str, named: str, match: Match) -> None:
    assert unit_matches(asked, named) is match
    assert bool(unit_matches(asked, named)) is (match is not Match.NONE)


@pytest.mark.parametrize(
    ("ended", "heir"),
    [
        ("Sở Kế hoạch và Đầu tư", "Sở Tài chính"),
        ("Sở Giao thông vận tải", "Sở Xây dựng"),
        ("Sở Tài nguyên và Môi trường", "Sở Nông nghiệp và Môi trường"),
        ("Sở NN&PTNT", "Sở Nông nghiệp và Môi trường"),
        ("Sở Thông tin và Truyền thông", "Sở Khoa học và Công nghệ"),
        ("Sở Lao động - Thương binh và Xã hội", "Sở Nội vụ"),
        ("Ban Dân vận Tỉnh ủy", "Ban Tuyên giáo và Dân vận Tỉnh ủy"),
        ("BCSĐ UBND tỉnh", "Đảng ủy Ủy ban nhân dân tỉnh"),
        ("Phòng Nội vụ", None),
        ("Sở Y tế", None),
    ],
)
def test_an_ended_body_has_its_heir(ended: str, heir: str | None) -> None:
    assert successor(ended) == heir


def test_the_district_level_ended_on_the_first_of_july_2025() -> None:
    ended = succession("UBND huyện")
    assert ended is not None
    assert ended.since.isoformat() == "2025-07-01"
    assert "72/2025/QH15" in ended.source


def test_a_body_may_have_several_heirs() -> None:
    assert len(successors("Sở LĐTBXH")) == 4


def test_bodies_are_found_in_a_sentence() -> None:
    text = "Giao SNV phối hợp Sở Tài chính, các sở, ban, ngành và UBND các xã, phường báo cáo BTV TU theo KH 12-KH/TU."
    assert [(m.text, m.general) for m in find_units(text)] == [
        ("SNV", False),
        ("Sở Tài chính", False),
        ("các sở, ban, ngành", True),
        ("UBND các xã, phường", True),
        ("BTV TU", False),
    ]
    for mention in find_units(text):
        assert text[mention.start : mention.end] == mention.text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Sở An toàn thực phẩm chủ trì kiểm tra", "Sở An toàn thực phẩm"),
        ("Trung tâm Kiểm soát bệnh tật Thành phố lấy mẫu", "Trung tâm Kiểm soát bệnh tật Thành phố"),
        ("Phòng Tài chính - Kế hoạch lập dự toán", "Phòng Tài chính - Kế hoạch"),
        ("gửi Sở Y tế kế hoạch phòng dịch", "Sở Y tế"),
        ("báo cáo Ủy ban nhân dân Thành phố trước ngày 05", "Ủy ban nhân dân Thành phố"),
        ("trình Ủy ban nhân dân tỉnh Bộ chỉ số", "Ủy ban nhân dân tỉnh"),
        ("Sở Y tế Hòa Sơn tập huấn", "Sở Y tế Hòa Sơn"),
    ],
)
def test_a_name_reaches_as_far_as_its_words_go(text: str, name: str) -> None:
    assert [mention.text for mention in find_units(text)] == [name]


def test_a_body_that_no_data_list_is_told_by_its_opening_and_capitals() -> None:
    found = find_units("UBND xã Tân Sơn, Huyện ủy An Lâm và Đảng ủy phường Tân Hòa họp.")
    assert [(m.text, m.level) for m in found] == [
        ("UBND xã Tân Sơn", "commune"),
        ("Huyện ủy An Lâm", "district"),
        ("Đảng ủy phường Tân Hòa", "commune"),
    ]


@pytest.mark.parametrize(
    ("name", "level"),
    [("Bộ Nội vụ", "central"), ("Sở Y tế", "province"), ("UBND huyện", "district"), ("UBND xã Tân Sơn", "commune")],
)
def test_a_body_has_its_level(name: str, level: str) -> None:
    assert unit_level(name) == level


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("UBND tỉnh", "ủy ban nhân dân tỉnh"),
        ("ubnd tỉnh", "ủy ban nhân dân tỉnh"),
        ("BTV TU", "Ban Thường vụ Tỉnh ủy"),
        ("CCHC ở ĐVSNCL", "cải cách hành chính ở đơn vị sự nghiệp công lập"),
        ("KH 35", "KH (kế hoạch, khoa học, Khánh Hòa) 35"),
        ("số 35-KH/TU", "số 35-KH/TU"),
        ("5/QĐ-UBND", "5/QĐ-UBND"),
        ("tu hành", "tu hành"),
        ("Sở KH&CN", "Sở khoa học và công nghệ"),
    ],
)
def test_abbreviations_are_written_out(written: str, full: str) -> None:
    assert expand_abbreviations(written) == full


def test_every_heir_and_ended_body_is_in_the_directory() -> None:
    data = yaml.safe_load((DATA / "units.yaml").read_text(encoding="utf-8"))
    names = {body["name"] for members in data["bodies"].values() for body in members}
    for ended in data["successions"]:
        assert ended["name"] in names
        assert set(ended["by"]) <= names
        assert ended["source"]


def test_no_spelling_stands_for_two_bodies() -> None:
    data = yaml.safe_load((DATA / "units.yaml").read_text(encoding="utf-8"))
    spellings = [s.lower() for m in data["bodies"].values() for b in m for s in (b["name"], *b.get("aliases", ()))]
    assert len(spellings) == len(set(spellings))


@given(st.text(max_size=200))
def test_mentions_lie_in_order_inside_any_text(text: str) -> None:
    end = 0
    for mention in find_units(text):
        assert end <= mention.start < mention.end
        end = mention.end
