"""The folder in which a home keeps its index generations: which are finished, which is current, what may be deleted.

A generation is a folder with a manifest; the file `current` names one. Knows names and files, not what is in them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST = "manifest.json"
_POINTER = "current"
_KEPT_GENERATIONS = 2  # besides the current one: a reader may still be loading the one before
_ABANDONED_AFTER = 24 * 3600.0  # a build that has not finished in a day has died


def fresh_folder(root: Path) -> Path:
    """A new folder for a generation to be, under a name that sorts after all there are."""
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"g{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    return folder


def finish(folder: Path, manifest: str) -> None:
    """Write the manifest, which makes the folder a generation."""
    partial = folder / f"{MANIFEST}.partial"
    partial.write_text(manifest, encoding="utf-8")
    flush(partial)
    partial.replace(folder / MANIFEST)
    flush(folder)


def finished(root: Path) -> list[Path]:
    """Folders with a manifest, oldest first (names begin with the time)."""
    return sorted(path for path in root.glob("g*") if (path / MANIFEST).is_file())


def pointed(root: Path) -> str | None:
    """The name of the current generation, whatever it says; None before the first was built."""
    try:
        return (root / _POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def point(root: Path, name: str) -> None:
    """Make `name` current, atomically and durably, and delete what nobody needs any more."""
    fresh = root / f".{_POINTER}-{uuid.uuid4().hex[:8]}"
    fresh.write_text(name + "\n", encoding="utf-8")
    flush(fresh)
    fresh.replace(root / _POINTER)
    flush(root)
    _delete_old(root)


@contextmanager
def turn(root: Path) -> Iterator[None]:
    """One at a time between a manifest and the pointer, also among processes; a crash gives the turn back."""
    with _held(root / ".turn"):
        yield


@contextmanager
def building(root: Path) -> Iterator[None]:
    """One at a time bringing this home up to date: whoever waited finds it done. A crash gives the turn back."""
    root.mkdir(parents=True, exist_ok=True)
    with _held(root / ".building"):
        yield


def digest(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits; empty when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def flush(path: Path) -> None:
    """Force a file's or folder's content to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _delete_old(root: Path) -> None:
    """Delete finished generations but the newest few and the current one, and what dead builds left behind."""
    current = pointed(root)
    for folder in finished(root)[: -1 - _KEPT_GENERATIONS]:
        if folder.name != current:
            shutil.rmtree(folder, ignore_errors=True)
    deadline = time.time() - _ABANDONED_AFTER
    for path in root.iterdir():
        unfinished = path.name.startswith("g") and not (path / MANIFEST).is_file()
        if (unfinished or path.name.startswith(f".{_POINTER}-")) and _changed(path) < deadline:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _changed(path: Path) -> float:
    """When a path last changed; "just now" when somebody has taken it away meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()
