"""Faults between the people, the server and the bot."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.botapi.control.side import Side
from tests.botapi.errors import ApiError, too_many_requests
from tests.botapi.faults import Fault, FloodLimits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.botapi.updates import Update
    from tests.botapi.world import Chat

_DESCRIPTIONS = {
    400: "Bad Request: test",
    403: "Forbidden: test",
    409: "Conflict: test",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Weather(Side):
    """Faults on demand."""

    def fail_next(
        self,
        method: str | None = None,
        code: int = 500,
        description: str | None = None,
        *,
        times: int = 1,
        chat: Chat | None = None,
        retry_after: int | None = None,
        **parameters: Any,
    ) -> None:
        """The next calls are answered with an error; with `retry_after`, with a 429."""
        error = (
            too_many_requests(retry_after)
            if retry_after is not None
            else ApiError(code, description or _DESCRIPTIONS.get(code, "Internal Server Error"), **parameters)
        )
        self._server.faults.add(Fault(method, error=error, times=times, chat_id=chat.id if chat else None))

    def drop_next(self, method: str | None = None, *, after: bool = False, times: int = 1) -> None:
        """The connection closes without an answer, before or `after` the method has done its work."""
        self._server.faults.add(Fault(method, drop="after" if after else "before", times=times))

    def delay_next(self, method: str | None, seconds: float, *, times: int = 1) -> None:
        """The answer comes late."""
        self._server.faults.add(Fault(method, delay=seconds, times=times))

    def flood_limits(self, limits: FloodLimits | None = None) -> None:
        """Turn flood limits on (default: the documented guidance)."""
        self._server.flood.limits = limits or FloodLimits()

    def duplicate_next_update(self, times: int = 1) -> None:
        """The next updates come twice."""
        self._server.bot.updates.duplicate_next(times)

    def redeliver(self, update: Update | None = None) -> None:
        """An update already confirmed (default: the last one) comes again."""
        self._server.bot.updates.redeliver(update or self._server.bot.updates.confirmed[-1])

    @contextmanager
    def held_updates(self, *, backwards: bool = False) -> Iterator[None]:
        """Updates made inside the block are delivered at its end, `backwards` if so wished."""
        self._server.bot.updates.hold()
        try:
            yield
        finally:
            self._server.bot.updates.release(backwards=backwards)
