"""Methods that put messages into chats: texts, documents, photos, albums, forwards and copies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.botapi.call import Call, Upload, method
from tests.botapi.errors import ApiError, bad_request
from tests.botapi.images import image_size
from tests.botapi.markup import Markup, read_markup
from tests.botapi.render import message_object, user_object

if TYPE_CHECKING:
    from tests.botapi.text import Entity
    from tests.botapi.world import Chat, File, Message

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_UPLOAD = 50 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
_RIGHTS = {
    "text": ("can_send_messages", "text messages"),
    "document": ("can_send_documents", "documents"),
    "photo": ("can_send_photos", "photos"),
}
_ACTIONS = (
    {"typing", "cancel", "choose_sticker", "find_location"}
    | {f"record_{what}" for what in ("video", "voice", "audio", "video_note")}
    | {f"upload_{what}" for what in ("photo", "video", "voice", "audio", "document", "video_note")}
)


@method("sendMessage")
def send_message(call: Call) -> dict[str, Any]:
    """The order of the checks is the official server's."""
    if not call.text("text"):
        raise bad_request("message text is empty")
    raw = call.formatted("text")
    reply = _reply_parameters(call)
    markup = read_markup(call)
    chat = call.accessible_chat()
    place = _place(call, chat, reply)
    text, entities = cleaned_text(call, raw)
    check_rights(call, chat, "text")
    check_by_server(call, chat, place, markup)
    fields = _common(call, markup) | place
    if link_preview := call.json("link_preview_options", "link preview options"):
        fields["link_preview_options"] = link_preview
    message = post(call, chat, text=text, entities=entities, **fields)
    return message_object(call.world, call.bot, message)


@method("sendDocument", "sendPhoto")
def send_media(call: Call) -> dict[str, Any]:
    """One file with a caption."""
    kind = call.method.removeprefix("send").lower()
    raw = call.formatted("caption", "caption_entities")
    reply = _reply_parameters(call)
    markup = read_markup(call)
    file = _file(call, kind, call.text(kind), call.upload(kind))
    chat = call.accessible_chat()
    place = _place(call, chat, reply)
    caption, entities = cleaned_caption(call, raw)
    check_rights(call, chat, kind)
    check_by_server(call, chat, place, markup)
    message = post(call, chat, text=caption, entities=entities, media=(kind, file), **_common(call, markup), **place)
    return message_object(call.world, call.bot, message)


@method("sendMediaGroup")
def send_media_group(call: Call) -> list[dict[str, Any]]:
    """An album of at most ten files."""
    items = call.json("media", "media") or []
    if not items:
        raise bad_request("there are no messages to send")
    if len(items) > 10:
        raise bad_request("too many messages to send as an album")
    reply = _reply_parameters(call)
    read: list[tuple[str, File, tuple[str, list[Entity]]]] = []
    for item in items:
        if item.get("type") not in _RIGHTS:
            raise ApiError(501, f"Not Implemented: the test server does not model albums of {item.get('type')}")
        part = Call(call.server, call.world, call.bot, call.method, _item_params(item), call.files)
        raw = part.formatted("caption", "caption_entities")
        file = _file(part, item["type"], part.text("media"), part.upload("media"))
        read.append((item["type"], file, cleaned_caption(call, raw)))
    chat = call.accessible_chat()
    place = _place(call, chat, reply)
    for kind, _, _ in read:
        check_rights(call, chat, kind)
    check_by_server(call, chat, place, Markup())
    group = str(13_000_000_000_000_000 + call.world.serial())
    common = _common(call, Markup())
    sent = [
        post(call, chat, text=caption, entities=entities, media=(kind, file), media_group_id=group, **common, **place)
        for kind, file, (caption, entities) in read
    ]
    return [message_object(call.world, call.bot, message) for message in sent]


@method("forwardMessage", "copyMessage")
def pass_on(call: Call) -> dict[str, Any]:
    """Forward (with its origin) or copy (without) one message."""
    verb = call.method.removesuffix("Message")
    reply = _reply_parameters(call)
    markup = read_markup(call)
    raw = call.formatted("caption", "caption_entities") if "caption" in call.params else None
    chat = call.accessible_chat()
    source = call.accessible_chat("from_chat_id", write=False).message(call.integer("message_id"))
    place = _place(call, chat, reply)
    if source is None or source.service:
        raise bad_request(f"message to {verb} not found")
    check_rights(call, chat, source.media[0] if source.media else "text")
    check_by_server(call, chat, place, markup)
    text, entities = cleaned_caption(call, raw) if raw and source.media else (source.text, source.entities)
    fields = _common(call, markup) | place
    if verb == "forward":
        fields["origin"] = source.origin or {
            "type": "user",
            "date": source.date,
            "sender_user": user_object(source.sender),
        }
    message = post(call, chat, text=text, entities=entities, media=source.media, **fields)
    return {"message_id": message.id} if verb == "copy" else message_object(call.world, call.bot, message)


