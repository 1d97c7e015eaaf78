"""Opening one published file as text: a format is one module here, entered in `READERS`. Knows no outlines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from corpus.errors import UnreadableFileError
from corpus.readers import plain
from corpus.records import Source

if TYPE_CHECKING:
    from pathlib import Path

Reader = Callable[[bytes], Source]

READERS: dict[str, Reader] = {
    ".txt": plain.read,
    ".md": plain.read,
}
"""The reader of each file suffix (lower case, with its dot). Another format is a module and a line here."""

LARGEST = 32 * 1024 * 1024
"""Bytes. A directive is some tens of kilobytes; what is larger than this is some other kind of file."""


def accepted_suffixes() -> tuple[str, ...]:
    """The file suffixes that can be read, sorted."""
    return tuple(sorted(READERS))


def read_source(path: Path) -> Source:
    """The text of the file at `path`, in NFC with its line breaks as published.

    Raises:
        UnreadableFileError: the file is missing, of another format, empty, too large, binary or in an unknown encoding.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        accepted = ", ".join(accepted_suffixes())
        raise UnreadableFileError(
            f"Chưa đọc được định dạng “{path.suffix or 'không đuôi'}”; các định dạng đọc được: {accepted}."
        )
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise UnreadableFileError(
                f"Tệp quá lớn ({size / 1e6:.0f} MB); mỗi tệp văn bản tối đa {LARGEST // 1024**2} MB."
            )
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"Không mở được tệp “{path.name}”: {error.strerror or error}.") from error
    source = reader(content)
    if not source.text.strip():
        raise UnreadableFileError("Tệp không có chữ nào để đọc; nếu là bản chụp thì cần nhận dạng chữ (OCR) trước.")
    return source
