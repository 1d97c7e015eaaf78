"""Several workers on one database: one builds, the others fetch; nobody serves a mixture, and nothing stops the answers."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, select, text, update

from bot.composition import Composition
from bot.settings import Settings
from corpus.store import Store
from index import indexing, shared_generations, snapshots
from index.answers import Question
from index.generations import current_generation
from index.holdings import Library
from index.indexing import index_folder
from index.shared_generations import KEPT, SharedGenerations
from index.tables import index_file, index_generation, passage_vector
from tests.integration.shared_workers import plan, together, workers
from tests.stores import servers
from tests.unit.small_library import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.answers import Answer
    from tests.integration.shared_workers import Worker

TODAY = date(2025, 6, 1)
WATER, SCHOOLS = "cấp nước sạch", "xóa phòng học tạm"
WATER_KEY = "45-kh-tu-hoa-son-2025"
ASKED = f"Ai chủ trì rà soát {WATER}? Tỉ lệ {SCHOOLS} đến hết năm 2025 là bao nhiêu?"
VERSION = re.compile(r"lần (\d+)")

once = pytest.mark.sqlite_only("it says itself which database it is about")
pytestmark = once


def ask(worker: Worker, question: str = f"Tỉ lệ {WATER} đến hết năm 2025 là bao nhiêu?") -> Answer:
    return worker.service.ask(Question(question, today=TODAY))


def versions(answer: Answer) -> set[str]:
    return {found for citation in answer.citations for found in VERSION.findall(citation.quote)}


def until(true: Callable[[], object], within: float = 10.0) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def count(worker: Worker, table: object) -> int:
    with worker.store.database.reading() as connection:
        return len(connection.execute(select(table)).all())


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The revision of every generation that is built while the test runs."""
    made: list[str] = []
    build = indexing.build_generation

    def counted(root, passages, embedder, vectors, *, corpus_revision, **rest):
        made.append(corpus_revision)
        return build(root, passages, embedder, vectors, corpus_revision=corpus_revision, **rest)

    monkeypatch.setattr(indexing, "build_generation", counted)
    return made


