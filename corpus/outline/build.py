"""From a directive's text to its clauses: lines, zones, blocks, tree. Read `outline` top to bottom."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from corpus.lines import Layout, Line, finished, layout, markers, read_lines
from corpus.outline.blocks import Block, join_body, last_words
from corpus.outline.furniture import Note, footnotes, page_furniture
from corpus.outline.labels import Family, read_label, roman_value
from corpus.outline.long_lines import shortened
from corpus.outline.tables import Table, find_tables, is_section, row_label, titles_of
from corpus.outline.tree import Node, Tree
from corpus.outline.zones import Zones, find_zones, shown, titled_kind
from corpus.records import Clause, ClauseKind, Source
from corpus.text import collapse

_FIRST_WORDS = 80
_ANNEX_NUMBER = re.compile(
    r"(?:phụ lục|phụ biểu|biểu|mẫu)(?:\s+số)?\s*[:.]?\s*(?:(\d{1,2})\b|([IVXL]{1,6})\b)", re.IGNORECASE
)
_HEADING_LIMIT = 450
"""Characters. A title longer than this has not been seen; a numbered sentence often is."""


@dataclass(frozen=True, slots=True)
class _Page:
    """The printed lines of one directive, how they were broken, and which of them are page furniture."""

    lines: list[Line]
    shape: Layout
    skip: frozenset[int]


def outline(source: Source) -> tuple[Clause, ...]:
    """The clauses of one directive in reading order; their texts hold every character of the source but white space."""
    lines = shortened(read_lines(source.text))
    if not lines:
        return ()
    shape = layout(lines)
    zones = find_zones(lines)
    skip = page_furniture(lines)
    tree = Tree(root="0")
    page = _Page(lines, shape, skip)
    _front(tree, page, zones)
    tree.root = None
    stop = zones.end
    first_annex = zones.annexes[0] if zones.annexes else len(lines)
    noted = shape.wrapped or _square_notes(source.text)
    notes = footnotes(lines, shape, range(zones.body, first_annex), stop, skip) if noted else []
    _body(tree, page, zones.body, stop, notes)
    if first_annex > zones.end:
        tree.end_table(0)
        _closing(tree, lines, range(zones.end, first_annex), notes, skip)
    for number, (start, after) in enumerate(pairwise((*zones.annexes, len(lines))), 1):
        _annex(tree, page, range(start, after), number)
    return tuple(_clause(node, lines, source) for node in tree.nodes)


def _square_notes(text: str) -> bool:
    return "\n[" in text or any(c in text for c in "¹²³")


def _front(tree: Tree, page: _Page, zones: Zones) -> None:
    """Letterhead, title, preamble: `0.p1`, `0.p2`, ...; without a letterhead the title is `0`, above the preamble."""
    letterhead = list(range(zones.letterhead_end))
    title = list(range(zones.title, zones.title_end)) if zones.title_end > zones.letterhead_end else []
    lines = page.lines
    preamble = join_body(lines, page.shape, zones.title_end, zones.body, notes=[], skip=page.skip)
    if title and not letterhead and preamble:
        block = Block("title", title, words=lines[title[0]].bare)
        node = tree.add_note(block, "0")
        node.children = len(preamble)
    else:
        for part in (letterhead, title):
            if part:
                tree.add_paragraph(Block("front", part, words=shown(lines[part[0]])), after_bullet=False)
    for block in preamble:
        block.kind = "page" if block.kind == "page" else "front"
        if block.kind == "page":
            tree.add_note(block, _beside(lines, block))
        else:
            block.label = None
            tree.add_paragraph(block, after_bullet=False)


def _body(tree: Tree, page: _Page, start: int, stop: int, notes: list[Note]) -> None:
    lines = page.lines
    at = start
    for table in [*find_tables(lines, start, stop), None]:
        until = table.lines.start if table else stop
        for block in join_body(lines, page.shape, at, until, notes=notes, skip=page.skip):
            _add(tree, lines, block)
        if table:
            _table(tree, table)
            at = table.lines.stop


def _add(tree: Tree, lines: list[Line], block: Block) -> None:
    first = lines[block.lines[0]]
    if block.kind in ("page", "note"):
        tree.add_note(block, _beside(lines, block))
    elif block.label is not None:
        tree.add_item(block, block.label, indent=first.indent, ends=last_words(block, lines))
    elif _is_title(block, lines):
        block.kind = "section"
        tree.add_title(block)
    else:
        tree.add_paragraph(block, after_bullet=True)


def _is_title(block: Block, lines: list[Line]) -> bool:
    first = lines[block.lines[0]]
    text = shown(first)
    if not any(c.isalpha() for c in text) or len(text) > 200 or len(block.lines) > 4:
        return False
    if text.startswith("(") or (finished(block.words) and not text.endswith(":")):
        return False
    return (first.is_capital and len(text) > 3) or (first.raw.startswith("#") and not first.raw.startswith("#####"))


def _number(lines: list[Line], block: Block) -> str:
    digits = re.sub(r"\D", "", lines[block.lines[0]].raw)
    return digits[:3]


def _table(tree: Tree, table: Table) -> None:
    mark = tree.depth
    titles = titles_of(table)
    for row in table.rows:
        words = " ".join(cell for cell in row.cells if cell)
        if row.head:
            tree.end_table(mark)
            tree.add_paragraph(Block("table", row.lines, words=words), after_bullet=True)
            mark = tree.depth
            continue
        label = row_label(row, titles)
        cells = tuple((titles[c] if c < len(titles) else "", text) for c, text in enumerate(row.cells) if text)
        if is_section(row):
            plain = label is None or label.family > Family.ROMAN
            if plain:
                tree.end_table(mark)
            block = Block("section", row.lines, label, words=" ".join(c for c in row.cells[1:] if c) or words)
            if label is None:
                tree.add_title(block)
            else:
                tree.add_row(block, label)
            continue
        tree.add_row(Block("row", row.lines, label, cells=cells, words=words), label)
    tree.end_table(mark)


def _closing(tree: Tree, lines: list[Line], span: range, notes: list[Note], skip: frozenset[int]) -> None:
    beside = [note for note in notes if note.lines.start in span]
    said = [i for i in span if i not in skip and not any(i in note.lines for note in beside)]
    blocks = [Block("page", [i]) for i in span if i in skip]
    blocks += [Block("note", list(note.lines), number=note.number) for note in beside]
    blocks += [Block("end", said, words=lines[said[0]].bare)] if said else []
    for block in sorted(blocks, key=lambda block: block.lines[0]):
        tree.add_note(block, _beside(lines, block))


def _beside(lines: list[Line], block: Block) -> str:
    """The path of what stands outside the numbering."""
    if block.kind == "page":
        return f"page{_number(lines, block)}"
    return f"note{block.number}" if block.kind == "note" else "end"


def _annex(tree: Tree, page: _Page, span: range, order: int) -> None:
    lines, start, after = page.lines, span.start, span.stop
    text = shown(lines[start])
    kind = titled_kind(text)
    head_end = _annex_head(lines, start, after)
    head = Block("annex", list(range(start, head_end)), words=text)
    if kind and not text.lower().startswith(markers("annex_always")):
        tree.add_attached(
            head,
            "".join(word[0] for word in kind.split()).upper(),
            shares_root=tree.has_articles and not _has_articles(lines[head_end:after]),
        )
        _body(tree, page, head_end, after, [])
        return
    m = _ANNEX_NUMBER.match(text)
    number = int(m[1]) if m and m[1] else roman_value(m[2].upper()) if m and m[2] else order
    if head.lines:
        tree.add_annex(head, number)
    else:
        tree.root = tree.unused(f"PL{number}")
    _body(tree, page, head_end, after, [])


def _has_articles(lines: list[Line]) -> bool:
    return any((label := read_label(line.bare)) is not None and label.family is Family.ARTICLE for line in lines)


def _annex_head(lines: list[Line], start: int, after: int) -> int:
    """One past the last line of an annex's title: its capitals, and what it belongs to in brackets."""
    i = start + 1
    bracket = False
    tables = {table.lines.start for table in find_tables(lines, start, min(after, start + 14))}
    if start in tables:
        return start
    while i < min(after, start + 12) and i not in tables:
        text = shown(lines[i])
        bracket = (bracket and ")" not in lines[i - 1].bare) or text.startswith(("(", "Kèm theo", "Ban hành kèm"))
        rule = lines[i].is_rule
        titled = (
            lines[i].is_capital
            or titled_kind(text)
            or lines[i].is_bold
            or text[:1].islower()
            or (i == start + 1 and len(text) < 150)
        )
        if read_label(lines[i].bare) and not bracket:
            break
        if not (rule or bracket or (titled and not finished(text))):
            break
        i += 1
    return i


