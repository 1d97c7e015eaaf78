"""The parse modes against the strings and offsets Telegram gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.botapi.entities import parse
from tests.botapi.errors import ApiError
from tests.botapi.text import Entity, clean, utf16_length, utf16_slice

PREFIX = "Bad Request: can't parse entities: "


def read(text: str, mode: str = "HTML") -> tuple[str, list[tuple]]:
    shown, entities = clean(*parse(text, mode))
    return shown, [(e.type, e.offset, e.length, *e.extra.values()) for e in entities]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("a <b", "Unclosed start tag at byte offset 2"),
        ('đ <a href="x', "Unclosed start tag at byte offset 3"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ("chỉ tiêu <5%> đạt", 'Unsupported start tag "5%" at byte offset 12'),
        ("x < y và z > t", 'Unsupported start tag "" at byte offset 2'),
        ("<P>x</P>", 'Unsupported start tag "p" at byte offset 0'),
        ("<a =b>x</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/y>q</a>", "Unexpected end of name token at byte offset 8"),
        ("é<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 2'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<b>Việc <i>gấp</i>", 'Can\'t find end tag corresponding to start tag "b"'),
    ],
)
def test_unbalanced_html_is_refused_with_the_byte_offset(text, refusal):
    with pytest.raises(ApiError) as caught:
        parse(text, "HTML")
    assert caught.value.description == PREFIX + refusal


@pytest.mark.parametrize(
    ("text", "shown", "entities"),
    [
        ("<b>Đạt</b> <I>90%</I>", "Đạt 90%", [("bold", 0, 3), ("italic", 4, 3)]),
        ("😀<u>x</u><s>y</s>", "😀xy", [("underline", 2, 1), ("strikethrough", 3, 1)]),
        ("<b>x<i>y</></>", "xy", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<tg-spoiler>a</tg-spoiler><span class='tg-spoiler'>b</span>", "ab", [("spoiler", 0, 2)]),
        (
            "<blockquote>a</blockquote>\n<blockquote expandable>b</blockquote>",
            "a\nb",
            [("blockquote", 0, 1), ("expandable_blockquote", 2, 1)],
        ),
        ('<pre><code class="language-sql">x</code></pre>', "x", [("pre", 0, 1, "sql")]),
        ('<code class="language-sql">x</code>', "x", [("code", 0, 1)]),
        (
            '<a href="https://hoason.example.vn/a?b=1&amp;c=2">x</a>',
            "x",
            [("text_link", 0, 1, "https://hoason.example.vn/a?b=1&c=2")],
        ),
        ("<a>vidu.vn</a>", "vidu.vn", [("text_link", 0, 7, "http://vidu.vn/")]),
        ('<a href="khong-phai-lien-ket">x</a>', "x", []),
        ("a &lt;b&gt; &amp;amp; &quot;q&quot; &#39;&#x110; & &nbsp; &copy;", 'a <b> &amp; "q" \'Đ & &nbsp; &copy;', []),
        ("<b> </b>x", "x", []),
        ("<b>a</b><b>b</b>", "ab", [("bold", 0, 2)]),
        ("<b>x <code>y</code> z</b>", "x y z", [("bold", 0, 2), ("code", 2, 1), ("bold", 3, 2)]),
    ],
)
def test_html_is_read_with_utf16_offsets(text, shown, entities):
    assert read(text) == (shown, entities)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("1.5", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a - b", "Character '-' is reserved and must be escaped with the preceding '\\'"),
        ("(a)", "Character '(' is reserved and must be escaped with the preceding '\\'"),
        ("a|b", "Character '|' is reserved and must be escaped with the preceding '\\'"),
        ("đ *a", "Can't find end of Bold entity at byte offset 3"),
        ("_a", "Can't find end of Italic entity at byte offset 0"),
        ("__a", "Can't find end of Underline entity at byte offset 0"),
        ("~a", "Can't find end of Strikethrough entity at byte offset 0"),
        ("||a", "Can't find end of Spoiler entity at byte offset 0"),
        ("`a", "Can't find end of Code entity at byte offset 0"),
        ("```\na", "Can't find end of Pre entity at byte offset 0"),
        ("```sql\na", "Can't find end of PreCode entity at byte offset 0"),
        ("[a", "Can't find end of TextUrl entity at byte offset 0"),
        ("[a](vidu.vn", "Can't find end of a URL at byte offset 4"),
    ],
)
def test_loose_markdown_v2_is_refused(text, refusal):
    with pytest.raises(ApiError) as caught:
        parse(text, "MarkdownV2")
    assert caught.value.description == PREFIX + refusal


@pytest.mark.parametrize(
    ("text", "shown", "entities"),
    [
        (r"*Đạt* _90\.5_", "Đạt 90.5", [("bold", 0, 3), ("italic", 4, 4)]),
        ("_a __b___", "a b", [("italic", 0, 3), ("underline", 2, 1)]),
        ("||s|| ~t~", "s t", [("spoiler", 0, 1), ("strikethrough", 2, 1)]),
        ("```sql\nx```", "x", [("pre", 0, 1, "sql")]),
        (r"[x](https://vidu.vn/\))", "x", [("text_link", 0, 1, "https://vidu.vn/)")]),
        (">a\n>b\nc", "a\nb\nc", [("blockquote", 0, 4)]),
        (">a\n>b||", "a\nb", [("expandable_blockquote", 0, 3)]),
    ],
)
def test_markdown_v2_is_read(text, shown, entities):
    assert read(text, "MarkdownV2") == (shown, entities)


def test_the_legacy_markdown_names_the_byte_where_the_open_entity_starts():
    assert read("*a* `b` [c](vidu.vn)", "Markdown")[0] == "a b c"
    with pytest.raises(ApiError, match="Can't find end of the entity starting at byte offset 3"):
        parse("đ _case", "Markdown")


def test_an_unknown_parse_mode_is_refused():
    with pytest.raises(ApiError, match="Bad Request: unsupported parse_mode"):
        parse("x", "latex")


def test_text_is_trimmed_and_freed_of_control_characters():
    assert clean("  \n a\tb\r\nc\u202e \n", [Entity("bold", 4, 1)]) == ("a b\nc", [Entity("bold", 0, 1)])


def test_mentions_commands_links_and_hashtags_are_found():
    text = "/tim@chidao_bot @lan_hs #hạn_chót xem vidu.vn, gửi a@vidu.vn; không: a/b c@d 1#2"
    found = [(e.type, utf16_slice(text, e.offset, e.length)) for e in clean(text, [])[1]]
    assert found == [
        ("bot_command", "/tim@chidao_bot"),
        ("mention", "@lan_hs"),
        ("hashtag", "#hạn_chót"),
        ("url", "vidu.vn"),
        ("email", "a@vidu.vn"),
    ]


def test_what_is_found_does_not_overlap():
    text = "https://vidu.vn/#phần @lan"
    found = [(e.type, utf16_slice(text, e.offset, e.length)) for e in clean(text, [])[1]]
    assert found == [("url", "https://vidu.vn/#phần"), ("mention", "@lan")]


def test_an_entity_beyond_the_text_is_refused():
    with pytest.raises(ApiError) as caught:
        clean("abc", [Entity("bold", 1, 9)])
    assert caught.value.description == (
        "Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 10"
    )


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=40))
def test_escaped_text_comes_back_as_it_was(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse(escaped, "HTML") == (text, [])


_TAGS = st.sampled_from(["b", "i", "u", "s", "code", "tg-spoiler", "blockquote"])


@given(
    st.recursive(
        st.text("aĐ😀 @/\n", max_size=5), lambda inner: st.tuples(_TAGS, st.lists(inner, max_size=3)), max_leaves=8
    )
)
def test_of_two_entities_that_overlap_one_contains_the_other(tree):
    def written(node) -> str:
        return node if isinstance(node, str) else f"<{node[0]}>{''.join(map(written, node[1]))}</{node[0]}>"

    text, entities = clean(*parse(written(tree), "HTML"))
    total = utf16_length(text)
    for one in entities:
        assert 0 <= one.offset < one.end <= total
        for other in entities:
            overlap = one.offset < other.end and other.offset < one.end
            contained = (one.offset <= other.offset and other.end <= one.end) or (
                other.offset <= one.offset and one.end <= other.end
            )
            assert not overlap or contained
