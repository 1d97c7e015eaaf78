"""The parts of an Office file: a ZIP opened by name only, with limits on how much it may unpack. Writes nothing to disk.

Names that climb out of a folder are harmless here: no part is ever unpacked to a path, and only known names are read.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Self

from lxml import etree

from corpus.errors import UnreadableFileError

if TYPE_CHECKING:
    from types import TracebackType

LARGEST_PART = 96 * 1024 * 1024
LARGEST_WHOLE = 256 * 1024 * 1024
"""Bytes unpacked. A long plan with annexes is some megabytes of XML."""
_MOST_PARTS = 5000
_RATIO = 300
"""Unpacked over packed. Ordinary parts stay under 60; above this a part of some size is a bomb."""
_SMALL = 4 * 1024 * 1024
_BROKEN = "Tệp bị hỏng: không đọc được phần “{name}” bên trong; hãy mở và lưu lại từ phần mềm gốc."
_BOMB = "Tệp nén bất thường (bung ra quá lớn), bị từ chối để bảo vệ máy chủ."


class Archive:
    """An Office file's parts. A context manager."""

    def __init__(self, content: bytes) -> None:
        """Raises UnreadableFileError when it is no ZIP, or unpacks to more than is sane."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
            raise UnreadableFileError(_BROKEN.format(name="ZIP")) from error
        if len(infos) > _MOST_PARTS or sum(info.file_size for info in infos) > LARGEST_WHOLE:
            raise UnreadableFileError(_BOMB)
        for info in infos:
            if info.file_size > _SMALL and info.file_size > _RATIO * max(info.compress_size, 1):
                raise UnreadableFileError(_BOMB)
        self.names = {info.filename for info in infos}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None) -> None:
        self._zip.close()

    def part(self, name: str) -> bytes | None:
        """The bytes of a part, None when there is none.

        Raises:
            UnreadableFileError: damaged, encrypted, or larger than it says.
        """
        if name not in self.names:
            return None
        try:
            with self._zip.open(name) as file:
                content = file.read(LARGEST_PART + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
            if "password" in str(error):
                raise UnreadableFileError("Tệp được đặt mật khẩu; hãy gỡ mật khẩu rồi nạp lại.") from error
            raise UnreadableFileError(_BROKEN.format(name=name)) from error
        if len(content) > LARGEST_PART:
            raise UnreadableFileError(_BOMB)
        return content

    def xml(self, name: str) -> etree._Element | None:
        """The root of an XML part, None when there is none; no entity is expanded and nothing is fetched.

        Raises:
            UnreadableFileError: not well-formed, or it declares a document type (Office files never do).
        """
        content = self.part(name)
        return None if content is None else parse_xml(content, name)


def parse_xml(content: bytes, name: str) -> etree._Element:
    """The root of an XML text. Raises UnreadableFileError as `Archive.xml` does."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
                             remove_pis=True)  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFileError(_BROKEN.format(name=name)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableFileError("Tệp chứa khai báo thực thể XML bất thường, bị từ chối để bảo vệ máy chủ.")
    return root
