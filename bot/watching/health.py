"""Whether the process lives and whether it should be given work, in words fit for anybody: no address, no reason."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OK: Final = "ok"
BEAT = 1.0
SILENT = 30.0
"""Seconds without a beat after which the event loop counts as stuck."""
PATIENCE = 4.0
"""Seconds that a readiness probe waits for its checks."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, check by check: `ok`, or a few words."""

    checks: dict[str, str]

    @property
    def good(self) -> bool:
        """Whether every check is."""
        return all(found == OK for found in self.checks.values())


class Heart:
    """Beats in the event loop; whoever finds it silent knows the loop is stuck."""

    def __init__(self) -> None:
        self._beaten: float | None = None

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            self._beaten = time.monotonic()
            await asyncio.sleep(BEAT)

    def report(self) -> Report:
        """Alive while starting, too: a model may take minutes to load."""
        beaten = self._beaten
        silent = beaten is not None and time.monotonic() - beaten > SILENT
        return Report({"process": OK, "loop": "silent" if silent else OK})


class Readiness:
    """Runs the checks one after another in a thread of their own; one that hangs is not started a second time."""

    def __init__(self, checks: Mapping[str, Callable[[], str]], patience: float = PATIENCE) -> None:
        self._checks = checks
        self._patience = patience
        self._lock = threading.Lock()
        self._running: threading.Thread | None = None
        self._found: dict[str, str] = {}

    def report(self) -> Report:
        """What each check says; `no answer in time` of those that did not."""
        with self._lock:
            if self._running is None or not self._running.is_alive():
                self._found = dict.fromkeys(self._checks, "no answer in time")
                self._running = threading.Thread(target=self._run, args=(self._found,), name="readiness", daemon=True)
                self._running.start()
            self._running.join(self._patience)
            return Report(dict(self._found))

    def _run(self, found: dict[str, str]) -> None:
        for name, check in self._checks.items():
            try:
                found[name] = check()
            except Exception:  # noqa: BLE001 - whatever it is, the answer is no
                found[name] = "failed"
