"""Letting go of the outbox: what is settled long ago, and everything of a person who is forgotten or gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, select, update

from bot.office.retention import DELIVERIES_KEPT
from bot.office.tables import person
from bot.reminders.tables import delivery, reminder_item, reminder_mute, reminder_setting, reminder_watch

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from corpus.database import Database

BATCH = 500
_OF_A_CHAT = (reminder_item, delivery, reminder_setting, reminder_watch, reminder_mute)


def forget_person(connection: Connection, who: int, number: int) -> None:
    """Drops what is planned for, sent to and chosen by a person; what they asked for in groups stays, as `number`'s."""
    for table in _OF_A_CHAT:
        connection.execute(delete(table).where(table.c.chat_id == who))
    connection.execute(update(reminder_watch).where(reminder_watch.c.person_id == who).values(person_id=number))


def tidy_outbox(database: Database, now: datetime, batch: int = BATCH) -> int:
    """Drops what has been settled for long, `batch` deliveries at a time, and what was planned for nobody; how many.

    What has been said must stay known for as long as it could be planned again: until its day and its due date both lie
    so far back that no plan reaches them (`bot.reminders.dues.REACH`, the planner's CATCH_UP).
    """
    gone = ~select(person.c.id).where(person.c.id == delivery.c.chat_id).exists()
    with database.writing() as connection:  # planned by one who still saw a person that was being forgotten
        dropped = connection.execute(delete(delivery).where(delivery.c.chat_id > 0, gone)).rowcount
    while True:
        with database.writing() as connection:
            numbers = connection.execute(_settled_long_ago(now).limit(batch)).scalars().all()
            connection.execute(delete(delivery).where(delivery.c.id.in_(numbers)))
        dropped += len(numbers)
        if len(numbers) < batch:
            return dropped


def _settled_long_ago(now: datetime) -> Select[tuple[int]]:
    moment = now - DELIVERIES_KEPT
    may_come_again = select(reminder_item.c.id).where(
        reminder_item.c.delivery_id == delivery.c.id,
        (reminder_item.c.due >= moment.date()) | (reminder_item.c.day >= moment.date()),
    )
    return (
        select(delivery.c.id)
        .where(
            and_(
                delivery.c.state.in_(("sent", "failed", "skipped", "cancelled")),
                delivery.c.due_at < moment,
                delivery.c.day < moment.date(),
                ~may_come_again.exists(),
            )
        )
        .order_by(delivery.c.id)
    )
