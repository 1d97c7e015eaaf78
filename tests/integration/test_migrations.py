"""Migrations: up and down, empty and full, once however many start at once, and never from the future."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

import bot.office.tables
import bot.reminders.tables  # noqa: F401 - its tables stand on the same metadata
from corpus import migrations
from corpus.errors import StoreError
from corpus.models import Base
from corpus.store import Store
from corpus.store_engine import create, current_version, default_url, integrity_faults, migrate
from corpus.store_writing import IncomingFile
from tests.integration.directive_files import directive


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return create(default_url(tmp_path))


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_the_known_migrations_are_those_in_the_folder() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(s.revision for s in reversed(list(scripts.walk_revisions()))) == migrations.KNOWN
    assert scripts.get_heads() == [migrations.HEAD]


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


def test_a_full_database_goes_down_and_up_again_and_can_be_used(tmp_path: Path) -> None:
    with Store.open(default_url(tmp_path)) as store:
        store.put(IncomingFile("/a.txt", "h1", "r"), [directive()])
        migrate(store.engine, "base")
        assert tables(store.engine) == {"alembic_version"}
    with Store.open(default_url(tmp_path)) as store:
        store.put(IncomingFile("/a.txt", "h1", "r"), [directive()])
        assert len(store.clauses()) == 3
        assert integrity_faults(store.engine) == []


def test_migrating_again_changes_nothing_in_a_full_database(tmp_path: Path) -> None:
    with Store.open(default_url(tmp_path)) as store:
        store.put(IncomingFile("/a.txt", "h1", "r"), [directive()])
        before = store.revision(), store.clauses()
        migrate(store.engine)
        assert (store.revision(), store.clauses()) == before


def test_foreign_keys_are_on_again_after_a_migration(tmp_path: Path) -> None:
    with Store.open(default_url(tmp_path)) as store, store.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_a_store_from_a_newer_program_is_refused_in_one_sentence_and_left_alone(tmp_path: Path) -> None:
    url = default_url(tmp_path)
    with Store.open(url) as store, store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for wanted in (True, False):
        with pytest.raises(StoreError, match="9999"):
            Store.open(url, migrate=wanted)
    engine = create(url)
    with pytest.raises(StoreError):
        migrate(engine)
    assert "clause" in tables(engine)


def test_opening_without_migrating_refuses_an_older_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Store.open(default_url(tmp_path), migrate=False)


def test_a_migration_that_fails_leaves_the_old_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE rule (x INTEGER)"))  # stands in the way of one of the last tables
    with pytest.raises(Exception, match="rule"):
        migrate(engine)
    assert tables(engine) == {"rule"}


def _open(url: str) -> None:
    Store.open(url).close()


def test_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    url = default_url(tmp_path)
    spawn = multiprocessing.get_context("spawn")
    starting = [spawn.Process(target=_open, args=(url,)) for _ in range(3)]
    for process in starting:
        process.start()
    for process in starting:
        process.join(60)
    assert [process.exitcode for process in starting] == [0, 0, 0]
    with Store.open(url) as store:
        assert store.revision() == "0-empty"
