"""People, units and places of the office as plain records; knows neither SQL nor Telegram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["admin", "clerk", "leader", "officer"]
ROLES: tuple[Role, ...] = get_args(Role)
KEEPERS: frozenset[Role] = frozenset({"admin", "clerk"})
"""Who looks after all directives: they see every one, in private."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A body that people belong to."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, by Telegram id. `role` is None for a stranger; `language` None until they choose one."""

    id: int
    name: str
    role: Role | None = None
    units: tuple[Unit, ...] = ()
    language: str | None = None
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said: a private chat, a group, or one topic of a forum (`topic` 0: none)."""

    chat: int
    topic: int = 0
    group: bool = False


Scope = frozenset[int] | None
"""Units whose directives may be seen; None sees everything."""


def scopes(person: Person, place: Place, group_unit: Unit | None) -> tuple[Scope, ...]:
    """What may be seen there: all scopes at once must allow a directive.

    In private a keeper sees everything and others what their units see. What is said in a group everybody there reads:
    it shows what the group's unit may see (without one, only what is for all), and to a person no more than in private.
    """
    own: Scope = None if person.role in KEEPERS else frozenset(unit.id for unit in person.units)
    if not place.group:
        return (own,)
    return (own, frozenset({group_unit.id}) if group_unit else frozenset())
