"""Which targets a list shows, as short as a button needs.

A view is written `<directive>.<year>.<unit>.<place>`: a directive's token, a year (`0000`: none stated), a unit's id, a
place's token; `-` where nothing is asked for.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.desk.seen import is_keeper_here, unit_among
from bot.list_rows import unit_filter
from corpus.text import comparable

if TYPE_CHECKING:
    from bot.desk.seen import Seen
    from bot.desk.visit import Visit
    from bot.office.office import Office
    from bot.office.records import Unit
    from corpus.store_records import StoredTarget

Axis = Literal["directive", "year", "unit", "place"]
NO_YEAR = "0000"
_VIEW = re.compile(r"(?P<directive>[0-9a-f]{8}|-)\.(?P<year>\d{4}|-)\.(?P<unit>\d{1,9}|-)\.(?P<place>[0-9a-f]{4}|-)")


@dataclass(frozen=True, slots=True)
class TargetView:
    """What to keep to, as it stands on a button; `-` for nothing."""

    directive: str = "-"
    year: str = "-"
    unit: str = "-"
    place: str = "-"

    def __str__(self) -> str:
        return f"{self.directive}.{self.year}.{self.unit}.{self.place}"

    def by(self, axis: Axis, value: object) -> TargetView:
        """The same view with another choice on one axis."""
        return replace(self, **{axis: str(value)})


def view_of(text: str) -> TargetView:
    """The view that a button carries.

    Raises:
        ValueError: none that we write.
    """
    found = _VIEW.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return TargetView(**found.groupdict())


def place_token(place: str) -> str:
    """Four hex digits that stand for a place on a button."""
    return hashlib.sha256(comparable(place).encode()).hexdigest()[:4]


def year_of(target: StoredTarget) -> str:
    """The year a target is due in, as it stands in a view."""
    return f"{target.due.year:04d}" if target.due else NO_YEAR


def units_to_choose(visit: Visit, office: Office) -> list[Unit]:
    """The visitor's units, and every unit for a keeper in private."""
    keeper = is_keeper_here(visit)
    return [*visit.units, *(u for u in office.people.units() if keeper and u not in visit.units)]


def targets_shown(view: TargetView, visit: Visit, office: Office, seen: Seen) -> list[StoredTarget]:
    """What a view lists: by directive, latest first, then as the directive has them.

    Raises:
        ValueError: its directive or unit is gone, or not the visitor's to see.
    """
    if view.directive == "-":
        found = list(seen.targets.values())
    else:
        directive = seen.directive(view.directive)
        if directive is None:
            raise ValueError(view.directive)
        found = seen.targets_in(directive.key)
    if view.place != "-":
        places = {key: d.place for key, d in seen.directives.items()}
        found = [t for t in found if place_token(places.get(t.directive) or "") == view.place]
    if view.year != "-":
        found = [t for t in found if year_of(t) == view.year]
    if view.unit != "-":
        unit = unit_among(units_to_choose(visit, office), int(view.unit))
        if unit is None:
            raise ValueError(view.unit)
        concerns = unit_filter(office.store, seen.selection(unit=unit.name))
        found = [t for t in found if concerns(t.directive, t.path, f"{t.quote} {t.scope or ''}")]
    order = {key: at for at, key in enumerate(seen.directives)}
    return sorted(found, key=lambda t: order.get(t.directive, len(order)))
