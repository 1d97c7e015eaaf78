"""When the next message may leave: lanes that fill as messages are sent and drain with time. Knows no Telegram.

A lane of `interval` seconds and `burst` messages lets `burst` pass at once and then one every `interval`: within any
span of s seconds at most burst + s / interval (the generic cell rate algorithm). The lanes are made so that the bot
stays within Telegram's published guidance: thirty messages a second, about one a second in a chat with short bursts,
twenty a minute in a group. In SQL a lane is one row and a turn one statement, so that all workers share it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corpus.database import Database


@dataclass(frozen=True, slots=True)
class Lane:
    """A name, and how much may pass."""

    name: str
    interval: float
    burst: int


def everything() -> Lane:
    """All messages: at most thirty in any second."""
    return Lane("all", 1 / 28, 2)


def chat(number: int) -> Lane:
    """A private chat's, or a group's: at most twenty in any minute."""
    return Lane(f"chat {number}", 1.0, 3) if number > 0 else Lane(f"chat {number}", 4.0, 5)


def reminders() -> Lane:
    """All reminders: two thirds of what may pass at all, the rest is for answers."""
    return Lane("reminders", 1 / 20, 1)


class Pace(Protocol):
    """Gives turns. May block on a database."""

    def turn(self, lanes: Sequence[Lane]) -> float:
        """Takes a place in each of the lanes; the seconds until all of them let it pass."""

    def hold(self, lane: Lane, seconds: float) -> None:
        """Nothing passes the lane for so long."""

    def tidy(self) -> None:
        """Forgets lanes that have long been empty: they say nothing but which chat was written to. `Share` asks for it."""


class LocalPace:
    """The lanes of a process that is alone."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._full: dict[str, float] = {}

    def turn(self, lanes: Sequence[Lane]) -> float:
        """See `Pace`."""
        now, wait = self._now(), 0.0
        for lane in lanes:
            full = max(self._full.get(lane.name, 0.0), now) + lane.interval
            self._full[lane.name] = full
            wait = max(wait, _wait(lane, full, now))
        return wait

    def hold(self, lane: Lane, seconds: float) -> None:
        """See `Pace`."""
        until = self._now() + seconds + lane.interval * (lane.burst - 1)
        self._full[lane.name] = max(self._full.get(lane.name, 0.0), until)

    def tidy(self) -> None:
        """See `Pace`."""
        now = self._now()
        self._full = {name: full for name, full in self._full.items() if full > now}


class SharedPace:
    """The lanes of all workers on one PostgreSQL, by its clock."""

    def __init__(self, database: Database, bot: int) -> None:
        self._database = database
        self._bot = bot

    def turn(self, lanes: Sequence[Lane]) -> float:
        """See `Pace`."""
        # The lane that everybody needs comes last and is locked for the shortest time; no two wait for each other.
        named = {lane.name: lane for lane in sorted(lanes, key=lambda lane: (lane.name == "all", lane.name))}
        given = {
            "bot": self._bot,
            "names": list(named),
            "intervals": [lane.interval for lane in named.values()],
        }
        with self._database.writing() as connection:
            rows = connection.execute(_TURN, given).all()
        return max((_wait(named[row.lane], row.ahead, 0.0) for row in rows), default=0.0)

    def hold(self, lane: Lane, seconds: float) -> None:
        """See `Pace`."""
        given = {"bot": self._bot, "lane": lane.name, "ahead": seconds + lane.interval * (lane.burst - 1)}
        with self._database.writing() as connection:
            connection.execute(_HOLD, given)

    def tidy(self) -> None:
        """See `Pace`."""
        with self._database.writing() as connection:
            connection.execute(_TIDY)


_TURN = text("""
    INSERT INTO pace AS p (bot_id, lane, full_until)
    SELECT :bot, lane.name, extract(epoch FROM statement_timestamp()) + lane.needs
    FROM unnest(CAST(:names AS text[]), CAST(:intervals AS float8[])) AS lane (name, needs)
    ON CONFLICT (bot_id, lane) DO UPDATE
    SET full_until = greatest(0, p.full_until - extract(epoch FROM statement_timestamp())) + excluded.full_until
    RETURNING lane, full_until - extract(epoch FROM statement_timestamp()) AS ahead
""")
_HOLD = text("""
    INSERT INTO pace AS p (bot_id, lane, full_until)
    VALUES (:bot, :lane, extract(epoch FROM statement_timestamp()) + CAST(:ahead AS float8))
    ON CONFLICT (bot_id, lane) DO UPDATE SET full_until = greatest(p.full_until, excluded.full_until)
""")
_TIDY = text("DELETE FROM pace WHERE full_until < extract(epoch FROM statement_timestamp()) - 60")


def _wait(lane: Lane, full: float, now: float) -> float:
    return max(0.0, full - lane.interval * lane.burst - now)
