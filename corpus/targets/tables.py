"""Goals in tables: a row names the indicator and its unit, and each dated or planned column gives a value."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from corpus.records import Clause, Target
from corpus.targets.quantities import Quantity, find_quantities
from corpus.targets.tops import find_tops
from corpus.targets.vocabulary import alternatives_of, target_words
from corpus.text import collapse
from corpus.time_words import FLAGS, YEAR
from corpus.times import TimeReading, read_time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from corpus.plan_year import PlanYear
    from corpus.targets.context import Section

_DATED: Final = re.compile(rf"(?<!\d){YEAR}(?!\d)")
_PART: Final = re.compile(rf"^\W*{alternatives_of(target_words('parts'))}(?!\w)", FLAGS)
_STAGE: Final = re.compile(r"(?:giai đoạn|đợt|bước|lần|quý|tháng)\s", FLAGS)
"""A cell that begins so names a stage or a term, whatever figure it holds."""
_RESULT: Final = re.compile(rf"[(–-]\s*{alternatives_of(target_words('columns')['result'])}(?!\w)", FLAGS)


@cache
def _column(kind: str) -> re.Pattern[str]:
    return re.compile(rf"\W*{alternatives_of(target_words('columns')[kind])}(?!\w)", FLAGS)


def read_row(
    clause: Clause, section: Section, issued_on: date | None, plan: PlanYear, above: Sequence[Clause] = ()
) -> list[Target]:
    """One target for each value column of the row; none when it names no indicator or holds no value.

    `above` is the rows that the row stands under, nearest first: they complete its indicator and its unit.
    """
    indicator = _indicator(clause)
    if indicator is None:
        return []
    unit = next((u for u in map(_unit, (clause, *above)) if u), None)
    targets = []
    for title, cell in clause.cells:
        time = _time_of(title, plan)
        if cell == indicator or not _is_value_column(title, time, issued_on):
            continue
        quantity = _value(cell)
        if quantity:
            targets.append(_target(clause, quantity, section, indicator=indicator, unit=unit, time=time, cell=cell))
    name = _full_name(indicator, above)
    return [replace(target, indicator=name) for target in targets]


def _indicator(clause: Clause) -> str | None:
    return next((cell for title, cell in clause.cells if _column("indicator").match(title) and _names(cell)), None)


@cache
def _unit_column() -> re.Pattern[str]:
    """"Đơn vị", "Đơn vị tính"; "Đơn vị chủ trì" is a body's column."""
    return re.compile(rf"\W*{alternatives_of(target_words('columns')['unit'])}\s*(?:$|[^\w\s])", FLAGS)


def _unit(clause: Clause) -> str | None:
    return next((collapse(cell) for title, cell in clause.cells if _unit_column().match(title)), None)


def _full_name(indicator: str, above: Sequence[Clause]) -> str:
    """The indicator of a row, after the one it is a part of ("Tỷ lệ hộ nghèo - vùng cao")."""
    own = collapse(_PART.sub("", indicator)).strip(" :-")
    whole = next((name for name in map(_indicator, above) if name), None)
    return f"{collapse(whole)} - {own[:1].lower() + own[1:] if own[1:2].islower() else own}" if whole else own


def task_cells(clause: Clause, plan: PlanYear) -> tuple[str, TimeReading | None]:
    """The wording and the time of a row that states a task; no wording when the row has no column for it."""
    content = next(
        (collapse(cell) for title, cell in clause.cells if _column("indicator").match(title) and _names(cell)), ""
    )
    when = next((cell for title, cell in clause.cells if _column("time").match(title)), "")
    time = read_time(when) if when else None
    return content, replace(time, due=time.due or plan.last_day(time)) if time and not time.recurrence else time


def _names(cell: str) -> bool:
    return bool(re.search(r"[^\W\d]{2}", cell))


def _is_value_column(title: str, time: TimeReading | None, issued_on: date | None) -> bool:
    """True for a column of planned values: dated, not before the directive, and no result, note or unit."""
    if _column("not_value").match(title) or _RESULT.search(title):
        return False
    lent = time is not None and time.yearless is not None and time.due is not None
    if not (lent or _DATED.search(title) or _column("value").match(title)):
        return False
    return not (time and time.due and issued_on and time.due < issued_on)


def _time_of(title: str, plan: PlanYear) -> TimeReading | None:
    """The time a column stands for; a year alone among other words is one too ("KH 2026"), "Quý I" is the plan's."""
    years = _DATED.findall(title)
    time = read_time(title) or (read_time(years[0]) if len(years) == 1 else None)
    return replace(time, due=time.due or plan.last_day(time)) if time and time.yearless else time


def _value(cell: str) -> Quantity | None:
    cell = collapse(cell)
    found = find_tops(cell) or find_quantities(cell)
    whole = len(cell) <= 40 and len(found) == 1
    return found[0] if whole and not _STAGE.match(cell) else None


def _target(
    clause: Clause, quantity: Quantity, section: Section, *, indicator: str, unit: str | None, time: TimeReading | None, cell: str
) -> Target:
    return Target(
        path=clause.path,
        indicator=collapse(indicator),
        quote=_quote(clause, indicator, cell),
        op=quantity.op,
        value=quantity.value,
        value_max=quantity.value_max,
        unit=quantity.unit or unit,
        due=time.due if time and time.due else section.due,
        period=time.period if time and time.period else section.period,
    )


def _quote(clause: Clause, indicator: str, cell: str) -> str:
    """The row as it stands, or the indicator's cell when a break runs through the row."""
    for segment in clause.segments:
        if collapse(indicator) in segment and collapse(cell) in segment:
            return segment
    return next((s for s in clause.segments if collapse(indicator) in s), clause.segments[0])
