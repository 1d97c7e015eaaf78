"""A clause cut into sentences, and sentences into parts that each hold one duty."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.tasks.reporting import sends_what_stands_before
from corpus.tasks.timing import deadlines_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.tasks.reading import Reading

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\s*_]+(?=[\"“(*_]*[A-ZÀ-ỸĐ0-9(])|(?<=[.])\s+(?=[-+•]\s)")
_NO_END = re.compile(r"(?:^|[\s(])(?:TP|Tp|tp|TX|đ/c|Đ/c|PGS|GS|TS|ThS|BS|CN|KS|v\.v|St|No|[A-ZĐ]|\d{1,2})\.$")
_NUMBERED = re.compile(r"(?<![\w)])\((\d{1,2})\)\s*(?=\w)")
_SPLIT_ADVERBS = re.compile(
    r",\s+(?:và\s+)?(?=(?:đồng thời|định kỳ|thường xuyên|tập trung|kịp thời(?=\s+báo\s+cáo))(?!\w))",
    re.IGNORECASE,
)
_SEMICOLON = re.compile(r"\s*;\s*")
_BEFORE_VERB = re.compile(r"\s*,\s+(?:và\s+)?|\s+và\s+")
_FEWEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a clause that may hold one duty; `opens` when it is first in its sentence."""

    start: int
    end: int
    opens: bool


def sentences(reading: Reading, start: int) -> Iterator[tuple[int, int]]:
    """Sentences from `start` on. "(2) ..." after a full stop goes on with the sentence before it."""
    text = reading.text
    at = start
    for found in _SENTENCE_END.finditer(text, start):
        if _NO_END.search(text, max(at, found.start() - 8), found.start()) or _NUMBERED.match(text, found.end()):
            continue
        if _inside_brackets(text, at, found.start()):
            continue
        yield at, found.start()
        at = found.end()
    if at < len(text):
        yield at, len(text)


def _inside_brackets(text: str, start: int, end: int) -> bool:
    return text.count("(", start, end) > text.count(")", start, end) and ")" in text[end : end + 200]


def parts(reading: Reading, start: int, end: int, *, body: int) -> Iterator[Part]:
    """Parts of one sentence; nothing before `body` (the end of the actors' list) is cut."""
    at, first = start, True
    for cut_start, cut_end in _cuts(reading, body, end):
        if cut_start > at:
            yield Part(at, cut_start, first)
            first = False
        at = cut_end
    if at < end:
        yield Part(at, end, first)


def _cuts(reading: Reading, body: int, end: int) -> list[tuple[int, int]]:
    text = reading.text
    found = [(m.start(), m.end()) for m in _SEMICOLON.finditer(text, body, end)]
    found += [(m.start(), m.start()) for m in _NUMBERED.finditer(text, body, end) if m[1] != "1"]
    adverbs = _SPLIT_ADVERBS.finditer(text, body, end)
    found += [(m.start(), m.end()) for m in adverbs if _holds_duty(reading, body, m.start(), m.end())]
    found += _between_dated(reading, body, end)
    depth = _depths(text, body, end)
    return sorted((a, b) for a, b in found if depth[a - body] == 0)


def _between_dated(reading: Reading, body: int, end: int) -> list[tuple[int, int]]:
    """Commas between verbs that each have a time of their own: "sơ kết vào tháng 6/2026, tổng kết vào năm 2030"."""
    dated = [t for t in deadlines_in(reading, body, end) if t.due or t.recurrence]
    if len(dated) < 2:
        return []
    found, left = [], body
    for comma in _BEFORE_VERB.finditer(reading.text, body, end):
        if not reading.may_begin_duty(comma.end()) or sends_what_stands_before(reading, comma.end()):
            continue
        left = max(left, reading.text.rfind(";", body, comma.start()))
        before = [t for t in dated if left <= t.start and t.end <= comma.start()]
        after = next((t for t in dated if t.start >= comma.end()), None)
        between = reading.text[comma.end() : after.start] if after else ";"
        if before and after and not re.search(r"[,;.]", between):
            found.append((comma.start(), comma.end()))
            left = comma.end()
    return found


def _holds_duty(reading: Reading, body: int, left: int, right: int) -> bool:
    """A comma before an adverb cuts only when enough stands before it and a verb or a time comes after it."""
    return len(reading.text[body:left].split()) >= _FEWEST_WORDS and reading.may_begin_duty(reading.past_adverbs(right))


def _depths(text: str, start: int, end: int) -> list[int]:
    """How many brackets are open at each place; brackets that never close count for nothing."""
    depth, depths = 0, []
    for i in range(start, end):
        depths.append(depth)
        if text[i] == "(" and text.find(")", i, end) > 0:
            depth += 1
        elif text[i] == ")" and depth:
            depth -= 1
    return [*depths, depth]
