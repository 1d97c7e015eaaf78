"""What a person has been asked to type next, when their next message is not a question. Kept in SQL, for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from bot.office.tables import expected_input
from corpus.database import take_turn

if TYPE_CHECKING:
    from collections.abc import Container

    from bot.office.records import Place
    from corpus.database import Database

WAITS = timedelta(minutes=30)
_TAKEN = "taken"
"""In place of what was expected once a message has come: it names that message, which may be handled anew."""


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
        return Expected(row.kind, row.payload) if row and row.kind != _TAKEN else None

    def take(
        self, place: Place, person: int, message: int | None, now: datetime, kinds: Container[str]
    ) -> Expected | None:
        """What a message is for, if it is one of `kinds`; no other message is, from then on.

        The same message has the same answer again: whoever handled it may have died before anything came of it.
        """
        here = and_(_here(place, person), expected_input.c.expires_at > now)
        with self._database.writing() as connection:
            take_turn(connection, "expected", place.chat, place.topic, person)
            row = connection.execute(select(expected_input).where(here)).first()
            if row is None:
                return None
            if row.kind == _TAKEN:
                mine = message is not None and row.payload["message"] == message
                return Expected(row.payload["kind"], row.payload["payload"]) if mine else None
            if row.kind not in kinds:
                return None
            if message is None:
                connection.execute(delete(expected_input).where(here))
            else:
                payload = {"message": message, "kind": row.kind, "payload": row.payload}
                values = {"kind": _TAKEN, "payload": payload, "expires_at": now + WAITS}
                connection.execute(update(expected_input).where(here).values(**values))
        return Expected(row.kind, row.payload)

    def clear(self, place: Place, person: int) -> None:
        """Expects nothing more."""
        with self._database.writing() as connection:
            connection.execute(delete(expected_input).where(_here(place, person)))


def _here(place: Place, person: int) -> ColumnElement[bool]:
    return and_(
        expected_input.c.chat_id == place.chat,
        expected_input.c.topic == place.topic,
        expected_input.c.person_id == person,
    )
