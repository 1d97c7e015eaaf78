"""Splits Vietnamese text into the tokens the lexical index counts; knows nothing of scoring or storage.

Syllables, numbers, dates and document codes are tokens; codes and dates also yield their parts. One-character tokens
stay ("Điều 5" keeps its 5). Neighbouring syllables are paired by number (`Encoded.pairs`), never as joined strings,
so that a hundred thousand passages stay cheap to index.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from corpus.text import fold, nfc, place_tones

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

TOKENIZER_VERSION = "1"
"""Stored with every index generation: raise it whenever the same text would give other tokens."""

_DASHES = "–—−‑‐"
_TOKEN = re.compile(r"[^\W_]+(?:[-/.,:][^\W_]+)*(?: ?%)?")
_NUMBER = re.compile(r"\d+(?:[.,]\d{3})*(?:[.,]\d+)?")
_PART = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Tokens:
    """`sequence` in reading order (what pairs are made of) and `wholes`: unsplit codes, dates and percentages."""

    sequence: list[str]
    wholes: list[str]


@lru_cache(maxsize=65_536)
def _split(token: str) -> tuple[tuple[str, ...], str | None]:
    """The parts of one raw token, and the whole when it is worth a token of its own."""
    if token.isalpha():
        return (place_tones(token),), None
    if token.isdigit():
        return (token,), None
    bare = token.rstrip("% ")
    whole = token.replace(" ", "") if _DIGIT.search(token) else None
    if _NUMBER.fullmatch(bare):  # 46,5 and 1.200.000 are one number, not two
        return (bare,), (whole if whole != bare else None)
    return tuple(place_tones(part) for part in _PART.findall(bare)), whole


def tokenize(text: str) -> Tokens:
    """Tokens of `text` in one comparable form: NFC, lower case, tone marks placed, dashes unified."""
    sequence: list[str] = []
    wholes: list[str] = []
    plain = nfc(text).lower()
    for dash in _DASHES:  # far quicker than translating every character
        plain = plain.replace(dash, "-")
    for match in _TOKEN.findall(plain):
        parts, whole = _split(match)
        sequence.extend(parts)
        if whole is not None:
            wholes.append(whole)
    return Tokens(sequence, wholes)


def folded(tokens: Tokens) -> Tokens:
    """The same tokens without diacritics (đ as d)."""
    return Tokens([fold_token(t) for t in tokens.sequence], [fold_token(t) for t in tokens.wholes])


fold_token = lru_cache(maxsize=65_536)(fold)


@dataclass(frozen=True)
class Encoded:
    """Texts as token numbers. `vocabulary[i]` is the token numbered i.

    `ids` and `rows` are parallel: token number and text row, reading order within a row; `wholes` and `whole_rows`
    are the same for unsplit codes.
    """

    vocabulary: list[str]
    size: int
    ids: NDArray[np.int64]
    rows: NDArray[np.int64]
    wholes: NDArray[np.int64]
    whole_rows: NDArray[np.int64]

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Keys (`pair_key`) and rows of neighbouring tokens within each text."""
        together = self.rows[1:] == self.rows[:-1]
        return pair_key(self.ids[:-1][together], self.ids[1:][together]), self.rows[1:][together]

    def folded(self) -> Encoded:
        """The same texts over the folded vocabulary."""
        numbers: dict[str, int] = {}
        mapping = np.array([numbers.setdefault(fold_token(t), len(numbers)) for t in self.vocabulary], dtype=np.int64)
        mapping = mapping if len(mapping) else np.zeros(0, np.int64)
        return Encoded(list(numbers), self.size, mapping[self.ids], self.rows, mapping[self.wholes], self.whole_rows)


def pair_key(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """One 64-bit key for a pair of token numbers (each below 2**31)."""
    return (first << 32) | second


def encode(texts: Sequence[str] | Iterable[str]) -> Encoded:
    """Tokenise many texts and number their tokens in order of first appearance."""
    numbers: dict[str, int] = {}
    ids: list[int] = []
    wholes: list[int] = []
    lengths: list[int] = []
    whole_lengths: list[int] = []
    for text in texts:
        tokens = tokenize(text)
        ids.extend([numbers.setdefault(token, len(numbers)) for token in tokens.sequence])
        wholes.extend([numbers.setdefault(token, len(numbers)) for token in tokens.wholes])
        lengths.append(len(tokens.sequence))
        whole_lengths.append(len(tokens.wholes))
    return Encoded(
        vocabulary=list(numbers),
        size=len(lengths),
        ids=np.array(ids, dtype=np.int64),
        rows=np.repeat(np.arange(len(lengths), dtype=np.int64), lengths),
        wholes=np.array(wholes, dtype=np.int64),
        whole_rows=np.repeat(np.arange(len(lengths), dtype=np.int64), whole_lengths),
    )
