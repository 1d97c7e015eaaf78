"""The inbox on both stores: kept once, in order within a place, one worker at a time, taken back from the dead."""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.inbox.inbox import ATTEMPTS, KEPT, LEASE, PATIENCE, Arrival, Inbox
from bot.inbox.view import InboxView
from bot.inbox.worker import SharedClock, is_dead, worker_name
from corpus.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.database import Database

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
BOT = 700
BOTS = itertools.count(10_000)  # one of its own for each example: they share a database


@pytest.fixture
def database(both_stores: str) -> Iterator[Database]:
    with Store.open(both_stores) as store:
        yield store.database


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database, BOT, "first")


@pytest.fixture
def other(database: Database) -> Inbox:
    return Inbox(database, BOT, "second")


def arrival(number: int, place: str = "5") -> Arrival:
    return Arrival(number, place, f'{{"update_id": {number}}}')


def seconds(count: float) -> datetime:
    return NOW + timedelta(seconds=count)


def numbers(claims: list) -> list[int]:
    return [claim.update for claim in claims]


def test_an_update_is_kept_once_however_often_it_arrives(inbox, other, database):
    assert inbox.accept([arrival(1), arrival(2)], NOW) == 2
    assert other.accept([arrival(2), arrival(1), arrival(3)], NOW) == 1
    (claim,) = inbox.claim(NOW)
    assert inbox.finish(claim, NOW)
    assert inbox.accept([arrival(1)], NOW) == 0
    assert InboxView(database).counts() == {"done": 1, "waiting": 2}


def test_another_bots_updates_are_another_matter(database, inbox):
    stranger = Inbox(database, BOT + 1, "third")
    assert inbox.accept([arrival(1)], NOW) == stranger.accept([arrival(1)], NOW) == 1
    (claim,) = stranger.claim(NOW)
    assert inbox.claim(NOW) != []
    assert stranger.finish(claim, NOW)


def test_a_place_is_served_in_order_and_one_at_a_time_whoever_serves_it(inbox, other):
    inbox.accept([arrival(3, "a"), arrival(1, "a"), arrival(2, "b"), arrival(4, "b")], NOW)
    claims = inbox.claim(NOW)
    assert numbers(claims) == [1, 2]
    assert other.claim(NOW) == []
    inbox.finish(claims[0], NOW)
    (third,) = other.claim(NOW)
    assert third.update == 3
    other.accept([arrival(0, "a")], NOW)  # too late to come first, and not beside the one being handled
    assert inbox.claim(NOW) == []
    other.finish(third, NOW)
    assert numbers(inbox.claim(NOW)) == [0]


def test_the_database_itself_refuses_a_second_update_of_a_place_at_once(inbox, other, monkeypatch):
    inbox.accept([arrival(2)], NOW)
    inbox.claim(NOW)
    inbox.accept([arrival(1)], NOW)
    # As if the other worker had looked before the first one's claim was there.
    monkeypatch.setattr(other, "_ready", _all_waiting())
    assert other.claim(NOW) == []


def _all_waiting():
    from sqlalchemy import select

    from bot.inbox.tables import inbox as table

    return select(table).where(table.c.state == "waiting")


def test_what_a_dead_worker_held_is_handled_anew_once_its_lease_has_ended(inbox, other, database):
    inbox.accept([arrival(1), arrival(2, "b")], NOW)
    first, second = inbox.claim(NOW)
    assert inbox.begin(second, NOW)
    assert other.take_back(NOW + LEASE) == 0
    late = NOW + LEASE + timedelta(seconds=1)
    assert other.anything_left(late)
    assert not other.anything_waits()
    assert other.take_back(late) == 2
    again, repeated = other.claim(late)
    assert (again.attempt, again.repeat) == (2, False)
    assert (repeated.attempt, repeated.repeat) == (2, True)
    view = InboxView(database)
    assert (view.taken_over(), view.repeated()) == (2, 1)
    # Should the first worker wake up, it may do nothing more.
    assert not inbox.begin(first, late)
    assert not inbox.finish(second, late)
    assert not inbox.release(first)
    assert other.finish(again, late)


