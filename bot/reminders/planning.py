"""Plans deliveries for the next two days, as often as anybody likes: what is planned already stays as it is.

A wanted item that is not there yet is added to its recipient's message of that day; one that is no longer wanted (done,
muted, moved, withdrawn, not to be seen any more) is cancelled. All in one transaction that only one planner holds.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from bot.reminders.dues import REACH, Due, dues, last_use, reminder_days
from bot.reminders.recipients import Recipient, read_roll
from bot.reminders.tables import delivery, reminder_item
from bot.reminders.wishes import DEFAULT, WishBook
from corpus.deadlines import deadlines
from corpus.models import MetaRow, TargetRow, TaskRow

if TYPE_CHECKING:
    from bot.reminders.recipients import Roll
    from bot.reminders.wishes import Wishes
    from bot.reminders.working_days import WorkingDays
    from corpus.deadlines import Deadline
    from corpus.store import Store

AHEAD = timedelta(hours=48)
CATCH_UP = timedelta(days=30)
SNOOZED = 99
"""The offset of a reminder that was put off."""
DIGEST_SPAN = {"weekly": 7, "daily": 7}
"""Days that a digest looks ahead."""
OVERDUE_SHOWN = 7
_PLANNED_UNTIL = "reminders.planned_until"
_LOCK = 0x52454D49  # any number: the key of PostgreSQL's advisory lock
_CHUNK = 400

ItemKey = tuple[int, int, str, date, int]
"""Chat, topic, source, due, offset."""

Message = tuple[int, int, date]
"""Chat, topic, and the day of a message."""

Wanted = dict[ItemKey, tuple[str, date]]
"""Items with their directive and the day on which to speak."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What should be said in a window of days, and the last day on which each item is of use."""

    wanted: Wanted
    ends: dict[ItemKey, date]
    digests: set[Message]
    wishes: dict[Recipient, Wishes]
    window: tuple[date, date]
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run of the planner did."""

    added: int
    cancelled: int
    digests: int


class Planner:
    """Plans from the store's deadlines, the office's roll and everybody's wishes."""

    def __init__(self, store: Store, days: WorkingDays, zone: tzinfo) -> None:
        self._store = store
        self._days = days
        self._zone = zone
        self._known: tuple[str, list[Deadline]] = ("", [])

    def deadlines(self) -> list[Deadline]:
        """The store's deadlines; read again only when its content has changed."""
        revision = self._store.revision()
        if self._known[0] != revision:
            found = deadlines(self._store.directives(), self._store.tasks(), self._store.targets())
            self._known = (revision, found)
        return self._known[1]

    def plan(self, now: datetime) -> Planned:
        """Brings the outbox in line with what should be said until 48 hours from now."""
        today, last = now.astimezone(self._zone).date(), (now.astimezone(self._zone) + AHEAD).date()
        found = self.deadlines()
        roll = read_roll(self._store.database, self._zone)
        wishes = WishBook(self._store.database).all()
        with self._store.database.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            first = _first_day(connection, today)
            window = (first, last)
            wanted, ends = self._wanted(found, roll, wishes, window)
            digests = self._digests(found, roll, wishes, window)
            plan = _Plan(wanted, ends, digests, wishes, window, self._zone)
            planned = _Writing(connection, plan, now).write()
            _set_planned(connection, last)
        return planned

    def _wanted(
        self,
        found: list[Deadline],
        roll: Roll,
        wishes: dict[Recipient, Wishes],
        window: tuple[date, date],
    ) -> tuple[Wanted, dict[ItemKey, date]]:
        """Every item to be said from `first` to `last`, and the last day each is of use."""
        first, last = window
        wanted: Wanted = {}
        ends: dict[ItemKey, date] = {}
        snoozed = {source for (_, source), until in roll.mutes.items() if until and first <= until <= last}
        for due in dues(found, first - REACH, last + REACH):
            spoken = {n: day for n, day in reminder_days(due, self._days).items() if first <= day <= last}
            source = due.deadline.source_id
            if not spoken and source not in snoozed:
                continue
            for recipient in roll.recipients(due):
                wish = wishes.get(recipient, DEFAULT)
                if not wish.reminders:
                    continue
                days = {n: day for n, day in spoken.items() if not due.stated or n in wish.offsets}
                until = roll.snoozed_until(recipient, source)
                if until and first <= until <= last and abs(due.day - until) <= timedelta(days=31):
                    days[SNOOZED] = until
                for offset, day in days.items():
                    if not roll.silence(recipient, due.deadline, day):
                        key = (*recipient, source, due.day, offset)
                        wanted[key] = (due.deadline.directive, day)
                        ends[key] = last_use(due, offset, day) if offset != SNOOZED else day + timedelta(days=7)
        return wanted, ends

    def _digests(
        self, found: list[Deadline], roll: Roll, wishes: dict[Recipient, Wishes], window: tuple[date, date]
    ) -> set[Message]:
        """Who gets a digest on which day: only those for whom it would say something."""
        first, last = window
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        weekly = {day for day in days if self._days.is_working(day) and self._first_of_week(day)}
        daily = {day for day in days if self._days.is_working(day)}
        reach = timedelta(days=max(DIGEST_SPAN.values()))
        digests: set[Message] = set()
        for due in dues(found, first - timedelta(days=OVERDUE_SHOWN), last + reach):
            when = [day for day in daily if in_digest(due, day)]
            if not when:
                continue
            for recipient in roll.recipients(due):
                wish = wishes.get(recipient, DEFAULT)
                chosen = {"weekly": weekly, "daily": daily, "off": frozenset()}[wish.digest]
                for day in when:
                    if day in chosen and not roll.silence(recipient, due.deadline, day):
                        digests.add((*recipient, day))
        return digests

    def _first_of_week(self, day: date) -> bool:
        """True on the first working day of its week."""
        monday = day - timedelta(days=day.weekday())
        return self._days.on_or_after(monday) == day


