"""Brings the outbox in line with what should be said, as often as anybody likes: what is planned stays as it is.

What is wanted and not there yet joins its recipient's message of that day; what was missed joins today's; what is no
longer wanted (done, muted, moved, withdrawn, not to be seen any more) is cancelled. One planner writes at a time. Read
are those whom the days at hand concern, some at a time, so that neither memory nor work grows with people who are not.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, text, update

from bot.reminders.agenda import Agenda, agenda_of
from bot.reminders.concerned import concerned, is_pending, promised
from bot.reminders.outbox import DIGEST
from bot.reminders.placing import Placing, Planned, items_with_state, key_of
from bot.reminders.planning import Planning, wanted
from bot.reminders.recipients import meant, read_audiences, read_roll, read_units
from bot.reminders.tables import delivery, reminder_item
from bot.reminders.wishes import WishBook
from corpus.models import MetaRow, TargetRow, TaskRow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bot.reminders.agenda import Window
    from bot.reminders.catalogue import Catalogue, CatalogueReader
    from bot.reminders.working_days import WorkingDays
    from corpus.database import Database

AHEAD = timedelta(hours=48)
CATCH_UP = timedelta(days=30)
PAGE = 1000
"""Chats planned for at once."""
_PLANNED_UNTIL = "reminders.planned_until"
_LOCK = 0x52454D49  # any number: the key of PostgreSQL's advisory lock
_CHUNK = 400


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
        self._agendas = _Agendas(database)

    def plan(self, now: datetime) -> Planned:
        """Brings the outbox in line with what should be said until 48 hours from now."""
        with self._turn:
            run = self._run(now)
            with self._database.reading() as connection:
                chats = concerned(connection, run.agenda, run.window)
            planned = run.over(chats)
            with self._database.writing() as connection:
                lock_planning(connection)
                _set_planned(connection, run.window[1])
        return planned

    def plan_for(self, now: datetime, chats: Collection[int] = (), sources: Collection[str] = ()) -> Planned:
        """As `plan`, only for these chats and those that something of these tasks and targets was planned for."""
        with self._turn:
            with self._database.reading() as connection:
                found = dict.fromkeys([*chats, *promised(connection, sources)])
            return self._run(now).over(list(found))

    def _run(self, now: datetime) -> PlanningRun:
        local = now.astimezone(self._zone)
        with self._database.reading() as connection:
            window = (_first_day(connection, local.date()), (local + AHEAD).date())
            audiences = read_audiences(connection)
        catalogue = self._catalogue.read()
        agenda = self._agendas.read(catalogue, window, self._days())
        return PlanningRun(self._database, catalogue, agenda, audiences, window, now, self._zone)


@dataclass(frozen=True)
class PlanningRun:
    """One run of the planner: what is the same for everybody."""

    database: Database
    catalogue: Catalogue
    agenda: Agenda
    audiences: dict[str, frozenset[int]]
    window: Window
    now: datetime
    zone: tzinfo

    def over(self, chats: list[int]) -> Planned:
        """Plans for all of them, each page in a transaction of its own."""
        pages = [self._page(chats[begin : begin + PAGE]) for begin in range(0, len(chats), PAGE)]
        return Planned(sum(page.added for page in pages), sum(page.cancelled for page in pages))

    def _page(self, chats: list[int]) -> Planned:
        with self.database.reading() as connection:
            waiting = items_with_state().where(is_pending, reminder_item.c.cancelled.is_(None))
            unsent = {key_of(row) for row in connection.execute(waiting.where(delivery.c.chat_id.in_(chats)))}
        wishes = WishBook(self.database).in_chats(chats)
        roll = read_roll(self.database, self.zone, {(chat, 0) for chat in chats}, self.audiences)
        wants = wanted(Planning(self.catalogue, self.agenda, roll, wishes, self.window, unsent))
        with self.database.writing() as connection:
            lock_planning(connection)
            return Placing(connection, chats, wants, wishes, now=self.now, zone=self.zone).write(*self.window)


class _Agendas:
    """The agenda of the present days, made again only when content, days or units have changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._units: dict[int, str] = {}
        self._meant: dict[str, frozenset[int]] = {}
        self._known: tuple[str, Window, WorkingDays] | None = None
        self._agenda: Agenda | None = None

    def read(self, catalogue: Catalogue, window: Window, days: WorkingDays) -> Agenda:
        """The agenda of a window."""
        units = read_units(self._database)
        wanted_now = (catalogue.revision, window, days)
        if self._agenda is None or self._known != wanted_now or self._units != units:
            if self._units != units:
                self._units, self._meant = units, {}
            self._agenda, self._known = agenda_of(catalogue, window, days, self._units_of), wanted_now
        return self._agenda

    def _units_of(self, name: str) -> frozenset[int]:
        if name not in self._meant:
            self._meant[name] = meant(self._units, (name,))
        return self._meant[name]


def lock_planning(connection: Connection) -> None:
    """Waits until no other transaction plans or cancels; SQLite's write lock is that already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def cancel_gone(connection: Connection, directives: Collection[str]) -> None:
    """Cancels what was planned for tasks and targets of these directives that are gone, or now due on another day.

    Runs in the very transaction that changes them.
    """
    lock_planning(connection)
    keys = sorted(directives)
    for begin in range(0, len(keys), _CHUNK):
        _cancel_gone(connection, reminder_item.c.directive_key.in_(keys[begin : begin + _CHUNK]))


def _cancel_gone(connection: Connection, theirs: ColumnElement[bool]) -> None:
    of_items = delivery.c.id == reminder_item.c.delivery_id
    waiting = select(delivery.c.id).where(of_items, is_pending).exists()
    planned = reminder_item.c.cancelled.is_(None) & (reminder_item.c.source_id != DIGEST) & waiting
    here = reminder_item.c.source_id
    task = select(TaskRow.id).where(TaskRow.id == here)
    target = select(TargetRow.id).where(TargetRow.id == here)
    moved_task = task.where(TaskRow.recurrence.is_(None), TaskRow.due != reminder_item.c.due)
    moved_target = target.where(TargetRow.due < reminder_item.c.due)
    gone = (~task.exists() & ~target.exists()) | moved_task.exists() | moved_target.exists()
    connection.execute(update(reminder_item).where(theirs, planned, gone).values(cancelled="the deadline moved or went"))
    left = select(reminder_item.c.id).where(of_items, reminder_item.c.cancelled.is_(None))
    touched = delivery.c.id.in_(select(reminder_item.c.delivery_id).where(theirs))
    nothing = {"state": "cancelled", "error": "the deadline moved or went"}
    connection.execute(update(delivery).where(touched, is_pending, ~left.exists()).values(**nothing))


def _first_day(connection: Connection, today: date) -> date:
    """Today; or earlier: the day after the last one planned, or of the oldest item that has not been said."""
    row = connection.execute(select(MetaRow.value).where(MetaRow.name == _PLANNED_UNTIL)).scalar()
    planned = date.fromisoformat(row) + timedelta(days=1) if row else today
    waiting = select(func.min(reminder_item.c.day)).join(delivery).where(is_pending, reminder_item.c.cancelled.is_(None))
    unsent = connection.execute(waiting).scalar() or today
    return max(min(today, planned, unsent), today - CATCH_UP)


def _set_planned(connection: Connection, last: date) -> None:
    connection.execute(delete(MetaRow).where(MetaRow.name == _PLANNED_UNTIL))
    connection.execute(insert(MetaRow).values(name=_PLANNED_UNTIL, value=last.isoformat()))
