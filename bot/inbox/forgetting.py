"""Letting go of what the pace of messages remembers of chats."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete

from bot.inbox.tables import pace

if TYPE_CHECKING:
    from corpus.database import Database

LANES_KEPT = timedelta(hours=1)
"""An empty lane says nothing but which chat was written to."""


def tidy_lanes(database: Database, now: datetime) -> None:
    """Forgets lanes that have been empty for long."""
    with database.writing() as connection:
        connection.execute(delete(pace).where(pace.c.full_until < (now - LANES_KEPT).timestamp()))
