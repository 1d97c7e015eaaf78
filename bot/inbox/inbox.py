"""The inbox: updates kept before they are acknowledged, claimed under a lease in the order of their place, settled once.

States: `waiting`; `working` (in a worker's hands until the lease ends); `done`; `failed` (its handling brought down one
worker after another). Any number of workers may claim at once: PostgreSQL skips rows that others have locked, SQLite
takes its write lock at the start of a transaction, and a unique index keeps each place to one update at a time.

What a dead worker held goes back when its lease ends. If a message of the answer may have left, it goes back as a
repeat, to be answered again with a mark: a loss would be worse.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Update, and_, bindparam, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.inbox.statements import GIVEN_BACK, KEEP, UNFINISHED, WAITING, WORKING, ready, ready_in_order
from bot.inbox.tables import inbox
from bot.office.tables import Moment
from corpus.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from corpus.database import Database

LEASE = timedelta(seconds=20)
RENEW = timedelta(seconds=5)
PATIENCE = timedelta(seconds=2)
"""How long an update waits for one with a lower number that has not arrived: mostly it comes within milliseconds, unless
the worker that was to receive it died. Telegram itself sends a chat nothing further before the last was accepted."""
ATTEMPTS = 12
"""Times that an update is handled which each time ended its worker. Many: what others in hand did counts against it."""
KEPT = timedelta(days=3)
"""How long a settled update is known; Telegram delivers again for a day."""
BATCH = 16
_CLOCK_SLIP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update to be kept. `place` names what it must keep its order in: a chat, or a topic of one."""

    update: int
    place: str
    payload: str


@dataclass(frozen=True, slots=True)
class Claim:
    """An update in the hands of one worker. `attempt` counts from 1; `repeat`: a message may have left before;
    `acted`: an earlier handling has turned what a second one would turn back."""

    update: int
    token: str
    place: str
    payload: str
    attempt: int
    repeat: bool
    acted: bool
    received_at: datetime


