"""Telegram's messages and presses as the desk's plain records, and whether a group's message is meant for the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import Message, MessageEntity
from telegram.constants import ChatType

from bot.desk.routing import bot_named_in, command_in
from bot.desk.visit import Incoming, OfferedFile, Pressed
from bot.office.people import Newcomer
from bot.office.records import Place

if TYPE_CHECKING:
    from telegram import CallbackQuery, Chat, Update, User

_GROUPS = frozenset({ChatType.GROUP, ChatType.SUPERGROUP})


def newcomer_of(user: User) -> Newcomer:
    """An account as it presents itself."""
    return Newcomer(user.id, user.full_name or str(user.id), user.username)


def place_of(chat: Chat, message: Message | None) -> Place:
    """The chat, with its forum topic: a reply chain outside a forum carries a thread id too, and is no topic."""
    topic = message.message_thread_id if message is not None and message.is_topic_message else None
    return Place(chat.id, topic or 0, group=chat.type in _GROUPS)


def incoming_of(message: Message, user: User, bot: User, *, edited: bool = False) -> Incoming:
    """What a message says to the bot; the mention that addresses it is left out."""
    replied = message.reply_to_message
    to_us = replied is not None and replied.from_user is not None and replied.from_user.id == bot.id
    return Incoming(
        newcomer=newcomer_of(user),
        place=place_of(message.chat, message),
        text=words_of(message, bot),
        message=message.message_id,
        replied_to=replied.message_id if replied and to_us else None,
        replied_text=(replied.text or replied.caption) if replied and to_us else None,
        title=message.chat.title or "",
        edited=edited,
    )


def pressed_of(query: CallbackQuery, *, again: bool = False) -> Pressed | None:
    """What a press means; None for a button outside any chat. `again`: a worker that died had it in hand before."""
    message = query.message
    if message is None:
        return None
    whole = message if isinstance(message, Message) else None
    return Pressed(
        newcomer=newcomer_of(query.from_user),
        place=place_of(message.chat, whole),
        data=query.data or "",
        shown=(whole.text or whole.caption or "") if whole else "",
        message=message.message_id,
        title=message.chat.title or "",
        again=again,
    )


def offered_of(message: Message, user: User) -> OfferedFile:
    """The document or photo of a message, not fetched; of a photo's sizes the largest."""
    document = message.document
    photo = max(message.photo, key=lambda size: size.width * size.height, default=None)
    file = document or photo
    return OfferedFile(
        newcomer=newcomer_of(user),
        place=place_of(message.chat, message),
        name=(document.file_name or "") if document else "",
        size=document.file_size if document else None,
        photo=document is None,
        caption=message.caption or "",
        message=message.message_id,
        album=message.media_group_id,
        title=message.chat.title or "",
        reference=file.file_id if file else "",
        width=photo.width if photo else 0,
        height=photo.height if photo else 0,
    )


def words_of(message: Message, bot: User) -> str:
    """A message's text or caption without mentions of the bot."""
    text = message.text or message.caption or ""
    if command_in(text):
        return text
    for mention in _mentions(message, bot):
        text = text.replace(mention, " ", 1)
    return text.strip()


def is_for_us(message: Message, bot: User) -> bool:
    """True for a command that names no other bot, a reply to the bot, or a mention of it in text or caption."""
    text = message.text or message.caption or ""
    if command_in(text):
        named = bot_named_in(text)
        return named is None or named.lower() == (bot.username or "").lower()
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == bot.id:
        # In a forum every message of a topic replies to the service message that opened it.
        return replied.forum_topic_created is None
    return bool(_mentions(message, bot))


def _mentions(message: Message, bot: User) -> list[str]:
    """The stretches of text that mention the bot."""
    kinds: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
    found = message.parse_entities(kinds) if message.text else message.parse_caption_entities(kinds)
    ours = f"@{bot.username}".lower()
    return [
        text
        for entity, text in found.items()
        if text.lower() == ours or (entity.user is not None and entity.user.id == bot.id)
    ]


def place_key(update: Update) -> str:
    """What an update keeps its order in: its chat and forum topic, else its person, else itself."""
    chat = update.effective_chat
    if chat is not None:
        place = place_of(chat, update.effective_message)
        return f"{place.chat}/{place.topic}" if place.topic else str(place.chat)
    person = update.effective_user
    return f"person {person.id}" if person is not None else f"update {update.update_id}"
