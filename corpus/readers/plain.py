"""Plain text and Markdown files. Knows encodings and form feeds, nothing of what the text says."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from corpus.errors import UnreadableFileError
from corpus.readers.legacy_encodings import decode, reads_as_vietnamese, repair
from corpus.records import Source
from corpus.text import nfc

if TYPE_CHECKING:
    from corpus.readers.progress import OnPage

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STRAY = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_TOLERATED = 0.005
"""Share of control characters that a converter may leave in a text; above it the file is not text."""
_BINARY = "Nội dung tệp là dữ liệu nhị phân, không phải văn bản thuần."


def read(content: bytes, on_page: OnPage | None = None) -> Source:  # noqa: ARG001 - one step for the whole file
    """Text in UTF-8, UTF-16 or an old Vietnamese encoding; a form feed begins a new page.

    Raises:
        UnreadableFileError: the bytes are no such text.
    """
    decoded, encoding = _decode(content)
    return as_source(decoded, encoding)


def as_source(decoded: str, encoding: str | None = None) -> Source:
    """A decoded text as a source; `encoding` names the old encoding it came in, for the warning that says so."""
    text = _SURROGATE.sub("", nfc(decoded)).replace("\r\n", "\n").replace("\r", "\n")
    stray = len(_STRAY.findall(text))
    if "\0" in text or stray > _TOLERATED * len(text):
        raise UnreadableFileError(_BINARY)
    if stray:
        text = _STRAY.sub("", text)
    if encoding is None:
        text, encoding = repair(text)
    feeds = [i + 1 for i, c in enumerate(text) if c == "\f"] if "\f" in text else []
    return Source(text, (0, *feeds) if feeds else (), (converted(encoding),) if encoding else ())


def converted(encoding: str) -> str:
    """What to tell a person of a text converted from an old encoding."""
    return f"Văn bản dùng bảng mã cũ {encoding}, đã chuyển sang Unicode."


def is_utf8(content: bytes) -> bool:
    """True for bytes that are text as they stand, with nothing to parse or to guess."""
    if b"\0" in content[:4096]:
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode(content: bytes) -> tuple[str, str | None]:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None) or _wide(content) or "utf-8"
    try:
        return content.decode(encoding), None
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            return content.decode(encoding, errors="ignore"), None
        if b"\0" in content[:4096]:
            raise UnreadableFileError(_BINARY) from error
        mended = content.decode("utf-8", errors="ignore")
        if len(content) - len(mended.encode()) <= max(4, 0.001 * len(content)) and reads_as_vietnamese(mended):
            return mended, None  # cut off in the middle of a letter, or a few bytes spoilt
        found = decode(content)
        if found is not None:
            return found
        raise UnreadableFileError(
            "Không nhận ra bảng mã của tệp (đã thử UTF-8, UTF-16, TCVN3, VNI, VISCII, VPS, Windows-1258); "
            "hãy lưu lại ở bảng mã UTF-8 (Unicode dựng sẵn) rồi nạp."
        ) from error


def _wide(content: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of ordinary writing is zero or small."""
    head = content[:4096]
    if len(head) < 8 or len(content) % 2:
        return None
    for name, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if sum(byte in (0x00, 0x01, 0x1E) for byte in high) > 0.95 * len(high) and 0 in high:
            return name
    return None
