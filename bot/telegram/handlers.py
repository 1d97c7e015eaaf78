"""From an update to a reply: reads the update, lets the conversation decide, shows the result. Knows no search."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from telegram import Message, Update
from telegram.ext import ApplicationHandlerStop

from bot.callbacks import OpenClause
from bot.conversation import Asking, GuideShown, Incoming, Notice, Pressed
from bot.logs import get_logger
from bot.rendering import render

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from telegram.ext import CallbackContext

    from bot.conversation import Conversation, Reply
    from bot.telegram.sending import Messenger

    Context = CallbackContext[Any, Any, Any, Any]

log = get_logger(__name__)

_ALERT_LIMIT = 200
_UPDATES_REMEMBERED = 1000


class Handlers:
    """The private chat. `worker` has one thread: the model works for one question at a time, off the event loop."""

    def __init__(self, conversation: Conversation, messenger: Messenger, worker: Executor) -> None:
        self._conversation = conversation
        self._messenger = messenger
        self._worker = worker
        self._seen: deque[int] = deque(maxlen=_UPDATES_REMEMBERED)

    async def once(self, update: Update, _context: Context) -> None:
        """Stops an update that came before: Telegram delivers again what it believes was not received."""
        if update.update_id in self._seen:
            raise ApplicationHandlerStop
        self._seen.append(update.update_id)

    async def on_text(self, update: Update, _context: Context) -> None:
        """A question or a command; when it is edited, so is its answer."""
        message, person = update.effective_message, update.effective_user
        if message is None or person is None:
            return
        shown = self._conversation.answers_to(message.chat_id, message.message_id) if update.edited_message else ()
        step = self._conversation.receive(_incoming(message, person.id))
        if isinstance(step, Asking):
            await self._answer(step, shown, reply_to=message.message_id)
        else:
            await self._messenger.replace(message.chat_id, shown, render(step, self._conversation.texts))

    async def on_other(self, update: Update, _context: Context) -> None:
        """A photo, a sticker, a voice message: something without words to read."""
        message, person = update.effective_message, update.effective_user
        if message is None or person is None:
            return
        await self._show(message.chat_id, self._conversation.not_text(person.id), reply_to=message.message_id)

    async def on_press(self, update: Update, _context: Context) -> None:
        """A pressed button: acknowledged first, whatever follows."""
        query = update.callback_query
        if query is None or query.message is None:
            return
        chat, message = query.message.chat.id, query.message.message_id
        shown = query.message.text if isinstance(query.message, Message) else None
        step = self._conversation.press(Pressed(chat, query.from_user.id, query.data or "", shown or ""))
        if isinstance(step, Notice):
            await self._messenger.acknowledge(query, " ".join(step.paragraphs)[:_ALERT_LIMIT])
            return
        await self._messenger.acknowledge(query)
        match step:
            case GuideShown():
                await self._messenger.replace(chat, (message,), render(step, self._conversation.texts))
            case OpenClause():
                reply = await asyncio.to_thread(self._conversation.open_clause, step)
                await self._show(chat, reply, reply_to=message)
            case Asking():
                await self._answer(step, (), reply_to=message)

    async def on_error(self, update: object, context: Context) -> None:
        """Whatever went wrong above: logged under a code, and the person is told the code."""
        error = context.error
        if error is None:
            return
        if not isinstance(update, Update):
            log.warning("Telegram could not be asked for updates", action="poll.failed", error=repr(error))
            return
        apology = self._conversation.apologise(error)
        if update.callback_query is not None:
            await self._messenger.acknowledge(update.callback_query)
        if update.effective_chat is not None:
            message = update.effective_message
            await self._show(update.effective_chat.id, apology, reply_to=message.message_id if message else None)

    async def _answer(self, asking: Asking, shown: tuple[int, ...], *, reply_to: int) -> None:
        reply: Reply
        async with self._messenger.typing(asking.chat):
            try:
                loop = asyncio.get_running_loop()
                reply = await loop.run_in_executor(self._worker, self._conversation.answer, asking)
            except Exception as error:  # noqa: BLE001 - logged under a code that the person is shown
                reply = self._conversation.apologise(error)
        screen = render(reply, self._conversation.texts)
        messages = await self._messenger.replace(asking.chat, shown, screen, reply_to=reply_to)
        self._conversation.answered(asking, messages)

    async def _show(self, chat: int, reply: Reply, *, reply_to: int | None) -> None:
        await self._messenger.send(chat, render(reply, self._conversation.texts), reply_to=reply_to)


def _incoming(message: Message, person: int) -> Incoming:
    replied = message.reply_to_message
    return Incoming(
        chat=message.chat_id,
        person=person,
        text=message.text or "",
        message=message.message_id,
        replied_to=replied.message_id if replied else None,
        replied_text=(replied.text or replied.caption) if replied else None,
    )