def in_digest(due: Due, day: date) -> bool:
    """Whether a digest of that day lists it: due within a week, or a stated day that has passed within a week."""
    ahead = (due.day - day).days
    return 0 <= ahead < DIGEST_SPAN["weekly"] or (due.stated and -OVERDUE_SHOWN <= ahead < 0)


def _first_day(connection: Connection, today: date) -> date:
    """Today, or the day after the last one planned when the planner has been away."""
    row = connection.execute(select(MetaRow.value).where(MetaRow.name == _PLANNED_UNTIL)).scalar()
    if row is None:
        return today
    return max(min(today, date.fromisoformat(row) + timedelta(days=1)), today - CATCH_UP)


def _set_planned(connection: Connection, last: date) -> None:
    connection.execute(delete(MetaRow).where(MetaRow.name == _PLANNED_UNTIL))
    connection.execute(insert(MetaRow).values(name=_PLANNED_UNTIL, value=last.isoformat()))


class _Writing:
    """One run's changes to the outbox."""

    def __init__(self, connection: Connection, plan: _Plan, now: datetime) -> None:
        self._connection = connection
        self._plan = plan
        self._now = now
        self._existing = _existing(connection, plan.window, plan.wanted)
        self._waiting = _waiting(connection, plan.window)

    def write(self) -> Planned:
        """Adds what is missing, then cancels what is no longer wanted."""
        missing: dict[Message, list[ItemKey]] = defaultdict(list)
        for key, (_, day) in self._plan.wanted.items():
            known = self._existing.get(key)
            if known is None or (known.cancelled is not None and known.state != "sent"):
                missing[key[0], key[1], day].append(key)
        new_digests = {here for here in self._plan.digests if here not in missing}
        for here in sorted({*missing, *new_digests}):
            self._add(here, missing.get(here, []))
        cancelled = self._cancel_unwanted()
        return Planned(sum(map(len, missing.values())), cancelled, len(new_digests))

    def _add(self, here: Message, keys: list[ItemKey]) -> None:
        waiting = self._waiting.get(here)
        if waiting is None and not keys and _had_digest(self._connection, here):
            return
        last = max([here[2], *(self._plan.ends[key] for key in keys)])
        until = _end_of(last, self._plan.zone)
        kind = "digest" if here in self._plan.digests else "reminder"
        if waiting is None:
            number = self._insert(here, kind, until)
        else:
            number = waiting.id
            kept = {"kind": kind, "not_after": max(until, waiting.not_after)}
            if (kind, kept["not_after"]) != (waiting.kind, waiting.not_after):
                self._connection.execute(update(delivery).where(delivery.c.id == number).values(**kept))
        fresh = []
        for key in keys:
            known = self._existing.get(key)
            if known is None:
                names = ("chat_id", "topic", "source_id", "due", "days_before")
                row = dict(zip(names, key, strict=True))
                fresh.append(row | {"directive_key": self._plan.wanted[key][0], "delivery_id": number})
            else:
                again = {"delivery_id": number, "cancelled": None}
                self._connection.execute(update(reminder_item).where(reminder_item.c.id == known.id).values(**again))
        if fresh:
            self._connection.execute(insert(reminder_item), fresh)

    def _insert(self, here: Message, kind: str, until: datetime) -> int:
        chat, topic, day = here
        same = (delivery.c.chat_id == chat) & (delivery.c.topic == topic) & (delivery.c.day == day)
        earlier = self._connection.execute(select(func.count()).select_from(delivery).where(same)).scalar_one()
        wish = self._plan.wishes.get((chat, topic), DEFAULT)
        row = {
            "dedupe_key": f"{chat}:{topic}:{day}:{earlier}",
            "reference": secrets.token_hex(3).upper(),
            "kind": kind,
            "chat_id": chat,
            "topic": topic,
            "day": day,
            "due_at": datetime.combine(day, wish.at, self._plan.zone),
            "not_after": until,
            "payload": {},
            "state": "pending",
            "created_at": self._now,
        }
        return int(self._connection.execute(insert(delivery).values(**row).returning(delivery.c.id)).scalar_one())

    def _cancel_unwanted(self) -> int:
        wanted = self._plan.wanted
        unwanted = [
            r.id
            for key, r in self._existing.items()
            if r.state == "pending" and r.cancelled is None and (key not in wanted or wanted[key][1] != r.day)
        ]
        for begin in range(0, len(unwanted), _CHUNK):
            some = reminder_item.c.id.in_(unwanted[begin : begin + _CHUNK])
            self._connection.execute(update(reminder_item).where(some).values(cancelled="no longer wanted"))
        for here, row in self._waiting.items():
            if here not in self._plan.digests:
                cancel_empty(self._connection, row.id, self._now)
        return len(unwanted)


