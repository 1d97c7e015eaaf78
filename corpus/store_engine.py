"""Opens the database and brings its tables to the program's version; knows connections and locks, not directives."""

from __future__ import annotations

import logging
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from corpus import migrations
from corpus.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)

BUSY_SECONDS = 30
MIGRATION_LOCK = 0x43484944  # any number, the same in every process: the key of PostgreSQL's advisory lock
WRITING = "chidao_writing"
_NO_PRIVILEGE = "42501"  # SQLSTATE, as the next ones
_IN_THE_WAY = frozenset({"55P03", "40P01"})  # a lock not to be had in time, a deadlock
_TRIES = 60
_DATABASE_FILE = "chidao.db"
_POSTGRESQL = frozenset({"postgresql", "postgres"})
# Unless the URL says otherwise.
_CONNECTION = {"connect_timeout": 10, "application_name": "chidao", "client_encoding": "utf8"}
_IDLE_SECONDS = 600
_POOL, _POOL_MORE = 5, 15  # connections kept by a process, and how many more it may open for a moment


def default_url(home: Path) -> str:
    """The URL of the SQLite database that stands in CHIDAO_HOME."""
    return f"sqlite:///{(home / _DATABASE_FILE).as_posix()}"


def create(url: str) -> Engine:
    """An engine for `url`. SQLite: WAL, foreign keys on, patient with a busy writer, and writes that begin IMMEDIATE.

    PostgreSQL is spoken to through psycopg, whatever driver the URL names.

    Raises:
        StoreError: the URL is malformed, or its driver is not installed.
    """
    try:
        parsed = _parsed(url)
        if parsed.get_backend_name() in _POSTGRESQL:
            return _create_postgresql(parsed.set(drivername="postgresql+psycopg"))
        _make_parent(parsed)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    except ImportError as error:  # psycopg, or the PostgreSQL library it calls
        raise StoreError("Thiếu trình điều khiển của PostgreSQL; hãy chạy: pip install 'chidao[postgresql]'.") from error
    except ArgumentError as error:
        raise StoreError(f"Địa chỉ cơ sở dữ liệu không dùng được (CHIDAO_DATABASE_URL): {error}") from error
    except OSError as error:
        raise StoreError(f"Không tạo được thư mục của cơ sở dữ liệu: {error.strerror} ({error.filename}).") from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def reading(engine: Engine) -> Engine:
    """The same engine for a transaction that only reads: all its queries see one moment, on SQLite as it is."""
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def writing(engine: Engine) -> Engine:
    """The same engine for a transaction that writes: SQLite takes its one write lock at the start, not half-way."""
    return engine.execution_options(**{WRITING: True})


def current_version(connection: Connection) -> str | None:
    """The migration the tables are at; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def serves_from(connection: Connection) -> str | None:
    """The oldest program the tables serve, by its newest migration; None when they do not say so."""
    if not inspect(connection).has_table("compatibility"):
        return None
    oldest: str | None = connection.execute(text("SELECT serves_from FROM compatibility")).scalar()
    return oldest


def check_tables(connection: Connection) -> None:
    """Whether this program may use the tables as they are.

    Raises:
        StoreError: they are older than this program, or so new that they do not serve it any more.
    """
    version = current_version(connection)
    if version == migrations.HEAD:
        return
    if not _is_newer(version):
        raise StoreError("Cơ sở dữ liệu thuộc phiên bản cũ hơn chương trình; chạy lại `chidao ingest` để nâng cấp.")
    if serves_from(connection) not in migrations.KNOWN:
        raise StoreError(
            f"Cơ sở dữ liệu thuộc phiên bản mới hơn chương trình ({version}); hãy cập nhật chương trình rồi chạy lại."
        )


def bring_up_to_date(engine: Engine, *, migrate_it: bool = True) -> None:
    """Makes the tables such that this program can use them; those of a newer program that serve it stay as they are.

    Raises:
        StoreError: they are too new, or older and `migrate_it` is false, or this account may not change them.
    """
    with engine.connect() as connection:
        version = current_version(connection)
        if version == migrations.HEAD:
            return
        if _is_newer(version) or not migrate_it:
            check_tables(connection)
            said = "the tables are of a newer program (%s) and serve this one (%s)"
            log.info(said, version, migrations.HEAD, extra={"action": "store.newer"})
            return
    migrate(engine)


def _is_newer(version: str | None) -> bool:
    return version is not None and version not in migrations.KNOWN


def migrate(engine: Engine, target: str = "head") -> None:
    """Brings the tables to `target` in one transaction that only one process holds; others wait, then find it done.

    `target` is a migration, `head` or `base`; an older one than the present downgrades. Workers of the present version
    go on: on PostgreSQL each try gives way to them before they could wait in a circle, and is made again.

    Raises:
        StoreError: the database is newer than the program, or this account may not change its tables.
    """
    for tries_left in reversed(range(_TRIES)):
        try:
            _migrate(engine, target)
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state == _NO_PRIVILEGE:
                raise StoreError(
                    "Cơ sở dữ liệu cần nâng cấp, nhưng tài khoản này không có quyền; hãy chạy "
                    "`python -m corpus.migrations upgrade` bằng tài khoản chủ sở hữu các bảng."
                ) from error
            if state not in _IN_THE_WAY or not tries_left:
                raise
            log.info("the tables are in use; the migration is tried again", extra={"action": "migration.waits"})
            time.sleep(random.uniform(0.2, 1.0))  # noqa: S311 - no secret
        else:
            return


def _migrate(engine: Engine, target: str) -> None:
    from alembic import command  # noqa: PLC0415 - costs a tenth of a second, and most starts need no migration

    with writing(engine).connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # batch migrations rebuild tables: with foreign keys on, the old one would take its rows' children
            _outside_transaction(connection, "PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not sqlite:
                    _refuse_other_encodings(connection)
                    _take_migrations_turn(connection)
                version = current_version(connection)
                if _is_newer(version):
                    _leave_newer(connection, version, target)
                    return
                config = _alembic(connection)
                wanted = {"head": migrations.HEAD, "base": None}.get(target, target)
                older = version is not None and (
                    wanted is None or migrations.KNOWN.index(wanted) < migrations.KNOWN.index(version)
                )
                (command.downgrade if older else command.upgrade)(config, target)
                _say_whom_it_serves(connection, config, wanted)
        finally:
            if sqlite:
                _outside_transaction(connection, "PRAGMA foreign_keys=ON")


def _refuse_other_encodings(connection: Connection) -> None:
    encoding = connection.execute(text("SELECT current_setting('server_encoding')")).scalar()
    if encoding != "UTF8":
        raise StoreError(
            f"Cơ sở dữ liệu dùng bảng mã {encoding}, không giữ được tiếng Việt; hãy tạo lại với ENCODING 'UTF8'."
        )


def _take_migrations_turn(connection: Connection) -> None:
    """Waits for another's migration as long as it takes, but then for nobody's table for more than a moment.

    A worker that waits for a table of ours while we wait for one of its would be thrown out after a second.
    """
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.execute(text("SET LOCAL lock_timeout = '800ms'"))


def _leave_newer(connection: Connection, version: str | None, target: str) -> None:
    """What a newer program has brought there while this one waited can be used, but not changed."""
    if target != "head":
        raise StoreError(f"Chỉ chương trình của phiên bản {version} biết cách hạ cấp cơ sở dữ liệu này; hãy chạy nó.")
    check_tables(connection)


def _say_whom_it_serves(connection: Connection, config: Config, version: str | None) -> None:
    """Every migration up to `version` must serve a program for the tables to serve it."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see migrate

    if not inspect(connection).has_table("compatibility"):
        return
    scripts = ScriptDirectory.from_config(config)
    applied = scripts.iterate_revisions(version, "base")
    oldest = max(getattr(script.module, "serves_from", script.revision) for script in applied)
    connection.execute(text("DELETE FROM compatibility"))
    connection.execute(text("INSERT INTO compatibility (id, serves_from) VALUES (1, :oldest)"), {"oldest": oldest})


