"""Marks of secrecy are found wherever they stand, and the words of a text that speaks of secrets are none."""

from __future__ import annotations

import pytest

from corpus.secrecy import SecretFileError, refuse_secret, secrecy_mark

LETTERHEAD = """ỦY BAN NHÂN DÂN
TỈNH HÒA SƠN
{above}
Số: 12/KH-UBND
{below}
Hòa Sơn, ngày 05 tháng 3 năm 2025

KẾ HOẠCH
{title}

Căn cứ tình hình thực tế của địa phương, Ủy ban nhân dân tỉnh Hòa Sơn ban hành kế hoạch với những nội dung chủ yếu sau đây:

I. NỘI DUNG
1. Sở Nội vụ chủ trì, bảo vệ bí mật nhà nước theo quy định; mật độ dân số tăng.
{body}
"""


def page(above: str = "-------", below: str = "", title: str = "Về cải cách hành chính", body: str = "") -> str:
    return LETTERHEAD.format(above=above, below=below, title=title, body=body)


@pytest.mark.parametrize(
    ("mark", "level"),
    [
        ("MẬT", "Mật"),
        ("TỐI MẬT", "Tối mật"),
        ("TUYỆT MẬT", "Tuyệt mật"),
        ("Mật", "Mật"),
        ("M Ậ T", "Mật"),
        ("T Ố I   M Ậ T", "Tối mật"),
        ("T U Y Ệ T  M Ậ T", "Tuyệt mật"),
        ("**MẬT**", "Mật"),
        ("[ TỐI MẬT ]", "Tối mật"),
        ("| MẬT |", "Mật"),
        ("MÂT", "Mật"),
        ("MẶT", "Mật"),
        ("TÓI MÂT", "Tối mật"),
        ("T0I MAT", "Tối mật"),
        ("TUYÊT MẬT", "Tuyệt mật"),
        ("TỐIMẬT", "Tối mật"),
        ("Độ mật: Mật", "Mật"),
        ("ĐỘ MẬT: TỐI MẬT", "Tối mật"),
        ("Mức độ mật: Tuyệt mật.", "Tuyệt mật"),
        ("| MẬT | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM |", "Mật"),
        ("TỐI MẬT          Độc lập - Tự do - Hạnh phúc", "Tối mật"),
        ("Độ mật: Mật\tĐộ khẩn: Hỏa tốc", "Mật"),
        ("Độ khẩn: Khẩn (MẬT)", "Mật"),
        ("Số: 12-KH/TU MẬT", "Mật"),
        ("Số: 12-KH/TU | MẬT | Hòa Sơn, ngày 05 tháng 3 năm 2025", "Mật"),
        ("Số: 12-KH/TU    TỐI MẬT", "Tối mật"),
    ],
)
@pytest.mark.parametrize("where", ["above", "below"])
def test_a_mark_in_the_header_is_found(mark: str, level: str, where: str) -> None:
    assert secrecy_mark(page(**{where: mark})) == level


def test_the_mark_may_be_the_first_line_or_the_value_on_the_line_after_its_name() -> None:
    assert secrecy_mark(f"TUYỆT MẬT\n{page()}") == "Tuyệt mật"
    assert secrecy_mark(page(below="Độ mật:\nTối mật")) == "Tối mật"


def test_a_stamp_on_a_later_page_is_found() -> None:
    assert secrecy_mark(page(body="2. Việc khác.\nMẬT\n3. Việc nữa.")) == "Mật"
    assert secrecy_mark(page(body="PHỤ LỤC\nĐộ mật: Tối mật")) == "Tối mật"


@pytest.mark.parametrize(
    "near",
    [
        {"title": "Về công tác bảo vệ bí mật nhà nước"},
        {"title": "VỀ CÔNG TÁC BẢO VỆ BÍ\nMẬT NHÀ NƯỚC"},
        {"title": "VỀ TĂNG CƯỜNG CÔNG TÁC BẢO\nMẬT"},
        {"title": "VỀ VIỆC BẢO VỆ BÍ\nMẬT"},
        {"title": "Danh mục bí mật nhà nước độ Tối mật"},
        {"title": "DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TỐI MẬT"},
        {"title": "Phát triển nghề nuôi ong lấy\nmật"},
        {"below": "Độ mật: Không"},
        {"below": "Độ mật: Thường"},
        {"below": "Độ khẩn: Hỏa tốc"},
        {"above": "BÍ MẬT"},
        {"above": "Số: 12-KH/TU về bí mật"},
        {"above": "BẢO MẬT"},
        {"above": "MẶT TRẬN TỔ QUỐC"},
        {"body": "Mật"},
        {"body": "mật ong đạt 20 tấn"},
        {"body": "2. Tài liệu độ Mật, Tối mật phải lưu riêng."},
        {"body": "Mẫu dấu độ mật:\nTUYỆT MẬT\nTỐI MẬT\nMẬT"},
        {"body": "MẬT ĐỘ"},
        {"body": "| Mật | 5 năm |"},
        {"body": "MẶT"},
    ],
)
def test_words_about_secrets_are_no_mark(near: dict[str, str]) -> None:
    assert secrecy_mark(page(**near)) is None


def test_an_empty_text_and_a_plain_one_bear_none() -> None:
    assert secrecy_mark("") is None
    assert secrecy_mark(page()) is None


def test_the_refusal_names_the_level_and_repeats_nothing_of_the_text() -> None:
    with pytest.raises(SecretFileError) as refused:
        refuse_secret(page(above="TỐI MẬT", title="Về một việc không ai được biết"))
    assert refused.value.level == "Tối mật"
    assert "Tối mật" in str(refused.value)
    assert "không ai được biết" not in str(refused.value)
