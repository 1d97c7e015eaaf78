"""Words that only name a directive leave the question's focus; what is asked about it stays."""

from __future__ import annotations

import pytest

from corpus.store_records import StoredDirective
from index.answers import Question
from index.mentions import DirectiveNames, naming_spans, narrow
from index.query import Query, understand

WATER = StoredDirective(
    key="45",
    file="45.txt",
    number="45-KH/TU",
    kind="Kế hoạch",
    issuer="Ban Thường vụ Tỉnh ủy Hòa Sơn",
    place="Hòa Sơn",
    title="thực hiện Nghị quyết số 8-NQ/TU về nước sạch nông thôn giai đoạn 2025 - 2030",
    signer="Lê Văn Bình",
)
NAMES = DirectiveNames.of([WATER])


def focused(text: str) -> Query:
    return narrow(understand(Question(text)), NAMES)


@pytest.mark.parametrize(
    "question",
    [
        "Theo Kế hoạch nước sạch nông thôn của Tỉnh ủy Hòa Sơn, trạm bơm hư hỏng tối đa mấy trạm?",
        "Trạm bơm hư hỏng tối đa mấy trạm theo kế hoạch số 45-KH/TU?",
        "Kế hoạch do Lê Văn Bình ký cho trạm bơm hư hỏng tối đa mấy trạm?",
        "Ở Hòa Sơn trạm bơm hư hỏng tối đa mấy trạm?",
    ],
)
def test_the_name_of_a_directive_leaves_the_focus_and_the_matter_stays(question: str) -> None:
    terms = set(focused(question).terms)
    assert {"trạm", "bơm", "hư", "hỏng"} <= terms
    assert not terms & {"kế", "hoạch", "hòa", "sơn", "bình"}


def test_words_of_the_title_that_are_asked_about_stay() -> None:
    assert {"nước", "sạch"} <= set(focused("Đến năm 2030 tỉ lệ hộ dùng nước sạch là bao nhiêu?").terms)


def test_the_years_in_a_directives_name_are_not_the_years_asked() -> None:
    query = focused("Theo Kế hoạch nước sạch nông thôn giai đoạn 2025 - 2030, năm 2027 đạt mấy phần trăm hộ?")
    assert query.years == {2027}
    assert query.periods == ((2025, 2030),)


def test_a_place_a_directive_is_of_is_noticed_whether_or_not_it_is_on_the_map() -> None:
    assert "hòa sơn" in focused("Hòa Sơn có mấy trạm bơm hư hỏng?").places


def test_a_question_that_names_nothing_is_left_alone() -> None:
    query = understand(Question("Ai sửa đường ống dẫn nước?"))
    assert narrow(query, NAMES) == query


def test_a_question_that_is_nothing_but_a_name_keeps_its_words() -> None:
    assert focused("Kế hoạch nước sạch nông thôn của Hòa Sơn").terms


def test_without_directives_nothing_is_a_name() -> None:
    query = understand(Question("Theo kế hoạch nước sạch, trạm bơm hư hỏng mấy trạm?"))
    assert narrow(query, DirectiveNames.of([])).terms == query.terms


def test_todays_name_of_a_merged_province_also_only_chooses_the_directive() -> None:
    names = DirectiveNames.of([StoredDirective(key="1", file="1.txt", kind="Kế hoạch", place="Bình Định", title="trồng rừng")])
    query = narrow(understand(Question("Trồng rừng phòng hộ ở Gia Lai bao nhiêu hecta?")), names)
    assert "Gia Lai" in query.places
    assert not {"gia", "lai"} & set(query.terms)
    assert {"rừng", "phòng", "hộ"} <= set(query.terms)


def test_whose_instruction_it_is_leaves_the_focus() -> None:
    assert "ủy" not in focused("Sở phải lồng nội dung vào kế hoạch nào theo chỉ đạo của Tỉnh ủy Hòa Sơn?").terms


@pytest.mark.parametrize("text", ["báo cáo 6 tháng của sở y tế", "kế hoạch 5 năm 2026 - 2030", "báo cáo 2 lần mỗi năm"])
def test_a_count_after_a_kind_of_directive_is_no_number_of_one(text: str) -> None:
    assert naming_spans(text, DirectiveNames.of([])) == []
