"""Tables ruled on a page: from the lines drawn to cells with their spans, and the words into the cells.

Lengths are in points, y grows downwards. Knows no PDF; what draws the rules is the caller's business.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from corpus.readers.page_words import lines_of
from corpus.readers.pieces import Cell, Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.readers.page_words import Word

_NEAR = 3.0
"""Points. Rules nearer than this are one; an end this near a crossing rule touches it."""
_MOST_RULES = 3000


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: `at` is its y (or x, when `upright`), from `start` to `stop` along the other axis."""

    upright: bool
    at: float
    start: float
    stop: float


@dataclass(frozen=True, slots=True)
class Ruled:
    """A table found: its box, its cells, and the box (left, top, right, bottom) of each cell."""

    top: float
    bottom: float
    left: float
    right: float
    grid: Grid
    boxes: tuple[tuple[float, float, float, float], ...]


def ruled_tables(rules: Sequence[Rule], words: Sequence[Word]) -> list[Ruled]:
    """The tables of at least two rows or columns, from top to bottom."""
    rules = _joined(rules[:_MOST_RULES])
    found: list[Ruled] = []
    for group in _groups(rules):
        table = _table(group, words)
        if table is not None:
            found.append(table)
    return sorted(found, key=lambda table: table.top)


def inside(word: Word, table: Ruled) -> bool:
    """True for a word that stands in the table's box."""
    middle = (word.x0 + word.x1) / 2
    return table.left <= middle <= table.right and table.top <= word.base - 0.3 * word.size <= table.bottom


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """Rules with the pieces of one line made one."""
    tracks: dict[tuple[bool, int], list[Rule]] = defaultdict(list)
    for rule in sorted(rules, key=lambda r: (r.upright, r.at)):
        tracks[rule.upright, round(rule.at / 2)].append(rule)
    merged: list[Rule] = []
    for (upright, _), track in tracks.items():
        at = sum(rule.at for rule in track) / len(track)
        start, stop = None, 0.0
        for rule in sorted(track, key=lambda r: r.start):
            if start is None:
                start, stop = rule.start, rule.stop
            elif rule.start <= stop + _NEAR:
                stop = max(stop, rule.stop)
            else:
                merged.append(Rule(upright, at, start, stop))
                start, stop = rule.start, rule.stop
        if start is not None:
            merged.append(Rule(upright, at, start, stop))
    return [rule for rule in merged if rule.stop - rule.start > _NEAR]


def _groups(rules: list[Rule]) -> list[list[Rule]]:
    """Rules that touch one another, directly or through others."""
    parent = list(range(len(rules)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    flat = [i for i, rule in enumerate(rules) if not rule.upright]
    for i, rule in enumerate(rules):
        if rule.upright:
            for k in flat:
                if _touch(rules[k], rule):
                    parent[root(i)] = root(k)
    groups: dict[int, list[Rule]] = defaultdict(list)
    for i, rule in enumerate(rules):
        groups[root(i)].append(rule)
    return [group for group in groups.values() if len(group) >= 4]


def _touch(flat: Rule, upright: Rule) -> bool:
    return (
        flat.start - _NEAR <= upright.at <= flat.stop + _NEAR
        and upright.start - _NEAR <= flat.at <= upright.stop + _NEAR
    )


def _edges(values: list[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _NEAR:
            edges.append(value)
    return edges


def _table(group: list[Rule], words: Sequence[Word]) -> Ruled | None:
    xs = _edges([rule.at for rule in group if rule.upright])
    ys = _edges([rule.at for rule in group if not rule.upright])
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 1 or rows < 1 or columns * rows < 3 or columns > 60 or rows > 400:
        return None
    uprights = [rule for rule in group if rule.upright]
    flats = [rule for rule in group if not rule.upright]

    def wall(x: float, top: float, bottom: float) -> bool:
        middle = (top + bottom) / 2
        return any(abs(r.at - x) <= _NEAR and r.start - _NEAR <= middle <= r.stop + _NEAR for r in uprights)

    def floor(y: float, left: float, right: float) -> bool:
        middle = (left + right) / 2
        return any(abs(r.at - y) <= _NEAR and r.start - _NEAR <= middle <= r.stop + _NEAR for r in flats)

    owner: dict[tuple[int, int], tuple[int, int]] = {}
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(rows):
        for column in range(columns):
            if (row, column) in owner:
                continue
            wide = 1
            while column + wide < columns and (row, column + wide) not in owner and not wall(
                xs[column + wide], ys[row], ys[row + 1]
            ):
                wide += 1
            tall = 1
            while row + tall < rows and not floor(ys[row + tall], xs[column], xs[column + 1]):
                tall += 1
            spans[row, column] = (wide, tall)
            owner |= {(row + r, column + c): (row, column) for r in range(tall) for c in range(wide)}
    texts = _texts(words, xs, ys, owner)
    printed = tuple(
        tuple(
            Cell(texts.get((row, column), ""), *spans[row, column]) for column in range(columns) if (row, column) in spans
        )
        for row in range(rows)
    )
    heads = max((cell.rows for cell in printed[0]), default=1)
    if heads == 1 and rows > 2 and columns > 2 and len(printed[0]) > 1 and any(cell.columns > 1 for cell in printed[0]):
        heads = 2
    boxes = tuple(
        (xs[column], ys[row], xs[min(column + wide, columns)], ys[min(row + tall, rows)])
        for (row, column), (wide, tall) in spans.items()
    )
    return Ruled(ys[0], ys[-1], xs[0], xs[-1], Grid(printed, min(heads, max(1, rows - 1))), boxes)


def _texts(
    words: Sequence[Word], xs: list[float], ys: list[float], owner: dict[tuple[int, int], tuple[int, int]]
) -> dict[tuple[int, int], str]:
    held: dict[tuple[int, int], list[Word]] = defaultdict(list)
    for word in words:
        column = _slot(xs, (word.x0 + word.x1) / 2)
        row = _slot(ys, word.base - 0.3 * word.size)
        if column is not None and row is not None:
            held[owner[row, column]].append(word)
    return {place: "\n".join(line.text for line in lines_of(inner)) for place, inner in held.items()}


def _slot(edges: list[float], value: float) -> int | None:
    return next((i for i, (low, high) in enumerate(pairwise(edges)) if low <= value <= high), None)
