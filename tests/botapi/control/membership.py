"""Who is in which chat: joining, leaving, blocking, migration, and forum topics."""

from __future__ import annotations

from typing import Any

from tests.botapi.control.side import ADMIN_RIGHTS, Side
from tests.botapi.methods.chats import open_topic
from tests.botapi.render import user_object
from tests.botapi.visibility import announce, announce_member
from tests.botapi.world import Bot, Chat, Member, Message, Status, Topic, User


class Membership(Side):
    """Members and topics."""

    def add_bot(self, actor: User, chat: Chat, *, admin: bool = False, bot: Bot | None = None) -> None:
        """Someone adds the bot to the group, or makes it an administrator."""
        me = bot or self._server.bot
        was_in = (m := chat.member(me.id)) is not None and m.present
        self._set_member(
            actor,
            chat,
            me.user,
            "administrator" if admin else "member",
            dict.fromkeys(ADMIN_RIGHTS, True) if admin else {},
        )
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

    def deactivate(self, user: User) -> None:
        """The account is deleted."""
        user.deactivated = True

    def _set_member(
        self, actor: User, chat: Chat, user: User, status: Status, rights: dict[str, bool] | None = None
    ) -> None:
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
