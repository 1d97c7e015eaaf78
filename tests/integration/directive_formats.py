"""One directive in every format an office sends: the same text as Word, PDF, scan, web page and old encodings."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from fpdf import FPDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from PIL.Image import Image

_RULE = re.compile(r"\|?(?:\s*:?-{3,}:?\s*\|)+\s*")
_SIZE = 13


def blocks(text: str) -> Iterator[str | list[list[str]]]:
    """The lines of a text in order, tables as rows of cells."""
    table: list[list[str]] = []
    for line in text.split("\n"):
        if line.startswith("|"):
            if not _RULE.fullmatch(line):
                table.append([cell.strip() for cell in line.strip().strip("|").split("|")])
            continue
        if table:
            yield table
            table = []
        if line.strip():
            yield line.strip()
    if table:
        yield table


def as_docx(text: str) -> bytes:
    """A Word file: a paragraph for each line, real tables."""
    document = docx.Document()
    for block in blocks(text):
        if isinstance(block, str):
            paragraph = document.add_paragraph(block)
            if block.isupper():
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            continue
        width = max(map(len, block))
        table = document.add_table(rows=0, cols=width)
        for row in block:
            for cell, words in zip(table.add_row().cells, row, strict=False):
                cell.text = words
    # Word never ends a file with a table; LibreOffice's .doc of one that does has lost the table.
    document.add_paragraph()
    return saved(document)


def as_word97(text: str, suffix: str, folder: Path) -> bytes:
    """A .doc or .rtf (`suffix`) of Word's own make, as LibreOffice writes it; `folder` is for its scratch."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise FileNotFoundError("LibreOffice")
    given = folder / "van-ban.docx"
    given.write_bytes(as_docx(text))
    kind = {".doc": "doc:MS Word 97", ".rtf": "rtf"}[suffix]
    subprocess.run([office, "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", kind,
                    "--outdir", str(folder), str(given)], capture_output=True, timeout=180, check=True)  # fmt: skip
    return given.with_suffix(suffix).read_bytes()