def as_store_error(error: DBAPIError) -> StoreError:
    """One sentence for a failure of the database itself."""
    lines = str(error.orig).strip().splitlines() if error.orig else []
    reason = next((line.lstrip("- ") for line in reversed(lines) if line.startswith("- ")), "")  # the last of several tries
    reason = reason or (lines[0] if lines else type(error).__name__)
    if "locked" in reason or "lock timeout" in reason or "deadlock" in reason:
        return StoreError("Cơ sở dữ liệu đang bận vì một lệnh khác đang ghi; thử lại sau ít phút.")
    if "not a database" in reason or "malformed" in reason:
        return StoreError(f"Cơ sở dữ liệu bị hỏng ({reason}); phục hồi bằng `chidao restore` từ bản sao lưu gần nhất.")
    return StoreError(f"Không dùng được cơ sở dữ liệu: {reason}")


def integrity_faults(engine: Engine) -> list[str]:
    """What the database itself finds wrong (SQLite's quick check and foreign keys); empty when sound."""
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            connection.execute(select(1))
        return []
    with engine.connect() as connection:
        faults = [str(row[0]) for row in connection.execute(text("PRAGMA quick_check")) if row[0] != "ok"]
        faults += [f"{row[0]}: khóa ngoại tới {row[2]}" for row in connection.execute(text("PRAGMA foreign_key_check"))]
    return faults


def _create_postgresql(url: URL) -> Engine:
    given = {name: value for name, value in _CONNECTION.items() if name not in url.query}
    engine = create_engine(
        url, pool_pre_ping=True, pool_size=_POOL, max_overflow=_POOL_MORE, connect_args=given
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Waits for a lock as long as for SQLite's; a process that died within a transaction must not hold it for ever."""
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{_IDLE_SECONDS}s'")
    cursor.close()
    connection.commit()


def _parsed(url: str) -> URL:
    """The URL taken apart. A password with a bare `@` would leave its tail in the host, and every error names that."""
    try:
        parsed = make_url(url)
    except ValueError:
        raise StoreError("Cổng trong địa chỉ cơ sở dữ liệu (CHIDAO_DATABASE_URL) phải là một số.") from None
    if "@" in (parsed.host or ""):
        raise StoreError("Mật khẩu trong CHIDAO_DATABASE_URL có ký tự @: hãy viết ký tự ấy là %40.")
    if parsed.get_backend_name() not in {*_POSTGRESQL, "sqlite"}:
        raise StoreError("Địa chỉ cơ sở dữ liệu (CHIDAO_DATABASE_URL) phải bắt đầu bằng sqlite:// hoặc postgresql://.")
    return parsed


def _make_parent(url: URL) -> None:
    if url.database and url.database != ":memory:" and not url.database.startswith("file:"):
        file = Path(url.database)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():  # SQLite would make it for everybody to read; its journals take after it
            file.touch(mode=0o600)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself: _begin_sqlite does
    cursor = connection.cursor()
    # What is deleted is overwritten: a person's words must not stay in the file's free pages.
    for pragma in (
        "journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON", "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITING) else "BEGIN")


def _outside_transaction(connection: Connection, statement: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()


def _alembic(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - see migrate

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
