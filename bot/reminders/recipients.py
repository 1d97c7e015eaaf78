"""For whom a deadline matters: people and groups of the responsible units who may see it, and those who asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bot.office.records import KEEPERS
from bot.office.tables import audience, group_binding, group_chat, membership, person, progress, unit
from bot.reminders.tables import reminder_mute, reminder_watch
from corpus.units import Match, unit_matches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, tzinfo

    from sqlalchemy import ColumnElement, Connection, Select

    from bot.reminders.dues import Due
    from corpus.database import Database
    from corpus.deadlines import Deadline

Recipient = tuple[int, int]
"""A chat and a topic (0: none)."""


@dataclass(frozen=True)
class Roll:
    """The office at one moment: who is in which unit, sees what, has asked for what, and is done with what.

    `scopes` has everybody who can be written to, with the units whose directives they may see (None: every one).
    """

    units: dict[int, str]
    of_unit: dict[int, frozenset[Recipient]]
    scopes: dict[Recipient, frozenset[int] | None]
    audiences: dict[str, frozenset[int]]
    watchers: dict[str, frozenset[Recipient]]
    mutes: dict[tuple[Recipient, str], date | None]
    done: dict[str, dict[int, date]]
    own_units: dict[Recipient, frozenset[int]]
    _named: dict[tuple[str, ...], frozenset[int]] = field(default_factory=dict, compare=False)
    _all: dict[str, frozenset[Recipient]] = field(default_factory=dict, compare=False)

    def responsible(self, names: Iterable[str]) -> frozenset[int]:
        """The units that any of the names means: by name, alias, succession, or as one of a class."""
        asked = tuple(names)
        if asked not in self._named:
            self._named[asked] = meant(self.units, asked)
        return self._named[asked]

    def may_see(self, recipient: Recipient, directive: str) -> bool:
        """Whether a directive may be shown there."""
        scope, limited = self.scopes.get(recipient, frozenset()), self.audiences.get(directive)
        return limited is None or scope is None or bool(scope & limited)

    def recipients(self, due: Due, names: tuple[str, ...]) -> frozenset[Recipient]:
        """Everybody to remind of it: no one who may not see it, and none whose units are done with it.

        `names` are the bodies it concerns.
        """
        source = due.deadline.source_id
        if source in self.done:
            return self._concerned(due, names)
        if source not in self._all:  # the same for every occurrence
            self._all[source] = self._concerned(due, names)
        return self._all[source]

    def silence(self, recipient: Recipient, deadline: Deadline, day: date) -> bool:
        """True when the recipient wants to hear nothing of it on that day."""
        for subject in (deadline.source_id, deadline.directive):
            if (recipient, subject) in self.mutes:
                until = self.mutes[recipient, subject]
                if until is None or day < until:
                    return True
        return False

    def _concerned(self, due: Due, names: tuple[str, ...]) -> frozenset[Recipient]:
        deadline, units = due.deadline, self.responsible(names)
        done = self.done.get(deadline.source_id, {})
        still_open = {number for number in units if number not in done or not due.is_settled(done[number])}
        found: set[Recipient] = set()
        for number in still_open:
            found |= self.of_unit.get(number, frozenset())
        for watcher in self.watchers.get(deadline.source_id, ()):
            mine = self.own_units.get(watcher, frozenset()) & units
            if not mine or mine & still_open:
                found.add(watcher)
        return frozenset(r for r in found if r in self.scopes and self.may_see(r, deadline.directive))


def meant(units: Mapping[int, str], names: Iterable[str]) -> frozenset[int]:
    """The units, by id, that any of the names means: by name, alias, succession, or as one of a class."""
    asked = tuple(names)
    return frozenset(number for number, own in units.items() if any(_is_meant(own, name) for name in asked))


def read_units(database: Database) -> dict[int, str]:
    """The names of all units, by id."""
    with database.reading() as connection:
        return {row.id: row.name for row in connection.execute(select(unit))}


@lru_cache(maxsize=65536)
def _is_meant(own: str, name: str) -> bool:
    return unit_matches(own, name) is not Match.NONE


def read_audiences(connection: Connection) -> dict[str, frozenset[int]]:
    """The units that may see a directive, of those that not everybody may see."""
    audiences: dict[str, set[int]] = defaultdict(set)
    for key, number in connection.execute(select(audience.c.directive_key, audience.c.unit_id)):
        audiences[key].add(number)
    return {key: frozenset(found) for key, found in audiences.items()}


def read_roll(
    database: Database,
    zone: tzinfo,
    among: Collection[Recipient] | None = None,
    audiences: dict[str, frozenset[int]] | None = None,
) -> Roll:
    """The office as it is now, in one reading; days are those of `zone`.

    With `among` it holds of people, groups and units only what concerns these recipients: of them it says the same.
    `audiences` are read unless they are given.
    """
    chats = None if among is None else sorted({chat for chat, _ in among})
    with database.reading() as connection:
        places = _Places(connection, chats)
        if audiences is None:
            audiences = read_audiences(connection)
        watchers: dict[str, set[Recipient]] = defaultdict(set)
        for row in connection.execute(_in(select(reminder_watch), reminder_watch.c.chat_id, chats)):
            here = (row.chat_id, row.topic)
            watchers[row.source_id].add(here)
            places.admit_group(here)
        muted = _in(select(reminder_mute), reminder_mute.c.chat_id, chats)
        mutes = {((row.chat_id, row.topic), row.subject): row.until for row in connection.execute(muted)}
        own = None if among is None else sorted(set().union(*places.own_units.values()))
        done: dict[str, dict[int, date]] = defaultdict(dict)
        for row in connection.execute(_in(select(progress).where(progress.c.state == "done"), progress.c.unit_id, own)):
            done[row.task_id][row.unit_id] = row.changed_at.astimezone(zone).date()
        units = {row.id: row.name for row in connection.execute(_in(select(unit), unit.c.id, own))}
    return Roll(
        units=units,
        of_unit={number: frozenset(found) for number, found in places.of_unit.items()},
        scopes=places.scopes,
        audiences=audiences,
        watchers={key: frozenset(found) for key, found in watchers.items()},
        mutes=mutes,
        done=dict(done),
        own_units={here: frozenset(found) for here, found in places.own_units.items()},
    )


def _in(query: Select[Any], column: ColumnElement[int], values: Collection[int] | None) -> Select[Any]:
    return query if values is None else query.where(column.in_(values))


class _Places:
    """Everywhere the bot may write to on its own account: admitted people, and groups that have a unit."""

    def __init__(self, connection: Connection, chats: Collection[int] | None = None) -> None:
        self.of_unit: dict[int, set[Recipient]] = defaultdict(set)
        self.own_units: dict[Recipient, set[int]] = defaultdict(set)
        self.scopes: dict[Recipient, frozenset[int] | None] = {}
        members: dict[int, set[int]] = defaultdict(set)
        belonging = _in(select(membership.c.person_id, membership.c.unit_id), membership.c.person_id, chats)
        for who, number in connection.execute(belonging):
            members[who].add(number)
        people = select(person.c.id, person.c.role).where(person.c.role.is_not(None), person.c.reachable == 1)
        for who, role in connection.execute(_in(people, person.c.id, chats)):
            mine = members.get(who, set())
            self._add((who, 0), mine)
            self.scopes[who, 0] = None if role in KEEPERS else frozenset(mine)
        present = _in(select(group_chat.c.id).where(group_chat.c.present == 1), group_chat.c.id, chats)
        self._present = set(connection.execute(present).scalars())
        for row in connection.execute(_in(select(group_binding), group_binding.c.chat_id, chats)):
            if row.chat_id in self._present:
                self._add((row.chat_id, row.topic), {row.unit_id})
                self.scopes[row.chat_id, row.topic] = frozenset({row.unit_id})

    def admit_group(self, here: Recipient) -> None:
        """A group or topic without a unit of its own, which asked for something: it sees what the whole group sees."""
        chat, _ = here
        if chat in self._present and here not in self.scopes:
            self.scopes[here] = self.scopes.get((chat, 0), frozenset())
            self.own_units[here] |= self.own_units.get((chat, 0), set())

    def _add(self, here: Recipient, units: set[int]) -> None:
        self.own_units[here] |= units
        for number in units:
            self.of_unit[number].add(here)
