"""Brings the messages of some recipients in line with what should be said to them. Writes; decides nothing."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.reminders.concerned import is_pending
from bot.reminders.dues import REACH
from bot.reminders.outbox import DIGEST, TOO_LATE
from bot.reminders.tables import delivery, reminder_item
from bot.reminders.wishes import DEFAULT, quiet_end

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.reminders.planning import ItemKey, Want
    from bot.reminders.recipients import Recipient
    from bot.reminders.wishes import Wishes

_CHUNK = 400
_KEY: Final = ("chat_id", "topic", "source_id", "due", "days_before")

Message = tuple[int, int, date]
"""Chat, topic, and the day of a message."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run of the planner did."""

    added: int
    cancelled: int


class Placing:
    """One run's changes to the outbox, for the recipients in some chats."""

    def __init__(
        self,
        connection: Connection,
        chats: Collection[int],
        wants: dict[ItemKey, Want],
        wishes: dict[Recipient, Wishes],
        *,
        now: datetime,
        zone: tzinfo,
    ) -> None:
        self._connection = connection
        self._chats = chats
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
        query = select(delivery).where(is_pending, delivery.c.chat_id.in_(self._chats))
        query = query.order_by(delivery.c.id).with_for_update()
        return [((row.chat_id, row.topic, row.day), row) for row in self._connection.execute(query)]

    def _existing(self, first: date, last: date) -> dict[ItemKey, Any]:
        """Items whose day is in the window, and whatever has not been said."""
        query, there = items_with_state(), reminder_item.c.day.between(first, last)
        rows = [
            *self._connection.execute(query.where(there, reminder_item.c.chat_id.in_(self._chats))),
            *self._connection.execute(query.where(~there, is_pending, delivery.c.chat_id.in_(self._chats))),
        ]
        return {key_of(row): row for row in rows}

    def _elsewhere(self, missing: Iterable[ItemKey]) -> dict[ItemKey, Any]:
        """Of items that are not where they should be, those that stand on another day."""
        keys = set(missing)
        sources = sorted({key[2] for key in keys if key[2] != DIGEST})
        found: dict[ItemKey, Any] = {}
        for begin in range(0, len(sources), _CHUNK):
            some = reminder_item.c.source_id.in_(sources[begin : begin + _CHUNK])
            near = reminder_item.c.due.between(self._today - 3 * REACH, self._today + 3 * REACH)
            here = reminder_item.c.chat_id.in_(self._chats)
            for row in self._connection.execute(items_with_state().where(some, near, here)):
                if key_of(row) in keys:
                    found[key_of(row)] = row
        return found

    def _messages(
        self, messages: dict[Message, list[ItemKey]], waiting: list[tuple[Message, Any]]
    ) -> dict[Message, int]:
        """The id of each message, made or brought up to date."""
        present = dict(waiting)
        fresh: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        numbers: dict[Message, int] = {}
        for here, keys in sorted(messages.items()):  # of those due at one moment the first made is sent first
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
        counted = counted.where(delivery.c.day.between(min(days), max(days)), delivery.c.chat_id.in_(self._chats))
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


def items_with_state() -> Any:
    """The query of items with the state of what they are said in."""
    columns = (*reminder_item.c, delivery.c.state)
    return select(*columns).join(delivery, delivery.c.id == reminder_item.c.delivery_id)


def key_of(row: Any) -> ItemKey:
    """What an item is known by."""
    return (row.chat_id, row.topic, row.source_id, row.due, row.days_before)
