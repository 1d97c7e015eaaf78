"""The words to quote for a stretch of a clause: always a substring of one of its segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.records import Clause


def quote_of(clause: Clause, start: int, end: int) -> str:
    """`clause.text[start:end]`, trimmed, or its longest part that stands within one segment."""
    best = ""
    for left, right in _segment_spans(clause):
        part = clause.text[max(start, left) : min(end, right)].strip(" ,;:")
        best = max(best, part, key=len)
    return best or clause.segments[0]


def _segment_spans(clause: Clause) -> list[tuple[int, int]]:
    spans, at = [], 0
    for segment in clause.segments:
        found = clause.text.find(segment, at)
        if found >= 0:
            spans.append((found, found + len(segment)))
            at = found + len(segment)
    return spans
