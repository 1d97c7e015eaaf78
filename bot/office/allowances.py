"""How often something may be done, counted in SQL: the count outlives restarts and holds for all workers together.

Who is counted stands there only as a SHA-256, for a day at most; so being forgotten (`bot.office.erasure`) neither leaves
an id behind nor begins the count anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.office.tables import allowance

if TYPE_CHECKING:
    from corpus.database import Database


@dataclass(frozen=True, slots=True)
class Limit:
    """`times` within `within` of the first; `what` tells limits apart."""

    what: str
    times: int
    within: timedelta


TO_STRANGERS = Limit("answer", 10, timedelta(minutes=10))
"""Answers to one stranger; then there is silence."""
REQUESTS = Limit("request", 2, timedelta(days=1))
"""Wishes of one stranger to be admitted."""
REQUESTS_TOLD = Limit("told", 20, timedelta(hours=1))
"""Wishes of all strangers that administrators get a message of; further ones only stand in their list."""
QUESTIONS = Limit("question", 20, timedelta(minutes=1))
"""Questions of one person, whether typed, edited or pressed: each takes the model's time."""
UPLOADS = Limit("upload", 300, timedelta(days=1))
"""Files from one clerk."""
ALBUM_REFUSED = Limit("album", 1, timedelta(hours=1))
"""A refusal for what was sent together: it arrives as a message for each photo."""


class Allowances:
    """What has been taken of each limit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, limit: Limit, who: int | str, now: datetime) -> bool:
        """Counts once more; False, and nothing is written, when the limit is reached."""
        key = hashlib.sha256(f"{limit.what}:{who}".encode()).hexdigest()
        here = allowance.c.key == key
        with self._database.reading() as connection:
            row = connection.execute(select(allowance).where(here)).one_or_none()
        running = row is not None and now - limit.within < row.since <= now
        if row is not None and running and row.taken >= limit.times:
            return False
        more = update(allowance).where(here, allowance.c.taken < limit.times).values(taken=allowance.c.taken + 1)
        begun = {"since": now, "taken": 1}
        with self._database.writing() as connection:
            if running:
                return bool(connection.execute(more).rowcount)
            if connection.execute(update(allowance).where(here).values(**begun)).rowcount:
                return True
            try:
                with connection.begin_nested():
                    connection.execute(insert(allowance).values(key=key, **begun))
            except IntegrityError:  # another worker counted the first at this very moment
                return bool(connection.execute(more).rowcount)
        return True
