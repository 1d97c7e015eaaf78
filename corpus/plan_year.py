"""The year of a day, month or quarter that stands without one ("trong quý III"): the year the directive plans.

A directive of one year ("Kế hoạch ... năm 2026") lends that year, a letter means the next such time; any other lends
nothing, and a time that two years could claim stays without a date. Knows neither goals nor duties.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from corpus.data_files import load_yaml
from corpus.phrases import levelled
from corpus.time_words import time_words
from corpus.times import read_times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus.records import Metadata
    from corpus.times import TimeReading

_SOON: Final = timedelta(days=120)
"""A day past in the plan's year is the next year's when it comes so soon after the signing ("trước ngày 15/01")."""


@dataclass(frozen=True, slots=True)
class PlanYear:
    """What lends a year: `year`, the one that the directive plans, or that it `is_letter`, counted from its signing."""

    year: int | None = None
    issued_on: date | None = None
    is_letter: bool = False

    def last_day(self, time: TimeReading) -> date | None:
        """The last day of a time without a year; None when it has one or the directive does not tell its year."""
        signed = self.issued_on
        if self.is_letter and signed:
            days = (time.in_year(year) for year in (signed.year, signed.year + 1))
            return next((day for day in days if day and day >= signed), None)
        planned = time.in_year(self.year) if self.year else None
        if self.year is None or signed is None or planned is None:
            return planned
        if planned < signed:
            later = time.in_year(self.year + 1)
            return later if later and time.names_a_day and later - signed <= _SOON else None
        earlier = time.in_year(self.year - 1)
        # Signed in November for the next year, "trước ngày 15/12" may be either year's; "trong quý I" is the plan's.
        return None if earlier and earlier >= signed and time.names_a_day else planned

    def dated(self, times: Iterable[TimeReading]) -> tuple[TimeReading, ...]:
        """The times; those that a word marks as a term ("trước", "trong") with the date that the directive lends."""
        return tuple(replace(t, due=self.last_day(t)) if t.yearless and t.is_marked else t for t in times)


def plan_year(metadata: Metadata) -> PlanYear:
    """What the title, kind and date of a directive tell of the year of times without one."""
    letters = {levelled(kind) for kind in load_yaml("corpus", "data/tasks.yaml")["letters"]}
    return PlanYear(_one_year(metadata), metadata.issued_on, levelled(metadata.kind or "") in letters)


def _one_year(metadata: Metadata) -> int | None:
    """The one year that the title plans, that of signing or the next; none for a horizon or several years."""
    times = [t for t in read_times(metadata.title or "") if t.due]
    until = tuple(time_words()["markers"]["until"])
    years = {t.due.year for t in times if t.due}
    if len(years) != 1 or any(t.period or t.text.lower().startswith(until) for t in times):
        return None
    year = years.pop()
    return year if metadata.issued_on is None or year - metadata.issued_on.year in (0, 1) else None
