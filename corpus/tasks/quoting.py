"""Quotes: the longest stretch of what was read that stands unbroken in the source."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.text import collapse

if TYPE_CHECKING:
    from corpus.records import Clause

_EDGE = " \t,;:"


def quote_of(clause: Clause, words: str) -> str:
    """`words` if a segment of the clause holds them, else their longest stretch that one does; empty when none."""
    wanted = collapse(words).strip(_EDGE)
    segments = _collapsed(clause.segments)
    if not wanted or any(wanted in s for s in segments):
        return wanted
    best = ""
    for segment in segments:
        common = _common_end(segment, wanted) or _common_start(segment, wanted)
        inside = segment if segment in wanted else ""
        best = max(best, common, inside, key=len)
    return best.strip(_EDGE)


@lru_cache(maxsize=4)
def _collapsed(segments: tuple[str, ...]) -> tuple[str, ...]:
    """Kept for the clause at hand: a long clause is asked for a quote by each of its duties."""
    return tuple(collapse(s) for s in segments)


def _common_end(segment: str, wanted: str) -> str:
    """The longest beginning of `wanted` with which the segment ends, at a word's edge."""
    at = segment.find(wanted[:24]) if len(wanted) >= 24 else -1
    while at >= 0:
        if wanted.startswith(segment[at:]):
            return segment[at:]
        at = segment.find(wanted[:24], at + 1)
    return ""


def _common_start(segment: str, wanted: str) -> str:
    """The longest end of `wanted` with which the segment begins."""
    at = wanted.find(segment[:24]) if len(segment) >= 24 else -1
    while at >= 0:
        if segment.startswith(wanted[at:]):
            return wanted[at:]
        at = wanted.find(segment[:24], at + 1)
    return ""
