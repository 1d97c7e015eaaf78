"""The one source of the present moment: whatever needs today's date takes a clock, so tests and demos choose it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol


class Clock(Protocol):
    """Tells the time in the office's own time zone."""

    def now(self) -> datetime:
        """The present moment, aware."""

    def today(self) -> date:
        """The present day in the office's time zone."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock, read in `zone`."""

    zone: tzinfo

    def now(self) -> datetime:
        """The present moment, aware."""
        return datetime.now(self.zone)

    def today(self) -> date:
        """The present day in `zone`."""
        return self.now().date()


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """A clock that showed `start` when it was made and has run on since (CHIDAO_NOW)."""

    start: datetime
    made_at: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """`start` plus the time since this clock was made, aware."""
        return self.start + timedelta(seconds=time.monotonic() - self.made_at)

    def today(self) -> date:
        """The shifted day."""
        return self.now().date()


def make_clock(zone: tzinfo, start: datetime | None = None) -> Clock:
    """The machine's clock, or one that starts at `start` (read in `zone` when it names no zone of its own)."""
    if start is None:
        return SystemClock(zone)
    local = start.replace(tzinfo=zone) if start.tzinfo is None else start.astimezone(zone)
    return ShiftedClock(local)
