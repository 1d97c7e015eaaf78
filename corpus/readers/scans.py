"""Pictures of pages: words recognised by Tesseract with its Vietnamese data, where installed. Knows no directives.

Recognition takes 0 for O, 3 for 8 and loses tone marks; words with digits that two readings have differently are marked.
"""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from corpus.errors import UnreadableFileError
from corpus.readers.page_arrangement import arranged
from corpus.readers.page_paragraphs import pieces_of
from corpus.readers.page_words import Word
from corpus.readers.pieces import lay_out
from corpus.readers.ruled_tables import ruled_tables
from corpus.readers.scan_pictures import PADDING, apart, blanked, of_one_line, straightened, without_rules
from corpus.readers.second_look import looked_at_again
from corpus.readers.serial_numbers import with_serials
from corpus.readers.tesseract import BLOCK, COLUMN, DPI, LINE, VIETNAMESE, languages, lines_seen, recognise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    from corpus.readers.page_paragraphs import Page
    from corpus.readers.progress import OnPage
    from corpus.readers.scan_pictures import Box
    from corpus.readers.tesseract import Seen
    from corpus.records import Source

MISSING = (
    "Tệp là bản chụp (ảnh), cần nhận dạng chữ mà máy chủ chưa cài: hãy cài gói tesseract-ocr và tesseract-ocr-vie, "
    "hoặc gửi bản .docx, PDF có chữ."
)
BROKEN_LAYER = (
    "Lớp chữ trong PDF hỏng (phông không có bảng mã), cần nhận dạng chữ từ hình trang: hãy cài gói tesseract-ocr và "
    "tesseract-ocr-vie, hoặc gửi bản .docx."
)
_A4_WIDTH = 8.27
"""Inches: what a picture that does not say its scale is taken to be wide."""
_MOST_PIXELS = 40_000_000
_MOST_FRAMES = 200
_SCANNED_AT = (90, 420)
"""Dots an inch between which a picture as large as its page is taken for what the scanner made."""


def available() -> bool:
    """True when Tesseract is installed with its Vietnamese data."""
    return VIETNAMESE in languages()


def warning(pages: list[int]) -> str:
    """What a person is told of recognised pages."""
    shown = ", ".join(map(str, pages[:12])) + (" …" if len(pages) > 12 else "")
    return f"Chữ ở trang {shown} được nhận dạng từ bản chụp (OCR): số và ngày xin văn thư xác nhận trước khi dùng."


def unread_cells(counts: Sequence[tuple[int, int]]) -> list[str]:
    """What a person is told of cells that hold something which was not recognised: (page, how many) each."""
    return [
        f"Bảng ở trang {page} có thể đọc thiếu: {count} ô có chữ mà không nhận dạng được; xin xem bản gốc."
        for page, count in counts
        if count
    ]


def read_image(content: bytes, on_page: OnPage | None = None) -> Source:
    """A photograph or scan (PNG, JPEG, TIFF of one or more pages).

    Raises:
        UnreadableFileError: damaged, too large, or OCR is missing.
    """
    from PIL import Image, ImageSequence, UnidentifiedImageError  # noqa: PLC0415 - only pictures need it

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    pages = []
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "TIFF")) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise UnreadableFileError("Ảnh quá lớn (trên 40 triệu điểm ảnh); hãy quét ở 200–300 dpi.")
            if not available():
                raise UnreadableFileError(MISSING)
            count = min(getattr(image, "n_frames", 1), _MOST_FRAMES)
            for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                if number > count:
                    break
                picture = _prepared(frame)
                height = 842.0 * picture.height / (picture.width * 1.4142)
                pages.append(read_page(picture, height))
                if on_page:
                    on_page(number, count)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise UnreadableFileError("Tệp ảnh hỏng, bị cắt cụt hoặc quá lớn; hãy quét lại.") from error
    said = [warning(list(range(1, len(pages) + 1))), *unread_cells([(at, page.unread) for at, page in enumerate(pages, 1)])]
    return lay_out(pieces_of(pages), said, scanned=True)


def rendered(page: Any) -> Image:
    """A PDF page as a grey picture at 300 dpi, less when the page is huge.

    A scan is drawn in its own dots first and then scaled with care: PDFium's own scaling loses hairlines.
    """
    from PIL import Image  # noqa: PLC0415

    width, height = page.get_size()
    scale = min(DPI / 72, (_MOST_PIXELS / (width * height)) ** 0.5)
    dots = _dots(page)
    drawn: Image.Image = page.render(scale=dots / 72 if dots else scale, grayscale=True, may_draw_forms=False).to_pil()
    wanted = (round(width * scale), round(height * scale))
    return drawn.resize(wanted, Image.Resampling.LANCZOS) if dots and drawn.size != wanted else drawn


