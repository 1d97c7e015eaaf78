"""Goals given out by place or body: a row names a commune or an office, each column an indicator and its term.

Knows one row and the heading its table stands under; `corpus.targets.tables` reads rows that name an indicator.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

from corpus.records import Target
from corpus.targets.quantities import find_quantities, read_unit
from corpus.targets.vocabulary import alternatives_of, holds, target_words
from corpus.text import collapse
from corpus.time_words import FLAGS
from corpus.times import TimeReading, read_times

if TYPE_CHECKING:
    from corpus.plan_year import PlanYear
    from corpus.records import Clause
    from corpus.targets.context import Section

_IN_BRACKETS: Final = re.compile(r"\(([^()]{1,30})\)")
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_SHARE: Final = re.compile(r"(?:tỷ|tỉ)\s+lệ(?!\w)", FLAGS)
_EDGE: Final = " .,;:-–()/"


def sets_goals(heading: str) -> bool:
    """True for a heading under which the figures of a table are goals ("Phụ lục I. Chỉ tiêu ... năm 2026")."""
    return holds("goal_headings").search(heading) is not None or _gives_out().search(heading) is not None


def read_place_row(clause: Clause, section: Section, plan: PlanYear) -> list[Target]:
    """One goal for each column of figures of a row that begins with a place or body; none for any other row."""
    place = next((collapse(cell) for title, cell in clause.cells if _places().match(title)), "")
    if not _LETTERS.search(place):
        return []
    return [
        target
        for title, cell in clause.cells
        if (target := _target(clause, section, plan, place=place, title=title, cell=collapse(cell))) is not None
    ]


def _target(
    clause: Clause, section: Section, plan: PlanYear, *, place: str, title: str, cell: str
) -> Target | None:
    found = find_quantities(cell)
    quantity = found[0] if len(found) == 1 else None
    if quantity is None or _LETTERS.search(cell[: quantity.start]) or _no_goal().search(title):
        return None
    times = [t for t in read_times(title) if t.due or t.yearless or t.recurrence]
    due = _due(times, plan)
    if times and due is None:
        return None
    if due is not None and plan.issued_on is not None and due < plan.issued_on:
        return None  # "đến 31/12/2025" in a plan of 2026: what there was
    indicator, unit = _indicator(title, times)
    if not _LETTERS.search(indicator):
        return None
    return Target(
        path=clause.path,
        indicator=indicator,
        quote=next((s for s in clause.segments if place in collapse(s)), clause.segments[0]),
        op=quantity.op,
        value=quantity.value,
        value_max=quantity.value_max,
        unit=quantity.unit or unit,
        due=due or section.due or (date(plan.year, 12, 31) if plan.year else None),
        period=section.period if due is None else None,
        scope=place[:1].lower() + place[1:].lower() if place.isupper() else place,
    )


def _due(times: list[TimeReading], plan: PlanYear) -> date | None:
    days = [day for t in times if (day := t.due or plan.last_day(t))]
    return max(days, default=None)


def _indicator(title: str, times: list[TimeReading]) -> tuple[str, str | None]:
    """The indicator of a column's title without its term, and the unit it names in brackets."""
    unit = "%" if _SHARE.match(title.strip()) else None
    for time in reversed(times):
        title = f"{title[: time.start]} {title[time.end :]}"
    for bracket in _IN_BRACKETS.finditer(title):
        measure = read_unit(f" {bracket[1]}", 0)
        if measure is not None and measure[2] >= len(bracket[1].rstrip()):
            unit = collapse(bracket[1])
            title = title.replace(bracket[0], " ")
    title = _whole_year().sub(" ", title)
    return collapse(title).strip(_EDGE), unit


@cache
def _places() -> re.Pattern[str]:
    return re.compile(rf"\W*(?:tên\s+)?{alternatives_of(target_words('columns')['place'])}(?!\w)", FLAGS)


@cache
def _no_goal() -> re.Pattern[str]:
    columns = target_words("columns")
    opening = alternatives_of([*columns["not_value"], *columns["place"], *columns["order"]])
    return re.compile(rf"^\W*(?:{opening})(?!\w)|(?<!\w){alternatives_of(columns['result'])}(?!\w)", FLAGS)


@cache
def _gives_out() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){alternatives_of(target_words('giving_out'))}(?!\w)", FLAGS)


@cache
def _whole_year() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){alternatives_of(target_words('whole_year'))}(?!\w)", FLAGS)
