"""Migrations: up and down, empty and full, on both stores; once however many start at once; and what old programs may use."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

import bot.inbox.tables
import bot.office.tables
import bot.reminders.tables  # noqa: F401
import index.tables  # noqa: F401 - the tables of all of them stand on the same metadata
from corpus import migrations
from corpus.errors import StoreError
from corpus.migrations.__main__ import main as migrations_command
from corpus.models import Base
from corpus.store import Store
from corpus.store_engine import create, current_version, default_url, integrity_faults, migrate, serves_from
from corpus.store_writing import IncomingFile
from tests.integration.command_line import PLAN, ROOT
from tests.integration.directive_files import directive
from tests.integration.lived_in import BINH, Rows, fill_empty_tables, live, missing, remind, rows_in, rows_of
from tests.stores import store_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from tests.integration.clerk_desk import ClerkDesk

TOMORROW = "9001"


@pytest.fixture
def engine(both_stores: str) -> Iterator[Engine]:
    made = create(both_stores)
    yield made
    made.dispose()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return ScriptDirectory.from_config(config)


def test_the_known_migrations_are_those_in_the_folder() -> None:
    assert tuple(s.revision for s in reversed(list(scripts().walk_revisions()))) == migrations.KNOWN
    assert scripts().get_heads() == [migrations.HEAD]


def test_every_migration_says_which_programs_its_tables_serve() -> None:
    for script in scripts().walk_revisions():
        oldest = getattr(script.module, "serves_from", None)
        assert oldest in migrations.KNOWN, f"{script.revision} needs `serves_from`"
        assert oldest <= script.revision


def test_a_migration_that_serves_older_programs_only_adds_what_they_need_not_fill(tmp_path: Path) -> None:
    serves = {script.revision: script.module.serves_from for script in scripts().walk_revisions()}
    engine = create(default_url(tmp_path))
    before: dict[str, dict] = {}
    for version in migrations.KNOWN:
        migrate(engine, version)
        now = shape(engine)
        if serves[version] != version:
            for name, was in before.items():
                new = now[name]["columns"].keys() - was["columns"].keys()
                assert all(now[name]["columns"][c]["filled"] for c in new), f"{version}: {name} has new duties"
                kept = {c: now[name]["columns"].get(c) for c in was["columns"]}
                assert kept == was["columns"], f"{version}: columns of {name} changed"
                assert now[name]["unique"] == was["unique"], f"{version}: {name} forbids what it allowed"
        before = now
    engine.dispose()


def shape(engine: Engine) -> dict[str, dict]:
    """What a program sees of each table: columns with types, whether they may be left out, and what must be unique."""
    seen = inspect(engine)
    found = {}
    for name in seen.get_table_names():
        columns = {
            c["name"]: {"type": str(c["type"]), "filled": c["nullable"] or c["default"] is not None}
            for c in seen.get_columns(name)
        }
        unique = sorted(str(sorted(u["column_names"])) for u in seen.get_unique_constraints(name))
        unique += sorted(str(i["column_names"]) for i in seen.get_indexes(name) if i["unique"])
        foreign = sorted(str(f["constrained_columns"]) for f in seen.get_foreign_keys(name))
        found[name] = {"columns": columns, "unique": (unique, foreign)}
    return found


def test_the_runbook_says_of_each_migration_what_it_does_and_what_going_below_it_loses() -> None:
    runbook = (ROOT / "deploy" / "docs" / "upgrade.md").read_text(encoding="utf-8")
    assert [v for v in migrations.KNOWN if f"| {v} | " not in runbook] == []


def test_migrating_gives_exactly_the_tables_of_the_models(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_every_table_can_be_made_in_postgresql() -> None:
    for table in Base.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))


def test_every_migration_goes_up_and_down_again_on_an_empty_database(engine: Engine) -> None:
    for version in migrations.KNOWN:
        migrate(engine, version)
        with engine.connect() as connection:
            assert current_version(connection) == version
    for version in (*reversed(migrations.KNOWN[:-1]), "base"):
        migrate(engine, version)
    assert tables(engine) == {"alembic_version"}


def test_no_row_is_lost_on_the_way_through_every_version_up_down_and_up_again(engine: Engine) -> None:
    at: dict[str, Rows] = {}
    for version in migrations.KNOWN:
        migrate(engine, version)
        with engine.begin() as connection:
            if at:
                assert missing(at[max(at)], rows_in(connection)) == [], version
            fill_empty_tables(connection)
            at[version] = rows_in(connection)
    assert all(rows for rows in at[migrations.HEAD].values())
    for version in reversed(migrations.KNOWN[:-1]):
        migrate(engine, version)
        with engine.connect() as connection:
            there = rows_in(connection)
        assert there.keys() == at[version].keys()
        assert missing(at[version], there) == [], version
    migrate(engine)
    with engine.connect() as connection:
        assert missing(at[migrations.KNOWN[0]], rows_in(connection)) == []
    assert integrity_faults(engine) == []


def test_an_office_taken_back_to_an_older_version_and_up_again_works_on(tmp_path: Path) -> None:
    desk = live(tmp_path)
    url, before = store_url(tmp_path), rows_of(store_url(tmp_path))
    desk.store.close()
    assert migrations_command(["--url", url, "downgrade", "0005"]) == 0
    older_tables = rows_of(url).keys()
    assert migrations_command(["--url", url, "upgrade"]) == 0
    assert missing({n: before[n] for n in older_tables if n in before}, rows_of(url)) == []
    again = desk.restarted()
    assert [t[0] for t in remind(again)] != []  # what was planned is sent
    assert again.asking("Ai chủ trì?", BINH).number
    again.store.close()


def test_the_command_refuses_the_wrong_way_and_unknown_versions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = default_url(tmp_path)
    assert migrations_command(["--url", url, "upgrade", "0004"]) == 0
    assert "0004" in capsys.readouterr().out
    assert migrations_command(["--url", url, "downgrade", "0005"]) == 2
    assert migrations_command(["--url", url, "upgrade", "0003"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    with pytest.raises(SystemExit):
        migrations_command(["--url", url, "downgrade", "0000"])
    assert migrations_command(["--url", url, "current"]) == 0
    assert capsys.readouterr().out == f"tables 0004, program {migrations.HEAD}, oldest program served 0004\n"


def test_migrating_again_changes_nothing_in_a_full_database(tmp_path: Path) -> None:
    with Store.open(store_url(tmp_path)) as store:
        store.put(IncomingFile("/a.txt", "h1", "r"), [directive()])
        before = store.revision(), store.clauses()
        migrate(store.engine)
        assert (store.revision(), store.clauses()) == before


@pytest.mark.sqlite_only("how SQLite is set up")
def test_foreign_keys_are_on_again_after_a_migration(tmp_path: Path) -> None:
    with Store.open(default_url(tmp_path)) as store, store.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


# ---- older programs on newer tables


def make_tomorrow(connection: Connection, serves: str = migrations.HEAD) -> None:
    """What a migration of tomorrow may do to today's tables: columns that nobody need fill, an index, a table."""
    for name in sorted(inspect(connection).get_table_names()):
        if name != "alembic_version":
            connection.execute(text(f"ALTER TABLE {name} ADD COLUMN tomorrow INTEGER"))
            connection.execute(text(f"ALTER TABLE {name} ADD COLUMN later VARCHAR(8) DEFAULT 'x' NOT NULL"))
            connection.execute(text(f"CREATE INDEX ix_{name}_tomorrow ON {name} (tomorrow)"))
    connection.execute(text("CREATE TABLE of_tomorrow (id INTEGER PRIMARY KEY)"))
    connection.execute(text(f"UPDATE alembic_version SET version_num = '{TOMORROW}'"))
    connection.execute(text(f"UPDATE compatibility SET serves_from = '{serves}'"))


