"""The database's part of a backup: a SQLite file with every row, whatever the store is, so that an office can move.

Left out is what cannot matter after a restore: updates already answered, the pace of sending, shared copies of the index
(built again from the vectors). Vectors that workers share go into the file of vectors, as a home alone keeps them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary, Text, column, delete, insert, select, table, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from corpus import migrations, row_copy, store_engine
from corpus.database import take_turn
from corpus.errors import ChidaoError, StoreError
from corpus.models import MetaRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection, Engine

DATABASE = "database.sqlite"
VECTORS = "vectors.sqlite"
LAST_BACKUP = "last_backup"
"""The name under which the state says of what moment its last whole backup is (ISO 8601)."""
_SHARED_INDEX = frozenset({"index_generation", "index_file"})
_PACE = "pace"
_SETTLED = {"inbox": "done_at IS NOT NULL"}
_NO_CONTENT = _SHARED_INDEX | {_PACE, "revision"}  # rows of these say nothing about what people put there
_SECONDS = 60
_VECTORS_AT_ONCE = 2000
_VECTOR = table("passage_vector", column("model", Text), column("digest", LargeBinary), column("vector", LargeBinary))
_FILE = table("file", column("path", Text))
_VECTORS_SCHEMA = (  # as in `index.vectors`
    "CREATE TABLE IF NOT EXISTS vectors (model TEXT NOT NULL, digest BLOB NOT NULL, vector BLOB NOT NULL, "
    "PRIMARY KEY (model, digest)) WITHOUT ROWID"
)


class BackupError(ChidaoError):
    """A backup that cannot be made, or one that must not be restored; the sentence says why."""


def has_content(database_url: str) -> bool:
    """Whether a restore would take anything away. What cannot be read counts: it must not be thrown away unasked.

    Raises:
        StoreError: PostgreSQL cannot be reached.
    """
    file = sqlite_file(database_url)
    if file is not None and (not file.is_file() or not _is_database(file)):
        return file.is_file()
    with _opened(database_url) as engine:
        try:
            with engine.connect() as connection:
                return row_copy.has_rows(connection, _NO_CONTENT)
        except DBAPIError as error:
            if file is None:
                raise store_engine.as_store_error(error) from error
            return True


def save_database(home: Path, database_url: str, folder: Path) -> None:
    """The rows as they stand at one moment, and then the vectors, into files of `folder`; writers may go on.

    Raises:
        BackupError: there is nothing to save, or the tables are of another version than the program.
        StoreError: the database fails.
    """
    file = sqlite_file(database_url)
    if file is not None:
        if not file.is_file():
            raise _nothing()
        copy_sqlite(file, folder / DATABASE)
        _drop_what_does_not_matter(folder / DATABASE)
        if (home / VECTORS).is_file():
            copy_sqlite(home / VECTORS, folder / VECTORS)
        return
    with _opened(database_url) as engine, _transaction(store_engine.reading(engine)) as source:
        version = store_engine.current_version(source)
        if version is None:
            raise _nothing()
        if version != migrations.HEAD:
            raise BackupError(
                f"Cơ sở dữ liệu ở phiên bản {version}, chương trình ở {migrations.HEAD}: hãy sao lưu bằng chương trình "
                "cùng phiên bản."
            )
        with _opened(f"sqlite:///{folder / DATABASE}") as made:
            store_engine.migrate(made)
            with store_engine.writing(made).begin() as target:
                leave_out = {*_SHARED_INDEX, _PACE, _VECTOR.name}
                row_copy.copy_rows(source, target, leave_out=leave_out, without=_SETTLED)
        _save_vectors(source, folder / VECTORS)


def note_backup(database_url: str, moment: datetime) -> None:
    """Notes in the database that its state of this moment is backed up, for whoever watches; its tables stay as they are.

    Raises:
        StoreError: the database fails.
    """
    named = {"name": LAST_BACKUP, "value": moment.isoformat(timespec="seconds")}
    with _opened(database_url) as engine, _transaction(store_engine.writing(engine)) as connection:
        take_turn(connection, "meta", LAST_BACKUP)
        connection.execute(delete(MetaRow).where(MetaRow.name == LAST_BACKUP))
        connection.execute(insert(MetaRow).values(**named))
        connection.commit()


def restore_database(home: Path, database_url: str, folder: Path) -> None:
    """Puts the rows in `folder` in place of those in the database, in one transaction; then the vectors.

    Raises:
        BackupError: the tables there are of a newer program.
        StoreError: the database fails; nothing was changed.
    """
    file = sqlite_file(database_url)
    if file is not None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_database(file):
            file.replace(file.with_name(f"{file.name}.damaged"))
        copy_sqlite(folder / DATABASE, file)
        if (folder / VECTORS).is_file():
            copy_sqlite(folder / VECTORS, home / VECTORS)
        return
    with _opened(database_url) as engine, _opened(f"sqlite:///{folder / DATABASE}") as saved:
        store_engine.migrate(saved)
        store_engine.bring_up_to_date(engine)
        with _transaction(saved) as source, _transaction(store_engine.writing(engine)) as target:
            version = store_engine.current_version(target)
            if version != migrations.HEAD:
                raise BackupError(f"Cơ sở dữ liệu thuộc phiên bản mới hơn chương trình ({version}); không phục hồi.")
            row_copy.delete_rows(target)
            row_copy.copy_rows(source, target, leave_out={*_SHARED_INDEX, _PACE, _VECTOR.name}, without=_SETTLED)
            if (folder / VECTORS).is_file():
                _restore_vectors(folder / VECTORS, target)
            row_copy.count_on(target)
            target.commit()


def place_library(database_url: str, library: Path) -> None:
    """Files loaded from the chat stand in this home's library now, wherever the one that was saved had its own."""
    with _opened(database_url) as engine, _transaction(store_engine.writing(engine)) as connection:
        paths = connection.execute(select(_FILE.c.path)).scalars().all()
        for path in paths:
            _, within, name = path.rpartition(f"/{library.name}/")
            here = library.resolve() / name
            if within and path != str(here) and here.is_file():
                connection.execute(update(_FILE).where(_FILE.c.path == path).values(path=str(here)))
        connection.commit()


