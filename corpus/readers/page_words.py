"""Words as they stand on a printed page, gathered into lines and, where they stand side by side, into columns.

For PDF text and recognised scans alike. Lengths are in points (1/72 inch), y grows downwards. Knows no file format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from corpus.readers.pieces import DOUBT

_WIDE_GAP = 2.2
"""Ems. Justified text leaves less between words; side-by-side blocks leave more."""
_LABEL = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3})*|[IVXL]{1,6}|\w)[.):/]*|[-–+*•·▪●○➢]")
_NOTE_MARK = re.compile(r"\(?\[?\d{1,2}\]?\)?")
_UNIT_BEFORE_POWER = re.compile(r"(?:^|[\d/\s])(?:[kdcm]?m|ha)$")
_POWERS = {"2": "²", "3": "³"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word: left and right edge, baseline, height of its line of type."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    sure: bool = True


@dataclass(slots=True)
class Line:
    """Words on one baseline, left to right. `block` counts the blocks of its page; lines of one block go together."""

    words: list[Word]
    block: int = 0
    beside: bool = False
    text: str = field(default="")

    @property
    def x0(self) -> float:
        """The left edge."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """The right edge."""
        return max(word.x1 for word in self.words)

    @property
    def base(self) -> float:
        """The baseline."""
        return self.words[-1].base if len(self.words) == 1 else sorted(w.base for w in self.words)[len(self.words) // 2]

    @property
    def size(self) -> float:
        """The usual height of type in it."""
        return sorted(word.size for word in self.words)[len(self.words) // 2]


def lines_of(words: list[Word]) -> list[Line]:
    """The lines of a page from top to bottom, raised note marks written in brackets."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.base):
        if rows and word.base - rows[-1][-1].base <= 0.25 * min(word.size, rows[-1][-1].size):
            rows[-1].append(word)
        else:
            rows.append([word])
    lines = [Line(sorted(row, key=lambda w: w.x0)) for row in rows]
    lines = _lowered(lines)
    for line in lines:
        line.text = _said(line.words)
    return lines


def _lowered(lines: list[Line]) -> list[Line]:
    """Lines without those that hold only raised marks: these go into the line that they stand in."""
    kept: list[Line] = []
    waiting: list[Word] = []
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else None
        if below is not None and all(_raised(word, below) for word in line.words):
            waiting.extend(line.words)
            continue
        if waiting:
            line.words.extend(_marked(word, line) for word in waiting)
            line.words.sort(key=lambda w: w.x0)
            waiting = []
        kept.append(line)
    return kept


def _raised(word: Word, line: Line) -> bool:
    drop = line.base - word.base
    return (
        bool(_NOTE_MARK.fullmatch(word.text))
        and word.size < 0.85 * line.size
        and 0.1 * line.size < drop < 0.75 * line.size
        and word.x0 > line.x0 - line.size
        and word.x1 < line.x1 + line.size
    )


def _marked(word: Word, line: Line) -> Word:
    digits = re.sub(r"\D", "", word.text)
    before = max((w for w in line.words if w.x0 < word.x0), key=lambda w: w.x1, default=None)
    power = before is not None and _UNIT_BEFORE_POWER.search(before.text) and digits in _POWERS
    text = _POWERS[digits] if power else f"[{digits}]"
    return Word(text, word.x0, word.x1, line.base, line.size, sure=word.sure)


def _said(words: list[Word]) -> str:
    parts: list[str] = []
    for before, word in pairwise([None, *words]):
        glued = before is not None and word is not None and (
            (word.text.startswith("[") and word.text.endswith("]") and word.x0 - before.x1 < 0.15 * word.size)
            or word.text in _POWERS.values()
            or (before.text.endswith("]") and word.text[:1] in ".,;:)" and word.x0 - before.x1 < 0.2 * word.size)
        )
        if word is not None:
            parts.append(("" if glued or before is None else " ") + shown(word))
    return "".join(parts)


def shown(word: Word) -> str:
    """The word, between marks of doubt where needed."""
    return word.text if word.sure else f"{DOUBT[0]}{word.text}{DOUBT[1]}"


def in_reading_order(lines: list[Line]) -> list[Line]:
    """The lines, with blocks that stand side by side one after the other: the left one whole, then the right one."""
    ordered: list[Line] = []
    block = 0
    at = 0
    while at < len(lines):
        gutter = _gutter(lines[at])
        if gutter is None:
            lines[at].block = block
            ordered.append(lines[at])
            at += 1
            continue
        stop, gutter = _run(lines, at, gutter)
        first = _run_back(ordered, block, gutter, lines[at])
        run = [*ordered[first:], *lines[at:stop]]
        del ordered[first:]
        middle = (gutter[0] + gutter[1]) / 2
        for side in (0, 1):
            block += 1
            for line in run:
                words = [w for w in line.words if ((w.x0 + w.x1) / 2 > middle) == bool(side)]
                if words:
                    ordered.append(Line(words, block, beside=True, text=_said(words)))
        block += 1
        at = stop
    return ordered


def _gutter(line: Line) -> tuple[float, float] | None:
    """The widest gap in a line that may part two blocks."""
    gaps = [(b.x0 - a.x1, a, b) for a, b in pairwise(line.words)]
    wide = max(gaps, key=lambda gap: gap[0], default=None)
    if wide is None or wide[0] < _WIDE_GAP * line.size * 0.8:
        return None
    left = [w for w in line.words if w.x1 <= wide[1].x1]
    if len(left) == 1 and _LABEL.fullmatch(left[0].text):
        return None
    return wide[1].x1, wide[2].x0


def _crosses(line: Line, gutter: tuple[float, float]) -> tuple[float, float] | None:
    """What is left of the gutter beside this line; None when the line runs through it."""
    left = max((w.x1 for w in line.words if (w.x0 + w.x1) / 2 <= (gutter[0] + gutter[1]) / 2), default=gutter[0])
    right = min((w.x0 for w in line.words if (w.x0 + w.x1) / 2 > (gutter[0] + gutter[1]) / 2), default=gutter[1])
    narrowed = max(gutter[0], left), min(gutter[1], right)
    return narrowed if narrowed[1] - narrowed[0] >= 0.7 * line.size else None


def _run(lines: list[Line], at: int, gutter: tuple[float, float]) -> tuple[int, tuple[float, float]]:
    stop = at + 1
    while stop < len(lines):
        if lines[stop].base - lines[stop - 1].base > 4.5 * lines[stop].size:
            break
        narrowed = _crosses(lines[stop], gutter)
        if narrowed is None:
            break
        gutter = narrowed
        stop += 1
    return stop, gutter


def _run_back(ordered: list[Line], block: int, gutter: tuple[float, float], begun: Line) -> int:
    """Where lines above belong to the run too: one block began higher than the other. At most six lines up."""
    first = len(ordered)
    below = begun
    while first > max(0, len(ordered) - 6):
        line = ordered[first - 1]
        if line.beside or line.block != block or below.base - line.base > 2.5 * line.size:
            break
        on_one_side = line.x1 <= gutter[0] + line.size or line.x0 >= gutter[1] - line.size
        if not on_one_side:
            break
        below = line
        first -= 1
    return first
