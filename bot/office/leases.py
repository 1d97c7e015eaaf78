"""Who works on an upload: a lease taken in one guarded step, renewed while the work goes on, free again when it ends.

A worker that dies lets go at once for those of its machine, and after a while for others.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import or_, select, update

from bot.inbox.worker import SharedClock, is_dead, worker_name
from bot.logs import get_logger
from bot.office.tables import upload
from corpus.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.database import Database

log = get_logger(__name__)

T = TypeVar("T")

LEASE = timedelta(seconds=60)
"""How long a worker that is not heard of keeps others from its upload."""
QUEUED = timedelta(minutes=5)
"""The same before its work has begun: while the file is fetched, or other work of the same worker comes first."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Leases:
    """Leases on uploads, for this worker. The time is the database's, not the office's clock."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = SharedClock(database)
        self._in_hand: dict[int, datetime] = {}
        self.worker = worker_name()

    def begun(self) -> dict[str, Any]:
        """What an upload's row says when this worker is about to work on it; `noted` is to be told its number."""
        return {"worker": self.worker, "leased_until": self._clock.now() + QUEUED}

    def noted(self, number: int) -> None:
        """This worker has begun with an upload: it does not take it for one that was left."""
        self._in_hand[number] = self._clock.now() + QUEUED

    def take_up(self, number: int) -> bool:
        """True when an upload was left by whoever had it, and this worker has it now: its work is about to begin."""
        if self._in_hand.get(number, _LONG_AGO) > self._clock.now() or not self._take(number, QUEUED):
            return False
        self.noted(number)
        return True

    def _take(self, number: int, lease: timedelta) -> bool:
        """True for the one worker that may work on an upload now: nobody does, or who did has died."""
        held, now = upload.c.worker, self._clock.now()
        with self._database.reading() as connection:
            holder = connection.execute(select(held).where(upload.c.id == number)).scalar_one_or_none()
        left = or_(held.is_(None), held == self.worker, upload.c.leased_until < now)
        if holder is not None and holder != self.worker and is_dead(holder):
            left |= held == holder
        return self._write((upload.c.id == number) & left, worker=self.worker, leased_until=now + lease)

    def working(self, number: int, work: Callable[[], T], otherwise: Callable[[], T]) -> T:
        """What `work` gives, done under the lease; `otherwise` when another worker has it."""
        if not self._take(number, LEASE):
            return otherwise()
        self.noted(number)
        ended = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(number, ended), name=f"lease-{number}", daemon=True)
        renewing.start()
        try:
            return work()
        finally:
            ended.set()
            renewing.join()
            self._in_hand.pop(number, None)
            self._leave(number)

    def _renew(self, number: int, ended: threading.Event) -> None:
        mine = (upload.c.id == number) & (upload.c.worker == self.worker)
        while not ended.wait(LEASE.total_seconds() / 3):
            try:
                self.noted(number)
                self._write(mine, leased_until=self._clock.now() + LEASE)
            except StoreError as error:  # it holds for a while yet; what is done twice does no harm
                log.warning("A lease could not be renewed", action="lease.failed", upload=number, error=str(error))

    def _leave(self, number: int) -> None:
        mine = (upload.c.id == number) & (upload.c.worker == self.worker)
        try:
            self._write(mine, worker=None, leased_until=None)
        except StoreError as error:
            log.warning("A lease could not be ended", action="lease.failed", upload=number, error=str(error))

    def _write(self, here: Any, **values: Any) -> bool:
        with self._database.writing() as connection:
            return bool(connection.execute(update(upload).where(here).values(**values)).rowcount)

