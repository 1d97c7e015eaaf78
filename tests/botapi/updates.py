"""One bot's queue of updates: numbered, filtered when created, kept until confirmed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Delivered only when asked for by name.
OPT_IN = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
LIFETIME = 24 * 3600


class Signal:
    """Wakes every waiter at each change; carries no data, so waiters look again for themselves."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        """Wake everyone who waits now."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    def next(self) -> asyncio.Future[None]:
        """Done at the next change: it counts from this call on, not from when it is first awaited."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        waiter.add_done_callback(self._waiters.discard)
        return waiter

    async def wait(self, seconds: float | None = None) -> bool:
        """True when fired, False when `seconds` passed first."""
        try:
            await asyncio.wait_for(self.next(), seconds)
        except TimeoutError:
            return False
        return True


@dataclass(eq=False, slots=True)
class Update:
    """An update as delivered; `lane` names the chat or user whose updates keep their order in webhook mode."""

    id: int
    kind: str
    body: dict[str, Any]
    lane: tuple[str, int]
    created: float
    again: bool = False
    deliveries: int = field(default=0)

    def as_json(self) -> dict[str, Any]:
        return {"update_id": self.id, self.kind: self.body}


class UpdateQueue:
    """Updates not yet confirmed, oldest first, and those already confirmed."""

    def __init__(self, now: Callable[[], float], first_id: int) -> None:
        self._now = now
        self._next_id = first_id
        self.pending: list[Update] = []
        self.confirmed: list[Update] = []
        self.allowed: frozenset[str] | None = None
        self.arrived = Signal()
        self._held: list[Update] | None = None
        self._duplicates = 0

    def wants(self, kind: str) -> bool:
        """Whether an update of this kind is created at all under the present `allowed_updates`."""
        return kind not in OPT_IN if self.allowed is None else kind in self.allowed

    def add(self, kind: str, body: dict[str, Any], lane: tuple[str, int]) -> Update | None:
        """Number and queue an update, unless the bot does not want its kind."""
        if not self.wants(kind):
            return None
        update = Update(self._next_id, kind, body, lane, self._now())
        self._next_id += 1
        copies = 1
        if self._duplicates:
            self._duplicates -= 1
            copies = 2
        for _ in range(copies):
            (self.pending if self._held is None else self._held).append(update)
        self.arrived.fire()
        return update

    def available(self, offset: int) -> list[Update]:
        """Confirm everything below `offset` (a negative one keeps the last |offset|) and return what is left."""
        self.expire()
        if offset < 0:
            self._confirm(self.pending[:offset])
        else:
            self._confirm([u for u in self.pending if u.id < offset and not (u.again and u.deliveries == 0)])
        return list(self.pending)

    def _confirm(self, updates: list[Update]) -> None:
        gone = {id(u) for u in updates}
        self.confirmed += dict.fromkeys(updates)
        self.pending = [u for u in self.pending if id(u) not in gone]

    def confirm(self, update: Update) -> None:
        """A webhook accepted one delivery of `update`."""
        self.pending.remove(update)
        self.confirmed.append(update)

    def expire(self) -> None:
        """Drop what is a day old."""
        now = self._now()
        self.pending = [u for u in self.pending if now - u.created < LIFETIME]

    def clear(self) -> None:
        """drop_pending_updates."""
        self.pending.clear()

    def duplicate_next(self, times: int = 1) -> None:
        """Fault: the next `times` updates are queued twice under one update_id."""
        self._duplicates += times

    def redeliver(self, update: Update) -> None:
        """Fault: a confirmed update is delivered once more, as after a confirmation that got lost."""
        copy = Update(update.id, update.kind, update.body, update.lane, self._now(), again=True)
        self.pending.insert(0, copy)
        self.arrived.fire()

    def hold(self) -> None:
        """Fault: keep new updates back until `release`."""
        self._held = []

    def release(self, *, backwards: bool = False) -> None:
        """Queue what was held back, in order or newest first."""
        held = self._held or []
        self._held = None
        self.pending += reversed(held) if backwards else held
        self.arrived.fire()
