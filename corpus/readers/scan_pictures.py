"""A scanned page made ready for recognition: set straight, and the rules of its tables found and wiped out. Reads no words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corpus.readers.ruled_tables import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt
    from PIL.Image import Image

    Box = tuple[int, int, int, int]

_DARK = 140
_SHORTEST = 90
"""Pixels at 300 dpi. No stroke of a letter of ordinary size is as long."""
_THICKEST = 14
_STEPS = tuple(step * 0.25 for step in range(-8, 9))
"""Degrees tried for the tilt of a page."""
_THUMBNAIL = 700
PADDING = 40
"""Pixels. White around a cell that is set apart; its words are then found at this distance from the left and the top."""
_EDGE = 3
"""Pixels at the border of a cell where what is left of its rules may stand."""
_LOWEST = 14
"""Pixels. No letter of a legible size is lower."""


def straightened(image: Image) -> Image:
    """The page turned by the angle, of at most two degrees, that makes its lines of type level."""
    from PIL import Image as Images  # noqa: PLC0415 - only pictures need it

    small = image.copy()
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))

    def sharpness(angle: float) -> float:
        turned = np.asarray(small.rotate(angle, Images.Resampling.BILINEAR, fillcolor=255), dtype=np.float32)
        return float(np.square(np.diff((255.0 - turned).sum(axis=1))).sum())

    best = max(_STEPS, key=lambda angle: (sharpness(angle), -abs(angle)))
    if best == 0 or sharpness(best) < 1.1 * sharpness(0.0):
        return image
    return image.rotate(best, Images.Resampling.BICUBIC, fillcolor=255)


def without_rules(image: Image, scale: float) -> tuple[Image, list[Rule]]:
    """The page with its straight rules painted white, and those rules; `scale` turns pixels into points."""
    from PIL import Image as Images  # noqa: PLC0415

    grey = np.array(image)
    dark = grey < _DARK
    rules: list[Rule] = []
    wiped = np.zeros_like(dark)
    for upright in (False, True):
        plane = dark.T if upright else dark
        runs = _long_runs(plane)
        for at, thick, start, stop in _strokes(runs):
            if thick <= _THICKEST:
                rules.append(Rule(upright, (at + thick / 2) * scale, start * scale, stop * scale))
                target = wiped.T if upright else wiped
                target[max(0, at - 1) : at + thick + 1, max(0, start - 1) : stop + 1] = True
    if not rules:
        return image, []
    grey[wiped] = 255
    return Images.fromarray(grey), rules


def _long_runs(plane: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The dark pixels that lie in a horizontal run of at least `_SHORTEST`."""
    height, width = plane.shape
    if width < _SHORTEST:
        return np.zeros_like(plane)
    sums = np.zeros((height, width + 1), dtype=np.int32)
    np.cumsum(plane, axis=1, out=sums[:, 1:])
    whole = (sums[:, _SHORTEST:] - sums[:, :-_SHORTEST]) >= _SHORTEST  # a run begins here
    marks = np.zeros((height, width + 1), dtype=np.int32)
    marks[:, : whole.shape[1]] += whole
    marks[:, _SHORTEST : _SHORTEST + whole.shape[1]] -= whole[:, : width + 1 - _SHORTEST]
    found: npt.NDArray[np.bool_] = np.cumsum(marks, axis=1)[:, :width] > 0
    return found


def _strokes(runs: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int, int, int]]:
    """Rules as (first row, thickness, start, stop): rows with runs that touch are one stroke."""
    open_strokes: list[list[int]] = []
    for row in np.flatnonzero(runs.any(axis=1)):
        line = runs[row].astype(np.int8)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], line, [0]))))
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            for stroke in open_strokes:
                if row <= stroke[1] + 2 and start <= stroke[3] + 4 and stop >= stroke[2] - 4:
                    stroke[1] = int(row)
                    stroke[2], stroke[3] = min(stroke[2], int(start)), max(stroke[3], int(stop))
                    break
            else:
                open_strokes.append([int(row), int(row), int(start), int(stop)])
        done = [stroke for stroke in open_strokes if stroke[1] < row - 2]
        for stroke in done:
            open_strokes.remove(stroke)
            yield stroke[0], stroke[1] - stroke[0] + 1, stroke[2], stroke[3]
    for stroke in open_strokes:
        yield stroke[0], stroke[1] - stroke[0] + 1, stroke[2], stroke[3]


def apart(image: Image, boxes: Sequence[Box]) -> list[tuple[Image, Box]]:
    """The boxes that hold something, each cut out with white around: what stands beside it cannot confuse."""
    from PIL import Image as Images  # noqa: PLC0415 - only pictures need it

    cut: list[tuple[Image, Box]] = []
    for box in boxes:
        inner = (box[0] + _EDGE, box[1] + _EDGE, box[2] - _EDGE, box[3] - _EDGE)
        if not _holds_ink(image, inner):
            continue
        sheet = Images.new("L", (box[2] - box[0] + 2 * PADDING, box[3] - box[1] + 2 * PADDING), 255)
        sheet.paste(image.crop(inner), (PADDING + _EDGE, PADDING + _EDGE))
        cut.append((sheet, box))
    return cut


def of_one_line(image: Image) -> bool:
    """True for a picture whose type stands in one line (marks above or below it are lower than letters)."""
    rows = (np.asarray(image) < _DARK).any(axis=1).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows, [0]))))
    return int((edges[1::2] - edges[::2] >= _LOWEST).sum()) <= 1


def blanked(image: Image, boxes: Sequence[Box]) -> Image:
    """The page with these boxes painted white."""
    copy = image.copy()
    for box in boxes:
        copy.paste(255, box)
    return copy


def _holds_ink(image: Image, box: Box) -> bool:
    if box[2] - box[0] <= 8 or box[3] - box[1] <= 8:
        return False
    low, _ = image.crop(box).getextrema()
    return isinstance(low, int | float) and low < _DARK
