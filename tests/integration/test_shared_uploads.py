"""Clerks' files where several workers share an office: any of them can go on with a file, and only one does at a time."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from bot.desk import loading_publishing
from bot.desk.loading_reading import inspect
from bot.inbox.worker import is_dead
from bot.office import leases
from bot.office.leases import Leases
from bot.office.tables import kept_file, upload
from corpus.errors import SearchIndexError
from corpus.identity import content_hash
from corpus.ingest import ingest
from tests.integration import clerk_desk
from tests.integration.clerk_desk import CLERK, ClerkDesk, plan, screen_of
from tests.integration.front_desk import said, words
from tests.integration.shared_workers import together

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "12-kh-ubnd-hoa-son-2025"
pytestmark = pytest.mark.sqlite_only("it says itself which database it is about")


@pytest.fixture
def machines(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ClerkDesk, ClerkDesk]]:
    """The same office on two machines: one database, each with a home of its own."""
    monkeypatch.setattr(clerk_desk, "store_url", lambda home: postgres_url)
    numbers = itertools.count(1)
    monkeypatch.setattr(leases, "worker_name", lambda: f"machine-{next(numbers)}|space|1|run")
    one, other = ClerkDesk(tmp_path / "one"), ClerkDesk(tmp_path / "other", first=False)
    yield one, other
    one.store.close()
    other.store.close()


@pytest.fixture
def front(tmp_path: Path) -> Iterator[ClerkDesk]:
    desk = ClerkDesk(tmp_path)
    yield desk
    desk.store.close()


def kept(desk: ClerkDesk) -> set[str]:
    with desk.store.database.reading() as connection:
        return set(connection.execute(select(kept_file.c.content_hash)).scalars())


def library(desk: ClerkDesk) -> list[str]:
    return sorted(path.name for path in (desk.home / "library").rglob("*.txt"))


def let_run_out(desk: ClerkDesk) -> None:
    with desk.store.database.writing() as connection:
        connection.execute(update(upload).values(leased_until=datetime.now(UTC) - timedelta(seconds=1)))


def broken(*_args, **_kwargs):
    raise SearchIndexError("Chỉ mục đang hỏng.")


def killed(*_args, **_kwargs):
    raise KeyboardInterrupt


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is killed lets go of nothing."""
    monkeypatch.setattr(Leases, "_leave", lambda self, number: None)


def test_a_file_sent_to_one_machine_is_confirmed_at_another(machines) -> None:
    one, other = machines
    one.admit(30, "officer", "Sở Nội vụ")
    screen = screen_of(one.offer(plan()))
    assert kept(one) == {content_hash(plan())}
    assert other.staged() == []
    assert "Đã nạp" in said(other.pressed(screen, "Xác nhận"))
    assert [d.key for d in one.store.directives()] == [KEY]
    assert [told.place.chat for told in other.told] == [30]
    assert library(other) == ["ke-hoach.txt"]
    assert other.staged() == []
    one.desk.tidy()
    assert one.staged() == []
    assert library(one) == ["ke-hoach.txt"], "what was loaded there is brought here"
    for desk in machines:
        (report,) = ingest([desk.home / "library"], desk.store, desk.app.index)
        assert report.status == "unchanged"
        (file,) = (desk.home / "library").rglob("*.txt")
        assert file.read_bytes() == plan()
        assert file.stat().st_mode & 0o777 == 0o600


def test_what_a_clerk_types_at_another_machine_is_read_there(machines) -> None:
    one, other = machines
    screen = screen_of(one.offer(plan(number="    /KH-UBND")))
    other.pressed(screen_of(other.pressed(screen, "Sửa thông tin")), "Số hiệu")
    screen = screen_of(other.typed("Số 15/KH-UBND"))
    assert "15/KH-UBND" in words(screen)
    one.pressed(screen, "Xác nhận")
    assert [d.number for d in other.store.directives()] == ["15/KH-UBND"]


@pytest.mark.parametrize("end", ["Hủy", "late"])
def test_the_bytes_of_a_file_that_is_not_published_go_with_it(machines, end: str) -> None:
    one, other = machines
    screen = screen_of(one.offer(plan()))
    if end == "late":
        other.clock.moment += timedelta(hours=25)
        other.desk.tidy()
    else:
        other.pressed(screen, end)
    assert kept(one) == set()
    one.desk.tidy()
    assert one.staged() == []


