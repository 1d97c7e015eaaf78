"""A store held still: everything read through it is of one and the same moment, whoever writes meanwhile."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corpus.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from corpus.store import Store


class _OneConnection(Database):
    """Reads all through one connection, whose transaction goes on."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.engine)
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The one connection."""
        yield self._connection


@contextmanager
def one_moment(store: Store) -> Iterator[Store]:
    """The store as it stands now, for reading, by one thread, until the block ends.

    Raises:
        StoreError: the database fails.
    """
    with store.database.reading() as connection:
        still = copy.copy(store)
        still.database = _OneConnection(connection)
        yield still
