"""Stores that tests get ready-made are those that migrating makes."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from corpus import migrations
from corpus.store_engine import create, current_version, default_url
from tests import ready_made

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


def dump(engine: Engine) -> list[str]:
    with closing(engine.raw_connection()) as connection:
        return list(connection.iterdump())


def test_a_ready_made_store_is_what_migrating_makes(tmp_path: Path) -> None:
    ready, own = create(default_url(tmp_path / "ready")), create(default_url(tmp_path / "own"))
    ready_made.migrate(ready)
    ready_made._migrate(own)
    assert dump(ready) == dump(own)
    assert len(dump(own)) > 50


def test_a_store_that_is_there_already_is_migrated_step_by_step(tmp_path: Path) -> None:
    engine = create(default_url(tmp_path))
    ready_made._migrate(engine, migrations.KNOWN[4])
    ready_made.migrate(engine)
    with engine.connect() as connection:
        assert current_version(connection) == migrations.HEAD