def test_a_renewed_lease_is_not_taken(inbox, other):
    inbox.accept([arrival(1), arrival(2, "b")], NOW)
    kept, _lost = inbox.claim(NOW)
    inbox.renew([kept], seconds(15))
    assert other.take_back(NOW + LEASE + timedelta(seconds=1)) == 1
    assert numbers(other.claim(NOW + LEASE + timedelta(seconds=1))) == [2]


def test_a_lease_that_nobody_can_have_given_counts_as_ended(inbox, other):
    inbox.accept([arrival(1)], NOW)
    inbox.claim(NOW + timedelta(hours=5))  # by a clock that was set back since
    assert other.take_back(NOW) == 1


def test_what_is_given_back_counts_as_not_tried(inbox, other):
    inbox.accept([arrival(1)], NOW)
    (claim,) = inbox.claim(NOW)
    assert inbox.release(claim)
    (again,) = other.claim(NOW)
    assert (again.attempt, again.repeat) == (1, False)
    other.begin(again, NOW)
    other.release(again)
    assert inbox.claim(NOW)[0].repeat


def test_an_update_that_fails_lets_the_next_one_of_its_place_through(inbox):
    inbox.accept([arrival(1), arrival(2)], NOW)
    for attempt in range(1, ATTEMPTS + 2):
        moment = NOW + attempt * (LEASE + timedelta(seconds=1))
        inbox.take_back(moment)
        (claim,) = inbox.claim(moment)
        assert (claim.update, claim.attempt) == (1, attempt)
    assert inbox.fail(claim, "too often", moment)
    assert numbers(inbox.claim(moment)) == [2]


def test_the_words_of_what_is_settled_are_forgotten_at_once_and_the_rest_after_days(inbox, database):
    from sqlalchemy import select

    from bot.inbox.tables import inbox as table

    inbox.accept([arrival(1), arrival(2, "b")], NOW)
    inbox.finish(inbox.claim(NOW, 1)[0], NOW)
    with database.reading() as connection:
        assert connection.execute(select(table.c.payload).order_by(table.c.update_id)).scalars().all() == [
            None,
            '{"update_id": 2}',
        ]
    assert inbox.tidy(NOW + KEPT) == 0
    assert inbox.tidy(NOW + KEPT + timedelta(seconds=1)) == 1
    assert InboxView(database).counts() == {"waiting": 1}
    assert InboxView(database).oldest_waiting(NOW + KEPT) == KEPT


def test_one_above_a_missing_number_waits_for_it_but_not_for_long(inbox):
    inbox.accept([arrival(10, "z")], NOW - timedelta(minutes=1))
    inbox.finish(inbox.claim(NOW)[0], NOW)
    inbox.accept([arrival(12), arrival(13, "b")], NOW)
    assert inbox.claim(NOW, patience=PATIENCE) == []
    inbox.accept([arrival(11)], seconds(0.2))
    assert numbers(inbox.claim(seconds(0.2), patience=PATIENCE)) == [11, 13]
    patience = PATIENCE.total_seconds()
    inbox.accept([arrival(15, "c"), arrival(16, "d")], seconds(10))
    assert inbox.claim(seconds(10 + patience / 2), patience=PATIENCE) == []
    assert numbers(inbox.claim(seconds(10.1 + patience), patience=PATIENCE)) == [15, 16]
    # A number that never came holds nobody up who arrives later.
    inbox.accept([arrival(17, "e")], seconds(10.2 + patience))
    assert numbers(inbox.claim(seconds(10.2 + patience), patience=PATIENCE)) == [17]


def test_the_first_update_ever_waits_for_nothing(inbox):
    inbox.accept([arrival(900)], NOW)
    assert numbers(inbox.claim(NOW, patience=PATIENCE)) == [900]


