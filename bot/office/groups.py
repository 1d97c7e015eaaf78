"""The groups the bot is in and whose they are; their settings outlive removal, re-adding and a change of id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from bot.office.records import Place, Unit
from bot.office.tables import asked, expected_input, group_binding, group_chat, unit
from corpus.database import take_turn

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from corpus.database import Database


@dataclass(frozen=True, slots=True)
class Group:
    """A group; `units` by topic, 0 for the whole group."""

    chat: int
    title: str
    present: bool
    units: dict[int, Unit]


class Groups:
    """Groups and their bindings to units."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.movers: list[Callable[[Connection, int, int], object]] = []
        """Told the old and the new id of a group, in the transaction that moves it."""

    def unit_of(self, place: Place) -> Unit | None:
        """Whose place it is: the topic's unit, else the whole group's."""
        query = (
            select(unit.c.id, unit.c.name)
            .join(group_binding)
            .where(group_binding.c.chat_id == place.chat, group_binding.c.topic.in_({0, place.topic}))
            .order_by(group_binding.c.topic.desc())
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return Unit(row.id, row.name) if row else None

    def seen(self, chat: int, title: str, now: datetime, *, present: bool = True) -> None:
        """Notes that the bot is in a group, or no longer; its bindings stay."""
        with self._database.writing() as connection:
            _seen(connection, chat, title, now, present=present)

    def bind(self, place: Place, title: str, unit_number: int, by: int, now: datetime) -> None:
        """Gives a group (topic 0) or one topic to a unit, in place of the one it had."""
        with self._database.writing() as connection:
            _seen(connection, place.chat, title, now, present=True)
            connection.execute(delete(group_binding).where(_here(place)))
            connection.execute(
                insert(group_binding).values(
                    chat_id=place.chat, topic=place.topic, unit_id=unit_number, bound_by=by, bound_at=now
                )
            )

    def unbind(self, place: Place) -> bool:
        """Takes a group's or topic's unit away; False when it had none of its own."""
        with self._database.writing() as connection:
            return bool(connection.execute(delete(group_binding).where(_here(place))).rowcount)

    def groups(self) -> list[Group]:
        """Every group ever seen, by title."""
        bound = select(group_binding.c.chat_id, group_binding.c.topic, unit.c.id, unit.c.name).join(unit)
        with self._database.reading() as connection:
            units: dict[int, dict[int, Unit]] = {}
            for chat, topic, number, name in connection.execute(bound):
                units.setdefault(chat, {})[topic] = Unit(number, name)
            rows = connection.execute(select(group_chat).order_by(group_chat.c.title, group_chat.c.id)).all()
        return [Group(row.id, row.title, bool(row.present), units.get(row.id, {})) for row in rows]

    def migrate(self, old: int, new: int, now: datetime) -> None:
        """A group became a supergroup: everything kept under its old id moves to the new one. May be told twice."""
        with self._database.writing() as connection:
            row = connection.execute(select(group_chat).where(group_chat.c.id == old)).one_or_none()
            if row is not None and connection.execute(select(group_chat.c.id).where(group_chat.c.id == new)).first():
                # The supergroup announced itself before the move was known: the old settings win.
                connection.execute(delete(group_chat).where(group_chat.c.id == new))
            if row is not None:
                connection.execute(update(group_chat).where(group_chat.c.id == old).values(id=new))
            else:
                _seen(connection, new, "", now, present=True)
            for table in (asked, expected_input):
                connection.execute(update(table).where(table.c.chat_id == old).values(chat_id=new))
            for move in self.movers:
                move(connection, old, new)


def _here(place: Place) -> ColumnElement[bool]:
    return and_(group_binding.c.chat_id == place.chat, group_binding.c.topic == place.topic)


def _seen(connection: Connection, chat: int, title: str, now: datetime, *, present: bool) -> None:
    take_turn(connection, "group", chat)
    values = {"present": int(present)} | ({"title": title} if title else {})
    if not connection.execute(update(group_chat).where(group_chat.c.id == chat).values(**values)).rowcount:
        connection.execute(insert(group_chat).values(id=chat, title=title, present=int(present), since=now))
