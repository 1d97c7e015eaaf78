"""A clause's text prepared for reading: levelled for look-up, with its time expressions, and moves over it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.phrases import levelled
from corpus.plan_year import PlanYear
from corpus.tasks.words import words
from corpus.times import read_times

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from corpus.times import TimeReading

_BLANK = re.compile(r"[\s*_\"“”']*")
_MARKUP = re.compile(r"[\s*#_>]*(?:\[bookmark:[^\]]*\])?\s*")
_EMPHASIS = re.compile(r"\*\*+|__+|(?<=\S)\*(?=\s)|(?<=\s)\*(?=\S)")
_BULLET = re.compile(r"[-+*•–▪✓]\s*")
_NAMED_LABEL = re.compile(r"(?:Điều|Khoản|Mục|Phần|Chương)\s+(?:\d+|[IVXLC]+)[a-zđ]?(?!\w)[\s.:)\-–]*", re.IGNORECASE)
_ASIDE = re.compile(r"(?:(?:6|06|sáu|3|03)\s+tháng\s*)?\(\s*")
_AFTER_BRACKETS = re.compile(r"\s*\)(?:\s*,|\s+và(?=\s))?")
_COMMA = re.compile(r"\s*,")
_AFTER_LABEL = re.compile(r"[\s*_\-–.:)]*")


@dataclass(frozen=True, slots=True)
class Origin:
    """What the times of a directive count from: the days of its signing and of its taking effect, and its year."""

    issued_on: date | None = None
    effective_on: date | None = None
    plan: PlanYear = field(default_factory=PlanYear)


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` as published (white space collapsed), `low` the same letter for letter for look-up, and its times.

    `strict` where a general word in the singular ("doanh nghiệp") names a subject, not who must act; `starts` holds
    the index of the time that begins at a place; `origin` is what its times count from.
    """

    text: str
    low: str
    times: tuple[TimeReading, ...]
    strict: bool = False
    starts: Mapping[int, int] = field(default_factory=dict)
    origin: Origin = field(default_factory=Origin)

    def blank(self, at: int) -> int:
        """Past white space, quotation marks and mark-up."""
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def after_label(self, label: str) -> int:
        """Where the clause's own words begin, past its `label` ("1", "a", "-", "Điều 2") and mark-up."""
        markup = _MARKUP.match(self.text)
        at = markup.end() if markup else 0
        bullet = _BULLET.match(self.text, at)
        if bullet is not None:
            return bullet.end()
        named = _NAMED_LABEL.match(self.text, at)
        if named is not None:
            return named.end()
        begin = at
        opened = begin + (self.text[begin : begin + 1] == "(")
        bare = label.strip("(). ")
        end = opened + len(bare)
        if bare and self.text.startswith(bare, opened) and not self.text[end : end + 1].isalnum():
            after = _AFTER_LABEL.match(self.text, end)
            return after.end() if after else at
        return at

    def time_at(self, at: int) -> TimeReading | None:
        """The time expression that begins at `at`."""
        index = self.starts.get(at)
        return self.times[index] if index is not None else None

    def times_in(self, start: int, end: int) -> tuple[TimeReading, ...]:
        """Time expressions that lie wholly between two places."""
        first = bisect_left(self.times, start, key=lambda t: t.start)
        last = bisect_left(self.times, end, key=lambda t: t.start)
        return tuple(t for t in self.times[first:last] if t.end <= end)

    def is_duty_verb(self, at: int) -> bool:
        """True when a duty's verb stands here, in small letters or first in its sentence."""
        return words().duty.at(self.low, at) is not None

    def may_begin_duty(self, at: int) -> bool:
        """True at a verb, also one that is a noun elsewhere ("mua", "khám"): for places where a duty begins."""
        return self.is_duty_verb(at) or words().duty_at_start.at(self.low, at) is not None

    def past_adverbs(self, at: int) -> int:
        """Past "có trách nhiệm", "thường xuyên", "định kỳ hằng quý," and the like, to the verb itself."""
        while True:
            here = self.blank(at)
            time = self.time_at(here)
            found = words().before_verb.at(self.low, here)
            verb = words().duty.at(self.low, here)
            if found is not None and verb is not None and verb.end > found.end:
                found = None
            aside = self._aside_at(here)
            end = max(time.end if time else here, found.end if found else here, aside or here)
            if end == here:
                return here
            bracketed = end == aside or (time is not None and time.text.count("(") > time.text.count(")"))
            comma = (_AFTER_BRACKETS if bracketed else _COMMA).match(self.low, end)
            at = comma.end() if comma and (end == aside or (time and end == time.end)) else end

    def _aside_at(self, at: int) -> int | None:
        """The end of a cycle whose time stands in brackets ("6 tháng (trước ngày 15/6)"), or of those brackets."""
        opened = _ASIDE.match(self.low, at)
        time = self.time_at(opened.end()) if opened else None
        return time.end if time else None


_NOWHERE = Origin()


def read(text: str, *, origin: Origin = _NOWHERE, strict: bool = False) -> Reading:
    """Prepares a clause's text; mark-up becomes blanks of the same length, so that places are those of the text."""
    plain = _EMPHASIS.sub(lambda m: " " * len(m[0]), text)
    times = read_times(plain, issued_on=origin.issued_on, effective_on=origin.effective_on)
    return Reading(plain, levelled(plain), times, strict, {t.start: i for i, t in enumerate(times)}, origin)
