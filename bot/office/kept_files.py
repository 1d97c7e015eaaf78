"""The bytes of loaded files in the database, where several machines need them; folders are only a cache then.

Kept by content, so that a file sent twice is kept once; what no upload and no directive is made of is deleted.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, insert, select

from bot.office.tables import kept_file, upload
from corpus.models import FileRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from corpus.database import Database

PART_BYTES = 2 << 20


class KeptFiles:
    """Files by the SHA-256 of their content."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def of(cls, database: Database) -> KeptFiles | None:
        """None where a home's folders are enough: with SQLite all workers share them."""
        return cls(database) if database.engine.dialect.name == "postgresql" else None

    def keep(self, connection: Connection, content_hash: str, content: bytes) -> None:
        """Keeps a file, in the transaction that says what it is for."""
        if connection.execute(select(exists().where(kept_file.c.content_hash == content_hash))).scalar():
            return
        starts = range(0, max(len(content), 1), PART_BYTES)
        parts = [{"part": n, "bytes": content[start : start + PART_BYTES]} for n, start in enumerate(starts)]
        connection.execute(insert(kept_file), [{"content_hash": content_hash} | part for part in parts])

    def bring(self, content_hash: str, path: Path) -> bool:
        """Writes a file to `path`, whole and for the program's user alone; False when it is not kept, or not whole."""
        query = select(kept_file.c.bytes).where(kept_file.c.content_hash == content_hash).order_by(kept_file.c.part)
        with self._database.reading() as connection:
            content = b"".join(connection.execute(query).scalars())
        if hashlib.sha256(content).hexdigest() != content_hash:
            return False
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.part")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(content)
        unfinished.replace(path)
        return True

    def all(self) -> frozenset[str]:
        """The hashes of all that is kept."""
        with self._database.reading() as connection:
            return frozenset(connection.execute(select(kept_file.c.content_hash).distinct()).scalars())

    def tidy(self, unsettled: Sequence[str]) -> None:
        """Deletes what neither an upload in one of these states nor a directive is made of."""
        wanted = exists().where(upload.c.content_hash == kept_file.c.content_hash, upload.c.state.in_(unsettled))
        stands = exists().where(FileRow.content_hash == kept_file.c.content_hash)
        with self._database.writing() as connection:
            connection.execute(delete(kept_file).where(~wanted, ~stands))
