"""Sends reminders through Telegram: paced below its limits, behind whoever is waiting for an answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.inbox.pace import chat, everything, reminders
from bot.message_blocks import pieces
from bot.reminders.sender import Gone, Later, Moved, Outcome, Refused, Sent, Uncertain, Unreachable
from bot.telegram.limiting import IN_TURN, Turns
from bot.telegram.sending import keyboard, says

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import Bot

    from bot.office.records import Place
    from bot.screens import Screen

STEPS_BACK, STEP_BACK = 20, 0.05  # how often, and for how many seconds, a reminder steps back behind answers
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_CLOSED = ("chat not found", "group chat was deleted", "group chat was upgraded", "user is deactivated")


class TelegramSender:
    """`bot.reminders.engine.Sender` over the Bot API. `busy` says whether somebody waits for an answer just now."""

    def __init__(self, bot: Bot, busy: Callable[[], bool], turns: Turns | None = None) -> None:
        self._bot = bot
        self._busy = busy
        self._turns = turns or Turns()

    async def turn(self, place: Place) -> None:
        """Waits for its turn: behind answers, and below Telegram's limits."""
        for _ in range(STEPS_BACK):  # answers first, but not for ever
            if not self._busy():
                break
            await asyncio.sleep(STEP_BACK)
        await self._turns.wait(chat(place.chat), reminders(), everything())

    async def send(self, place: Place, screen: Screen) -> Outcome:
        """What became of the message; a reminder always fits into one."""
        part = pieces(screen.blocks)[0]
        try:
            message = await self._bot.send_message(
                place.chat,
                part.html,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(screen),
                message_thread_id=place.topic or None,
                rate_limit_args=IN_TURN,  # type: ignore[call-arg]  # our own queue repeats what must be repeated
            )
        except TelegramError as error:
            return _refused(error)
        return Sent(message.message_id)


def _refused(error: TelegramError) -> Outcome:
    """What Telegram's refusal, or its silence, means for a delivery.

    A topic that is closed or deleted refuses its message and no other: the group itself may be in order.
    """
    outcome: Outcome = Uncertain(repr(error))
    match error:
        case ChatMigrated():
            outcome = Moved(error.new_chat_id)
        case RetryAfter():
            wait = error.retry_after
            outcome = Later(wait if isinstance(wait, int | float) else wait.total_seconds(), str(error))
        case Forbidden():
            outcome = Gone(str(error))
        case BadRequest():
            outcome = Gone(str(error)) if says(error, *_CLOSED) else Refused(str(error))
        case InvalidToken():
            outcome = Unreachable(str(error))
        case NetworkError() if isinstance(error.__cause__, _NEVER_LEFT):
            outcome = Unreachable(repr(error))
        case _:
            pass
    return outcome
