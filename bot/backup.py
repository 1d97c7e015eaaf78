"""The whole state in one file, taken while the program runs, and put back only when it is proven whole.

A backup is a zip archive: `manifest.json` (format, time, SHA-256 of every other file), `database.sqlite` (the rows of
whichever database, `bot.backup_database`), `vectors.sqlite` (by content), `index/` (the current generation), `library/`
and `uploads/` (files loaded from the chat) and `days.yaml` (the office's working days). Models and settings are not part
of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from bot.backup_database import (
    DATABASE,
    VECTORS,
    BackupError,
    count_directives,
    has_content,
    place_library,
    restore_database,
    save_database,
)

if TYPE_CHECKING:
    from datetime import datetime

FORMAT = 1
_MANIFEST = "manifest.json"
_INDEX = "index"
_POINTER = "current"
_LIBRARY = "library"
_FOLDERS = (_LIBRARY, "uploads")
_DAYS = "days.yaml"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: when the backup was made, and the number of directives in it."""

    created: str
    directives: int


def backup(home: Path, database_url: str, file: Path, now: datetime) -> int:
    """Writes the state to `file` (replacing it only once complete) and returns the size in bytes.

    The rows are those of one moment, and writers may go on. Files are copied before and after it, so that none is missing
    that a row speaks of; an index caught a step behind heals after a restore.

    Raises:
        BackupError: nothing to back up, or the file cannot be written.
        StoreError: the database fails.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".chidao-backup-", dir=file.absolute().parent) as scratch:
            folder = Path(scratch)
            _copy_kept(home, folder)
            save_database(home, database_url, folder)
            _copy_kept(home, folder)
            _copy_generation(home / _INDEX, folder / _INDEX)
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
    """Puts a backup's state in place of the present one, after checking every byte of it, on whichever database.

    The database changes in one transaction; the index follows, and heals should the machine stop in between.

    Raises:
        BackupError: not a whole backup, from a newer program, or the present state has content and `force` is false.
        StoreError: the database fails.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not force and has_content(database_url):
        raise BackupError("Đã có dữ liệu ở đây; thêm --force nếu thật sự muốn thay bằng bản sao lưu.")
    try:
        with tempfile.TemporaryDirectory(prefix=".chidao-restore-", dir=home) as scratch:
            folder = Path(scratch)
            manifest = _unpack(file, folder)
            directives = count_directives(folder / DATABASE)
            restore_database(home, database_url, folder)
            _place_generation(folder / _INDEX, home / _INDEX)
            _copy_kept(folder, home)
            place_library(database_url, home / _LIBRARY)
    except zipfile.BadZipFile as error:
        raise BackupError(f"{file} không phải là bản sao lưu của chidao, hoặc đã hỏng.") from error
    except OSError as error:
        raise BackupError(f"Không phục hồi được từ {file}: {error.strerror or error}.") from error
    except sqlite3.Error as error:
        raise BackupError(f"Không ghi được cơ sở dữ liệu: {error}.") from error
    return Restored(str(manifest["created"]), directives)


def _copy_generation(index: Path, target: Path) -> None:
    """The current generation and its pointer; none when a newer one is just taking its place: it can be rebuilt."""
    try:
        name = (index / _POINTER).read_text(encoding="utf-8").strip()
        shutil.copytree(index / name, target / name)
        (target / _POINTER).write_text(name + "\n", encoding="utf-8")
    except (FileNotFoundError, shutil.Error):
        shutil.rmtree(target, ignore_errors=True)


def _copy_kept(source: Path, target: Path) -> None:
    """The files loaded from the chat, which are never written over, and the office's working days."""
    for name in _FOLDERS:
        for file in sorted((source / name).rglob("*")):
            copy = target / file.relative_to(source)
            if not file.is_file() or copy.is_file() or file.name.startswith("."):  # the last: not yet whole
                continue
            for folder in reversed(copy.relative_to(target).parents[:-1]):
                (target / folder).mkdir(mode=0o700, exist_ok=True)
            with suppress(FileNotFoundError):  # settled since we looked
                shutil.copy2(file, copy)
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
        if DATABASE not in files or set(packed.namelist()) != {_MANIFEST, *files}:
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
    inside = path.parts[:1] in {(_INDEX,), *((folder,) for folder in _FOLDERS)} and len(path.parts) in {2, 3}
    return (name in {DATABASE, VECTORS, _DAYS} or inside) and ".." not in path.parts and "\\" not in name and ":" not in name


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
