"""Answers over two small directives: what is said first, what is quoted, what is refused, and in how many words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from corpus.text import collapse
from index.answering import ended
from index.answers import ANSWER_LIMIT, HEADLINE_LIMIT, QUOTE_LIMIT, Answer, Question
from tests.unit.small_library import SCHOOLS, WATER, open_store, outspoken, put, service_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.service import SearchService

TODAY = date(2026, 11, 22)
REFUSAL = "Văn bản đã nạp không nêu"


@pytest.fixture(scope="module")
def bold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("bold")
    with open_store(folder) as store:
        put(store, nuoc=WATER, truong=SCHOOLS)
        yield outspoken(store, folder)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("shipped")
    with open_store(folder) as store:
        put(store, nuoc=WATER, truong=SCHOOLS)
        yield service_over(store, folder)


def ask(service: SearchService, text: str, previous: str | None = None) -> Answer:
    return service.ask(Question(text, previous=previous, today=TODAY))


def first(answer: Answer) -> tuple[str | None, str]:
    return answer.citations[0].number, answer.citations[0].path


@pytest.mark.parametrize(
    ("question", "kind", "headline", "path"),
    [
        (
            "Đến năm 2027 hộ nông thôn dùng nước sạch đạt bao nhiêu phần trăm?",
            "target",
            "Tỉ lệ hộ nông thôn dùng nước sạch: tối thiểu 58%, đến hết năm 2027.",
            "I.1",
        ),
        (
            "Đến năm 2030 hộ nông thôn dùng nước sạch đạt bao nhiêu phần trăm?",
            "target",
            "Tỉ lệ hộ nông thôn dùng nước sạch: tối thiểu 70%, đến hết năm 2030.",
            "I.2",
        ),
        (
            "Sở Y tế báo cáo kiểm tra chất lượng nước cho ai?",
            "report",
            "Sở Y tế báo cáo Ủy ban nhân dân tỉnh; trước ngày 15/12 hằng năm.",
            "III.2",
        ),
    ],
)
def test_the_headline_states_the_row_that_was_asked(
    bold: SearchService, question: str, kind: str, headline: str, path: str
) -> None:
    answer = ask(bold, question)
    assert (answer.kind, answer.headline, first(answer)) == (kind, headline, ("45-KH/TU", path))


def test_a_deadline_comes_first_with_who_and_what(bold: SearchService) -> None:
    headline = ask(bold, "Rà soát biên chế trạm bơm xong khi nào?").headline
    assert headline.startswith("Hạn 30/11/2026 — Sở Nội vụ: rà soát biên chế trạm bơm")


def test_a_deadline_that_has_passed_says_so(bold: SearchService) -> None:
    assert "đã qua hạn" in ask(bold, "Bố trí kinh phí sửa chữa đường ống xong khi nào?").headline


def test_the_one_responsible_comes_first_with_those_who_help(bold: SearchService) -> None:
    headline = ask(bold, "Cơ quan nào rà soát biên chế trạm bơm?").headline
    assert headline.startswith("Sở Nội vụ; phối hợp: Sở Tài chính — ")


def test_a_threshold_comes_with_its_consequence(bold: SearchService) -> None:
    answer = ask(bold, "Xã để quá 20% công trình ngừng hoạt động thì bị xử lý thế nào?")
    assert answer.headline == "Xã để quá 20% công trình ngừng hoạt động → không được xét thi đua năm đó."


def test_a_comparison_puts_both_figures_in_one_line(bold: SearchService) -> None:
    answer = ask(bold, "So sánh tỉ lệ hộ nông thôn dùng nước sạch năm 2027 và năm 2030?")
    assert {"58%", "70%"} <= set(answer.headline.replace(",", " ").split())
    assert len(answer.targets) == 2


def test_the_answer_begins_with_its_headline_and_shows_the_clause_and_its_place(bold: SearchService) -> None:
    answer = ask(bold, "Đến năm 2027 hộ nông thôn dùng nước sạch đạt bao nhiêu phần trăm?")
    assert answer.answer.startswith(answer.headline)
    assert "“1. Đến năm 2027, tỉ lệ hộ nông thôn dùng nước sạch đạt tối thiểu 58%.”" in answer.answer
    assert "(Kế hoạch 45-KH/TU, mục I.1, phần “MỤC TIÊU”)" in answer.answer


def test_the_rows_an_answer_states_can_be_looked_up(bold: SearchService) -> None:
    answer = ask(bold, "Đến năm 2027 hộ nông thôn dùng nước sạch đạt bao nhiêu phần trăm?")
    assert len(answer.targets) == 1
    assert answer.targets[0].startswith("target-")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Kế hoạch 45 do ai ký?", "Phó Bí thư Lê Văn Bình"),
        ("Kế hoạch 77 ban hành ngày nào?", "05/09/2025"),
        ("Nơi nhận của Kế hoạch 45?", "Ủy ban nhân dân tỉnh"),
        ("Nghị quyết 8-NQ/TU ban hành ngày nào?", "02/01/2025"),
    ],
)
def test_a_directives_own_particulars(bold: SearchService, question: str, said: str) -> None:
    answer = ask(bold, question)
    assert not answer.abstained
    assert said in answer.headline
    assert answer.citations


def test_a_particular_that_the_text_does_not_say_is_not_made_up(bold: SearchService) -> None:
    answer = ask(bold, "Nơi nhận của Kế hoạch 77?")
    assert answer.abstained
    assert answer.headline == f"{REFUSAL} nơi nhận của Kế hoạch 77/KH-UBND."


@pytest.mark.parametrize("question", ["Sở Nội vụ phải làm gì?", "so noi vu phai lam gi?"])
def test_a_units_duties_are_counted_and_each_has_its_source(bold: SearchService, question: str) -> None:
    answer = ask(bold, question)
    assert answer.headline == "Sở Nội vụ có 2 việc."
    assert [(c.number, c.path) for c in answer.citations] == [("45-KH/TU", "III.1"), ("77/KH-UBND", "II.2")]
    assert answer.answer.count("mục ") == len(answer.tasks) == 2


def test_a_units_duties_of_this_quarter_or_of_one_directive(bold: SearchService) -> None:
    assert ask(bold, "Sở Nội vụ phải làm gì trong quý này?").headline == "Sở Nội vụ có 1 việc trong quý này."
    named = ask(bold, "Sở Nội vụ phải làm gì theo Kế hoạch 77?")
    assert named.headline == "Sở Nội vụ có 1 việc theo Kế hoạch 77/KH-UBND."


def test_a_unit_without_duties_is_said_to_have_none(bold: SearchService) -> None:
    answer = ask(bold, "Công an tỉnh phải làm gì trong quý này?")
    assert answer.abstained
    assert answer.headline == f"{REFUSAL} việc nào của Công an tỉnh trong quý này."


def test_a_follow_up_is_answered_with_what_was_asked_before(bold: SearchService) -> None:
    answer = ask(bold, "Còn năm 2030?", "Đến năm 2027 hộ nông thôn dùng nước sạch đạt bao nhiêu phần trăm?")
    assert first(answer) == ("45-KH/TU", "I.2")
    assert "70%" in answer.headline


@pytest.mark.parametrize(
    "question",
    [
        "Giá vé xe buýt năm 2026 bao nhiêu tiền?",
        "Kế hoạch số 999/KH-UBND giao gì?",
        "Ai vô địch giải bóng đá năm nay?",
    ],
)
def test_what_the_directives_do_not_say_is_refused_with_the_nearest_clauses(
    shipped: SearchService, question: str
) -> None:
    answer = ask(shipped, question)
    assert answer.abstained
    assert answer.headline.startswith(REFUSAL)
    assert answer.answer.startswith(answer.headline)
    assert answer.suggestions
    assert (answer.targets, answer.tasks) == ((), ())


def test_a_document_that_is_not_stored_is_named_in_the_refusal(shipped: SearchService) -> None:
    assert ask(shipped, "Kế hoạch số 999/KH-UBND giao gì?").headline == f"{REFUSAL} văn bản số 999."


def test_a_refusal_is_not_sure_of_itself(shipped: SearchService) -> None:
    refused = ask(shipped, "Giá vé xe buýt năm 2026 bao nhiêu tiền?")
    assert refused.confidence < 0.3


@pytest.mark.parametrize("question", ["", "   ", "?", "a" * 4000, "năm 2027", "\x00\n", "😀"])
def test_whatever_is_typed_gets_a_polite_answer_within_the_limits(shipped: SearchService, question: str) -> None:
    answer = ask(shipped, question)
    assert answer.question == question
    assert 0 < len(answer.headline) <= HEADLINE_LIMIT
    assert len(answer.answer) <= ANSWER_LIMIT
    assert all(len(c.quote) <= QUOTE_LIMIT for c in answer.citations)
    assert 0 <= answer.confidence <= 1


@pytest.mark.parametrize("question", ["zzzzzz qqqqqq", "???", "Xin chào"])
def test_a_question_without_a_known_word_is_not_told_that_nothing_is_stored(
    shipped: SearchService, question: str
) -> None:
    assert "chưa có văn bản nào" not in ask(shipped, question).headline


def test_the_same_question_gives_the_same_answer(bold: SearchService) -> None:
    question = "Đến năm 2030 hộ nông thôn dùng nước sạch đạt bao nhiêu phần trăm?"
    assert ask(bold, question) == ask(bold, question)


def test_every_quote_stands_in_its_directive(bold: SearchService) -> None:
    sources = {"45-KH/TU": collapse(WATER), "77/KH-UBND": collapse(SCHOOLS)}
    for question in ("Ai ký Kế hoạch 45?", "Bao nhiêu phòng học tạm?", "Sở Nội vụ phải làm gì?", "Mục tiêu là gì?"):
        for citation in ask(bold, question).citations:
            assert citation.quote in sources[str(citation.number)]


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("Đến năm 2027 hộ nông thôn dùng nước sạch 50% thì có đạt mức tối thiểu không?", "Không, chưa đạt: tỉ lệ hộ"),
        ("Đến năm 2027 hộ nông thôn dùng nước sạch 60% thì có đạt mức tối thiểu không?", "Có, đạt: tỉ lệ hộ"),
        ("Sở Y tế báo cáo kiểm tra chất lượng nước có phải trước ngày 15/12 không?", "Có: trước ngày 15/12 hằng năm"),
        ("Sở Y tế báo cáo kiểm tra chất lượng nước có phải trước ngày 20/12 không?", "Không: trước ngày 15/12 hằng năm"),
        ("Sở Tài chính có phải chủ trì rà soát biên chế trạm bơm không?", "Không: Sở Nội vụ chủ trì"),
    ],
)
def test_a_yes_or_no_question_gets_one_with_the_true_fact(bold: SearchService, question: str, opening: str) -> None:
    answer = ask(bold, question)
    assert answer.headline.startswith(opening)
    assert answer.answer.startswith(answer.headline)


def test_an_answer_about_a_date_gone_by_says_how_long_ago(bold: SearchService) -> None:
    assert "Hạn này đã qua 236 ngày (tính đến 22/11/2026)." in ask(bold, "Bố trí kinh phí sửa chữa đường ống xong khi nào?").answer


def test_both_clauses_of_a_comparison_are_cited_and_shown(bold: SearchService) -> None:
    answer = ask(bold, "So sánh tỉ lệ hộ nông thôn dùng nước sạch năm 2027 và năm 2030?")
    assert [c.path for c in answer.citations[:2]] == ["I.1", "I.2"]
    assert "“1. Đến năm 2027" in answer.answer
    assert "“2. Đến năm 2030" in answer.answer


def test_the_nearest_clauses_of_a_refusal_have_places_in_words(shipped: SearchService) -> None:
    refused = ask(shipped, "Giá vé xe buýt năm 2026 bao nhiêu tiền?")
    assert all(", mục " in line and ": " in line for line in refused.suggestions)
    assert not any(".-" in line for line in refused.suggestions)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rà soát biên chế;", "Rà soát biên chế."),
        ("Rà soát biên chế:", "Rà soát biên chế."),
        ("Rà soát biên chế …", "Rà soát biên chế …"),
        ("Bao nhiêu?", "Bao nhiêu?"),
        ("", ""),
    ],
)
def test_a_headline_begins_with_a_capital_and_ends_as_a_sentence(text: str, said: str) -> None:
    assert ended(text) == said


@pytest.mark.parametrize("question", ["Kế hoạch 45 có mấy mục tiêu?", "Liệt kê các mục tiêu của Kế hoạch 45"])
def test_the_parts_of_a_heading_are_counted_and_cited(bold: SearchService, question: str) -> None:
    answer = ask(bold, question)
    assert answer.headline == "“MỤC TIÊU” có 3 mục."
    assert [c.path for c in answer.citations] == ["I", "I.1", "I.2", "I.3"]
    assert "3. Đến năm 2030, số trạm bơm hư hỏng" in answer.answer
