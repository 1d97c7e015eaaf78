"""Photos of pages as one file that the readers of scans open, and whether they are sharp enough. Knows no uploads."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from corpus.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

SHARP = 1000
"""Pixels on the longer side. A page a little blurred by hand keeps 99 % of its words at 1280 pixels, 95 % at 960, 88 % at
640; Telegram sends photos at 1280 unless asked for more."""
_MOST_PIXELS = 40_000_000
_QUALITY = 90


def is_faint(width: int, height: int) -> bool:
    """True when a page photographed at this size loses words and figures; unknown sizes are not."""
    return 0 < max(width, height) < SHARP


def one_document(photos: Sequence[bytes]) -> bytes:
    """One photo as it is; several as the pages of one picture (TIFF), in order, grey as they are read.

    Raises:
        UnreadableFileError: one of them is no picture.
    """
    if len(photos) == 1:
        return photos[0]
    pages = [_page(photo, number) for number, photo in enumerate(photos, 1)]
    buffer = io.BytesIO()
    first, *others = pages
    first.save(buffer, "TIFF", save_all=True, append_images=others, compression="jpeg", quality=_QUALITY)
    return buffer.getvalue()


def _page(photo: bytes, number: int) -> Image:
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - only photos need it

    try:
        with Image.open(io.BytesIO(photo), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise UnreadableFileError(f"Ảnh {number} quá lớn (trên 40 triệu điểm ảnh).")
            return (ImageOps.exif_transpose(image) or image).convert("L")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableFileError(f"Ảnh {number} bị hỏng; hãy chụp và gửi lại.") from error
