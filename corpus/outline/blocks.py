"""Printed lines joined into blocks: one block for each item, paragraph, table row, note. Levels and paths come later."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from corpus.lines import Layout, Line, finished, goes_on, is_capital, is_full, must_go_on
from corpus.outline.furniture import Note
from corpus.outline.labels import BULLETS, Family, Label, read_label

BlockKind = Literal["front", "title", "item", "paragraph", "note", "page", "table", "row", "section", "annex", "end"]
_FUNCTION_BEFORE_NUMBER = re.compile(r"(?:\b(?:số|khoản|điều|điểm|mục|tháng|năm|ngày|quý|từ|đến|là|và|khoảng|giai đoạn)|[(,–-])\s*$", re.IGNORECASE)
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


def join_body(lines: list[Line], layout: Layout, start: int, stop: int, notes: list[Note], skip: frozenset[int]) -> list[Block]:
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
                blocks.append(Block("note", list(note.lines), number=note.number, words=" ".join(lines[k].bare for k in note.lines)))
            continue
        if line.is_rule and open_block is not None:
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


def last_words(block: Block, lines: list[Line]) -> str:
    """The last printed line of a block that is not a drawn rule."""
    return next((lines[i].bare for i in reversed(block.lines) if not lines[i].is_rule), "")


def _label(line: Line, block: Block | None, lines: list[Line], layout: Layout) -> Label | None:
    label = None if line.is_rule else read_label(line.bare)
    if label is None or block is None:
        return label
    above = last_words(block, lines)
    if label.family in BULLETS:
        if _YEAR_AFTER_DASH.match(line.bare) and not finished(above) and above[-1:].isdigit():
            return None
        return None if layout.wrapped and label.family is Family.DASH and not finished(above) and label.rest[:1].islower() and must_go_on(above) else label
    if finished(above) and not _FUNCTION_BEFORE_NUMBER.search(above):
        return None if _inline(block, label) else label
    if _inline(block, label):
        return None
    # The line above is not finished: a title, or a sentence that only happens to go on with a number.
    if _FUNCTION_BEFORE_NUMBER.search(above) and not is_capital(above) and not line.is_bold:
        return None
    if layout.wrapped and must_go_on(above) and not is_capital(above):
        return None
    return label


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


def _continues(line: Line, block: Block, lines: list[Line], layout: Layout) -> bool:
    above = last_words(block, lines)
    if "|" in line.raw and line.raw.startswith("|"):
        return False
    if not block.words:
        return is_capital(line.bare) or line.is_bold
    if line.is_bold and lines[block.lines[-1]].is_bold and line.gap == 0 and not finished(above):
        return True
    if line.is_bold and not lines[block.lines[-1]].is_bold and not line.bare[:1].islower():
        return False
    heading = block.label is not None and block.label.family not in BULLETS and not finished(block.words) and ". " not in block.words and "; " not in block.words[-200:] and len(block.lines) <= 6
    full = is_full(above, line.bare, layout)
    broken = lines[block.lines[-1]].end < line.start and line.gap > 0
    return goes_on(above, line.bare, full=full, heading=heading, gap=line.gap if broken else 0, layout=layout)
