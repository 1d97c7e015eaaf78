"""What a file really is, told from its bytes; its name only decides between kinds of plain text. Parses nothing."""

from __future__ import annotations

import io
import re
import zipfile

from corpus.errors import UnreadableFileError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|div|p|meta|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_FOREIGN = {
    b"Rar!": "kho nén RAR",
    b"7z\xbc\xaf": "kho nén 7-Zip",
    b"\x1f\x8b": "kho nén GZIP",
    b"BZh": "kho nén BZIP2",
    b"\xfd7zXZ": "kho nén XZ",
    b"MZ": "chương trình Windows",
    b"\x7fELF": "chương trình Linux",
    b"GIF8": "ảnh GIF",
    b"SQLite format 3": "cơ sở dữ liệu SQLite",
    b"ID3": "tệp âm thanh",
}
_LOOKED_AT = 4096
_PLAIN = {".txt": ".txt", ".md": ".md", ".html": ".html", ".htm": ".html"}


def kind_of(content: bytes, suffix: str) -> str:
    """The suffix (lower case, with its dot) under whose reader the file belongs, whatever its name says.

    Raises:
        UnreadableFileError: nothing in it, or it is of a kind that holds no directive.
    """
    if not content:
        raise UnreadableFileError("Tệp rỗng (0 byte), không có chữ nào; hãy tải lại từ nguồn.")
    head = content[:_LOOKED_AT]
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            raise UnreadableFileError(f"Tệp này là {name}, không phải văn bản; hãy gửi chính văn bản bên trong.")
    if head.startswith(_OLE):
        return _in_ole(content)
    if head.startswith(b"PK"):
        return _in_zip(content)
    kind = _told_by_its_start(head, suffix) or _PLAIN.get(suffix)
    if kind:
        return kind
    if suffix == ".doc" and b"\0" not in head:
        return ".txt"
    raise UnreadableFileError(
        f"Nội dung tệp không phải định dạng “{suffix}” như tên của nó; tệp hỏng hoặc bị đổi đuôi, hãy lưu lại từ phần mềm gốc."
    )


def _told_by_its_start(head: bytes, suffix: str) -> str | None:
    if b"%PDF-" in head[:1024]:
        return ".pdf"
    if head.startswith(_IMAGES):
        return ".png"
    if head.startswith(b"{\\rtf"):
        return ".rtf"
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")) and suffix != ".md":
        return ".html"
    return ".mht" if b"MIME-Version:" in head and b"multipart/related" in head.lower() else None


def _in_ole(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise UnreadableFileError("Tệp Office được đặt mật khẩu; hãy gỡ mật khẩu rồi nạp lại.")
    if "WordDocument".encode("utf-16-le") in content:
        return ".doc"
    if "Workbook".encode("utf-16-le") in content:
        raise UnreadableFileError("Tệp Excel đời cũ (.xls); hãy lưu lại thành .xlsx rồi nạp.")
    raise UnreadableFileError("Tệp Office đời cũ này không phải văn bản Word, hoặc đã hỏng.")


def _in_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
        raise UnreadableFileError("Tệp bị cắt cụt hoặc hỏng (không mở được phần nén bên trong); hãy tải lại.") from error
    if "word/document.xml" in names:
        return ".docx"
    if "xl/workbook.xml" in names:
        return ".xlsx"
    if any(name.startswith("ppt/") for name in names):
        raise UnreadableFileError("Tệp này là bài trình chiếu PowerPoint, không phải văn bản.")
    if "mimetype" in names and "content.xml" in names:
        raise UnreadableFileError("Tệp OpenDocument (.odt, .ods) chưa đọc được; hãy lưu lại thành .docx hoặc .xlsx.")
    raise UnreadableFileError("Tệp này là kho nén ZIP; hãy giải nén rồi nạp từng văn bản bên trong.")
