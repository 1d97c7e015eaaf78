"""The state Telegram keeps: bots, users, chats, members, topics, messages, files and callback queries. No HTTP here."""

from __future__ import annotations

import hashlib
import itertools
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.botapi.updates import Signal, UpdateQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.botapi.text import Entity

ChatType = Literal["private", "group", "supergroup", "channel"]
Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]
IN_CHAT = frozenset({"creator", "administrator", "member", "restricted"})
GENERAL_TOPIC = 1


@dataclass(eq=False)
class User:
    """A person, or the public face of a bot."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "vi"
    is_bot: bool = False
    deactivated: bool = False


@dataclass(frozen=True)
class Webhook:
    """Where updates are posted, and how."""

    url: str
    secret_token: str = ""
    max_connections: int = 40
    ip_address: str = ""
    certificate: bool = False


@dataclass(eq=False)
class Bot:
    """A bot's account: its face, its settings per language, and its updates."""

    token: str
    user: User
    updates: UpdateQueue
    can_read_all_group_messages: bool = False
    webhook: Webhook | None = None
    last_webhook_error: tuple[int, str] | None = None
    logged_out: bool = False
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    menu_buttons: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.user.id


@dataclass(eq=False)
class Member:
    """A user's standing in a chat; `rights` are administrator rights or, when restricted, permissions."""

    user: User
    status: Status
    rights: dict[str, bool] = field(default_factory=dict)

    @property
    def present(self) -> bool:
        return self.status in IN_CHAT

    @property
    def is_admin(self) -> bool:
        return self.status in {"creator", "administrator"}

    def can(self, right: str) -> bool:
        """Whether an administrator holds `right` (a creator holds all)."""
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, False))


@dataclass(eq=False)
class Topic:
    """A forum topic; its id is the id of the service message that opened it."""

    id: int
    name: str
    icon_color: int = 7322096
    closed: bool = False
    deleted: bool = False


@dataclass(eq=False)
class File:
    """A stored file; the ids bots see are derived from `unique_id`."""

    unique_id: str
    name: str
    mime: str
    data: bytes
    path: str
    width: int = 0
    height: int = 0
    smaller: list[File] = field(default_factory=list)
    """Of a photo: its smaller sizes, smallest first."""

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(eq=False)
class Message:
    """A message as stored. `text` is text or caption; `media` is (kind, file); `service` holds service fields."""

    id: int
    chat: Chat
    sender: User
    date: int
    serial: int
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    media: tuple[str, File] | None = None
    service: dict[str, Any] = field(default_factory=dict)
    keyboard: list[list[dict[str, Any]]] | None = None
    reply_keyboard: dict[str, Any] | None = None
    thread_id: int | None = None
    is_topic_message: bool = False
    reply_to: Message | None = None
    origin: dict[str, Any] | None = None
    media_group_id: str | None = None
    link_preview_options: dict[str, Any] | None = None
    protected: bool = False
    silent: bool = False
    edit_date: int | None = None
    edits: list[int] = field(default_factory=list)
    reactions: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    deleted: bool = False
    pinned: bool = False

    @property
    def buttons(self) -> list[list[str]]:
        """The labels of the inline keyboard, row by row."""
        return [[button["text"] for button in row] for row in self.keyboard or []]

    @property
    def document(self) -> File | None:
        """The attached file of whatever kind."""
        return self.media[1] if self.media else None


@dataclass(eq=False)
class Chat:
    """A private chat (of one user with one bot), group, supergroup or channel."""

    id: int
    type: ChatType
    title: str | None = None
    username: str | None = None
    user: User | None = None
    bot: Bot | None = None
    is_forum: bool = False
    started: bool = False
    blocked: bool = False
    deleted: bool = False
    migrated_to: Chat | None = None
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    general_closed: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    permissions: dict[str, bool] = field(default_factory=dict)
    next_message_id: int = 1
    mark: int = 0

    def member(self, user_id: int) -> Member | None:
        return self.members.get(user_id)

    def message(self, message_id: int) -> Message | None:
        """A message that still exists."""
        message = self.messages.get(message_id)
        return None if message is None or message.deleted else message


@dataclass(eq=False)
class CallbackQuery:
    """A button press; `answer` holds what answerCallbackQuery said."""

    id: str
    user: User
    bot: Bot
    message: Message
    data: str
    created: float
    answer: dict[str, Any] | None = None