def bring_tomorrow(url: str, serves: str = migrations.HEAD) -> None:
    engine = create(url)
    with engine.begin() as connection:
        make_tomorrow(connection, serves)
    engine.dispose()


def test_todays_program_works_on_on_tomorrows_tables(tmp_path: Path) -> None:
    desk = live(tmp_path)
    desk.store.close()
    bring_tomorrow(store_url(tmp_path))
    again = desk.restarted()
    assert sorted(d.number for d in again.store.directives()) == ["12/KH-UBND", "9-KH/TU"]
    use(again)
    assert remind(again)
    again.store.close()
    engine = create(store_url(tmp_path))
    with engine.connect() as connection:
        assert current_version(connection) == TOMORROW
    engine.dispose()


def use(desk: ClerkDesk, number: int = 50) -> None:
    """Admitting, storing, asking, and choosing, as people do."""
    desk.admit(number, "officer", f"Sở số {number}")
    desk.store.put(IncomingFile(f"/{number}.txt", f"{number}", "r"), [directive(f"{number}-KH/TU", f"việc số {number}")])
    asked = desk.asking("Ai chủ trì số hóa hồ sơ?", number)
    desk.office.questions.answered(asked.number, desk.service.ask(asked.question))
    assert desk.office.questions.get(asked.number)