def _existing(connection: Connection, window: tuple[date, date], wanted: Wanted) -> dict[ItemKey, Any]:
    """Items whose message belongs to a day of the window, or that concern what is wanted now."""
    columns = (*reminder_item.c, delivery.c.state, delivery.c.day)
    query = select(*columns).join(delivery, delivery.c.id == reminder_item.c.delivery_id)
    rows = list(connection.execute(query.where(delivery.c.day.between(*window))))
    sources = sorted({key[2] for key in wanted})
    for begin in range(0, len(sources), _CHUNK):
        rows += connection.execute(query.where(reminder_item.c.source_id.in_(sources[begin : begin + _CHUNK]))).all()
    return {(r.chat_id, r.topic, r.source_id, r.due, r.days_before): r for r in rows}


def _waiting(connection: Connection, window: tuple[date, date]) -> dict[Message, Any]:
    """Messages of the window's days that nobody has begun to send."""
    query = select(delivery).where(delivery.c.day.between(*window), delivery.c.state == "pending")
    query = query.where(delivery.c.kind.in_(("reminder", "digest")))
    return {(r.chat_id, r.topic, r.day): r for r in connection.execute(query)}


def _had_digest(connection: Connection, here: Message) -> bool:
    same = (delivery.c.chat_id == here[0]) & (delivery.c.topic == here[1]) & (delivery.c.day == here[2])
    query = select(func.count()).where(same, delivery.c.kind == "digest")
    return bool(connection.execute(query).scalar())


def _end_of(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(23, 59, 59), zone)


def cancel_empty(connection: Connection, number: int, now: datetime) -> None:
    """Cancels a waiting message that has nothing left to say."""
    left = select(func.count()).where(reminder_item.c.delivery_id == number, reminder_item.c.cancelled.is_(None))
    if not connection.execute(left).scalar():
        nothing = {"state": "cancelled", "settled_at": now, "error": "nothing left to say"}
        waiting = (delivery.c.id == number) & (delivery.c.state == "pending")
        connection.execute(update(delivery).where(waiting).values(**nothing))


def cancel_gone(connection: Connection) -> None:
    """Cancels what was planned for tasks and targets that are gone, or that are now due on another day."""
    waiting = select(delivery.c.id).where(delivery.c.state == "pending")
    planned = (reminder_item.c.cancelled.is_(None)) & reminder_item.c.delivery_id.in_(waiting)
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
    empty = (delivery.c.state == "pending") & (delivery.c.kind == "reminder") & ~left.exists()
    nothing = {"state": "cancelled", "error": "the deadline moved or went"}
    connection.execute(update(delivery).where(empty).values(**nothing))
