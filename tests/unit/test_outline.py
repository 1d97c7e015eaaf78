"""Clause trees: paths, joined lines, notes, annexes, and that nothing of the source is lost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.outline import outline
from corpus.readers import read_source
from corpus.records import Clause, Source
from corpus.splitting import split_directives
from corpus.text import collapse

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
SAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "samples"
FILES = [*sorted(SAMPLES.glob("*.txt")), *sorted(SAMPLES.glob("*.md"))]
FILES += [*sorted((SHARED / "seeds").glob("*.txt")), *sorted((SHARED / "directives").glob("*.txt"))]


def read(text: str) -> dict[str, Clause]:
    return {clause.path: clause for clause in outline(Source(text))}


def assert_nothing_lost(text: str) -> None:
    clauses = outline(Source(text))
    flat = collapse(text)
    for clause in clauses:
        assert clause.text == " ".join(clause.segments)
        assert all(segment in flat for segment in clause.segments)
    assert len({clause.path for clause in clauses}) == len(clauses)
    said = Counter("".join("".join(s.split()) for clause in clauses for s in clause.segments))
    assert said == Counter("".join(text.split()))
    if all(len(clause.segments) == 1 for clause in clauses):
        assert "".join("".join(clause.text.split()) for clause in clauses) == "".join(text.split())


LINES = st.sampled_from(
    ["KẾ HOẠCH", "I. MỤC TIÊU", "1. Mục đích", "1.1. Chung", "a) Rà soát;", "- Việc một", "+ Việc hai", "II- NHIỆM VỤ", "",
     "Nơi nhận:", "T/M BAN THƯỜNG VỤ", "BÍ THƯ", "PHỤ LỤC I", "| STT | Nội dung | Chủ trì |", "|---|---|---|", "| 1 | Việc | Sở A |",
     "\f", "2", "tiếp tục rà soát, hoàn thiện", "Các sở, ngành thực hiện.", "Điều 1. Ban hành", "[1] Ghi chú", "-----", "# Tiêu đề",
     "**2.1** - Đậm", "Số: 12/KH-UBND", "(1) Một (2) Hai", "so với năm", "2015. Trong đó", "1 Chú thích một", "công lập1 so với"]
)  # fmt: skip


@given(st.lists(LINES, max_size=40))
@settings(max_examples=200, deadline=None)
def test_no_character_is_lost_whatever_the_order_of_the_lines(lines: list[str]) -> None:
    assert_nothing_lost("\n".join(lines))


@given(st.text(alphabet=st.sampled_from("aÁđI1.)-+*|\n\n \t#[]fộ:;/"), max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_character_is_lost_of_any_text(text: str) -> None:
    assert_nothing_lost(text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_character_of_a_real_directive_is_lost(file: Path) -> None:
    for part in split_directives(read_source(file)):
        assert_nothing_lost(part.text)


def test_the_numbering_gives_the_level_not_the_markup() -> None:
    clauses = read(
        "## KẾ HOẠCH\n\n**phát triển chợ phiên**\n\n-----\n\nThực hiện chủ trương chung, cấp ủy ban hành Kế hoạch như sau:\n\n"
        "### I - MỤC TIÊU\n\n## **1. Chung**\n\n#### 1.1 - Đến năm 2030\n\n**1.1.1** - Có 12 chợ.\n\n- Chợ loại một.\n\n"
        "+ Chợ trâu.\n\n- Chợ loại hai.\n\n## 1.2 - Đến năm 2045\n\nMột đoạn văn.\n\nĐoạn nữa.\n\n### II - TỔ CHỨC THỰC HIỆN\n"
    )
    assert list(clauses) == [
        "0", "0.p1", "I", "I.1", "I.1.1.1", "I.1.1.1.1.1.1", "I.1.1.1.1.1.1.-1", "I.1.1.1.1.1.1.-1.+1", "I.1.1.1.1.1.1.-2",
        "I.1.1.2", "I.1.1.2.p1", "I.1.1.2.p2", "II",
    ]  # fmt: skip
    assert clauses["I.1.1.1"].heading == "Đến năm 2030"
    assert clauses["I.1"].kind == "heading"
    assert clauses["I.1.1.1.1.1.1"].kind == "item"
    assert clauses["I.1.1.2.p1"].parent == "I.1.1.2"


def test_articles_chapters_and_points_nest() -> None:
    clauses = read(
        "QUY CHẾ\nQuản lý bến thuyền\n\nChương I\nQUY ĐỊNH CHUNG\n\nĐiều 1. Phạm vi\n\n1. Áp dụng cho bến thuyền.\n\n"
        "a) Bến ngang;\n\nb) Bến dọc.\n\n2. Không áp dụng cho cảng.\n\nChương II\nTHỰC HIỆN\n\nĐiều 2. Hiệu lực\n"
    )
    assert [p for p in clauses if not p.startswith("0")] == [
        "C1", "C1.Đ1", "C1.Đ1.1", "C1.Đ1.1.a", "C1.Đ1.1.b", "C1.Đ1.2", "C2", "C2.Đ2",
    ]  # fmt: skip
    assert clauses["C1"].heading == "QUY ĐỊNH CHUNG"


def test_lines_broken_by_a_page_are_one_clause() -> None:
    clauses = read(
        "KẾ HOẠCH\nvề chợ\n\nI. VIỆC\n\n1. Sở Công Thương nhân rộng mô hình\n\nchợ an toàn tại các xã.\n\n2. Việc khác.\n"
    )
    assert clauses["I.1"].text == "1. Sở Công Thương nhân rộng mô hình chợ an toàn tại các xã."
    assert list(clauses)[-1] == "I.2"


PDF = """KẾ HOẠCH
về trồng rừng

