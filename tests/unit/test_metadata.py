"""What a directive says of itself, and of the documents it cites."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.metadata import read_metadata
from corpus.metadata.numbers import find_numbers
from corpus.metadata.signature import role_named
from corpus.metadata.wording import is_central, kind_named, kind_of_code, sentence_case
from corpus.outline import outline
from corpus.readers import read_source
from corpus.records import Metadata, Source
from corpus.splitting import split_directives

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"


def read(text: str) -> Metadata:
    source = Source(text)
    return read_metadata(source, outline(source))


def seed(prefix: str) -> Metadata:
    files = sorted(SEEDS.glob(f"{prefix}*.txt"))
    if not files:
        pytest.skip("no shared/seeds beside the checkout")
    source = split_directives(read_source(files[0]))[0]
    return read_metadata(source, outline(source))


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("Số 91 -KL/TU", "91-KL/TU", "Kết luận"),
        ("số 103-KH/TU của", "103-KH/TU", "Kế hoạch"),
        ("số 38/NQ-CP", "38/NQ-CP", "Nghị quyết"),
        ("số 254/QĐ-UBND ngày", "254/QĐ-UBND", "Quyết định"),
        ("số 55/2022/QH15", "55/2022/QH15", None),
        ("số 12-CTr/TU,", "12-CTr/TU", "Chương trình"),
        ("số 10/CT-TTg", "10/CT-TTg", "Chỉ thị"),
        ("số 45/2016/QĐ-TTg", "45/2016/QĐ-TTg", "Quyết định"),
        ("số 19- NQ/TW", "19-NQ/TW", "Nghị quyết"),
        ("số 2417/SYT-NVY", "2417/SYT-NVY", None),
        ("số 1410/2017/UBTVQH13", "1410/2017/UBTVQH13", None),
    ],
)
def test_a_number_has_one_spelling(text: str, number: str, kind: str | None) -> None:
    assert [(found.text, found.kind) for found in find_numbers(text)] == [(number, kind)]


@pytest.mark.parametrize(
    "text",
    ["ngày 31/12/2025", "giai đoạn 2021 - 2025", "5 - Xây dựng", "24/7", "1/3 số xã", "120 km/h", "Số:      /KH-UBND"],
)
def test_dates_ranges_and_blanks_are_no_numbers(text: str) -> None:
    assert not list(find_numbers(text))


@given(st.text(max_size=120))
def test_any_text_gives_metadata(text: str) -> None:
    assert read(text).warnings or text


PARTY = """TỈNH ỦY HÒA SƠN
*
Số 91 -KL/TU

ĐẢNG CỘNG SẢN VIỆT NAM
Hòa Sơn, ngày 19 tháng 9 năm 2023

KẾT LUẬN
CỦA BAN THƯỜNG VỤ TỈNH ỦY
về giữ gìn nghề dệt,
hiệu quả chợ phiên

Thực hiện Nghị quyết số 7-NQ/TU, ngày 02/3/2021 của Ban Chấp hành Đảng bộ tỉnh về văn hóa; Kế hoạch số 8-KH/TU ngày 5/4/2021
của Ban Thường vụ Tỉnh ủy về thực hiện Kết luận số 9-KL/TW, Ban Thường vụ Tỉnh ủy kết luận:

I. VIỆC

1. Thực hiện Nghị quyết số 1410/2017/UBTVQH13 và Nghị quyết số 1411/2017/UBTVQH13 ngày 12/6/2017 của Ủy ban Thường vụ Quốc hội.

2. Kết luận này thay thế Kết luận số 33-KL/TU ngày 01/02/2019 của Ban Thường vụ Tỉnh ủy; theo Luật Di sản văn hóa.

Nơi nhận:
- Các ban đảng,
- đảng ủy trực thuộc Tỉnh ủy,
- Các đồng chí Ủy viên
- Ban Chấp hành Đảng bộ tỉnh,
- CPVP, CVNC.

T/M BAN THƯỜNG VỤ
SẢN BÍ THƯ

