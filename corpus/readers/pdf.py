"""PDF files: the text layer by where it stands on the page, tables by their rules, pages without a usable layer by OCR.

Opened by PDFium. Scripts, forms, attachments and links in the file are never looked at.
"""

from __future__ import annotations

import ctypes
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from corpus.errors import UnreadableFileError
from corpus.readers import plain, scans
from corpus.readers.legacy_encodings import as_unicode, reads_as_vietnamese, repair
from corpus.readers.page_arrangement import arranged
from corpus.readers.page_paragraphs import Page, pieces_of
from corpus.readers.page_words import Word
from corpus.readers.pieces import lay_out
from corpus.readers.ruled_tables import Rule
from corpus.records import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.readers.progress import OnPage

MOST_PAGES = 1000
_FEW_WORDS = 8
_ENOUGH_TO_JUDGE = 40
"""Words on a page: fewer than the first and the page is a picture if it holds one; from the second on its layer is judged."""
_MOST_OBJECTS = 20_000
_MOST_CHARACTERS = 60_000
_THIN = 2.5
"""Points. A box thinner than this is a line."""
_HYPHENS = frozenset({0x02, 0xFFFE})
"""What PDFium gives for a hyphen at the end of a line."""


def read(content: bytes, on_page: OnPage | None = None) -> Source:
    """The text of a PDF, page by page.

    Raises:
        UnreadableFileError: damaged, locked by a password, longer than any directive, or a scan where OCR is missing.
    """
    import pypdfium2  # noqa: PLC0415 - loads a library

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if b"/Encrypt" in content:
            raise UnreadableFileError("Tệp PDF được đặt mật khẩu; hãy gỡ mật khẩu rồi nạp lại.") from error
        raise UnreadableFileError("Tệp PDF bị cắt cụt hoặc hỏng; hãy tải lại hoặc in lại thành PDF mới.") from error
    try:
        return _Reading(document, on_page).source()
    finally:
        document.close()


class _Reading:
    """One document being read; keeps what has to be told of it at the end."""

    def __init__(self, document: Any, on_page: OnPage | None) -> None:
        self._document = document
        self._on_page = on_page
        self._pictures: list[int] = []
        self._recognised: list[int] = []
        self._unread: list[tuple[int, int]] = []
        self._broken: list[int] = []

    def source(self) -> Source:
        """All pages as one text."""
        count = len(self._document)
        if count > MOST_PAGES:
            raise UnreadableFileError(f"Tệp PDF có {count} trang; mỗi tệp tối đa {MOST_PAGES} trang.")
        pages: list[Page] = []
        for number in range(count):
            pages.append(self._page(number))
            if self._on_page:
                self._on_page(number + 1, count)
        missing = len(self._pictures) + len(self._broken)
        if not any(page.things for page in pages) and missing:
            raise UnreadableFileError(scans.MISSING if self._pictures else scans.BROKEN_LAYER)
        source = lay_out(pieces_of(pages), self._warnings(), scanned=bool(self._recognised))
        text, encoding = repair(source.text)
        if encoding:
            parts = [as_unicode(source.text[a:b], encoding) for a, b in pairwise((*source.page_starts, len(source.text)))]
            starts = (0, *accumulate(len(part) for part in parts))[:-1]
            return Source("".join(parts), starts, (*source.warnings, plain.converted(encoding)))
        if len(text.split()) >= _ENOUGH_TO_JUDGE and self._broken and len(self._broken) * 2 > count:
            raise UnreadableFileError(scans.BROKEN_LAYER)
        return source

    def _warnings(self) -> list[str]:
        said = []
        if self._recognised:
            said.append(scans.warning(self._recognised))
            said.extend(scans.unread_cells(self._unread))
        if self._pictures:
            said.append(f"Chưa đọc được {_pages(self._pictures)}: ảnh chụp, mà máy chủ chưa cài nhận dạng chữ (tesseract-ocr-vie).")
        if self._broken:
            said.append(f"Lớp chữ ở {_pages(self._broken)} hỏng hoặc không phải tiếng Việt; đề nghị đối chiếu bản gốc.")
        return said

    def _page(self, number: int) -> Page:
        import pypdfium2  # noqa: PLC0415

        try:
            page = self._document[number]
        except pypdfium2.PdfiumError:
            self._broken.append(number + 1)
            return Page(842.0)
        try:
            height = float(page.get_height())
            words = _upright(list(_words(page)))
            if len(words) < _FEW_WORDS and _has_picture(page):
                return self._picture(page, number, height, self._pictures, words)
            if len(words) >= _ENOUGH_TO_JUDGE and not _is_sound(" ".join(word.text for word in words)):
                return self._picture(page, number, height, self._broken, words)
            return arranged(words, height, list(_rules(page)))
        except pypdfium2.PdfiumError:
            self._broken.append(number + 1)
            return Page(842.0)
        finally:
            page.close()

    def _picture(self, page: Any, number: int, height: float, otherwise: list[int], words: list[Word]) -> Page:
        """The page by recognition; where that is missing, what its layer says, noted in `otherwise`."""
        if not scans.available():
            otherwise.append(number + 1)
            return arranged(words, height, [])
        self._recognised.append(number + 1)
        read = scans.read_page(scans.rendered(page), height)
        self._unread.append((number + 1, read.unread))
        return read


