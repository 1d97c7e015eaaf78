"""What to do about an update that a dead worker had in hand: go on with it, say so, or give it up."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from bot.desk.replies import Say, Working
from bot.logs import get_logger
from bot.screens import notice
from bot.telegram.gathering import beside
from bot.telegram.reading import place_of

if TYPE_CHECKING:
    from telegram import Update

    from bot.desk.desk import Desk
    from bot.desk.replies import Reply
    from bot.office.records import Place
    from bot.telegram.handlers import Handlers
    from bot.telegram.sending import Messenger

log = get_logger(__name__)


class Recovery:
    """Goes on where another stopped."""

    def __init__(self, desk: Desk, messenger: Messenger, handlers: Handlers) -> None:
        self._desk = desk
        self._messenger = messenger
        self._handlers = handlers
        self._elsewhere: set[asyncio.Task[None]] = set()

    async def take_up(self, update: Update, *, acted: bool) -> bool:
        """Finishes what a dead worker had begun of an update; False when it is to be handled from the beginning.

        `acted`: that worker has turned something by a press that turns it back when carried out again. The person is told.
        """
        chat, message, query = update.effective_chat, update.effective_message, update.callback_query
        if chat is None:
            return False
        place = place_of(chat, message)
        if await self._resumed(update, place):
            return True
        if query is None or not acted:
            return False
        await self._messenger.acknowledge(query, self._desk.texts("update.acted"), alert=True)
        return True

    async def give_up(self, update: Update) -> str:
        """It ended one worker after another and is not tried again: the person is told the code that the log carries."""
        code = secrets.token_hex(3).upper()
        log.error("An update ends whoever handles it", action="update.poison", reference=code)
        chat, message = update.effective_chat, update.effective_message
        if chat is not None and update.effective_user is not None:
            said = Say(notice(self._desk.texts("error.unexpected", code=code)))
            number = message.message_id if message is not None else None
            await self._handlers.carry_out((said,), place_of(chat, message), reply_to=number)
        return code

    async def _resumed(self, update: Update, place: Place) -> bool:
        """Whether the slow work that a press began was found half done, and finished. A file's goes on by itself when its
        message is handled from the beginning."""
        query = update.callback_query
        if query is None:
            return False
        found: list[Reply] = []
        for where, replies in await asyncio.to_thread(self._desk.resume):
            work = [reply for reply in replies if isinstance(reply, Working)]
            if where == place and work:
                found += work
            else:  # the same worker's, or other chats': it is ours now, and goes on beside this
                task = asyncio.create_task(beside(self._handlers.carry_out(replies, where, reply_to=None)))
                self._elsewhere.add(task)
                task.add_done_callback(self._elsewhere.discard)
        if not found:
            return False
        await self._messenger.acknowledge(query)
        await self._handlers.carry_out(found, place, reply_to=None)
        return True
