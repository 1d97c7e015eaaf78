"""Files that are broken, hostile or not what they say: made here, each with what may become of it. No file is kept.

`refused`: a sentence that matches; None: read in safety (whatever it says) or refused, both will do.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import docx
import openpyxl
from fpdf import FPDF
from PIL import Image

from tests.integration.directive_formats import as_docx, as_html, as_pdf, saved

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = """ỦY BAN NHÂN DÂN TỈNH HÒA SƠN
Số: 15/KH-UBND
KẾ HOẠCH
Phát triển hợp tác xã năm 2026

1. Sở Nông nghiệp và Môi trường báo cáo kết quả trước ngày 15/11/2026.
2. Đến năm 2026 có ít nhất 45% hợp tác xã hoạt động tốt.
"""
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True)
class Hostile:
    """A file's name and bytes; `refused` is a pattern of the sentence it must be refused with, or None."""

    name: str
    content: bytes
    refused: str | None = None


def hostile_files() -> list[Hostile]:
    """All of them."""
    return [*_texts(), *_zips(), *_words(), *_sheets(), *_pdfs(), *_pages(), *_pictures(), *_old(), *_renamed()]


def _texts() -> Iterator[Hostile]:
    yield Hostile("rong.txt", b"", "rỗng")
    yield Hostile("rong.docx", b"", "rỗng")
    yield Hostile("rong.pdf", b"", "rỗng")
    yield Hostile("khoang-trang.txt", b" \n\t\r\n" * 50, "không có chữ")
    yield Hostile("so-khong.txt", b"\0" * 5000, "nhị phân")
    yield Hostile("ngau-nhien.txt", bytes((i * 7919 + i * i) % 256 for i in range(6000)), "nhị phân|bảng mã")
    yield Hostile("cat-cut-utf8.txt", TEXT.encode()[:-1] + "ệ".encode()[:2])
    yield Hostile("utf16-le-cut.txt", b"\xff\xfe" + TEXT.encode("utf-16-le")[:-1])
    yield Hostile("dong-rat-dai.txt", ("Sở Y tế báo cáo trước ngày 15/11/2026; " * 40_000).encode())
    yield Hostile("rat-nhieu-dong.txt", b"- a\n" * 60_000)
    yield Hostile("ngoac-long-nhau.txt", (TEXT + "(" * 20_000 + ")" * 20_000).encode())
    yield Hostile("dau-thanh-chong-chat.txt", (TEXT + "a" + "\u0301" * 30_000).encode())
    yield Hostile("chu-nguoc.txt", (TEXT + "\u202e1202/11/51 \u2066 an \u2069").encode())
    yield Hostile("ky-tu-rieng.txt", (TEXT + "\ue001\ue003\ue002" * 500).encode())


