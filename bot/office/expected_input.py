"""What a person has been asked to type next, when their next message is not a question. Kept in SQL, for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, delete, insert, select

from bot.office.tables import expected_input
from corpus.database import take_turn

if TYPE_CHECKING:
    from bot.office.records import Place
    from corpus.database import Database

WAITS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the next message is for, by the name its feature gave it, and what the feature wants to know then."""

    kind: str
    payload: dict[str, Any]


class ExpectedInputs:
    """At most one expectation for each person in each place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def expect(self, place: Place, person: int, kind: str, payload: dict[str, Any], now: datetime) -> None:
        """The person's next message there is for `kind`."""
        with self._database.writing() as connection:
            take_turn(connection, "expected", place.chat, place.topic, person)
            connection.execute(delete(expected_input).where(_here(place, person)))
            connection.execute(
                insert(expected_input).values(
                    chat_id=place.chat,
                    topic=place.topic,
                    person_id=person,
                    kind=kind,
                    payload=payload,
                    expires_at=now + WAITS,
                )
            )

    def waiting(self, place: Place, person: int, now: datetime) -> Expected | None:
        """What is expected of the person there, if it still is."""
        query = select(expected_input).where(_here(place, person), expected_input.c.expires_at > now)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return Expected(row.kind, row.payload) if row else None

    def clear(self, place: Place, person: int) -> bool:
        """Expects nothing more; False when nothing was."""
        with self._database.writing() as connection:
            return bool(connection.execute(delete(expected_input).where(_here(place, person))).rowcount)


def _here(place: Place, person: int) -> ColumnElement[bool]:
    return and_(
        expected_input.c.chat_id == place.chat,
        expected_input.c.topic == place.topic,
        expected_input.c.person_id == person,
    )
