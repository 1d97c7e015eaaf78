"""Whole generations in a PostgreSQL database that several machines share: one builds, the others fetch and verify.

A generation is one transaction: it is there whole or not at all. Which folder it came from or goes to is not its business.
"""

from __future__ import annotations

import logging
import zlib
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import DBAPIError

from corpus.errors import SearchIndexError
from corpus.store_engine import as_store_error
from index.dense_parts import FLAT
from index.generations import SCHEMA_VERSION, Manifest, take_up
from index.tables import index_file, index_generation
from index.tokens import TOKENIZER_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import ColumnElement, Connection

    from corpus.database import Database
    from index.dense_parts import DensePlace
    from index.generations import Generation

log = logging.getLogger(__name__)

KEPT = 3
PART_BYTES = 2 << 20
_OTHER_KINDS_DAYS = 7  # what another version of the program made is kept while both may be running
_BUILD_LOCK = 0x43484958  # any number, the same in every process: of PostgreSQL's advisory locks the one for builders
_PARTS_AT_ONCE = 4


class SharedGenerations:
    """Generations in the database, the newest few of each kind (model, tokenizer, dense part)."""

    def __init__(self, database: Database, dense: DensePlace = FLAT) -> None:
        self._database = database
        self._dense = dense

    def find(self, revision: str, model: str) -> int | None:
        """The number of a generation of this store revision and model, made by a program like this one."""
        query = select(func.max(index_generation.c.id)).where(self._like(model), index_generation.c.revision == revision)
        with self._database.reading() as connection:
            number: int | None = connection.execute(query).scalar()
        return number

    def fetch(self, number: int, root: Path) -> Generation:
        """Bring a generation into a home, verify it and make it current there.

        Raises:
            SearchIndexError: it is gone meanwhile, or does not verify (and is then forgotten here too).
            StoreError: the database fails.
            OSError: it cannot be written.
        """
        query = select(index_generation.c.manifest).where(index_generation.c.id == number)
        with self._database.reading() as connection:  # all of it of one moment, even if it is replaced meanwhile
            kept = connection.execute(query).scalar_one_or_none()
            if kept is None:
                raise SearchIndexError("Bản chỉ mục dùng chung vừa được thay bằng bản khác.")
            try:
                manifest = Manifest.of(kept)
                return take_up(root, lambda folder: _write(connection, number, manifest, folder), self._dense)
            except (SearchIndexError, TypeError) as error:
                damage = error
        log.warning("a shared generation is damaged: %s", damage, extra={"action": "generation.torn", "number": number})
        with self._database.writing() as connection:
            connection.execute(delete(index_generation).where(index_generation.c.id == number))
        raise SearchIndexError(f"Bản chỉ mục dùng chung bị hỏng: {damage}") from damage

    def keep(self, generation: Generation) -> None:
        """Give a generation to all workers, at once and whole; older ones than the newest few go.

        Raises:
            StoreError: the database fails; nothing was kept.
            OSError: a file of it cannot be read.
        """
        manifest = generation.manifest
        if self.find(manifest.corpus_revision, manifest.model) is not None:
            return
        paths = [generation.folder / name for name in sorted(manifest.files)]
        row = {
            "revision": manifest.corpus_revision,
            "model": manifest.model,
            "tokenizer": manifest.tokenizer,
            "index_schema": manifest.schema,
            "dense": manifest.dense,
            "manifest": manifest.as_dict(),
            "size": sum(path.stat().st_size for path in paths),
        }
        with self._database.writing() as connection:
            adding = insert(index_generation).values(**row).returning(index_generation.c.id)
            number = connection.execute(adding).scalar_one()
            for path in paths:
                for part, content in enumerate(_parts(path)):
                    values = {"generation_id": number, "name": path.name, "part": part, "bytes": content}
                    connection.execute(insert(index_file), values)
            newest = select(index_generation.c.id).where(self._like(manifest.model)).order_by(index_generation.c.id.desc())
            kept = connection.execute(newest.limit(KEPT)).scalars().all()
            old = self._like(manifest.model) & index_generation.c.id.not_in(kept)
            days = func.make_interval(0, 0, 0, _OTHER_KINDS_DAYS)
            others = ~self._like(manifest.model) & (index_generation.c.created_at < func.current_timestamp() - days)
            connection.execute(delete(index_generation).where(old | others))

    @contextmanager
    def turn(self, model: str) -> Iterator[bool]:
        """Whether this worker may build now; False while another does. Ends with the block, or with the connection.

        Raises:
            StoreError: the database fails.
        """
        key = zlib.crc32(model.encode()) - (1 << 31)  # as a signed number
        try:
            with self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                mine = bool(connection.execute(select(func.pg_try_advisory_lock(_BUILD_LOCK, key))).scalar())
                try:
                    yield mine
                finally:
                    if mine and not connection.invalidated:
                        connection.execute(select(func.pg_advisory_unlock(_BUILD_LOCK, key)))
        except DBAPIError as error:
            raise as_store_error(error) from error

    def _like(self, model: str) -> ColumnElement[bool]:
        """Made by this model, for a program like this one."""
        kinds = index_generation.c
        of_program = (kinds.tokenizer == TOKENIZER_VERSION) & (kinds.index_schema == SCHEMA_VERSION)
        return (kinds.model == model) & of_program & (kinds.dense == self._dense.name)


def _write(connection: Connection, number: int, manifest: Manifest, folder: Path) -> Manifest:
    """A generation's files into a folder; what comes of them is for the manifest's hashes to say."""
    for name in manifest.files:
        if PurePath(name).name != name:
            raise SearchIndexError(f"Bản chỉ mục dùng chung có tên tệp không được phép: {name}.")
        parts = index_file.c
        query = select(parts.bytes).where(parts.generation_id == number, parts.name == name).order_by(parts.part)
        with (folder / name).open("wb") as file:
            for content in connection.execute(query.execution_options(yield_per=_PARTS_AT_ONCE)).scalars():
                file.write(content)
    return manifest


def _parts(path: Path) -> Iterator[bytes]:
    """A file in parts; an empty one is one empty part."""
    with path.open("rb") as file:
        content = file.read(PART_BYTES)
        yield content
        while content := file.read(PART_BYTES):
            yield content
