"""The inbox as measurements see it: how much waits and for how long, what was taken over or said again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.inbox.tables import inbox

if TYPE_CHECKING:
    from corpus.database import Database


class InboxView:
    """Questions about the inbox of all bots on a database; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self) -> dict[str, int]:
        """How many updates are in each state, of those still known (`bot.inbox.inbox.KEPT`)."""
        query = select(inbox.c.state, func.count()).group_by(inbox.c.state)
        with self._database.reading() as connection:
            return {state: int(count) for state, count in connection.execute(query)}

    def depth(self) -> int:
        """How many wait or are worked on."""
        query = select(func.count()).select_from(inbox).where(inbox.c.done_at.is_(None))
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def oldest_waiting(self, now: datetime) -> timedelta:
        """For how long the oldest unfinished update has been here; nothing when none is."""
        query = select(func.min(inbox.c.received_at)).where(inbox.c.done_at.is_(None))
        with self._database.reading() as connection:
            oldest: datetime | None = connection.execute(query).scalar()
        return max(now - oldest, timedelta()) if oldest is not None else timedelta()

    def taken_over(self) -> int:
        """How many updates a second worker had to take up, of those still known."""
        return self._count(inbox.c.attempt > 1)

    def repeated(self) -> int:
        """How many may have been answered twice, the second time marked, of those still known."""
        return self._count(inbox.c.repeat == 1)

    def _count(self, which: object) -> int:
        query = select(func.count()).select_from(inbox).where(which)  # type: ignore[arg-type]
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())
