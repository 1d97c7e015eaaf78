"""Which updates wait for which: within one chat they are handled one after another, across chats side by side."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

if TYPE_CHECKING:
    from collections.abc import Awaitable

# Waiting updates hold a place too, so this is far above what is ever worked on at once: one chat cannot fill it alone.
AT_ONCE = 1024


class OrderedByChat(BaseUpdateProcessor):
    """Runs updates concurrently across chats and forum topics, and in order of arrival within one."""

    __slots__ = ("_last",)

    def __init__(self, at_once: int = AT_ONCE) -> None:
        super().__init__(at_once)
        # The update each chat is waiting for; a chat without one has no entry.
        self._last: dict[tuple[int, int | None], asyncio.Event] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Waits until the chat's earlier updates are done, then handles this one."""
        place = _place(update)
        if place is None:
            await coroutine
            return
        earlier, done = self._last.get(place), asyncio.Event()
        self._last[place] = done
        try:
            if earlier is not None:
                await earlier.wait()
            await coroutine
        finally:
            done.set()
            if self._last.get(place) is done:
                del self._last[place]

    def is_busy(self) -> bool:
        """True while anybody waits for an answer."""
        return bool(self._last)

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to let go of."""


def _place(update: object) -> tuple[int, int | None] | None:
    """The chat and forum topic of an update, else the person; None when it belongs to neither."""
    if not isinstance(update, Update):
        return None
    if update.effective_chat is not None:
        message = update.effective_message
        # A reply chain outside a forum carries a thread id too; only topics are places of their own.
        topic = message.message_thread_id if message is not None and message.is_topic_message else None
        return update.effective_chat.id, topic
    return (update.effective_user.id, None) if update.effective_user else None
