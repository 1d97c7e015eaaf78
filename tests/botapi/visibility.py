"""Which bots hear of what: privacy mode, and the update that a change in the world makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.botapi.render import callback_object, member_update, message_object
from tests.botapi.text import utf16_slice

if TYPE_CHECKING:
    from tests.botapi.world import Bot, CallbackQuery, Chat, Member, Message, User, World


def announce(world: World, message: Message, kind: str = "message") -> None:
    """Send `message` (new, or edited) to every bot that may see it. Bots never see bots' messages."""
    bots = [message.chat.bot] if message.chat.bot is not None else world.bots_in(message.chat)
    for bot in bots:
        if sees(bot, message):
            world.publish(bot, kind, message_object(world, bot, message), ("chat", message.chat.id))


def sees(bot: Bot, message: Message) -> bool:
    """Whether `bot` gets `message`; with privacy on, in a group: commands, replies to it and service messages only.

    A plain mention is withheld (reports from the field agree on that against the documentation).
    """
    if message.sender.is_bot:
        return False
    member = message.chat.member(bot.id)
    if message.chat.type == "private" or bot.can_read_all_group_messages or (member is not None and member.is_admin):
        return _addressee(message) in {None, (bot.user.username or "").lower()} or message.chat.type != "private"
    if message.service:
        return True
    if message.reply_to is not None and message.reply_to.sender is bot.user:
        return True
    commands = [e for e in message.entities if e.type == "bot_command"]
    return bool(commands) and _addressee(message) in {None, (bot.user.username or "").lower()}


def _addressee(message: Message) -> str | None:
    """The bot that the message's first command names."""
    for entity in message.entities:
        if entity.type == "bot_command":
            _, _, name = utf16_slice(message.text, entity.offset, entity.length).partition("@")
            return name.lower() or None
    return None


def announce_callback(world: World, query: CallbackQuery) -> None:
    """Send a button press to the bot whose button it is."""
    world.publish(query.bot, "callback_query", callback_object(world, query), ("user", query.user.id))


def announce_member(world: World, chat: Chat, actor: User, old: Member, new: Member) -> None:
    """Tell the bot itself (`my_chat_member`), or the bots that administer the chat (`chat_member`)."""
    for bot in world.bots.values():
        if new.user is bot.user and (chat.bot is None or chat.bot is bot):
            world.publish(bot, "my_chat_member", member_update(world, chat, actor, old, new), ("chat", chat.id))
        elif chat.type != "private" and (me := chat.member(bot.id)) is not None and me.is_admin:
            world.publish(bot, "chat_member", member_update(world, chat, actor, old, new), ("chat", chat.id))
