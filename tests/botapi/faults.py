"""Faults on demand, and flood limits: what a bot must survive but a well-behaved server would not show it."""

from __future__ import annotations

import collections
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.botapi.errors import ApiError, too_many_requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.botapi.world import Bot, Chat


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls of `method` (None: any but getUpdates), about `chat_id` if given.

    `error` answers instead of the method; `drop` closes the connection "before" or "after" the method has done its
    work; `delay` seconds pass before the method is looked at.
    """

    method: str | None = None
    error: ApiError | None = None
    drop: str = ""
    delay: float = 0.0
    chat_id: int | None = None
    times: int = 1

    def concerns(self, method: str, params: dict[str, str]) -> bool:
        """Whether it applies to a call."""
        if self.times <= 0 or (self.method is None and method == "getUpdates"):
            return False
        if self.method is not None and self.method.lower() != method.lower():
            return False
        return self.chat_id is None or params.get("chat_id") == str(self.chat_id)


class Faults:
    """The faults still to come, used up in the order they were scheduled."""

    def __init__(self) -> None:
        self.scheduled: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Schedule a fault."""
        self.scheduled.append(fault)

    def take(self, method: str, params: dict[str, str]) -> Fault | None:
        """The fault for this call, counted as used."""
        for fault in self.scheduled:
            if fault.concerns(method, params):
                fault.times -= 1
                self.scheduled = [f for f in self.scheduled if f.times > 0]
                return fault
        return None


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """Messages allowed within a number of seconds; the documented guidance, as exact limits are unpublished."""

    per_chat: tuple[int, float] = (4, 4.0)
    per_group: tuple[int, float] = (20, 60.0)
    overall: tuple[int, float] = (30, 1.0)


class Flood:
    """Counts sent messages; lets everything pass until `limits` is set."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.limits: FloodLimits | None = None
        self._now = now
        self._sent: dict[tuple[int, int], collections.deque[float]] = collections.defaultdict(collections.deque)

    def check(self, bot: Bot, chat: Chat) -> None:
        """Count one message. Raises ApiError 429 when it is one too many."""
        if self.limits is None:
            return
        group = chat.type != "private"
        keys = (
            ((bot.id, 0), self.limits.overall),
            ((bot.id, chat.id), self.limits.per_group if group else self.limits.per_chat),
        )
        now = self._now()
        for key, (count, seconds) in keys:
            sent = self._sent[key]
            while sent and sent[0] <= now - seconds:
                sent.popleft()
            if len(sent) >= count:
                raise too_many_requests(max(1, round(sent[0] + seconds - now + 0.5)))
        for key, _ in keys:
            self._sent[key].append(now)
