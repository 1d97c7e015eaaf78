"""Looking at chats, and waiting for what the bot does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.botapi.control.side import PATIENCE, Side
from tests.botapi.render import chat_object
from tests.botapi.world import Chat, Message, Topic

if TYPE_CHECKING:
    from collections.abc import Callable


class Waiting(Side):
    """Looking and waiting."""

    def messages(
        self, chat: Chat, *, after: Message | int | None = None, thread: Topic | int | None = None
    ) -> list[Message]:
        """The bots' messages that stand in a chat, oldest first; `after` a message or a moment (`moment()`)."""
        since = after.serial if isinstance(after, Message) else after or 0
        topic = thread.id if isinstance(thread, Topic) else thread
        return [
            m
            for m in chat.messages.values()
            if m.sender.is_bot
            and not m.service
            and not m.deleted
            and m.serial > since
            and (topic is None or m.thread_id == topic)
        ]

    def moment(self) -> int:
        """Now, for `after`."""
        return self._world.serial()

    async def wait_for(self, condition: Callable[[], Any], what: str, timeout: float = PATIENCE) -> Any:  # noqa: ASYNC109
        """Wait until `condition` holds; its value. Raises AssertionError naming `what` after `timeout` seconds."""
        deadline = asyncio.get_running_loop().time() + timeout
        while not (value := condition()):
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0 or not await self._world.changed.wait(left):
                if value := condition():
                    return value
                raise AssertionError(f"waited {timeout} s in vain for {what}\n{self._story()}")
        return value

    async def wait_for_message(
        self,
        chat: Chat,
        n: int = 1,
        *,
        after: Message | int | None = None,
        thread: Topic | int | None = None,
        timeout: float = PATIENCE,  # noqa: ASYNC109
    ) -> Message:
        """The bot's n-th message in a chat since `after`, or since a person last did something there."""
        since = chat.mark if after is None else after

        def found() -> Message | None:
            return next(iter(self.messages(chat, after=since, thread=thread)[n - 1 : n]), None)

        message: Message = await self.wait_for(found, f"message {n} of the bot in {chat.title or chat.id}", timeout)
        return message

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
        return await self.wait_for(lambda: next(iter(calls(method)[n - 1 : n]), None), f"call {n} of {method}", timeout)

    async def expect_silence(self, chat: Chat, seconds: float = 0.3) -> None:
        """Raise AssertionError when the bot writes to the chat within `seconds`."""
        since = self.moment()
        await asyncio.sleep(seconds)
        if sent := self.messages(chat, after=since):
            raise AssertionError(f"silence was expected, the bot wrote {[m.text for m in sent]}")

    def transcript(self, chat: Chat) -> list[str]:
        """The chat as people see it, a line a message: `Lan: /start`, `Chỉ đạo: Xin chào [Đồng ý | Thôi]`."""
        return [_line(m) for m in chat.messages.values() if not m.deleted]

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

    def _story(self) -> str:
        chats = [c for c in self._world.all_chats() if c.messages]
        return "\n".join(f"{chat_object(c)}\n" + "\n".join(f"  {line}" for line in self.transcript(c)) for c in chats)


def _line(message: Message) -> str:
    parts = [message.text]
    if message.media is not None:
        parts.insert(0, f"<{message.media[0]} {message.media[1].name}>")
    parts += [f"<{name}>" for name in message.service]
    parts += ["[" + " | ".join(row) + "]" for row in message.buttons]
    return f"{message.sender.first_name}: " + " ".join(filter(None, parts))
