"""Sizes of photos: width and height of PNG, JPEG and GIF data, and the smaller ones; knows nothing of messages."""

from __future__ import annotations

import io
import struct

from PIL import Image

_LONGEST = (90, 320, 800)
"""Pixels of the longer side of the sizes that clients show in lists and chats."""
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def image_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels, or None when `data` is none of the three formats."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:6] in {b"GIF87a", b"GIF89a"} and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return _jpeg_size(data) if data.startswith(b"\xff\xd8") else None


def smaller_sizes(data: bytes) -> list[tuple[tuple[int, int], bytes]]:
    """The smaller sizes that Telegram offers of a photo beside the largest, as (width, height) and JPEG, smallest first."""
    found = []
    with Image.open(io.BytesIO(data)) as image:
        for longest in _LONGEST:
            if max(image.size) > longest:
                small = image.convert("RGB")
                small.thumbnail((longest, longest))
                buffer = io.BytesIO()
                small.save(buffer, "JPEG")
                found.append((small.size, buffer.getvalue()))
    return found


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
