"""The outbox: deliveries claimed under a lease, begun, sent by whoever claimed them, and settled once.

States: `pending`; `claimed` (in somebody's hands until the lease ends); `uncertain` (perhaps it arrived: the answer
never came, or the sender died after it began; said again, marked as a repeat); `sent`; `failed` (Telegram will not
take it); `skipped` (too late to be of use); `cancelled` (no longer wanted, or its items went to another message).

Any number of workers may claim at once: SQLite takes its write lock at the start of a transaction, PostgreSQL skips
rows that others have locked. A claim that was never begun goes back unmarked, since nothing can have been sent.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, or_, select, update

from bot.office.records import Place
from bot.reminders.tables import delivery, reminder_item, reminder_mute, reminder_setting, reminder_watch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus.database import Database

DIGEST = "digest"
"""Stands as the source of the item that says: a digest of that day."""
TOO_LATE = "too late to be of use"
BATCH = 20
LEASE = timedelta(minutes=3)
ATTEMPTS = 8
"""Times that a message is sent without anybody knowing whether it arrived."""
REPEAT_AFTER = timedelta(seconds=20)
_CLOCK_SLIP = timedelta(minutes=1)

_says_more = (
    select(reminder_item.c.id)
    .where(
        reminder_item.c.delivery_id == delivery.c.id,
        reminder_item.c.cancelled.is_(None),
        reminder_item.c.source_id != DIGEST,
    )
    .exists()
)
_waiting_again = case((delivery.c.repeat == 1, "uncertain"), else_="pending")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to say: an occurrence, so many days before it; or a digest."""

    source: str
    directive: str
    due: date
    days_before: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery in the hands of one worker. `repeat`: it may have been seen before."""

    id: int
    token: str
    reference: str
    kind: str
    place: Place
    day: date
    not_after: datetime
    repeat: bool
    attempt: int
    items: tuple[Item, ...]

    @property
    def only_digest(self) -> bool:
        """Whether it reminds of nothing by itself."""
        return all(item.source == DIGEST for item in self.items)


class Outbox:
    """Claims and settles deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, worker: str, now: datetime, limit: int = BATCH) -> list[Claim]:
        """Takes up to `limit` deliveries under a lease, repeats after what is new; skips what is too late."""
        token = secrets.token_hex(8)
        kept: list[Any] = []
        with self._database.writing() as connection:
            _expire(connection, now)
            for state in ("pending", "uncertain"):
                while len(kept) < limit:
                    rows = connection.execute(_due(state, now).limit(limit - len(kept))).all()
                    if not rows:
                        break
                    numbers = [row.id for row in rows if row.not_after >= now]
                    late = [row.id for row in rows if row.not_after < now]
                    too_late = {"state": "skipped", "settled_at": now, "error": TOO_LATE}
                    connection.execute(update(delivery).where(delivery.c.id.in_(late)).values(**too_late))
                    held = {"claimed_by": worker, "claim_token": token, "lease_until": now + LEASE, "begun_at": None}
                    taken = update(delivery).where(delivery.c.id.in_(numbers)).values(state="claimed", **held)
                    connection.execute(taken)
                    kept += [row for row in rows if row.not_after >= now]
            items = items_of(connection, [row.id for row in kept])
        return [
            Claim(
                id=row.id,
                token=token,
                reference=row.reference,
                kind=row.kind,
                place=Place(row.chat_id, row.topic, group=row.chat_id < 0),
                day=row.day,
                not_after=row.not_after,
                repeat=bool(row.repeat),
                attempt=row.attempt,
                items=tuple(items.get(row.id, ())),
            )
            for row in kept
        ]

    def begin(self, claim: Claim, now: datetime) -> bool:
        """Notes that sending begins, under a fresh lease; False when the claim is no longer ours."""
        begun = {"begun_at": now, "lease_until": now + LEASE, "attempt": delivery.c.attempt + 1}
        with self._database.writing() as connection:
            return bool(connection.execute(update(delivery).where(_mine(claim)).values(**begun)).rowcount)

    def sent(self, claim: Claim, message: int, now: datetime) -> bool:
        """It arrived. False when the lease had ended meanwhile and another has taken it up."""
        return self._settle(claim, state="sent", message_id=message, settled_at=now, error=None)

    def failed(self, claim: Claim, error: str, now: datetime) -> None:
        """It will never arrive."""
        self._settle(claim, state="failed", error=error, settled_at=now)

    def cancelled(self, claim: Claim, reason: str, now: datetime) -> None:
        """It is no longer wanted."""
        self._settle(claim, state="cancelled", error=reason, settled_at=now)

    def release(self, claim: Claim, at: datetime, reason: str | None = None) -> None:
        """It was not begun: back as it was, to be tried at `at`."""
        self._settle(claim, state=_waiting_again, next_try_at=at, error=reason)

    def later(self, claim: Claim, at: datetime, reason: str) -> None:
        """It certainly did not arrive: again at `at`, as often as it takes until it is too late."""
        again = {"state": _waiting_again, "attempt": delivery.c.attempt - 1}
        self._settle(claim, next_try_at=at, error=reason, **again)

    def uncertain(self, claim: Claim, reason: str, now: datetime) -> None:
        """It may have arrived: said again after a while, as a repeat. A mere digest is not said twice."""
        if claim.only_digest or claim.attempt + 1 >= ATTEMPTS:
            self.failed(claim, f"it may or may not have arrived: {reason}", now)
            return
        at = now + REPEAT_AFTER * 2**claim.attempt
        self._settle(claim, state="uncertain", repeat=1, next_try_at=at, error=reason)

    def retry(self, number: int, now: datetime) -> bool:
        """An administrator wants a failed delivery tried again; False when it is not failed."""
        failed = (delivery.c.id == number) & (delivery.c.state == "failed")
        # As a repeat: nobody knows for certain what became of it the first time.
        again = {"state": "uncertain", "attempt": 0, "repeat": 1, "next_try_at": now}
        with self._database.writing() as connection:
            values = again | {"not_after": now + timedelta(days=2), "settled_at": None}
            return bool(connection.execute(update(delivery).where(failed).values(**values)).rowcount)

    def _settle(self, claim: Claim, **values: Any) -> bool:
        """Only the holder of the claim may say what became of it."""
        with self._database.writing() as connection:
            settled = update(delivery).where(_mine(claim)).values(lease_until=None, **values)
            return bool(connection.execute(settled).rowcount)


