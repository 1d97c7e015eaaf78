"""Printed lines joined into blocks: one for each item, paragraph, note. Levels and paths come later."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from corpus.lines import Layout, Line, finished, goes_on, is_capital, is_full, must_go_on
from corpus.outline.labels import BULLETS, Family, Label, read_label
from corpus.outline.long_lines import LONGEST

if TYPE_CHECKING:
    from corpus.outline.furniture import Note

BlockKind = Literal["front", "title", "item", "paragraph", "note", "page", "table", "row", "section", "annex", "end"]
_FUNCTION_BEFORE_NUMBER = re.compile(
    r"(?:\b(?:số|khoản|điều|điểm|mục|tháng|năm|ngày|quý|từ|đến|là|và|khoảng|giai đoạn)|[(,–-])\s*$", re.IGNORECASE
)
_YEAR_AFTER_DASH = re.compile(r"^[-–—]\s*\d{4}\b|^[-–—]\s*\d+(?:[.,]\d+)?\s*%")
_REMEMBERED = 3000
"""Characters of a block kept for judging what follows it, so that reading stays linear."""
_INLINE = re.compile(r"(?<!^)(?:(?<=\s)|(?<=\())(\d{1,2}|[a-zđ]|[ivx]{1,4})\)\s")


@dataclass(slots=True)
class Block:
    """A run of lines that says one thing. `lines` are indices; a gap among them is what interrupted the block."""

    kind: BlockKind
    lines: list[int]
    label: Label | None = None
    number: int = 0
    cells: tuple[tuple[str, str], ...] = ()
    words: str = field(default="")


def join_body(
    lines: list[Line], layout: Layout, start: int, stop: int, *, notes: list[Note], skip: frozenset[int]
) -> list[Block]:
    """Blocks of the lines `start:stop`, in the order in which they begin."""
    blocks: list[Block] = []
    open_block: Block | None = None
    in_note = {i: note for note in notes for i in note.lines}
    begun: set[int] = set()
    for i in range(start, stop):
        line = lines[i]
        if i in skip:
            blocks.append(Block("page", [i]))
            continue
        note = in_note.get(i)
        if note is not None:
            if note.lines.start not in begun:
                begun.add(note.lines.start)
                here = [k for k in note.lines if start <= k < stop]
                blocks.append(Block("note", here, number=note.number, words=" ".join(lines[k].bare for k in here)))
            continue
        if line.is_rule and open_block is not None and _has_room(open_block, line, lines):
            open_block.lines.append(i)
            continue
        label = _label(line, open_block, lines, layout)
        if label is None and open_block is not None and _continues(line, open_block, lines, layout):
            open_block.lines.append(i)
            open_block.words = f"{open_block.words} {line.bare}"[-_REMEMBERED:]
            continue
        open_block = Block("item" if label else "paragraph", [i], label, words=label.rest if label else line.bare)
        blocks.append(open_block)
    return blocks


def _reads_as_heading(block: Block, above: str, layout: Layout) -> bool:
    """True while the block may be a title: numbered or short, and nothing in it ends a sentence."""
    if finished(block.words) or ". " in block.words or "; " in block.words[-200:]:
        return False
    if block.label is None:
        return len(block.lines) == 1 and len(above) < 0.75 * layout.reach
    if block.label.family in BULLETS:
        return len(block.lines) == 1 and len(above) < 0.5 * layout.reach and not above[-1:].isdigit()
    return len(block.lines) <= 6


def last_words(block: Block, lines: list[Line]) -> str:
    """The last printed line of a block that is not a drawn rule."""
    return next((lines[i].bare for i in reversed(block.lines) if not lines[i].is_rule), "")


def _label(line: Line, block: Block | None, lines: list[Line], layout: Layout) -> Label | None:
    """The label that opens a block at `line`; None when the line has none or only seems to."""
    label = None if line.is_rule else read_label(line.bare)
    if label is None or block is None:
        return label
    above = last_words(block, lines)
    if label.family in BULLETS:
        broken = not finished(above) and _hyphenated(line.bare, above, label, wrapped=layout.wrapped)
    else:
        broken = _inline(block, label) or _counts_on(line, block, above, label, layout)
    return None if broken else label


def _hyphenated(text: str, above: str, label: Label, *, wrapped: bool) -> bool:
    """True for a dash that joins the two sides of a line break: "2021" / "- 2025", "kinh tế" / "- xã hội"."""
    if _YEAR_AFTER_DASH.match(text) and above[-1:].isdigit():
        return True
    return wrapped and label.family is Family.DASH and label.rest[:1].islower() and must_go_on(above)


def _counts_on(line: Line, block: Block, above: str, label: Label, layout: Layout) -> bool:
    """True for a number that belongs to the sentence above: "trong tháng" / "12. ..."."""
    awaited = bool(_FUNCTION_BEFORE_NUMBER.search(above))
    if (finished(above) and not awaited) or is_capital(above):
        return False
    if label.order == 1 and _reads_as_heading(block, above, layout):
        return False
    return (awaited and not line.is_bold) or (layout.wrapped and must_go_on(above))


def _inline(block: Block, label: Label) -> bool:
    """True when the label only goes on a list that runs inside the block's own sentence: "... (1) ... (2) ..."."""
    if label.family not in (Family.BRACKET, Family.LETTER, Family.ROMAN_SMALL) or not label.order or label.order < 2:
        return False
    if block.label is not None and block.label.family is label.family:
        return False
    for found in reversed(_INLINE.findall(block.words)):
        inner = read_label(f"({found}) x")
        if inner is not None and inner.order == label.order - 1:
            return True
    return False


def _has_room(block: Block, line: Line, lines: list[Line]) -> bool:
    return line.end - lines[block.lines[0]].start <= LONGEST


def _continues(line: Line, block: Block, lines: list[Line], layout: Layout) -> bool:
    above = last_words(block, lines)
    if not _has_room(block, line, lines) or ("|" in line.raw and line.raw.startswith("|")):
        return False
    if not block.words:
        return is_capital(line.bare) or line.is_bold
    if line.is_bold and lines[block.lines[-1]].is_bold and line.gap == 0 and not finished(above):
        return True
    if line.is_bold and not lines[block.lines[-1]].is_bold and not line.bare[:1].islower():
        return False
    heading = _reads_as_heading(block, above, layout)
    full = is_full(above, line.bare, layout)
    broken = lines[block.lines[-1]].end < line.start and line.gap > 0
    return goes_on(above, line.bare, full=full, heading=heading, gap=line.gap if broken else 0, layout=layout)