def _clause(node: Node, lines: list[Line], source: Source) -> Clause:
    block = node.block
    segments = _segments(block.lines, lines, source.text)
    page = bisect_right(source.page_starts, lines[block.lines[0]].start) if source.page_starts else None
    kind = _kind(node, lines)
    return Clause(
        path=node.path,
        label=_label(node),
        heading=_heading(block, kind, lines),
        text=" ".join(segments),
        parent=node.parent,
        kind=kind,
        segments=segments,
        page=page,
        cells=block.cells,
    )


def _segments(indices: list[int], lines: list[Line], text: str) -> tuple[str, ...]:
    segments: list[str] = []
    first = previous = indices[0]
    for i in [*indices[1:], -1]:
        if i != previous + 1:
            segments.append(collapse(text[lines[first].start : lines[previous].end]))
            first = i
        previous = i
    return tuple(segments)


def _label(node: Node) -> str:
    label = node.block.label
    if label is None:
        return ""
    return label.text


_PLAIN_KINDS: dict[str, ClauseKind] = {"front": "front", "title": "front", "end": "end", "note": "note", "page": "note",
    "row": "row", "table": "paragraph", "section": "heading", "annex": "heading"}  # fmt: skip


def _kind(node: Node, lines: list[Line]) -> ClauseKind:
    block = node.block
    if block.kind in _PLAIN_KINDS:
        return _PLAIN_KINDS[block.kind]
    if block.label is None:
        return "paragraph"
    if node.family is not None and node.family >= Family.DASH:
        return "bullet"
    words = _words(block, lines)
    whole = words.rstrip("* ")
    if len(words) > _HEADING_LIMIT or whole.endswith((".", ";", ",")) or ". " in whole.rstrip("."):
        return "item"
    if node.children or (block.label.family <= Family.ROMAN) or lines[block.lines[0]].is_bold or len(words) <= 120:
        return "heading"
    return "item"


def _words(block: Block, lines: list[Line]) -> str:
    """The block's words without label, mark-up and drawn rules."""
    parts = [lines[i].bare for i in block.lines if not lines[i].is_rule]
    if block.label is not None and parts and block.kind != "row":
        rest = block.label.rest
        parts[0] = rest if parts[0].endswith(rest) else parts[0]
    return collapse(" ".join(parts).replace("**", ""))


def _heading(block: Block, kind: ClauseKind, lines: list[Line]) -> str:
    words = block.words if block.kind in ("row", "section") and block.words else _words(block, lines)
    if kind == "heading":
        return words.rstrip(" :")
    if len(words) <= _FIRST_WORDS:
        return words
    cut = words.rfind(" ", 0, _FIRST_WORDS + 1)
    return words[: cut if cut > 0 else _FIRST_WORDS]