@method("sendChatAction")
def send_chat_action(call: Call) -> bool:
    """The action is recorded in the call log only."""
    if call.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = call.accessible_chat()
    call.thread(chat)
    return True


def cleaned_text(call: Call, raw: tuple[str, list[Entity]]) -> tuple[str, list[Entity]]:
    """Text as stored. Raises ApiError when nothing is left of it, or too much."""
    text, entities = call.clean(raw)
    if not text:
        raise bad_request("text must be non-empty")
    if len(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text, entities


def cleaned_caption(call: Call, raw: tuple[str, list[Entity]]) -> tuple[str, list[Entity]]:
    """Caption as stored. Raises ApiError when it is too long."""
    text, entities = call.clean(raw)
    if len(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return text, entities


def check_rights(call: Call, chat: Chat, kind: str) -> None:
    """Whether the bot may send this kind of message to the group."""
    if chat.type == "private":
        return
    me = call.me(chat)
    right, what = _RIGHTS[kind]
    if me.is_admin:
        return
    if chat.type == "channel":
        raise bad_request("need administrator rights in the channel chat")
    if not (me.rights.get(right, True) if me.status == "restricted" else chat.permissions.get(right, True)):
        raise bad_request(f"not enough rights to send {what} to the chat")


def check_by_server(call: Call, chat: Chat, place: dict[str, Any], markup: Markup) -> None:
    """What only Telegram's core refuses, and so last of all: button data, closed topics, flood."""
    markup.check_by_server()
    if chat.is_forum and not call.me(chat).can("can_manage_topics"):
        thread = place["thread_id"] if place["is_topic_message"] else None
        if chat.topics[thread].closed if thread else chat.general_closed:
            raise bad_request("TOPIC_CLOSED")
    call.server.flood.check(call.bot, chat)


def post(call: Call, chat: Chat, **fields: Any) -> Message:
    """Store a message of the bot."""
    return call.world.add_message(chat, call.bot.user, **fields)


def _common(call: Call, markup: Markup) -> dict[str, Any]:
    return {
        "keyboard": markup.keyboard,
        "reply_keyboard": markup.other,
        "protected": call.boolean("protect_content"),
        "silent": call.boolean("disable_notification"),
    }


def _reply_parameters(call: Call) -> dict[str, Any]:
    value = call.json("reply_parameters", "reply parameters")
    if value is not None and not isinstance(value, dict):
        raise bad_request("object expected as reply parameters")
    if value is None and call.integer("reply_to_message_id"):
        value = {
            "message_id": call.integer("reply_to_message_id"),
            "allow_sending_without_reply": call.boolean("allow_sending_without_reply"),
        }
    return value or {}


def _place(call: Call, chat: Chat, reply: dict[str, Any]) -> dict[str, Any]:
    """Topic and replied-to message; a reply without a topic goes where the message it replies to stands."""
    thread = call.thread(chat)
    replied = None
    if target := int(reply.get("message_id") or 0):
        replied = chat.message(target)
        if replied is None and not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
    return place_of(chat, thread, replied)


def place_of(chat: Chat, thread: int | None, replied: Message | None) -> dict[str, Any]:
    """The fields of a message that say where in the chat it stands.

    In a supergroup, outside topics, a reply carries as message_thread_id the first message of its thread: no topic.
    """
    if thread is None and replied is not None and replied.is_topic_message:
        thread = replied.thread_id
    if thread is None and replied is not None and chat.type == "supergroup":
        return {"thread_id": replied.thread_id or replied.id, "is_topic_message": False, "reply_to": replied}
    return {"thread_id": thread, "is_topic_message": thread is not None, "reply_to": replied}


def _item_params(item: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in item.items()}


def _file(call: Call, kind: str, reference: str, upload: Upload | None) -> File:
    """The file to send: uploaded now, or known by its file_id."""
    if upload is None:
        if not reference:
            raise bad_request(f"there is no {kind} in the request")
        file = call.world.file_by_id(call.bot, reference)
        if file is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return file
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > MAX_UPLOAD or (kind == "photo" and len(upload.data) > MAX_PHOTO):
        raise ApiError(413, "Request Entity Too Large")
    if kind != "photo":
        return call.world.add_file(upload.filename, upload.mime, upload.data, f"{kind}s")
    size = image_size(upload.data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return call.world.add_file(upload.filename, upload.mime, upload.data, "photos", size)