@pytest.mark.parametrize("workers", [4])
def test_workers_that_claim_at_once_share_the_updates_and_keep_each_place_in_order(database, workers):
    places, each = 12, 12
    arrivals = [arrival(place + places * turn, f"p{place}") for turn in range(each) for place in range(places)]
    Inbox(database, BOT, "x").accept(arrivals, NOW)
    handled: dict[str, list[tuple[int, str]]] = defaultdict(list)
    failures: list[BaseException] = []
    together = threading.Barrier(workers)

    def work(name: str) -> None:
        mine = Inbox(database, BOT, name)
        try:
            together.wait()
            while mine.anything_waits():
                for claim in mine.claim(NOW, 4):
                    handled[claim.place].append((claim.update, name))
                    assert mine.begin(claim, NOW)
                    assert mine.finish(claim, NOW)
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            failures.append(error)

    crew = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(workers)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(60)
    assert failures == []
    for place, got in handled.items():
        assert [number for number, _ in got] == [a.update for a in arrivals if a.place == place]
    assert sum(map(len, handled.values())) == places * each
    assert len({name for got in handled.values() for _, name in got}) > 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_workers_do_nothing_is_lost_or_done_twice_and_no_place_is_served_out_of_order(database, data):
    """Arrivals in any order and number, claims, ends, deaths: against a model of what must come out."""
    bot = next(BOTS)
    crew = [Inbox(database, bot, name) for name in ("a", "b", "c")]
    places = data.draw(st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, max_size=10), "places")
    updates = [arrival(100 + n, place) for n, place in enumerate(places)]
    deliveries = data.draw(st.permutations(updates * 2), "deliveries")
    held: list[tuple[Inbox, object]] = []
    done: list[tuple[str, int]] = []
    arrived: set[int] = set()
    moment, accepted = NOW, 0
    for one in deliveries:
        accepted += crew[0].accept([one], moment)
        arrived.add(one.update)
        act = data.draw(st.sampled_from(["claim", "finish", "die", "release", "nothing"]), "act")
        moment += timedelta(milliseconds=50)
        worker = data.draw(st.sampled_from(crew), "worker")
        if act == "claim":
            for claim in worker.claim(moment, 2):
                unfinished = {u.update for u in updates if u.place == claim.place and u.update in arrived}
                assert claim.update == min(unfinished - {number for _, number in done})
                assert claim.place not in {c.place for _, c in held}
                held.append((worker, claim))
        elif act == "finish" and held:
            holder, claim = held.pop()
            assert holder.finish(claim, moment)
            done.append((claim.place, claim.update))
        elif act == "release" and held:
            holder, claim = held.pop()
            assert holder.release(claim)
        elif act == "die" and held:
            moment += LEASE + timedelta(seconds=1)
            assert worker.take_back(moment) == len(held)
            assert not any(holder.finish(claim, moment) for holder, claim in held)
            held.clear()
    assert accepted == len(updates)
    for holder, claim in held:
        holder.finish(claim, moment)
        done.append((claim.place, claim.update))
    while claims := crew[1].claim(moment):
        for claim in claims:
            crew[1].finish(claim, moment)
            done.append((claim.place, claim.update))
    assert sorted(number for _, number in done) == [u.update for u in updates]


def test_a_workers_name_is_its_own_and_tells_whether_it_lives():
    name = worker_name()
    assert name != worker_name()
    host, space, process, _ = name.split("|")
    import subprocess
    import sys

    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True)
    assert is_dead(f"{host}|{space}|{int(gone.stdout)}|0")
    assert is_dead(f"{host}|{space}|{process}|an-earlier-life")
    assert not is_dead(f"{host}|{space}|1|0")
    assert not is_dead(f"elsewhere|{space}|{int(gone.stdout)}|0")
    assert not is_dead("somebody|else")


def test_what_a_worker_held_that_is_known_to_be_dead_goes_back_at_once(inbox, other):
    inbox.accept([arrival(1)], NOW)
    inbox.claim(NOW)
    assert other.holders() == {"first"}
    assert other.take_back_from("first") == 1
    assert other.claim(NOW) != []


def test_the_shared_clock_runs_with_the_databases(database):
    clock = SharedClock(database)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.now() >= clock.now() - timedelta(seconds=1)
