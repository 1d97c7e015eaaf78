"""New SQLite stores of this process get the tables that migrating has made once, statement by statement.

Migrating costs a fifth of a second of processor time, and over a thousand tests open a new store. Only what `Store.open`
does on an empty SQLite database is spared: tests that call `migrate` themselves, child processes, PostgreSQL (whose
databases have a template, see `tests.stores`) and the modules in `THEIR_OWN` migrate as the program does.
"""

from __future__ import annotations

import functools
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus import store_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

THEIR_OWN = {"test_migrations", "test_store_roles", "test_store_together", "test_inventory"}
"""Modules about how the tables come to be."""

_migrate = store_engine.migrate
_ready_made = True


@functools.cache
def tables() -> tuple[str, ...]:
    """The statements that make what migrating makes, its own notes included."""
    with tempfile.TemporaryDirectory() as folder:
        engine = store_engine.create(store_engine.default_url(Path(folder)))
        _migrate(engine)
        with closing(engine.raw_connection()) as connection:
            script = tuple(connection.iterdump())
        engine.dispose()
    return tuple(statement for statement in script if statement not in {"BEGIN TRANSACTION;", "COMMIT;"})


def migrate(engine: Engine, target: str = "head") -> None:
    """As `store_engine.migrate`."""
    if _ready_made and target == "head" and engine.dialect.name == "sqlite":
        with store_engine.writing(engine).connect() as connection, connection.begin():
            if not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar():
                for statement in tables():
                    connection.exec_driver_sql(statement)
                return
    _migrate(engine, target)


# ---- fixtures, which tests/conftest.py takes over


@pytest.fixture(scope="session", autouse=True)
def _stores_are_ready_made() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_engine, "migrate", migrate)
        yield


@pytest.fixture(autouse=True)
def _some_migrate_their_own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.path.stem in THEIR_OWN:
        monkeypatch.setattr("tests.ready_made._ready_made", False)
