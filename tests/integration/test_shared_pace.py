"""The pace that workers share on PostgreSQL: together they keep what one would keep alone."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from bot.inbox.pace import Lane, SharedPace, chat, everything
from bot.inbox.share import Share
from bot.inbox.tables import pace
from corpus.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.database import Database

BOT = 700


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with Store.open(postgres_url) as store:
        yield store.database


def test_workers_together_get_no_more_turns_than_one_alone(database):
    lane = Lane("all", 0.05, 2)
    sent: list[float] = []

    def work() -> None:
        mine = SharedPace(database, BOT)
        for _ in range(10):
            asked = time.time()
            sent.append(asked + mine.turn([lane]))

    crew = [threading.Thread(target=work) for _ in range(4)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(60)
    assert len(sent) == 40
    sent.sort()
    # A turn's moment is the database's; here it is known only as far as a call takes.
    assert sent[-1] - sent[0] >= 38 * lane.interval - 1.0


def test_lanes_are_taken_together_and_the_slowest_counts(database):
    pace = SharedPace(database, BOT + 1)
    waits = [pace.turn([everything(), chat(-5)]) for _ in range(chat(-5).burst + 1)]
    assert waits[0] == 0
    assert chat(-5).interval - 2 < waits[-1] <= chat(-5).interval
    assert pace.turn([chat(-6)]) == 0


def test_what_one_worker_hears_of_patience_holds_for_all(database):
    SharedPace(database, BOT + 2).hold(everything(), 20)
    assert 15 < SharedPace(database, BOT + 2).turn([everything()]) <= 20.1
    assert SharedPace(database, BOT + 3).turn([everything()]) == 0


def test_chats_that_were_written_to_are_forgotten_when_the_inbox_is_tidied(database):
    """Of this bot, and of one that the database had before."""
    mine = SharedPace(database, BOT + 4)
    mine.turn([chat(9)])
    with database.writing() as connection:
        for bot, lane in ((BOT + 4, "chat 7"), (BOT + 5, "chat 8")):
            connection.execute(insert(pace).values(bot_id=bot, lane=lane, full_until=time.time() - 3600))
    share = Share(database, BOT + 4, unordered=False, tidying=mine.tidy)
    share.renew(())
    with database.reading() as connection:
        assert connection.execute(select(pace.c.lane)).scalars().all() == ["chat 9"]
