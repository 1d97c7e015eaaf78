"""Updates: side by side across chats, one after another within a chat."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from telegram import CallbackQuery, Chat, Message, Update, User

from bot.telegram.processor import OrderedByChat

PERSON = User(7, "An", is_bot=False)


def message(chat: int, topic: int | None = None) -> Message:
    return Message(
        1,
        datetime.now(UTC),
        Chat(chat, Chat.SUPERGROUP if chat < 0 else Chat.PRIVATE),
        from_user=PERSON,
        text="?",
        message_thread_id=topic,
        is_topic_message=topic is not None,
    )


def update(number: int, chat: int, topic: int | None = None) -> Update:
    return Update(number, message=message(chat, topic))


def press(number: int, chat: int) -> Update:
    return Update(number, callback_query=CallbackQuery(str(number), PERSON, "x", message=message(chat), data="v1:g:0"))


async def test_a_slow_update_of_one_chat_does_not_hold_up_another():
    processor, release, finished = OrderedByChat(), asyncio.Event(), []

    async def slow() -> None:
        await release.wait()
        finished.append("slow")

    async def quick() -> None:
        finished.append("quick")

    first = asyncio.create_task(processor.process_update(update(1, 100), slow()))
    await asyncio.wait_for(processor.process_update(update(2, 200), quick()), 1)
    assert finished == ["quick"]
    release.set()
    await first
    assert finished == ["quick", "slow"]


async def test_updates_of_one_chat_are_handled_one_at_a_time_in_order_of_arrival_presses_included():
    processor, running, order = OrderedByChat(), 0, []

    async def handle(number: int) -> None:
        nonlocal running
        running += 1
        assert running == 1
        # The earlier, the slower: without order the last would finish first.
        await asyncio.sleep(0.02 / (number + 1))
        order.append(number)
        running -= 1

    updates = [press(n, 100) if n % 3 == 0 else update(n, 100) for n in range(12)]
    await asyncio.gather(*(processor.process_update(u, handle(u.update_id)) for u in updates))
    assert order == list(range(12))


async def test_topics_of_one_forum_do_not_wait_for_each_other():
    processor, release = OrderedByChat(), asyncio.Event()

    async def quick() -> None:
        return None

    first = asyncio.create_task(processor.process_update(update(1, -100, topic=5), release.wait()))
    await asyncio.wait_for(processor.process_update(update(2, -100, topic=6), quick()), 1)
    release.set()
    await first


async def test_a_failure_lets_the_next_update_of_the_chat_through():
    processor, done = OrderedByChat(), []

    async def fail() -> None:
        raise RuntimeError("broken")

    async def quick() -> None:
        done.append(True)

    failing = asyncio.create_task(processor.process_update(update(1, 100), fail()))
    following = asyncio.create_task(processor.process_update(update(2, 100), quick()))
    with pytest.raises(RuntimeError):
        await failing
    await following
    assert done == [True]


async def test_nothing_is_remembered_of_chats_that_are_done():
    processor = OrderedByChat()

    async def quick() -> None:
        await asyncio.sleep(0)

    await asyncio.gather(*(processor.process_update(update(n, n % 50), quick()) for n in range(500)))
    assert processor._last == {}
