"""Where all requests to Telegram pass: each message waits its turn, and is noted in the inbox right before it leaves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.inbox.pace import LocalPace, chat, everything
from bot.logs import get_logger
from bot.telegram.held import in_hand
from corpus.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.inbox.pace import Lane, Pace

log = get_logger(__name__)

RETRIES = 3
IN_TURN = 0
"""As `rate_limit_args`: the message has waited its turn, and whoever sends it repeats it."""
_SLACK = 0.1  # Telegram counts whole seconds

# Not worth making every chat wait for when Telegram asks for patience.
_OPTIONAL = frozenset(
    {
        "sendChatAction",
        "setMyCommands",
        "getMyDescription",
        "setMyDescription",
        "getMyShortDescription",
        "setMyShortDescription",
        "setChatMenuButton",
    }
)

_Result = bool | dict[str, Any] | list[dict[str, Any]]


class Turns:
    """Waits for turns at a pace that this process has for itself or shares."""

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace: Pace = pace or LocalPace()
        self._held: dict[str, float] = {}

    async def wait(self, *lanes: Lane) -> None:
        """Until a message may pass all the lanes."""
        loop = asyncio.get_running_loop()
        try:
            seconds = await self._ask(self._pace.turn, lanes)
        except StoreError as error:  # what must be kept in the database will be refused there
            log.warning("A turn could not be taken", action="pace.failed", error=str(error))
            seconds = 0.0
        if seconds > 0:
            await asyncio.sleep(seconds)
        # Telegram may have asked for patience meanwhile.
        await asyncio.sleep(max(self._held.get(lane.name, 0.0) for lane in lanes) - loop.time())

    async def hold(self, lane: Lane, seconds: float) -> None:
        """Nothing passes the lane for so long, from any worker."""
        until = asyncio.get_running_loop().time() + seconds
        self._held = {name: t for name, t in self._held.items() if t > until - seconds} | {lane.name: until}
        try:
            await self._ask(self._pace.hold, lane, seconds)
        except StoreError as error:
            log.warning("Telegram's patience could not be shared", action="pace.failed", error=str(error))

    async def _ask(self, call: Callable[..., Any], *given: Any) -> Any:
        if isinstance(self._pace, LocalPace):
            return call(*given)
        return await asyncio.to_thread(call, *given)


class PatientLimiter(BaseRateLimiter[int]):
    """Paces what people wait for and repeats it when Telegram asks for patience; lets the ornaments fail.

    What Telegram asks for is asked of all workers: of one group when the group's own limit was met (a private chat
    hardly meets its own), else of everything.
    """

    def __init__(self, turns: Turns | None = None) -> None:
        self._turns = turns or Turns()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to let go of."""

    async def process_request(  # noqa: PLR0917 - the signature is the library's
        self,
        callback: Callable[..., Coroutine[Any, Any, _Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> _Result:
        """Makes the request when its turn has come."""
        if endpoint in _OPTIONAL:
            return await callback(*args, **kwargs)
        lanes = _lanes(endpoint, data)
        retries = RETRIES if rate_limit_args is None else rate_limit_args
        for left in range(retries, -1, -1):
            if lanes and rate_limit_args != IN_TURN:
                await self._turns.wait(*lanes)
            if is_message(endpoint) and (held := in_hand.get()) is not None:
                await held.leaving()
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                patience = error.retry_after
                seconds = patience if isinstance(patience, int | float) else patience.total_seconds()
                log.info("Telegram asks for patience", action="send.patience", seconds=seconds, method=endpoint)
                number = _chat_of(data)
                lane = chat(number) if number is not None and number < 0 else everything()
                await self._turns.hold(lane, seconds + _SLACK)
                if not left:
                    raise
                if not lanes:
                    await asyncio.sleep(seconds + _SLACK)
        raise AssertionError("the last try returns or raises")


def is_message(endpoint: str) -> bool:
    """Whether a request puts a new message before somebody; edits say nothing twice."""
    return endpoint.startswith(("send", "copy", "forward")) and endpoint not in _OPTIONAL


def _lanes(endpoint: str, data: dict[str, Any]) -> tuple[Lane, ...]:
    """What a request must pass: edits and the like only what is common to all chats."""
    number = _chat_of(data)
    if number is None:
        return ()
    return (chat(number), everything()) if is_message(endpoint) else (everything(),)


def _chat_of(data: dict[str, Any]) -> int | None:
    try:
        return int(data["chat_id"])
    except (KeyError, TypeError, ValueError):
        return None