def _zip(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _body(inner: str) -> bytes:
    return f'<?xml version="1.0"?><w:document xmlns:w="{_W}"><w:body>{inner}</w:body></w:document>'.encode()


def _paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


_GOOD = "".join(_paragraph(line) for line in TEXT.split("\n"))


def _zips() -> Iterator[Hostile]:
    yield Hostile("bom-nen.docx", _zip({"word/document.xml": b"<a>" + b" " * 300_000_000}), "bung ra quá lớn")
    yield Hostile("bom-anh.docx", _zip({"word/document.xml": _body(_GOOD), "word/media/1.bin": b"\0" * 90_000_000}), "bung ra")
    yield Hostile("bom-nhieu-phan.docx", _zip({f"word/{i}.xml": b"" for i in range(6000)} | {"word/document.xml": _body(_GOOD)}), "bung ra")
    yield Hostile("leo-thu-muc.docx", _zip({"../../../../tmp/chidao-leo": b"x", "/etc/chidao-leo": b"x", "word/document.xml": _body(_GOOD)}))
    yield Hostile("khoi-lenh.xlsx", _zip({"xl/workbook.xml": b"<workbook/>", "..\\..\\evil.bat": b"x"}), "Excel")
    yield Hostile("zip-long-zip.docx", _zip({"word/document.xml": _zip({"a": b"b" * 1000})}), "hỏng")
    yield Hostile("kho-nen.docx", _zip({"van-ban.txt": TEXT.encode()}), "ZIP")
    yield Hostile("trinh-chieu.docx", _zip({"ppt/presentation.xml": b"<p/>"}), "PowerPoint")
    yield Hostile("odt.docx", _zip({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"}), "OpenDocument")
    yield Hostile("khoa-zip.docx", _encrypted(_zip({"word/document.xml": _body(_GOOD)})), "mật khẩu")
    damaged = bytearray(_zip({"word/document.xml": _body(_GOOD)}))
    damaged[60:90] = b"\xff" * 30
    yield Hostile("sai-ma-kiem.docx", bytes(damaged), "hỏng")
    lying = _zip({"word/document.xml": _body(_paragraph("a" * 2_000_000))})
    yield Hostile("khai-gian-do-dai.docx", lying.replace(struct.pack("<I", len(_body(_paragraph("a" * 2_000_000)))), struct.pack("<I", 10)))
    yield Hostile("hai-phan-trung-ten.docx", _twice())


def _encrypted(archive: bytes) -> bytes:
    """The archive with the mark of encryption set on its parts."""
    changed = bytearray(archive)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(magic)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(magic, at + 4)
    return bytes(changed)


def _twice() -> bytes:
    import warnings

    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("word/document.xml", _body(_paragraph("một")))
        archive.writestr("word/document.xml", _body(_GOOD))
    return buffer.getvalue()


def long_word_file(paragraphs: int) -> bytes:
    """A sound Word file that is costly to open."""
    return _zip({"word/document.xml": _body("".join(_paragraph(f"Đoạn {i}") for i in range(paragraphs)))})


def _words() -> Iterator[Hostile]:
    good = as_docx(TEXT)
    yield Hostile("cat-nua.docx", good[: len(good) // 2], "cắt cụt|hỏng")
    yield Hostile("cat-cuoi.docx", good[:-30], "cắt cụt|hỏng")
    yield Hostile("khong-than.docx", _zip({"word/document.xml": b"<a/>"}), "hỏng")
    yield Hostile("xml-hong.docx", _zip({"word/document.xml": _body(_GOOD)[:-40]}), "hỏng")
    yield Hostile("word-trong.docx", saved(docx.Document()), "không có chữ")
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    yield Hostile("ty-tieng-cuoi.docx", _zip({"word/document.xml": f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'.encode()
                  + _body(_paragraph("&l11;")).split(b"?>", 1)[1]}), "thực thể|hỏng")  # fmt: skip
    outside = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + _body(_paragraph("&f;")).split(b"?>", 1)[1]
    yield Hostile("thuc-the-ngoai.docx", _zip({"word/document.xml": outside}), "thực thể")
    yield Hostile("thuc-the-mang.docx", _zip({"word/document.xml": outside.replace(b"file:///etc/passwd", b"http://127.0.0.1:9/x")}), "thực thể")
    deep = "<w:sdt><w:sdtContent>" * 4000 + _GOOD + "</w:sdtContent></w:sdt>" * 4000
    yield Hostile("long-sau.docx", _zip({"word/document.xml": _body(deep)}), "hỏng")
    nested = _paragraph("x")
    for _ in range(60):
        nested = f"<w:tbl><w:tr><w:tc>{nested}</w:tc></w:tr></w:tbl>"
    yield Hostile("bang-long-bang.docx", _zip({"word/document.xml": _body(_GOOD + nested)}))
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>' + _paragraph("x") + "</w:tc>"
    yield Hostile("o-gop-khong-lo.docx", _zip({"word/document.xml": _body(_GOOD + f"<w:tbl><w:tr>{wide * 200}</w:tr></w:tbl>")}))
    link = ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            'Type="x/attachedTemplate" Target="http://127.0.0.1:9/t.dotm" TargetMode="External"/></Relationships>')  # fmt: skip
    yield Hostile("mau-tu-xa.docx", _zip({"word/document.xml": _body(_GOOD), "word/_rels/settings.xml.rels": link.encode()}))
    yield Hostile("co-macro.docm", _zip({"word/document.xml": _body(_GOOD), "word/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"A" * 500}))
    numbering = f'<w:numbering xmlns:w="{_W}"><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
    numbered = '<w:p><w:pPr><w:numPr><w:ilvl w:val="99999"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p>'
    yield Hostile("danh-so-lac.docx", _zip({"word/document.xml": _body(_GOOD + numbered), "word/numbering.xml": numbering.encode()}))
    styles = (f'<w:styles xmlns:w="{_W}"><w:style w:styleId="a"><w:basedOn w:val="b"/></w:style><w:style w:styleId="b">'
              '<w:basedOn w:val="a"/></w:style></w:styles>')  # fmt: skip
    looped = '<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>Vòng</w:t></w:r></w:p>'
    yield Hostile("kieu-vong-tron.docx", _zip({"word/document.xml": _body(_GOOD + looped), "word/styles.xml": styles.encode()}))


def _sheets() -> Iterator[Hostile]:
    book = openpyxl.Workbook()
    yield Hostile("bang-trong.xlsx", _book(book), "không có chữ")
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "x", "y"
    yield Hostile("o-cuoi-cung.xlsx", _book(book), "quá 20000 dòng")
    book = openpyxl.Workbook()
    book.active.append(["=1+1", '=WEBSERVICE("http://127.0.0.1:9/")', "=cmd|'/c calc'!A1"])
    yield Hostile("cong-thuc.xlsx", _book(book), "không có chữ")
    book = openpyxl.Workbook()
    book.active.append(["STT", "Nhiệm vụ", "Thời hạn"])
    book.active.merge_cells("A2:C3")
    good = _book(book)
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {name: archive.read(name).replace(b"A2:C3", b"A2:XFD1048576") for name in archive.namelist()}
    yield Hostile("gop-ca-trang.xlsx", _zip(parts), "gộp")
    yield Hostile("cat-nua.xlsx", good[: len(good) // 2], "cắt cụt|hỏng")
    yield Hostile("so-lac.xlsx", _zip({"xl/workbook.xml": b"<workbook xmlns='x'><sheets><sheet/></sheets></workbook>"}), "Excel")
    parts = {"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'}
    yield Hostile("thuc-the.xlsx", _zip(parts), "thực thể")


def _book(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _pdf(objects: list[bytes]) -> bytes:
    """A PDF of these numbered objects, the first the catalogue, with a right table of offsets."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def _pdf_page(contents: bytes, extra: bytes = b"") -> bytes:
    resources = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> /XObject << /X 5 0 R >> >>"
    return _pdf([
        b"<< /Type /Catalog /Pages 2 0 R " + extra + b">>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources " + resources + b" >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(contents), contents),
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Length 5 >>\nstream\n/X Do\nendstream",
    ])  # fmt: skip


def _pdfs() -> Iterator[Hostile]:
    good = as_pdf(TEXT)
    yield Hostile("cat-nua.pdf", good[: len(good) // 2])
    yield Hostile("chi-dau.pdf", b"%PDF-1.7\n", "cắt cụt|hỏng")
    yield Hostile("rac.pdf", b"%PDF-1.4\n" + b"\x93\x17" * 9000, "cắt cụt|hỏng")
    locked = FPDF()
    locked.add_page()
    locked.set_encryption(owner_password="chu", user_password="khoa")
    yield Hostile("mat-khau.pdf", bytes(locked.output()), "mật khẩu")
    yield Hostile("khong-trang.pdf", _pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]), "chữ|hỏng")
    yield Hostile("cay-trang-vong.pdf", _pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 9 >>"]))
    yield Hostile("trieu-trang.pdf", _pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 1000000 >>"]))
    yield Hostile("hinh-tu-goi.pdf", _pdf_page(b"/X Do " * 50), "chữ")
    deep = b"[" * 60_000 + b"]" * 60_000
    yield Hostile("mang-long-sau.pdf", _pdf_page(b"BT /F1 12 Tf (x) Tj ET", b"/Deep " + deep))
    yield Hostile("tu-dien-long-sau.pdf", _pdf_page(b"q " * 90_000 + b"BT /F1 12 Tf 50 700 Td (chao) Tj ET"))
    bomb = zlib.compress(zlib.compress(b" " * 80_000_000, 9), 9)
    packed = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    yield Hostile("bom-flate.pdf", _pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>", packed]), "chữ")  # fmt: skip
    script = b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >> /AA << /O << /S /Launch /F (calc.exe) >> >> "
    yield Hostile("co-ma-lenh.pdf", _pdf_page(b"BT /F1 12 Tf 50 700 Td (Xin chao cac ban) Tj ET", script))
    yield Hostile("chu-vo-tan.pdf", _pdf_page(b"BT /F1 1 Tf 50 700 Td " + b"(aaaaaaaaaaaaaaaaaaaa) Tj " * 20_000 + b"ET"))
    lines = (b"%d 0 m %d 842 l S 0 %d m 595 %d l S " % (i % 595, i % 595, i % 842, i % 842) for i in range(9000))
    yield Hostile("ke-o-day-dac.pdf", _pdf_page(b"".join(lines) + b"BT /F1 12 Tf 50 700 Td (Bang) Tj ET"))
    yield Hostile("trang-khong-lo.pdf", _pdf_page(b"BT /F1 12 Tf 50 700 Td (Rong) Tj ET").replace(b"595 842", b"9e9 9e9"))


def _pages() -> Iterator[Hostile]:
    yield Hostile("cat-nua.html", as_html(TEXT)[:200])
    yield Hostile("chi-ma-lenh.html", b"<html><script>while(1);</script></html>", "chữ")
    yield Hostile("long-sau.html", b"<html><body>" + b"<div>" * 50_000 + TEXT.encode())
    yield Hostile("bang-long-sau.html", b"<html><table><tr><td>" * 2000 + TEXT.encode())
    yield Hostile("anh-tu-xa.html", as_html(TEXT).replace(b"<body>", b"<body><img src='http://127.0.0.1:9/a'><iframe src='file:///etc/passwd'></iframe>"))
    laughs = b'<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><html><body>&b;</body></html>'
    yield Hostile("thuc-the.html", laughs)
    yield Hostile("gop-khong-lo.html", b"<html><body><table><tr>" + b"<td colspan=99999 rowspan=99999>x</td>" * 300 + b"</tr></table>")
    yield Hostile("rong.html", b"<html></html>", "chữ")


def _pictures() -> Iterator[Hostile]:
    buffer = io.BytesIO()
    Image.new("L", (200, 200), 255).save(buffer, "PNG")
    good = buffer.getvalue()
    yield Hostile("anh-trang.png", good, "chữ")
    yield Hostile("anh-cut.png", good[:60], "hỏng|chữ")
    header = b"\x89PNG\r\n\x1a\n"
    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + size
    huge = header + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    packed = zlib.compress(b"\0" * 1000)
    data = struct.pack(">I", len(packed)) + b"IDAT" + packed + struct.pack(">I", zlib.crc32(b"IDAT" + packed))
    yield Hostile("bom-diem-anh.png", huge + data, "quá lớn")
    yield Hostile("chi-dau.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "hỏng")
    yield Hostile("chi-dau.tif", b"II*\x00\x08\x00\x00\x00", "hỏng")
    yield Hostile("vong-ifd.tif", b"II*\x00\x08\x00\x00\x00" + b"\x00\x00" + b"\x08\x00\x00\x00", "hỏng")


def _old() -> Iterator[Hostile]:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    yield Hostile("khoa.docx", ole + "EncryptedPackage".encode("utf-16-le"), "mật khẩu")
    yield Hostile("excel-cu.doc", ole + "Workbook".encode("utf-16-le"), r"\.xls")
    yield Hostile("ole-la.doc", ole + b"x" * 600, "không phải văn bản Word")
    yield Hostile("word-cu-hong.doc", ole + "WordDocument".encode("utf-16-le") + b"\0" * 4000, "LibreOffice")
    yield Hostile("rtf-hong.rtf", b"{\\rtf1 " + b"{" * 50_000, "LibreOffice")


def _renamed() -> Iterator[Hostile]:
    yield Hostile("thuc-ra-la-word.txt", as_docx(TEXT))
    yield Hostile("thuc-ra-la-pdf.docx", as_pdf(TEXT))
    yield Hostile("thuc-ra-la-web.doc", as_html(TEXT))
    yield Hostile("chuong-trinh.docx", b"MZ\x90\x00" + b"\0" * 500, "chương trình Windows")
    yield Hostile("rar.pdf", b"Rar!\x1a\x07\x00" + b"\0" * 200, "RAR")
    yield Hostile("chu-thuong.docx", TEXT.encode(), "không phải định dạng")
    yield Hostile("chu-thuong.pdf", TEXT.encode(), "không phải định dạng")
    yield Hostile("co-so-du-lieu.txt", b"SQLite format 3\0" + b"\0" * 200, "SQLite")
    yield Hostile("../../leo.txt".replace("/", "_"), TEXT.encode())
