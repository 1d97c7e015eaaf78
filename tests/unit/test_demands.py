"""What a question insists on, and whether a text gives it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.demands import (
    contrast,
    count_missing,
    members_missing,
    missing_names,
    months_missing,
    names_of,
    periods_in,
    person_unnamed,
    sanction_missing,
    state_missing,
    years_in,
)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("đóng góp bao nhiêu tiền", "mỗi hộ đóng 20 nghìn đồng một tháng"),
        ("đạt bao nhiêu phần trăm", "đạt tối thiểu 45% số hộ"),
        ("họp tối đa mấy phút", "không quá 75 phút"),
        ("phấn đấu vào nhóm mấy cả nước", "thuộc nhóm 12 tỉnh dẫn đầu"),
        ("mua bao nhiêu xuồng", "mua 14 chiếc xuồng cứu nạn"),
        ("có bao nhiêu thư viện xã", "số thư viện xã là 36"),
        ("mấy đơn vị này sắp xếp theo hướng nào", "tinh gọn đầu mối"),
        ("xong vào ngày mấy", "xong trước 15/3/2027"),
    ],
)
def test_a_figure_of_the_kind_asked_meets_the_demand(question: str, text: str) -> None:
    assert count_missing(question, text) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("đóng góp bao nhiêu tiền", "đạt 45% số hộ trước năm 2027"),
        ("kinh phí mấy tỷ", "mua 14 xuồng"),
        ("bị trừ mấy điểm", "bị phê bình trước ngày 30/6"),
        ("đứng thứ mấy cả nước", "đạt 62% kế hoạch"),
    ],
)
def test_a_figure_of_another_kind_does_not(question: str, text: str) -> None:
    assert count_missing(question, text) == (1.0, 0.0)


def test_the_number_of_a_thing_must_stand_by_that_thing() -> None:
    assert count_missing("gồm bao nhiêu chuyên gia", "hội đồng có các chuyên gia trong tỉnh") == (0.0, 1.0)
    assert count_missing("gồm bao nhiêu chuyên gia", "họp 2 lần với các chuyên gia") == (0.0, 0.5)
    assert count_missing("lập bao nhiêu khu vườn", "nghiên cứu lập một số khu vườn trong 9 xã") == (0.0, 0.5)


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_the_reading(question: str, text: str) -> None:
    assert all(0 <= share <= 1 for share in (*count_missing(question, text), months_missing(question, text)))
    assert 0 <= missing_names(question, text, text) <= 1
    assert not contrast(question, question)


def test_a_span_of_years_is_every_year_of_it() -> None:
    assert years_in("giai đoạn 2023 - 2026 và ngày 5/7/2030") == {2023, 2024, 2025, 2026, 2030}
    assert years_in("2.025 hộ") == set()
    assert periods_in("từ 2023 đến 2026") == {(2023, 2026)}


def test_months_and_quarters_are_met_by_name_or_by_a_date() -> None:
    assert months_missing("xong trong quý ii", "trước ngày 20/5/2027") == 0
    assert months_missing("xong trong quý 3", "trước ngày 20/5/2027") == 1
    assert months_missing("báo cáo tháng 11", "trước ngày 20/11") == 0


def test_a_goal_does_not_tell_how_things_stand() -> None:
    assert state_missing("hiện nay đang đứng thứ mấy", "phấn đấu vào nhóm 12 tỉnh")
    assert not state_missing("hiện nay đang đứng thứ mấy", "năm 2024 tỉnh đã xếp thứ 31")
    assert not state_missing("phải đứng thứ mấy", "phấn đấu vào nhóm 12 tỉnh")


def test_a_person_asked_for_must_be_named() -> None:
    assert person_unnamed("giám đốc sở tên gì", "Giám đốc Sở Y tế chịu trách nhiệm")
    assert not person_unnamed("giám đốc sở tên gì", "liên hệ bà Lò Thị Hạnh, Giám đốc")
    assert not person_unnamed("ai làm bản tin", "Báo Hòa Sơn phát hành")


def test_members_and_consequences() -> None:
    assert members_missing("gồm những hồ nào", "cắm mốc 26 hồ chứa")
    assert not members_missing("gồm những hồ nào", "các hồ: Nà Lơi, Bản Ven, Co Muông")
    assert sanction_missing("nộp muộn thì bị xử lý ra sao", "gửi trước ngày 20 hằng tháng")
    assert not sanction_missing("nộp muộn thì bị xử lý ra sao", "nộp muộn thì bị phê bình")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("họp trực tiếp mấy phút", "họp trực tuyến không quá 75 phút"),
        ("xã hạng b được thưởng gì", "xã hạng a được thưởng 300 triệu đồng"),
        ("đợt hai xong khi nào", "đợt 1 xong trước ngày 5/6"),
        ("hộ dân thành thị", "hộ dân nông thôn dùng nước sạch"),
    ],
)
def test_what_excludes_the_thing_asked_is_a_contrast(question: str, text: str) -> None:
    assert contrast(question, text)
    assert not contrast(question, f"{question}, {text}")


def test_names_are_read_as_typed() -> None:
    assert names_of("Kế hoạch của huyện Ba Trại về DTI?") == ("Ba Trại", "DTI")
    assert names_of("ke hoach cua BA TRAI") == ()
    assert missing_names("Còn huyện Ba Trại?", "còn huyện ba trại", "huyện mường chà") == 1.0
    assert missing_names("Còn huyện Ba Trại?", "còn huyện ba trại", "huyện ba trại") == 0.0
