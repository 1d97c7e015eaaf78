"""What a question is understood to ask, whatever way an official types it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import comparable, fold
from index.answers import Question
from index.query import DocumentNumber, Query, understand


def read(text: str, previous: str | None = None, place: str | None = None) -> Query:
    return understand(Question(text, previous=previous, place=place))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Đến năm 2030 tỉ lệ hồ sơ trực tuyến phải đạt bao nhiêu phần trăm?", "target"),
        ("Tốp mấy toàn quốc về chuyển đổi số?", "target"),
        ("Bao giờ phải xong quy hoạch cấp nước?", "deadline"),
        ("Chậm nhất ngày nào thì nộp danh sách?", "deadline"),
        ("Đề án này còn mấy ngày nữa là hết hạn?", "deadline"),
        ("Sở nào chủ trì sửa trạm y tế?", "responsibility"),
        ("Ai chịu trách nhiệm kiểm tra rác thải?", "responsibility"),
        ("Xã phải báo cáo cho cơ quan nào?", "report"),
        ("Hồ sơ trễ hẹn nhiều thì bị xử lý thế nào?", "rule"),
        ("Công văn về y tế cơ sở do ai ký?", "document"),
        ("Liệt kê những nhiệm vụ nào giao cho xã", "list"),
        ("So sánh chỉ tiêu nước sạch của hai kế hoạch", "compare"),
        ("Vì sao tỉ lệ tiêm chủng giảm?", "clause"),
    ],
)
def test_the_kind_of_a_question_is_told_from_its_words(question: str, kind: str) -> None:
    assert read(question).kind == kind


def test_a_long_matter_does_not_hide_to_whom_one_reports() -> None:
    assert read("Sở Y tế báo cáo kết quả kiểm tra chất lượng nước cho ai?").kind == "report"


@pytest.mark.parametrize(
    ("question", "years", "periods"),
    [
        ("Đến năm 2030 đạt bao nhiêu?", {2030}, ()),
        ("giai đoạn 2022-2026 tăng mấy phần trăm", {2022, 2026}, ((2022, 2026),)),
        ("giai đoạn 2022 – 2026", {2022, 2026}, ((2022, 2026),)),
        ("từ 2021 đến năm 2025", {2021, 2025}, ((2021, 2025),)),
        ("năm 2026 so với năm 2015", {2015, 2026}, ()),
        ("thu 2.030 tỷ đồng", set(), ()),
        ("tăng 2026,5 tỷ", set(), ()),
        ("đạt 2000% kế hoạch", set(), ()),
        ("Nghị quyết 09/2022/NQ-HĐND", set(), ()),
    ],
)
def test_years_are_told_from_periods_figures_and_numbers(
    question: str, years: set[int], periods: tuple[tuple[int, int], ...]
) -> None:
    query = read(question)
    assert (set(query.years), query.periods) == (years, periods)


@pytest.mark.parametrize(
    "spelling",
    [
        "Kế hoạch 45-KH/TU",
        "kế hoạch số 45-KH/TU",
        "Kế hoạch 45 - KH/TU",
        "Kế hoạch số 045/KH-TU",
        "45-KH/TU",
        "ke hoach 45-kh/tu",
        "45/KH-TU",
    ],
)
def test_a_full_number_is_found_in_every_spelling(spelling: str) -> None:
    (found,) = read(f"{spelling} giao gì?").documents
    assert (found.serial, found.code) == ("45", "KHTU")


@pytest.mark.parametrize("spelling", ["kế hoạch 45", "Kế hoạch số 45", "KH45", "KH 45", "kh số 045", "ke hoach 45"])
def test_a_short_number_is_found_with_its_kind(spelling: str) -> None:
    assert read(f"{spelling} giao gì?").documents == (DocumentNumber("45", "kế hoạch"),)


def test_a_number_with_its_year_keeps_it_and_names_no_year_of_the_matter() -> None:
    query = read("Nghị quyết 55/2022/QH15 quy định gì?")
    assert query.documents == (DocumentNumber("55", None, "QH15", 2022),)
    assert query.years == frozenset()


@pytest.mark.parametrize(
    "question", ["Kế hoạch 2026 giao gì?", "quyết định 20% số hộ", "chỉ tiêu 45 xã", "30/6 phải xong"]
)
def test_years_shares_counts_and_dates_are_no_document_numbers(question: str) -> None:
    assert read(question).documents == ()


@pytest.mark.parametrize("question", ["Kế hoạch 5 năm của tỉnh đặt gì?", "kế hoạch 30 ngày cao điểm"])
def test_a_span_of_time_is_no_document_number(question: str) -> None:
    assert read(question).documents == ()


def test_figures_of_the_question_are_not_its_years_nor_its_document_number() -> None:
    query = read("Kế hoạch 45 giảm 20% và 1.200 hộ năm 2026, mức 46,5 phải không?")
    assert query.figures == {"20", "1.200", "46,5"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("UBND tỉnh phải làm gì", "ủy ban nhân dân tỉnh"),
        ("TTHC nào phải cắt giảm", "thủ tục hành chính"),
        ("CCHC năm 2026", "cải cách hành chính"),
        ("MTTQ giám sát gì", "mặt trận tổ quốc"),
        ("ĐVSNCL giảm bao nhiêu", "đơn vị sự nghiệp công lập"),
    ],
)
def test_officials_abbreviations_are_spelt_out(typed: str, meant: str) -> None:
    assert meant in comparable(read(typed).text)


def test_marks_are_given_back_before_anything_is_read() -> None:
    marks = {"so y te bao cao khi nao": "sở y tế báo cáo khi nào"}
    query = understand(Question("so y te bao cao khi nao"), lambda text: marks.get(text, text))
    assert query.text == "sở y tế báo cáo khi nào"
    assert (query.kind, query.units) == ("deadline", ("Sở Y tế",))
    assert query.original == "so y te bao cao khi nao"


def test_a_question_without_marks_still_gives_its_years_and_document() -> None:
    query = read("ke hoach 45-KH/TU den nam 2030 dat bao nhieu")
    assert query.years == {2030}
    assert query.documents[0].serial == "45"
    assert "bao" not in query.terms


@pytest.mark.parametrize(
    "padded",
    [
        "Dạ cho em hỏi hạn nộp danh sách hộ nghèo là khi nào ạ?",
        "Xin hỏi hạn nộp danh sách hộ nghèo là khi nào? Xin cảm ơn",
        "alo bot ơi hạn nộp danh sách hộ nghèo là khi nào vậy",
    ],
)
def test_politeness_changes_neither_what_is_searched_nor_the_kind(padded: str) -> None:
    query = read(padded)
    assert query.terms == read("Hạn nộp danh sách hộ nghèo là khi nào?").terms
    assert query.kind == "deadline"


@pytest.mark.parametrize(
    ("question", "yes_no", "either_or"),
    [
        ("Xã có phải lập báo cáo riêng không?", True, False),
        ("Đề án trình rồi phải không?", True, False),
        ("Báo cáo hằng quý hay hằng năm?", False, True),
        ("Ai chủ trì?", False, False),
    ],
)
def test_yes_or_no_is_told_from_either_or(question: str, yes_no: bool, either_or: bool) -> None:
    query = read(question)
    assert (query.yes_no, query.either_or) == (yes_no, either_or)


def test_the_persons_own_place_counts_only_when_the_question_names_none() -> None:
    assert read("Tỉ lệ nước sạch bao nhiêu?", place="Cà Mau").places == ("Cà Mau",)
    assert "Cà Mau" not in read("Tỉ lệ nước sạch của Quảng Trị bao nhiêu?", place="Cà Mau").places


@pytest.mark.parametrize(
    ("question", "previous"),
    [
        ("Còn năm 2030?", "Đến năm 2025 tỉ lệ hộ dùng nước sạch là bao nhiêu?"),
        ("Thế ai chủ trì?", "Đề án luân phiên bác sĩ khi nào xong?"),
        ("Họ phải gửi cho ai?", "Các xã nộp danh sách hộ nghèo khi nào?"),
        ("Cái đó bao giờ xong?", "Ai sửa trạm bơm Suối Lạnh?"),
        ("Ai chủ trì?", "Đề án luân phiên bác sĩ khi nào xong?"),
    ],
)
def test_a_follow_up_carries_the_subject_of_the_question_before(question: str, previous: str) -> None:
    query = read(question, previous)
    assert query.follow_up
    assert set(read(previous).terms) <= set(query.terms)


def test_a_question_left_open_is_a_follow_up_and_asks_what_was_asked_before() -> None:
    query = read("Các xã biên giới thì sao?", "Đến năm 2030 tỉ lệ nước sạch là bao nhiêu?")
    assert query.follow_up
    assert query.kind == "target"


def test_a_condition_left_open_stands_alone() -> None:
    assert not read("Hộ vi phạm lần thứ ba trong tháng thì sao?", "Đến năm 2030 tỉ lệ nước sạch là bao nhiêu?").follow_up


def test_a_follow_up_that_asks_something_else_drops_what_was_asked_before() -> None:
    query = read("Ai chủ trì?", "Đề án luân phiên bác sĩ khi nào xong?")
    assert "khi nào" not in query.text
    assert "luân phiên bác sĩ" in query.text


def test_a_follow_up_that_only_goes_on_keeps_what_was_asked_before() -> None:
    assert "khi nào" in read("Còn tổng kết?", "Kế hoạch nước sạch sơ kết khi nào?").text


def test_a_follow_up_about_another_body_leaves_the_first_one_out() -> None:
    query = read("Còn Sở Tài chính thì sao?", "Sở Y tế phải báo cáo trước ngày nào?")
    assert query.units == ("Sở Tài chính",)
    assert query.kind == "deadline"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("NQ 09 NQ/TW nói gì", "NQTW"),
        ("09-NQ TW", "NQTW"),
        ("NQ/TU số 12", "NQTU"),
        ("12 nq tu", "NQTU"),
        ("KL62-KL/TW", "KLTW"),
        ("NQ118/NQ-CP", "NQCP"),
        ("164 KH UBND", "KHUBND"),
        ("Kế hoạch số: 164 / KH-UBND", "KHUBND"),
    ],
)
def test_a_number_is_read_in_any_spelling(typed: str, code: str) -> None:
    assert [d.code for d in read(typed).documents] == [code]


@pytest.mark.parametrize(
    ("typed", "serial"),
    [("chỉ thị mười bảy nói gì", "17"), ("quyết định 31 năm 2025", "31"), ("KL62", "62"), ("nghị quyết 20 năm 2012", "20")],
)
def test_a_number_is_read_without_its_letters(typed: str, serial: str) -> None:
    assert [d.serial for d in read(typed).documents] == [serial]


@pytest.mark.parametrize("typed", ["kế hoạch 5 năm", "kế hoạch 5 năm 2021-2025", "kế hoạch 10 ngày"])
def test_a_plan_of_so_many_years_has_no_number(typed: str) -> None:
    assert read(typed).documents == ()


TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "years"),
    [
        ("sang năm xã phải đạt bao nhiêu?", {2027}),
        ("cuối năm nay phải giảm mấy phần trăm?", {2026}),
        ("năm ngoái đạt bao nhiêu?", {2025}),
        ("sang năm 2028 thì sao?", {2028}),
        ("năm sau cao hơn năm trước bao nhiêu?", set()),
        ("3 năm tới tăng bao nhiêu?", set()),
        ("từ năm nào tới năm nào?", set()),
    ],
)
def test_years_are_told_from_today(typed: str, years: set[int]) -> None:
    assert understand(Question(typed, today=TODAY)).years == years


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("trạm xá xài phần mềm từ bữa nào", "trạm y tế sử dụng phần mềm từ ngày nào"),
        ("hết đát thì ông nào ký", "quá hạn thì ai ký"),
        ("ko đạt ntn", "không đạt như thế nào"),
        ("vụ giá nước ai cầm trịch vậy ad", "giá nước ai chủ trì"),
        ("chia làm mấy phần", "chia làm mấy phần"),
        ("đơn vị nào vô hiệu hóa", "đơn vị nào vô hiệu hóa"),
        ("Còn Sở Nội vụ", "Còn Sở Nội vụ"),
    ],
)
def test_everyday_words_are_put_as_directives_put_them(typed: str, meant: str) -> None:
    assert read(typed).text == meant


@pytest.mark.parametrize(
    "typed", ["nơi nào cũng phải sắp xếp giống nhau không?", "ai cũng phải khám sức khỏe à?", "có được ai giúp đỡ không?"]
)
def test_a_question_word_that_asks_nothing_is_no_question_about_who(typed: str) -> None:
    assert read(typed).kind != "responsibility"


def test_the_figures_of_a_supposition_are_not_looked_for() -> None:
    query = read("Tỉ lệ nước sạch năm 2030 mà chỉ được 61% thì là không đạt mục tiêu phải không?")
    assert query.yes_no
    assert query.figures == frozenset()
    assert "61" not in query.terms


def test_a_follow_up_with_its_own_year_drops_the_year_before() -> None:
    query = read("Còn năm 2030?", "Đến năm 2025 tỉ lệ hộ dùng nước sạch là bao nhiêu?")
    assert query.years == {2030}
    assert "2025" not in query.text
    assert query.kind == "target"


def test_a_follow_up_without_a_year_keeps_the_year_before() -> None:
    assert read("Thế ai chủ trì?", "Năm 2027 sửa bao nhiêu trạm y tế?").years == {2027}


def test_a_follow_up_asks_its_own_kind_of_thing() -> None:
    assert read("Thế ai chủ trì?", "Năm 2027 sửa bao nhiêu trạm y tế?").kind == "responsibility"


@pytest.mark.parametrize(
    "question",
    [
        "Sở Y tế báo cáo kết quả khám chữa bệnh khi nào?",
        "Hạn nộp danh sách hộ nghèo của xã là ngày nào?",
        "Công tác họp trực tuyến năm 2026 ra sao?",
        "Việc còn tồn đọng của trạm bơm là gì?",
        "Vậy rừng trồng mới năm 2027 bao nhiêu hecta?",
        "Họp trực tuyến với xã không quá bao nhiêu phút?",
    ],
)
def test_an_unrelated_question_is_no_follow_up(question: str) -> None:
    previous = "Giá vé tàu năm 2024 ở Cà Mau là bao nhiêu?"
    query = read(question, previous)
    assert not query.follow_up
    assert (query.terms, query.years, query.places) == (
        read(question).terms,
        read(question).years,
        read(question).places,
    )


def test_the_day_of_the_question_is_kept() -> None:
    assert understand(Question("Quý này phải làm gì?", today=date(2026, 11, 22))).today == date(2026, 11, 22)


TYPED = st.text(alphabet="abcđơưạế hoạch nghị quyết 0123456789/-.,%?!()\n KHTUNQ", max_size=120)


@given(TYPED, st.none() | TYPED)
def test_whatever_is_typed_is_understood_to_be_something(text: str, previous: str | None) -> None:
    query = read(text, previous)
    assert query.original == text
    assert all(1900 < year < 2100 for year in query.years)
    assert len(set(query.terms)) == len(query.terms)
    assert all(number.serial.isdigit() or number.serial == "" for number in query.documents)


@pytest.mark.parametrize(
    "question", ["Đến năm 2030 tỉ lệ nước sạch đạt bao nhiêu?", "Hạn báo cáo giai đoạn 2026-2028?"]
)
def test_capitals_and_marks_matter_nothing_to_the_years(question: str) -> None:
    assert read(question).years == read(fold(question)).years == read(question.upper()).years


def test_a_question_of_reporting_words_alone_leans_on_the_one_before() -> None:
    before = "Sở Y tế Hòa Sơn kiểm tra nước sạch thế nào?"
    assert read("bao lâu thì phải báo cáo một lần?", previous=before).follow_up
    assert not read("bao lâu thì phải thay máy bơm nước ở trường học?", previous=before).follow_up


def test_thanks_ask_nothing_of_the_question_before() -> None:
    assert not read("cảm ơn nhé", previous="Năm 2030 đạt bao nhiêu phần trăm?").follow_up


def test_what_was_asked_before_is_dropped_when_something_else_is_asked() -> None:
    query = read("phối hợp với những ai?", previous="Sở Y tế phải làm gì về nước sạch?")
    assert "làm gì" not in query.text
