"""Word files of before 2007 (.doc) and rich text (.rtf): LibreOffice, where installed, makes a .docx of them."""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import UnreadableFileError
from corpus.readers import docx

if TYPE_CHECKING:
    from corpus.readers.progress import OnPage
    from corpus.records import Source

_SECONDS = 100
_MISSING = (
    "Tệp Word đời cũ (.doc, .rtf) cần LibreOffice để đọc mà máy chủ chưa cài (gói libreoffice-writer-nogui); "
    "hãy cài, hoặc mở tệp bằng Word rồi lưu thành .docx."
)


def read(content: bytes, on_page: OnPage | None = None) -> Source:
    """A .doc, through LibreOffice. Raises UnreadableFileError when that is not installed or cannot open it."""
    return docx.read(_converted(content, ".doc"), on_page)


def read_rtf(content: bytes, on_page: OnPage | None = None) -> Source:
    """A .rtf, likewise."""
    return docx.read(_converted(content, ".rtf"), on_page)


def _converted(content: bytes, suffix: str) -> bytes:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise UnreadableFileError(_MISSING)
    with tempfile.TemporaryDirectory(prefix="word-") as folder:
        given, made = Path(folder) / f"van-ban{suffix}", Path(folder) / "van-ban.docx"
        given.write_bytes(content)
        # A profile of its own: no macro is trusted, no other LibreOffice disturbed.
        command = [office, "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile",
                   "--convert-to", "docx", "--outdir", folder, str(given)]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False, preexec_fn=_roomier)  # noqa: S603 - fixed command
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UnreadableFileError("LibreOffice không mở được tệp này trong thời gian cho phép.") from error
        if not made.is_file():
            raise UnreadableFileError("LibreOffice không mở được tệp này; tệp hỏng hoặc có mật khẩu.")
        return made.read_bytes()


def _roomier() -> None:
    """LibreOffice maps more than it uses: the hard limit is its limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
