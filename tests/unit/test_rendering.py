"""What a person sees of each reply: order, quotation, citation line, buttons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.callbacks import DATA_LIMIT, decode, encode
from bot.citation_words import citation_label, citation_line, for_reading, place_in_words, row_for_reading
from bot.guide import load_guide
from bot.message_blocks import pieces
from bot.rendering import CITATION_BUTTONS, answer_page, answer_screen, clause_screen, guide_screen
from bot.screens import notice
from bot.texts import LANGUAGES, load_texts
from corpus.identity import clause_token
from index.answers import Question
from tests.e2e.fake_service import ANNEX, FIRST, SECOND, FakeService

VI = load_texts("vi")


def answer(text: str = "Bao nhiêu?"):
    return FakeService().ask(Question(text))


def labels(screen) -> list[str]:
    return [button.label for row in screen.buttons for button in row]


def test_an_answer_reads_headline_details_quotation_source():
    (part,) = pieces(answer_screen(answer(), None, VI).blocks)
    assert part.html == (
        "<b>Tối thiểu 80% vào năm 2030 (Bao nhiêu?)</b>\n\n"
        "Sở Nội vụ chủ trì; các sở &amp; ngành &lt;phối hợp&gt;.\n\n"
        "<blockquote expandable>- Đến năm 2030, tối thiểu 80% hồ sơ được nộp trực tuyến &amp; xử lý &lt;đúng hạn&gt;;"
        " Sở Nội vụ chủ trì.</blockquote>\n\n"
        "<i>📄 45-KH/TU – Kế hoạch chuyển đổi số tỉnh Hòa Sơn giai đoạn 2023 - 2030 – mục II.4, gạch đầu dòng 1,"
        " trang 3</i>"
    )


def test_an_answer_that_is_only_its_headline_says_it_once():
    bare = replace(answer(), answer=answer().headline)
    assert answer_screen(bare, None, VI).blocks[1].kind == "quote"


def test_the_other_citations_are_buttons_that_carry_their_clause():
    screen = answer_screen(answer(), None, VI)
    assert labels(screen) == [
        "📖 Xem cả mục II.4, gạch đầu dòng 1",
        "📄 45-KH/TU · mục III.2",
        "📄 Biểu phân công nhiệm… · Phụ lục 2, mục I.7",
    ]
    opened = [decode(button.data) for row in screen.buttons for button in row]
    assert opened == [("c", (clause_token(c.directive, c.path),)) for c in (FIRST, SECOND, ANNEX)]


def quoting(*paragraphs: str, **changes):
    return replace(answer(), answer="\n\n".join([answer().headline, *paragraphs]), **changes)


def shown(reply) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in answer_screen(reply, None, VI).blocks]


def test_a_clause_that_the_answer_quotes_is_shown_once_as_a_quotation():
    blocks = shown(quoting(f"“{FIRST.quote}” (Kế hoạch 45-KH/TU, mục II.4, gạch đầu dòng 1)"))
    assert [kind for kind, _ in blocks] == ["text", "quote", "text"]


def test_a_second_quoted_clause_is_a_quotation_too_and_no_longer_a_button():
    screen = answer_screen(quoting(f"“{SECOND.quote}” (Kế hoạch 45-KH/TU, mục III.2)", "Lời riêng."), None, VI)
    assert [(b.kind, b.text) for b in screen.blocks if b.kind == "quote"][1] == ("quote", SECOND.quote)
    assert screen.blocks[1].text == "Lời riêng."
    assert len(labels(screen)) == 2


def test_a_clause_broken_by_a_page_is_shown_whole_when_the_answer_has_it_whole():
    torn = replace(FIRST, quote="- Đến năm 2030, tối thiểu 80% hồ sơ")
    blocks = shown(quoting(f"“{FIRST.quote}” (Kế hoạch 45-KH/TU, mục II.4, gạch đầu dòng 1)", citations=(torn,)))
    assert ("quote", FIRST.quote) in blocks


def test_a_quotation_of_something_that_is_not_cited_stays_in_the_text():
    assert ("text", "“Lời của người khác.” (Báo)") in shown(quoting("“Lời của người khác.” (Báo)"))


def test_a_table_row_is_read_without_its_bars_and_a_heading_without_its_signs():
    row = replace(FIRST, quote="| 7 | Số hóa hồ sơ | Sở Nội vụ | | 2026 |")
    blocks = shown(quoting("“7 Số hóa hồ sơ Sở Nội vụ 2026” (Biểu, Phụ lục 2, mục I.7)", citations=(row,)))
    assert blocks[1] == ("quote", "7 · Số hóa hồ sơ · Sở Nội vụ · 2026")
    assert for_reading("### **3. Chỉ tiêu**") == "3. Chỉ tiêu"
    assert row_for_reading((("STT", "7"), ("Hạn", " "), ("", "thêm"))) == "STT: 7\nthêm"


def test_an_abstention_opens_the_nearest_clauses_by_number_and_does_not_repeat_them():
    near = "Kế hoạch 45-KH/TU, mục II.4, gạch đầu dòng 1: tối thiểu 80% hồ sơ"
    ask = "Ai chủ trì số hóa hồ sơ?"
    silent = replace(answer("không nêu?"), citations=(FIRST,), suggestions=(near, ask))
    silent = replace(silent, answer=f"{silent.headline}\nGần nhất:\n• {near}\n• {ask}")
    screen = answer_screen(silent, None, VI)
    (part,) = pieces(screen.blocks)
    assert part.plain == f"{silent.headline}\n\n{VI('answer.suggestions')}\n1. {near}\n2. {ask}"
    token = clause_token(FIRST.directive, FIRST.path)
    assert [decode(b.data) for b in screen.buttons[0]] == [("c", (token,)), ("s", ("2",))]


def test_no_more_buttons_than_a_thumb_wants():
    many = replace(answer(), citations=(FIRST, *([SECOND] * 12)))
    assert len(labels(answer_screen(many, None, VI))) == 1 + CITATION_BUTTONS


def test_an_abstention_says_what_is_missing_and_numbers_its_suggestions():
    screen = answer_screen(answer("không nêu?"), None, VI)
    (part,) = pieces(screen.blocks)
    assert part.plain.startswith("Văn bản đã nạp không nêu kinh phí của việc này.")
    assert "1. Nguồn lực thực hiện Kế hoạch 45 lấy từ đâu?\n2. Ai chủ trì số hóa hồ sơ?" in part.plain
    assert [decode(b.data) for b in screen.buttons[0]] == [("s", ("1",)), ("s", ("2",))]


def test_a_pressed_suggestion_is_shown_with_its_answer():
    first = answer_screen(answer(), "Ai chủ trì?", VI).blocks[0]
    assert first.text == "Câu hỏi: Ai chủ trì?"


def test_an_opened_clause_shows_its_words_and_its_source():
    quote, source = clause_screen(ANNEX, VI).blocks
    assert (quote.kind, quote.text) == ("quote", ANNEX.quote)
    assert source.text == "📄 Biểu phân công nhiệm vụ – Phụ lục 2, mục I.7"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_guide_fits_one_message_and_leads_to_the_others(language):
    guide = load_guide(language)
    for number in range(len(guide)):
        screen = guide_screen(guide, number, load_texts(language))
        assert len(pieces(screen.blocks)) == 1
        pages = [decode(button.data) for row in screen.buttons for button in row]
        assert pages == [("g", (str(n),)) for n in range(len(guide)) if n != number]


def test_a_notice_is_its_paragraphs():
    assert [block.text for block in notice("Một.", "Hai.").blocks] == ["Một.", "Hai."]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("II.4.-1", "mục II.4, gạch đầu dòng 1"),
        ("II.3.3.2", "mục II.3.3.2"),
        ("I.p3", "mục I, đoạn 3"),
        ("0.p1", "phần mở đầu, đoạn 1"),
        ("0", "phần mở đầu"),
        ("end", "phần cuối"),
        ("PL2.I.7", "Phụ lục 2, mục I.7"),
        ("PL.3", "Phụ lục, mục 3"),
        ("II.-2.-1", "mục II, gạch đầu dòng 2, gạch đầu dòng 1"),
        ("PL1.r3", "Phụ lục 1, dòng 3"),
        ("II.-1.+2", "mục II, gạch đầu dòng 1, gạch đầu dòng 2"),
        ("QĐ.C4.Đ9.2.a", "văn bản kèm theo, Chương 4, Điều 9, khoản 2, điểm a"),
        ("Đ3", "Điều 3"),
        ("PhI.M2.1", "Phần I, Mục 2, mục 1"),
        ("note2", "chú thích 2"),
    ],
)
def test_a_place_is_said_in_words(path, words):
    assert place_in_words(path, VI) == words


def test_a_source_without_a_number_goes_by_its_title_and_without_either_by_its_key():
    assert citation_line(ANNEX, VI).startswith("Biểu phân công nhiệm vụ – ")
    assert citation_line(replace(ANNEX, title=None), VI).startswith("12-qd-ubnd-2024 – ")


def test_a_long_title_is_shortened_on_the_line_and_on_the_button():
    long = replace(FIRST, number=None, title="Kế hoạch " * 60)
    assert len(citation_line(long, VI)) < 200
    assert len(citation_label(long, VI)) < 60


@pytest.mark.parametrize("made", [("c", "0123456789abcdef"), ("s", "99"), ("tt", "task-0123456789ab", "3"), ("x",)])
def test_what_a_button_carries_comes_back_and_fits(made):
    assert decode(encode(*made)) == (made[0], made[1:])
    assert len(encode(*made).encode()) <= DATA_LIMIT


@pytest.mark.parametrize("data", ["", "v0:c:0123456789abcdef", "v1", "v1:", "v1:g:1 ", "v1:c:" + "a" * 60, "v1:Đ:1"])
def test_data_of_another_making_means_nothing(data):
    assert decode(data) is None


@pytest.mark.parametrize("arguments", [("mã số",), ("a b",), ("a" * 60,)])
def test_what_would_not_come_back_is_never_put_on_a_button(arguments):
    with pytest.raises(ValueError, match="unfit"):
        encode("c", *arguments)


def test_a_line_that_only_names_the_source_gives_way_to_the_citation_line():
    blocks = shown(quoting("1. Việc thứ nhất\n2. Việc thứ hai\n(Kế hoạch 45-KH/TU, mục II.4, gạch đầu dòng 1)"))
    assert ("text", "1. Việc thứ nhất\n2. Việc thứ hai") in blocks


def test_a_page_without_buttons_quotes_once_and_lists_the_other_sources_on_short_lines():
    *_, quote, source, others = answer_page(quoting(f"“{FIRST.quote}” (Kế hoạch 45-KH/TU, mục II.4, gạch đầu dòng 1)"), VI)
    assert (quote.kind, source.text[:12]) == ("quote", "📄 45-KH/TU –")
    title, *lines = others.text.split("\n")
    assert (title, len(lines)) == ("Xem thêm:", 2)
    assert lines[0] == "• 45-KH/TU – Kế hoạch chuyển đổi số tỉnh Hòa Sơn giai đoạn 2023 - 2030 – mục III.2"
    assert all(len(line) <= 110 for line in lines)


def test_a_page_that_abstains_lists_what_is_nearest_and_no_sources():
    silent = replace(answer(), abstained=True, answer=answer().headline, suggestions=("Ai chủ trì?",))
    assert [block.text for block in answer_page(silent, VI)][1:] == ["Anh/chị có thể hỏi hoặc xem:\n1. Ai chủ trì?"]