def _dots(page: Any) -> float | None:
    """Dots an inch of the one picture that covers a page; None when there is none such."""
    from pypdfium2 import raw  # noqa: PLC0415

    width, height = page.get_size()
    found = []
    for drawn in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2), 3):
        left, bottom, right, top = drawn.get_bounds()
        if (right - left) * (top - bottom) > 0.8 * width * height:
            found.append(72 * max(drawn.get_px_size()) / max(right - left, top - bottom))
    return found[0] if len(found) == 1 and _SCANNED_AT[0] < found[0] < _SCANNED_AT[1] else None


def _prepared(frame: Image) -> Image:
    """Grey, upright, at about 300 dpi."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    turned = ImageOps.exif_transpose(frame) or frame
    grey = turned.convert("L")
    wanted = int(_A4_WIDTH * DPI) if grey.width < grey.height else int(_A4_WIDTH * 1.414 * DPI)
    if not 0.75 * wanted < grey.width < 1.6 * wanted and grey.width > 200:
        grey = grey.resize((wanted, max(1, round(grey.height * wanted / grey.width))), Image.Resampling.LANCZOS)
    return grey


def read_page(image: Image, height: float) -> Page:
    """A picture of a page, recognised and put in reading order; `height` is the page's in points.

    Raises:
        UnreadableFileError: Tesseract failed or took too long.
    """
    scale = height / image.height
    picture, rules = without_rules(straightened(image), scale)
    boxes: list[Box] = []
    for table in ruled_tables(rules, ()):
        boxes.extend((_px(x0, scale), _px(y0, scale), _px(x1, scale), _px(y1, scale)) for x0, y0, x1, y1 in table.boxes)
    body = lines_seen(recognise([blanked(picture, boxes)], COLUMN))
    cells, unread = _cells(picture, boxes)
    lines = looked_at_again(picture, [*body, *cells])
    words = words_of(lines[: len(body)], scale) + words_of(lines[len(body) :], scale)
    page = arranged(words, height, rules)
    page.things = [(thing[0], with_serials(thing[1])) if isinstance(thing, tuple) else thing for thing in page.things]
    page.unread = unread
    return page


def _px(points: float, scale: float) -> int:
    return round(points / scale)


def _cells(picture: Image, boxes: Sequence[Box]) -> tuple[list[list[Seen]], int]:
    """The lines in the cells of tables, each cell recognised by itself, and how many cells gave nothing."""
    cut = apart(picture, boxes)
    lines: list[list[Seen]] = []
    unread = 0
    for layout in (LINE, BLOCK):
        sheets = [(sheet, box) for sheet, box in cut if of_one_line(sheet) == (layout == LINE)]
        seen = recognise([sheet for sheet, _ in sheets], layout)
        unread += len(sheets) - len({word.picture for word in seen})
        lines.extend(lines_seen([_put_back(word, sheets[word.picture][1]) for word in seen]))
    return lines, unread


def _put_back(word: Seen, box: Box) -> Seen:
    """A word of a cell, where the cell was on the page."""
    right, down = box[0] - PADDING, box[1] - PADDING
    return replace(word, left=word.left + right, right=word.right + right, top=word.top + down, bottom=word.bottom + down)


def words_of(lines: Sequence[Sequence[Seen]], scale: float) -> list[Word]:
    """The words in lines of one kind of text, `scale` turning pixels into points; those of a line share baseline and height."""
    tall = [_size(line) for line in lines]
    usual = sorted(tall)[len(tall) // 2] if tall else 0
    words: list[Word] = []
    for line, high in zip(lines, tall, strict=True):
        # A line without high or deep letters is no smaller type.
        size = (usual if 0.65 * usual < high < 1.45 * usual else high) * scale
        bottoms = sorted(word.bottom for word in line)
        base = bottoms[len(bottoms) // 2] * scale
        words.extend(Word(word.text, word.left * scale, word.right * scale, base, size, sure=word.sure) for word in line)
    return words


def _size(line: Sequence[Seen]) -> int:
    heights = sorted(word.bottom - word.top for word in line)
    return heights[int(0.75 * (len(heights) - 1))]
