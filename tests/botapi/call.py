"""One request to a method: typed parameters, uploads, and the checks of chat and topic that all methods share."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.botapi import entities, text
from tests.botapi.errors import bad_request, forbidden
from tests.botapi.text import Entity
from tests.botapi.world import GENERAL_TOPIC, Bot, Chat, Member, Message, World

if TYPE_CHECKING:
    from tests.botapi.server import BotApiServer

MAX_TEXT_BYTES = 32_768
_INTEGER = re.compile(r"[ ]*(-?\d+)")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part of a multipart request."""

    filename: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Call:
    """One request, as its handler sees it."""

    server: BotApiServer
    world: World
    bot: Bot
    method: str
    params: dict[str, str]
    files: dict[str, Upload]
    note: str | None = None

    def text(self, name: str) -> str:
        return self.params.get(name, "")

    def integer(self, name: str, default: int = 0) -> int:
        """As Telegram reads numbers: leading digits, otherwise `default`."""
        match = _INTEGER.match(self.params.get(name, ""))
        return int(match[1]) if match else default

    def boolean(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "yes", "1"}

    def json(self, name: str, what: str) -> Any:
        """The parameter's JSON value, None when absent. Raises ApiError naming `what` when it is no JSON."""
        raw = self.text(name)
        if not raw:
            return None
        try:
            return json.loads(raw)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def formatted(self, name: str, entities_name: str = "entities") -> tuple[str, list[Entity]]:
        """The text of a parameter with its mark-up read, not yet cleaned."""
        raw = self.text(name)
        if len(raw.encode()) > MAX_TEXT_BYTES:
            raise bad_request("text is too long")
        mode = self.text("parse_mode")
        if mode and mode.lower() != "none":
            return entities.parse(raw, mode)
        given = self.json(entities_name, "entities")
        if given is None:
            return raw, []
        if not isinstance(given, list):
            return raw, []
        return raw, [_entity(item) for item in given if item.get("type") in _GIVEN_ENTITIES]

    def clean(self, raw: tuple[str, list[Entity]]) -> tuple[str, list[Entity]]:
        """Text and entities as they are stored; mentions of users nobody knows are dropped."""
        known = [e for e in raw[1] if e.extra.get("user_id", 0) in {0, *self.world.users}]
        return text.clean(raw[0], known)

    def chat(self, name: str = "chat_id") -> Chat:
        """The chat named by a parameter, whether or not the bot may write there."""
        reference = self.text(name)
        if not reference:
            raise bad_request(f"{name} is empty")
        chat = self.world.find_chat(self.bot, reference)
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def accessible_chat(self, name: str = "chat_id", *, write: bool = True) -> Chat:
        """The chat named by a parameter, if the bot may read (and write) it."""
        chat = self.chat(name)
        if chat.migrated_to is not None:
            raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to.id)
        if chat.deleted:
            raise forbidden("the group chat was deleted")
        if chat.user is not None:
            self._check_person(chat, write=write)
            return chat
        me = chat.member(self.bot.id)
        if me is None or not me.present:
            kicked = me is not None and me.status == "kicked"
            raise forbidden(
                f"bot was kicked from the {chat.type} chat"
                if kicked
                else f"bot is not a member of the {chat.type} chat"
            )
        return chat

    def _check_person(self, chat: Chat, *, write: bool) -> None:
        if chat.user is not None and chat.user.deactivated:
            raise forbidden("user is deactivated")
        if write and chat.blocked:
            raise forbidden("bot was blocked by the user")
        if write and not chat.started:
            raise forbidden("bot can't initiate conversation with a user")

    def me(self, chat: Chat) -> Member:
        """The bot's own standing in a chat it is in."""
        return chat.members[self.bot.id]

    def thread(self, chat: Chat, name: str = "message_thread_id") -> int | None:
        """The topic a message goes to; None for General and for chats that have no topics."""
        thread = self.integer(name)
        if not thread or (chat.type != "private" and not chat.is_forum):
            return None
        topic = chat.topics.get(thread)
        if thread == GENERAL_TOPIC or topic is None or topic.deleted:
            raise bad_request("message thread not found")
        return thread

    def message(self, chat: Chat, verb: str, name: str = "message_id") -> Message:
        """The message named by a parameter; `verb` completes "message to ... not found"."""
        if name not in self.params:
            raise bad_request("message identifier is not specified")
        message = chat.message(self.integer(name))
        if message is None:
            raise bad_request(f"message to {verb} not found")
        return message

    def upload(self, name: str) -> Upload | None:
        """The uploaded file behind a parameter, sent under its name or attached to it."""
        if name in self.files:
            return self.files[name]
        reference = self.text(name)
        return self.files.get(reference.removeprefix("attach://")) if reference.startswith("attach://") else None


Handler = Callable[[Call], Any | Awaitable[Any]]
METHODS: dict[str, Handler] = {}


def method(*names: str) -> Callable[[Handler], Handler]:
    """Register a handler for the methods named."""

    def register(handler: Handler) -> Handler:
        METHODS.update(dict.fromkeys(names, handler))
        return handler

    return register


_GIVEN_ENTITIES = {
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
    "date_time",
}


def _entity(item: dict[str, Any]) -> Entity:
    extra = {k: v for k, v in item.items() if k not in {"type", "offset", "length", "user"}}
    if "user" in item:
        extra["user_id"] = item["user"]["id"]
    return Entity(item["type"], int(item["offset"]), int(item["length"]), extra)