def saved(document: Any) -> bytes:
    """The bytes of a python-docx document."""
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def as_html(text: str) -> bytes:
    """A web page: a paragraph for each line, real tables, what pages have around it."""
    parts = ["<!DOCTYPE html><html><head><meta charset='utf-8'><title>Văn bản</title><style>p{margin:0}</style></head><body>"]
    for block in blocks(text):
        if isinstance(block, str):
            parts.append(f"<p>{escape(block)}</p>")
            continue
        rows = ("".join(f"<td><p>{escape(cell)}</p></td>" for cell in row) for row in block)
        parts.append("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
    return "\n".join([*parts, "<script>alert('x')</script></body></html>"]).encode()


def font_file() -> str:
    """Noto Serif: every Vietnamese letter, drawn with serifs as offices print."""
    return str(files("fontpkg_noto_serif") / "files" / "NotoSerif[wdth,wght].ttf")


class _Paper(FPDF):
    """A4 with a page number at the head of every page but the first, as offices print."""

    running_head = ""

    def header(self) -> None:
        if self.page_no() > 1:
            self.set_font("vn", size=_SIZE)
            self.cell(0, 8, str(self.page_no()), align="C", new_x="LMARGIN", new_y="NEXT")
        if self.running_head:
            self.set_font("vn", size=9)
            self.cell(0, 6, self.running_head, new_x="LMARGIN", new_y="NEXT")


def as_pdf(text: str, *, running_head: str = "", justified: bool = True, indent: float = 10, gap: float = 2) -> bytes:
    """A PDF with a text layer: wrapped, justified paragraphs with a first-line indent, ruled tables, page numbers."""
    paper = _Paper(format="A4")
    paper.running_head = running_head
    paper.set_margins(25, 18, 18)
    paper.set_auto_page_break(True, 18)
    paper.add_font("vn", fname=font_file())
    paper.add_page()
    paper.set_font("vn", size=_SIZE)
    for block in blocks(text):
        if isinstance(block, str):
            centred = block.isupper()
            align = "C" if centred else "J" if justified else "L"
            with (
                paper.text_columns(text_align=align, line_height=1.35) as column,
                column.paragraph(first_line_indent=0 if centred else indent, bottom_margin=gap) as paragraph,
            ):
                paragraph.write(block)
            continue
        paper.set_font("vn", size=8)
        width = max(map(len, block))
        with paper.table(first_row_as_headings=False, line_height=4.5, col_widths=_widths(block, width)) as table:
            for row in block:
                cells = table.row()
                for cell in [*row, *[""] * (width - len(row))]:
                    cells.cell(cell)
        paper.set_font("vn", size=_SIZE)
        paper.ln(3)
    return bytes(paper.output())


def _widths(rows: list[list[str]], width: int) -> tuple[int, ...]:
    longest = [max((len(row[c]) for row in rows if c < len(row)), default=1) for c in range(width)]
    return tuple(max(7, min(40, each)) for each in longest)


def pages_as_pictures(pdf: bytes, dpi: int = 200) -> list[Image]:
    """The pages of a PDF as grey pictures, as a scanner gives them."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]


def as_scan(text: str, dpi: int = 200) -> bytes:
    """A PDF of pictures only."""
    buffer = io.BytesIO()
    pages = pages_as_pictures(as_pdf(text), dpi)
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return buffer.getvalue()


def encoded(text: str, name: str) -> bytes:
    """The text in an encoding of before Unicode: `tcvn3`, `vni` or `cp1258`; letters that it lacks as near as it comes."""
    import unicodedata

    if name == "cp1258":
        return b"".join(_cp1258(letter) for letter in unicodedata.normalize("NFC", text))
    table = OLD_LETTERS[name]
    shown = "".join(table.get(letter, letter) for letter in _without_signs(unicodedata.normalize("NFC", text), name))
    return shown.encode("cp1252", errors="replace")


def _without_signs(text: str, name: str) -> str:
    text = text.translate({ord("“"): '"', ord("”"): '"', ord("–"): "-", ord("…"): "..."})
    if name != "tcvn3":
        return text
    # Capitals with a tone have no code: lines in capitals were set in a font that draws small letters as capitals.
    return "".join(c if c in OLD_LETTERS["tcvn3"] or c.isascii() else c.lower() for c in text)


def _cp1258(letter: str) -> bytes:
    import unicodedata

    tones = "\u0300\u0301\u0303\u0309\u0323"
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        apart = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(c for c in apart if c not in tones))
        return (base + "".join(c for c in apart if c in tones)).encode("cp1258", errors="replace")


def _letters(pairs: Iterable[str]) -> dict[str, str]:
    return {letter: code for letter, _, code in (pair.partition("=") for pair in pairs)}


_TCVN3 = (
    "Ă=¡ Â=¢ Ê=£ Ô=¤ Ơ=¥ Ư=¦ Đ=§ ă=¨ â=© ê=ª ô=« ơ=¬ ư=\xad đ=® à=µ ả=¶ ã=· á=¸ ạ=¹ ằ=» ẳ=¼ ẵ=½ ắ=¾ ặ=Æ ầ=Ç ẩ=È ẫ=É ấ=Ê "
    "ậ=Ë è=Ì ẻ=Î ẽ=Ï é=Ð ẹ=Ñ ề=Ò ể=Ó ễ=Ô ế=Õ ệ=Ö ì=× ỉ=Ø ĩ=Ü í=Ý ị=Þ ò=ß ỏ=á õ=â ó=ã ọ=ä ồ=å ổ=æ ỗ=ç ố=è ộ=é ờ=ê ở=ë ỡ=ì "
    "ớ=í ợ=î ù=ï ủ=ñ ũ=ò ú=ó ụ=ô ừ=õ ử=ö ữ=÷ ứ=ø ự=ù ỳ=ú ỷ=û ỹ=ü ý=ý ỵ=þ"
)
"""TCVN 5712:1993, third table, as code page 1252 shows it."""


def _vni() -> dict[str, str]:
    """VNI-Windows: a letter, then its mark; ơ, ư, đ and the i's have letters of their own."""
    plain = {"\u0301": "ù", "\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
    hat = {"": "â", "\u0301": "á", "\u0300": "à", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
    breve = {"": "ê", "\u0301": "é", "\u0300": "è", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}
    import unicodedata

    table = {"đ": "ñ", "Đ": "Ñ", "ị": "ò", "ỉ": "æ", "ĩ": "ó", "Ị": "Ò", "Ỉ": "Æ", "Ĩ": "Ó", "í": "í", "ì": "ì", "Í": "Í",
             "Ì": "Ì", "ỵ": "î", "Ỵ": "Î"}  # fmt: skip
    for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY":
        for tone in ("", *plain):
            whole = unicodedata.normalize("NFC", letter + tone)
            if whole in table or (letter in "iI") or (not tone and letter in "aeouyAEOUY"):
                continue
            base = {"ơ": "ô", "Ơ": "Ô", "ư": "ö", "Ư": "Ö"}.get(letter) or unicodedata.normalize("NFD", letter)[0]
            marks = hat if letter in "âêôÂÊÔ" else breve if letter in "ăĂ" else plain
            mark = marks.get(tone, "")
            table[whole] = base + (mark.upper() if letter.isupper() else mark)
    return table


OLD_LETTERS: dict[str, dict[str, str]] = {"tcvn3": _letters(_TCVN3.split(" ")), "vni": _vni()}


def text_of_run(paragraph: Any, text: str) -> Any:
    """A run with this text at the end of a python-docx paragraph's XML; for wrapping in tracked changes."""
    run = paragraph.add_run(text)._r
    paragraph._p.remove(run)
    return run


__all__ = ["OLD_LETTERS", "as_docx", "as_html", "as_pdf", "as_scan", "as_word97", "blocks", "encoded", "font_file", "pages_as_pictures",
           "qn", "saved", "text_of_run"]  # fmt: skip
