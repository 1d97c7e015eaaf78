"""When: the deadline or cycle of one duty, out of the time expressions of its words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.tasks.words import words
from corpus.times import read_time

if TYPE_CHECKING:
    from datetime import date

    from corpus.plan_year import PlanYear
    from corpus.records import Recurrence
    from corpus.tasks.reading import Origin, Reading
    from corpus.times import TimeReading

_BARE = re.compile(r"(?:năm\s+\d|\d|giai đoạn|thời kỳ|thời kì|đến năm|đến hết năm|các năm|nhiệm kỳ)", re.IGNORECASE)
_SPAN = re.compile(r"(?:các năm\s+)?\d{4}\s*[-–]\s*\d{4}")
_PHRASE_START = re.compile(r"[,;:()]")
_PASSIVE = re.compile(r"(?<!\w)được\s+\w[^,;.]*$")
_PASSIVE_REACH = 48
_CYCLIC_PAPER = re.compile(r"(?<!\w)(?:theo|trong)\s+(?:các\s+)?(?:chương trình(?:, kế hoạch)?|kế hoạch)(?!\w)[^,;.]*$")
"""Before a cycle: "theo Kế hoạch phát triển kinh tế - xã hội hằng năm" names the plan, not how often it is done."""
_DAY_OF_YEAR = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})\s*(?:/|tháng)\s*(?P<month>1[0-2]|0?[1-9])(?!\s*[/.\d])", re.IGNORECASE
)
_YEAR = re.compile(r"năm\s+\d{4}", re.IGNORECASE)
_OFTEN = re.compile(r"/\s*(?:0?1\s+)?lần(?!\w)|(?<!\w)(?:một|0?1)\s+lần(?!\w)", re.IGNORECASE)
"""How often something is done ("06 tháng/lần", "mỗi quý một lần"), which is never what it is about."""
_DONE = re.compile(
    r"(?:hoàn thành|xong|thực hiện|kết thúc|triển khai|tổ chức|ban hành|trình|báo cáo|khởi công|khánh thành)[^,;.]*$"
)
_EVENT = re.compile(r"(?<!\w)(?:trước|sau|đầu|giữa|cuối|dịp|mùa|kỳ họp)(?!\w)[^,;.]*$")
_BEGINS = re.compile(r"(?:áp dụng|thực hiện|bắt đầu|triển khai|vận hành)\s+(?:kể\s+)?từ\s+(?:\w+\s+){1,4}$")
"""Before a time: "áp dụng từ khóa học tháng 9/2026" tells a beginning."""
_NEAR = 32
_REPORT_OF = re.compile(r"(?:báo cáo|sơ kết|kết quả)\s+(?:(6 tháng|sáu tháng)|năm(?!\s*\d))")
_COUNTED = re.compile(r"\d\s+$")
"""Before a paper: "4.500 tài liệu" are things to be made, not the name of one."""
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


def when_in(reading: Reading, start: int, end: int, *, strict: bool = False) -> When:
    """The time of the duty between two places; times that describe something else aside.

    Such are "Kế hoạch giai đoạn 2026 - 2030" and "chỉ số được công bố hằng năm". With `strict` (nobody is named to act)
    a cycle counts only where a duty's cycle stands: first, after a comma, or as "định kỳ".
    """
    origin = reading.origin
    times = reading.times_in(start, end)
    kept = deadlines_in(reading, start, end, strict=strict)
    if not kept:
        return When()
    if len(kept) == 1 and len(times) == 1:
        return _reported(_when(kept[0], kept[0].text), reading.low[start:end], kept, origin)
    blanked = list(reading.text[start:end])
    starts = {t.start for t in kept}
    for time in times:
        if time.start not in starts:
            blanked[time.start - start : time.end - start] = " " * (time.end - time.start)
    merged = read_time("".join(blanked), issued_on=origin.issued_on, effective_on=origin.effective_on)
    if merged is None:
        return When()
    telling = [t for t in kept if t.due or t.recurrence not in (None, "ongoing")] or kept
    told = {t.start for t in telling}
    telling += [t for t in kept if t.start not in told and _DAY_OF_YEAR.search(t.text)]
    return _reported(_when(merged, "; ".join(t.text for t in telling)), reading.low[start:end], kept, origin)


def deadlines_in(reading: Reading, start: int, end: int, *, strict: bool = False) -> list[TimeReading]:
    """Time expressions between two places that say when the duty is done, not what it is about."""
    return [
        t
        for t in reading.times_in(start, end)
        if not _is_past(reading, t)
        and not _BEGINS.search(reading.low, max(start, t.start - _REACH), t.start)
        and not _describes_a_paper(reading, t, start)
        and not _describes_a_thing(reading, t, start, strict=strict)
    ]


def _reported(when: When, words_of_duty: str, times: list[TimeReading], origin: Origin) -> When:
    """Days without a year come every year: with their cycle, or with "báo cáo 6 tháng", "báo cáo năm".

    Any other time without a year has that of the plan, or is the next such time when a letter asks for something once.
    """
    day = _day_of_year(times)
    if when.due:
        return when
    if day and when.recurrence in ("yearly", "half-yearly", "yearly+ad-hoc"):
        return replace(when, recurs_before=when.recurs_before or day)
    if day and when.recurrence is None and (cycle := _REPORT_OF.search(words_of_duty)):
        yearly = cycle[1] is None
        return replace(when, recurrence="yearly" if yearly else "half-yearly", recurs_before=day)
    return replace(when, due=_lent(times, origin.plan)) if when.recurrence is None else when


def _lent(times: list[TimeReading], plan: PlanYear) -> date | None:
    """The latest date of terms without a year, in the year that the directive lends them."""
    marked = [t for t in times if t.is_marked or (plan.is_letter and t.names_a_day)]
    return max((day for t in marked if (day := plan.last_day(t))), default=None)


def _day_of_year(times: list[TimeReading]) -> str | None:
    """The day of "hằng năm ... trước ngày 15/12": one without a year, apart from its cycle."""
    for time in times:
        found = _DAY_OF_YEAR.search(time.text)
        if found and not time.due and not time.recurrence:
            return f"{int(found['month']):02d}-{int(found['day']):02d}"
    return None


def when_of_cell(cell: str, *, origin: Origin) -> When:
    """The time a table's cell or a label's value gives; its words are kept when they cannot be told."""
    text = " ".join(cell.split()).strip(" .;")
    reading = read_time(text, issued_on=origin.issued_on, effective_on=origin.effective_on)
    if reading is None:
        return When(text=text or None)
    when = _when(reading, text)
    lent = origin.plan.last_day(reading) if when.due is None and when.recurrence is None else None
    return replace(when, due=lent, recurs_before=None) if lent else when


def _when(reading: TimeReading, text: str) -> When:
    text = " ".join(text.split())
    if text.count("(") > text.count(")"):
        text += ")"
    elif text.count(")") > text.count("("):
        text = text.rstrip(")")
    recurrence = None if reading.due and reading.recurrence == "ad-hoc" else reading.recurrence
    dated = recurrence in ("yearly", "monthly", "yearly+ad-hoc") or _DAY_OF_YEAR.search(text) is not None
    before = reading.recurs_before if dated else None
    return When(reading.due, text or None, recurrence, before)


def _is_past(reading: Reading, time: TimeReading) -> bool:
    """True for a date before the directive's own: "các dự án đã bàn giao trước ngày 01/01/2025" in one of 2026."""
    issued_on = reading.origin.issued_on
    return issued_on is not None and time.due is not None and time.due < issued_on


