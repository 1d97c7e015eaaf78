"""A file that holds several directives, cut where one ends and the letterhead of the next begins. Loses no text."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.lines import Line, is_capital, read_lines
from corpus.outline.labels import BULLETS
from corpus.outline.zones import (
    is_annex,
    is_letterhead,
    is_recipients,
    is_role,
    is_signature,
    shown,
    structural,
    titled_kind,
)

if TYPE_CHECKING:
    from corpus.records import Source

_AHEAD = 16
"""Lines. A letterhead and the title below it take no more."""
_BODY = re.compile(
    r"(?:tỉnh|huyện|thành|thị|đảng|quận) (?:ủy|uỷ)|(?:ủy|uỷ) ban|hội đồng|ban (?:chấp hành|thường vụ)|đảng (?:bộ|đoàn)|"
    r"\b(?:bộ|sở|ban|cục|chi cục|tổng cục|văn phòng|mặt trận|chính phủ|quốc hội|thủ tướng|ubnd|hđnd)\b",
    re.IGNORECASE,
)
_ATTACHED = re.compile(r"kèm theo", re.IGNORECASE)


def split_directives(source: Source) -> list[Source]:
    """The directives of one file in order, each a Source of its own; pages are counted on through the file."""
    lines = read_lines(source.text)
    starts = [0, *(lines[i].start for i in _beginnings(lines))]
    ends = [*starts[1:], len(source.text)]
    return [_part(source, start, end) for start, end in zip(starts, ends, strict=True)]


def _part(source: Source, start: int, end: int) -> Source:
    # Pages before the cut are kept as empty ones, so that a clause's page is still the page of the file.
    pages = tuple(max(0, at - start) for at in source.page_starts[: bisect_left(source.page_starts, end)])
    doubtful = tuple((a - start, b - start) for a, b in source.doubtful if start <= a and b <= end)
    return replace(source, text=source.text[start:end], page_starts=pages, doubtful=doubtful)


def _beginnings(lines: list[Line]) -> list[int]:
    """Indices of the lines at which the second and later directives begin."""
    found: list[int] = []
    closed_at: int | None = None
    # A role alone below the title ("THỦ TƯỚNG CHÍNH PHỦ") issues the directive; after its first item it signs it.
    titled = inside_annex = numbered = False
    i = 0
    while i < len(lines):
        text = shown(lines[i])
        if is_recipients(text) or (titled and is_signature(text) and (numbered or not is_role(text))):
            closed_at = i if closed_at is None else closed_at
        elif titled and _begins(lines, i, closed=closed_at is not None and not inside_annex):
            found.append(i)
            closed_at, inside_annex, numbered = None, False, False
            i += _title_ahead(lines, i) or 1
            titled = True
            continue
        elif structural(lines[i]) is not None or titled_kind(text):
            titled = True
            label = structural(lines[i])
            numbered = numbered or label is not None
            # A numbered item after the signature: an annex or an attached document is being read.
            inside_annex = inside_annex or (closed_at is not None and label is not None and label.family not in BULLETS)
        i += 1
    return found


def _begins(lines: list[Line], i: int, *, closed: bool) -> bool:
    text = shown(lines[i])
    if (
        not text
        or len(text) > 140
        or (
            lines[i].gap == 0
            and not lines[i].feed
            and _BODY.search(shown(lines[i - 1]))
            and is_capital(shown(lines[i - 1]))
        )
    ):
        return False
    opens = (
        is_letterhead(text) or titled_kind(text) or (is_capital(text) and _BODY.search(text) and not is_signature(text))
    )
    if not opens or is_annex(text, closed=closed):
        return False
    ahead = lines[i : i + _AHEAD]
    texts = [shown(line) for line in ahead]
    title = _title_ahead(lines, i)
    stop = title + 6 if title is not None else len(texts)
    if any(is_annex(t, closed=True) or _ATTACHED.search(t) for t in texts[:stop]):
        return False
    letterheads = sum(is_letterhead(t) for t in texts[: title if title is not None else 8])
    if not closed:
        return title is not None and letterheads >= 2
    if title is None:
        return letterheads >= 2 and any(t.lower().startswith(("v/v", "kính gửi")) for t in texts)
    return True


def _title_ahead(lines: list[Line], i: int) -> int | None:
    """How many lines on the title of a kind of document stands, with only a letterhead between."""
    for k, line in enumerate(lines[i : i + _AHEAD]):
        text = shown(line)
        if titled_kind(text):
            return k
        if len(text) > 140 or (k and is_recipients(text)) or is_signature(text):
            return None
    return None
