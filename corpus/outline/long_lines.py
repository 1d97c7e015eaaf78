"""Lines longer than any paragraph, cut at the ends of sentences: what looks closely at a clause then costs no more than its length.

Such lines are no directive's own: a file without line breaks, a converter's dump, an attack. Knows no labels.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.lines import bare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.lines import Line

LONGEST = 8_000
"""Characters of a paragraph. The longest seen in a directive has some 5,000."""
_LONGEST_ROW = 5 * LONGEST
"""Of a table's row, whose cells go together."""
_ENDS = (". ", "; ", ", ", " ")


def shortened(lines: Sequence[Line]) -> list[Line]:
    """The lines, overlong ones as several that together say the same at the same offsets."""
    if all(len(line.raw) <= LONGEST for line in lines):
        return list(lines)
    return [piece for line in lines for piece in _pieces(line)]


def _pieces(line: Line) -> Iterator[Line]:
    most = _LONGEST_ROW if line.raw.startswith("|") else LONGEST
    at = 0
    while at < len(line.raw):
        stop = _cut(line.raw, at, most)
        piece = line.raw[at:stop].strip()
        if piece:
            start = line.start + at + (stop - at - len(line.raw[at:stop].lstrip()))
            first = not at
            yield replace(
                line, start=start, end=start + len(piece), raw=piece, bare=bare(piece), indent=line.indent if first else 0,
                gap=line.gap if first else 0, feed=line.feed and first,
            )  # fmt: skip
        at = stop


def _cut(text: str, at: int, most: int) -> int:
    """Where the piece from `at` ends: after a sentence, else after a word, in the second half of what it may hold."""
    if len(text) - at <= most:
        return len(text)
    for end in _ENDS:
        found = text.rfind(end, at + most // 2, at + most)
        if found >= 0:
            return found + len(end)
    return at + most
