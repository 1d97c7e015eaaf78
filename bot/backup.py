"""The whole state in one file, taken while the program runs, and put back only when it is proven whole.

A backup is a zip archive: `manifest.json` (format, time, SHA-256 of every other file), `database.sqlite`,
`vectors.sqlite` (by content), `index/` (the current generation), `library/` (files loaded from the chat) and
`days.yaml` (the office's working days). Models and settings are not part of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import make_url

from corpus import migrations
from corpus.errors import ChidaoError, StoreError

if TYPE_CHECKING:
    from datetime import datetime

FORMAT = 1
_MANIFEST = "manifest.json"
_DATABASE = "database.sqlite"
_VECTORS = "vectors.sqlite"
_INDEX = "index"
_POINTER = "current"
_LIBRARY = "library"
_DAYS = "days.yaml"
_OUR_TABLES_ONLY_COUNT = frozenset({"alembic_version", "revision"})  # rows of these say nothing about content
_CHUNK = 1 << 20


class BackupError(ChidaoError):
    """A backup that cannot be made, or one that must not be restored; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: when the backup was made, and the number of directives in it."""

    created: str
    directives: int


def backup(home: Path, database_url: str, file: Path, now: datetime) -> int:
    """Writes the state to `file` (replacing it only once complete) and returns the size in bytes.

    The database is copied by SQLite itself, so writers may go on; an index caught a step behind heals after a restore.

    Raises:
        BackupError: not a SQLite database, nothing to back up, or the file cannot be written.
    """
    database = _database_path(database_url)
    if not database.is_file():
        raise BackupError("Chưa có dữ liệu để sao lưu: hãy nạp văn bản bằng `chidao ingest` trước.")
    try:
        with tempfile.TemporaryDirectory(prefix=".chidao-backup-", dir=file.absolute().parent) as scratch:
            folder = Path(scratch)
            _copy_sqlite(database, folder / _DATABASE)
            if (home / "vectors.sqlite").is_file():
                _copy_sqlite(home / "vectors.sqlite", folder / _VECTORS)
            _copy_generation(home / _INDEX, folder / _INDEX)
            _copy_kept(home, folder)
            archive = folder / "backup.zip"
            _pack(folder, archive, now)
            archive.chmod(0o600)  # directives may be restricted
            with archive.open("rb") as written:
                os.fsync(written.fileno())
            size = archive.stat().st_size
            archive.replace(file)
    except OSError as error:
        raise BackupError(f"Không ghi được bản sao lưu {file}: {error.strerror or error}.") from error
    except sqlite3.Error as error:
        raise BackupError(f"Không chép được cơ sở dữ liệu: {error}.") from error
    return size


def restore(home: Path, database_url: str, file: Path, *, force: bool = False) -> Restored:
    """Puts a backup's state in place of the present one, after checking every byte of it.

    The database changes in one SQLite transaction; the index follows, and heals should the machine stop in between.

    Raises:
        BackupError: not a whole backup, from a newer program, or the present state has content and `force` is false.
    """
    database = _database_path(database_url)
    home.mkdir(parents=True, exist_ok=True)
    if not force and _has_content(database):
        raise BackupError("Đã có dữ liệu ở đây; thêm --force nếu thật sự muốn thay bằng bản sao lưu.")
    try:
        with tempfile.TemporaryDirectory(prefix=".chidao-restore-", dir=home) as scratch:
            folder = Path(scratch)
            manifest = _unpack(file, folder)
            directives = _check_database(folder / _DATABASE)
            database.parent.mkdir(parents=True, exist_ok=True)
            if not _is_database(database):
                database.replace(database.with_name(f"{database.name}.damaged"))
            _copy_sqlite(folder / _DATABASE, database)
            if (folder / _VECTORS).is_file():
                _copy_sqlite(folder / _VECTORS, home / "vectors.sqlite")
            _place_generation(folder / _INDEX, home / _INDEX)
            _copy_kept(folder, home)
    except zipfile.BadZipFile as error:
        raise BackupError(f"{file} không phải là bản sao lưu của chidao, hoặc đã hỏng.") from error
    except OSError as error:
        raise BackupError(f"Không phục hồi được từ {file}: {error.strerror or error}.") from error
    except sqlite3.Error as error:
        raise BackupError(f"Không ghi được cơ sở dữ liệu: {error}.") from error
    return Restored(str(manifest["created"]), directives)


def _database_path(database_url: str) -> Path:
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BackupError(
            "Lệnh này sao lưu cơ sở dữ liệu SQLite; với PostgreSQL hãy dùng pg_dump và pg_restore (chỉ mục tự lập lại)."
        )
    return Path(url.database)


def _copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy by SQLite's own backup: one transaction in the target, whoever else reads or writes."""
    with closing(sqlite3.connect(source, timeout=60)) as one, closing(sqlite3.connect(target, timeout=60)) as two:
        one.backup(two)


