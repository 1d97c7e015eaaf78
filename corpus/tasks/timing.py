"""When: the deadline or cycle of one duty, out of the time expressions of its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.tasks.words import words
from corpus.times import read_time

if TYPE_CHECKING:
    from datetime import date

    from corpus.records import Recurrence
    from corpus.tasks.reading import Reading
    from corpus.times import TimeReading

_BARE = re.compile(r"(?:năm\s+\d|\d|giai đoạn|thời kỳ|thời kì|đến năm|đến hết năm|các năm|nhiệm kỳ)", re.IGNORECASE)
_PHRASE_START = re.compile(r"[,;:()]")
_REACH = 160


@dataclass(frozen=True, slots=True)
class When:
    """A duty's time as a task row holds it."""

    due: date | None = None
    text: str | None = None
    recurrence: Recurrence | None = None
    recurs_before: str | None = None

    @property
    def is_set(self) -> bool:
        """True when it says something about time: a date or a cycle; "thường xuyên" does not."""
        return self.due is not None or self.recurrence not in (None, "ongoing")


def when_in(reading: Reading, start: int, end: int, *, issued_on: date | None) -> When:
    """The time of the duty between two places; times that describe a paper ("Kế hoạch giai đoạn 2026 - 2030") aside."""
    times = reading.times_in(start, end)
    kept = [t for t in times if not _describes_a_paper(reading, t, start)]
    if not kept:
        return When()
    if len(kept) == 1 and len(times) == 1:
        return _when(kept[0], kept[0].text)
    blanked = list(reading.text[start:end])
    for time in times:
        if time not in kept:
            blanked[time.start - start : time.end - start] = " " * (time.end - time.start)
    merged = read_time("".join(blanked), issued_on=issued_on)
    return _when(merged, "; ".join(t.text for t in kept)) if merged else When()


def when_of_cell(cell: str, *, issued_on: date | None) -> When:
    """The time a table's cell or a label's value gives; its words are kept when they cannot be told."""
    text = " ".join(cell.split()).strip(" .;")
    reading = read_time(text, issued_on=issued_on)
    return When(text=text or None) if reading is None else _when(reading, text)


def _when(reading: TimeReading, text: str) -> When:
    return When(reading.due, " ".join(text.split()) or None, reading.recurrence, reading.recurs_before)


def _describes_a_paper(reading: Reading, time: TimeReading, start: int) -> bool:
    """True for a bare year or period in a paper's name: "Chương trình chuyển đổi số đến năm 2030"."""
    if time.is_vision:
        return True
    if time.recurrence or not _BARE.match(time.text):
        return False
    begin = max(start, time.start - _REACH)
    before = reading.low[begin : time.start]
    cut = max((m.end() for m in _PHRASE_START.finditer(before)), default=0)
    papers = list(words().papers.find_levelled(before))
    return any(p.start >= cut or reading.text[begin + p.start].isupper() for p in papers)
