"""Brings the outbox in line with what should be said, as often as anybody likes: what is planned stays as it is.

What is wanted and not there yet joins its recipient's message of that day; what was missed joins today's; what is no
longer wanted (done, muted, moved, withdrawn, not to be seen any more) is cancelled. One planner writes at a time.
"""

from __future__ import annotations

import secrets
import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update

from bot.reminders.dues import REACH
from bot.reminders.outbox import DIGEST, TOO_LATE
from bot.reminders.planning import Planning, wanted
from bot.reminders.recipients import read_roll
from bot.reminders.tables import delivery, reminder_item
from bot.reminders.wishes import DEFAULT, WishBook, quiet_end
from corpus.models import MetaRow, TargetRow, TaskRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.reminders.catalogue import CatalogueReader
    from bot.reminders.planning import ItemKey, Want
    from bot.reminders.recipients import Recipient
    from bot.reminders.wishes import Wishes
    from bot.reminders.working_days import WorkingDays
    from corpus.database import Database

AHEAD = timedelta(hours=48)
CATCH_UP = timedelta(days=30)
_PLANNED_UNTIL = "reminders.planned_until"
_LOCK = 0x52454D49  # any number: the key of PostgreSQL's advisory lock
_CHUNK = 400
_KEY: Final = ("chat_id", "topic", "source_id", "due", "days_before")

Message = tuple[int, int, date]
"""Chat, topic, and the day of a message."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run of the planner did."""

    added: int
    cancelled: int


