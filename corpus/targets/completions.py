"""Goals without a figure: what is to be completed, what a place is to become, what is to be reached and exceeded."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from corpus.targets.drafts import Draft
from corpus.targets.gates import ends_year
from corpus.targets.parts import change_of
from corpus.targets.statements import BASELINE
from corpus.targets.vocabulary import any_of, holds, word_class
from corpus.time_citations import MASK
from corpus.time_words import FLAGS

if TYPE_CHECKING:
    from corpus.targets.context import Section
    from corpus.targets.statements import Text
    from corpus.times import TimeReading

_ITEM: Final = re.compile(r"\((?:\d{1,2}|[ivx]{1,4}|[a-zđ])\)\s*", FLAGS)
_LEADING_TO: Final = re.compile(r",\s*(?=đưa\s)", FLAGS)
_HELPERS: Final = r"(?:phấn đấu|cơ bản|sớm|tập trung|tiếp tục|đẩy nhanh|đẩy mạnh|quyết tâm|phải|khẩn trương|để|và)"


@cache
def _completing_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|[,:]\s*)(?:[\s,\x1a]|{_HELPERS}\s)*(?P<goal>{any_of('completing')}(?!\w)(?!\s+{any_of('not_completing')}(?!\w))"
        rf"\s+\w[^\n]*)", FLAGS,
    )  # fmt: skip


@cache
def _striving_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?P<goal>{any_of('striving')}(?!\w)[^\n]*)", FLAGS)


@cache
def _exceeding_pattern() -> re.Pattern[str]:
    return re.compile(rf"\s{any_of('exceeding')}\s{any_of('bars')}(?!\w)[^,;]*", FLAGS)


@cache
def _becoming_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?P<goal>[^,;:]{{2,80}}?\s{any_of('becoming')}\s[^;]*)", FLAGS)


def read_completion(text: Text, span: tuple[int, int], section: Section, current: TimeReading | None) -> list[Draft]:
    """The goal of a statement that holds no figure of its own; at most one."""
    start, end = span
    masked = text.masked[start:end]
    time = next((t for t in reversed(text.times_in(start, end)) if t.due), current)
    exceeding = _exceeding_pattern().search(masked)
    if exceeding and section.kind in ("goal", "plain"):
        begin = max(masked.rfind(mark, 0, exceeding.start()) for mark in ",;:") + 1
        return [_draft(text, start + begin, start + exceeding.end(), section, time, op=">=")]
    found = _completing_pattern().search(masked)
    own = next((t for t in text.times_in(start, end) if t.due), None)
    task = section.kind == "organization" or (section.kind != "goal" and own is not None and not ends_year(own))
    if found and not task:
        return [_draft(text, start + found.start("goal"), end, section, time)]
    striving = _striving_pattern().search(masked)
    dated = own is not None and (section.kind == "goal" or ends_year(own))
    if striving and dated:
        return [_draft(text, start + striving.start("goal"), end, section, time)]
    if dated and section.kind == "goal" and holds("turning").search(masked):
        return [_draft(text, _turn_begins(text, start, end), end, section, time)]
    return []


def _turn_begins(text: Text, start: int, end: int) -> int:
    """Where "..., đưa nước ta trở thành ..." leaves the other thoughts of its sentence; `start` when it does not."""
    leads = [
        m.end()
        for m in _LEADING_TO.finditer(text.masked, start, end)
        if holds("turning").search(text.masked, m.end(), end)
    ]
    return leads[-1] if leads else start


@cache
def _fraction_pattern() -> re.Pattern[str]:
    numbers = r"(?<![\w/.,])(?P<part>[1-9]\d?)/(?P<whole>[1-9]\d?)"
    return re.compile(
        rf"(?:{any_of('comparators')}\s+)?(?:{numbers}\s+{any_of('fractions')}\s"
        rf"|(?<![\w/.,]){any_of('common_fractions')}\s+(?=[^\W\d]))[^,;.]*",
        FLAGS,
    )


def read_fractions(text: Text, span: tuple[int, int], section: Section, current: TimeReading | None) -> list[Draft]:
    """ "Tối thiểu 2/3 số thôn có thư viện": goals of a share told as a fraction, in its words and without a value."""
    drafts: list[Draft] = []
    for found in _fraction_pattern().finditer(text.masked, *span):
        proper = found["part"] is None or int(found["part"]) < int(found["whole"])
        before = re.split(r"\s*\d", text.masked[found.start() : found.end()].lower(), maxsplit=1)[0]
        op = word_class("comparators").get(" ".join(before.split()))
        if proper and (section.kind == "goal" or (op is not None and section.kind != "organization")):
            draft = _draft(text, *found.span(), section, current, op=op or "=")
            opened = max(text.masked.rfind(mark, span[0], found.start()) for mark in ",;:") + 1
            compared = BASELINE.search(text.plain, *found.span())
            baseline = " ".join(compared[0].split()) if compared else None
            change = change_of(text.masked[max(opened, span[0]) : found.start()])
            drafts.append(replace(draft, change=change, baseline=baseline))
    return drafts


def read_becoming(text: Text, span: tuple[int, int], section: Section) -> list[Draft]:
    """What a place is to be by the date of its own heading ("Mục tiêu đến năm 2030": "X là thành phố ...")."""
    masked = text.masked[span[0] : span[1]]
    found = _becoming_pattern().match(masked)
    if not (section.whole_goal and section.due and found):
        return []
    return [_draft(text, span[0], span[0] + found.end("goal"), section, None)]


def read_items(text: Text, at: int, section: Section, current: TimeReading | None) -> tuple[list[Draft], int]:
    """The items of "hoàn thành ...: (1) A. (2) B." that begins at `at`, one goal each, and where the list ends."""
    drafts: list[Draft] = []
    opening = _ITEM.search(text.plain, at)
    while opening:
        following = _ITEM.search(text.plain, opening.end())
        end = following.start() if following else _sentence_end(text.plain, opening.end())
        drafts.append(_draft(text, opening.end(), _trimmed(text.plain, opening.end(), end), section, current))
        if not following:
            return drafts, end
        opening = following
    return drafts, at


def _trimmed(plain: str, start: int, end: int) -> int:
    return start + len(plain[start:end].rstrip(" .;,"))


def _sentence_end(plain: str, at: int) -> int:
    found = re.search(r"[.;](?=\s|$)", plain[at:])
    return at + found.end() if found else len(plain)


def _draft(text: Text, start: int, end: int, section: Section, time: TimeReading | None, *, op: str = "=") -> Draft:
    plain = text.plain[start:end].rstrip(" .;,")
    lead = len(plain) - len(plain.lstrip(" ,;:" + MASK))
    plain = " ".join(plain.split())
    open_term = bool(holds("open_term").search(plain))
    due = time.due if time else None if open_term else section.due
    period = time.period if time else section.period
    each = "năm" if re.search(r"(?:hằng|hàng|mỗi) năm", plain, FLAGS) else None
    return Draft(start + lead, end, plain[:1].upper() + plain[1:], op=op, due=due, period=period, cadence=each)  # type: ignore[arg-type]
