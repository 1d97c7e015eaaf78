"""What recipients have asked to hear of, to hear later, or not to hear: watches, snoozes, mutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Table, and_, delete, insert, select

from bot.reminders.tables import reminder_mute, reminder_watch
from corpus.database import take_turn

if TYPE_CHECKING:
    from datetime import date

    from bot.office.records import Place
    from corpus.database import Database


class Silence:
    """One recipient's word about single tasks, targets and directives."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mute(self, place: Place, subject: str, until: date | None = None) -> None:
        """Nothing more of a task, target or directive; until a day, on which it is spoken of again, or for good."""
        with self._database.writing() as connection:
            take_turn(connection, "mute", place.chat, place.topic, subject)
            here = and_(_at(reminder_mute, place), reminder_mute.c.subject == subject)
            connection.execute(delete(reminder_mute).where(here))
            row = {"chat_id": place.chat, "topic": place.topic, "subject": subject, "until": until}
            connection.execute(insert(reminder_mute).values(**row))

    def unmute(self, place: Place, subject: str) -> bool:
        """Speaks of it again; False when it was not muted."""
        with self._database.writing() as connection:
            here = and_(_at(reminder_mute, place), reminder_mute.c.subject == subject)
            return bool(connection.execute(delete(reminder_mute).where(here)).rowcount)

    def muted(self, place: Place) -> list[tuple[str, date | None]]:
        """What the recipient hears nothing of, and until when."""
        query = select(reminder_mute).where(_at(reminder_mute, place)).order_by(reminder_mute.c.subject)
        with self._database.reading() as connection:
            return [(row.subject, row.until) for row in connection.execute(query)]

    def watch(self, place: Place, source: str, person: int) -> bool:
        """Reminds of a task whoever is responsible for it; False when it was watched already."""
        with self._database.writing() as connection:
            take_turn(connection, "watch", place.chat, place.topic, source)
            here = and_(_at(reminder_watch, place), reminder_watch.c.source_id == source)
            if connection.execute(select(reminder_watch.c.source_id).where(here)).first():
                return False
            row = {"chat_id": place.chat, "topic": place.topic, "source_id": source, "person_id": person}
            connection.execute(insert(reminder_watch).values(**row))
        return True

    def unwatch(self, place: Place, source: str) -> bool:
        """No longer because it was asked for; False when it was not."""
        with self._database.writing() as connection:
            here = and_(_at(reminder_watch, place), reminder_watch.c.source_id == source)
            return bool(connection.execute(delete(reminder_watch).where(here)).rowcount)


def _at(table: Table, place: Place) -> ColumnElement[bool]:
    return and_(table.c.chat_id == place.chat, table.c.topic == place.topic)