def test_the_bytes_of_a_withdrawn_directive_go_from_everywhere(machines) -> None:
    one, other = machines
    one.pressed(screen_of(one.offer(plan())), "Xác nhận")
    other.desk.tidy()
    assert library(one) == library(other) == ["ke-hoach.txt"]
    other.store.remove(KEY)
    for desk in machines:
        desk.desk.tidy()
        assert library(desk) == []
    assert kept(one) == set()


def test_a_person_who_is_forgotten_leaves_no_bytes_of_what_was_not_published(machines, monkeypatch) -> None:
    one, other = machines
    screen = screen_of(one.offer(plan()))
    with monkeypatch.context() as patched:
        patched.setattr(loading_publishing, "ingest", broken)
        assert "hỏng" in said(other.pressed(screen, "Xác nhận"))
    assert library(other) == [], "what could not be published waits among the uploads alone"
    assert other.staged()
    sure = screen_of(one.typed("/xoatoi")).buttons[0][0]
    one.through(one.press(sure.data, CLERK))
    assert kept(one) == set()
    assert one.staged() == []
    assert other.resumed() == (), "which every worker asks for every minute"
    assert other.staged() == []


def test_a_newer_version_takes_the_place_of_the_older_on_every_machine(machines) -> None:
    one, other = machines
    one.pressed(screen_of(one.offer(plan())), "Xác nhận")
    newer = plan(more="3. Sở Tài chính bố trí kinh phí trước ngày 20/12/2025.\n")
    other.pressed(screen_of(other.offer(newer, "ban-moi.txt")), "Xác nhận")
    one.desk.tidy()
    assert library(one) == library(other) == ["ban-moi.txt"]
    assert kept(one) == {content_hash(newer)}


def test_a_secret_file_is_never_kept_for_others(machines) -> None:
    one, _ = machines
    assert "dấu độ mật" in said(one.offer(plan(stamp="MẬT")))
    assert kept(one) == set()
    assert one.staged() == []


def test_a_kept_file_that_is_not_whole_is_asked_for_again(machines) -> None:
    one, other = machines
    screen = screen_of(one.offer(plan(number="    /KH-UBND")))
    with one.store.database.writing() as connection:
        connection.execute(update(kept_file).values(bytes=plan()[:-5]))
    other.pressed(screen_of(other.pressed(screen, "Sửa thông tin")), "Số hiệu")
    assert "gửi lại" in said(other.typed("Số 15/KH-UBND"))


def test_a_large_file_goes_the_way_in_parts(machines) -> None:
    one, other = machines
    large = plan() + b" " * (5 << 20)
    screen = screen_of(one.offer(large))
    with one.store.database.reading() as connection:
        assert connection.execute(select(kept_file.c.part).order_by(kept_file.c.part)).scalars().all() == [0, 1, 2]
    other.pressed(screen, "Xác nhận")
    (file,) = (other.home / "library").rglob("*.txt")
    assert file.read_bytes() == large


def test_on_sqlite_nothing_is_kept_twice(front: ClerkDesk) -> None:
    front.pressed(screen_of(front.offer(plan())), "Xác nhận")
    assert kept(front) == set()


# ---- only one worker at a time


def test_what_another_living_worker_reads_is_not_taken_up(machines, monkeypatch) -> None:
    one, other = machines
    at_work, go_on = threading.Event(), threading.Event()

    def slow(*arguments, **rest):
        at_work.set()
        go_on.wait(20)
        return inspect(*arguments, **rest)

    monkeypatch.setattr("bot.desk.loading.inspect", slow)
    thread = threading.Thread(target=one.offer, args=(plan(),))
    thread.start()
    assert at_work.wait(20)
    assert other.resumed() == ()
    go_on.set()
    thread.join(20)
    assert other.office.store.directives() == []
    with one.store.database.reading() as connection:
        row = connection.execute(select(upload)).one()
    assert (row.state, row.worker, row.leased_until) == ("waiting", None, None)


