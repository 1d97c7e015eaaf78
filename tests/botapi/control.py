"""Acting as people: what tests do to the world, and how they wait for what the bot does in answer."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.botapi import text as texts
from tests.botapi.errors import ApiError, too_many_requests
from tests.botapi.faults import Fault, FloodLimits
from tests.botapi.images import image_size
from tests.botapi.methods.chats import open_topic
from tests.botapi.methods.sending import place_of
from tests.botapi.render import chat_object, user_object
from tests.botapi.visibility import announce, announce_callback, announce_member
from tests.botapi.world import Bot, CallbackQuery, Chat, Member, Message, Status, Topic, User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.botapi.server import BotApiServer
    from tests.botapi.text import Entity
    from tests.botapi.updates import Update

PATIENCE = 10.0


class Control:
    """People, their chats and the weather between them and the bot."""

    def __init__(self, server: BotApiServer) -> None:
        self._server = server
        self._world = server.world

    # People and chats

    def user(self, first_name: str, **details: Any) -> User:
        """A person (details: user_id, last_name, username, language_code)."""
        return self._world.user(first_name, **details)

    def private(self, user: User, bot: Bot | None = None) -> Chat:
        """The user's private chat with the bot; the bot may write only once the user has (see `started`)."""
        return self._world.private(bot or self._server.bot, user)

    def started(self, user: User, bot: Bot | None = None) -> Chat:
        """The private chat, as if the user had pressed Start long ago."""
        chat = self.private(user, bot)
        chat.started = True
        return chat

    def group(self, title: str, members: tuple[User, ...] | list[User] = (), *, bot: bool = True, admin: bool = False) -> Chat:
        """A basic group; its first member owns it. With `bot`, the bot is in it already (no update)."""
        return self._peopled(self._world.group(title), members, bot=bot, admin=admin)

    def supergroup(self, title: str, members: tuple[User, ...] | list[User] = (), *, bot: bool = True, admin: bool = False,
                   username: str | None = None) -> Chat:
        """A supergroup without topics."""
        return self._peopled(self._world.group(title, kind="supergroup", username=username), members, bot=bot, admin=admin)

    def forum(self, title: str, members: tuple[User, ...] | list[User] = (), *, bot: bool = True, admin: bool = False) -> Chat:
        """A supergroup with topics."""
        return self._peopled(self._world.group(title, kind="supergroup", is_forum=True), members, bot=bot, admin=admin)

    def _peopled(self, chat: Chat, members: tuple[User, ...] | list[User], *, bot: bool, admin: bool) -> Chat:
        for number, user in enumerate(members):
            chat.members[user.id] = Member(user, "member" if number else "creator")
        if bot:
            me = self._server.bot
            rights = dict.fromkeys(_ADMIN_RIGHTS, True) if admin else {}
            chat.members[me.id] = Member(me.user, "administrator" if admin else "member", rights)
        return chat

    # What people do

    def send_text(self, user: User, chat: Chat, text: str, *, thread: Topic | int | None = None, reply_to: Message | None = None,
                  entities: list[Entity] | None = None) -> Message:
        """A text message. `entities` are those the person's client adds; mentions, commands and links are found anyway."""
        cleaned, found = texts.clean(text, entities or [])
        return self._post(user, chat, thread, reply_to, text=cleaned, entities=found)

    def send_document(self, user: User, chat: Chat, data: bytes, filename: str, *, mime: str = "application/octet-stream",
                      caption: str = "", thread: Topic | int | None = None, reply_to: Message | None = None) -> Message:
        """A document."""
        file = self._world.add_file(filename, mime, data, "documents")
        cleaned, found = texts.clean(caption, [])
        return self._post(user, chat, thread, reply_to, text=cleaned, entities=found, media=("document", file))

    def send_photo(self, user: User, chat: Chat, data: bytes, *, caption: str = "", thread: Topic | int | None = None,
                   reply_to: Message | None = None) -> Message:
        """A photo: PNG, JPEG or GIF data."""
        size = image_size(data)
        if size is None:
            raise ValueError("a photo must be PNG, JPEG or GIF data")
        file = self._world.add_file("photo.jpg", "image/jpeg", data, "photos", size)
        cleaned, found = texts.clean(caption, [])
        return self._post(user, chat, thread, reply_to, text=cleaned, entities=found, media=("photo", file))

    def edit(self, user: User, message: Message, text: str) -> Message:
        """The author changes the text or caption."""
        if message.sender is not user:
            raise AssertionError(f"{user.first_name} cannot edit a message of {message.sender.first_name}")
        message.text, message.entities = texts.clean(text, [])
        message.edit_date = self._world.now()
        self._act(message.chat)
        announce(self._world, message, "edited_message")
        return message

    async def press(self, user: User, message: Message, button: str, *, answered_within: float = PATIENCE) -> dict[str, Any]:
        """Press the inline button labelled `button` and wait for the answer: `{"text", "show_alert", "url"}`.

        Raises AssertionError when the message shows no such button, or the bot does not answer in time.
        """
        query = self.start_press(user, message, button)
        await self.wait_for(lambda: query.answer is not None, f"an answer to the press of {button!r}", answered_within)
        return query.answer or {}

    def start_press(self, user: User, message: Message, button: str) -> CallbackQuery:
        """Press a button without waiting for the answer (it will be in `.answer`)."""
        labels = [b for row in message.keyboard or [] for b in row]
        if message.deleted:
            raise AssertionError("the message with the button was deleted")
        found = next((b for b in labels if b["text"] == button), None) or next((b for b in labels if button in b["text"]), None)
        if found is None:
            raise AssertionError(f"no button {button!r} under {message.text[:80]!r}; there are {message.buttons}")
        if "callback_data" not in found:
            raise AssertionError(f"the button {button!r} does not call back: {found}")
        return self.press_data(user, message, found["callback_data"])

    def press_data(self, user: User, message: Message, data: str) -> CallbackQuery:
        """A press carrying any data, as from an old keyboard or a modified client."""
        bot = next(b for b in self._world.bots.values() if b.user is message.sender)
        query = CallbackQuery(str(4_000_000_000_000_000_000 + self._world.serial()), user, bot, message, data, self._world.clock.now())
        self._world.callbacks[query.id] = query
        self._act(message.chat)
        announce_callback(self._world, query)
        return query

    def delete(self, message: Message) -> None:
        """A person deletes a message; bots are not told."""
        message.deleted = True
        self._world.changed.fire()

    def _post(self, user: User, chat: Chat, thread: Topic | int | None, reply_to: Message | None, **fields: Any) -> Message:
        if chat.user is not None and not chat.started:
            chat.started = True
        elif chat.user is None:
            chat.members.setdefault(user.id, Member(user, "member"))
        topic = thread.id if isinstance(thread, Topic) else thread
        if topic is not None and (topic not in chat.topics or chat.topics[topic].deleted):
            raise AssertionError(f"{chat.title} has no topic {topic}")
        message = self._world.add_message(chat, user, **fields, **place_of(chat, topic, reply_to))
        self._act(chat)
        announce(self._world, message)
        return message

    def _act(self, chat: Chat) -> None:
        chat.mark = self._world.serial()

    # Membership

    def add_bot(self, actor: User, chat: Chat, *, admin: bool = False, bot: Bot | None = None) -> None:
        """Someone adds the bot to the group, or makes it an administrator."""
        me = bot or self._server.bot
        was_in = (m := chat.member(me.id)) is not None and m.present
        self._set_member(actor, chat, me.user, "administrator" if admin else "member", dict.fromkeys(_ADMIN_RIGHTS, True) if admin else {})
        if not was_in:
            self._service(actor, chat, {"new_chat_members": [user_object(me.user)]})

    def kick_bot(self, actor: User, chat: Chat, bot: Bot | None = None) -> None:
        """Someone removes the bot for good."""
        self._set_member(actor, chat, (bot or self._server.bot).user, "kicked")

    def remove_bot(self, actor: User, chat: Chat, bot: Bot | None = None) -> None:
        """The bot is out of the group, not banned."""
        self._set_member(actor, chat, (bot or self._server.bot).user, "left")

    def restrict_bot(self, actor: User, chat: Chat, **permissions: bool) -> None:
        """Take permissions from the bot, e.g. `can_send_messages=False`."""
        self._set_member(actor, chat, self._server.bot.user, "restricted", permissions)

    def add_member(self, actor: User, chat: Chat, user: User, *, admin: bool = False) -> None:
        """Someone joins, or becomes an administrator."""
        self._set_member(actor, chat, user, "administrator" if admin else "member")

    def remove_member(self, actor: User, chat: Chat, user: User) -> None:
        """Someone leaves."""
        self._set_member(actor, chat, user, "left")

    def block_bot(self, user: User, bot: Bot | None = None) -> None:
        """The user blocks the bot."""
        self._set_blocked(user, bot or self._server.bot, blocked=True)

    def unblock_bot(self, user: User, bot: Bot | None = None) -> None:
        """The user lets the bot write again."""
        self._set_blocked(user, bot or self._server.bot, blocked=False)

    def _set_blocked(self, user: User, bot: Bot, *, blocked: bool) -> None:
        chat = self._world.private(bot, user)
        chat.blocked = blocked
        states = Member(bot.user, "member"), Member(bot.user, "kicked")
        old, new = states if blocked else states[::-1]
        announce_member(self._world, chat, user, old, new)

    def deactivate(self, user: User) -> None:
        """The account is deleted."""
        user.deactivated = True

    def _set_member(self, actor: User, chat: Chat, user: User, status: Status, rights: dict[str, bool] | None = None) -> None:
        old = chat.member(user.id) or Member(user, "left")
        chat.members[user.id] = new = Member(user, status, rights or {})
        self._act(chat)
        announce_member(self._world, chat, actor, old, new)

    def _service(self, actor: User, chat: Chat, service: dict[str, Any]) -> Message:
        message = self._world.add_message(chat, actor, service=service)
        announce(self._world, message)
        return message

    def delete_group(self, chat: Chat) -> None:
        """The group is gone."""
        chat.deleted = True

    def migrate(self, actor: User, chat: Chat) -> Chat:
        """The group becomes a supergroup with a new id; both sides get their service message."""
        new = self._world.group(chat.title or "", kind="supergroup")
        new.members = dict(chat.members)
        self._service(actor, chat, {"migrate_to_chat_id": new.id})
        chat.migrated_to = new
        self._service(actor, new, {"migrate_from_chat_id": chat.id})
        return new

    # Topics

    def open_topic(self, actor: User, chat: Chat, name: str) -> Topic:
        """A new topic in a forum."""
        topic = open_topic(self._world, chat, actor, name, 7322096)
        self._act(chat)
        return topic

    def close_topic(self, actor: User, chat: Chat, topic: Topic) -> None:
        """Ordinary members and bots can no longer write there."""
        topic.closed = True
        self._topic_service(actor, chat, topic, "forum_topic_closed")

    def reopen_topic(self, actor: User, chat: Chat, topic: Topic) -> None:
        """The topic is open again."""
        topic.closed = False
        self._topic_service(actor, chat, topic, "forum_topic_reopened")

    def delete_topic(self, chat: Chat, topic: Topic) -> None:
        """The topic and its messages go; bots are not told."""
        topic.deleted = True
        for message in chat.messages.values():
            message.deleted = message.deleted or (message.is_topic_message and message.thread_id == topic.id)

    def _topic_service(self, actor: User, chat: Chat, topic: Topic, name: str) -> None:
        message = self._world.add_message(chat, actor, service={name: {}}, thread_id=topic.id, is_topic_message=True)
        self._act(chat)
        announce(self._world, message)

    # Looking and waiting

    def messages(self, chat: Chat, *, after: Message | int | None = None, thread: Topic | int | None = None) -> list[Message]:
        """The bots' messages that stand in a chat, oldest first; `after` a message or a moment (`moment()`)."""
        since = after.serial if isinstance(after, Message) else after or 0
        topic = thread.id if isinstance(thread, Topic) else thread
        return [m for m in chat.messages.values() if m.sender.is_bot and not m.service and not m.deleted and m.serial > since
                and (topic is None or m.thread_id == topic)]

    def moment(self) -> int:
        """Now, for `after`."""
        return self._world.serial()

    async def wait_for(self, condition: Callable[[], Any], what: str, timeout: float = PATIENCE) -> Any:  # noqa: ASYNC109
        """Wait until `condition` holds and return its value. Raises AssertionError naming `what` after `timeout` seconds."""
        deadline = asyncio.get_running_loop().time() + timeout
        while not (value := condition()):
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0 or not await self._world.changed.wait(left):
                if value := condition():
                    return value
                raise AssertionError(f"waited {timeout} s in vain for {what}\n{self._story()}")
        return value

    async def wait_for_message(self, chat: Chat, n: int = 1, *, after: Message | int | None = None, thread: Topic | int | None = None,
                               timeout: float = PATIENCE) -> Message:  # noqa: ASYNC109
        """The bot's n-th message in a chat since `after`, or since a person last did something there."""
        since = chat.mark if after is None else after

        def found() -> Message | None:
            return (self.messages(chat, after=since, thread=thread)[n - 1 : n] or [None])[0]

        return await self.wait_for(found, f"message {n} of the bot in {chat.title or chat.id}", timeout)

    async def wait_for_edit(self, message: Message, *, after: int | None = None, timeout: float = PATIENCE) -> Message:  # noqa: ASYNC109
        """The bot edits `message`, after `after` or after a person last did something in its chat."""
        since = message.chat.mark if after is None else after
        await self.wait_for(lambda: any(e > since for e in message.edits), f"an edit of {message.text[:80]!r}", timeout)
        return message

    async def wait_for_deletion(self, message: Message, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109
        """The message goes."""
        await self.wait_for(lambda: message.deleted, f"the deletion of {message.text[:80]!r}", timeout)

    async def wait_for_call(self, method: str, n: int = 1, timeout: float = PATIENCE) -> Any:  # noqa: ASYNC109
        """The n-th call of a method since the server started."""
        calls = self._server.calls
        return await self.wait_for(lambda: (calls(method)[n - 1 : n] or [None])[0], f"call {n} of {method}", timeout)

    async def expect_silence(self, chat: Chat, seconds: float = 0.3) -> None:
        """Raise AssertionError when the bot writes to the chat within `seconds`."""
        since = self.moment()
        await asyncio.sleep(seconds)
        if sent := self.messages(chat, after=since):
            raise AssertionError(f"silence was expected, the bot wrote {[m.text for m in sent]}")

    def transcript(self, chat: Chat) -> list[str]:
        """The chat as people see it, a line a message: `Lan: /start`, `Chỉ đạo: Xin chào [Đồng ý | Thôi]`."""
        return [_line(m) for m in chat.messages.values() if not m.deleted]

    def _story(self) -> str:
        chats = [c for c in self._world.all_chats() if c.messages]
        return "\n".join(f"{chat_object(c)}\n" + "\n".join(f"  {line}" for line in self.transcript(c)) for c in chats)

    # Weather

    def fail_next(self, method: str | None = None, code: int = 500, description: str | None = None, *, times: int = 1,
                  chat: Chat | None = None, retry_after: int | None = None, **parameters: Any) -> None:
        """The next calls are answered with an error; with `retry_after`, with a 429."""
        error = too_many_requests(retry_after) if retry_after is not None else ApiError(
            code, description or _DESCRIPTIONS.get(code, "Internal Server Error"), **parameters)
        self._server.faults.add(Fault(method, error=error, times=times, chat_id=chat.id if chat else None))

    def drop_next(self, method: str | None = None, *, after: bool = False, times: int = 1) -> None:
        """The connection closes without an answer, before or `after` the method has done its work."""
        self._server.faults.add(Fault(method, drop="after" if after else "before", times=times))

    def delay_next(self, method: str | None, seconds: float, *, times: int = 1) -> None:
        """The answer comes late."""
        self._server.faults.add(Fault(method, delay=seconds, times=times))

    def flood_limits(self, limits: FloodLimits | None = None) -> None:
        """Turn flood limits on (default: the documented guidance)."""
        self._server.flood.limits = limits or FloodLimits()

    def duplicate_next_update(self, times: int = 1) -> None:
        """The next updates come twice."""
        self._server.bot.updates.duplicate_next(times)

    def redeliver(self, update: Update | None = None) -> None:
        """An update already confirmed (default: the last one) comes again."""
        self._server.bot.updates.redeliver(update or self._server.bot.updates.confirmed[-1])

    @contextmanager
    def held_updates(self, *, backwards: bool = False) -> Iterator[None]:
        """Updates made inside the block are delivered at its end, `backwards` if so wished."""
        self._server.bot.updates.hold()
        try:
            yield
        finally:
            self._server.bot.updates.release(backwards=backwards)

    async def bot_listens(self, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109
        """Wait until the bot polls, or has set its webhook: before that, `allowed_updates` may be an older one."""
        await self._until(self._server.is_heard, "nobody polls and there is no webhook", timeout)

    async def _until(self, condition: Callable[[], bool], complaint: str, seconds: float) -> None:
        """For what no signal announces."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"after {seconds} s {complaint}")
            await asyncio.sleep(0.005)

    async def all_confirmed(self, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109
        """Wait until the bot has confirmed every update."""
        await self._until(lambda: not self._server.bot.updates.pending, "updates are still unconfirmed", timeout)


_ADMIN_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_change_info", "can_invite_users",
    "can_pin_messages", "can_manage_topics",
)
_DESCRIPTIONS = {400: "Bad Request: test", 403: "Forbidden: test", 409: "Conflict: test", 500: "Internal Server Error", 502: "Bad Gateway",
                 503: "Service Unavailable", 504: "Gateway Timeout"}


def _line(message: Message) -> str:
    parts = [message.text]
    if message.media is not None:
        parts.insert(0, f"<{message.media[0]} {message.media[1].name}>")
    parts += [f"<{name}>" for name in message.service]
    parts += ["[" + " | ".join(row) + "]" for row in message.buttons]
    return f"{message.sender.first_name}: " + " ".join(filter(None, parts))