@pytest.fixture(params=["two homes on PostgreSQL", "one home on PostgreSQL", "one home on SQLite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path, Path]:
    """Where two workers stand: the database's address and their homes."""
    if request.param.endswith("SQLite"):
        return f"sqlite:///{tmp_path / 'chidao.db'}", tmp_path / "home", tmp_path / "home"
    url = request.getfixturevalue("postgres_url")
    return url, tmp_path / "home", tmp_path / ("other" if request.param.startswith("two") else "home")


def test_what_one_worker_publishes_the_other_answers_from_within_seconds(place, builds) -> None:
    url, *homes = place
    with workers(url, *homes) as (one, other):
        revision = one.publish(nuoc=plan(45, WATER, 61))
        assert versions(ask(one)) == {"61"}
        assert other.serves(revision) < 5
        assert versions(ask(other)) == {"61"}
        assert builds.count(revision) == 1
        assert other.embedder.embedded == 0
        states = [worker.service.state() for worker in (one, other)]
        assert states[0].generation == states[1].generation
        assert [(s.error, s.behind, s.watching) for s in states] == [(None, 0.0, True)] * 2


def test_no_answer_mixes_revisions_while_others_publish(place) -> None:
    """Threads of both workers ask all the while; what an answer cites stood in the store at one and the same moment."""
    url, *homes = place
    stood: list[set[str]] = []
    answers: list[Answer] = []
    done = threading.Event()
    with workers(url, *homes) as (one, other):

        def publish() -> None:
            try:
                for version in range(50, 56):
                    for name, number, subject in (("nuoc", 45, WATER), ("truong", 77, SCHOOLS)):
                        put(one.store, **{name: plan(number, subject, version)})
                        stood.append({clause.text for clause in one.store.clauses()})
                    one.indexer.publish(one.store)
                    one.service.refresh()
                    time.sleep(0.3)
            finally:
                done.set()

        def hammer(worker: Worker) -> None:
            while not done.is_set():
                answers.append(ask(worker, ASKED))

        publish_first = plan(45, WATER, 49), plan(77, SCHOOLS, 49)
        one.publish(nuoc=publish_first[0], truong=publish_first[1])
        stood.append({clause.text for clause in one.store.clauses()})
        other.serves(one.store.revision())
        assert together(publish, *(lambda w=w: hammer(w) for w in (one, one, other, other))) == []
        assert other.serves(one.store.revision()) < 10
    assert len(answers) > 50
    seen = {version for answer in answers for version in versions(answer)}
    assert len(seen) >= 3, "too few revisions were served to show anything"
    for answer in answers:
        quotes = {citation.quote for citation in answer.citations}
        assert quotes, answer
        assert any(quotes <= moment for moment in stood), answer
        shown = set(VERSION.findall(answer.answer)) | set(VERSION.findall(answer.headline))
        assert shown <= versions(answer), answer


def test_a_worker_that_publishes_answers_from_it_at_once_though_it_watches(place) -> None:
    url, *homes = place
    with workers(url, *homes) as (one, _other):
        for version in range(70, 75):
            one.publish(nuoc=plan(45, WATER, version))
            assert versions(ask(one)) == {str(version)}


def test_three_workers_that_need_the_same_generation_build_it_once(postgres_url: str, tmp_path: Path, builds) -> None:
    with workers(postgres_url, *(tmp_path / name for name in "abc")) as crew:
        for worker in crew:
            worker.service.close()
            worker.embedder.pause = 0.5
        put(crew[0].store, nuoc=plan(45, WATER, 61))
        builds.clear()
        assert together(*(worker.service.refresh for worker in crew)) == []
        assert builds == [crew[0].store.revision()]
        assert [versions(ask(worker)) for worker in crew] == [{"61"}] * 3
        assert sorted(worker.embedder.embedded > 0 for worker in crew) == [False, False, True]


def test_processes_of_one_home_build_once(tmp_path: Path, builds) -> None:
    with workers(f"sqlite:///{tmp_path / 'chidao.db'}", *[tmp_path / "home"] * 3) as crew:
        for worker in crew:
            worker.service.close()
        put(crew[0].store, nuoc=plan(45, WATER, 61))
        builds.clear()
        assert together(*(worker.service.refresh for worker in crew)) == []
        assert builds == [crew[0].store.revision()]


def test_what_one_worker_has_embedded_no_other_embeds(postgres_url: str, tmp_path: Path) -> None:
    from corpus.reading import read_text
    from corpus.records import Source

    with workers(postgres_url, tmp_path / "a", tmp_path / "b") as (one, other):
        directives = read_text(Source(plan(45, WATER, 61)))
        one.indexer.prepare(directives)
        other.indexer.prepare(directives)
        assert one.embedder.embedded == count(one, passage_vector) > 0
        assert other.embedder.embedded == 0
        assert together(*(lambda w=w: w.indexer.prepare(read_text(Source(plan(46, SCHOOLS, 62)))) for w in (one, other))) == []


def test_a_shared_vector_that_is_damaged_is_made_again(postgres_url: str, tmp_path: Path) -> None:
    with workers(postgres_url, tmp_path / "a") as (one,):
        good = one.indexer._sharing.vectors.fetch(one.embedder, ["báo cáo", "kinh phí"])
        with one.store.database.writing() as connection:
            connection.execute(update(passage_vector).values(vector=b"\x00" * 7))
        again = one.indexer._sharing.vectors.fetch(one.embedder, ["kinh phí", "báo cáo"])
        assert (again == good[::-1]).all()
        assert one.embedder.embedded == 4


def test_a_generation_being_fetched_may_be_replaced_meanwhile(postgres_url: str, tmp_path: Path, monkeypatch) -> None:
    with workers(postgres_url, tmp_path / "a") as (one,):
        revision = one.publish(nuoc=plan(45, WATER, 61))
        shared, write = SharedGenerations(one.store.database), shared_generations._write

        def replaced(connection, number, manifest, folder):
            with one.store.database.writing() as other:
                other.execute(index_generation.delete())
            return write(connection, number, manifest, folder)

        monkeypatch.setattr(shared_generations, "_write", replaced)
        fetched = shared.fetch(shared.find(revision, one.embedder.name), tmp_path / "b" / "index")
        assert fetched.manifest.corpus_revision == revision


def test_a_library_is_of_one_moment_whoever_writes_while_it_is_read(both_stores: str, monkeypatch) -> None:
    with Store.open(both_stores) as store, Store.open(both_stores) as other:
        put(store, nuoc=plan(45, WATER, 61))
        revision, targets = store.revision(), Store.targets

        def changed_meanwhile(self, directive=None):
            put(other, nuoc=plan(45, WATER, 66))
            return targets(self, directive)

        monkeypatch.setattr(Store, "targets", changed_meanwhile)
        library = Library.read(store)
        assert store.revision() != revision == library.revision
        texts = [clause.text for clause in library.clauses.values()]
        rows = [row.quote for rows in (*library.targets.values(), *library.tasks.values()) for row in rows]
        assert rows
        assert set(VERSION.findall(" ".join([*texts, *rows]))) == {"61"}


def test_only_the_newest_generations_are_kept(postgres_url: str, tmp_path: Path) -> None:
    with workers(postgres_url, tmp_path / "a") as (one,):
        revisions = [one.publish(nuoc=plan(45, WATER, version)) for version in range(60, 66)]
        with one.store.database.reading() as connection:
            kept = connection.execute(select(index_generation.c.revision).order_by(index_generation.c.id)).scalars().all()
            files = set(connection.execute(select(index_file.c.generation_id)).scalars())
        assert kept == revisions[-KEPT:]
        assert len(files) == KEPT


def test_a_worker_that_comes_later_fetches(postgres_url: str, tmp_path: Path, builds) -> None:
    with workers(postgres_url, tmp_path / "a") as (one,):
        one.publish(nuoc=plan(45, WATER, 61))
        builds.clear()
        with workers(postgres_url, tmp_path / "later") as (later,):
            assert versions(ask(later)) == {"61"}
        assert builds == []


@pytest.mark.parametrize("damage", ["altered", "cut", "gone"])
def test_a_torn_generation_is_refused_built_anew_and_shared_whole(
    postgres_url: str, tmp_path: Path, builds, damage: str
) -> None:
    with workers(postgres_url, tmp_path / "a") as (one,):
        revision = one.publish(nuoc=plan(45, WATER, 61))
        file = index_file.c.name == "dense.faiss"
        with one.store.database.writing() as connection:
            if damage == "gone":
                connection.execute(index_file.delete().where(file))
            else:
                whole = connection.execute(select(index_file.c.bytes).where(file)).scalars().first()
                torn = whole[:-9] if damage == "cut" else whole[:-1] + bytes([whole[-1] ^ 1])
                connection.execute(update(index_file).where(file).values(bytes=torn))
        builds.clear()
        with workers(postgres_url, tmp_path / "b", tmp_path / "c") as (other, third):
            assert versions(ask(other)) == versions(ask(third)) == {"61"}
        assert builds == [revision]


def test_a_file_name_that_leads_out_of_the_home_is_refused(postgres_url: str, tmp_path: Path) -> None:
    with workers(postgres_url, tmp_path / "a") as (one,):
        one.publish(nuoc=plan(45, WATER, 61))
        shared = SharedGenerations(one.store.database)
        number = shared.find(one.store.revision(), one.embedder.name)
        with one.store.database.writing() as connection:
            manifest = connection.execute(select(index_generation.c.manifest)).scalars().all()[-1]
            manifest["files"]["../../out.txt"] = "0" * 64
            connection.execute(update(index_generation).values(manifest=manifest))
        with workers(postgres_url, tmp_path / "b" / "home") as (other,):
            assert versions(ask(other)) == {"61"}
        assert shared.find(one.store.revision(), one.embedder.name) != number
        assert list(tmp_path.rglob("out.txt")) == []


# ---- visibility while an old snapshot goes on answering


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Nobody gets a new generation until the event is set."""
    free = threading.Event()
    follow = indexing.Indexer.follow

    def waiting(self, store, progress=None):
        free.wait(20)
        return follow(self, store, progress)

    monkeypatch.setattr(indexing.Indexer, "follow", waiting)
    yield free
    free.set()


def test_a_directive_that_is_removed_is_not_cited_from_that_moment(place, request) -> None:
    url, *homes = place
    with workers(url, *homes) as (one, other):
        other.serves(one.publish(nuoc=plan(45, WATER, 61), truong=plan(77, SCHOOLS, 62)))
        free = request.getfixturevalue("held")
        before = other.service.state().served
        assert ask(other).citations[0].directive == WATER_KEY
        one.store.remove(WATER_KEY)
        answer = ask(other)
        assert WATER_KEY not in {citation.directive for citation in answer.citations}
        assert "45-KH/TU" not in answer.answer
        assert all(hit.directive != WATER_KEY for hit in other.service.search(WATER))
        assert other.service.state().served == before, "the old snapshot was still answering"
        free.set()
        other.serves(one.store.revision())
        assert WATER_KEY not in {citation.directive for citation in ask(other).citations}


def test_an_audience_holds_within_the_old_snapshot_too(place, request) -> None:
    url, *homes = place
    with workers(url, *homes) as (one, other):
        other.serves(one.publish(nuoc=plan(45, WATER, 61), truong=plan(77, SCHOOLS, 62)))
        request.getfixturevalue("held")
        schools = next(d.key for d in one.store.directives() if d.key != WATER_KEY)
        put(one.store, them=plan(99, "trồng rừng phòng hộ", 63))
        within = frozenset({schools, "99-kh-tu-hoa-son-2025"})
        answer = other.service.ask(Question(f"Tỉ lệ {WATER} là bao nhiêu?", today=TODAY, within=within))
        assert {citation.directive for citation in answer.citations} <= {schools}


# ---- failures


def test_a_full_disk_leaves_the_old_snapshot_answering_and_is_told(postgres_url, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(snapshots, "_RETRIES_EVERY", 0.2)
    with workers(postgres_url, tmp_path / "a", tmp_path / "b") as (one, other):
        other.serves(one.publish(nuoc=plan(45, WATER, 61)))
        write = shared_generations._write

        def full(connection, number, manifest, folder):
            if folder.is_relative_to(tmp_path / "b"):
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(connection, number, manifest, folder)

        monkeypatch.setattr(shared_generations, "_write", full)
        revision = one.publish(nuoc=plan(45, WATER, 66))
        until(lambda: other.service.state().error)
        state = other.service.state()
        assert "No space left" in state.error
        assert state.wanted == revision != state.served
        assert state.behind > 0
        assert versions(ask(other)) == {"61"}
        assert not [p for p in (tmp_path / "b" / "index").glob("g*") if not (p / "manifest.json").is_file()]
        monkeypatch.setattr(shared_generations, "_write", write)
        other.serves(revision)
        assert (other.service.state().error, other.service.state().behind) == (None, 0.0)


def test_while_the_database_is_away_the_last_snapshot_answers(postgres_url, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(snapshots, "_RETRIES_EVERY", 0.2)
    name = make_url(postgres_url).database
    admin = create_engine(servers.start(), isolation_level="AUTOCOMMIT")
    with workers(postgres_url, tmp_path / "a", tmp_path / "b") as (one, other), admin.connect() as server:
        other.serves(one.publish(nuoc=plan(45, WATER, 61)))
        server.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        try:
            server.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            )
            until(lambda: other.service.state().error)
            assert versions(ask(other)) == {"61"}
        finally:
            server.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
        revision = one.publish(nuoc=plan(45, WATER, 66))
        other.serves(revision)
        assert other.service.state().error is None
    admin.dispose()


def test_a_generation_that_cannot_be_shared_is_shared_later(postgres_url, tmp_path, monkeypatch) -> None:
    from corpus.errors import StoreError

    def broken(self, generation):
        raise StoreError("đầy")

    with workers(postgres_url, tmp_path / "a") as (one,):
        keep = SharedGenerations.keep
        monkeypatch.setattr(SharedGenerations, "keep", broken)
        revision = one.publish(nuoc=plan(45, WATER, 61))
        shared = SharedGenerations(one.store.database)
        assert shared.find(revision, one.embedder.name) is None
        monkeypatch.setattr(SharedGenerations, "keep", keep)
        one.indexer.follow(one.store)
        assert shared.find(revision, one.embedder.name) is not None


BUILDER = """
import sys
from pathlib import Path
from tests.integration.shared_workers import Worker
worker = Worker(sys.argv[1], Path(sys.argv[2]))
worker.embedder.pause = float(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
worker.service.refresh()
print("done", flush=True)
"""


def _builder(url: str, home: Path, pause: float) -> subprocess.Popen[str]:
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", BUILDER, url, str(home), str(pause)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, text=True, env={**os.environ, "PYTHONPATH": root}, **pipes)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("after", [0.05, 0.3, 0.8])
def test_a_builder_killed_half_way_is_followed_by_another_and_leaves_nothing_torn(
    postgres_url: str, tmp_path: Path, after: float
) -> None:
    with workers(postgres_url, tmp_path / "a") as (one,):
        one.publish(nuoc=plan(45, WATER, 61))
        with _builder(postgres_url, tmp_path / "b", 30.0 if after > 0.1 else 0.0) as child:
            assert child.stdout.readline().strip() == "ready"
            put(one.store, nuoc=plan(45, WATER, 66))
            revision = one.store.revision()
            child.stdin.write("go\n")
            child.stdin.flush()
            time.sleep(after)
            assert versions(ask(one)) <= {"61", "66"}
            child.send_signal(signal.SIGKILL)
        assert one.serves(revision, within=20) < 15
        assert versions(ask(one)) == {"66"}
        with workers(postgres_url, tmp_path / "b") as (again,):
            assert versions(ask(again)) == {"66"}
            generation = current_generation(index_folder(tmp_path / "b"))
            assert generation is not None
            assert generation.fallback_reason is None
            assert generation.manifest.corpus_revision == revision
        with Store.open(postgres_url) as store, store.database.reading() as connection:
            numbers = set(connection.execute(select(index_generation.c.id)).scalars())
            assert set(connection.execute(select(index_file.c.generation_id)).scalars()) == numbers


def test_a_bot_follows_the_store_beside_its_answers_and_a_command_does_not(tmp_path: Path) -> None:
    def opened() -> Composition:
        return Composition(Settings(_env_file=None, home=tmp_path, embedding="hash"))

    app = opened()
    with app.keeping_up():
        app.service.refresh()
        assert app.service.state().watching
        put(app.store, nuoc=plan(45, WATER, 61))
        until(lambda: app.service.state().served == app.store.revision())
    assert not app.service.state().watching
    command = opened()
    assert command.service.ask(Question("Ai rà soát?", today=TODAY))
    assert not command.service.state().watching
    for one in (app, command):
        one.store.close()