def test_workers_that_run_while_the_tables_change_notice_nothing(tmp_path: Path) -> None:
    desk = live(tmp_path)
    failures: list[BaseException] = []
    stop = threading.Event()

    def work(first: int) -> None:
        number = first
        while not stop.is_set():
            try:
                use(desk, number)
                number += 1
            except BaseException as error:  # noqa: BLE001 - handed to the main thread
                failures.append(error)
                return

    workers = [threading.Thread(target=work, args=(n,)) for n in (1000, 2000, 3000)]
    for worker in workers:
        worker.start()
    migrate(desk.store.engine, "0008")
    migrate(desk.store.engine)
    stop.set()
    for worker in workers:
        worker.join()
    desk.store.close()
    assert failures == []


def test_an_older_program_stores_lists_and_asks_on_newer_tables(tmp_path: Path) -> None:
    """The command line in a process of its own whose newest migration is the one before ours."""
    Store.open(store_url(tmp_path)).close()
    (tmp_path / "ke-hoach.txt").write_text(PLAN, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CHIDAO_")} | {
        "CHIDAO_HOME": str(tmp_path / "home"),
        "CHIDAO_DATABASE_URL": store_url(tmp_path),
        "CHIDAO_EMBEDDING": "hash",
        "PYTHONPATH": str(ROOT),
    }
    older = "from corpus import migrations as m; m.KNOWN = m.KNOWN[:-1]; m.HEAD = m.KNOWN[-1]; from bot.cli import main; main()"

    def run(*arguments: str) -> str:
        command = [sys.executable, "-c", older, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    (key,) = json.loads(run("ingest", "ke-hoach.txt", "--json"))["directives"]
    assert json.loads(run("list", "directives", "--format", "jsonl"))["key"] == key
    assert "65%" in run("ask", "Tỉ lệ hồ sơ giải quyết trực tuyến đến năm 2025 đạt bao nhiêu?", "--json")
    engine = create(store_url(tmp_path))
    with engine.connect() as connection:
        assert current_version(connection) == migrations.HEAD
    engine.dispose()


def test_tables_that_no_longer_serve_this_program_are_refused_in_one_sentence_and_left_alone(tmp_path: Path) -> None:
    url = store_url(tmp_path)
    Store.open(url).close()
    bring_tomorrow(url, serves=TOMORROW)
    for wanted in (True, False):
        with pytest.raises(StoreError, match=TOMORROW):
            Store.open(url, migrate=wanted)
    engine = create(url)
    for target in ("head", "0001"):
        with pytest.raises(StoreError, match=TOMORROW):
            migrate(engine, target)
    assert "clause" in tables(engine)
    engine.dispose()


def test_tables_from_before_they_said_whom_they_serve_are_refused_when_newer(tmp_path: Path) -> None:
    url = store_url(tmp_path)
    with Store.open(url) as store, store.engine.begin() as connection:
        connection.execute(text("DROP TABLE compatibility"))
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{TOMORROW}'"))
    with pytest.raises(StoreError, match=TOMORROW):
        Store.open(url)


def test_the_tables_say_whom_they_serve_and_only_the_program_of_newer_tables_takes_them_back(tmp_path: Path) -> None:
    url = store_url(tmp_path)
    with Store.open(url) as store, store.engine.connect() as connection:
        assert serves_from(connection) == max(s.module.serves_from for s in scripts().walk_revisions())
    bring_tomorrow(url)
    engine = create(url)
    with pytest.raises(StoreError, match=TOMORROW):
        migrate(engine, "0005")
    migrate(engine)  # already there
    engine.dispose()


def test_opening_without_migrating_refuses_an_older_store(both_stores: str) -> None:
    with pytest.raises(StoreError):
        Store.open(both_stores, migrate=False)


def test_a_migration_that_fails_leaves_the_old_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE rule (x INTEGER)"))  # stands in the way of one of the last tables
    with pytest.raises(Exception, match="rule"):
        migrate(engine)
    assert tables(engine) == {"rule"}


def _open(url: str) -> None:
    Store.open(url).close()


def test_processes_that_start_at_once_migrate_once(both_stores: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    starting = [spawn.Process(target=_open, args=(both_stores,)) for _ in range(3)]
    for process in starting:
        process.start()
    for process in starting:
        process.join(60)
    assert [process.exitcode for process in starting] == [0, 0, 0]
    with Store.open(both_stores) as store:
        assert store.revision() == "0-empty"