def move_chat(connection: Connection, old: int, new: int) -> None:
    """A group has a new id: what was chosen, asked for, planned and sent under the old one moves to it, and wins."""
    keys = {
        reminder_setting: ("topic",),
        reminder_watch: ("topic", "source_id"),
        reminder_mute: ("topic", "subject"),
        reminder_item: ("topic", "source_id", "due", "days_before"),
        delivery: ("id",),
    }
    for table, columns in keys.items():
        there = table.alias()
        same = and_(there.c.chat_id == old, *(there.c[name] == table.c[name] for name in columns))
        clash = (table.c.chat_id == new) & select(there.c.chat_id).where(same).exists()
        connection.execute(delete(table).where(clash))
        connection.execute(update(table).where(table.c.chat_id == old).values(chat_id=new))


def items_of(connection: Connection, deliveries: Iterable[int]) -> dict[int, list[Item]]:
    """What deliveries are to say, by their ids."""
    query = (
        select(reminder_item)
        .where(reminder_item.c.delivery_id.in_(list(deliveries)), reminder_item.c.cancelled.is_(None))
        .order_by(reminder_item.c.due, reminder_item.c.id)
    )
    found: dict[int, list[Item]] = {}
    for row in connection.execute(query):
        item = Item(row.source_id, row.directive_key, row.due, row.days_before)
        found.setdefault(row.delivery_id, []).append(item)
    return found


def _due(state: str, now: datetime) -> Any:
    return (
        select(delivery)
        .where(delivery.c.state == state, delivery.c.next_try_at <= now)
        .order_by(delivery.c.next_try_at, delivery.c.id)
        .with_for_update(skip_locked=True)
    )


def _mine(claim: Claim) -> ColumnElement[bool]:
    return (delivery.c.id == claim.id) & (delivery.c.claim_token == claim.token) & (delivery.c.state == "claimed")


def _expire(connection: Connection, now: datetime) -> None:
    """Takes back what is held under a lease that ended, or (the clock went back) that nobody can have given."""
    ended = or_(delivery.c.lease_until < now, delivery.c.lease_until > now + LEASE + _CLOCK_SLIP)
    dead = (delivery.c.state == "claimed") & ended
    unbegun = dead & delivery.c.begun_at.is_(None)
    connection.execute(update(delivery).where(unbegun).values(state=_waiting_again, next_try_at=now, lease_until=None))
    given_up = {"state": "failed", "settled_at": now, "error": "the sender stopped while sending", "lease_until": None}
    hopeless = dead & or_(delivery.c.attempt >= ATTEMPTS, ~_says_more)
    connection.execute(update(delivery).where(hopeless).values(**given_up))
    lost = {"state": "uncertain", "repeat": 1, "error": "the sender stopped while sending", "lease_until": None}
    connection.execute(update(delivery).where(dead).values(next_try_at=now, **lost))