def count_directives(path: Path) -> int:
    """The number of directives in a saved database that is sound and not newer than the program.

    Raises:
        BackupError: it is no sound database of ours.
        StoreError: it is of a newer program.
    """
    with closing(sqlite3.connect(path)) as connection:
        try:
            sound = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            directives = int(connection.execute("SELECT count(*) FROM directive").fetchone()[0])
        except (sqlite3.Error, TypeError) as error:
            raise BackupError("Cơ sở dữ liệu trong bản sao lưu không dùng được; không phục hồi.") from error
    if not sound:
        raise BackupError("Cơ sở dữ liệu trong bản sao lưu bị hỏng; không phục hồi.")
    if version not in migrations.KNOWN:
        raise StoreError(f"Bản sao lưu thuộc phiên bản mới hơn chương trình ({version}); hãy cập nhật chương trình.")
    return directives


def sqlite_file(database_url: str) -> Path | None:
    """The file of a SQLite database; None when the database is another."""
    url = make_url(database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy by SQLite's own backup: one transaction in the target, whoever else reads or writes."""
    with closing(sqlite3.connect(source, timeout=_SECONDS)) as one, closing(sqlite3.connect(target, timeout=_SECONDS)) as two:
        one.backup(two)


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = store_engine.create(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """A connection for one transaction, undone unless it is committed within."""
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise store_engine.as_store_error(error) from error


def _nothing() -> BackupError:
    return BackupError("Chưa có dữ liệu để sao lưu: hãy nạp văn bản bằng `chidao ingest` trước.")


def _drop_what_does_not_matter(database: Path) -> None:
    conditions = dict.fromkeys((*_SHARED_INDEX, _PACE), "1 = 1") | _SETTLED
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        dropped = 0
        for name in sorted(conditions.keys() & present):
            dropped += connection.execute(f'DELETE FROM "{name}" WHERE {conditions[name]}').rowcount  # noqa: S608 - ours
        if dropped:
            connection.execute("VACUUM")


def _save_vectors(source: Connection, file: Path) -> None:
    rows = source.execution_options(yield_per=_VECTORS_AT_ONCE).execute(select(_VECTOR))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(_VECTORS_SCHEMA)
        for some in rows.partitions(_VECTORS_AT_ONCE):
            values = [(row.model, bytes(row.digest), bytes(row.vector)) for row in some]
            connection.executemany("INSERT INTO vectors VALUES (?, ?, ?)", values)


def _restore_vectors(file: Path, target: Connection) -> None:
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT model, digest, vector FROM vectors")
        while rows := found.fetchmany(_VECTORS_AT_ONCE):
            values: list[dict[str, Any]] = [dict(zip(_VECTOR.c.keys(), row, strict=True)) for row in rows]
            target.execute(insert(_VECTOR), values)


def _is_database(path: Path) -> bool:
    """False for a file that SQLite cannot open; a missing or empty one can become a database."""
    if not path.is_file():
        return True
    with closing(sqlite3.connect(path)) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError:
            return False
    return True
