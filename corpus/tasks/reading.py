"""A clause's text prepared for reading: levelled for look-up, with its time expressions, and moves over it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.phrases import levelled
from corpus.tasks.words import words
from corpus.times import read_times

if TYPE_CHECKING:
    from datetime import date

    from corpus.times import TimeReading

_BLANK = re.compile(r"[\s*_\"“”']*")
_LABEL = re.compile(
    r"[\s*#_>]*(?:(?:Điều|Khoản|Mục|Phần)\s+[\dIVXLC]+\s*[.:)]?|[-+*•–▪]|\d{1,2}(?:\.\d{1,2})*\s*[.)]|"
    r"\d{1,2}(?:\.\d{1,2})+\s*-?|\d{1,2}\s*-(?=\s)|[IVXLC]{1,6}\s*[-.)]|[a-zđ]\d?\s*[)]|[a-zđ]\.)?[\s*_\-–.:]*"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` as published (white space collapsed), `low` the same letter for letter for look-up, and its times."""

    text: str
    low: str
    times: tuple[TimeReading, ...]

    def blank(self, at: int) -> int:
        """Past white space, quotation marks and mark-up."""
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def after_label(self) -> int:
        """Where the clause's own words begin, past "1.", "a)", "-" or "Điều 2."."""
        found = _LABEL.match(self.text)
        return found.end() if found else 0

    def time_at(self, at: int) -> TimeReading | None:
        """The time expression that begins at `at`."""
        return next((t for t in self.times if t.start == at), None)

    def times_in(self, start: int, end: int) -> tuple[TimeReading, ...]:
        """Time expressions that lie wholly between two places."""
        return tuple(t for t in self.times if start <= t.start and t.end <= end)

    def is_duty_verb(self, at: int) -> bool:
        """True when a duty's verb stands here, in small letters or first in its sentence."""
        return words().duty.at(self.low, at) is not None

    def past_adverbs(self, at: int) -> int:
        """Past "có trách nhiệm", "thường xuyên", "định kỳ hằng quý," and the like, to the verb itself."""
        while True:
            here = self.blank(at)
            time = self.time_at(here)
            found = words().before_verb.at(self.low, here)
            end = max(time.end if time else here, found.end if found else here)
            if end == here:
                return here
            comma = re.compile(r"\s*,").match(self.text, end)
            at = comma.end() if comma and time and end == time.end else end


def read(text: str, *, issued_on: date | None = None) -> Reading:
    """Prepares a clause's text."""
    return Reading(text, levelled(text), read_times(text, issued_on=issued_on))
