"""Between the library's queue and the inbox: kept first, in order, once; taken over, given back, given up."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from telegram import Chat, Message, Update, User
from telegram.error import TelegramError

from bot.inbox.inbox import ATTEMPTS, LEASE, Arrival, Inbox
from bot.inbox.share import Share
from bot.inbox.view import InboxView
from bot.telegram import intake as intake_module
from bot.telegram.held import acting, in_hand, is_repeat, watch_acts
from bot.telegram.intake import Intake
from bot.telegram.processor import InboxProcessor
from bot.telegram.reading import place_key
from corpus.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from corpus.database import Database

BOT = 700
PERSON = User(7, "An", is_bot=False)
STOP = object()


@pytest.fixture
def database(both_stores: str) -> Iterator[Database]:
    with Store.open(both_stores) as store:
        yield store.database


def update(number: int, chat: int = 7, topic: int | None = None) -> Update:
    kind = Chat.SUPERGROUP if chat < 0 else Chat.PRIVATE
    message = Message(
        number,
        datetime.now(UTC),
        Chat(chat, kind),
        from_user=PERSON,
        text=f"Câu {number}?",
        message_thread_id=topic,
        is_topic_message=topic is not None,
    )
    return Update(number, message=message)


class FakeRecovery:
    """Knows nothing half done; notes what it is told to give up."""

    def __init__(self) -> None:
        self.given_up: list[int] = []
        self.acted: list[bool] = []

    async def take_up(self, given: Update, *, acted: bool) -> bool:
        self.acted.append(acted)
        return acted

    async def give_up(self, given: Update) -> str:
        self.given_up.append(given.update_id)
        return "ABC123"


class Library:
    """What the library does with its queue: takes updates out and lets the processor run their handling."""

    def __init__(self, database: Database, handle: Callable[[Update], Awaitable[None]], *, unordered: bool) -> None:
        self.intake = Intake(Share(database, BOT, unordered=unordered), threads=2)
        self.processor = InboxProcessor(self.intake, 64)
        self.processor.recovery = self.recovery = FakeRecovery()
        self._handle = handle
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        self.intake.open(None)
        while (item := await self.intake.get()) is not STOP:
            task = asyncio.create_task(self.processor.process_update(item, self._handle(item)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await asyncio.gather(*self._tasks)


@asynccontextmanager
async def library(database: Database, handle: Callable, *, unordered: bool = False) -> AsyncIterator[Library]:
    one = Library(database, handle, unordered=unordered)
    running = asyncio.create_task(one.run())
    await asyncio.sleep(0)
    try:
        yield one
        await one.intake.put(STOP)
        await asyncio.wait_for(running, 30)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        one.intake.close()


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - of things in threads and in the database
            await asyncio.sleep(0.01)


async def test_updates_of_a_place_are_handled_one_after_another_and_of_others_beside_it(database):
    order: list[int] = []
    running: set[str] = set()
    release = asyncio.Event()

    async def handle(given: Update) -> None:
        place = place_key(given)
        assert place not in running
        running.add(place)
        if given.update_id == 1:
            await release.wait()
        order.append(given.update_id)
        running.discard(place)

    async with library(database, handle) as one:
        for given in (update(1), update(2), update(3, -9, 4), update(4, -9, 5), update(5)):
            await one.intake.put(given)
        await until(lambda: {3, 4} <= set(order))
        assert not {2, 5} & set(order)
        assert one.intake.is_busy()
        release.set()
        await until(lambda: len(order) == 5)
    assert [n for n in order if n in {1, 2, 5}] == [1, 2, 5]
    assert InboxView(database).counts() == {"done": 5}
    assert not one.intake.is_busy()


async def test_an_update_that_comes_again_is_handled_once(database):
    handled: list[int] = []

    async def handle(given: Update) -> None:
        handled.append(given.update_id)

    async with library(database, handle) as one:
        for number in (1, 1, 2, 1, 2):
            await one.intake.put(update(number))
        await until(lambda: len(handled) == 2)
        await one.intake.put(update(1))
        await asyncio.sleep(0.3)
    assert handled == [1, 2]


async def test_out_of_order_by_webhook_is_put_in_order(database):
    handled: list[int] = []

    async def handle(given: Update) -> None:
        handled.append(given.update_id)

    async with library(database, handle, unordered=True) as one:
        for number in (1, 3, 4, 2):
            await one.intake.put(update(number))
        await until(lambda: len(handled) == 4)
    assert handled == [1, 2, 3, 4]


async def test_what_cannot_be_kept_is_not_acknowledged(database, monkeypatch):
    from corpus.errors import StoreError

    async def handle(given: Update) -> None:
        raise AssertionError(given)

    async with library(database, handle) as one:
        monkeypatch.setattr(one.intake._share, "accept_and_take", _raise(StoreError("away")))
        with pytest.raises(TelegramError):
            await one.intake.put(update(1))
    assert InboxView(database).counts() == {}


def _raise(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def left_by_a_dead_worker(database: Database, *, begun: bool = False, times: int = 1) -> None:
    """An update that was in the hands of a worker whose lease has long ended."""
    dead = Inbox(database, BOT, "elsewhere||1|0")
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    dead.accept([Arrival(1, "7", update(1).to_json())], long_ago)
    for turn in range(times):
        moment = long_ago + turn * 2 * LEASE
        dead.take_back(moment)
        (claim,) = dead.claim(moment)
        assert not begun or dead.begin(claim, moment)


@pytest.mark.parametrize("begun", [False, True])
async def test_what_a_dead_worker_left_is_handled_and_marked_if_a_message_may_have_left(database, begun):
    left_by_a_dead_worker(database, begun=begun)
    seen: list[bool] = []

    async def handle(given: Update) -> None:
        seen.append(is_repeat())

    async with library(database, handle) as one:
        await until(lambda: seen)
    assert seen == [begun]
    assert one.recovery.acted == [False]
    assert InboxView(database).counts() == {"done": 1}


async def test_an_update_that_ended_every_worker_is_given_up_and_the_next_is_handled(database):
    left_by_a_dead_worker(database, times=ATTEMPTS)
    handled: list[int] = []

    async def handle(given: Update) -> None:
        handled.append(given.update_id)

    async with library(database, handle) as one:
        await one.intake.put(update(2))
        await until(lambda: handled)
    assert (one.recovery.given_up, handled) == ([1], [2])
    assert InboxView(database).counts() == {"done": 1, "failed": 1}


async def test_what_is_not_done_when_a_stop_has_waited_enough_goes_back_for_others(database, monkeypatch):
    monkeypatch.setattr(intake_module, "DRAIN_SECONDS", 0.3)
    handled: list[int] = []

    async def handle(given: Update) -> None:
        if given.update_id == 1:
            await asyncio.sleep(600)
        if given.update_id == 2:
            await asyncio.sleep(0.1)
        handled.append(given.update_id)

    async with library(database, handle) as one:
        for given in (update(1, 7), update(2, 8), update(3, 7)):
            await one.intake.put(given)
        await until(lambda: len(one.intake._held) == 2)
    assert handled == [2]
    assert InboxView(database).counts() == {"done": 1, "waiting": 2}
    assert InboxView(database).taken_over() == 0


async def test_a_turn_that_was_made_is_noted_with_the_change_itself(database):
    watch_acts(database.engine)

    def change() -> None:
        with database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM meta")

    async def handle(given: Update) -> None:
        with acting(once=given.update_id == 1):
            await asyncio.to_thread(change)
        raise asyncio.CancelledError  # as when the worker goes down

    async with library(database, handle) as one:
        await one.intake.put(update(1))
        await until(lambda: one.recovery.acted)
    assert one.recovery.acted == [True]
    assert InboxView(database).counts() == {"done": 1}


async def test_nothing_is_in_hand_outside_a_handling():
    assert in_hand.get() is None
    with acting(once=True):
        assert not is_repeat()
