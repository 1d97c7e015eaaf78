"""Least privilege: the role the bot runs as can use the tables its owner has made, and can neither make nor drop any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from bot.backup import backup, restore
from corpus.errors import StoreError
from corpus.store import Store
from corpus.store_engine import as_store_error, create, migrate
from tests.integration.lived_in import live, remind, rows_of
from tests.integration.test_backup_between_stores import LEFT_OUT, NOW
from tests.postgres import create_database, drop_database
from tests.stores import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLES = Path(__file__).resolve().parents[2] / "deploy" / "postgresql" / "roles.sql"


def run_as_superuser(url: str, statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.connection.cursor().execute(statements)
    engine.dispose()


@pytest.fixture
def office(postgres_url: str) -> Iterator[dict[str, str]]:
    """The addresses of an empty database for each role; the roles go with the test."""
    run_as_superuser(postgres_url, ROLES.read_text(encoding="utf-8"))
    url = make_url(postgres_url)
    yield {r: url.set(username=r).render_as_string(hide_password=False) for r in ("chidao_owner", "chidao")} | {
        "superuser": postgres_url
    }
    drop_database(servers.start(), str(url.database))
    run_as_superuser(servers.start(), "DROP ROLE chidao; DROP ROLE chidao_owner")
    create_database(servers.start(), str(url.database))  # for the fixture that drops it


def test_the_owner_migrates_and_the_bots_role_does_all_the_work(office: dict[str, str], tmp_path: Path) -> None:
    Store.open(office["chidao_owner"]).close()
    run_as_superuser(office["superuser"], ROLES.read_text(encoding="utf-8"))  # again, as the file says
    servers.databases[tmp_path.absolute()] = office["chidao"]
    try:
        desk = live(tmp_path)
        assert remind(desk)
        before = rows_of(office["chidao"], LEFT_OUT)
        backup(tmp_path, office["chidao"], tmp_path / "b.zip", NOW)
        restore(tmp_path, office["chidao"], tmp_path / "b.zip", force=True)
        assert rows_of(office["chidao"], LEFT_OUT) == before
        assert desk.admit(77, "clerk", "Sở mới")
        desk.store.close()
    finally:
        del servers.databases[tmp_path.absolute()]


@pytest.mark.parametrize(
    "forbidden",
    [
        "DROP TABLE directive",
        "ALTER TABLE directive ADD COLUMN x INTEGER",
        "CREATE TABLE mine (x INTEGER)",
        "TRUNCATE directive CASCADE",
        "UPDATE alembic_version SET version_num = '0001'",
        "CREATE ROLE another",
        "CREATE SCHEMA another",
        "COPY directive TO '/tmp/out'",
    ],
)
def test_the_bots_role_can_do_nothing_else(office: dict[str, str], forbidden: str) -> None:
    Store.open(office["chidao_owner"]).close()
    run_as_superuser(office["superuser"], ROLES.read_text(encoding="utf-8"))
    engine = create_engine(office["chidao"])
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text(forbidden))
    engine.dispose()
    assert caught.value.orig.sqlstate == "42501"
    assert "\n" not in str(as_store_error(caught.value))


def test_the_bots_role_does_not_try_to_migrate_what_needs_no_migration_and_says_who_must(office: dict[str, str]) -> None:
    with pytest.raises(StoreError, match=r"corpus\.migrations upgrade") as caught:
        Store.open(office["chidao"])
    assert "\n" not in str(caught.value)
    engine = create(office["chidao_owner"])
    migrate(engine, "0005")
    with pytest.raises(StoreError, match=r"corpus\.migrations upgrade"):
        Store.open(office["chidao"])
    migrate(engine)
    engine.dispose()
    with Store.open(office["chidao"]) as store:
        assert store.revision() == "0-empty"
