"""Pictures of pages: words recognised by Tesseract with its Vietnamese data, where installed. Knows no directives.

Recognition takes 0 for O, 3 for 8 and loses tone marks; words with digits of which it is not sure are marked as such.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from corpus.errors import UnreadableFileError
from corpus.readers.page_arrangement import arranged
from corpus.readers.page_paragraphs import pieces_of
from corpus.readers.page_words import Word
from corpus.readers.pieces import lay_out
from corpus.readers.ruled_tables import ruled_tables
from corpus.readers.scan_pictures import PADDING, blanked, stacked, straightened, without_rules
from corpus.text import nfc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from corpus.readers.page_paragraphs import Page
    from corpus.readers.progress import OnPage
    from corpus.readers.scan_pictures import Box
    from corpus.records import Source

MISSING = (
    "Tệp là bản chụp (ảnh), cần nhận dạng chữ mà máy chủ chưa cài: hãy cài gói tesseract-ocr và tesseract-ocr-vie, "
    "hoặc gửi bản .docx, PDF có chữ."
)
BROKEN_LAYER = (
    "Lớp chữ trong PDF hỏng (phông không có bảng mã), cần nhận dạng chữ từ hình trang: hãy cài gói tesseract-ocr và "
    "tesseract-ocr-vie, hoặc gửi bản .docx."
)
_DPI = 300
_COLUMN, _BLOCK = "4", "6"
"""Tesseract's page segmentation: one column of text of variable sizes (what stands side by side is ours to tell), and one
block of lines of one size, as the cells of a table set one below another are."""
_A4_WIDTH = 8.27
"""Inches: what a picture that does not say its scale is taken to be wide."""
_MOST_PIXELS = 40_000_000
_MOST_FRAMES = 200
_SECONDS = 100
_SURE = 90.0
"""Tesseract's confidence below which a word with digits is doubtful."""
_DIGIT_LIKE = re.compile(r"\d|%|^[IVXl|O]+$")


@cache
def available() -> bool:
    """True when Tesseract is installed with its Vietnamese data."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    try:
        listed = subprocess.run([program, "--list-langs"], capture_output=True, timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return b"vie" in listed.stdout.split() + listed.stderr.split()


def warning(pages: list[int]) -> str:
    """What a person is told of recognised pages."""
    shown = ", ".join(map(str, pages[:12])) + (" …" if len(pages) > 12 else "")
    return f"Chữ ở trang {shown} được nhận dạng từ bản chụp (OCR): số và ngày xin văn thư xác nhận trước khi dùng."


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
    return lay_out(pieces_of(pages), [warning(list(range(1, len(pages) + 1)))], scanned=True)


def rendered(page: Any) -> Image:
    """A PDF page as a grey picture at 300 dpi, less when the page is huge."""
    width, height = page.get_size()
    scale = _DPI / 72
    pixels = width * height * scale * scale
    if pixels > _MOST_PIXELS:
        scale *= (_MOST_PIXELS / pixels) ** 0.5
    image: Image = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
    return image


def _prepared(frame: Image) -> Image:
    """Grey, upright, at about 300 dpi."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    turned = ImageOps.exif_transpose(frame) or frame
    grey = turned.convert("L")
    wanted = int(_A4_WIDTH * _DPI) if grey.width < grey.height else int(_A4_WIDTH * 1.414 * _DPI)
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
    words = recognise(blanked(picture, boxes), scale)
    for sheet, cells in stacked(picture, boxes):
        words.extend(_put_back(recognise(sheet, scale, _BLOCK), cells, scale))
    return arranged(words, height, rules)


def _px(points: float, scale: float) -> int:
    return round(points / scale)


def _put_back(words: list[Word], cells: list[tuple[int, int, Box]], scale: float) -> Iterator[Word]:
    """Words of cells set one below another, where the cells were on the page."""
    for word in words:
        middle = (word.base - 0.3 * word.size) / scale
        for top, bottom, box in cells:
            if top - PADDING / 2 <= middle <= bottom + PADDING / 2:
                right, down = (box[0] - PADDING) * scale, (box[1] - top) * scale
                # Small type: even a figure read with confidence may have lost its comma (9,5 as 95).
                sure = word.sure and not any(c.isdigit() for c in word.text)
                yield replace(word, x0=word.x0 + right, x1=word.x1 + right, base=word.base + down, sure=sure)
                break


def recognise(image: Image, scale: float, layout: str = _COLUMN) -> list[Word]:
    """The words in a picture; `scale` turns its pixels into points. Raises UnreadableFileError as `read_page` does."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1, dpi=(_DPI, _DPI))
    command = [shutil.which("tesseract") or "tesseract", "stdin", "stdout", "-l", "vie", "--psm", layout, "--dpi", str(_DPI), "tsv"]
    try:
        done = subprocess.run(command, input=buffer.getvalue(), capture_output=True, timeout=_SECONDS, check=False,  # noqa: S603
                              env=os.environ | {"OMP_THREAD_LIMIT": "1"})  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnreadableFileError("Nhận dạng chữ một trang quá lâu, đã dừng; hãy quét lại rõ hơn ở 200–300 dpi.") from error
    if done.returncode:
        raise UnreadableFileError("Chương trình nhận dạng chữ (Tesseract) không đọc được hình này.")
    return words_of(done.stdout.decode("utf-8", errors="replace"), scale)


def words_of(table: str, scale: float) -> list[Word]:
    """The words in Tesseract's table (TSV, one row each); those of a line share its baseline and height."""
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    lines: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        text = nfc(row.get("text") or "").strip()
        if row.get("level") == "5" and text and float(row["conf"]) >= 0:
            lines.setdefault((row["block_num"], row["par_num"], row["line_num"]), []).append(row | {"text": text})
    tall = {key: _size(line) for key, line in lines.items()}
    usual = sorted(tall.values())[len(tall) // 2] if tall else 0
    words: list[Word] = []
    for key, line in lines.items():
        # A line without high or deep letters is no smaller type.
        size = (usual if 0.65 * usual < tall[key] < 1.45 * usual else tall[key]) * scale
        bottoms = sorted(int(row["top"]) + int(row["height"]) for row in line)
        base = bottoms[len(bottoms) // 2] * scale
        for row in line:
            x0 = int(row["left"]) * scale
            sure = float(row["conf"]) >= _SURE or not _DIGIT_LIKE.search(row["text"])
            words.append(Word(row["text"], x0, x0 + int(row["width"]) * scale, base, size, sure=sure))
    return words


def _size(line: list[dict[str, str]]) -> int:
    heights = sorted(int(row["height"]) for row in line)
    return heights[int(0.75 * (len(heights) - 1))]
