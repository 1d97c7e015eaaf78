"""From the start of an application to its end, at whichever step of the two it is told to stop. Knows no handler.

The library's own `run_polling` and `run_webhook` end in an error when a signal comes amid the start.
"""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any

from telegram.error import InvalidToken, TelegramError

from bot.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import FrameType

    from telegram.ext import Application

    _App = Application[Any, Any, Any, Any, Any, Any]

log = get_logger(__name__)

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGABRT)
_PATIENCE = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between attempts to reach Telegram at the start; the last one for as long as it takes."""


def stop_at_once() -> None:
    """From now on SIGTERM ends the process with 0, wherever it is: nothing has been begun. `run` then waits for more."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, leave)


async def run(application: _App, listen: Callable[[], Awaitable[object]]) -> None:
    """Runs it until a signal says stop; `listen` begins to take updates.

    Raises:
        InvalidToken: Telegram does not know the token.
    """
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOPS:
        loop.add_signal_handler(number, told.set)
    starting = asyncio.create_task(_start(application, listen))
    stop = asyncio.create_task(told.wait())
    try:
        await asyncio.wait((starting, stop), return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await stop
        else:
            log.info("Told to stop before everything had begun", action="bot.start_ended")
    finally:
        for task in (starting, stop):
            task.cancel()
        await asyncio.gather(starting, stop, return_exceptions=True)
        await _end(application)


async def _start(application: _App, listen: Callable[[], Awaitable[object]]) -> None:
    await _reach(application)
    if application.post_init is not None:
        await application.post_init(application)
    await listen()
    await application.start()


async def _reach(application: _App) -> None:
    attempt = 0
    while True:
        try:
            await application.initialize()
        except InvalidToken:
            raise
        except TelegramError as error:
            pause = _PATIENCE[min(attempt, len(_PATIENCE) - 1)]
            log.warning("Telegram cannot be reached yet", action="start.retried", error=repr(error), seconds=pause)
            attempt += 1
            await asyncio.sleep(pause)
        else:
            return


async def _end(application: _App) -> None:
    """Ends what has begun, in the order that the library asks for."""
    try:
        if application.updater is not None and application.updater.running:
            await application.updater.stop()
        if application.running:
            await application.stop()
            if application.post_stop is not None:
                await application.post_stop(application)
        await application.shutdown()
        await application.bot.shutdown()  # what a start that was cut short has opened
    finally:
        if application.post_shutdown is not None:
            await application.post_shutdown(application)
