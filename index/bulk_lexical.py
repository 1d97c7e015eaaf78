"""Builds the two BM25 indexes of millions of passages block by block; the result is what `index.lexical` reads.

A block is counted in memory and put aside on disk; when all have come, the postings of each term are laid one after
another. The scores are those of `build_lexical`, to the last bit but for the rounding of a mean.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from index.diacritics import DiacriticRestorer, restorer_of
from index.lexical import K1, B
from index.tokens import Encoded, fold_token, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class _Postings:
    """What one block holds of some terms: parallel arrays in order of term, then of passage."""

    terms: NDArray[np.int64]
    rows: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, terms: NDArray[np.int64], rows: NDArray[np.int64]) -> _Postings:
        order = np.lexsort((rows, terms))
        terms, rows = terms[order], rows[order]
        first = np.flatnonzero(np.concatenate([[True], (np.diff(terms) != 0) | (np.diff(rows) != 0)])) if len(terms) else order
        return cls(terms[first], rows[first], np.diff(np.append(first, len(terms))))

    def save(self, path: Path) -> None:
        np.savez(path, terms=self.terms, rows=self.rows.astype(np.int32), counts=self.counts.astype(np.int32))

    @classmethod
    def load(cls, path: Path) -> _Postings:
        with np.load(path, allow_pickle=False) as held:
            return cls(held["terms"], held["rows"].astype(np.int64), held["counts"].astype(np.int64))


class LexicalWriter:
    """Takes passages in order, writes the indexes with diacritics and without; `scratch` holds the blocks meanwhile."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._numbers: dict[str, int] = {}
        self._folded: dict[str, int] = {}
        self._mapping: list[int] = []
        self._said: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._lengths: list[NDArray[np.int64]] = []
        self._blocks = 0
        self._size = 0

    def add(self, texts: Sequence[str]) -> None:
        """A block of passages."""
        encoded = self._encode(texts)
        mapping = np.array(self._mapping, dtype=np.int64)
        for name, block in (("lexical", encoded), ("folded", _renumbered(encoded, mapping))):
            keys, rows = block.pairs()
            words = _Postings.of(np.concatenate([block.ids, block.wholes]), np.concatenate([block.rows, block.whole_rows]))
            words.save(self._file(name, "words", self._blocks))
            _Postings.of(keys, rows).save(self._file(name, "pairs", self._blocks))
            if name == "lexical":
                every = np.concatenate([block.rows, block.whole_rows, rows]) - self._size
                self._lengths.append(np.bincount(every, minlength=len(texts)))
        said = np.bincount(encoded.ids, minlength=len(self._numbers))
        said[: len(self._said)] += self._said
        self._said = said
        self._size += len(texts)
        self._blocks += 1

    def finish(self, folder: Path) -> DiacriticRestorer:
        """Writes `lexical.*` and `folded.*` into `folder`; what restores diacritics, learned on the way."""
        lengths = np.concatenate(self._lengths) if self._lengths else np.zeros(0, dtype=np.int64)
        norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if len(lengths) else 1.0, 1.0))
        self._write(folder, "folded", list(self._folded), norm)
        pairs, times = self._write(folder, "lexical", list(self._numbers), norm)
        return restorer_of(list(self._numbers), self._said, pairs, times)

    def _encode(self, texts: Iterable[str]) -> Encoded:
        """The block's tokens under numbers that hold for all blocks, and rows that count on."""
        ids: list[int] = []
        wholes: list[int] = []
        lengths: list[int] = []
        whole_lengths: list[int] = []
        for text in texts:
            tokens = tokenize(text)
            ids.extend(self._number(token) for token in tokens.sequence)
            wholes.extend(self._number(token) for token in tokens.wholes)
            lengths.append(len(tokens.sequence))
            whole_lengths.append(len(tokens.wholes))
        rows = np.arange(self._size, self._size + len(lengths), dtype=np.int64)
        return Encoded(
            vocabulary=[],
            size=len(lengths),
            ids=np.array(ids, dtype=np.int64),
            rows=np.repeat(rows, lengths),
            wholes=np.array(wholes, dtype=np.int64),
            whole_rows=np.repeat(rows, whole_lengths),
        )

    def _number(self, token: str) -> int:
        number = self._numbers.get(token)
        if number is None:
            number = self._numbers[token] = len(self._numbers)
            self._mapping.append(self._folded.setdefault(fold_token(token), len(self._folded)))
        return number

    def _write(
        self, folder: Path, name: str, vocabulary: list[str], norm: NDArray[np.floating]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """One index; its pairs and how often each stands."""
        words = len(vocabulary)
        pairs = np.zeros(0, dtype=np.int64)
        for block in range(self._blocks):
            pairs = np.union1d(pairs, self._block(name, "pairs", block).terms)
        frequency = np.zeros(words + len(pairs), dtype=np.int64)
        times = np.zeros(len(pairs), dtype=np.int64)
        for block in range(self._blocks):
            postings = self._numbered(name, block, pairs, words)
            frequency += np.bincount(postings.terms, minlength=len(frequency))
            of_pairs = postings.terms >= words
            times += np.bincount(
                postings.terms[of_pairs] - words, weights=postings.counts[of_pairs], minlength=len(pairs)
            ).astype(np.int64)
        offsets = np.concatenate([[0], np.cumsum(frequency)]).astype(np.int64)
        idf = np.log1p((self._size - frequency + 0.5) / (frequency + 0.5))
        rows, weights = (
            np.lib.format.open_memmap(folder / f"{name}.{part}.npy", mode="w+", dtype=kind, shape=(int(offsets[-1]),))
            for part, kind in (("rows", np.int32), ("weights", np.float32))
        )
        free = offsets[:-1].copy()
        for block in range(self._blocks):
            postings = self._numbered(name, block, pairs, words)
            here = np.bincount(postings.terms, minlength=len(frequency))
            starts = np.cumsum(here) - here
            places = free[postings.terms] + np.arange(len(postings.terms)) - starts[postings.terms]
            rows[places] = postings.rows
            counts = postings.counts
            weights[places] = idf[postings.terms] * counts * (K1 + 1) / (counts + norm[postings.rows])
            free += here
        rows.flush()
        weights.flush()
        np.save(folder / f"{name}.pairs.npy", pairs, allow_pickle=False)
        np.save(folder / f"{name}.offsets.npy", offsets, allow_pickle=False)
        (folder / f"{name}.terms.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
        return pairs, times

    def _numbered(self, name: str, block: int, pairs: NDArray[np.int64], words: int) -> _Postings:
        """A block's words and pairs together, pairs numbered behind the words."""
        of_words, of_pairs = self._block(name, "words", block), self._block(name, "pairs", block)
        return _Postings(
            np.concatenate([of_words.terms, np.searchsorted(pairs, of_pairs.terms) + words]),
            np.concatenate([of_words.rows, of_pairs.rows]),
            np.concatenate([of_words.counts, of_pairs.counts]),
        )

    def _block(self, name: str, part: str, number: int) -> _Postings:
        return _Postings.load(self._file(name, part, number))

    def _file(self, name: str, part: str, number: int) -> Path:
        return self._scratch / f"{name}.{part}.{number}.npz"


def _renumbered(encoded: Encoded, mapping: NDArray[np.int64]) -> Encoded:
    return Encoded(
        [], encoded.size, mapping[encoded.ids], encoded.rows, mapping[encoded.wholes], encoded.whole_rows
    )
