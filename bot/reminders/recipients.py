"""For whom a deadline matters: people and groups of the responsible units who may see it, and those who asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.office.records import KEEPERS
from bot.office.tables import audience, group_binding, group_chat, membership, person, progress, unit
from bot.reminders.tables import reminder_mute, reminder_watch
from corpus.units import Match, unit_matches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, tzinfo

    from bot.reminders.dues import Due
    from corpus.database import Database
    from corpus.deadlines import Deadline

Recipient = tuple[int, int]
"""A chat and a topic (0: none)."""


@dataclass(frozen=True)
class Roll:
    """The office at one moment: who is in which unit, sees what, has asked for what, and is done with what."""

    units: dict[int, str]
    of_unit: dict[int, frozenset[Recipient]]
    scopes: dict[Recipient, frozenset[int] | None]
    audiences: dict[str, frozenset[int]]
    watchers: dict[str, frozenset[Recipient]]
    mutes: dict[tuple[Recipient, str], date | None]
    done: dict[tuple[str, int], date]
    own_units: dict[Recipient, frozenset[int]]
    _named: dict[str, frozenset[int]] = field(default_factory=dict, compare=False)

    def responsible(self, names: Iterable[str]) -> frozenset[int]:
        """The units that any of the names means: by name, alias, succession, or as one of a class."""
        found: set[int] = set()
        for name in names:
            if name not in self._named:
                self._named[name] = frozenset(
                    number for number, own in self.units.items() if unit_matches(own, name) is not Match.NONE
                )
            found |= self._named[name]
        return frozenset(found)

    def may_see(self, recipient: Recipient, directive: str) -> bool:
        """Whether a directive may be shown there."""
        scope, limited = self.scopes.get(recipient, frozenset()), self.audiences.get(directive)
        return limited is None or scope is None or bool(scope & limited)

    def recipients(self, due: Due) -> frozenset[Recipient]:
        """Everybody to remind of it: no one who may not see it, whose unit is done with it, or who muted it."""
        deadline = due.deadline
        units = self.responsible((*deadline.who, *deadline.coop))
        open_units = {number for number in units if not self._is_done(deadline.source_id, number, due)}
        found: set[Recipient] = set()
        for number in open_units:
            found |= self.of_unit.get(number, frozenset())
        for watcher in self.watchers.get(deadline.source_id, ()):
            mine = self.own_units.get(watcher, frozenset()) & units
            if not mine or mine & open_units:
                found.add(watcher)
        return frozenset(r for r in found if r in self.scopes and self.may_see(r, deadline.directive))

    def silence(self, recipient: Recipient, deadline: Deadline, day: date) -> bool:
        """True when the recipient wants to hear nothing of it on that day."""
        for subject in (deadline.source_id, deadline.directive):
            if (recipient, subject) in self.mutes:
                until = self.mutes[recipient, subject]
                if until is None or day < until:
                    return True
        return False

    def snoozed_until(self, recipient: Recipient, source: str) -> date | None:
        """The day on which a put-off reminder comes again."""
        return self.mutes.get((recipient, source))

    def _is_done(self, task: str, number: int, due: Due) -> bool:
        """Done counts for what was due then: a later round of the same duty is open again."""
        since = self.done.get((task, number))
        if since is None:
            return False
        if due.manner == "once":
            return True
        return due.day < since or self._round(due, since)

    @staticmethod
    def _round(due: Due, done: date) -> bool:
        """Whether `done` falls into the round that ends with `due`."""
        span = {"yearly": 366, "half-yearly": 184, "quarterly": 92, "monthly": 31, "period": 92, "progress": 366}
        return 0 <= (due.day - done).days < span.get(due.manner, 0)


def read_roll(database: Database, zone: tzinfo) -> Roll:
    """The office as it is now, in one reading; days are those of `zone`."""
    of_unit: dict[int, set[Recipient]] = defaultdict(set)
    own_units: dict[Recipient, set[int]] = defaultdict(set)
    scopes: dict[Recipient, frozenset[int] | None] = {}
    with database.reading() as connection:
        units = {row.id: row.name for row in connection.execute(select(unit))}
        people = connection.execute(select(person).where(person.c.role.is_not(None), person.c.reachable == 1)).all()
        members: dict[int, set[int]] = defaultdict(set)
        for who, number in connection.execute(select(membership.c.person_id, membership.c.unit_id)):
            members[who].add(number)
        for row in people:
            here = (row.id, 0)
            mine = members.get(row.id, set())
            scopes[here] = None if row.role in KEEPERS else frozenset(mine)
            own_units[here] |= mine
            for number in mine:
                of_unit[number].add(here)
        bound = select(group_binding).join(group_chat).where(group_chat.c.present == 1)
        for row in connection.execute(bound):
            here = (row.chat_id, row.topic)
            scopes[here] = frozenset({row.unit_id})
            own_units[here].add(row.unit_id)
            of_unit[row.unit_id].add(here)
        audiences: dict[str, set[int]] = defaultdict(set)
        for key, number in connection.execute(select(audience.c.directive_key, audience.c.unit_id)):
            audiences[key].add(number)
        watchers: dict[str, set[Recipient]] = defaultdict(set)
        for row in connection.execute(select(reminder_watch)):
            watchers[row.source_id].add((row.chat_id, row.topic))
        mutes = {
            ((row.chat_id, row.topic), row.subject): row.until for row in connection.execute(select(reminder_mute))
        }
        done = {
            (row.task_id, row.unit_id): row.changed_at.astimezone(zone).date()
            for row in connection.execute(select(progress).where(progress.c.state == "done"))
        }
    return Roll(
        units=units,
        of_unit={number: frozenset(found) for number, found in of_unit.items()},
        scopes=scopes,
        audiences={key: frozenset(found) for key, found in audiences.items()},
        watchers={key: frozenset(found) for key, found in watchers.items()},
        mutes=mutes,
        done=done,
        own_units={here: frozenset(found) for here, found in own_units.items()},
    )
