"""Methods that change, remove, pin or react to messages, and that answer button presses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.botapi.call import Call, method
from tests.botapi.errors import bad_request
from tests.botapi.markup import Keyboard, Markup, read_markup
from tests.botapi.methods.sending import cleaned_caption, cleaned_text
from tests.botapi.render import message_object

if TYPE_CHECKING:
    from tests.botapi.text import Entity
    from tests.botapi.world import Chat, Message

DELETE_WINDOW = 48 * 3600
MAX_ANSWER = 200
_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)


@method("editMessageText")
def edit_text(call: Call) -> dict[str, Any]:
    """Without reply_markup the keyboard goes."""
    if not call.text("text"):
        raise bad_request("message text is empty")
    raw = call.formatted("text")
    markup = read_markup(call)
    message = _own_message(call)
    text, entities = cleaned_text(call, raw)
    if message.media is not None or message.service:
        raise bad_request("there is no text in the message to edit")
    return _change(call, message, text, entities, markup)


@method("editMessageCaption")
def edit_caption(call: Call) -> dict[str, Any]:
    """Without reply_markup the keyboard goes; an empty caption removes it."""
    raw = call.formatted("caption", "caption_entities")
    markup = read_markup(call)
    message = _own_message(call)
    caption, entities = cleaned_caption(call, raw)
    if message.media is None:
        raise bad_request("there is no caption in the message to edit")
    return _change(call, message, caption, entities, markup)


@method("editMessageReplyMarkup")
def edit_markup(call: Call) -> dict[str, Any]:
    """A new inline keyboard, or none."""
    markup = read_markup(call)
    message = _own_message(call)
    return _change(call, message, message.text, message.entities, markup)


def _own_message(call: Call) -> Message:
    if "inline_message_id" in call.params and "chat_id" not in call.params:
        raise bad_request("MESSAGE_ID_INVALID")
    chat = call.accessible_chat()
    message = call.message(chat, "edit")
    if message.sender is not call.bot.user or message.origin is not None or message.service:
        raise bad_request("message can't be edited")
    return message


def _change(call: Call, message: Message, text: str, entities: list[Entity], markup: Markup) -> dict[str, Any]:
    markup.check_by_server()
    if markup.other is not None:
        raise bad_request("inline keyboard expected")
    if _content(text, entities, markup.keyboard) == _content(message.text, message.entities, message.keyboard):
        raise bad_request(_SAME)
    call.server.flood.check(call.bot, message.chat)
    message.text, message.entities, message.keyboard = text, entities, markup.keyboard
    message.edit_date = call.world.now()
    message.edits.append(call.world.serial())
    call.world.changed.fire()
    return message_object(call.world, call.bot, message)


def _content(text: str, entities: list[Entity], keyboard: Keyboard | None) -> tuple[object, ...]:
    return text, [(e.type, e.offset, e.length, e.extra) for e in entities], keyboard


@method("deleteMessage")
def delete_message(call: Call) -> bool:
    """Own messages and, in a private chat or as an administrator, others', within 48 hours."""
    chat = call.accessible_chat()
    _delete(call, chat, call.message(chat, "delete"))
    return True


@method("deleteMessages")
def delete_messages(call: Call) -> bool:
    """Those of the messages that exist."""
    chat = call.accessible_chat()
    ids = call.json("message_ids", "message identifiers") or []
    if not ids:
        raise bad_request("message identifiers are not specified")
    for message in filter(None, map(chat.message, ids)):
        _delete(call, chat, message)
    return True


def _delete(call: Call, chat: Chat, message: Message) -> None:
    own = message.sender is call.bot.user
    admin = chat.type != "private" and call.me(chat).can("can_delete_messages")
    if not own and not admin and chat.type != "private":
        raise bad_request("message can't be deleted")
    if not admin and call.world.now() - message.date > DELETE_WINDOW:
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    call.world.serial()
    call.world.changed.fire()


@method("pinChatMessage", "unpinChatMessage", "unpinAllChatMessages")
def pin(call: Call) -> bool:
    """Pinning leaves a service message."""
    chat = call.accessible_chat()
    pinned = [m for m in chat.messages.values() if m.pinned and not m.deleted]
    verb = "pin" if call.method == "pinChatMessage" else "unpin"
    chosen = [call.message(chat, verb)] if verb == "pin" or "message_id" in call.params else pinned
    if chat.type != "private" and not _may_pin(call, chat):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    for message in chosen[-1:] if call.method == "unpinChatMessage" else chosen:
        message.pinned = verb == "pin"
    if verb == "pin":
        call.world.add_message(chat, call.bot.user, service={"pinned_message": chosen[0]})
    return True


def _may_pin(call: Call, chat: Chat) -> bool:
    me = call.me(chat)
    return me.can("can_pin_messages") or (chat.type == "group" and chat.permissions.get("can_pin_messages", True))


@method("setMessageReaction")
def react(call: Call) -> bool:
    """Replaces the bot's reactions to a message."""
    reactions = call.json("reaction", "reaction types") or []
    chat = call.accessible_chat()
    message = call.message(chat, "react")
    if any(r.get("type") not in {"emoji", "custom_emoji"} for r in reactions):
        raise bad_request("REACTION_INVALID")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    message.reactions[call.bot.id] = reactions
    call.world.changed.fire()
    return True


@method("answerCallbackQuery")
def answer_callback(call: Call) -> bool:
    """Once per press, and in time."""
    query = call.world.callbacks.get(call.text("callback_query_id"))
    late = query is None or call.world.clock.now() - query.created > call.server.callback_window
    if query is None or late or query.bot is not call.bot or query.answer is not None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(call.text("text")) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = {"text": call.text("text"), "show_alert": call.boolean("show_alert"), "url": call.text("url")}
    call.world.changed.fire()
    return True
