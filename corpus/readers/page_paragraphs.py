"""Printed lines joined into paragraphs by where they stand: margins, indents, leading, full lines. Knows no file format.

Page numbers and running heads are dropped, but never a mark of secrecy; footnotes follow the paragraph that their page ends in.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from corpus.lines import finished, is_capital, must_go_on
from corpus.readers.page_words import Line
from corpus.readers.pieces import DOUBT, TURN, Grid, PageBreak, Paragraph
from corpus.secrecy import secrecy_mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.readers.pieces import Piece

_PAGE_NUMBER = re.compile(r"[-–—\s]*\d{1,3}[-–—\s]*|(?:trang|page)\s*\d{1,4}(?:\s*(?:/|trên|of)\s*\d{1,4})?", re.IGNORECASE)
_STARTS = re.compile(
    r"(?:[-–—+*•●▪·○➢]\s*\S|\d{1,2}(?:\.\d{1,2})*[.)/:]\s*\D|\(?\d{1,2}\)\s|[a-zđ][.)]\s|[IVX]{1,5}[.)/]?\s*[-–.]?\s*[A-ZĐÀ-Ỹ]|"
    r"(?:Điều|Chương|Mục|Phần|PHẦN|CHƯƠNG|MỤC|ĐIỀU)\s+[\dIVX])"
)
"""How a new paragraph may begin with a label; what the label means is the outline's business."""
_OTHER_SIDE = re.compile(r"[-–—]\s*\d")
_NOTE = re.compile(r"\[\d{1,2}\]\s*\S")
_BROKEN_WORD = re.compile(r"[\w/]-$")
_MARGIN = 0.12
"""Share of a page's height at its head and at its foot where page numbers and running heads stand."""
_REPEATED = 3


@dataclass(slots=True)
class Page:
    """A page: what it holds from top to bottom (`Grid` or `Line`), with the y of each, and its height in points.

    `unread` counts the cells of its tables that hold something which was not recognised.
    """

    height: float
    things: list[Line | tuple[float, Grid]] = field(default_factory=list)
    unread: int = 0


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a document is set: edges of its text, usual height of type, usual distance of baselines."""

    left: float
    right: float
    size: float
    leading: float
    ragged: float


def pieces_of(pages: Sequence[Page]) -> Iterator[Piece]:
    """The pages' paragraphs and tables in reading order, each page opened by a `PageBreak`."""
    _drop_furniture(pages)
    lines = [thing for page in pages for thing in page.things if isinstance(thing, Line)]
    shape = _shape(lines)
    state = _Joiner(shape)
    for page in pages:
        yield from state.page(page)
    yield from state.close()


def _drop_furniture(pages: Sequence[Page]) -> None:
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_masked(line) for line in _marginal(page)})
    enough = max(_REPEATED, 0.4 * len(pages)) if len(pages) > _REPEATED else 2
    for page in pages:
        gone = {
            id(line)
            for line in _marginal(page)
            if (_PAGE_NUMBER.fullmatch(_plain(line.text)) and _outermost(page, line)) or (
                seen[_masked(line)] >= enough and len(line.text) < 150 and not secrecy_mark(_plain(line.text))
            )
        }
        page.things = [thing for thing in page.things if id(thing) not in gone]


def _outermost(page: Page, line: Line) -> bool:
    """True for a line among the two highest or two lowest of its page."""
    bases = sorted(thing.base for thing in page.things if isinstance(thing, Line))
    return line.base in {*bases[:2], *bases[-2:]}


def _marginal(page: Page) -> list[Line]:
    lines = [thing for thing in page.things if isinstance(thing, Line)]
    return [
        line
        for line in lines
        if line.base < _MARGIN * page.height or line.base > (1 - _MARGIN) * page.height
    ]


def _masked(line: Line) -> str:
    return re.sub(r"\d+", "#", _plain(line.text)).lower()


def _plain(text: str) -> str:
    return text.replace(DOUBT[0], "").replace(DOUBT[1], "").replace(TURN, "")


