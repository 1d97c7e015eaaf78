"""The outbox as people and measurements see it: what comes, what went, what is in trouble. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, literal_column, select

from bot.office.records import Place
from bot.reminders.outbox import DIGEST
from bot.reminders.tables import delivery, reminder_item

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from corpus.database import Database

_WAITING = ("pending", "uncertain")
_COMING = (*_WAITING, "claimed")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as people are shown it; `items` counts what it reminds of beside a digest."""

    id: int
    reference: str
    kind: str
    place: Place
    due_at: datetime
    state: str
    error: str | None
    settled_at: datetime | None
    items: int


class QueueView:
    """Questions about the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, place: Place, limit: int = 5) -> tuple[list[Delivery], list[Delivery]]:
        """The next and the last deliveries of a recipient."""
        here = (delivery.c.chat_id == place.chat) & (delivery.c.topic == place.topic)
        coming = select(delivery).where(here, delivery.c.state.in_(_COMING)).order_by(delivery.c.due_at)
        past = select(delivery).where(here, delivery.c.state == "sent").order_by(delivery.c.settled_at.desc())
        return self._shown(coming.limit(limit)), self._shown(past.limit(limit))

    def in_trouble(self, limit: int = 20) -> list[Delivery]:
        """Uncertain and failed deliveries, newest first."""
        query = select(delivery).where(delivery.c.state.in_(("uncertain", "failed"))).order_by(delivery.c.id.desc())
        return self._shown(query.limit(limit))

    def counts(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        query = select(delivery.c.state, func.count()).group_by(delivery.c.state)
        with self._database.reading() as connection:
            return {state: int(count) for state, count in connection.execute(query)}

    def oldest_due(self, now: datetime) -> datetime | None:
        """When the delivery that has waited longest was due; None when none is late."""
        # Words of the statement, not parameters: only so can the database see that a partial index applies.
        waiting = delivery.c.state.in_([literal_column(f"'{state}'") for state in _WAITING])
        query = select(delivery.c.due_at).where(waiting, delivery.c.due_at <= now)
        with self._database.reading() as connection:
            found: datetime | None = connection.execute(query.order_by(delivery.c.due_at).limit(1)).scalar()
        return found

    def _shown(self, query: Any) -> list[Delivery]:
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            counted = (
                select(reminder_item.c.delivery_id, func.count())
                .where(
                    reminder_item.c.delivery_id.in_([row.id for row in rows]),
                    reminder_item.c.cancelled.is_(None),
                    reminder_item.c.source_id != DIGEST,
                )
                .group_by(reminder_item.c.delivery_id)
            )
            items = {number: int(count) for number, count in connection.execute(counted)}
        return _deliveries(rows, items)


def _deliveries(rows: Sequence[Any], items: dict[int, int]) -> list[Delivery]:
    return [
        Delivery(
            row.id,
            row.reference,
            row.kind,
            Place(row.chat_id, row.topic, group=row.chat_id < 0),
            row.due_at,
            row.state,
            row.error,
            row.settled_at,
            items.get(row.id, 0),
        )
        for row in rows
    ]
