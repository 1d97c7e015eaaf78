"""The reminders' engine: plans, claims, composes, sends, marks. Knows the sender as a protocol, and no Telegram.

One step (`tick`) does everything that is due at its moment, so that tests drive it with a clock of their own; `run`
repeats it for as long as the bot lives. Nothing is kept between steps that the database does not hold.
"""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.logs import get_logger
from bot.message_blocks import paragraph
from bot.reminders.dues import Due, dues
from bot.reminders.messages import Reminded, digest_items, list_screen, one_screen, span_of
from bot.reminders.outbox import Claim, Outbox
from bot.reminders.planning import Planner
from bot.reminders.recipients import Roll, read_roll
from bot.reminders.wishes import DEFAULT, WishBook, Wishes
from bot.screens import Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, tzinfo

    from bot.office.office import Office
    from bot.office.records import Place
    from bot.reminders.working_days import WorkingDays
    from bot.texts import Texts

log = get_logger(__name__)

PLAN_EVERY = timedelta(minutes=5)
TICK_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived as this message."""

    message: int


@dataclass(frozen=True, slots=True)
class Later:
    """It certainly did not arrive: again after `seconds`."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody can know whether it arrived."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The person blocks the bot, or the group is closed to it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has another id now."""

    chat: int


Outcome = Sent | Later | Uncertain | Gone | Moved


class Sender(Protocol):
    """Sends one message; never raises for what Telegram or the network does."""

    async def send(self, place: Place, screen: Screen) -> Outcome:
        """What became of it."""


class Engine:
    """Reminds. Any number of engines may work on one database."""

    def __init__(
        self,
        office: Office,
        *,
        days: WorkingDays,
        zone: tzinfo,
        texts: Callable[[int], Texts],
    ) -> None:
        self.planner = Planner(office.store, days, zone)
        self.outbox = Outbox(office.store.database)
        self._office = office
        self._days = days
        self._zone = zone
        self._clock = office.clock
        self.sender: Sender | None = None
        """Without one, as at the terminal, reminders are planned and nothing is sent."""
        self._texts = texts
        self._worker = f"{socket.gethostname()}:{os.getpid()}:{id(self):x}"
        self._planned: tuple[datetime, str] | None = None

    async def run(self, seconds: float = TICK_SECONDS) -> None:
        """Ticks until cancelled; a step that fails is logged and the next one tries again."""
        while True:
            try:
                busy = await self.tick()
            except Exception:  # reminders go on whatever one step meets
                log.exception("A step of the reminders failed", action="reminders.failed")
                busy = False
            await asyncio.sleep(0 if busy else seconds)

    async def tick(self) -> bool:
        """Plans when it is time to, and sends one batch; True when there may be more to send at once."""
        await asyncio.to_thread(self.plan_if_due)
        if self.sender is None:
            return False
        claims = await asyncio.to_thread(self.outbox.claim, self._worker, self._clock.now())
        if not claims:
            return False
        roll, wishes = await asyncio.to_thread(self._read)
        for claim in claims:
            await self._deliver(self.sender, claim, roll, wishes.get((claim.place.chat, claim.place.topic), DEFAULT))
        return True

    def plan_if_due(self) -> None:
        """Plans every few minutes, and at once when the store's content has changed."""
        now, revision = self._clock.now(), self._office.store.revision()
        if self._planned and now - self._planned[0] < PLAN_EVERY and self._planned[1] == revision:
            return
        planned = self.planner.plan(now)
        self._planned = (now, revision)
        if planned.added or planned.cancelled:
            log.info("Reminders planned", action="reminders.planned", added=planned.added, cancelled=planned.cancelled)

    def _read(self) -> tuple[Roll, dict[tuple[int, int], Wishes]]:
        database = self._office.store.database
        return read_roll(database, self._zone), WishBook(database).all()

    async def _deliver(self, sender: Sender, claim: Claim, roll: Roll, wishes: Wishes) -> None:
        now = self._clock.now()
        local = now.astimezone(self._zone)
        if wishes.is_quiet(local.time()):
            until = _quiet_end(local, wishes)
            await asyncio.to_thread(self.outbox.later, claim, until, "quiet hours", counts=False)
            return
        screen = await asyncio.to_thread(self.compose, claim, roll, local.date())
        if screen is None:
            await asyncio.to_thread(self.outbox.cancelled, claim, "nothing left to say", now)
            return
        outcome = await sender.send(claim.place, screen)
        await asyncio.to_thread(self._settle, claim, outcome)

    def _settle(self, claim: Claim, outcome: Outcome) -> None:
        now, chat = self._clock.now(), claim.place.chat
        match outcome:
            case Sent(message):
                self.outbox.sent(claim, message, now)
            case Later(seconds, reason):
                self.outbox.later(claim, now + timedelta(seconds=seconds), reason)
            case Uncertain(reason):
                log.warning(
                    "A reminder may or may not have arrived", action="reminders.uncertain", reference=claim.reference
                )
                self.outbox.uncertain(claim, reason, now)
            case Gone(reason):
                self.outbox.failed(claim, reason, now)
                if chat > 0:
                    self._office.people.set_reachable(chat, False)  # noqa: FBT003
            case Moved(new):
                self._office.groups.migrate(chat, new, now)
                self.outbox.later(claim, now, "the group has a new id", counts=False)
                self.outbox.moved(chat, new)

    def compose(self, claim: Claim, roll: Roll, today: date) -> Screen | None:
        """What is still to be said, as things stand now; None when that is nothing."""
        recipient, texts = (claim.place.chat, claim.place.topic), self._texts(claim.place.chat)
        current = self._current(today)
        asked = {(item.source, item.due) for item in claim.items}
        wanted = [
            Reminded(due, None, None)
            for due in current
            if recipient in roll.recipients(due) and not roll.silence(recipient, due.deadline, today)
        ]
        found = [r for r in wanted if (r.source, r.due.day) in asked]
        if claim.kind == "digest":
            listed = digest_items(wanted, today)
            found = [*listed, *(r for r in found if r not in listed)]
        # The same task may be due again soon: only its nearest occurrence is spoken of.
        items = self._completed(list({(r.source, r.due.day): r for r in found}.values()))
        if not items:
            return None
        mark = texts("reminder.again", reference=claim.reference) if claim.repeat else ""
        if len(items) == 1 and claim.kind != "digest":
            worked = self._days.on_or_before(items[0].due.day)
            screen = one_screen(items[0], today, worked, texts, mark=mark)
        else:
            title = texts(
                "digest.title" if claim.kind == "digest" else "reminder.several",
                count=len(items),
                day=f"{today:%d/%m/%Y}",
            )
            screen = list_screen(title, items, today, texts, mark=mark)
        reference = paragraph(texts("reminder.reference", reference=claim.reference), "italic")
        return Screen((*screen.blocks, reference), screen.buttons)

    def reminded(self, source: str, today: date) -> Reminded | None:
        """The occurrence of a task or target that is nearest to today, from a week ago on."""
        mine = [due for due in self._current(today) if due.deadline.source_id == source]
        coming = [due for due in mine if (due.day - today).days >= -7]
        chosen = min(coming or mine, key=lambda due: abs((due.day - today).days), default=None)
        return self._completed([Reminded(chosen, None, None)])[0] if chosen else None

    def responsible(self, names: Iterable[str]) -> frozenset[int]:
        """The units that any of the names means."""
        return read_roll(self._office.store.database, self._zone).responsible(names)

    def worked(self, day: date) -> date:
        """The working day on or before a day."""
        return self._days.on_or_before(day)

    def _current(self, today: date) -> list[Due]:
        return list(dues(self.planner.deadlines(), *span_of(today)))

    def _completed(self, items: list[Reminded]) -> list[Reminded]:
        """With their tasks and directives."""
        store = self._office.store
        directives = {d.key: d for d in store.directives()}
        tasks = {t.id: t for key in {i.due.deadline.directive for i in items} for t in store.tasks(key)}
        return [
            Reminded(item.due, tasks.get(item.source), directives.get(item.due.deadline.directive)) for item in items
        ]


def _quiet_end(local: datetime, wishes: Wishes) -> datetime:
    hour, minute = map(int, wishes.quiet_to.split(":"))
    end = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)
