"""Who a worker is, which of the workers of this machine are dead, and the clock that all of them share."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from corpus.database import Database

MEASURED_EVERY = timedelta(minutes=1)


def worker_name() -> str:
    """`host|process space|process id|run`: no two runs have the same."""
    return "|".join((*_here(), str(os.getpid()), secrets.token_hex(4)))


def is_dead(worker: str) -> bool:
    """Whether a worker, another than the one that asks, is known to be dead: a process of this machine that is no more.

    A process with the asking one's id was an earlier life of it.
    """
    *here, process, _run = worker.split("|")
    if tuple(here) != _here() or not process.isdigit():
        return False
    if int(process) == os.getpid():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's process
        return False
    return False


def _here() -> tuple[str, str]:
    space = ""
    with suppress(OSError):  # containers may share a host's name and yet see other processes
        space = str(Path("/proc/self/ns/pid").readlink())
    return socket.gethostname(), space


class SharedClock:
    """The present as the database sees it, so that workers of several machines agree; measured now and then."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ahead = timedelta()
        self._measured: datetime | None = None

    def now(self) -> datetime:
        """May ask the database.

        Raises:
            StoreError: it cannot be asked.
        """
        if self._database.engine.dialect.name != "postgresql":
            return datetime.now(UTC)
        if self._measured is None or abs(datetime.now(UTC) - self._measured) > MEASURED_EVERY:
            self._measure()
        return datetime.now(UTC) + self._ahead

    def _measure(self) -> None:
        with self._database.reading() as connection:
            before = datetime.now(UTC)
            there: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            after = datetime.now(UTC)
        self._measured = after
        # A clock that agrees with ours as far as can be told is taken for ours.
        self._ahead = timedelta() if before <= there <= after else there - (before + (after - before) / 2)
