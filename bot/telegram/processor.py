"""Handles an update that the inbox has given out, and tells the inbox what became of it."""

from __future__ import annotations

import asyncio
import time
from inspect import iscoroutine
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.inbox.inbox import ATTEMPTS
from bot.logs import get_logger
from bot.telegram.held import ClaimLostError, in_hand
from bot.watching.instruments import update as count_update
from bot.watching.tracing import handling

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.telegram.held import Held
    from bot.telegram.intake import Intake
    from bot.telegram.recovering import Recovery

log = get_logger(__name__)


class InboxProcessor(BaseUpdateProcessor):
    """Runs as many updates side by side as the intake takes; their order is the inbox's business."""

    __slots__ = ("_intake", "recovery")

    def __init__(self, intake: Intake, at_once: int) -> None:
        super().__init__(at_once)
        self._intake = intake
        self.recovery: Recovery | None = None

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handles the update; marks it done as soon as the last message has left."""
        began = time.perf_counter()
        number = update.update_id if isinstance(update, Update) else None
        with handling("telegram", number):
            log.info("An update came", action="update.received")
            held = self._intake.held(update)
            if held is None or not isinstance(update, Update):
                await coroutine
            else:
                await self._handle(held, update, coroutine)
            log.info("An update is done", action="update.handled", seconds=round(time.perf_counter() - began, 3))
        count_update("handled")

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to let go of."""

    async def _handle(self, held: Held, update: Update, coroutine: Awaitable[Any]) -> None:
        token = in_hand.set(held)
        held.task = asyncio.current_task()
        try:
            if held.claim.attempt > ATTEMPTS:
                await self._give_up(held, update)
                return
            if held.claim.attempt > 1:
                log.warning(
                    "An update was left by another worker",
                    action="update.taken_over",
                    attempt=held.claim.attempt,
                    repeat=held.claim.repeat,
                )
            if not await self._taken_up(held, update):
                await coroutine
            await self._intake.finish(held)
        except ClaimLostError:
            log.warning("An update is in other hands now", action="update.lost")
            self._intake.let_go(held)
        except asyncio.CancelledError:  # the stop has waited long enough
            await self._intake.release(held)
        finally:
            in_hand.reset(token)
            if iscoroutine(coroutine):
                coroutine.close()  # nothing if it has been awaited

    async def _taken_up(self, held: Held, update: Update) -> bool:
        """Whether what a dead worker left half done of this update has been finished instead of beginning anew."""
        if not held.anew or self.recovery is None:
            return False
        return await self.recovery.take_up(update, acted=held.claim.acted)

    async def _give_up(self, held: Held, update: Update) -> None:
        """It has ended one worker after another: the person is told, and what comes after it goes on."""
        code = ""
        if self.recovery is not None and held.claim.attempt == ATTEMPTS + 1:
            code = await self.recovery.give_up(update)
        await self._intake.fail(held, f"given up after {held.claim.attempt - 1} attempts {code}".strip())
