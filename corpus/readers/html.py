"""Web pages (.html, .htm, and web archives saved by Word): headings, paragraphs, lists and tables. Fetches nothing."""

from __future__ import annotations

import email
import email.policy
import re
from typing import TYPE_CHECKING

from lxml import etree
from lxml import html as lxml_html

from corpus.errors import UnreadableFileError
from corpus.readers import plain
from corpus.readers.docx_numbering import written
from corpus.readers.legacy_encodings import repair
from corpus.readers.pieces import Cell, Grid, Paragraph, clean, lay_out
from corpus.records import Source
from corpus.text import collapse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.readers.pieces import Piece
    from corpus.readers.progress import OnPage

_DROPPED = {"script", "style", "head", "noscript", "template", "svg", "iframe", "object", "nav", "button", "select", "form",
            "textarea", "del"}  # fmt: skip
_BLOCKS = {"p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd", "blockquote", "pre", "section",
           "article", "header", "footer", "main", "aside", "table", "center", "hr", "address", "figure", "figcaption", "body",
           "html", "fieldset", "details", "summary", "tr", "td", "th"}  # fmt: skip
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_OL_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_SMALL = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-element:\s*(?:header|footer)", re.IGNORECASE)
_DEEPEST = 200


def read(content: bytes, on_page: OnPage | None = None) -> Source:  # noqa: ARG001 - one step for the whole file
    """The words of a page in their order; scripts, styles and forms are left out.

    Raises:
        UnreadableFileError: no page, or no words in it.
    """
    text = _decoded(content)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = lxml_html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = lxml_html.document_fromstring(text or "<html/>", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFileError("Tệp HTML hỏng hoặc không có nội dung.") from error
    pieces = list(_pieces(root, 0))
    source = lay_out(pieces)
    repaired, encoding = repair(source.text)
    return Source(repaired, source.page_starts, (plain.converted(encoding),)) if encoding else source


def read_archive(content: bytes, on_page: OnPage | None = None) -> Source:
    """The page inside a web archive (.mht, or a .doc that is one)."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return read(payload, on_page)
    raise UnreadableFileError("Tệp lưu trữ web không có trang nào bên trong.")


def _decoded(content: bytes) -> str:
    declared = _CHARSET.search(content[:4096])
    name = declared[1].decode("ascii") if declared else ""
    if name.lower() in {"windows-1258", "cp1258"} and not plain.is_utf8(content):
        return content.decode("cp1258", errors="replace")
    if name.lower() in {"windows-1252", "iso-8859-1", "us-ascii"} and not plain.is_utf8(content):
        # What an old font shows is stored under these names; the letters are put right once the tags are gone.
        return content.decode("cp1252", errors="replace")
    return plain.read(content).text


def _pieces(node: lxml_html.HtmlElement, depth: int) -> Iterator[Piece]:
    """The pieces inside one block; text between inner blocks makes paragraphs of its own."""
    buffer: list[str] = [node.text or ""]

    def flush() -> Iterator[Piece]:
        # White space of the page's source is a space; only <br> breaks a line.
        for number, line in enumerate(collapse_lines("".join(buffer))):
            yield Paragraph(line, close=number > 0)
        buffer.clear()

    ordered = 0
    for child in node:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag in _DROPPED or depth > _DEEPEST or _HIDDEN.search(child.get("style") or ""):
            pass
        elif tag == "table":
            yield from flush()
            yield from _table(child, depth)
        elif tag == "li":
            yield from flush()
            ordered += 1
            yield from _item(child, node, ordered, depth)
        elif any(isinstance(each.tag, str) and each.tag in _BLOCKS for each in child.iter()):
            yield from flush()
            yield from _pieces(child, depth + 1)
        else:
            buffer.append(_inline(child, depth))
        buffer.append(child.tail or "")
    yield from flush()


def _item(item: lxml_html.HtmlElement, parent: lxml_html.HtmlElement, number: int, depth: int) -> Iterator[Piece]:
    label = "- "
    if parent.tag == "ol":
        start = parent.get("start") or "1"
        first = int(start) if start.isascii() and start.isdigit() and len(start) < 5 else 1
        label = f"{written(first + number - 1, _OL_FORMS.get(parent.get('type') or '1', 'decimal'))}. "
    for piece in _pieces(item, depth + 1):
        if label and isinstance(piece, Paragraph):
            yield Paragraph(label + piece.text)
            label = ""
        else:
            yield piece


def collapse_lines(text: str) -> list[str]:
    """The lines between the breaks that a page asks for; other white space is one space."""
    return [line for line in (collapse(part) for part in text.split(_BREAK)) if line]


_BREAK = "\ue000"
"""Stands for <br> until paragraphs are cut; a private character that clean text does not hold."""


def _inline(node: lxml_html.HtmlElement, depth: int) -> str:
    tag = node.tag if isinstance(node.tag, str) else ""
    if tag in _DROPPED or depth > _DEEPEST or _HIDDEN.search(node.get("style") or ""):
        return ""
    if tag == "br":
        return _BREAK
    inner = (node.text or "") + "".join(_inline(child, depth + 1) + (child.tail or "") for child in node)
    if tag == "sup" and inner.strip().isascii() and inner.strip().isdigit():
        noted = any(each.tag == "a" for each in node.iter()) or (
            (parent := node.getparent()) is not None and parent.tag == "a"
        )
        return f"[{inner.strip()}]" if noted else inner.strip().translate(_SMALL)
    return inner


def _table(table: lxml_html.HtmlElement, depth: int) -> Iterator[Piece]:
    rows: list[tuple[Cell, ...]] = []
    heads = 0
    for row in _rows(table):
        cells: list[Cell] = []
        for cell in row:
            if cell.tag not in {"td", "th"}:
                continue
            lines = [piece_text(piece) for piece in _pieces(cell, depth + 1)]
            text = "\n".join(line for line in lines if line)
            cells.append(Cell(text, _span(cell.get("colspan")), _span(cell.get("rowspan"))))
        if not cells:
            continue
        in_head = row.getparent() is not None and row.getparent().tag == "thead"
        if heads == len(rows) and (in_head or all(cell.tag == "th" for cell in row if cell.tag in {"td", "th"})):
            heads += 1
        rows.append(tuple(cells))
    if rows:
        tall = max((cell.rows for cell in rows[0]), default=1)
        wide = any(cell.columns > 1 for cell in rows[0]) and len(rows[0]) > 1 and len(rows) > 1
        heads = max(heads, min(tall, len(rows)), 2 if wide else 1)
        yield Grid(tuple(rows), min(heads, max(1, len(rows) - 1)))


def _rows(table: lxml_html.HtmlElement) -> Iterator[lxml_html.HtmlElement]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from (row for row in child if row.tag == "tr")


def piece_text(piece: Piece) -> str:
    """A piece's words on one line, for a cell that holds it."""
    if isinstance(piece, Paragraph):
        return piece.text
    if isinstance(piece, Grid):
        return " ".join(clean(cell.text) for row in piece.rows for cell in row)
    return ""


def _span(text: str | None) -> int:
    return max(1, min(int(text), 200)) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1