class Inbox:
    """The updates of one bot, as one worker (`worker`: a name no other run has) takes part in handling them."""

    def __init__(self, database: Database, bot: int, worker: str) -> None:
        self._database = database
        self._bot = bot
        self._worker = worker
        self._ours = inbox.c.bot_id == bot
        # Every update passes these; to put a statement together takes longer than to run it.
        self._ready, self._ready_in_order = ready(bot), ready_in_order(bot)
        self._take = (
            update(inbox)
            .where(self._ours, inbox.c.update_id.in_(bindparam("numbers", expanding=True)))
            .values(
                state="working",
                claimed_by=worker,
                claim_token=bindparam("token"),
                lease_until=bindparam("until", type_=Moment),
                attempt=inbox.c.attempt + 1,
            )
        )
        held = self._ours & WORKING & (inbox.c.update_id == bindparam("number")) & (
            inbox.c.claim_token == bindparam("token")
        )
        mine = update(inbox).where(held)
        now = bindparam("now", type_=Moment)
        over = {"done_at": now, "payload": None, "place": "", "lease_until": None}
        self._begin = mine.values(begun_at=now, lease_until=bindparam("until", type_=Moment))
        self._finish = mine.values(state="done", **over)
        self._fail = mine.values(state="failed", error=bindparam("said"), **over)
        self._release = mine.values(**GIVEN_BACK, attempt=inbox.c.attempt - 1)

    # ---- arrival

    def accept(self, arrivals: Sequence[Arrival], now: datetime) -> int:
        """Keeps them, once each; how many are new. What this has returned for may be acknowledged."""
        new = 0
        with self._database.writing() as connection:
            keep = KEEP[connection.dialect.name]
            for one in arrivals:
                row = {"bot_id": self._bot, "update_id": one.update, "place": one.place, "payload": one.payload}
                kept = connection.execute(keep, row | {"received_at": now, "state": "waiting"})
                new += kept.first() is not None
        return new

    # ---- claiming

    def claim(self, now: datetime, limit: int = BATCH, *, patience: timedelta | None = None) -> list[Claim]:
        """Takes up to `limit` updates, each the first unfinished of its place, oldest first.

        With `patience`, for updates that may arrive out of order: one above a missing number waits that long for it.
        """
        token = secrets.token_hex(8)
        try:
            with self._database.writing() as connection:
                if patience is None:
                    rows = connection.execute(self._ready, {"room": limit}).all()
                else:
                    rows = connection.execute(self._ready_in_order, {"room": limit, "since": now - patience}).all()
                if not rows:
                    return []
                numbers = [row.update_id for row in rows]
                connection.execute(self._take, {"numbers": numbers, "token": token, "until": now + LEASE})
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                return []  # another worker was quicker in one of the places
            raise
        return [
            Claim(
                update=row.update_id,
                token=token,
                place=row.place,
                payload=row.payload or "{}",
                attempt=row.attempt + 1,
                repeat=bool(row.repeat),
                acted=bool(row.acted),
                received_at=row.received_at,
            )
            for row in rows
        ]

    def anything_waits(self) -> bool:
        """Whether something waits; only reads."""
        return self._is_there(WAITING)

    def anything_left(self, now: datetime) -> bool:
        """Whether a dead worker left something; only reads."""
        return self._is_there(self._left(now))

    def _is_there(self, which: ColumnElement[bool]) -> bool:
        found = select(inbox.c.update_id).where(self._ours, UNFINISHED, which).limit(1)
        with self._database.reading() as connection:
            return connection.execute(found).first() is not None

    # ---- what becomes of a claim: only its holder may say

    def renew(self, claims: Collection[Claim], now: datetime) -> None:
        """Prolongs the leases of those that are still ours."""
        numbers, tokens = {claim.update for claim in claims}, {claim.token for claim in claims}
        ours = self._ours & WORKING & inbox.c.update_id.in_(numbers) & inbox.c.claim_token.in_(tokens)
        with self._database.writing() as connection:
            connection.execute(update(inbox).where(ours).values(lease_until=now + LEASE))

    def begin(self, claim: Claim, now: datetime) -> bool:
        """Notes that a message of the answer is about to leave; False when the claim is no longer ours."""
        return self._change(self._begin, claim, now=now, until=now + LEASE)

    def finish(self, claim: Claim, now: datetime) -> bool:
        """It is answered; its words and its place are forgotten. False when the claim is no longer ours."""
        return self._change(self._finish, claim, now=now)

    def fail(self, claim: Claim, error: str, now: datetime) -> bool:
        """It will not be tried again; what comes after it in its place goes on."""
        return self._change(self._fail, claim, now=now, said=error)

    def release(self, claim: Claim) -> bool:
        """Gives it back: to be handled anew, as a repeat if a message may have left."""
        return self._change(self._release, claim)

    def _change(self, statement: Update, claim: Claim, **given: object) -> bool:
        with self._database.writing() as connection:
            given |= {"number": claim.update, "token": claim.token}
            return bool(connection.execute(statement, given).rowcount)

    # ---- after the dead, and after the years

    def take_back(self, now: datetime) -> int:
        """Gives back what is held under leases that have ended; how many."""
        with self._database.writing() as connection:
            return connection.execute(update(inbox).where(self._left(now)).values(**GIVEN_BACK)).rowcount

    def holders(self) -> frozenset[str]:
        """The other workers that hold something."""
        others = select(inbox.c.claimed_by).where(self._ours, UNFINISHED, WORKING, inbox.c.claimed_by != self._worker)
        with self._database.reading() as connection:
            return frozenset(connection.execute(others.distinct()).scalars())

    def take_back_from(self, worker: str) -> int:
        """Gives back at once what a worker holds that is known to be dead; how many."""
        dead = self._ours & WORKING & (inbox.c.claimed_by == worker)
        with self._database.writing() as connection:
            return connection.execute(update(inbox).where(dead).values(**GIVEN_BACK)).rowcount

    def tidy(self, now: datetime) -> int:
        """Forgets what was settled long ago; how many."""
        old = self._ours & (inbox.c.received_at < now - KEPT) & (inbox.c.done_at < now - KEPT)
        with self._database.writing() as connection:
            return connection.execute(delete(inbox).where(old)).rowcount

    def _left(self, now: datetime) -> ColumnElement[bool]:
        """Under a lease that has ended, or (the clock went back) that nobody can have given."""
        ended = or_(inbox.c.lease_until < now, inbox.c.lease_until > now + LEASE + _CLOCK_SLIP)
        return and_(self._ours, WORKING, ended)
