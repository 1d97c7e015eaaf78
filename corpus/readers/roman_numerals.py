"""Roman numerals in a scan, proven by the strokes in the picture: recognition takes III for II or IH. Reads no letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from corpus.text import fold

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.Image import Image

_DARK = 140
_FULL = 0.8
"""Share of a letter's height that is dark in a column through an upright stroke."""
_AFTER = frozenset({"quy", "chuong", "phan", "muc", "luc", "ky", "den", "va", "tu"})
"""Words, folded, after which a numeral is expected."""
_ONES = re.compile(r"(?P<before>[(\"“*#]*)(?P<ones>(?!L(?![IHlLÍÌỊÏ1|]))[IHlLÍÌỊÏ1|]{1,4})(?P<after>[.,:;)/*-].*)?")
_NUMERAL = re.compile(r"(?P<before>[(\"“*#]*)(?P<numeral>[IVXLÍÌỊÏ]{1,6})(?P<after>[.,:;)/*-].*)?")
_DOTTED = str.maketrans("ÍÌỊÏ", "IIII")


def numeral_expected(before: str | None, text: str, *, first: bool, alone: bool) -> bool:
    """Whether a word, after the word `before` of its line, `first` or `alone` in it, may be a Roman numeral."""
    found = _ONES.fullmatch(text) or _NUMERAL.fullmatch(text)
    if not found:
        return False
    # What recognition has as digits or one small stroke at the head of a line is a number of its own.
    told = bool(re.search(r"[IVXHÍÌỊÏ]|1L", text))
    if before is not None and fold(before).strip(".,(") in _AFTER:
        return told or bool(found["after"])
    return told and (alone or (first and bool(found["after"])))


def numeral(text: str, picture: Image) -> tuple[str, bool]:
    """The word with its numeral as the strokes in its picture have it, and whether they agree with what was read."""
    strokes = leading_strokes(np.asarray(picture.convert("L")) < _DARK)
    ones = _ONES.fullmatch(text)
    if ones:
        read, counted = ones["ones"].translate(_DOTTED), "I" * strokes
        if not 1 <= strokes <= 3 or re.fullmatch(r"[1l|]", read):
            return text, 1 <= strokes <= 3
        return ones["before"] + counted + (ones["after"] or ""), read == counted
    found = _NUMERAL.fullmatch(text)
    if not found:
        return text, True
    plain = found["numeral"].translate(_DOTTED)
    ahead = len(plain) - len(plain.lstrip("I"))
    return found["before"] + plain + (found["after"] or ""), not ahead or ahead == strokes


def leading_strokes(dark: npt.NDArray[np.bool_]) -> int:
    """How many upright strokes, nothing between them at half their height, the letters in a picture begin with."""
    columns = np.flatnonzero(dark.any(axis=0))
    if not len(columns):
        return 0
    start = int(columns[0])
    white = np.flatnonzero(~dark[:, start:].any(axis=0))
    letter = dark[:, start : start + int(white[0])] if len(white) else dark[:, start:]
    rows = np.flatnonzero(letter.any(axis=1))
    top, tall = int(rows[0]), int(rows[-1]) + 1 - int(rows[0])
    upright = dark[top + tall // 8 : top + tall - tall // 8].mean(axis=0) >= _FULL
    middle = dark[top + tall // 4 : top + tall - tall // 4].any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], middle.astype(np.int8), [0]))))
    count = 0
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        if upright[left:right].sum() < 0.5 * (right - left) or right - left > 0.4 * tall:
            break
        count += 1
    return count