def _shape(lines: list[Line]) -> _Shape:
    body = [line for line in lines if not line.beside] or lines
    if not body:
        return _Shape(0, 0, 12, 18, 6)
    size = _middle([line.size for line in body for _ in range(len(line.words))])
    wide = [line for line in body if len(line.words) > 5] or body
    lefts = Counter(round(line.x0) for line in wide)
    left = min((x for x, count in lefts.items() if count >= max(2, 0.05 * len(wide))), default=min(lefts))
    rights = sorted(line.x1 for line in wide)
    right = rights[int(0.97 * (len(rights) - 1))]
    steps = sorted(
        b.base - a.base for a, b in pairwise(body) if a.block == b.block and 0 < b.base - a.base < 4 * size
    )
    # Low among them: in a short letter most lines are paragraphs of their own, set apart.
    leading = steps[len(steps) // 8] if steps else 1.5 * size
    return _Shape(float(left), right, size, leading, 0.5 * size)


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


class _Joiner:
    """Takes lines and tables in reading order and gives paragraphs and tables as they are complete."""

    def __init__(self, shape: _Shape) -> None:
        self._shape = shape
        self._open: list[Line] = []
        self._texts: list[str] = []
        self._close_above = False
        self._notes_held: list[Piece] = []
        self._grid: Grid | None = None
        self._turned = 0
        """Pages begun since the last line or table."""

    def page(self, page: Page) -> Iterator[Piece]:
        """The pieces that a page completes."""
        notes = self._notes(page)
        self._turned += 1
        for thing in page.things:
            if isinstance(thing, tuple):
                yield from self._take_grid(thing[1])
            elif id(thing) not in notes:
                yield from self._take_line(thing)
        texts = _note_texts([line for line in page.things if isinstance(line, Line) and id(line) in notes])
        self._notes_held.extend(Paragraph(text) for text in texts)

    def close(self) -> Iterator[Piece]:
        """What is left at the end of the last page."""
        yield from self._finish()
        yield from (PageBreak() for _ in range(self._turned))

    def _take_line(self, line: Line) -> Iterator[Piece]:
        if self._open and self._joins(self._open, line):
            self._texts.append(TURN * self._turned + line.text)
            self._open.append(line)
        else:
            close = bool(self._open) and self._near(self._open[-1], line)
            yield from self._finish()
            yield from (PageBreak() for _ in range(self._turned))
            self._open, self._texts, self._close_above = [line], [line.text], close
        self._turned = 0

    def _take_grid(self, grid: Grid) -> Iterator[Piece]:
        before = self._grid
        if before is not None and self._turned and _width(before) == _width(grid):
            head = before.rows[: before.heads]
            rows = grid.rows[len(head) :] if grid.rows[: len(head)] == head else grid.rows
            breaks = before.breaks + (len(before.rows),) * self._turned
            self._grid = Grid((*before.rows, *rows), before.heads, breaks)
        else:
            yield from self._finish()
            yield from (PageBreak() for _ in range(self._turned))
            self._grid = grid
        self._turned = 0

    def _finish(self) -> Iterator[Piece]:
        if self._texts:
            yield Paragraph(_joined(self._texts), close=self._close_above)
        if self._grid is not None:
            yield self._grid
        yield from self._notes_held
        self._open, self._texts, self._grid, self._notes_held = [], [], None, []

    def _near(self, above: Line, line: Line) -> bool:
        return not self._turned and not above.beside and above.block == line.block and line.base - above.base <= 1.35 * self._shape.leading

    def _notes(self, page: Page) -> set[int]:
        """The small lines at the foot of a page from the first that opens with a note's mark."""
        lines = [thing for thing in page.things if isinstance(thing, Line)]
        start = len(lines)
        for number in range(len(lines) - 1, -1, -1):
            if lines[number].size > 0.92 * self._shape.size or lines[number].base < 0.4 * page.height:
                break
            if _NOTE.match(_plain(lines[number].text)):
                start = number
        return {id(line) for line in lines[start:]}

    def _joins(self, paragraph: list[Line], line: Line) -> bool:
        above, shape = paragraph[-1], self._shape
        if above.beside or line.beside:
            return False
        if not self._turned and (above.block != line.block or line.base - above.base > 1.2 * shape.leading):
            return False
        if abs(above.size - line.size) > 0.15 * shape.size or is_capital(_plain(above.text)) != is_capital(_plain(line.text)):
            return False
        first = line.words[0]
        full = above.x1 + 0.2 * above.size + (first.x1 - first.x0) > shape.right - shape.ragged
        before, text = _plain(above.text), _plain(line.text)
        goes_on = text[:1].islower() and not _STARTS.match(text)
        if not full:
            near = self._turned > 0 or abs(above.x1 - shape.right) < 6 * shape.size
            return goes_on and not finished(before) and near and line.x0 <= above.x0 + shape.size
        if _STARTS.match(text) and not self._only_seems_labelled(paragraph, line, before, text):
            return False
        return goes_on or self._stands_on(paragraph, line)

    def _only_seems_labelled(self, paragraph: list[Line], line: Line, before: str, text: str) -> bool:
        """True where the other side of a dash, or a number or letter of the sentence above, begins the line."""
        if finished(before):
            return False
        set_back = line.x0 < paragraph[0].x0 - 0.6 * self._shape.size
        return (
            must_go_on(before, text)
            or (set_back and not before.endswith(","))
            or text[1:3].strip()[:1].islower()
            or bool(_OTHER_SIDE.match(text) and before[-1:].isdigit())
        )

    def _stands_on(self, paragraph: list[Line], line: Line) -> bool:
        """By its left edge alone, whether a line goes on the paragraph above."""
        shape, above = self._shape, paragraph[-1]
        indent = 0.6 * shape.size
        if len(paragraph) > 1:
            return abs(line.x0 - above.x0) < indent
        if line.x0 < above.x0 - indent:
            return True
        if line.x0 > above.x0 + indent:
            return bool(_STARTS.match(_plain(above.text)))
        # Both alike: a first line set in would be followed by one at the margin.
        return above.x0 < shape.left + indent or not finished(_plain(above.text))


def _joined(texts: list[str]) -> str:
    """The lines as one; a word broken after its own hyphen ("2021-" / "2025") is made whole."""
    parts = [texts[0]]
    for above, text in pairwise(texts):
        parts.append(text if _BROKEN_WORD.search(_plain(above)) else f" {text}")
    return "".join(parts)


def _width(grid: Grid) -> int:
    return max((sum(cell.columns for cell in row) for row in grid.rows), default=0)


def _note_texts(lines: Sequence[object]) -> list[str]:
    texts: list[str] = []
    for line in lines:
        if not isinstance(line, Line):
            continue
        if texts and not _NOTE.match(_plain(line.text)):
            texts[-1] = f"{texts[-1]} {line.text}"
        else:
            texts.append(line.text)
    return texts
