"""The reminders' engine: plans, claims, composes, sends, marks. Knows the sender as a protocol, and no Telegram.

One step (`tick`) does everything that is due at its moment, so that tests drive it with a clock of their own; `run`
repeats it for as long as the bot lives. Nothing is kept between steps that the database does not hold, but how long to
leave an unreachable service alone.
"""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from bot.logs import get_logger
from bot.reminders.catalogue import CatalogueReader
from bot.reminders.composing import Composer, Standing, composer, reminded
from bot.reminders.outbox import Claim, Outbox
from bot.reminders.planner import Planner
from bot.reminders.planning import nearest
from bot.reminders.queue_view import QueueView
from bot.reminders.recipients import meant, read_roll, read_units
from bot.reminders.sender import Gone, Later, Moved, Outcome, Refused, Sender, Sent, Uncertain, Unreachable
from bot.reminders.wishes import WishBook, quiet_end
from bot.watching.instruments import reminder_sent, reminders_planned
from bot.watching.tracing import delivering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, tzinfo

    from bot.office.office import Office
    from bot.reminders.messages import Reminded
    from bot.reminders.working_days import WorkingDays
    from bot.texts import Texts

log = get_logger(__name__)

PLAN_EVERY = timedelta(minutes=5)
TICK_SECONDS = 15.0
IN_FLIGHT = 4
"""Messages on their way at once: so many may have to be said again when the process dies."""
SEND_SECONDS = 90.0
"""A send that takes longer is given up, uncertain; well below the lease."""
_LEAVE_ALONE = (15.0, 300.0)
_STEP = 0.25


