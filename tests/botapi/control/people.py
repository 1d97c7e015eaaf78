"""Acting as people: their chats, messages and button presses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.botapi import text as texts
from tests.botapi.control.side import ADMIN_RIGHTS, PATIENCE
from tests.botapi.control.waiting import Waiting
from tests.botapi.images import image_size, smaller_sizes
from tests.botapi.methods.sending import place_of
from tests.botapi.visibility import announce, announce_callback
from tests.botapi.world import Bot, CallbackQuery, Chat, Member, Message, Topic, User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.botapi.text import Entity


class People(Waiting):
    """People and what they do."""

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

    def group(
        self, title: str, members: tuple[User, ...] | list[User] = (), *, bot: bool = True, admin: bool = False
    ) -> Chat:
        """A basic group; its first member owns it. With `bot`, the bot is in it already (no update)."""
        return self._peopled(self._world.group(title), members, bot=bot, admin=admin)

    def supergroup(
        self,
        title: str,
        members: tuple[User, ...] | list[User] = (),
        *,
        bot: bool = True,
        admin: bool = False,
        username: str | None = None,
    ) -> Chat:
        """A supergroup without topics."""
        return self._peopled(
            self._world.group(title, kind="supergroup", username=username), members, bot=bot, admin=admin
        )

    def forum(
        self, title: str, members: tuple[User, ...] | list[User] = (), *, bot: bool = True, admin: bool = False
    ) -> Chat:
        """A supergroup with topics."""
        return self._peopled(self._world.group(title, kind="supergroup", is_forum=True), members, bot=bot, admin=admin)

    def _peopled(self, chat: Chat, members: tuple[User, ...] | list[User], *, bot: bool, admin: bool) -> Chat:
        for number, user in enumerate(members):
            chat.members[user.id] = Member(user, "member" if number else "creator")
        if bot:
            me = self._server.bot
            rights = dict.fromkeys(ADMIN_RIGHTS, True) if admin else {}
            chat.members[me.id] = Member(me.user, "administrator" if admin else "member", rights)
        return chat

    def send_text(
        self,
        user: User,
        chat: Chat,
        text: str,
        *,
        thread: Topic | int | None = None,
        reply_to: Message | None = None,
        entities: list[Entity] | None = None,
    ) -> Message:
        """A text message. `entities` are the client's own; mentions, commands and links are found anyway."""
        cleaned, found = texts.clean(text, entities or [])
        return self._post(user, chat, thread, reply_to, text=cleaned, entities=found)

    def send_document(
        self,
        user: User,
        chat: Chat,
        data: bytes,
        filename: str,
        *,
        mime: str = "application/octet-stream",
        caption: str = "",
        thread: Topic | int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """A document."""
        file = self._world.add_file(filename, mime, data, "documents")
        cleaned, found = texts.clean(caption, [])
        return self._post(user, chat, thread, reply_to, text=cleaned, entities=found, media=("document", file))

    def send_photo(
        self,
        user: User,
        chat: Chat,
        data: bytes,
        *,
        caption: str = "",
        thread: Topic | int | None = None,
        reply_to: Message | None = None,
        album: str | None = None,
    ) -> Message:
        """A photo: PNG, JPEG or GIF data; Telegram offers smaller sizes of it too."""
        size = image_size(data)
        if size is None:
            raise ValueError("a photo must be PNG, JPEG or GIF data")
        file = self._world.add_file("photo.jpg", "image/jpeg", data, "photos", size)
        for each, content in smaller_sizes(data):
            file.smaller.append(self._world.add_file("photo.jpg", "image/jpeg", content, "photos", each))
        cleaned, found = texts.clean(caption, [])
        fields = {"text": cleaned, "entities": found, "media": ("photo", file), "media_group_id": album}
        return self._post(user, chat, thread, reply_to, **fields)

    def send_album(self, user: User, chat: Chat, photos: Sequence[bytes], *, caption: str = "") -> list[Message]:
        """Photos sent together: a message and an update for each, of one media group, the caption below the first."""
        if not 2 <= len(photos) <= 10:
            raise ValueError("an album has 2 to 10 photos")
        group = str(13_000_000_000_000_000 + self._world.serial())
        captions = [caption, *[""] * (len(photos) - 1)]
        sent = zip(photos, captions, strict=True)
        return [self.send_photo(user, chat, data, caption=below, album=group) for data, below in sent]

    def edit(self, user: User, message: Message, text: str) -> Message:
        """The author changes the text or caption."""
        if message.sender is not user:
            raise AssertionError(f"{user.first_name} cannot edit a message of {message.sender.first_name}")
        message.text, message.entities = texts.clean(text, [])
        message.edit_date = self._world.now()
        self._act(message.chat)
        announce(self._world, message, "edited_message")
        return message

    async def press(
        self, user: User, message: Message, button: str, *, answered_within: float = PATIENCE
    ) -> dict[str, Any]:
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
        found = next((b for b in labels if b["text"] == button), None) or next(
            (b for b in labels if button in b["text"]), None
        )
        if found is None:
            raise AssertionError(f"no button {button!r} under {message.text[:80]!r}; there are {message.buttons}")
        if "callback_data" not in found:
            raise AssertionError(f"the button {button!r} does not call back: {found}")
        return self.press_data(user, message, found["callback_data"])

    def press_data(self, user: User, message: Message, data: str) -> CallbackQuery:
        """A press carrying any data, as from an old keyboard or a modified client."""
        bot = next(b for b in self._world.bots.values() if b.user is message.sender)
        query = CallbackQuery(
            str(4_000_000_000_000_000_000 + self._world.serial()), user, bot, message, data, self._world.clock.now()
        )
        self._world.callbacks[query.id] = query
        self._act(message.chat)
        announce_callback(self._world, query)
        return query

    def delete(self, message: Message) -> None:
        """A person deletes a message; bots are not told."""
        message.deleted = True
        self._world.changed.fire()

    def _post(
        self, user: User, chat: Chat, thread: Topic | int | None, reply_to: Message | None, **fields: Any
    ) -> Message:
        if chat.user is not None:
            chat.started = True
            if chat.blocked and chat.bot is not None:  # writing means pressing Restart first
                self._set_blocked(chat.user, chat.bot, blocked=False)
        else:
            chat.members.setdefault(user.id, Member(user, "member"))
        topic = thread.id if isinstance(thread, Topic) else thread
        if topic is not None and (topic not in chat.topics or chat.topics[topic].deleted):
            raise AssertionError(f"{chat.title} has no topic {topic}")
        message = self._world.add_message(chat, user, **fields, **place_of(chat, topic, reply_to))
        self._act(chat)
        announce(self._world, message)
        return message