@pytest.mark.usefixtures("left")
def test_a_publication_left_by_a_dead_machine_is_finished_elsewhere_when_its_lease_runs_out(machines, monkeypatch) -> None:
    one, other = machines
    one.admit(30, "officer", "Sở Nội vụ")
    screen = screen_of(one.offer(plan()))
    with monkeypatch.context() as patched:
        patched.setattr(loading_publishing, "ingest", killed)
        with pytest.raises(KeyboardInterrupt):
            one.pressed(screen, "Xác nhận")
    assert other.resumed() == ()
    let_run_out(other)
    assert said(other.resumed()).startswith("✅")
    assert [d.key for d in other.store.directives()] == [KEY]
    assert [told.place.chat for told in other.told] == [30]
    assert other.acts().count("directive.loaded") == 1
    assert one.restarted().resumed() == ()


@pytest.mark.usefixtures("left")
def test_a_file_that_only_a_dead_machine_had_is_asked_for_again(machines, monkeypatch) -> None:
    one, other = machines
    with monkeypatch.context() as patched:
        patched.setattr("bot.desk.loading.inspect", killed)
        with pytest.raises(KeyboardInterrupt):
            one.offer(plan())
    let_run_out(other)
    assert "gửi lại" in said(other.resumed())


@pytest.mark.usefixtures("left")
def test_another_machine_that_handles_the_message_anew_goes_on_at_once_in_the_same_upload(machines, monkeypatch) -> None:
    one, other = machines
    with monkeypatch.context() as patched:
        patched.setattr("bot.desk.loading.inspect", killed)
        with pytest.raises(KeyboardInterrupt):
            one.offer(plan(), message=70)
    screen = screen_of(other.offer(plan(), message=70))
    with one.store.database.reading() as connection:
        assert connection.execute(select(upload.c.state)).scalars().all() == ["waiting"]
    assert "Đã nạp" in said(other.pressed(screen, "Xác nhận"))
    one.desk.tidy()
    assert one.staged() == other.staged() == []


def test_two_machines_that_get_the_same_message_make_one_upload(machines) -> None:
    assert together(*(partial(desk.offer, plan(), message=70) for desk in machines)) == []
    with machines[0].store.database.reading() as connection:
        assert len(connection.execute(select(upload.c.id)).all()) == 1


def test_a_lease_is_renewed_while_the_work_goes_on_and_ends_with_it(machines, monkeypatch) -> None:
    one, other = machines
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=0.6))
    one.offer(plan())
    with one.store.database.reading() as connection:
        number = connection.execute(select(upload.c.id)).scalar_one()
    mine, theirs = Leases(one.store.database), Leases(other.store.database)
    found: list[bool] = []

    def work() -> str:
        for _ in range(10):
            found.append(theirs.take_up(number))
            threading.Event().wait(0.15)
        return "done"

    assert mine.working(number, work, lambda: "busy") == "done"
    assert found == [False] * 10
    assert theirs.working(number, lambda: "done", lambda: "busy") == "done"


def test_of_many_workers_that_find_a_left_upload_one_takes_it(machines) -> None:
    one, _ = machines
    one.offer(plan())
    with one.store.database.reading() as connection:
        number = connection.execute(select(upload.c.id)).scalar_one()
    crew = [Leases(one.store.database) for _ in range(8)]
    barrier, taken = threading.Barrier(len(crew)), []

    def take(worker: Leases) -> None:
        barrier.wait()
        if worker.take_up(number):
            taken.append(worker.worker)

    threads = [threading.Thread(target=take, args=(worker,)) for worker in crew]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(taken) == 1


NEIGHBOUR = """
import time
from bot.inbox.worker import worker_name
print(worker_name(), flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_what_a_neighbour_on_this_machine_left_when_it_was_killed_is_taken_up_at_once(front: ClerkDesk) -> None:
    front.offer(plan())
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", NEIGHBOUR]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": root}) as child:
        assert child.stdout is not None
        neighbour = child.stdout.readline().strip()
        until = datetime.now(UTC) + timedelta(minutes=5)
        with front.store.database.writing() as connection:
            values = {"state": "reading", "worker": neighbour, "leased_until": until}
            connection.execute(update(upload).values(**values))
        assert front.resumed() == ()
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert is_dead(neighbour)
    assert "12/KH-UBND" in said(front.resumed())
    assert front.store.directives() == []
