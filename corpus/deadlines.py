"""The calendar of what is due: one deadline for each task and target with a date or a recurrence, and its occurrences.

Dates are only ever those a directive states. A recurrence without a stated day (`quarterly`) has no occurrence date;
it is listed undated where its period touches the window. Knows no SQL, and nothing of reminders.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from corpus.data_files import load_yaml
from corpus.records import Recurrence
from corpus.row_words import goal
from corpus.text import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.store_records import StoredDirective, StoredTarget, StoredTask

_TIMELESS = frozenset({"ongoing", "ad-hoc"})
HORIZON = timedelta(days=365)
"""How far recurring deadlines are followed when a window has no end (or no beginning)."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is due. `recurs_before` as in `Task`; nothing recurs before `since`, the directive's date."""

    id: str
    source: Literal["task", "target"]
    source_id: str
    directive: str
    path: str
    what: str
    who: tuple[str, ...]
    due: date | None
    recurrence: Recurrence | None
    quote: str
    coop: tuple[str, ...] = ()
    recurs_before: str | None = None
    since: date | None = None

    def as_dict(self) -> dict[str, Any]:
        """The row of `chidao list deadlines --format jsonl`."""
        return {
            "id": self.id,
            "source": self.source,
            "source_id": self.source_id,
            "directive": self.directive,
            "path": self.path,
            "what": self.what,
            "who": list(self.who),
            "due": self.due.isoformat() if self.due else None,
            "recurrence": self.recurrence,
            "quote": self.quote,
        }


def deadlines(
    directives: Iterable[StoredDirective], tasks: Iterable[StoredTask], targets: Iterable[StoredTarget]
) -> list[Deadline]:
    """A deadline for each task and target that has a date or a recurrence; `ongoing` alone says nothing about time."""
    issued = {directive.key: directive.issued_on for directive in directives}
    found = [_of_task(task, issued.get(task.directive)) for task in tasks if _has_time(task.due, task.recurrence)]
    for target in targets:
        recurrence = cadence_recurrence(target.cadence)
        if _has_time(target.due, recurrence):
            found.append(_of_target(target, recurrence, issued.get(target.directive)))
    return in_order(found)


def in_order(found: Iterable[Deadline]) -> list[Deadline]:
    """By day, the undated last, then as they stand in their directives."""
    return sorted(found, key=lambda d: (d.due or date.max, d.directive, d.path, d.id))


def in_window(all_deadlines: Iterable[Deadline], first: date | None, last: date | None) -> list[Deadline]:
    """What falls due from `first` to `last`, both included; each occurrence of a recurring one is a row (`id@date`).

    With one end open, recurring deadlines are followed for a year from the other. A recurrence whose day is not stated
    is kept once, undated.
    """
    if first is None and last is None:
        return list(all_deadlines)
    rows: list[Deadline] = []
    for deadline in all_deadlines:
        rows += _in_window(deadline, first, last)
    return sorted(rows, key=lambda d: (d.due or date.max, d.directive, d.path, d.id))


def occurrences(deadline: Deadline, first: date, last: date) -> Iterator[date]:
    """The dates a recurring deadline falls on from `first` to `last`; none when the directive states no day.

    `recurs_before` 12-31 is every 31 December, 25 the 25th of each month; a day a month lacks is its last.
    """
    if not deadline.recurs_before or deadline.recurrence in _TIMELESS:
        return
    start = max(first, deadline.since) if deadline.since else first
    end = min(last, deadline.due) if deadline.due else last
    month_text, _, day_text = deadline.recurs_before.rpartition("-")
    for year in range(start.year, end.year + 1):
        for month in (int(month_text),) if month_text else range(1, 13):
            day = date(year, month, min(int(day_text), calendar.monthrange(year, month)[1]))
            if start <= day <= end:
                yield day


def cadence_recurrence(cadence: str | None) -> Recurrence | None:
    """The recurrence a target's cadence means: `năm`, `hằng năm` and `mỗi năm` are yearly; unknown words give None."""
    if not cadence:
        return None
    words = _knowledge()
    said = comparable(cadence)
    for prefix in words["cadence_prefixes"]:
        said = said.removeprefix(comparable(prefix)).strip()
    found = words["cadences"].get(said, said)
    return cast("Recurrence", found) if found in get_args(Recurrence) else None


def _has_time(due: date | None, recurrence: str | None) -> bool:
    return due is not None or recurrence not in {None, "ongoing"}


def _of_task(task: StoredTask, since: date | None) -> Deadline:
    return Deadline(
        f"deadline-{task.id}",
        "task",
        task.id,
        task.directive,
        task.path,
        task.action,
        task.lead,
        task.due,
        task.recurrence,
        task.quote,
        task.coop,
        task.recurs_before,
        since,
    )


def _of_target(target: StoredTarget, recurrence: Recurrence | None, since: date | None) -> Deadline:
    return Deadline(
        f"deadline-{target.id}",
        "target",
        target.id,
        target.directive,
        target.path,
        goal(target),
        (),
        target.due,
        recurrence,
        target.quote,
        since=since,
    )


def _in_window(deadline: Deadline, first: date | None, last: date | None) -> Iterator[Deadline]:
    start = first or (last - HORIZON if last else date.min)
    end = last or (first + HORIZON if first else date.max)
    once = (
        deadline.due is not None and (first is None or deadline.due >= first) and (last is None or deadline.due <= last)
    )
    days = set(occurrences(deadline, start, end))
    for day in sorted(days):
        yield replace(deadline, id=f"{deadline.id}@{day.isoformat()}", due=day)
    if once and deadline.due not in days:
        yield deadline
    undated = deadline.recurrence and deadline.recurrence not in _TIMELESS and not deadline.recurs_before
    over = (deadline.due and deadline.due < start) or (deadline.since and deadline.since > end)
    if undated and not once and not over:
        yield replace(deadline, due=None)


@cache
def _knowledge() -> dict[str, Any]:
    return cast("dict[str, Any]", load_yaml("corpus", "data/deadlines.yaml"))
