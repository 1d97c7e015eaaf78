"""Puts screens into a chat: splits, keyboards, and what to make of Telegram's refusals. Knows no question or answer."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import httpx
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    Message,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.desk.loading_files import keep
from bot.logs import get_logger
from bot.message_blocks import paragraph, pieces
from bot.telegram.held import is_repeat
from bot.texts import LANGUAGES, load_texts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from telegram import CallbackQuery

    from bot.desk.replies import Attach
    from bot.message_blocks import Piece
    from bot.office.records import Place
    from bot.screens import Button, Screen
    from bot.texts import Texts

log = get_logger(__name__)

T = TypeVar("T")

# A request that never left may be repeated; one that may have arrived may not: it would be said twice.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_PAUSES = (0.5, 2.0)
_PART_OF_LIFE = (
    "query is too old",
    "message to delete not found",
    "message can't be deleted",
    "topic_closed",
    "not enough rights",
    "have no write access",
    "chat not found",
)
_TYPING_LASTS = 4.5  # Telegram shows a chat action for 5 seconds


class Messenger:
    """Sends and edits screens. Expected refusals are logged and give fewer message ids, never an exception."""

    def __init__(self, bot: Bot, texts: Texts, moved: Callable[[int, int], Awaitable[None]] | None = None) -> None:
        self._bot = bot
        self._texts = texts
        self.moved = moved
        """Told the old and the new id when a group turns out to have become a supergroup."""

    async def send(self, place: Place, screen: Screen, *, reply_to: int | None = None) -> tuple[int, ...]:
        """Sends a screen as one or more messages, the buttons under the last.

        Returns:
            The ids of the messages known to have arrived.
        """
        return await self.replace(place, (), screen, reply_to=reply_to)

    async def replace(
        self, place: Place, shown: tuple[int, ...], screen: Screen, *, reply_to: int | None = None
    ) -> tuple[int, ...]:
        """Turns the messages `shown` into `screen`: edits them, sends what does not fit, deletes what is left over."""
        again = (paragraph(self._texts("message.again"), "italic"),) if is_repeat() and not shown else ()
        parts = pieces((*again, *screen.blocks))
        ids: list[int] = []
        for number, part in enumerate(parts, start=1):
            message = shown[number - 1] if number <= len(shown) else None
            markup = keyboard(screen) if number == len(parts) else None
            if message is not None and await self._edit(place.chat, message, part, markup):
                ids.append(message)
                continue
            sent = await self._send(place, part, markup, reply_to if number == 1 else None)
            if sent is not None:
                ids.append(sent.message_id)
        for leftover in shown[len(parts) :]:
            await _expected(partial(self._bot.delete_message, place.chat, leftover))
        return tuple(ids)

    async def attach(self, place: Place, attachment: Attach, *, reply_to: int | None = None) -> None:
        """Sends a file, or a picture, with its caption."""
        file = InputFile(attachment.content, filename=attachment.name)
        caption = f"{self._texts('message.again')} {attachment.caption}" if is_repeat() else attachment.caption
        reply = ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to is not None else None
        send = self._bot.send_photo if attachment.picture else self._bot.send_document

        async def put(thread: int | None) -> Message:
            return await send(
                place.chat, file, caption=caption, message_thread_id=thread, reply_parameters=reply
            )

        await _expected(lambda: _in_topic(put, place))

    async def offer(self, person: int, commands: Sequence[str]) -> None:
        """Offers these commands in a person's private chat; the general ones again when there are none."""
        scope = BotCommandScopeChat(person)
        for language in (None, *LANGUAGES):
            texts = load_texts(language) if language else self._texts
            menu = [BotCommand(name, texts(f"command.{name}")) for name in commands]
            with suppress(TelegramError):  # an ornament, and the person may never have opened the chat
                if menu:
                    await self._bot.set_my_commands(menu, scope=scope, language_code=language)
                else:
                    await self._bot.delete_my_commands(scope=scope, language_code=language)

    async def fetch(self, reference: str, path: Path) -> bool:
        """Fetches the file with this id to `path`, whole; False when Telegram does not give it, or it cannot be kept."""
        try:
            file = await self._bot.get_file(reference)
            content = await file.download_as_bytearray()
            await asyncio.to_thread(keep, bytes(content), path)
        except (TelegramError, OSError) as error:
            log.warning("A file could not be fetched", action="fetch.failed", error=repr(error))
            return False
        return True

    async def acknowledge(self, query: CallbackQuery, notice: str | None = None, *, alert: bool = False) -> None:
        """Stops the button's spinner, with a notice when there is one: over the chat, or as a window to close."""
        await _expected(lambda: query.answer(notice, show_alert=alert))

    @asynccontextmanager
    async def typing(self, place: Place) -> AsyncIterator[None]:
        """Shows "typing…" in the chat for as long as the block runs."""
        task = asyncio.create_task(self._keep_typing(place))
        try:
            yield
        finally:
            task.cancel()

    async def _keep_typing(self, place: Place) -> None:
        while True:
            # An ornament: whatever Telegram has against it, the answer itself will meet it too.
            with suppress(TelegramError):
                await self._bot.send_chat_action(place.chat, ChatAction.TYPING, message_thread_id=place.topic or None)
            await asyncio.sleep(_TYPING_LASTS)

    async def _send(
        self, place: Place, part: Piece, markup: InlineKeyboardMarkup | None, reply_to: int | None
    ) -> Message | None:
        reply = ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to is not None else None

        async def say(thread: int | None) -> Message:
            async def send(text: str, mode: str | None) -> Message:
                return await self._bot.send_message(
                    place.chat,
                    text,
                    parse_mode=mode,
                    reply_markup=markup,
                    message_thread_id=thread,
                    reply_parameters=reply,
                )

            return await _html_or_plain(send, part)

        try:
            return await _expected(lambda: _in_topic(say, place))
        except ChatMigrated as moved:
            if self.moved is not None:
                await self.moved(place.chat, moved.new_chat_id)
            return await self._send(replace(place, chat=moved.new_chat_id), part, markup, None)

    async def _edit(self, chat: int, message: int, part: Piece, markup: InlineKeyboardMarkup | None) -> bool:
        """True when the message now says `part`; False when it can no longer be edited."""

        async def edit(text: str, mode: str | None) -> bool:
            await self._bot.edit_message_text(text, chat, message, parse_mode=mode, reply_markup=markup)
            return True

        try:
            await _expected(lambda: _html_or_plain(edit, part))
        except BadRequest as error:
            if says(error, "not modified"):
                return True
            if says(error, "message to edit not found", "can't be edited", "message_id_invalid"):
                return False
            raise
        return True


