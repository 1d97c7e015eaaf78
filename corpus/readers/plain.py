"""Plain text and Markdown files. Knows encodings and form feeds, nothing of what the text says."""

from __future__ import annotations

import codecs
import re

from corpus.errors import UnreadableFileError
from corpus.records import Source
from corpus.text import nfc

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STRAY = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_TOLERATED = 0.005
"""Share of control characters that a converter may leave in a text; above it the file is not text."""


def read(content: bytes) -> Source:
    """Text in UTF-8 (with or without a byte-order mark) or UTF-16 (with one); a form feed begins a new page.

    Raises:
        UnreadableFileError: the bytes are no such text.
    """
    text = nfc(_decode(content)).replace("\r\n", "\n").replace("\r", "\n")
    stray = len(_STRAY.findall(text))
    if "\0" in text or stray > _TOLERATED * len(text):
        raise UnreadableFileError("Nội dung tệp là dữ liệu nhị phân, không phải văn bản thuần.")
    if stray:
        text = _STRAY.sub("", text)
    feeds = [i + 1 for i, c in enumerate(text) if c == "\f"] if "\f" in text else []
    return Source(text, page_starts=(0, *feeds) if feeds else ())


def _decode(content: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in content[:4096]:
            raise UnreadableFileError("Nội dung tệp là dữ liệu nhị phân, không phải văn bản thuần.") from error
        raise UnreadableFileError(
            "Tệp không theo bảng mã UTF-8 hay UTF-16; hãy lưu lại ở bảng mã UTF-8 (Unicode dựng sẵn) rồi nạp."
        ) from error
