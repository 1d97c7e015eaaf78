"""Task and target tables of spreadsheets and web pages; two columns and notes of PDFs; letters of old encodings."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest
from fpdf import FPDF

from corpus.readers import html, legacy_encodings, pdf, xlsx
from corpus.reading import read_text
from tests.integration.directive_formats import OLD_LETTERS, encoded, font_file

if TYPE_CHECKING:
    from pathlib import Path


def test_a_spreadsheet_of_tasks_gives_the_same_tasks_as_its_text() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "ỦY BAN NHÂN DÂN TỈNH HÒA SƠN"
    sheet["A2"] = "BIỂU PHÂN CÔNG NHIỆM VỤ NĂM 2026"
    rows = [
        ["STT", "Nội dung nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời gian hoàn thành"],
        ["I", "Nông nghiệp", None, None, None],
        [1, "Rà soát quy hoạch thủy lợi", "Sở Nông nghiệp và Môi trường", "Sở Tài chính", date(2026, 6, 30)],
        [2, "Tập huấn hợp tác xã", "Liên minh Hợp tác xã tỉnh", "Sở Tài chính", "Quý III/2026"],
    ]
    for row in rows:
        sheet.append(row)
    sheet["C6"].number_format = "@"
    buffer = io.BytesIO()
    book.save(buffer)
    source = xlsx.read(buffer.getvalue())
    (directive,) = read_text(source)
    assert [(t.path.split(".")[-1], t.lead, t.coop, t.due) for t in directive.tasks] == [
        ("1", ("Sở Nông nghiệp và Môi trường",), ("Sở Tài chính",), date(2026, 6, 30)),
        ("2", ("Liên minh Hợp tác xã tỉnh",), ("Sở Tài chính",), date(2026, 9, 30)),
    ]


def test_a_spreadsheet_of_targets_with_a_head_of_two_rows() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["TT", "Chỉ tiêu", "Đơn vị tính", "Kế hoạch", None])
    sheet.append([None, None, None, "Năm 2026", "Năm 2027"])
    sheet.append([1, "Tỷ lệ hộ dùng nước sạch", "%", 0.585, 0.7])
    sheet.append([2, "Số xã đạt chuẩn", "xã", 12, 15])
    for merged in ("A1:A2", "B1:B2", "C1:C2", "D1:E1"):
        sheet.merge_cells(merged)
    sheet["D3"].number_format = sheet["E3"].number_format = "0.0%"
    buffer = io.BytesIO()
    book.save(buffer)
    (directive,) = read_text(xlsx.read(buffer.getvalue()))
    assert [(t.value, t.due and t.due.year) for t in directive.targets] == [(58.5, 2026), (70, 2027), (12, 2026), (15, 2027)]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [(0.585, "0.0%", "58,5%"), (12.0, "General", "12"), (1.25, "General", "1,25"), (date(2026, 6, 30), "", "30/06/2026"),
     (float("nan"), "General", ""), (None, "General", ""), ("Quý I", "@", "Quý I")],
)  # fmt: skip
def test_cells_show_as_they_do_in_vietnamese(value: object, form: str, text: str) -> None:
    assert xlsx.shown(value, form) == text


def test_a_web_page_keeps_lists_tables_and_line_breaks_and_drops_the_rest() -> None:
    page = """<html><head><meta charset=utf-8><title>bỏ</title></head><body><nav>Trang chủ</nav><h1>KẾ HOẠCH</h1>
      <ol type=I><li>Mục tiêu<ul><li>Giảm nghèo</li></ul></li><li>Nhiệm vụ</li></ol>
      <p>Dòng một<br>dòng   hai, 25 km<sup>2</sup> theo chú thích<sup><a href=x>3</a></sup></p>
      <div>chữ rời <b>đậm</b><p>đoạn trong</p>cuối</div><script>x</script><p style="display: none">ẩn</p>
      <table><tr><th>TT</th><th>Việc</th></tr><tr><td>1</td><td>Họp | bàn</td></tr></table></body></html>"""
    assert [line for line in html.read(page.encode()).text.split("\n") if line] == [
        "KẾ HOẠCH", "I. Mục tiêu", "- Giảm nghèo", "II. Nhiệm vụ", "Dòng một", "dòng hai, 25 km² theo chú thích[3]",
        "chữ rời đậm", "đoạn trong", "cuối", "| TT | Việc |", "|---|---|", "| 1 | Họp ¦ bàn |",
    ]  # fmt: skip


def _paper() -> FPDF:
    paper = FPDF(format="A4")
    paper.add_font("vn", fname=font_file())
    paper.set_margins(25, 18, 18)
    paper.add_page()
    paper.set_font("vn", size=13)
    return paper


def test_a_letterhead_of_two_columns_is_read_one_side_after_the_other() -> None:
    paper = _paper()
    for left, right in [("TỈNH ỦY HÒA SƠN", "ĐẢNG CỘNG SẢN VIỆT NAM"), ("Số 15-KH/TU", "Hòa Sơn, ngày 12 tháng 3 năm 2026")]:
        paper.cell(75, 7, left, align="C")
        paper.cell(90, 7, right, align="C", new_x="LMARGIN", new_y="NEXT")
    paper.ln(6)
    paper.cell(0, 7, "KẾ HOẠCH", align="C", new_x="LMARGIN", new_y="NEXT")
    paper.multi_cell(0, 7, "1. Sở Tài chính báo cáo kết quả trước ngày 15/11/2026 để tổng hợp, gửi Tỉnh ủy xem xét, cho ý kiến "
                     "theo quy chế làm việc.", new_x="LMARGIN", new_y="NEXT")  # fmt: skip
    source = pdf.read(bytes(paper.output()))
    assert [line for line in source.text.split("\n") if line][:5] == [
        "TỈNH ỦY HÒA SƠN", "Số 15-KH/TU", "ĐẢNG CỘNG SẢN VIỆT NAM", "Hòa Sơn, ngày 12 tháng 3 năm 2026", "KẾ HOẠCH",
    ]  # fmt: skip
    (directive,) = read_text(source)
    assert directive.metadata.number == "15-KH/TU"
    assert directive.tasks[0].due == date(2026, 11, 15)


def test_a_footnote_is_kept_apart_from_the_paragraph_that_runs_over_the_page() -> None:
    paper = _paper()
    paper.multi_cell(0, 7, "1. Mở đầu.", new_x="LMARGIN", new_y="NEXT")
    paper.set_y(240)
    words = "Toàn tỉnh có hai trăm công trình cấp nước tập trung, trong đó sáu mươi công trình hoạt động kém"
    paper.multi_cell(0, 7, words + " hoặc đã dừng và cần được sửa chữa hoặc thay thế trước mùa khô", align="J", new_x="LMARGIN", new_y="NEXT")
    paper.set_y(272)
    paper.set_auto_page_break(False)
    paper.set_font("vn", size=6)
    paper.cell(2, 5, "1")
    paper.set_font("vn", size=9)
    paper.cell(0, 6, "Số liệu của ngành.", new_x="LMARGIN", new_y="NEXT")
    paper.add_page()
    paper.set_font("vn", size=13)
    paper.multi_cell(0, 7, "năm nay theo phân công.", new_x="LMARGIN", new_y="NEXT")
    text = pdf.read(bytes(paper.output())).text
    assert "trước mùa khô năm nay theo phân công." in text
    assert text.rstrip().endswith("[1] Số liệu của ngành.")


LETTERS = "ăâđêôơưĂÂĐÊÔƠƯ" + "".join(
    base + "" for base in "àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
)


@pytest.mark.parametrize("name", ["tcvn3", "vni"])
def test_every_letter_of_the_old_tables_comes_back(name: str) -> None:
    """Our own table test: the converter's tables are another's."""
    table = OLD_LETTERS[name]
    font = {"tcvn3": ".VnTime", "vni": "VNI-Times"}[name]
    wrong = {c: legacy_encodings.with_font(table[c], font) for c in LETTERS if c in table}
    assert {c: got for c, got in wrong.items() if got != c} == {}
    assert len(wrong) >= len(LETTERS) - 2


def test_capital_lines_of_a_capitals_font_are_capitals_again() -> None:
    text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nKẾ HOẠCH\nThực hiện nhiệm vụ của tỉnh năm nay, các sở báo cáo kết quả.\n" * 3
    found = legacy_encodings.decode(encoded(text, "tcvn3"))
    assert found is not None
    assert found[0].split("\n")[:2] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "KẾ HOẠCH"]


def test_other_languages_are_not_taken_for_vietnamese(tmp_path: Path) -> None:
    assert legacy_encodings.decode("Señor Núñez pidió más información sobre la situación económica".encode("latin-1") * 20) is None
    assert legacy_encodings.repair("Señor Núñez pidió más información " * 20)[1] is None


def test_a_pdf_in_an_old_font_keeps_its_pages() -> None:
    sentence = "Ủy ban nhân dân các xã báo cáo kết quả thực hiện nhiệm vụ của tỉnh trước ngày 15 tháng 11 hằng năm. "
    paper = _paper()
    shown = encoded(sentence.replace("Ủ", "U") * 4, "vni").decode("cp1252")
    for number in range(3):
        if number:
            paper.add_page()
        paper.set_y(120)
        paper.multi_cell(0, 7, shown, new_x="LMARGIN", new_y="NEXT")
    source = pdf.read(bytes(paper.output()))
    assert "VNI" in source.warnings[0]
    assert len(source.page_starts) == 3
    assert all(source.text[at:].startswith("Uy ban nhân dân") for at in source.page_starts)


def test_a_running_head_goes_and_a_mark_of_secrecy_stays() -> None:
    paper = _paper()
    for number in range(4):
        if number:
            paper.add_page()
        paper.set_y(12)
        paper.cell(0, 6, "MẬT", new_x="LMARGIN", new_y="NEXT")
        paper.cell(0, 6, "Văn phòng tỉnh", new_x="LMARGIN", new_y="NEXT")
        paper.multi_cell(0, 7, f"{number + 1}. Nội dung của trang thứ {number + 1}.", new_x="LMARGIN", new_y="NEXT")
    text = pdf.read(bytes(paper.output())).text
    assert "Văn phòng tỉnh" not in text
    assert "MẬT" in text
