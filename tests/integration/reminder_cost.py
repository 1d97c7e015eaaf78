"""What planning and claiming cost as the work grows: `python -m tests.integration.reminder_cost`.

Planning: 2,500 people of 50 units, each unit with more and more tasks that are due in a week; every task is an occurrence
to speak of for every member. Claiming: a backlog of deliveries that are all due at once.
"""

from __future__ import annotations

import logging
import resource
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from bot.composition import Composition
from bot.logs import configure_logging
from bot.office.tables import membership, person
from bot.reminders.tables import delivery
from bot.settings import Settings
from corpus.records import Task
from tests.e2e.fake_service import FakeService
from tests.integration.front_desk import HandClock
from tests.integration.test_reminders import store_tasks

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2025, 6, 11, 9, tzinfo=ZONE)
PEOPLE, UNITS = 2500, 50
SIZES = (25_000, 50_000, 100_000, 200_000)


def office(home: Path) -> Composition:
    clock = HandClock()
    clock.moment = NOW
    return Composition(Settings(_env_file=None, home=home), clock=clock, service=FakeService())


def planning(size: int) -> tuple[float, float, float, float]:
    """Seconds of the first plan, of one that finds nothing new, of composing a batch, and of claiming it."""
    with tempfile.TemporaryDirectory() as home:
        app = office(Path(home))
        units = [app.office.people.add_unit(f"Sở Số {n}") for n in range(UNITS)]
        with app.store.database.writing() as connection:
            rows = [{"id": 1 + n, "name": f"Người {n}", "role": "officer", "since": NOW} for n in range(PEOPLE)]
            connection.execute(insert(person), rows)
            members = [{"person_id": 1 + n, "unit_id": units[n % UNITS].id} for n in range(PEOPLE)]
            connection.execute(insert(membership), members)
        each = size // PEOPLE // 2  # spoken of twice in the days planned: a week before, and three days before
        tasks = [
            Task("I", f"Việc {n} của {unit.name}", f"Việc {n}.", (unit.name,), due=date(2025, 6, 18))
            for unit in units
            for n in range(each)
        ]
        store_tasks(app.store, *tasks)
        engine = app.reminders
        engine.reminded("", NOW.date())  # the catalogue is read once for each revision
        first, planned = timed(lambda: engine.planner.plan(NOW))
        assert planned.added == size, planned
        second, planned = timed(lambda: engine.planner.plan(NOW))
        assert planned.added == planned.cancelled == 0
        claiming, claims = timed(lambda: engine.outbox.claim("bench", NOW))
        assert sum(len(claim.items) for claim in claims) == 20 * each
        composing, _ = timed(lambda: engine.composing(claims))
        app.store.close()
    return first, second, composing, claiming


def claiming(size: int) -> tuple[float, float]:
    """Milliseconds of a claim of twenty, and of beginning and marking one, with so many waiting."""
    with tempfile.TemporaryDirectory() as home:
        app = office(Path(home))
        rows = [
            {
                "dedupe_key": str(n),
                "reference": f"{n:06X}",
                "kind": "reminder",
                "chat_id": n + 1,
                "topic": 0,
                "day": NOW.date(),
                "due_at": NOW - timedelta(seconds=n),
                "next_try_at": NOW - timedelta(seconds=n),
                "not_after": NOW + timedelta(days=1),
                "state": "pending",
                "created_at": NOW,
            }
            for n in range(size)
        ]
        with app.store.database.writing() as connection:
            connection.execute(insert(delivery), rows)
        outbox = app.reminders.outbox
        spent, batches = timed(lambda: [outbox.claim("bench", NOW) for _ in range(50)])
        claims = [claim for batch in batches for claim in batch]
        assert len({claim.id for claim in claims}) == 1000

        def settle() -> None:
            for claim in claims[:500]:
                assert outbox.begin(claim, NOW)
                assert outbox.sent(claim, 1, NOW)

        marking, _ = timed(settle)
        app.store.close()
    return spent / 50 * 1000, marking / 500 * 1000


def timed(work):
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def main() -> None:
    """A table of both."""
    configure_logging(level=logging.ERROR)
    print(
        "occurrences | first plan s | next plan s | claim 20 s | compose 20 s || backlog: claim 20 ms | begin+mark ms"
    )
    for size in SIZES:
        first, second, composing, claim = planning(size)
        batch, marking = claiming(size)
        print(
            f"{size:>11,} | {first:12.2f} | {second:11.2f} | {claim:10.3f} | {composing:12.3f} || "
            f"{batch:20.2f} | {marking:13.2f}",
            flush=True,
        )
    print(f"largest resident size {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
