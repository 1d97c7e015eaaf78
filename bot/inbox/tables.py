"""The inbox's tables; knows columns and keys, not what an update says."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text, text

from bot.office.tables import TELEGRAM_ID, Moment
from corpus.models import Base

_metadata = Base.metadata
_working = text("state = 'working'")
_unfinished = text("done_at IS NULL")

inbox = Table(
    "inbox",
    _metadata,
    Column("bot_id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("update_id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("place", String(64), nullable=False),
    Column("payload", Text),
    Column("received_at", Moment, nullable=False),
    Column("state", String(8), nullable=False),
    Column("claimed_by", String(120)),
    Column("claim_token", String(32)),
    Column("lease_until", Moment),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("acted", Integer, nullable=False, server_default="0"),
    Column("begun_at", Moment),
    Column("repeat", Integer, nullable=False, server_default="0"),
    Column("done_at", Moment),
    Column("error", Text),
    Index(
        "uq_inbox_place_working", "bot_id", "place", unique=True, sqlite_where=_working, postgresql_where=_working
    ),
    Index(
        "ix_inbox_unfinished", "bot_id", "place", "update_id", sqlite_where=_unfinished, postgresql_where=_unfinished
    ),
    Index(None, "received_at"),
)
"""An update as it arrived, its `state` as in `bot.inbox.inbox`; its words (`payload`) are forgotten once it is settled.

The unique index lets the database itself see to it that two updates of one place are never worked on at once.
`acted`: its handling has turned what a second one would turn back; `begun_at`: a message of its answer may have left; `repeat`: one may have
left before, from a worker that died.
"""

pace = Table(
    "pace",
    _metadata,
    Column("bot_id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("lane", String(32), primary_key=True),
    Column("full_until", Float(53), nullable=False),
)
"""How far each lane of messages is taken: all, a chat's, the reminders' (`bot.inbox.pace`). Seconds since 1970."""
