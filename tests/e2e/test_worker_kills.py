"""Several workers outlive `kill -9`; five minutes of it are `python -m tests.e2e.worker_kills`."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from bot.inbox.view import InboxView
from tests.botapi import BotApiServer, Pace
from tests.e2e.worker_kills import Trial, kill_again_and_again
from tests.postgres import ABSENT, fresh_database, is_installed, postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    if not is_installed():
        pytest.skip(ABSENT)
    with postgres_server() as url:
        yield url


@pytest.fixture
def database(postgres: str, request: pytest.FixtureRequest) -> Iterator[str]:
    with fresh_database(postgres, request.node.name[:40]) as url:
        yield url


async def test_nothing_is_lost_and_nothing_is_said_twice_unmarked(tmp_path: Path, database: str) -> None:
    figures = await kill_again_and_again(tmp_path, database, seconds=15)
    assert figures.killed > 0
    assert figures.lost == [], figures
    assert figures.unmarked_doubles == [], figures
    assert figures.out_of_order == [], figures
    assert figures.states == {"done": figures.asked}


async def test_a_worker_that_is_told_to_stop_finishes_what_it_has_and_the_other_goes_on(
    tmp_path: Path, database: str
) -> None:
    """As in a rolling upgrade: one goes, one stays, one comes."""
    async with BotApiServer(pace=Pace.brisk()) as server:
        trial = Trial(server, tmp_path, database, seed=1)
        first, second, third = trial.workers
        async with trial.proxy:
            first.start()
            second.start()
            await first.until_ready()
            await second.until_ready()
            await server.control.wait_for(lambda: server.bot.webhook is not None, "the webhook", timeout=60)
            asked = []
            for number, (chat, person) in enumerate(trial.chats[:20]):
                server.control.send_text(person, chat, f"Câu {number}.0 chậm?" if number < 4 else f"Câu {number}.0?")
                asked.append(chat)
            third.start()
            assert await first.end(signal.SIGTERM) == 0
            await third.until_ready()
            for number, (chat, person) in enumerate(trial.chats[20:30], start=20):
                server.control.send_text(person, chat, f"Câu {number}.0?")
                asked.append(chat)
            await server.control.wait_for(lambda: all(server.control.messages(c) for c in asked), "answers", timeout=60)
            assert server.bot.webhook is not None  # who stops leaves it to the others
            assert [await worker.end(signal.SIGTERM) for worker in (second, third)] == [0, 0]
        assert [len(server.control.messages(chat)) for chat in asked] == [1] * 30
        view = InboxView(trial.app.store.database)
        assert view.counts() == {"done": 30}
        assert view.repeated() == 0
        trial.app.store.close()
        server.assert_clean()
