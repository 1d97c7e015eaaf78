"""What a clause inherits from the headings and lead-ins above it: the kind of section, a due date and a period."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from corpus.records import Clause, Metadata
from corpus.targets.vocabulary import any_of, holds
from corpus.time_words import FLAGS
from corpus.times import TimeReading, read_times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

SectionKind = Literal["goal", "task", "organization", "past", "plain"]
_SHORT: Final = 120
_NO_GOALS: Final = ("front", "note", "end")


@dataclass(frozen=True, slots=True)
class Section:
    """The surroundings of a clause: the kind of its section, and the date and period that clauses above it set.

    `whole_goal` marks what stands right under a heading with both a goal and its date ("Mục tiêu đến năm 2030").
    """

    kind: SectionKind = "plain"
    due: date | None = None
    period: tuple[str, str] | None = None
    whole_goal: bool = False


def sections(clauses: Sequence[Clause], metadata: Metadata) -> dict[str, Section]:
    """The section of every clause that may set a goal, by path; what clauses above it say, not what it says itself."""
    opened: dict[str, Section] = {}
    around: dict[str, Section] = {}
    root = Section(due=_title_due(metadata), period=_title_period(metadata))
    titled = root.due
    for clause in clauses:
        above = opened.get(clause.parent or "", Section())
        around[clause.path] = _with_title(above, root) if titled else above
        opened[clause.path] = _opened(clause, above)
    return {c.path: around[c.path] for c in clauses if c.kind not in _NO_GOALS and not c.path.startswith("0.")}


def sections_without_title(clauses: Sequence[Clause]) -> dict[str, Section]:
    """As `sections`, for readers that need no dates of the title."""
    return sections(clauses, Metadata())


def _with_title(section: Section, root: Section) -> Section:
    """Goals without a date of their own section are due when the title's period ends."""
    if section.kind != "goal" or section.due:
        return section
    return Section(section.kind, root.due, root.period, section.whole_goal)


def _title_due(metadata: Metadata) -> date | None:
    reading = _horizon(metadata.title or "")
    return reading.due if reading else None


def _title_period(metadata: Metadata) -> tuple[str, str] | None:
    reading = _horizon(metadata.title or "")
    return reading.period if reading else None


def _horizon(text: str) -> TimeReading | None:
    """The reading that dates a heading: the last that is no vision, or the vision when nothing else is said."""
    dated = [r for r in read_times(text) if r.due]
    return next((r for r in reversed(dated) if not r.is_vision), dated[-1] if dated else None)


def _opened(clause: Clause, above: Section) -> Section:
    """What the clause opens for those below it."""
    text = clause.heading if clause.kind == "heading" else clause.text
    leads_in = clause.kind == "heading" or text.rstrip(" *").endswith(":") or len(text) < _SHORT
    if not leads_in:
        return Section(above.kind, above.due, above.period)
    kind = _kind(text) if clause.kind == "heading" or holds("goal_headings").search(text) else None
    reading = _horizon(text)
    own = reading if reading and _dates_heading(text, reading) else None
    if own is None and kind in ("task", "organization") and kind != above.kind:
        return Section(kind)  # the term of the part above is its goals', not each duty's
    return Section(
        kind or above.kind,
        own.due if own else above.due,
        own.period if own else above.period,
        bool(own) and kind == "goal",
    )


@cache
def _past_pattern() -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{any_of('heading_openers')}\s+)*{any_of('past_headings')}(?!\w)", FLAGS)


@cache
def _task_pattern() -> re.Pattern[str]:
    """A heading that begins with the duties themselves ("Nhiệm vụ và tổ chức thực hiện")."""
    return re.compile(rf"\W*(?:{any_of('heading_openers')}\s+)*{any_of('task_headings')}(?!\w)", FLAGS)


@cache
def _view_pattern() -> re.Pattern[str]:
    return re.compile(rf"\W*{any_of('view_headings')}(?!\w)", FLAGS)


def _kind(heading: str) -> SectionKind | None:
    if _past_pattern().match(heading):
        return "past"
    if holds("organization_headings").search(heading) and not _task_pattern().match(heading):
        return "organization"
    goal, task = holds("goal_headings").search(heading), holds("task_headings").search(heading)
    if goal and not task and (len(heading) < _SHORT or heading.rstrip().endswith(":")):
        return "goal"
    if not goal and not task and _view_pattern().match(heading):
        return "plain"
    return "task" if task else None


def _dates_heading(text: str, reading: TimeReading) -> bool:
    """True when the time is what the heading is about, not part of a name in a long sentence."""
    begins = not re.search(r"\w", re.sub(r"^\W*(?:[\dIVXivx.]+[.)-]*|[a-zđ][.)])?\W*", "", text[: reading.start]))
    ends = not re.search(r"\w", text[reading.end :])
    goal = bool(holds("goal_headings").search(text)) and len(text) < 2 * _SHORT
    return begins or (ends and len(text) < 2 * _SHORT) or goal