I. MỤC TIÊU

1. Đến năm 2030 toàn tỉnh trồng mới tối thiểu 12.000 ha rừng phòng hộ1 ở

các xã vùng cao, bảo đảm tỷ lệ che phủ đạt từ 55% trở lên so với năm

2020; hỗ trợ người dân sống bằng nghề rừng theo hướng dẫn của

Bộ Nông nghiệp và Môi trường, không để xảy ra phá rừng ở các xã giáp
____________
1 Không tính diện tích rừng trồng thay thế của các dự án thủy điện.
2

ranh với tỉnh bạn; thực hiện (1) khoán bảo vệ rừng cho cộng đồng dân cư,

(2) trả tiền dịch vụ môi trường rừng đúng hạn cho từng hộ gia đình, mỗi

năm hai đợt.

2. Giữ vững diện tích rừng tự nhiên hiện có, nhất là rừng đầu nguồn của các

con sông lớn trong tỉnh.
"""


def test_a_footnote_and_a_page_number_do_not_cut_their_host() -> None:
    clauses = read(PDF)
    assert [p for p in clauses if p[0] != "0"] == ["I", "I.1", "note1", "page2", "I.2"]
    host = clauses["I.1"]
    assert len(host.segments) == 2
    assert "xã giáp ranh với tỉnh bạn" in host.text
    assert "(2) trả tiền dịch vụ" in host.text
    assert clauses["note1"].kind == "note"
    assert clauses["note1"].text.endswith("các dự án thủy điện.")


def test_a_short_heading_in_a_wrapped_text_does_not_swallow_its_paragraph() -> None:
    clauses = read(
        PDF
        + "\n3. Sở Tài chính\n\nCấp kinh phí kịp thời cho các chủ rừng, không để chậm trễ quá hai\n\ntháng mỗi đợt.\n"
    )
    assert clauses["I.3"].heading == "Sở Tài chính"
    assert clauses["I.3.p1"].text.startswith("Cấp kinh phí")


def test_restarted_numbering_gives_distinct_paths_in_order() -> None:
    clauses = read("KẾ HOẠCH\nvề chợ\n\nI. VIỆC\n1. Một.\n2. Hai.\n1. Lại một.\n4. Bốn.\n")
    assert [p for p in clauses if p[0] == "I"] == ["I", "I.1", "I.2", "I.1(2)", "I.4"]


def test_bookmarks_are_covered_but_not_shown() -> None:
    clauses = read("KẾ HOẠCH\nvề chợ\n\n[bookmark: muc_1]I. MỤC ĐÍCH\n[bookmark: _x]- Một việc.\n")
    assert clauses["I"].heading == "MỤC ĐÍCH"
    assert clauses["I"].text.startswith("[bookmark: muc_1]")
    assert clauses["I.-1"].heading == "Một việc."


ANNEX = """KẾ HOẠCH
về đường làng

I. VIỆC
1. Làm đường.

Nơi nhận:
- Sở Xây dựng;
- Lưu: VT.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Lý A Páo

PHỤ LỤC II
BIỂU PHÂN CÔNG NHIỆM VỤ
(Kèm theo Kế hoạch về đường làng)