class Clock:
    """Wall time that tests can push forward."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self._ahead += seconds


class World:
    """Everything that exists, and the updates that follow from it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.changed = Signal()
        self.bots: dict[str, Bot] = {}
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.callbacks: dict[str, CallbackQuery] = {}
        self._private: dict[tuple[int, int], Chat] = {}
        self._user_ids = itertools.count(700_000_001)
        self._bot_ids = itertools.count(600_000_001)
        self._group_ids = itertools.count(400_001)
        self._supergroup_ids = itertools.count(1_700_000_001)
        self._file_numbers = itertools.count()
        self._serials = itertools.count(1)
        self.on_update: Callable[[str, dict[str, Any]], None] = lambda kind, body: None

    def serial(self) -> int:
        """A number that grows with everything that happens."""
        return next(self._serials)

    def add_bot(self, username: str, *, token: str | None = None, name: str = "Bot", reads_all: bool = False) -> Bot:
        """A bot; `reads_all` is privacy mode off."""
        bot_id = int(token.partition(":")[0]) if token else next(self._bot_ids)
        token = token or f"{bot_id}:{_digest('token', bot_id)[:35]}"
        user = User(bot_id, name, username=username, is_bot=True, language_code=None)
        queue = UpdateQueue(self.clock.now, 100_000_000 + bot_id % 1_000_000)
        bot = Bot(token, user, queue, can_read_all_group_messages=reads_all)
        self.bots[token] = bot
        self.users[bot_id] = user
        return bot

    def user(
        self,
        first_name: str,
        *,
        user_id: int | None = None,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "vi",
    ) -> User:
        """A person, who has not yet met any bot."""
        user = User(user_id or next(self._user_ids), first_name, last_name, username, language_code)
        self.users[user.id] = user
        return user

    def private(self, bot: Bot, user: User) -> Chat:
        """The private chat of a user with a bot, made when first asked for."""
        key = bot.id, user.id
        if key not in self._private:
            chat = Chat(user.id, "private", user=user, bot=bot)
            chat.members = {user.id: Member(user, "member"), bot.id: Member(bot.user, "member")}
            self._private[key] = chat
        return self._private[key]

    def group(
        self, title: str, *, kind: ChatType = "group", is_forum: bool = False, username: str | None = None
    ) -> Chat:
        """An empty group, supergroup or channel."""
        chat_id = -next(self._group_ids) if kind == "group" else -1_000_000_000_000 - next(self._supergroup_ids)
        # Message 1 of a group is the service message of its making, which is why no topic ever has the id 1.
        chat = Chat(chat_id, kind, title, username=username, is_forum=is_forum, next_message_id=2)
        self.chats[chat.id] = chat
        return chat

    def find_chat(self, bot: Bot, reference: str) -> Chat | None:
        """The chat a `chat_id` parameter names for this bot: a number or an @username; None for one it cannot know."""
        if reference.startswith("@"):
            return next((c for c in self.chats.values() if (c.username or "").lower() == reference[1:].lower()), None)
        try:
            chat_id = int(reference)
        except ValueError:
            return None
        if chat_id < 0:
            return self.chats.get(chat_id)
        user = self.users.get(chat_id)
        if user is None or user.is_bot:
            return None
        known = (bot.id, user.id) in self._private or any(self._share(chat, bot, user) for chat in self.chats.values())
        return self.private(bot, user) if known else None

    @staticmethod
    def _share(chat: Chat, bot: Bot, user: User) -> bool:
        return bot.id in chat.members and user.id in chat.members

    def all_chats(self) -> Iterator[Chat]:
        """Every chat there is."""
        yield from self._private.values()
        yield from self.chats.values()

    def bots_in(self, chat: Chat) -> list[Bot]:
        """The bots that are members of a chat now."""
        return [b for b in self.bots.values() if (m := chat.member(b.id)) is not None and m.present]

    def now(self) -> int:
        """The date of what happens now, in whole seconds."""
        return int(self.clock.now())

    def add_message(self, chat: Chat, sender: User, **fields: Any) -> Message:
        """Store a message under the chat's next id."""
        message = Message(chat.next_message_id, chat, sender, self.now(), self.serial(), **fields)
        chat.next_message_id += 1
        chat.messages[message.id] = message
        self.changed.fire()
        return message

    def add_file(self, name: str, mime: str, data: bytes, folder: str, size: tuple[int, int] = (0, 0)) -> File:
        """Store a file under `folder` of the file server."""
        number = next(self._file_numbers)
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        file = File(_digest("file", number)[:16], name, mime, data, f"{folder}/file_{number}.{suffix}", *size)
        self.files[file.unique_id] = file
        return file

    @staticmethod
    def file_id(bot: Bot, file: File) -> str:
        """The id under which `bot` knows `file`; another bot's id for it is worthless here."""
        return f"BQACAgUAAxkB{file.unique_id}{_digest('file', bot.id, file.unique_id)[:40]}"

    def file_by_id(self, bot: Bot, file_id: str) -> File | None:
        """The file behind an id, if the id was made for `bot`."""
        file = self.files.get(file_id[12:28])
        return file if file is not None and self.file_id(bot, file) == file_id else None

    def publish(self, bot: Bot, kind: str, body: dict[str, Any], lane: tuple[str, int]) -> None:
        """Queue an update for `bot`, if it wants the kind."""
        if bot.updates.wants(kind):
            self.on_update(kind, body)
            bot.updates.add(kind, body, lane)


def _digest(*parts: object) -> str:
    return hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()