Lò Văn Páo"""


def test_every_field_of_a_party_conclusion() -> None:
    found = read(PARTY)
    assert found.number == "91-KL/TU"
    assert found.kind == "Kết luận"
    assert found.issuer == "Ban Thường vụ Tỉnh ủy Hòa Sơn"
    assert found.place == "Hòa Sơn"
    assert found.issued_on == date(2023, 9, 19)
    assert found.issued_month == "2023-09"
    assert found.title == "về giữ gìn nghề dệt, hiệu quả chợ phiên"
    assert (found.signer, found.signer_role) == ("Lò Văn Páo", "Bí thư")
    assert found.recipients == (
        "Các ban đảng, đảng ủy trực thuộc Tỉnh ủy",
        "Các đồng chí Ủy viên Ban Chấp hành Đảng bộ tỉnh",
        "CPVP, CVNC",
    )
    assert found.warnings == ()


def test_citations_have_their_relation_their_date_and_their_issuer() -> None:
    cites = {cited.number: cited for cited in read(PARTY).cites}
    assert cites["7-NQ/TU"].relation == "implements"
    assert cites["7-NQ/TU"].issued_on == date(2021, 3, 2)
    assert cites["7-NQ/TU"].issuer == "Ban Chấp hành Đảng bộ tỉnh"
    assert cites["8-KH/TU"].relation == "implements"
    assert cites["9-KL/TW"].relation == "cites"
    assert cites["33-KL/TU"].relation == "replaces"
    shared = cites["1410/2017/UBTVQH13"]
    assert (shared.issued_on, shared.issuer) == (date(2017, 6, 12), "Ủy ban Thường vụ Quốc hội")
    assert cites[None].title == "Luật Di sản văn hóa"
    assert len(read(PARTY).cites) == 7


STATE = """ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH HÒA SƠN                            Độc lập - Tự do - Hạnh phúc
Số:      /KH-UBND                    Hòa Sơn, ngày     tháng 4 năm 2026

KẾ HOẠCH
Cấp nước cho bản Nà Phiêng

I. VIỆC
1. Đào giếng.

Nơi nhận:                                   TM. ỦY BAN NHÂN DÂN
- Bộ Y tế (b/c);                              KT. CHỦ TỊCH
- Lưu: VT.                                   PHÓ CHỦ TỊCH


                                            Vàng Seo Lử"""


JOINT = """CÔNG AN TỈNH HÒA SƠN              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
SỞ Y TẾ                                Độc lập - Tự do - Hạnh phúc
Số: 05/CTrPH-CAT-SYT                  Hòa Sơn, ngày 12 tháng 3 năm 2026

CHƯƠNG TRÌNH PHỐI HỢP
Bảo đảm an ninh, trật tự bệnh viện giai đoạn 2026 - 2028

I. NỘI DUNG
1. Hai ngành giao ban mỗi quý một lần.

   GIÁM ĐỐC CÔNG AN TỈNH                    GIÁM ĐỐC SỞ Y TẾ



      Quách Văn Lưu                              Bế Thị Hồng

