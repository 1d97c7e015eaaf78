"""Sends reminders through Telegram: paced below its limits, behind whoever is waiting for an answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.message_blocks import pieces
from bot.reminders.engine import Gone, Later, Moved, Outcome, Sent, Uncertain
from bot.telegram.sending import keyboard, says

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import Bot

    from bot.office.records import Place
    from bot.screens import Screen

A_SECOND = 20  # of the thirty that Telegram allows; the rest is for answers
GROUP_PAUSE = 3.4  # eighteen a minute in one group
RETRY_CONNECTING = 15.0
RETRY_SERVER = 30.0
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_CLOSED = ("chat not found", "topic_closed", "not enough rights", "have no write access", "group chat was deleted")


class TelegramSender:
    """`bot.reminders.engine.Sender` over the Bot API. `busy` says whether somebody waits for an answer just now."""

    def __init__(self, bot: Bot, busy: Callable[[], bool]) -> None:
        self._bot = bot
        self._busy = busy
        self._next = 0.0
        self._next_in: dict[int, float] = {}

    async def send(self, place: Place, screen: Screen) -> Outcome:
        """What became of the message; a reminder always fits into one."""
        await self._pace(place)
        part = pieces(screen.blocks)[0]
        markup = keyboard(screen)
        thread: int | None = place.topic or None
        while True:
            try:
                message = await self._bot.send_message(
                    place.chat,
                    part.html,
                    parse_mode=ParseMode.HTML,
                    reply_markup=markup,
                    message_thread_id=thread,
                    rate_limit_args=0,  # type: ignore[call-arg]  # our own queue repeats what must be repeated
                )
            except BadRequest as error:
                if thread is not None and says(error, "message thread not found"):
                    thread = None
                    continue
                return _refused(error)
            except TelegramError as error:
                return _refused(error)
            return Sent(message.message_id)

    async def _pace(self, place: Place) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(20):  # answers first, but not for ever
            if not self._busy():
                break
            await asyncio.sleep(0.05)
        now = loop.time()
        at = max(self._next, now, self._next_in.get(place.chat, 0.0))
        self._next = at + 1 / A_SECOND
        if place.group:
            self._next_in = {chat: t for chat, t in self._next_in.items() if t > now}
            self._next_in[place.chat] = at + GROUP_PAUSE
        if at > now:
            await asyncio.sleep(at - now)


def _refused(error: TelegramError) -> Outcome:
    """What Telegram's refusal, or its silence, means for a delivery."""
    match error:
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case RetryAfter():
            wait = error.retry_after
            return Later(wait if isinstance(wait, int | float) else wait.total_seconds(), str(error))
        case Forbidden():
            return Gone(str(error))
        case BadRequest():
            return Gone(str(error)) if says(error, *_CLOSED) else Later(RETRY_SERVER, str(error))
        case NetworkError() if isinstance(error.__cause__, _NEVER_LEFT):
            return Later(RETRY_CONNECTING, repr(error))
        case _:
            return Uncertain(repr(error))