async def _in_topic(say: Callable[[int | None], Awaitable[T]], place: Place) -> T:
    """Says it in the place's topic; outside any topic when that one is gone (topics can be switched off)."""
    try:
        return await say(place.topic or None)
    except BadRequest as error:
        if not place.topic or not says(error, "message thread not found"):
            raise
        log.info("The topic is gone; said in the group itself", action="send.topic_gone", chat=place.chat)
        return await say(None)


async def _html_or_plain(say: Callable[[str, str | None], Awaitable[T]], part: Piece) -> T:
    try:
        return await say(part.html, ParseMode.HTML)
    except BadRequest as error:
        if not says(error, "can't parse entities"):
            raise
        log.warning("Telegram could not read our HTML; sent as plain text", action="send.plain", error=str(error))
        return await say(part.plain, None)


async def _expected(call: Callable[[], Awaitable[T]]) -> T | None:
    """The call's result; None when Telegram refuses for a reason that is part of life, or when nobody can know.

    Raises:
        BadRequest: the request itself was wrong and the caller may know why.
        ChatMigrated: the group has a new id.
    """
    for pause in (*_PAUSES, None):
        try:
            return await call()
        except (BadRequest, ChatMigrated) as error:
            if says(error, *_PART_OF_LIFE):
                log.info("Telegram does not accept this", action="send.refused", error=str(error))
                return None
            raise
        except Forbidden as error:
            log.info("The person or chat no longer accepts messages", action="send.forbidden", error=str(error))
            return None
        except RetryAfter as error:
            log.warning("Telegram asks for patience; given up", action="send.flood", error=str(error))
            return None
        except NetworkError as error:
            if pause is not None and isinstance(error.__cause__, _NEVER_LEFT):
                await asyncio.sleep(pause)
                continue
            # It may have arrived: saying it again could say it twice.
            log.warning("A request's outcome is uncertain", action="send.uncertain", error=repr(error))
            return None
    return None


def says(error: TelegramError, *phrases: str) -> bool:
    """python-telegram-bot changes the case of descriptions, so they are compared without it."""
    return any(phrase in str(error).lower() for phrase in phrases)


def keyboard(screen: Screen) -> InlineKeyboardMarkup | None:
    if not any(screen.buttons):
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in screen.buttons if row])


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    return InlineKeyboardButton(button.label, callback_data=button.data)
