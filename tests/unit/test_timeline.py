"""The timeline picture: as wide and as high as a telephone reads, everything inside it, no letter missing."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.timeline import COLOURS, HEIGHT, WIDTH, Item, Timeline, _font, _wrapped, draw_timeline

LETTERS = "ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
MARKS = "–…“”·%/()0123456789"


def item(what: str = "Báo cáo kết quả", section: str = "Tháng 3/2026", **fields: str) -> Item:
    given = {"day": "31/03", "weekday": "Thứ Ba", "left": "còn 19 ngày", "below": "Sở Y tế · 164/KH-UBND"} | fields
    return Item(section=section, what=what, urgency=given.pop("urgency", "near"), **given)


def timeline(*items: Item, further: int = 0, title: str = "Dòng thời gian") -> Timeline:
    return Timeline(title, "Sở Y tế · quý này", items, (("near", "trong 30 ngày"),), "Còn {count}", "Không có", further)


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


@pytest.mark.parametrize("count", [0, 1, 5, 40])
def test_the_picture_is_as_wide_as_a_telephone_and_no_higher_than_its_screen(count):
    drawing = draw_timeline(timeline(*(item(section=f"Tháng {n}") for n in range(count))))
    image = picture(drawing.png)
    assert image.width == WIDTH
    assert image.height <= HEIGHT
    assert len(drawing.png) < 1_000_000
    assert drawing.drawn == count if count <= 1 else 0 < drawing.drawn <= count


def test_one_item_is_drawn_however_little_room_there_is():
    assert draw_timeline(timeline(item("dài " * 500), item()), height=300).drawn == 1


def test_what_is_left_out_is_counted_with_what_was_not_even_given():
    many = tuple(item() for _ in range(24))
    drawn = draw_timeline(timeline(*many, further=7)).drawn
    same = draw_timeline(timeline(*many[:drawn], further=24 - drawn + 7))
    assert picture(same.png).tobytes() == picture(draw_timeline(timeline(*many, further=7)).png).tobytes()


@settings(max_examples=15, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=400),
    st.text(max_size=30),
    st.sampled_from(sorted(COLOURS)),
)
def test_nothing_is_drawn_into_the_right_margin_or_below_the_picture(what, day, urgency):
    drawing = draw_timeline(timeline(item(what, day=day, urgency=urgency), title="Thời hạn"))
    image = picture(drawing.png)
    margin = image.crop((WIDTH - 40, 260, WIDTH, image.height))
    assert {colour for _, colour in margin.getcolors()} == {image.getpixel((WIDTH - 1, image.height - 1))}


@pytest.mark.parametrize("weight", ["Regular", "Medium", "SemiBold", "Bold"])
def test_the_font_has_every_letter_of_vietnamese(weight):
    font = _font(weight, 40)
    missing = bytes(font.getmask("\U000f0000"))
    assert [c for c in LETTERS + LETTERS.upper() + MARKS if bytes(font.getmask(c)) == missing] == []


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=300), st.integers(1, 4))
@settings(deadline=None)
def test_lines_fit_and_lose_nothing_unless_they_are_too_many(text, most):
    font = _font("Regular", 30)
    lines = _wrapped(text, font, 400, most)
    assert len(lines) <= most
    assert all(font.getlength(line) <= 400 for line in lines)
    if not lines or not lines[-1].endswith("…"):
        assert "".join("".join(lines).split()) == "".join(unicodedata.normalize("NFC", text).split())
