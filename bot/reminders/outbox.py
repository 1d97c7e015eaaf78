"""The outbox: deliveries claimed under a lease, sent by whoever claimed them, and settled once.

States: `pending`, `claimed` (somebody is sending it until its lease ends), `uncertain` (sent perhaps: the answer never
came, or the sender died; sent again, marked as a repeat), `sent`, `failed`, `skipped` (too late to be of use),
`cancelled` (no longer wanted, or merged into another). Any number of workers may claim at once: SQLite takes its write
lock at the start of a transaction, PostgreSQL skips rows that others have locked.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, or_, select, update

from bot.office.records import Place
from bot.reminders.tables import delivery, reminder_item

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corpus.database import Database

LEASE = timedelta(minutes=2)
ATTEMPTS = 6
BACKOFF = timedelta(seconds=20)
_WAITING = ("pending", "uncertain")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to remind of."""

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
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as people are shown it."""

    id: int
    reference: str
    kind: str
    place: Place
    due_at: datetime
    state: str
    attempt: int
    error: str | None
    settled_at: datetime | None
    items: int


class Outbox:
    """Claims and settles deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, worker: str, now: datetime, limit: int = 20) -> list[Claim]:
        """Takes due deliveries under a lease; what waits for the same recipient becomes one message."""
        token = secrets.token_hex(8)
        with self._database.writing() as connection:
            _expire(connection, now)
            rows = connection.execute(
                select(delivery)
                .where(
                    delivery.c.state.in_(_WAITING),
                    delivery.c.due_at <= now,
                    or_(delivery.c.next_try_at.is_(None), delivery.c.next_try_at <= now),
                )
                .order_by(delivery.c.due_at, delivery.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            ).all()
            kept = _merge(connection, rows, now)
            if not kept:
                return []
            numbers = [row.id for row in kept]
            connection.execute(
                update(delivery)
                .where(delivery.c.id.in_(numbers))
                .values(
                    state="claimed",
                    claimed_by=worker,
                    claim_token=token,
                    lease_until=now + LEASE,
                    attempt=delivery.c.attempt + 1,
                )
            )
            items = _items(connection, numbers)
        return [
            Claim(
                id=row.id,
                token=token,
                reference=row.reference,
                kind=row.kind,
                place=Place(row.chat_id, row.topic, group=row.chat_id < 0),
                day=row.day,
                not_after=row.not_after,
                repeat=bool(row.repeat) or row.state == "uncertain",
                attempt=row.attempt + 1,
                items=tuple(items.get(row.id, ())),
                payload=row.payload,
            )
            for row in kept
        ]

    def sent(self, claim: Claim, message: int, now: datetime) -> None:
        """It arrived."""
        self._settle(claim, now, state="sent", message_id=message, error=None)

    def failed(self, claim: Claim, error: str, now: datetime) -> None:
        """It will never arrive."""
        self._settle(claim, now, state="failed", error=error)

    def skipped(self, claim: Claim, reason: str, now: datetime) -> None:
        """It is of no use any more."""
        self._settle(claim, now, state="skipped", error=reason)

    def cancelled(self, claim: Claim, reason: str, now: datetime) -> None:
        """It is no longer wanted."""
        self._settle(claim, now, state="cancelled", error=reason)

    def later(self, claim: Claim, at: datetime, reason: str, *, counts: bool = True) -> None:
        """It certainly did not arrive: again at `at`. `counts` false: nothing was tried."""
        if counts and claim.attempt >= ATTEMPTS:
            self.failed(claim, reason, at)
            return
        attempt = claim.attempt if counts else claim.attempt - 1
        state = "uncertain" if claim.repeat else "pending"
        self._put_back(claim, state=state, next_try_at=at, error=reason, attempt=attempt)

    def uncertain(self, claim: Claim, reason: str, now: datetime) -> None:
        """It may have arrived: said again after a while, as a repeat."""
        if claim.attempt >= ATTEMPTS:
            self.failed(claim, reason, now)
            return
        self._put_back(claim, state="uncertain", repeat=1, next_try_at=now + BACKOFF, error=reason)

    def moved(self, old: int, new: int) -> None:
        """A group has a new id: what waits for it goes there."""
        with self._database.writing() as connection:
            waiting = (delivery.c.chat_id == old) & delivery.c.state.in_((*_WAITING, "claimed"))
            connection.execute(update(delivery).where(waiting).values(chat_id=new))

    # ---- what people are shown

    def of(self, place: Place, limit: int = 5) -> tuple[list[Delivery], list[Delivery]]:
        """The next and the last deliveries of a recipient."""
        here = (delivery.c.chat_id == place.chat) & (delivery.c.topic == place.topic)
        coming = select(delivery).where(here, delivery.c.state.in_((*_WAITING, "claimed"))).order_by(delivery.c.due_at)
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
        """When the delivery that waits longest was due."""
        query = select(func.min(delivery.c.due_at)).where(delivery.c.state.in_(_WAITING), delivery.c.due_at <= now)
        with self._database.reading() as connection:
            found: datetime | None = connection.execute(query).scalar()
        return found

    def retry(self, number: int, now: datetime) -> bool:
        """An administrator wants a failed delivery tried again; False when it is not failed."""
        failed = (delivery.c.id == number) & (delivery.c.state == "failed")
        values = {
            "state": "pending",
            "attempt": 0,
            "repeat": 1,
            "next_try_at": None,
            "not_after": now + timedelta(days=2),
        }
        with self._database.writing() as connection:
            return bool(connection.execute(update(delivery).where(failed).values(**values)).rowcount)

    def _shown(self, query: Any) -> list[Delivery]:
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            items = _items(connection, [row.id for row in rows])
        return [
            Delivery(
                row.id,
                row.reference,
                row.kind,
                Place(row.chat_id, row.topic, group=row.chat_id < 0),
                row.due_at,
                row.state,
                row.attempt,
                row.error,
                row.settled_at,
                len(items.get(row.id, ())),
            )
            for row in rows
        ]

    def _settle(self, claim: Claim, now: datetime, **values: Any) -> None:
        self._put_back(claim, settled_at=now, **values)

    def _put_back(self, claim: Claim, **values: Any) -> None:
        """Only the holder of the claim may say what became of it."""
        mine = (delivery.c.id == claim.id) & (delivery.c.claim_token == claim.token) & (delivery.c.state == "claimed")
        with self._database.writing() as connection:
            connection.execute(update(delivery).where(mine).values(lease_until=None, **values))


def _expire(connection: Connection, now: datetime) -> None:
    """Leases that ended leave their delivery uncertain; what is too late is skipped."""
    dead = (delivery.c.state == "claimed") & (delivery.c.lease_until < now)
    lost = {"state": "uncertain", "repeat": 1, "error": "the sender stopped between claim and mark"}
    connection.execute(update(delivery).where(dead, delivery.c.attempt < ATTEMPTS).values(**lost))
    given_up = {"state": "failed", "settled_at": now, "error": "the sender stopped each time"}
    connection.execute(update(delivery).where(dead).values(**given_up))
    late = delivery.c.state.in_(_WAITING) & (delivery.c.not_after < now)
    connection.execute(
        update(delivery).where(late).values(state="skipped", settled_at=now, error="too late to be of use")
    )


def _merge(connection: Connection, rows: Sequence[Any], now: datetime) -> list[Any]:
    """One delivery a recipient: the items of the others move to it, a digest's own list is kept."""
    by_recipient: dict[tuple[int, int], list[Any]] = {}
    for row in rows:
        mergeable = row.kind in {"reminder", "digest"}
        key = (row.chat_id, row.topic) if mergeable else (row.chat_id, -1 - row.id)
        by_recipient.setdefault(key, []).append(row)
    kept = []
    for group in by_recipient.values():
        first = next((row for row in group if row.kind == "digest"), group[0])
        kept.append(first)
        for other in group:
            if other.id == first.id:
                continue
            connection.execute(
                update(reminder_item).where(reminder_item.c.delivery_id == other.id).values(delivery_id=first.id)
            )
            merged = {"state": "cancelled", "settled_at": now, "error": f"merged into {first.reference}"}
            connection.execute(update(delivery).where(delivery.c.id == other.id).values(**merged))
    return kept


def _items(connection: Connection, deliveries: Iterable[int]) -> dict[int, list[Item]]:
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