def _upright(words: list[Word]) -> list[Word]:
    return [word for word in words if word.text and word.x1 >= word.x0]


def _words(page: Any) -> Iterator[Word]:
    """The words of the text layer: letters in PDFium's order, parted at spaces, wide gaps and new baselines."""
    from pypdfium2 import raw  # noqa: PLC0415

    height = float(page.get_height())
    left, bottom = page.get_bbox()[:2]
    textpage = page.get_textpage()
    try:
        handle = textpage.raw
        box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
        letters: list[str] = []
        x0 = x1 = base = size = 0.0
        for index in range(min(raw.FPDFText_CountChars(handle), _MOST_CHARACTERS)):
            code = raw.FPDFText_GetUnicode(handle, index)
            letter = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
            letter = "-" if code in _HYPHENS else letter
            if letter.isspace():
                if letters:
                    yield Word("".join(letters), x0, x1, base, size)
                    letters = []
                continue
            raw.FPDFText_GetLooseCharBox(handle, index, box)
            raw.FPDFText_GetCharOrigin(handle, index, x, y)
            at, tall = height - (y.value - bottom), abs(box.top - box.bottom)
            begins, ends = box.left - left, box.right - left
            if letters and (abs(at - base) > 0.15 * max(size, tall) or not -0.6 * size < begins - x1 < 0.25 * size):
                yield Word("".join(letters), x0, x1, base, size)
                letters = []
            if not letters:
                x0, base, size = begins, at, tall or 1.0
            letters.append(letter)
            x1 = max(ends, begins)
        if letters:
            yield Word("".join(letters), x0, x1, base, size)
    finally:
        textpage.close()


def _rules(page: Any) -> Iterator[Rule]:
    """The straight lines drawn on a page, edges of boxes included."""
    from pypdfium2 import raw  # noqa: PLC0415

    height = float(page.get_height())
    left, bottom = page.get_bbox()[:2]
    matrix, x, y = raw.FS_MATRIX(), ctypes.c_float(), ctypes.c_float()
    for number, drawn in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4)):
        if number > _MOST_OBJECTS:
            return
        raw.FPDFPageObj_GetMatrix(drawn, matrix)
        first = last = None
        xs: list[float] = []
        ys: list[float] = []
        rules: list[Rule] = []
        for at in range(min(raw.FPDFPath_CountSegments(drawn), 2000)):
            segment = raw.FPDFPath_GetPathSegment(drawn, at)
            kind = raw.FPDFPathSegment_GetType(segment)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            px = matrix.a * x.value + matrix.c * y.value + matrix.e - left
            py = height - (matrix.b * x.value + matrix.d * y.value + matrix.f - bottom)
            xs.append(px)
            ys.append(py)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                first = (px, py)
            elif kind == raw.FPDF_SEGMENT_LINETO and last is not None:
                rules.extend(_straight(last, (px, py)))
            last = (px, py)
            if raw.FPDFPathSegment_GetClose(segment) and first is not None:
                rules.extend(_straight(last, first))
        if xs and max(xs) - min(xs) < _THIN < max(ys) - min(ys):
            yield Rule(upright=True, at=(min(xs) + max(xs)) / 2, start=min(ys), stop=max(ys))
        elif ys and max(ys) - min(ys) < _THIN < max(xs) - min(xs):
            yield Rule(upright=False, at=(min(ys) + max(ys)) / 2, start=min(xs), stop=max(xs))
        else:
            yield from rules


def _straight(a: tuple[float, float], b: tuple[float, float]) -> Iterator[Rule]:
    if abs(a[0] - b[0]) < 1 and abs(a[1] - b[1]) > _THIN:
        yield Rule(upright=True, at=(a[0] + b[0]) / 2, start=min(a[1], b[1]), stop=max(a[1], b[1]))
    elif abs(a[1] - b[1]) < 1 and abs(a[0] - b[0]) > _THIN:
        yield Rule(upright=False, at=(a[1] + b[1]) / 2, start=min(a[0], b[0]), stop=max(a[0], b[0]))


def _has_picture(page: Any) -> bool:
    from pypdfium2 import raw  # noqa: PLC0415

    return next(iter(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4)), None) is not None


def _is_sound(text: str) -> bool:
    """True for a layer that reads as Vietnamese, as it stands or in an old encoding."""
    if reads_as_vietnamese(text) or repair(text)[1]:
        return True
    # Tables of numbers and names hold few common syllables; a spoilt layer holds odd signs or no marks at all.
    letters = [c for c in text if not c.isspace()]
    odd = sum(not c.isprintable() or c == "\ufffd" or "\ue000" <= c <= "\uf8ff" for c in letters)
    words = [word for word in text.split() if word.isalpha()]
    return odd < 0.02 * len(letters) and len(words) < 0.35 * len(text.split())


def _pages(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:12]))
    return f"trang {shown}{' …' if len(numbers) > 12 else ''}"