def _copy_generation(index: Path, target: Path) -> None:
    """The current generation and its pointer; none when a newer one is just taking its place: it can be rebuilt."""
    try:
        name = (index / _POINTER).read_text(encoding="utf-8").strip()
        shutil.copytree(index / name, target / name)
        (target / _POINTER).write_text(name + "\n", encoding="utf-8")
    except (FileNotFoundError, shutil.Error):
        shutil.rmtree(target, ignore_errors=True)


def _copy_kept(source: Path, target: Path) -> None:
    """The files loaded from the chat, which are named by their content, and the office's working days."""
    for file in sorted((source / _LIBRARY).glob("*")):
        if file.is_file():
            (target / _LIBRARY).mkdir(mode=0o700, exist_ok=True)
            shutil.copy2(file, target / _LIBRARY / file.name)
    if (source / _DAYS).is_file():
        shutil.copy2(source / _DAYS, target / _DAYS)


def _pack(folder: Path, archive: Path, now: datetime) -> None:
    files = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    hashes = {name: _digest(folder / name) for name in files if _is_safe(name)}
    manifest = {"format": FORMAT, "created": now.isoformat(timespec="seconds"), "files": hashes}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        packed.writestr(_MANIFEST, json.dumps(manifest, indent=1))
        for name in hashes:
            packed.write(folder / name, name)


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Every file of the archive into `folder`, each as its manifest says: no more, no less, nowhere else."""
    with zipfile.ZipFile(file) as packed:
        try:
            manifest: dict[str, Any] = json.loads(packed.read(_MANIFEST))
            files: dict[str, str] = manifest["files"]
            known = manifest["format"] == FORMAT and "created" in manifest
        except (KeyError, ValueError, TypeError) as error:
            raise BackupError(f"{file} không phải là bản sao lưu của chidao.") from error
        if not known:
            raise BackupError(f"{file} do phiên bản khác của chương trình tạo ra; hãy cập nhật chương trình.")
        if _DATABASE not in files or set(packed.namelist()) != {_MANIFEST, *files}:
            raise BackupError(f"{file} thiếu hoặc thừa tệp so với bản kê của nó; không phục hồi.")
        for name, digest in files.items():
            if not _is_safe(name):
                raise BackupError(f"{file} chứa đường dẫn không được phép; không phục hồi.")
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with packed.open(name) as inside, target.open("wb") as outside:
                shutil.copyfileobj(inside, outside, _CHUNK)
            if _digest(target) != digest:
                raise BackupError(f"{file} bị hỏng ở tệp {name}; không phục hồi.")
    return manifest


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name)
    inside = path.parts[:1] == (_INDEX,) and len(path.parts) in {2, 3}
    inside = inside or (path.parts[:1] == (_LIBRARY,) and len(path.parts) == 2)
    return (name in {_DATABASE, _VECTORS, _DAYS} or inside) and ".." not in path.parts and "\\" not in name and ":" not in name


def _check_database(path: Path) -> int:
    """The number of directives in a database that is sound and not newer than the program."""
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


def _has_content(database: Path) -> bool:
    if not database.is_file():
        return False
    with closing(sqlite3.connect(database)) as connection:
        try:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            kept = [name for name in tables if name not in _OUR_TABLES_ONLY_COUNT and not name.startswith("sqlite_")]
            return any(connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for name in kept)  # noqa: S608
        except sqlite3.Error:
            return True  # what cannot be read must not be thrown away unasked


def _place_generation(source: Path, index: Path) -> None:
    """The backed-up generation beside the others, then current in one step; without one, the index is built again."""
    pointer = source / _POINTER
    if not pointer.is_file():
        (index / _POINTER).unlink(missing_ok=True)
        return
    name = pointer.read_text(encoding="utf-8").strip()
    if name not in {path.name for path in source.iterdir() if path.is_dir()}:
        return
    index.mkdir(parents=True, exist_ok=True)
    if not (index / name).is_dir():
        (source / name).replace(index / name)
    pointer.replace(index / _POINTER)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
