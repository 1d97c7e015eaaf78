"""Transactions on the database: reads side by side, writes one after another. Knows no table."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from corpus import store_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


class Database:
    """An open database. Both kinds of transaction may be used in any thread.

    Raises:
        StoreError: from either, when the database itself fails; a transaction that fails leaves nothing behind.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the database."""
        try:
            with self.engine.connect() as connection:
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
