"""A worker that plans and sends together with others on one database, and writes down each message it sends."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.composition import Composition
from bot.logs import configure_logging
from bot.reminders.sender import Sent
from bot.settings import Settings
from tests.e2e.fake_service import FakeService
from tests.integration.front_desk import HandClock, words

if TYPE_CHECKING:
    from bot.office.records import Place


PATIENCE = 120
"""Seconds, for a busy machine."""


class WritingSender:
    """Takes a moment for each message, and appends its code and recipient to a file.

    Nothing is sent before all workers have something to send: so that they do race, however unevenly they are served.
    """

    def __init__(self, path: Path, all_have_some: Any) -> None:
        self._file = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        self._random = random.Random(os.getpid())
        self._all_have_some = all_have_some
        self._waiting: asyncio.Future[int] | None = None

    @property
    def has_some(self) -> bool:
        """Whether this worker has had something to send."""
        return self._waiting is not None

    async def turn(self, place: Place) -> None:
        """Never waits."""

    async def send(self, place: Place, screen: Any) -> Sent:
        if self._waiting is None:
            self._waiting = asyncio.ensure_future(asyncio.to_thread(self._all_have_some.wait, PATIENCE))
        await self._waiting
        await asyncio.sleep(self._random.uniform(0, 0.01))
        (reference,) = re.findall(r"Mã ([0-9A-F]{6})", words(screen))
        os.write(self._file, f"{reference} {place.chat} {os.getpid()}\n".encode())
        return Sent(1)


def work(home: str, url: str, moment: str, path: str, together: Any) -> None:
    """Plans at the same moment as the others, then sends until nothing is due."""
    configure_logging(level=logging.CRITICAL)
    settings = Settings(_env_file=None, home=Path(home), database_url=url, admins=frozenset({1}))
    clock = HandClock()
    clock.moment = datetime.fromisoformat(moment)
    app = Composition(settings, clock=clock, service=FakeService())
    sender = WritingSender(Path(path), together)
    app.reminders.sender = sender

    async def all_of_it() -> None:
        idle, until = 0, asyncio.get_running_loop().time() + PATIENCE
        # Another may be planning still, or hold the last ones for a moment.
        while idle < 3 or not sender.has_some:
            assert asyncio.get_running_loop().time() < until, "nothing was left for this one"
            idle = 0 if await app.reminders.tick() else idle + 1
            await asyncio.sleep(0.01)

    app.store.revision()
    together.wait(PATIENCE)
    asyncio.run(all_of_it())
    app.store.close()
