"""The reminders' tables; a recipient is a chat with a topic (0: none), be it a person's private chat or a group."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from bot.office.tables import TELEGRAM_ID, Moment
from corpus.models import Base

_metadata = Base.metadata
_waiting = text("state IN ('pending', 'uncertain')")
_pending = text("state = 'pending'")
_put_off = text("until IS NOT NULL")

reminder_setting = Table(
    "reminder_setting",
    _metadata,
    Column("chat_id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("topic", Integer, primary_key=True, autoincrement=False),
    Column("wishes", JSON, nullable=False),
)
"""What a recipient has chosen otherwise than the defaults (`bot.reminders.wishes`)."""

reminder_watch = Table(
    "reminder_watch",
    _metadata,
    Column("chat_id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("topic", Integer, primary_key=True, autoincrement=False),
    Column("source_id", String(32), primary_key=True, index=True),
    Column("person_id", TELEGRAM_ID, nullable=False),
)
"""Who pressed "remind me" on a task or target."""

reminder_mute = Table(
    "reminder_mute",
    _metadata,
    Column("chat_id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("topic", Integer, primary_key=True, autoincrement=False),
    Column("subject", String(160), primary_key=True),
    Column("until", Date),
    Index("ix_reminder_mute_put_off", "until", sqlite_where=_put_off, postgresql_where=_put_off),
)
"""A task, target or directive (by id or key) a recipient hears nothing of; until a day (then again once), or for good."""

delivery = Table(
    "delivery",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("dedupe_key", String(120), nullable=False, unique=True),
    Column("reference", String(8), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("chat_id", TELEGRAM_ID, nullable=False),
    Column("topic", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("not_after", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("repeat", Integer, nullable=False, server_default="0"),
    Column("claimed_by", String(64)),
    Column("claim_token", String(32)),
    Column("lease_until", Moment),
    Column("begun_at", Moment),
    Column("next_try_at", Moment, nullable=False),
    Column("message_id", TELEGRAM_ID),
    Column("error", Text),
    Column("created_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Index(None, "state", "next_try_at", "id"),
    Index(None, "chat_id", "topic", "day"),
    Index("ix_delivery_pending", "chat_id", sqlite_where=_pending, postgresql_where=_pending),
    Index("ix_delivery_waiting", "due_at", sqlite_where=_waiting, postgresql_where=_waiting),
)
"""The outbox: one message to one recipient, its `state` as in `bot.reminders.outbox`.

`due_at` is when it should go out, `next_try_at` when it will be tried; `begun_at` when whoever holds it began to send.
"""

reminder_item = Table(
    "reminder_item",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", TELEGRAM_ID, nullable=False),
    Column("topic", Integer, nullable=False),
    Column("source_id", String(32), nullable=False, index=True),
    Column("directive_key", String(160), nullable=False, index=True),
    Column("due", Date, nullable=False),
    Column("days_before", Integer, nullable=False),
    Column("day", Date, nullable=False, index=True),
    Column("delivery_id", ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("cancelled", Text),
    UniqueConstraint("chat_id", "topic", "source_id", "due", "days_before"),
    Index(None, "chat_id", "day"),
)
"""One thing a delivery says, and the day meant for it; unique, so that however often it is planned it is said once."""
