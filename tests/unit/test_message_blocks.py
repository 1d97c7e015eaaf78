"""Messages as Telegram takes them: whole tags, whole entities, within the limits, nothing lost."""

from __future__ import annotations

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.message_blocks import RAW_LIMIT, TEXT_LIMIT, Block, Span, marked, paragraph, pieces, quotation, shorten, units

styles = st.sampled_from(["plain", "bold", "italic", "code"])
texts = st.text(st.sampled_from("aăâđêôơư ếộữ&<>\"'.,;\n1 😀é"), max_size=400)
blocks = st.builds(
    Block,
    st.lists(st.builds(Span, texts, styles), max_size=4).map(tuple),
    st.sampled_from(["text", "quote"]),
)


class Balanced(HTMLParser):
    """Fails on a tag that is not closed where it should be; collects the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(markup: str) -> str:
    parser = Balanced()
    parser.feed(markup)
    parser.close()
    assert parser.open == []
    return parser.text


def letters(text: str) -> str:
    return "".join(text.replace("«", "").replace("»", "").split())


@given(st.lists(blocks, max_size=6), st.integers(40, 300))
def test_every_piece_is_balanced_and_within_the_limit_and_no_letter_is_lost(document, limit):
    parts = pieces(document, limit=limit)
    assert all(units(part.plain) <= limit for part in parts)
    assert all(units(read(part.html)) <= limit for part in parts)
    assert letters("".join(read(part.html) for part in parts)) == letters("".join(block.text for block in document))
    assert letters("".join(part.plain for part in parts)) == letters("".join(block.text for block in document))
    assert all(part.plain.strip() for part in parts)


@given(texts)
def test_what_people_wrote_is_escaped_exactly_once(text):
    markup = "".join(part.html for part in pieces([paragraph(text)]))
    assert letters(html.unescape(markup)) == letters(text)


def test_a_short_document_is_one_message_in_its_order():
    (part,) = pieces([paragraph("Đầu", "bold"), quotation("Nguyên văn"), paragraph("Cuối & hết", "italic")])
    assert part.html == ("<b>Đầu</b>\n\n<blockquote expandable>Nguyên văn</blockquote>\n\n<i>Cuối &amp; hết</i>")
    assert part.plain == "Đầu\n\n«Nguyên văn»\n\nCuối & hết"


def test_a_long_quotation_is_cut_between_sentences_and_stays_a_quotation():
    sentence = "Ủy ban nhân dân các huyện báo cáo kết quả trước ngày 15 hằng tháng."
    parts = pieces([quotation(" ".join([sentence] * 200))])
    assert len(parts) > 1
    for part in parts:
        assert part.html.startswith("<blockquote expandable>Ủy ban")
        assert part.html.endswith("hằng tháng.</blockquote>")


def test_the_limits_are_counted_in_utf16_units_and_in_bytes():
    assert units("😀") == 2
    assert all(units(part.plain) <= TEXT_LIMIT for part in pieces([paragraph("😀" * 5000)]))
    assert all(len(part.html.encode()) <= 500 for part in pieces([paragraph("<&>" * 900)], raw_limit=500))
    assert RAW_LIMIT == 32768


def test_a_letter_keeps_its_marks_and_a_joined_emoji_its_parts():
    parts = pieces([paragraph("e\u0302\u0301" * 50)], limit=40)
    assert all(part.plain.startswith("e") for part in parts)
    family = "👩\u200d👩\u200d👧"
    assert all(not p.plain.startswith("\u200d") for p in pieces([paragraph(family * 20)], limit=41))


def test_blank_blocks_leave_no_empty_message():
    assert pieces([paragraph("  \n "), quotation("")]) == ()


def test_small_markdown_becomes_styles_and_bullets():
    first, second = marked("Dòng **đậm** và `/hoi`.\n\n- một\n- *hai*")
    assert [(s.text, s.style) for s in first.spans if s.style != "plain"] == [("đậm", "bold"), ("/hoi", "code")]
    assert second.text == "• một\n• hai"


@pytest.mark.parametrize("limit", [1, 10, 25, 200])
def test_a_shortened_line_is_never_longer_than_asked(limit):
    line = "Kế hoạch thực hiện chuyển đổi số\n giai đoạn 2023 - 2030"
    short = shorten(line, limit)
    assert len(short) <= limit
    assert "\n" not in short
    assert short.endswith("…") == (limit < 54)
