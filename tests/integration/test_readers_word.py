"""Word files as Word prints them: numbers, merged cells, notes, text boxes and tracked changes."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from corpus.readers import docx as reader
from corpus.reading import read_text
from tests.integration.directive_formats import saved

_W = nsdecls("w")


def lines(document: Any, **parts: bytes) -> list[str]:
    """The lines that a python-docx document is read as, with parts added to it (`footnotes` for word/footnotes.xml)."""
    content = saved(document)
    if parts:
        buffer = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
            for name in old.namelist():
                if name not in {f"word/{part}.xml" for part in parts}:
                    new.writestr(name, old.read(name))
            for part, body in parts.items():
                new.writestr(f"word/{part}.xml", body)
        content = buffer.getvalue()
    return [line for line in reader.read(content).text.split("\n") if line]


def numbering(*levels: tuple[str, str]) -> bytes:
    """A numbering part with one list (numId 7) of levels (form, pattern)."""
    inner = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (form, text) in enumerate(levels)
    )
    return (f'<w:numbering {_W}><w:abstractNum w:abstractNumId="3">{inner}</w:abstractNum>'
            f'<w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>').encode()  # fmt: skip


def numbered(document: Any, text: str, level: int) -> None:
    """A paragraph of list 7 at a level."""
    paragraph = document.add_paragraph(text)
    mark = f'<w:numPr {_W}><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(mark))


def test_automatic_numbers_are_written_out_and_restart_below_a_new_item() -> None:
    document = docx.Document()
    for text, level in [("Mục tiêu", 0), ("Kinh tế", 1), ("Xã hội", 1), ("chi tiết", 2), ("Nhiệm vụ", 0), ("Trồng rừng", 1)]:
        numbered(document, text, level)
    part = numbering(("upperRoman", "%1."), ("decimal", "%2."), ("bullet", "\uf0b7"))
    assert lines(document, numbering=part) == [
        "I. Mục tiêu", "1. Kinh tế", "2. Xã hội", "• chi tiết", "II. Nhiệm vụ", "1. Trồng rừng",
    ]  # fmt: skip


def test_numbers_of_several_levels_count_in_decimals_where_the_list_says_so() -> None:
    document = docx.Document()
    for text, level in [("Một", 0), ("Hai", 0), ("Ba", 1), ("Bốn", 2)]:
        numbered(document, text, level)
    part = numbering(("decimal", "%1."), ("decimal", "%1.%2."), ("lowerLetter", "%3)"))
    assert lines(document, numbering=part) == ["1. Một", "2. Hai", "2.1. Ba", "a) Bốn"]


def test_lists_by_style_are_numbered_too() -> None:
    document = docx.Document()
    document.add_paragraph("Rà soát quy hoạch", style="List Number")
    document.add_paragraph("Báo cáo kết quả", style="List Number")
    document.add_paragraph("Thống kê", style="List Bullet")
    assert lines(document) == ["1. Rà soát quy hoạch", "2. Báo cáo kết quả", "• Thống kê"]


def test_tracked_changes_are_accepted() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Hoàn thành trước ngày ")
    for tag, text_tag, text in (("del", "delText", "15/6/2026"), ("ins", "t", "30/9/2026"), ("moveFrom", "t", "bỏ đi")):
        paragraph._p.append(parse_xml(f'<w:{tag} {_W} w:id="1" w:author="a"><w:r><w:{text_tag}>{text}</w:{text_tag}></w:r></w:{tag}>'))
    assert lines(document) == ["Hoàn thành trước ngày 30/9/2026"]


def test_body_order_headers_and_text_boxes() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "ĐẦU TRANG"
    document.sections[0].footer.paragraphs[0].text = "Trang 1"
    first = document.add_paragraph("Đoạn một")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip((c for row in table.rows for c in row.cells), ["TT", "Việc", "Hạn", "1", "Họp", "Quý I"], strict=True):
        cell.text = text
    document.add_paragraph("Đoạn hai")
    box = (f'<w:r {_W}><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
           '<mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>HỎA TỐC</w:t></w:r></w:p></w:txbxContent></mc:Choice>'
           '<mc:Fallback><w:txbxContent><w:p><w:r><w:t>HỎA TỐC</w:t></w:r></w:p></w:txbxContent></mc:Fallback>'
           '</mc:AlternateContent></w:r>')  # fmt: skip
    first._p.append(parse_xml(box))
    assert lines(document) == [
        "Đoạn một", "HỎA TỐC", "| TT | Việc | Hạn |", "|---|---|---|", "| 1 | Họp | Quý I |", "Đoạn hai",
    ]  # fmt: skip


def test_footnotes_follow_the_paragraph_that_bears_their_mark() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Có 214 công trình")
    paragraph._p.append(parse_xml(f'<w:r {_W}><w:footnoteReference w:id="2"/></w:r>'))
    paragraph.add_run(", trong đó 63 hỏng.")
    document.add_paragraph("Đoạn sau.")
    notes = (f'<w:footnotes {_W}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="2"><w:p><w:r>'
             '<w:t>Theo số liệu năm 2025.</w:t></w:r></w:p></w:footnote></w:footnotes>').encode()  # fmt: skip
    assert lines(document, footnotes=notes) == [
        "Có 214 công trình[1], trong đó 63 hỏng.", "[1] Theo số liệu năm 2025.", "Đoạn sau.",
    ]  # fmt: skip


def test_merged_cells_repeat_where_they_reach_and_row_numbers_do_not() -> None:
    document = docx.Document()
    table = document.add_table(rows=5, cols=4)
    texts = [["TT", "Chỉ tiêu", "Năm", ""], ["", "", "2026", "2027"], ["I", "Kinh tế", "", ""], ["1", "Hộ khá", "40%", "50%"],
             ["", "Hộ nghèo", "", "5%"]]  # fmt: skip
    for row, values in zip(table.rows, texts, strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(1, 1))
    table.cell(0, 2).merge(table.cell(0, 3))
    table.cell(2, 1).merge(table.cell(2, 3))
    table.cell(3, 0).merge(table.cell(4, 0))
    table.cell(3, 2).merge(table.cell(4, 2))
    assert lines(document) == [
        "| TT | Chỉ tiêu | Năm | Năm |",
        "| TT | Chỉ tiêu | 2026 | 2027 |",
        "|---|---|---|---|",
        "| I | Kinh tế |  |  |",
        "| 1 | Hộ khá | 40% | 50% |",
        "|  | Hộ nghèo | 40% | 5% |",
    ]


def test_a_letterhead_drawn_as_a_table_is_read_as_lines() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "ỦY BAN NHÂN DÂN\nTỈNH HÒA SƠN\nSố: 15/KH-UBND"
    table.cell(0, 1).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nHòa Sơn, ngày 12 tháng 3 năm 2026"
    for text in ("KẾ HOẠCH", "Phát triển hợp tác xã", "1. Sở Tài chính báo cáo trước ngày 15/11/2026."):
        document.add_paragraph(text)
    (directive,) = read_text(reader.read(saved(document)))
    assert directive.metadata.number == "15/KH-UBND"
    assert str(directive.metadata.issued_on) == "2026-03-12"
    assert str(directive.tasks[0].due) == "2026-11-15"


def test_runs_in_old_fonts_are_converted() -> None:
    document = docx.Document()
    run = document.add_paragraph("").add_run("B¸o c¸o kÕt qu¶ ")
    run.font.name = ".VnTime"
    capital = document.paragraphs[0].add_run("kÕ ho¹ch")
    capital.font.name = ".VnTimeH"
    assert run._r.find(f"{qn('w:rPr')}/{qn('w:rFonts')}") is not None
    assert lines(document) == ["Báo cáo kết quả KẾ HOẠCH"]


def test_a_mark_of_secrecy_in_a_header_is_not_left_out() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "TỐI MẬT"
    document.add_paragraph("KẾ HOẠCH")
    assert lines(document)[0] == "TỐI MẬT"