class Planner:
    """Plans from the catalogue, the office's roll and everybody's wishes. Thread-safe."""

    def __init__(
        self, database: Database, catalogue: CatalogueReader, days: Callable[[], WorkingDays], zone: tzinfo
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._days = days
        self._zone = zone
        self._turn = threading.Lock()

    def plan(self, now: datetime) -> Planned:
        """Brings the outbox in line with what should be said until 48 hours from now."""
        local = now.astimezone(self._zone)
        today, last = local.date(), (local + AHEAD).date()
        with self._turn:
            with self._database.reading() as connection:
                unsent = _unsent(connection)
                first = _first_day(connection, today, [row.day for row in unsent])
            wishes = WishBook(self._database).all()
            planning = Planning(
                self._catalogue.read(),
                read_roll(self._database, self._zone),
                wishes,
                self._days(),
                (first, last),
                {_key(row) for row in unsent},
            )
            wants = wanted(planning)
            with self._database.writing() as connection:
                lock_planning(connection)
                planned = _Writing(connection, wants, wishes, now, self._zone).write(first, last)
                _set_planned(connection, last)
        return planned


class _Writing:
    """One run's changes to the outbox."""

    def __init__(
        self,
        connection: Connection,
        wants: dict[ItemKey, Want],
        wishes: dict[Recipient, Wishes],
        now: datetime,
        zone: tzinfo,
    ) -> None:
        self._connection = connection
        self._wants = wants
        self._wishes = wishes
        self._now = now
        self._zone = zone
        self._today = now.astimezone(zone).date()

    def write(self, first: date, last: date) -> Planned:
        """Adds and moves items, then cancels what is no longer wanted."""
        waiting = self._waiting()
        existing = self._existing(first, last)
        missing = self._wants.keys() - existing.keys()
        existing |= self._elsewhere(missing)
        messages: dict[Message, list[ItemKey]] = defaultdict(list)
        for key, want in self._wants.items():
            known = existing.get(key)
            unsaid = known is None or known.cancelled is not None or known.state == "pending"
            if unsaid and want.end >= self._today:
                messages[key[0], key[1], max(want.day, self._today)].append(key)
        numbers = self._messages(messages, waiting)
        added = self._place(messages, numbers, existing)
        unsaid_rows = {k: r for k, r in existing.items() if r.state == "pending" and r.cancelled is None}
        unwanted = [row.id for key, row in unsaid_rows.items() if key not in self._wants]
        late = [row for key, row in unsaid_rows.items() if key in self._wants and self._wants[key].end < self._today]
        self._cancel(unwanted, "no longer wanted")
        self._cancel([row.id for row in late], TOO_LATE)
        empty = {row.id for here, row in waiting if here not in messages or numbers[here] != row.id}
        skipped = empty & {row.delivery_id for row in late}
        self._close(skipped, "skipped", TOO_LATE)
        self._close(empty - skipped, "cancelled", "nothing left to say")
        return Planned(added, len(unwanted))

    def _waiting(self) -> list[tuple[Message, Any]]:
        """Messages nobody has begun to send; locked, so that nobody begins while they change."""
        query = select(delivery).where(delivery.c.state == "pending").order_by(delivery.c.id).with_for_update()
        return [((row.chat_id, row.topic, row.day), row) for row in self._connection.execute(query)]

    def _existing(self, first: date, last: date) -> dict[ItemKey, Any]:
        """Items whose day is in the window, and whatever has not been said."""
        query, there = _items(), reminder_item.c.day.between(first, last)
        rows = [
            *self._connection.execute(query.where(there)),
            *self._connection.execute(query.where(~there, delivery.c.state == "pending")),
        ]
        return {_key(row): row for row in rows}

    def _elsewhere(self, missing: Iterable[ItemKey]) -> dict[ItemKey, Any]:
        """Of items that are not where they should be, those that stand on another day."""
        keys = set(missing)
        sources = sorted({key[2] for key in keys if key[2] != DIGEST})
        found: dict[ItemKey, Any] = {}
        for begin in range(0, len(sources), _CHUNK):
            some = reminder_item.c.source_id.in_(sources[begin : begin + _CHUNK])
            near = reminder_item.c.due.between(self._today - 3 * REACH, self._today + 3 * REACH)
            for row in self._connection.execute(_items().where(some, near)):
                if _key(row) in keys:
                    found[_key(row)] = row
        return found

    def _messages(
        self, messages: dict[Message, list[ItemKey]], waiting: list[tuple[Message, Any]]
    ) -> dict[Message, int]:
        """The id of each message, made or brought up to date."""
        present = dict(waiting)
        fresh: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        numbers: dict[Message, int] = {}
        for here, keys in messages.items():
            values = self._values(here, keys)
            row = present.get(here)
            if row is None:
                fresh.append(values)
                continue
            numbers[here] = row.id
            if row.due_at == values["due_at"]:
                values["next_try_at"] = row.next_try_at  # it may have been put off
            if any(getattr(row, name) != value for name, value in values.items()):
                changed.append({f"new_{name}": value for name, value in values.items()} | {"number": row.id})
        if changed:
            names = ("chat_id", "topic", "day", "kind", "due_at", "next_try_at", "not_after")
            statement = update(delivery).where(delivery.c.id == bindparam("number"))
            self._connection.execute(statement.values({name: bindparam(f"new_{name}") for name in names}), changed)
        return numbers | self._insert(fresh)

    def _values(self, here: Message, keys: list[ItemKey]) -> dict[str, Any]:
        chat, topic, day = here
        wish = self._wishes.get((chat, topic), DEFAULT)
        due_at = datetime.combine(day, wish.at, self._zone)
        if wish.is_quiet(wish.at):
            due_at = quiet_end(due_at, wish)
        return {
            "chat_id": chat,
            "topic": topic,
            "day": day,
            "kind": "digest" if any(key[2] == DIGEST for key in keys) else "reminder",
            "due_at": due_at,
            "next_try_at": due_at,
            "not_after": datetime.combine(max(self._wants[key].end for key in keys), time(23, 59, 59), self._zone),
        }

    def _insert(self, fresh: list[dict[str, Any]]) -> dict[Message, int]:
        if not fresh:
            return {}
        days = {row["day"] for row in fresh}
        counted = select(delivery.c.chat_id, delivery.c.topic, delivery.c.day, func.count())
        counted = counted.where(delivery.c.day.between(min(days), max(days)))
        counted = counted.group_by(delivery.c.chat_id, delivery.c.topic, delivery.c.day)
        earlier = {(c, t, d): n for c, t, d, n in self._connection.execute(counted)}
        rows = []
        for row in fresh:
            here = (row["chat_id"], row["topic"], row["day"])
            more = {
                "dedupe_key": f"{here[0]}:{here[1]}:{here[2]}:{earlier.get(here, 0)}",
                "reference": secrets.token_hex(3).upper(),
                "state": "pending",
                "created_at": self._now,
            }
            rows.append(row | more)
        made = insert(delivery).returning(delivery.c.id, sort_by_parameter_order=True)
        numbers = self._connection.execute(made, rows).scalars().all()
        return {(r["chat_id"], r["topic"], r["day"]): n for r, n in zip(fresh, numbers, strict=True)}

    def _place(
        self, messages: dict[Message, list[ItemKey]], numbers: dict[Message, int], existing: dict[ItemKey, Any]
    ) -> int:
        """Puts every item into its message; how many were not planned before."""
        fresh, moved = [], []
        added = 0
        for here, keys in messages.items():
            for key in keys:
                want, known = self._wants[key], existing.get(key)
                place = {"new_delivery": numbers[here], "new_day": want.day}
                added += known is None or known.cancelled is not None
                if known is None:
                    own = {"directive_key": want.directive, "delivery_id": numbers[here], "day": want.day}
                    fresh.append(dict(zip(_KEY, key, strict=True)) | own)
                elif (known.delivery_id, known.day, known.cancelled) != (numbers[here], want.day, None):
                    moved.append(place | {"number": known.id})
        if fresh:
            self._connection.execute(insert(reminder_item), fresh)
        if moved:
            statement = update(reminder_item).where(reminder_item.c.id == bindparam("number"))
            statement = statement.values(
                delivery_id=bindparam("new_delivery"), day=bindparam("new_day"), cancelled=None
            )
            self._connection.execute(statement, moved)
        return added

    def _cancel(self, items: list[int], reason: str) -> None:
        for begin in range(0, len(items), _CHUNK):
            some = reminder_item.c.id.in_(items[begin : begin + _CHUNK])
            self._connection.execute(update(reminder_item).where(some).values(cancelled=reason))

    def _close(self, numbers: Iterable[int], state: str, reason: str) -> None:
        """Settles messages none of whose items is left in them."""
        closing = sorted(numbers)
        closed = {"state": state, "settled_at": self._now, "error": reason}
        for begin in range(0, len(closing), _CHUNK):
            some = delivery.c.id.in_(closing[begin : begin + _CHUNK])
            self._connection.execute(update(delivery).where(some).values(**closed))


def lock_planning(connection: Connection) -> None:
    """Waits until no other transaction plans or cancels; SQLite's write lock is that already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def cancel_gone(connection: Connection) -> None:
    """Cancels what was planned for tasks and targets that are gone, or that are now due on another day.

    Runs in the very transaction that changes them.
    """
    lock_planning(connection)
    waiting = select(delivery.c.id).where(delivery.c.state == "pending")
    planned = (
        reminder_item.c.cancelled.is_(None)
        & (reminder_item.c.source_id != DIGEST)
        & reminder_item.c.delivery_id.in_(waiting)
    )
    here = reminder_item.c.source_id
    task = select(TaskRow.id).where(TaskRow.id == here)
    target = select(TargetRow.id).where(TargetRow.id == here)
    moved_task = task.where(TaskRow.recurrence.is_(None), TaskRow.due != reminder_item.c.due)
    moved_target = target.where(TargetRow.due < reminder_item.c.due)
    gone = (~task.exists() & ~target.exists()) | moved_task.exists() | moved_target.exists()
    connection.execute(update(reminder_item).where(planned, gone).values(cancelled="the deadline moved or went"))
    left = select(reminder_item.c.id).where(
        reminder_item.c.delivery_id == delivery.c.id, reminder_item.c.cancelled.is_(None)
    )
    empty = (delivery.c.state == "pending") & ~left.exists()
    nothing = {"state": "cancelled", "error": "the deadline moved or went"}
    connection.execute(update(delivery).where(empty).values(**nothing))


def _items() -> Any:
    columns = (*reminder_item.c, delivery.c.state)
    return select(*columns).join(delivery, delivery.c.id == reminder_item.c.delivery_id)


def _key(row: Any) -> ItemKey:
    return (row.chat_id, row.topic, row.source_id, row.due, row.days_before)


def _unsent(connection: Connection) -> list[Any]:
    query = _items().where(delivery.c.state == "pending", reminder_item.c.cancelled.is_(None))
    return list(connection.execute(query))


def _first_day(connection: Connection, today: date, unsent: Iterable[date]) -> date:
    """Today; or earlier: the day after the last one planned, or of the oldest item that has not been said."""
    row = connection.execute(select(MetaRow.value).where(MetaRow.name == _PLANNED_UNTIL)).scalar()
    planned = date.fromisoformat(row) + timedelta(days=1) if row else today
    return max(min(today, planned, *unsent), today - CATCH_UP)


def _set_planned(connection: Connection, last: date) -> None:
    connection.execute(delete(MetaRow).where(MetaRow.name == _PLANNED_UNTIL))
    connection.execute(insert(MetaRow).values(name=_PLANNED_UNTIL, value=last.isoformat()))