Nơi nhận:
- UBND tỉnh (b/c);
- Lưu: VT."""


def test_two_who_sign_side_by_side_close_the_directive_and_the_body_named_first_counts() -> None:
    found = read(JOINT)
    assert (found.number, found.kind) == ("05/CTrPH-CAT-SYT", "Chương trình phối hợp")
    assert found.title == "Bảo đảm an ninh, trật tự bệnh viện giai đoạn 2026 - 2028"
    assert (found.signer, found.signer_role) == ("Quách Văn Lưu", "Giám đốc")
    assert found.recipients == ("UBND tỉnh (b/c)", "Lưu: VT")
    assert [clause.path for clause in outline(Source(JOINT)) if clause.path.startswith("I")] == ["I", "I.1"]


def test_what_a_blank_letterhead_leaves_open_stays_open() -> None:
    found = read(STATE)
    assert found.number is None
    assert found.kind == "Kế hoạch"
    assert found.issuer == "Ủy ban nhân dân tỉnh Hòa Sơn"
    assert (found.issued_on, found.issued_month) == (None, "2026-04")
    assert (found.signer, found.signer_role) == ("Vàng Seo Lử", "Phó Chủ tịch")
    assert found.recipients == ("Bộ Y tế (b/c)", "Lưu: VT")
    assert any("số hiệu" in warning for warning in found.warnings)
    assert any("04/2026" in warning for warning in found.warnings)


def test_a_letter_is_known_by_its_subject_and_addressees() -> None:
    found = read(
        "ỦY BAN NHÂN DÂN TỈNH HÒA SƠN\nSỞ Y TẾ\nSố: 12/SYT-VP\nV/v trực Tết\nHòa Sơn, ngày 02 tháng 01 năm 2026\n\nKính gửi:\n"
        "- Các bệnh viện;\n- Các trạm y tế.\n\nThực hiện Công văn số 5/UBND-VX ngày 01/01/2026 của UBND tỉnh, Sở Y tế đề nghị:\n\n"
        "1. Trực đủ 24 giờ.\n\nNơi nhận:\n- Như trên.\n\nGIÁM ĐỐC\n\nVừ A Dê"
    )
    assert (found.kind, found.number, found.title) == ("Công văn", "12/SYT-VP", "V/v trực Tết")
    assert found.issuer == "Sở Y tế tỉnh Hòa Sơn"
    assert found.recipients == ("Các bệnh viện", "Các trạm y tế", "Như trên")
    assert [(cited.number, cited.relation) for cited in found.cites] == [("5/UBND-VX", "implements")]


@pytest.mark.parametrize(
    ("printed", "role"),
    [
        ("TỔNG Bí THƯ", "Tổng Bí thư"),
        ("SẢN BÍ THƯ", "Bí thư"),
        ("PHÓ BÍ THƯ THƯỜNG TRỰC", "Phó Bí thư Thường trực"),
        ("KT. CHỦ TỊCH", "Chủ tịch"),
        ("CHỦ TỊCH", "Chủ tịch"),
        ("Lò Văn Páo", None),
    ],
)
def test_a_role_is_read_through_slips_of_the_scanner(printed: str, role: str | None) -> None:
    assert role_named(printed) == role


@pytest.mark.parametrize(
    ("capitals", "written"),
    [
        ("BAN THƯỜNG VỤ TỈNH ỦY", "Ban Thường vụ Tỉnh ủy"),
        ("TỈNH ỦY HÒA SƠN", "Tỉnh ủy Hòa Sơn"),
        ("ỦY BAN NHÂN DÂN TỈNH HÒA SƠN", "Ủy ban nhân dân tỉnh Hòa Sơn"),
        ("SỞ NỘI VỤ", "Sở Nội vụ"),
        ("BỘ CHÍNH TRỊ", "Bộ Chính trị"),
        ("UBND HUYỆN BA TRẠI", "UBND huyện Ba Trại"),
    ],
)
def test_names_in_capitals_are_written_as_in_a_sentence(capitals: str, written: str) -> None:
    assert sentence_case(capitals) == written


def test_codes_and_names_of_kinds_agree() -> None:
    assert kind_of_code("CTr") == "Chương trình"
    assert kind_of_code("CT") == "Chỉ thị"
    assert kind_named("CHƯƠNG TRÌNH HÀNH ĐỘNG") == "Chương trình hành động"
    assert is_central("Bộ Chính trị")
    assert not is_central("Tỉnh ủy Hòa Sơn")


def test_a_real_plan_with_a_blank_day_and_no_signature() -> None:
    found = seed("000")
    assert (found.number, found.kind, found.place) == (None, "Kế hoạch", "Lâm Đồng")
    assert (found.issued_on, found.issued_month) == (None, "2026-04")
    assert found.issuer == "Ban Thường vụ Đảng ủy UBND tỉnh Lâm Đồng"
    assert (found.signer, found.signer_role, found.recipients) == (None, None, ())
    assert found.title is not None
    assert found.title.startswith("triển khai Kế hoạch số 51-KH/TU")
    assert found.title.endswith("tỉnh Lâm Đồng")
    cites = {cited.number: (cited.relation, cited.issued_on, cited.issuer) for cited in found.cites if cited.number}
    assert cites == {
        "51-KH/TU": ("implements", date(2026, 3, 30), "Ban Thường vụ Tỉnh ủy"),
        "79-NQ/TW": ("cites", date(2026, 1, 6), "Bộ Chính trị"),
    }


def test_a_real_plan_broken_by_its_pages() -> None:
    found = seed("003")
    assert (found.number, found.kind, found.place, found.issued_on) == (None, "Kế hoạch", None, None)
    assert found.issuer == "Chủ tịch UBND tỉnh"
    assert (found.signer, found.signer_role) == ("Lê Ánh Dương", "Chủ tịch")
    assert len(found.recipients) == 7
    assert found.title is not None
    assert found.title.endswith("Ban cán sự đảng UBND tỉnh")
    cites = {cited.number: (cited.relation, cited.issued_on) for cited in found.cites}
    assert cites == {
        "38/NQ-CP": ("implements", date(2024, 4, 2)),
        "103-KH/TU": ("implements", date(2023, 11, 10)),
        "2182-KH/BCSĐ": ("implements", date(2023, 12, 31)),
        "62-KL/TW": ("cites", date(2023, 10, 2)),
        "19-NQ/TW": ("cites", date(2017, 10, 25)),
    }


def test_all_the_decisions_in_a_list_are_replaced_and_what_they_rest_on_is_not() -> None:
    found = read(
        "QUYẾT ĐỊNH\nVề việc quản lý chợ\n\nTheo đề nghị của Giám đốc Sở Công Thương tại Tờ trình số 66/TTr-SCT ngày 02/3/2026.\n\n"
        "Điều 1. Quyết định này thay thế Quyết định số 14/QĐ-UBND ngày 05/02/2019 của Ủy ban nhân dân tỉnh, "
        "Quyết định số 15/QĐ-UBND ngày 06/02/2019 và Quyết định số 16/QĐ-UBND ngày 07/02/2020.\n\n"
        "Điều 2. Thực hiện Nghị quyết số 09/NQ-HĐND ngày 10/12/2025 Hội đồng nhân dân tỉnh.\n"
    )
    cites = {cited.number: cited for cited in found.cites}
    replaced = [number for number, cited in cites.items() if cited.relation == "replaces"]
    assert replaced == ["14/QĐ-UBND", "15/QĐ-UBND", "16/QĐ-UBND"]
    assert cites["66/TTr-SCT"].issuer == "Sở Công Thương"
    assert cites["09/NQ-HĐND"].issuer == "Hội đồng nhân dân tỉnh"


def test_a_congress_issues_its_resolution_and_its_presidium_is_no_role() -> None:
    found = read(
        "ĐẢNG BỘ XÃ NẬM KHÒA\n*\nSố 02-NQ/ĐH\n\nNậm Khòa, ngày 12 tháng 6 năm 2025\n\nNGHỊ QUYẾT\n"
        "ĐẠI HỘI ĐẢNG BỘ XÃ NẬM KHÒA LẦN THỨ II, NHIỆM KỲ 2025 - 2030\n\nI- Mục tiêu\n\n1. Giảm nghèo.\n\n"
        "Nơi nhận:\n- Các chi bộ,\n- Lưu Văn phòng.\n\nT/M ĐOÀN CHỦ TỊCH\n\n\nHảng A Chu\n"
    )
    assert (found.issuer, found.signer, found.signer_role) == ("Đại hội Đảng bộ xã Nậm Khòa", "Hảng A Chu", None)


def test_a_district_is_the_place_when_no_province_is_named() -> None:
    found = read(
        "# CHƯƠNG TRÌNH\n\n**trồng rừng**\n\nỦy ban nhân dân huyện Bản Lìm ban hành Chương trình như sau:\n\n## I. Mục tiêu\n\n- Trồng rừng.\n"
    )
    assert found.place == "Bản Lìm"


def test_years_compared_in_a_title_are_no_number() -> None:
    assert list(find_numbers("So sánh KH 2026/TH 2025 (%)")) == []
