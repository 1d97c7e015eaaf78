"""Opening one published file as text: a format is one module here, entered in `READERS`. Knows no outlines.

Text in UTF-8 is read here and now; every other format, and every guess at an encoding, in a child process (`sandbox`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from corpus.errors import UnreadableFileError
from corpus.readers import plain
from corpus.readers.formats import kind_of

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.readers.progress import OnPage
    from corpus.records import Source

READERS: dict[str, str] = {
    ".txt": "plain:read",
    ".md": "plain:read",
    ".html": "html:read",
    ".mht": "html:read_archive",
    ".docx": "docx:read",
    ".xlsx": "xlsx:read",
    ".pdf": "pdf:read",
    ".png": "scans:read_image",
    ".doc": "word97:read",
    ".rtf": "word97:read_rtf",
}
"""The reader of each kind of file, loaded when first needed: `read(content, on_page) -> Source` in a module here.
Another format is a module and a line here (and its suffix below, and its first bytes in `formats`)."""

SUFFIXES = (".doc", ".docm", ".docx", ".htm", ".html", ".jpeg", ".jpg", ".md", ".mht", ".mhtml", ".pdf", ".png", ".rtf",
            ".tif", ".tiff", ".txt", ".xlsm", ".xlsx")  # fmt: skip
"""What a file to be read may be called. What it is, its bytes tell."""

LARGEST = 32 * 1024 * 1024
"""Bytes. A directive is some tens of kilobytes, a scan some megabytes; what is larger is some other kind of file."""


def accepted_suffixes() -> tuple[str, ...]:
    """The file suffixes that can be read, sorted."""
    return SUFFIXES


def read_source(path: Path, on_page: OnPage | None = None) -> Source:
    """The text of the file at `path`, in NFC with its line breaks as published; `on_page` is told of each page read.

    Raises:
        UnreadableFileError: the file is missing, of another format, empty, too large, damaged, locked by a password, in an
            unknown encoding, or needs a program that is not installed.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        accepted = ", ".join(accepted_suffixes())
        raise UnreadableFileError(
            f"Chưa đọc được định dạng “{path.suffix or 'không đuôi'}”; các định dạng đọc được: {accepted}."
        )
    try:
        if not path.is_file():
            raise UnreadableFileError(f"Không mở được tệp “{path.name}”: không có tệp thường nào ở đó.")
        size = path.stat().st_size
        if size > LARGEST:
            raise UnreadableFileError(
                f"Tệp quá lớn ({size / 1e6:.0f} MB); mỗi tệp văn bản tối đa {LARGEST // 1024**2} MB."
            )
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"Không mở được tệp “{path.name}”: {error.strerror or error}.") from error
    if kind_of(content, suffix) in {".txt", ".md"} and plain.is_utf8(content):
        source = plain.read(content)
    else:
        from corpus.sandbox import read_in_child  # noqa: PLC0415 - the child imports this module itself

        source = read_in_child(path, suffix, on_page)
    if not source.text.strip():
        raise UnreadableFileError("Tệp không có chữ nào để đọc.")
    return source


def read_content(content: bytes, suffix: str, on_page: OnPage | None = None) -> Source:
    """The text of a file's bytes by the reader of its kind, in this process. For the child; others use `read_source`."""
    module, _, function = READERS[kind_of(content, suffix)].partition(":")
    source: Source = getattr(import_module(f"corpus.readers.{module}"), function)(content, on_page)
    return source
