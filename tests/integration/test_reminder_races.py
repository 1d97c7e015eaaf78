"""Several workers plan and send on one database at once: nothing is planned twice, and nothing is sent twice."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from bot.composition import Composition
from bot.office.tables import membership, person
from bot.settings import Settings
from corpus.store_engine import default_url
from tests.e2e.fake_service import FakeService
from tests.integration.front_desk import HandClock
from tests.integration.reminder_worker import PATIENCE, work
from tests.integration.test_reminders import store_tasks, task

if TYPE_CHECKING:
    from pathlib import Path

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PEOPLE = 120
DAYS = (date(2025, 6, 11), date(2025, 6, 13), date(2025, 6, 17))


def race(home: Path, url: str, workers: int) -> None:
    app = Composition(
        Settings(_env_file=None, home=home, database_url=url, admins=frozenset({1})),
        clock=HandClock(),
        service=FakeService(),
    )
    unit, now = app.office.people.add_unit("Sở Nội vụ"), app.clock.now()
    with app.store.database.writing() as connection:
        rows = [{"id": 100 + n, "name": f"Người {n}", "role": "officer", "since": now} for n in range(PEOPLE)]
        connection.execute(insert(person), rows)
        connection.execute(insert(membership), [{"person_id": row["id"], "unit_id": unit.id} for row in rows])
    store_tasks(app.store, task("Trình đề án"), task("Gửi báo cáo"))
    log = home / "sent.txt"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.integration.reminder_worker"])
    for number, day in enumerate(DAYS, start=1):
        moment = datetime(day.year, day.month, day.day, 9, tzinfo=ZONE).isoformat()
        together = context.Barrier(workers)
        crew = [
            context.Process(target=work, args=(str(home), url, moment, str(log), together), daemon=True)
            for _ in range(workers)
        ]
        for process in crew:
            process.start()
        for process in crew:
            process.join(2 * PATIENCE)
        assert [process.exitcode for process in crew] == [0] * workers
        lines = [line.split() for line in log.read_text().splitlines()]
        assert Counter(reference for reference, _, _ in lines).most_common(1)[0][1] == 1
        assert Counter(chat for _, chat, _ in lines) == {str(100 + n): number for n in range(PEOPLE)}
        counts = app.reminders.queue.counts()
        assert counts.pop("sent") == number * PEOPLE
        assert counts.keys() <= {"pending", "cancelled"}  # of the days to come; joined with a later one
    assert len({pid for _, _, pid in lines}) == len(DAYS) * workers, "each of them worked"
    app.store.close()


@pytest.mark.sqlite_only("its database is SQLite whatever the others run on")
def test_two_processes_on_sqlite_send_everything_once(tmp_path: Path) -> None:
    race(tmp_path, default_url(tmp_path), 2)


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_on_postgresql_send_everything_once(tmp_path: Path, postgres_url: str, workers: int) -> None:
    race(tmp_path, postgres_url, workers)


def test_the_store_and_the_migrations_work_on_postgresql(postgres_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import bot.inbox.tables
    import bot.office.tables
    import bot.reminders.tables  # noqa: F401
    import index.tables  # noqa: F401 - every table that a migration makes
    from corpus.models import Base
    from corpus.store import Store
    from corpus.store_engine import migrate

    with Store.open(postgres_url) as store:
        key = store_tasks(store, task("Trình đề án"))
        assert [t.action for t in store.tasks(key)] == ["Trình đề án"]
        assert store.remove(key)
        migrate(store.engine, "base")
        migrate(store.engine)
        with store.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_claim_is_one_workers_alone_until_its_lease_ends(tmp_path: Path) -> None:
    from tests.integration.test_reminders import BINH, Reminding

    front = Reminding(tmp_path, datetime(2025, 6, 11, 9, tzinfo=ZONE))
    front.admit(BINH, "officer", "Sở Nội vụ")
    front.load(task("Trình đề án"))
    front.engine.plan_if_due()
    outbox, now = front.engine.outbox, front.clock.now()
    (mine,) = outbox.claim("one", now)
    assert outbox.claim("two", now + timedelta(minutes=2)) == []
    (theirs,) = outbox.claim("two", now + timedelta(minutes=4))
    assert not theirs.repeat  # it was never begun, so nothing can have been sent
    assert not outbox.begin(mine, now + timedelta(minutes=4))
    assert not outbox.sent(mine, 1, now + timedelta(minutes=4))
    assert outbox.begin(theirs, now + timedelta(minutes=4))
    (again,) = outbox.claim("three", now + timedelta(minutes=9))
    assert again.repeat
