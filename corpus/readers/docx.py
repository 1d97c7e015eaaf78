"""Word files (.docx, .docm): paragraphs and tables in body order, as they print once tracked changes are accepted.

Reads the XML itself, since libraries leave out automatic numbers, text boxes, footnotes and tracked changes. Macros are
never looked at, linked files never fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.errors import UnreadableFileError
from corpus.readers.archive import Archive
from corpus.readers.docx_numbering import Numbering
from corpus.readers.legacy_encodings import of_font, with_font
from corpus.readers.pieces import Cell, Grid, Paragraph, lay_out
from corpus.secrecy import secrecy_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml import etree

    from corpus.readers.pieces import Piece
    from corpus.readers.progress import OnPage
    from corpus.records import Source

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = {f"{_W}t"}
_DROPPED = {
    f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_W}pPr", f"{_W}sectPr", f"{_W}delInstrText",
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", "{http://schemas.openxmlformats.org/drawingml/2006/main}t",
}  # fmt: skip
"""What does not print once changes are accepted; a fallback repeats the text box beside it."""
_DEEPEST = 60


@dataclass(slots=True)
class _Word:
    numbering: Numbering
    notes: dict[str, str]
    fonts: dict[str, str]
    used: int = 0
    waiting: list[Piece] = field(default_factory=list)
    """Text boxes and footnotes met inside the present paragraph; they follow it."""


def read(content: bytes, on_page: OnPage | None = None) -> Source:  # noqa: ARG001 - one step for the whole file
    """The body of a Word file; headers and footers are left out, footnotes follow the paragraph that bears their mark.

    Raises:
        UnreadableFileError: damaged, encrypted, or no Word file.
    """
    with Archive(content) as archive:
        document = archive.xml("word/document.xml")
        body = document.find(f"{_W}body") if document is not None else None
        if body is None:
            raise UnreadableFileError("Tệp Word bị hỏng: không có phần thân văn bản.")
        styles = archive.xml("word/styles.xml")
        word = _Word(
            Numbering(archive.xml("word/numbering.xml"), styles), _notes(archive), _style_fonts(styles)
        )
        return lay_out([*_secret_headers(archive), *_pieces(body, word, 0)])


def _pieces(parent: etree._Element, word: _Word, depth: int) -> Iterator[Piece]:
    if depth > _DEEPEST:
        return
    for child in parent:
        if child.tag == f"{_W}p":
            yield from _paragraph(child, word, depth)
        elif child.tag == f"{_W}tbl":
            yield _table(child, word, depth)
            yield from _taken(word)
        elif child.tag not in _DROPPED and not _deleted_row(child):
            yield from _pieces(child, word, depth + 1)


def _paragraph(paragraph: etree._Element, word: _Word, depth: int) -> Iterator[Piece]:
    style = _style(paragraph)
    text = _text(paragraph, word, depth, word.fonts.get(style))
    waiting = list(_taken(word))
    if text.strip():
        label = word.numbering.label(paragraph.find(f"{_W}pPr"), style)
        for number, line in enumerate(f"{label}{text}".split("\n")):
            yield Paragraph(line, close=number > 0)
    yield from waiting


def _taken(word: _Word) -> list[Piece]:
    taken, word.waiting = word.waiting, []
    return taken


def _style(paragraph: etree._Element) -> str:
    found = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return "" if found is None else found.get(f"{_W}val", "")


def _text(node: etree._Element, word: _Word, depth: int, font: str | None) -> str:
    parts: list[str] = []
    for child in node:
        tag = child.tag
        if tag in _DROPPED:
            continue
        if tag in _TEXT:
            parts.append(with_font(child.text or "", font))
        elif tag in _SIGNS:
            parts.append(_SIGNS[tag](child))
        elif depth < _DEEPEST and tag == f"{_W}txbxContent":
            inside = [*_pieces(child, word, depth + 1)]  # before `waiting` is looked up: reading it takes from there
            word.waiting.extend(inside)
        elif tag in {f"{_W}footnoteReference", f"{_W}endnoteReference"}:
            parts.append(_mark(child, word))
        elif depth < _DEEPEST and not _hidden(child):
            parts.append(_text(child, word, depth + 1, _run_font(child) or font))
    return "".join(parts)


def _symbol(child: etree._Element) -> str:
    code = child.get(f"{_W}char", "")
    try:
        return chr(int(code, 16))
    except ValueError:
        return ""


def _break(child: etree._Element) -> str:
    return " " if child.get(f"{_W}type") in {"page", "column"} else "\n"


_SIGNS: dict[str, Callable[[etree._Element], str]] = {
    f"{_W}tab": lambda _: " ",
    f"{_W}ptab": lambda _: " ",
    f"{_W}br": _break,
    f"{_W}cr": _break,
    f"{_W}noBreakHyphen": lambda _: "-",
    f"{_W}sym": _symbol,
}
"""What prints as a sign or as space without being text."""


def _hidden(run: etree._Element) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(f"{_W}val", "1") not in {"0", "false", "none"}


def _run_font(run: etree._Element) -> str | None:
    fonts = run.find(f"{_W}rPr/{_W}rFonts")
    return None if fonts is None else _legacy(fonts)


def _legacy(fonts: etree._Element) -> str | None:
    names = (fonts.get(f"{_W}{name}") for name in ("ascii", "hAnsi"))
    return next((name for name in names if name and of_font(name)), None)


def _style_fonts(styles: etree._Element | None) -> dict[str, str]:
    """Styles that print in a font of an old encoding."""
    found: dict[str, str] = {}
    for style in styles.iter(f"{_W}style") if styles is not None else ():
        fonts = style.find(f"{_W}rPr/{_W}rFonts")
        name = None if fonts is None else _legacy(fonts)
        if name:
            found[style.get(f"{_W}styleId", "")] = name
            if style.get(f"{_W}default") in {"1", "true"}:
                found[""] = name
    return found


def _notes(archive: Archive) -> dict[str, str]:
    notes: dict[str, str] = {}
    plain = _Word(Numbering(None, None), {}, {})
    for kind in ("footnote", "endnote"):
        root = archive.xml(f"word/{kind}s.xml")
        for note in root if root is not None else ():
            if note.get(f"{_W}type") in {None, "normal"}:
                text = " ".join(_text(p, plain, 0, None).strip() for p in note.iter(f"{_W}p"))
                notes[f"{kind}:{note.get(f'{_W}id')}"] = text.strip()
    return notes


def _mark(child: etree._Element, word: _Word) -> str:
    kind = "footnote" if child.tag == f"{_W}footnoteReference" else "endnote"
    text = word.notes.get(f"{kind}:{child.get(f'{_W}id')}")
    if not text:
        return ""
    word.used += 1
    word.waiting.append(Paragraph(f"[{word.used}] {text}"))
    return f"[{word.used}]"


def _secret_headers(archive: Archive) -> Iterator[Piece]:
    """Headers are left out, but not a mark of secrecy that stands in one: such a file must not be kept."""
    plain = _Word(Numbering(None, None), {}, {})
    for name in sorted(archive.names):
        root = archive.xml(name) if name.startswith(("word/header", "word/footer")) and name.endswith(".xml") else None
        for paragraph in root.iter(f"{_W}p") if root is not None else ():
            text = _text(paragraph, plain, 0, None)
            if secrecy_mark(text):
                yield Paragraph(text)


def _deleted_row(node: etree._Element) -> bool:
    return node.tag == f"{_W}tr" and node.find(f"{_W}trPr/{_W}del") is not None


def _table(table: etree._Element, word: _Word, depth: int) -> Grid:
    drawn: list[list[_Drawn]] = []
    heads = 0
    for row in _within(table, f"{_W}tr"):
        if _deleted_row(row):
            continue
        if row.find(f"{_W}trPr/{_W}tblHeader") is not None and heads == len(drawn):
            heads += 1
        column = _whole(row.find(f"{_W}trPr/{_W}gridBefore"), 0)
        cells = [_Drawn(column, column, "", joins=False)] if column else []
        for cell in _within(row, f"{_W}tc"):
            span = max(1, min(_whole(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1), 200))
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            joins = merge is not None and merge.get(f"{_W}val", "continue") != "restart"
            cells.append(_Drawn(column, span, "" if joins else _cell_text(cell, word, depth), joins=joins))
            column += span
        drawn.append(cells)
    return Grid(*_merged(drawn, heads))


@dataclass(slots=True)
class _Drawn:
    column: int
    span: int
    text: str
    joins: bool
    rows: int = 1


def _merged(drawn: list[list[_Drawn]], heads: int) -> tuple[tuple[tuple[Cell, ...], ...], int]:
    above: dict[int, _Drawn] = {}
    for cells in drawn:
        for cell in cells:
            begun = above.get(cell.column)
            if cell.joins and begun is not None:
                begun.rows += 1
            else:
                cell.joins = False
                above[cell.column] = cell
        ends = max((cell.column for cell in cells), default=-1)
        for column in [column for column in above if column > ends]:
            del above[column]
    first = drawn[0] if drawn else []
    heads = max(heads, max((cell.rows for cell in first), default=1))
    if heads == 1 and len(drawn) > 1 and any(cell.span > 1 for cell in first) and len(first) > 1:
        heads = 2
    rows = tuple(tuple(Cell(c.text, c.span, c.rows) for c in cells if not c.joins) for cells in drawn)
    return rows, min(heads, max(1, len(rows) - 1))


def _within(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Rows or cells, also inside content controls and accepted insertions."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"}:
            yield from _within(child, tag)


def _cell_text(cell: etree._Element, word: _Word, depth: int) -> str:
    lines: list[str] = []
    for piece in _pieces(cell, word, depth + 1):
        if isinstance(piece, Paragraph):
            lines.append(piece.text)
        elif isinstance(piece, Grid):
            lines.extend(" ".join(inner.text for inner in row) for row in piece.rows)
    return "\n".join(lines)


def _whole(node: etree._Element | None, default: int) -> int:
    value = "" if node is None else node.get(f"{_W}val", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default
