"""A duty done on several occasions, each with its own cycle or day ("6 tháng và năm, trước ngày 10/6 và 10/12").

Knows the words of one duty only; single cycles and dates are `corpus.tasks.timing`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.tasks.words import words

if TYPE_CHECKING:
    from corpus.records import Recurrence, Task
    from corpus.tasks.reading import Reading

_DAY = re.compile(
    r"(?<![\d/])(?P<day>[12]\d|3[01]|0?[1-9])\s*(?:/|\s+tháng\s+)\s*(?P<month>1[0-2]|0?[1-9])"
    r"(?!\s*[/\d]|\s+năm\s+\d)|(?P<cycle_day>ngày\s+(?P<date>[12]\d|3[01]|0?[1-9])\s+(?:của\s+)?"
    r"(?:(?:hằng|hàng)\s+tháng|tháng\s+(?:sau|cuối(?:\s+(?:của\s+)?quý)?|đầu(?:\s+(?:của\s+)?quý)?)))"
)
_NOT_A_CYCLE = re.compile(r"\s+(?:\d|học|sau|trước(?!\s+(?:ngày|tháng|\d))|nay|này|qua|tới)")
_MOST = 4
_NEAR = 60


@dataclass(frozen=True, slots=True)
class _Mark:
    """A cycle or a day as it stands in the words of the duty; `before` is `MM-DD`, `DD`, or None where no day fits."""

    start: int
    cycle: Recurrence | None = None
    before: str | None = None


def occasions(reading: Reading, start: int, end: int, task: Task) -> tuple[Task, ...]:
    """The task once for each of its occasions; as it is when it has only one, or a date of its own."""
    if task.due is not None:
        return _stages(reading, start, end, task) or (task,)
    if task.recurrence in (None, "ongoing"):
        return (task,)
    marks = _marks(reading.low, start, end)
    pairs = _paired(marks) or _listed(marks) or _one_cycle(marks)
    if len(pairs) < 2 or len(pairs) > _MOST or len(set(pairs)) < len(pairs):
        return (task,)
    return tuple(replace(task, recurrence=cycle, recurs_before=before) for cycle, before in pairs)


def _stages(reading: Reading, start: int, end: int, task: Task) -> tuple[Task, ...]:
    """The task for each of its stages: "đợt một xong trước ngày 31/3/2026, đợt hai xong trước ngày 15/12/2026"."""
    times = reading.origin.plan.dated(reading.times_in(start, end))
    staged = [t for t in times if t.due and words().stage.search(reading.text, max(start, t.start - _NEAR), t.start)]
    if len({t.due for t in staged}) < 2:
        return ()
    return tuple(replace(task, due=t.due, due_text=" ".join(t.text.split())) for t in staged)


_Pairs = list[tuple["Recurrence | None", "str | None"]]


def _marks(low: str, start: int, end: int) -> list[_Mark]:
    """Cycles and days in order. A bare "năm" or "quý" is a cycle only after "báo cáo", "và", a comma and the like."""
    days = list(_DAY.finditer(low, start, end))
    marks = []
    for found in days:
        if found["cycle_day"]:
            monthly = "quý" not in found["cycle_day"] and not found["cycle_day"].endswith(("cuối", "đầu"))
            marks.append(_Mark(found.start(), before=f"{int(found['date']):02d}" if monthly else "quarter"))
        else:
            marks.append(_Mark(found.start(), before=f"{int(found['month']):02d}-{int(found['day']):02d}"))
    for found in words().cycle.finditer(low, start, end):
        inside = any(d.start() <= found.start() < d.end() for d in days)
        if not inside and not _NOT_A_CYCLE.match(low, found.end()):
            named = " ".join(found["length"].split())
            marks.append(_Mark(found.start(), cycle=words().cycles[named]))
    return sorted(marks, key=lambda m: m.start)


def _paired(marks: list[_Mark]) -> _Pairs:
    """Each cycle with the day that follows it: "6 tháng (trước ngày 15/6) và hằng năm (trước ngày 15/12)"."""
    if len(marks) < 4 or len(marks) % 2:
        return []
    pairs = list(zip(marks[::2], marks[1::2], strict=True))
    fits = all(c.cycle and d.before for c, d in pairs)
    return [(c.cycle, _before(c.cycle, d.before)) for c, d in pairs] if fits else []


def _listed(marks: list[_Mark]) -> _Pairs:
    """All cycles, then all days in the same order; "hằng năm" may close the days."""
    cycles = [m for m in marks if m.cycle]
    days = [m for m in marks if m.before]
    if len(cycles) == len(days) + 1 and marks[-1] is cycles[-1] and cycles[-1].cycle == "yearly":
        cycles = cycles[:-1]
    in_order = len(cycles) == len(days) > 1 and cycles[-1].start < days[0].start
    return [(c.cycle, _before(c.cycle, d.before)) for c, d in zip(cycles, days, strict=True)] if in_order else []


def _one_cycle(marks: list[_Mark]) -> _Pairs:
    """Two days of every year: "trước ngày 30/6 và 20/12 hằng năm"."""
    cycles = [m for m in marks if m.cycle]
    days = [m for m in marks if m.before and "-" in m.before]
    together = len(cycles) == 1 and len(days) == 2 and len(marks) == 3
    if not together or cycles[0].cycle not in ("yearly", "half-yearly"):
        return []
    return [(cycles[0].cycle, day.before) for day in days]


def _before(cycle: Recurrence | None, day: str | None) -> str | None:
    """A day as its cycle can hold it: `MM-DD` in the year, `DD` in the month, none in the quarter."""
    if day is None or day == "quarter" or cycle in ("quarterly", "weekly"):
        return None
    return day[-2:] if cycle == "monthly" else day if "-" in day else None
