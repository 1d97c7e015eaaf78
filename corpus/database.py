"""Transactions on the database: each read sees one moment, and writes that need it take turns. Knows no table."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from corpus import store_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


class Database:
    """An open database. Every kind of transaction may be used in any thread.

    SQLite has one writer at a time. On PostgreSQL many write at once: what first looks and then acts takes its turn
    (`take_turn`), and so do all changes of directives (`changing`).

    Raises:
        StoreError: from any of them, when the database itself fails; a transaction that fails leaves nothing behind.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the database, however many queries are made."""
        try:
            with store_engine.reading(self.engine).connect() as connection:
                yield connection
        except DBAPIError as error:
            raise store_engine.as_store_error(error) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are kept when the block ends well, and undone otherwise."""
        try:
            with store_engine.writing(self.engine).begin() as connection:
                yield connection
        except DBAPIError as error:
            raise store_engine.as_store_error(error) from error

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """As `writing`, for changes of directives: these go one after another on every database."""
        with self.writing() as connection:
            take_turn(connection, "directives")
            yield connection


def take_turn(connection: Connection, *what: object) -> None:
    """Waits until no other transaction has its turn at the same thing; SQLite's one write lock is that already."""
    if connection.dialect.name == "postgresql":
        digest = hashlib.blake2b("\0".join(map(str, what)).encode(), digest_size=8).digest()
        key = int.from_bytes(digest, "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