def _describes_a_thing(reading: Reading, time: TimeReading, start: int, *, strict: bool) -> bool:
    """True for a cycle that says when something else happens: "được công bố hằng năm", "nguồn trả nợ hằng năm"."""
    if _YEAR.fullmatch(time.text):
        before = reading.low[max(start, time.start - _NEAR) : time.start]
        first = reading.past_adverbs(start) >= time.start or before.rstrip().endswith((",", ";", ":"))
        return not first and (not _DONE.search(before) or _EVENT.search(before) is not None)
    if time.recurrence in (None, "ongoing") or time.recurs_before or time.text.lower().startswith("định k"):
        return False
    if _OFTEN.search(time.text):
        return False
    before = reading.low[max(start, time.start - _PASSIVE_REACH) : time.start]
    if _PASSIVE.search(before) or _CYCLIC_PAPER.search(before):
        return True
    return strict and reading.past_adverbs(start) < time.start and not before.rstrip().endswith((",", "(", ";"))


def _describes_a_paper(reading: Reading, time: TimeReading, start: int) -> bool:
    """True for a bare year or period in a paper's name: "Chương trình chuyển đổi số đến năm 2030"."""
    if time.is_vision:
        return True
    if time.recurrence or not _BARE.match(time.text):
        return False
    if _SPAN.match(time.text):
        return True
    begin = max(start, time.start - _REACH)
    before = reading.low[begin : time.start]
    cut = max((m.end() for m in _PHRASE_START.finditer(before)), default=0)
    papers = [p for p in words().papers.find_levelled(before) if not _COUNTED.search(before, 0, p.start)]
    return any(p.start >= cut or reading.text[begin + p.start].isupper() for p in papers)
