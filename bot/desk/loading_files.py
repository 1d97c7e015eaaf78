"""Names that people give to files made harmless, and the folder where what was loaded is kept by content."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING

from corpus.text import nfc

if TYPE_CHECKING:
    from pathlib import Path

NAME_LIMIT = 80
_UNNAMED = "van-ban"
_NOT_IN_NAMES = re.compile(r"[^\w .,()+&-]+")
_HASH_DIGITS = 16


def safe_name(given: str) -> str:
    """A file's own name without folders, control and formatting characters, or a dot in front; never empty."""
    last = re.split(r"[/\\]", nfc(given))[-1]
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    stem, dot, suffix = _NOT_IN_NAMES.sub("_", seen).rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    stem = stem.strip(" ._-")[:NAME_LIMIT] or _UNNAMED
    return f"{stem}.{suffix.strip()[:10].lower()}" if suffix.strip() else stem


def suffix_of(name: str) -> str:
    """The suffix with its dot, lower case; empty without one."""
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""


def place_in_library(library: Path, content_hash: str, name: str) -> Path:
    """Where a file of this content and name is kept once it is loaded."""
    return library / content_hash[:_HASH_DIGITS] / name


def keep(content: bytes, path: Path) -> None:
    """Writes a file whole or not at all, for the program's user alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    unfinished.chmod(0o600)
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.replace(path)


def discard(path: Path) -> None:
    """Deletes a file of the library and its folder, if that is empty then."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir() and not any(path.parent.iterdir()):
        path.parent.rmdir()
