"""Files that hold several directives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Source
from corpus.splitting import split_directives

FIRST = """NGHỊ QUYẾT
CỦA HUYỆN ỦY
về nghề dệt

I- MỤC TIÊU
1. Giữ nghề dệt.

Nơi nhận:
- Các xã.

T/M HUYỆN ỦY
BÍ THƯ

Sùng A Chứ
"""
SECOND = """HUYỆN ỦY BA TRẠI
*
Số 9-KL/HU

ĐẢNG CỘNG SẢN VIỆT NAM
Ba Trại, ngày 3 tháng 4 năm 2024

KẾT LUẬN
về chợ phiên

I. VIỆC
1. Mở chợ.

Nơi nhận:
- Các xã.
T/M BAN THƯỜNG VỤ
BÍ THƯ
Sùng A Chứ"""


def test_the_letterhead_after_a_signature_begins_the_next_directive() -> None:
    parts = split_directives(Source(f"{FIRST}\n{SECOND}"))
    assert [part.text.split("\n", 1)[0] for part in parts] == ["NGHỊ QUYẾT", "HUYỆN ỦY BA TRẠI"]


def test_a_letterhead_right_below_the_signer_is_found() -> None:
    assert len(split_directives(Source(f"{FIRST.rstrip()}\n{SECOND}"))) == 2
    assert len(split_directives(Source(f"{SECOND}\n{SECOND}\n{SECOND}"))) == 3


def test_an_annex_and_an_attached_regulation_stay_with_their_directive() -> None:
    annex = "\nPHỤ LỤC\nDANH MỤC CHỢ\n1. Chợ Nà Phiêng.\n"
    regulation = "\nQUY ĐỊNH\nvề chợ\n(Kèm theo Kết luận số 9-KL/HU)\n\nChương I\nQUY ĐỊNH CHUNG\nĐiều 1. Phạm vi\n"
    assert len(split_directives(Source(SECOND + annex))) == 1
    assert len(split_directives(Source(SECOND + regulation))) == 1


def test_pages_are_counted_on_through_the_file() -> None:
    text = f"{FIRST}\f{SECOND}"
    parts = split_directives(Source(text, (0, len(FIRST) + 1)))
    assert len(parts) == 2
    assert parts[1].page_starts[-1] <= 1
    assert len(parts[1].page_starts) == 2


@given(st.lists(st.sampled_from([FIRST, SECOND, "đoạn văn\n", "\n\n", "\f", "Số 1-KH/TU\n", "KẾ HOẠCH\n"]), max_size=8))
def test_no_text_is_lost_between_directives(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert "".join(part.text for part in split_directives(Source(text))) == text


def test_the_head_of_government_named_below_the_title_does_not_cut_a_decision_in_two() -> None:
    text = (
        "THỦ TƯỚNG CHÍNH PHỦ\n\nSố: 61/QĐ-TTg\n\nHà Nội, ngày 05 tháng 01 năm 2026\n\nQUYẾT ĐỊNH\nPhê duyệt Chương trình trồng tre\n\n"
        "THỦ TƯỚNG CHÍNH PHỦ\n\nCăn cứ Luật Lâm nghiệp ngày 15 tháng 11 năm 2017;\n\nQUYẾT ĐỊNH:\n\nĐiều 1. Trồng tre.\n\n"
        "Điều 2. Hiệu lực.\n\nNơi nhận:\n- Lưu: VT.\n\nKT. THỦ TƯỚNG\nPHÓ THỦ TƯỚNG\n\n\nLò Văn Tre\n"
    )
    assert len(split_directives(Source(text))) == 1