{table}
"""
PIPES = """| STT | Nội dung | Cơ quan chủ trì | Thời gian |
|---|---|---|---|
| I | KHẢO SÁT | | |
| 1 | Đo đạc các tuyến | Sở Xây dựng | Quý I/2026 |
| | liên thôn | | |
| 2 | Lập dự toán | Sở Tài chính | Tháng 4/2026 |
| II | THI CÔNG | | |
| 3 | Đổ bê tông | UBND các xã | Trước 30/9/2026 |"""


def test_annex_tables_become_rows_with_named_cells_under_their_sections() -> None:
    clauses = read(ANNEX.format(table=PIPES))
    assert [p for p in clauses if p.startswith("PL")] == [
        "PL2", "PL2.p1", "PL2.I", "PL2.I.1", "PL2.I.2", "PL2.II", "PL2.II.3",
    ]  # fmt: skip
    row = clauses["PL2.I.1"]
    assert row.kind == "row"
    assert dict(row.cells) == {
        "STT": "1", "Nội dung": "Đo đạc các tuyến liên thôn", "Cơ quan chủ trì": "Sở Xây dựng", "Thời gian": "Quý I/2026",
    }  # fmt: skip
    assert clauses["PL2.I"].heading == "KHẢO SÁT"
    assert clauses["end"].text.endswith("Lý A Páo")


@pytest.mark.parametrize(
    "table",
    [
        "STT\tNội dung\tChủ trì\n1\tĐo đạc\tSở Xây dựng\n2\tLập dự toán\tSở Tài chính\n",
        "STT   Nội dung          Chủ trì\n1     Đo đạc            Sở Xây dựng\n2     Lập dự            Sở Tài chính\n      toán\n",
    ],
    ids=["tabs", "spaces"],
)
def test_columns_set_with_tabs_or_spaces_are_tables_too(table: str) -> None:
    clauses = read(ANNEX.format(table=table))
    assert dict(clauses["PL2.1"].cells)["Nội dung"] == "Đo đạc"
    assert dict(clauses["PL2.2"].cells)["Chủ trì"] == "Sở Tài chính"
    assert dict(clauses["PL2.2"].cells)["Nội dung"].startswith("Lập dự")


def test_a_letter_keeps_its_addressees_in_front_of_its_items() -> None:
    clauses = read(
        "SỞ Y TẾ\nSố: 12/SYT-VP\nV/v trực Tết\nHòa Sơn, ngày 02 tháng 01 năm 2026\n\nKính gửi:\n- Các bệnh viện;\n- Các trạm y tế.\n\n"
        "Sở Y tế đề nghị các đơn vị:\n\n1. Trực đủ 24 giờ.\n2. Báo cáo hằng ngày.\n\nNơi nhận:\n- Như trên.\n\nGIÁM ĐỐC\n\nVừ A Dê"
    )
    assert [p for p in clauses if p[0] != "0"] == ["1", "2", "end"]


def test_a_page_is_counted_from_the_form_feeds() -> None:
    text = "KẾ HOẠCH\nvề chợ\n\nI. MỘT\n\f1. Việc ở trang hai.\n"
    source = Source(text, page_starts=(0, text.index("\f") + 1))
    assert {clause.path: clause.page for clause in outline(source)}["I.1"] == 2


def test_reading_is_linear_in_the_size_of_the_text() -> None:
    def seconds(times: int) -> float:
        text = PDF + "".join(
            f"\n{n}. Giao Sở Tài chính cấp kinh phí đợt {n} cho các xã.\n- Việc kèm theo.\n"
            for n in range(4, 4 + times)
        )
        began = process_time()
        outline(Source(text))
        return process_time() - began

    seconds(200)
    small, large = (min(seconds(times) for _ in range(3)) for times in (400, 4000))
    assert large < 60 * max(small, 0.005)  # ten times the text; a quadratic reading would take a hundred times as long


def test_groups_by_capital_letters_and_rows_with_a_dash_keep_their_place_in_a_table() -> None:
    rows = ["| TT | Chỉ tiêu | Đơn vị | KH 2026 |", "|---|---|---|---|", "| A | Thủy lợi | | |", "| 1 | Kênh kiên cố | km | 40 |",
            "| - | Trong đó: kênh chính | km | 12 |", "| B | Giao thông | | |", "| 2 | Cầu mới | cầu | 3 |"]  # fmt: skip
    paths = [path for path in read(ANNEX.format(table="\n".join(rows))) if path.startswith("PL")]
    assert paths == ["PL2", "PL2.p1", "PL2.A", "PL2.A.1", "PL2.A.1.-1", "PL2.B", "PL2.B.2"]


def test_a_numbered_form_after_the_signature_is_an_annex_and_its_empty_cells_do_not_hide_its_titles() -> None:
    clauses = read(
        "KẾ HOẠCH\nTrồng chè\n\nI. MỤC TIÊU\n\n1. Trồng chè.\n\nNơi nhận:\n- Lưu: VT.\n\nGIÁM ĐỐC\n\n\nGiàng A Lử\n\n"
        "Biểu 01\nCHỈ TIÊU NĂM 2026\n\nSTT\tChỉ tiêu\tĐơn vị tính\tKế hoạch năm 2026\nI\tTRỒNG TRỌT\t\t\n1\tDiện tích chè\tHa\t300\n"
    )
    assert dict(clauses["PL1.I.1"].cells)["Kế hoạch năm 2026"] == "300"


def test_a_roman_number_at_the_head_of_a_printed_line_goes_on_after_quarter() -> None:
    clauses = read(
        "KẾ HOẠCH\nGiải ngân\n\nI. NHIỆM VỤ\n\n1. Giải ngân vốn đầu tư công của các dự án, đến hết quý\n"
        "III đạt bảy mươi phần trăm và cuối năm\nđạt toàn bộ kế hoạch.\n2. Báo cáo.\n"
    )
    assert clauses["I.1"].text.endswith("đạt toàn bộ kế hoạch.")
