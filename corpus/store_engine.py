"""Opens the database and brings its tables to the program's version; knows connections and locks, not directives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from corpus import migrations
from corpus.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

BUSY_SECONDS = 30
MIGRATION_LOCK = 0x43484944  # any number, the same in every process: the key of PostgreSQL's advisory lock
WRITING = "chidao_writing"
_DATABASE_FILE = "chidao.db"


def default_url(home: Path) -> str:
    """The URL of the SQLite database that stands in CHIDAO_HOME."""
    return f"sqlite:///{(home / _DATABASE_FILE).as_posix()}"


def create(url: str) -> Engine:
    """An engine for `url`. SQLite: WAL, foreign keys on, patient with a busy writer, and writes that begin IMMEDIATE.

    Raises:
        StoreError: the URL is malformed, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True)
        _make_parent(parsed)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(f"Địa chỉ cơ sở dữ liệu không dùng được (CHIDAO_DATABASE_URL): {error}") from error
    except OSError as error:
        raise StoreError(f"Không tạo được thư mục của cơ sở dữ liệu: {error.strerror} ({error.filename}).") from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine for a transaction that writes: SQLite takes its one write lock at the start, not half-way."""
    return engine.execution_options(**{WRITING: True})


def current_version(connection: Connection) -> str | None:
    """The migration the tables are at; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def check_version(version: str | None) -> None:
    """Raises StoreError when the tables are of another version than this program's."""
    if version == migrations.HEAD:
        return
    if version is None or version in migrations.KNOWN:
        raise StoreError("Cơ sở dữ liệu thuộc phiên bản cũ hơn chương trình; chạy lại `chidao ingest` để nâng cấp.")
    raise StoreError(
        f"Cơ sở dữ liệu thuộc phiên bản mới hơn chương trình ({version}); hãy cập nhật chương trình rồi chạy lại."
    )


def migrate(engine: Engine, target: str = "head") -> None:
    """Brings the tables to `target` in one transaction that only one process holds; others wait, then find it done.

    `target` is a migration, `head` or `base`; an older one than the present downgrades.

    Raises:
        StoreError: the database is newer than the program.
    """
    from alembic import command  # noqa: PLC0415 - costs a tenth of a second, and most starts need no migration

    with writing(engine).connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # batch migrations rebuild tables: with foreign keys on, the old one would take its rows' children
            _outside_transaction(connection, "PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
                version = current_version(connection)
                if version is not None and version not in migrations.KNOWN:
                    check_version(version)
                config = _alembic(connection)
                wanted = {"head": migrations.HEAD, "base": None}.get(target, target)
                older = version is not None and (
                    wanted is None or migrations.KNOWN.index(wanted) < migrations.KNOWN.index(version)
                )
                (command.downgrade if older else command.upgrade)(config, target)
        finally:
            if sqlite:
                _outside_transaction(connection, "PRAGMA foreign_keys=ON")


def as_store_error(error: DBAPIError) -> StoreError:
    """One sentence for a failure of the database itself."""
    reason = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
    if "locked" in reason:
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


def _make_parent(url: URL) -> None:
    if url.database and url.database != ":memory:" and not url.database.startswith("file:"):
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself: _begin_sqlite does
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
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
