"""One worker's share in the inbox: the moments, when to look after the dead, when to forget. Blocks on the database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.inbox.inbox import BATCH, PATIENCE, RENEW, Inbox
from bot.inbox.worker import SharedClock, is_dead, worker_name
from bot.logs import get_logger
from corpus.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from bot.inbox.inbox import Arrival, Claim
    from corpus.database import Database

log = get_logger(__name__)

LOOK_AFTER_EVERY = timedelta(seconds=1)
TIDY_EVERY = timedelta(hours=1)


class Share:
    """What one worker does with the inbox of a bot. `unordered`: updates may arrive out of order, as by webhook;
    `tidying` is called when old updates are forgotten, for what else grows with them."""

    def __init__(
        self, database: Database, bot: int, *, unordered: bool, tidying: Callable[[], object] | None = None
    ) -> None:
        self.bot = bot
        self.inbox = Inbox(database, bot, worker_name())
        self._clock = SharedClock(database)
        self._patience = PATIENCE if unordered else None
        self._tidying = tidying
        self._look_after_at: datetime | None = None
        self._tidy_at: datetime | None = None

    def accept(self, arrival: Arrival) -> bool:
        """Keeps an update; False when it is known."""
        return bool(self.inbox.accept([arrival], self._clock.now()))

    def accept_and_take(self, arrival: Arrival, room: int) -> tuple[bool, list[Claim]]:
        """Keeps an update, and claims what can be handled now: mostly that very update, in one go."""
        new = self.accept(arrival)
        try:
            return new, self.take(room, looking=False) if new and room > 0 else []
        except StoreError:  # it is kept; whoever looks next will find it
            return new, []

    def take(self, room: int, *, looking: bool) -> list[Claim]:
        """Claims up to `room` updates. `looking`: nobody said that there are any, so look before anything is locked.

        Raises:
            StoreError: for once nothing is known of other workers: they get the time to renew their leases.
        """
        try:
            now = self._clock.now()
            if self._look_after_at is None or now >= self._look_after_at:
                self._look_after_at = now + LOOK_AFTER_EVERY
                looking = not self._look_after(now) and looking
            if looking and not self.inbox.anything_waits():
                return []
            return self.inbox.claim(now, min(room, BATCH), patience=self._patience)
        except StoreError:
            if self._look_after_at is not None:
                self._look_after_at += 2 * RENEW
            raise

    def begin(self, claim: Claim) -> bool:
        """A message of the answer is about to leave; False when the claim is no longer ours."""
        return self.inbox.begin(claim, self._clock.now())

    def finish(self, claim: Claim) -> bool:
        """It is answered; False when the claim was no longer ours."""
        return self.inbox.finish(claim, self._clock.now())

    def fail(self, claim: Claim, error: str) -> bool:
        """It is given up; False when the claim was no longer ours."""
        return self.inbox.fail(claim, error, self._clock.now())

    def renew(self, claims: Collection[Claim]) -> None:
        """Keeps what is in hand; now and then forgets what is old."""
        now = self._clock.now()
        if claims:
            self.inbox.renew(claims, now)
        if self._tidy_at is None or now >= self._tidy_at:
            self._tidy_at = now + TIDY_EVERY
            self.inbox.tidy(now)
            if self._tidying is not None:
                self._tidying()

    def _look_after(self, now: datetime) -> bool:
        """Whether something was taken back: from leases that ended, and at once from dead processes of this machine."""
        count = self.inbox.take_back(now) if self.inbox.anything_left(now) else 0
        count += sum(self.inbox.take_back_from(worker) for worker in self.inbox.holders() if is_dead(worker))
        if count:
            log.info("Updates taken back from a worker that died", action="inbox.taken_back", updates=count)
        return bool(count)