class Engine:
    """Reminds. Any number of engines may work on one database."""

    def __init__(
        self,
        office: Office,
        *,
        days: Callable[[], WorkingDays],
        zone: tzinfo,
        texts: Callable[[int], Texts],
    ) -> None:
        database = office.store.database
        self._catalogue = CatalogueReader(office.store)
        self.planner = Planner(database, self._catalogue, days, zone)
        self.outbox = Outbox(database)
        self.queue = QueueView(database)
        self._office = office
        self._days = days
        self._zone = zone
        self._clock = office.clock
        self.sender: Sender | None = None
        """Without one, as at the terminal, reminders are planned and nothing is sent."""
        self._texts = texts
        self._worker = f"{socket.gethostname()}:{os.getpid()}:{id(self):x}"
        self._asked: SimpleQueue[tuple[int | None, str | None]] = SimpleQueue()
        self._woken = False
        self._planned: tuple[datetime, str] | None = None
        self._failures = 0
        self._stopping = False

    async def run(self, seconds: float = TICK_SECONDS) -> None:
        """Ticks until `stop`; a step that fails is logged and the next one tries again."""
        while not self._stopping:
            self._woken = False
            try:
                busy = await self.tick()
            except Exception:  # reminders go on whatever one step meets
                log.exception("A step of the reminders failed", action="reminders.failed")
                busy = False
            pause = 0.0 if busy else self._leave_alone(self._failures) or seconds
            for _ in range(int(pause / _STEP)):
                if self._stopping or self._woken:
                    break
                await asyncio.sleep(_STEP)

    def stop(self) -> None:
        """Begins no further message: what is being sent is still sent and marked."""
        self._stopping = True

    def replan(self, chat: int | None = None, source: str | None = None) -> None:
        """Somebody has chosen, asked for or done something: plans again at the next step, which comes at once.

        For that chat, or for those that were to hear of that task or target; for everybody when neither is named.
        """
        self._asked.put((chat, source))
        self._woken = True

    async def tick(self) -> bool:
        """Plans when it is time to, and sends one batch; True when there may be more to send at once."""
        await asyncio.to_thread(self.plan_if_due)
        if self.sender is None:
            return False
        claims = await asyncio.to_thread(self.outbox.claim, self._worker, self._clock.now())
        if not claims:
            return False
        composing = await asyncio.to_thread(self.composing, claims)
        flying = asyncio.Semaphore(IN_FLIGHT)
        outcomes = await asyncio.gather(
            *(self._traced(self.sender, claim, composing, flying) for claim in claims), return_exceptions=True
        )
        unreachable = any(isinstance(outcome, Unreachable) for outcome in outcomes)
        self._failures = self._failures + 1 if unreachable else 0
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return not unreachable

    def plan_if_due(self) -> None:
        """Plans every few minutes, and at once when the store's content has changed; for who asked for it, at once."""
        now, revision = self._clock.now(), self._office.store.revision()
        asked = self._asked_since()
        known = self._planned
        if known is None or abs(now - known[0]) >= PLAN_EVERY or known[1] != revision or (None, None) in asked:
            planned = self.planner.plan(now)
            self._planned = (now, revision)
            reminders_planned()
        elif asked:
            chats = [chat for chat, _ in asked if chat is not None]
            sources = [source for _, source in asked if source is not None]
            try:
                planned = self.planner.plan_for(now, chats, sources)
            except Exception:
                self._planned = None  # nobody asks twice: the next plan is for everybody
                raise
        else:
            return
        if planned.added or planned.cancelled:
            log.info("Reminders planned", action="reminders.planned", added=planned.added, cancelled=planned.cancelled)

    def plan_for(self, chat: int) -> None:
        """Plans for one chat, at once."""
        self.planner.plan_for(self._clock.now(), [chat])

    def _asked_since(self) -> set[tuple[int | None, str | None]]:
        """For whom `replan` was called since the last look."""
        asked = set()
        while True:
            try:
                asked.add(self._asked.get_nowait())
            except Empty:
                return asked

    def reminded(self, source: str, today: date) -> Reminded | None:
        """The occurrence of a task or target that is nearest to today, from a week ago on."""
        catalogue = self._catalogue.read()
        due = nearest(catalogue.by_source.get(source, ()), today)
        return reminded(due, catalogue) if due else None

    def responsible(self, names: Iterable[str]) -> frozenset[int]:
        """The units that any of the names means."""
        return meant(read_units(self._office.store.database), names)

    def days(self) -> WorkingDays:
        """Which days are worked, as is known now."""
        return self._days()

    def composing(self, claims: list[Claim]) -> Composer:
        """What composes these claims, as things stand now."""
        database, today = self._office.store.database, self._clock.now().astimezone(self._zone).date()
        places = {(claim.place.chat, claim.place.topic) for claim in claims}
        roll = read_roll(database, self._zone, places)  # of everybody it would take longer than to send
        wishes = WishBook(database).in_chats({chat for chat, _ in places})
        return composer(Standing(self._catalogue.read(), roll, wishes, self._days(), today), claims)

    async def _traced(
        self, sender: Sender, claim: Claim, composing: Composer, flying: asyncio.Semaphore
    ) -> Outcome | None:
        with delivering(claim.reference):
            return await self._deliver(sender, claim, composing, flying)

    async def _deliver(
        self, sender: Sender, claim: Claim, composing: Composer, flying: asyncio.Semaphore
    ) -> Outcome | None:
        local, wishes = self._clock.now().astimezone(self._zone), composing.wishes_of(claim)
        if wishes.is_quiet(local.time()):
            await asyncio.to_thread(self.outbox.release, claim, quiet_end(local, wishes), "quiet hours")
            return None
        texts = await asyncio.to_thread(self._texts, claim.place.chat)
        screen = await asyncio.to_thread(composing.compose, claim, texts)
        if screen is None:
            await asyncio.to_thread(self.outbox.cancelled, claim, "nothing left to say", local)
            return None
        await sender.turn(claim.place)
        if self._stopping:
            await asyncio.to_thread(self.outbox.release, claim, local)
            return None
        async with flying:
            if not await asyncio.to_thread(self.outbox.begin, claim, self._clock.now()):
                return None  # it waited so long that another has taken it up
            outcome: Outcome
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    outcome = await sender.send(claim.place, screen)
            except TimeoutError:
                outcome = Uncertain("no answer in time")
            await asyncio.to_thread(self._settle, claim, outcome)
        return outcome

    def _settle(self, claim: Claim, outcome: Outcome) -> None:
        now, chat = self._clock.now(), claim.place.chat
        reminder_sent(outcome)
        match outcome:
            case Sent(message):
                if not self.outbox.sent(claim, message, now):
                    log.warning("A reminder took too long", action="reminders.slow")
            case Later(seconds, reason):
                self.outbox.later(claim, now + timedelta(seconds=seconds), reason)
            case Unreachable(reason):
                self.outbox.later(claim, now + timedelta(seconds=self._leave_alone(self._failures + 1)), reason)
            case Uncertain(reason):
                log.warning("A reminder may or may not have arrived", action="reminders.uncertain")
                self.outbox.uncertain(claim, reason, now)
            case Refused(reason):
                log.warning("A reminder was refused", action="reminders.refused")
                self.outbox.failed(claim, reason, now)
            case Gone(reason):
                self.outbox.failed(claim, reason, now)
                if chat > 0:
                    self._office.people.set_reachable(chat, False)  # noqa: FBT003
                else:
                    self._office.groups.seen(chat, "", now, present=False)
            case Moved(new):
                self.outbox.later(claim, now, "the group has a new id")
                self._office.groups.migrate(chat, new, now)

    @staticmethod
    def _leave_alone(failures: int) -> float:
        """Seconds for which a service is left alone that so many batches in a row could not reach."""
        first, longest = _LEAVE_ALONE
        return float(min(first * 2 ** min(failures - 1, 8), longest)) if failures else 0.0
