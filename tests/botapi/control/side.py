"""What the parts of the control side share: the server and its world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.botapi.visibility import announce_member
from tests.botapi.world import Bot, Chat, Member, User

if TYPE_CHECKING:
    from tests.botapi.server import BotApiServer

PATIENCE = 10.0
ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


class Side:
    """One part of the control side."""

    def __init__(self, server: BotApiServer) -> None:
        self._server = server
        self._world = server.world

    def _act(self, chat: Chat) -> None:
        """Note that a person did something in a chat: waiting counts from here."""
        chat.mark = self._world.serial()

    def _set_blocked(self, user: User, bot: Bot, *, blocked: bool) -> None:
        chat = self._world.private(bot, user)
        chat.blocked = blocked
        states = Member(bot.user, "member"), Member(bot.user, "kicked")
        old, new = states if blocked else states[::-1]
        announce_member(self._world, chat, user, old, new)
