"""Choosing what to quote: exact, contiguous pieces of a clause, whole where they fit and cut between sentences where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.answers import QUOTE_LIMIT
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence


def quote_of(segments: Sequence[str], best_part: str | None, limit: int = QUOTE_LIMIT) -> str:
    """The longest fitting run of sentences of one segment that holds `best_part`; the first segment when nothing is asked.

    Every result is an exact substring of one segment, hence of the source with white space collapsed.
    """
    segment = next((s for s in segments if best_part and best_part in s), None) or max(segments, key=len, default="")
    if len(segment) <= limit:
        return segment
    return _window(segment, best_part, limit)


def _window(segment: str, best_part: str | None, limit: int) -> str:
    parts = sentences(segment)
    at = next((i for i, p in enumerate(parts) if best_part and (best_part in p or p in best_part)), 0)
    if len(parts[at]) > limit:
        return _cut(parts[at], limit)
    first = last = at
    while True:
        before = _span(segment, parts, first - 1, last) if first > 0 else None
        after = _span(segment, parts, first, last + 1) if last + 1 < len(parts) else None
        if before is not None and len(before) <= limit:
            first -= 1
        elif after is not None and len(after) <= limit:
            last += 1
        else:
            return _span(segment, parts, first, last)


def _span(segment: str, parts: Sequence[str], first: int, last: int) -> str:
    start = segment.index(parts[first])
    end = segment.index(parts[last], start) + len(parts[last])
    return segment[start:end]


def _cut(text: str, limit: int) -> str:
    """A sentence longer than the limit, cut at its last comma or space."""
    head = text[:limit]
    stop = max(head.rfind(", "), head.rfind("; "))
    return head[: stop if stop > limit // 2 else head.rfind(" ")]


def excerpt(text: str, best_part: str, limit: int) -> str:
    """What a person reads first: the best sentence, with its neighbours while they fit; cut parts are marked with "…"."""
    if len(text) <= limit:
        return text
    shown = _window(text, best_part, limit - 4)
    return f"{'' if text.startswith(shown) else '… '}{shown}{'' if text.endswith(shown) else ' …'}"


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word and marked with "…"."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head = text[: limit - 2]
    for mark in ("; ", ", "):
        if (stop := head.rfind(mark)) > limit * 0.6:
            return f"{head[:stop]} …"
    return f"{head[: head.rfind(' ')]} …"
