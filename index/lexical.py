"""BM25 over our own tokens as plain arrays: score every passage, or the best few; knows no files but its own.

Okapi BM25 with Lucene's idf, ln(1 + (N - df + 0.5) / (df + 0.5)) (Robertson & Zaragoza 2009; Kamphuis et al. 2020).
Syllables, pairs of neighbours and unsplit codes are all terms. A passage's share of each term is worked out when the
index is built, so a query only adds arrays.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import SearchIndexError
from index.dense import best_rows
from index.tokens import Encoded, Tokens, pair_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index.visible import Visible

# Flat around here on statute articles and directives' clauses alike (fused nDCG@10
# within .005 for k1 0.6 to 1.2 and b 0.4 to 0.9).
K1 = 0.9
B = 0.6
_COMMON = 8  # a term in more than one passage of eight is kept as a full row: adding it is far quicker than scattering
LARGE = 500_000  # passages from which on common terms only decide among those that rarer ones have found
_OFTEN = 32  # there, a term in more than one passage of so many is a common one
_LIKELY = 8


@dataclass(frozen=True)
class LexicalIndex:
    """Terms are numbered: first the vocabulary, then the pairs in `pairs` (sorted keys).

    `rows[offsets[t]:offsets[t + 1]]` are the passages of term t and `weights` its BM25 share in each. `common` maps
    a frequent term to its row of `full`.
    """

    size: int
    numbers: dict[str, int]
    pairs: NDArray[np.int64]
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]
    common: dict[int, NDArray[np.float32]]

    def terms(self, tokens: Tokens) -> list[int]:
        """Term numbers of a query, each once; tokens the index has never seen are left out."""
        known = [self.numbers.get(token) for token in tokens.sequence]
        found = {number for number in known if number is not None}
        found.update(number for token in tokens.wholes if (number := self.numbers.get(token)) is not None)
        neighbours = [(a, b) for a, b in pairwise(known) if a is not None and b is not None]
        if neighbours and len(self.pairs):
            first, second = np.array(neighbours, dtype=np.int64).T
            keys = np.unique(pair_key(first, second))
            places = np.minimum(np.searchsorted(self.pairs, keys), len(self.pairs) - 1)
            found.update((places[self.pairs[places] == keys] + len(self.numbers)).tolist())
        return sorted(found)

    def scores(self, tokens: Tokens) -> NDArray[np.float32]:
        """BM25 score of every passage, shape (size,), float32."""
        return self.sum_of(self.terms(tokens))

    def sum_of(self, terms: list[int]) -> NDArray[np.float32]:
        """What the given terms add to the score of every passage, shape (size,), float32."""
        total = np.zeros(self.size, dtype=np.float32)
        for term in terms:
            row = self.common.get(term)
            if row is not None:
                total += row
                continue
            span = slice(int(self.offsets[term]), int(self.offsets[term + 1]))
            total[self.rows[span].astype(np.intp)] += self.weights[span]
        return total

    def search(self, tokens: Tokens) -> LexicalSearch:
        """The scores of one query, worked out as far as they are asked for."""
        return LexicalSearch(self, self.terms(tokens))

    def scores_of(self, queries: Sequence[list[int]], rows: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        """BM25 scores of the given passages for each query's terms, the same to the last bit as in `scores`.

        A term that several queries have is looked up once.
        """
        order = np.argsort(rows, kind="stable")  # a search goes on from where the one before it ended
        wanted = rows[order].astype(np.int32)
        totals = [np.zeros(len(rows), dtype=np.float32) for _ in queries]
        for term in sorted(set().union(*queries)):
            share = self._share(term, wanted)
            for total, terms in zip(totals, queries, strict=True):
                if term in terms:
                    np.add(total, share, out=total)
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return [total[back] for total in totals]

    def _share(self, term: int, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """What a term adds to the scores of the given passages, which ascend."""
        common = self.common.get(term)
        if common is not None:
            return common[rows]
        span = slice(int(self.offsets[term]), int(self.offsets[term + 1]))
        held = self.rows[span]
        places = np.minimum(np.searchsorted(held, rows), len(held) - 1)
        return np.where(held[places] == rows, self.weights[span][places], np.float32(0.0))

    def save(self, folder: Path, name: str) -> list[Path]:
        """Write the arrays as `name.*.npy` and the vocabulary as `name.terms.json`; the paths written."""
        paths = [folder / f"{name}.terms.json"]
        paths[0].write_text(json.dumps(list(self.numbers), ensure_ascii=False), encoding="utf-8")
        arrays: dict[str, NDArray[Any]] = {
            "pairs": self.pairs,
            "offsets": self.offsets,
            "rows": self.rows,
            "weights": self.weights,
        }
        for part, array in arrays.items():
            paths.append(folder / f"{name}.{part}.npy")
            np.save(paths[-1], array, allow_pickle=False)
        return paths

    @classmethod
    def load(cls, folder: Path, name: str, size: int) -> LexicalIndex:
        """Read what `save` wrote; `size` is the number of passages. Raises SearchIndexError when parts do not fit."""
        terms = json.loads((folder / f"{name}.terms.json").read_text(encoding="utf-8"))
        pairs, offsets, rows, weights = (
            np.asarray(np.load(folder / f"{name}.{part}.npy", mmap_mode="r", allow_pickle=False))
            for part in ("pairs", "offsets", "rows", "weights")
        )
        if len(offsets) != len(terms) + len(pairs) + 1 or len(rows) != len(weights) or offsets[-1] != len(rows):
            raise SearchIndexError("Chỉ mục từ khóa bị hỏng: các phần không khớp nhau.")
        if size < LARGE and len(rows) and int(rows.max()) >= size:
            raise SearchIndexError("Chỉ mục từ khóa bị hỏng: trỏ tới đoạn không có.")
        numbers = {term: number for number, term in enumerate(terms)}
        return cls(size, numbers, pairs, offsets, rows, weights, _full_rows(size, offsets, rows, weights))


class LexicalSearch:
    """One query against one index: the best passages, and the scores of any."""

    def __init__(self, index: LexicalIndex, terms: list[int]) -> None:
        self._index = index
        self._terms = terms

    @cached_property
    def scores(self) -> NDArray[np.float32]:
        """BM25 score of every passage."""
        return self._index.sum_of(self._terms)

    def of(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """BM25 scores of the given passages."""
        return self.of_each([self], rows)[0]

    @staticmethod
    def of_each(searches: Sequence[LexicalSearch], rows: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        """BM25 scores of the given passages under each search of one index: what they share is looked up once."""
        if searches and searches[0]._index.size >= LARGE:  # noqa: SLF001 - of this very class
            return searches[0]._index.scores_of([search._terms for search in searches], rows)  # noqa: SLF001
        return [search.scores[rows] for search in searches]

    def best(self, count: int, visible: Visible | None = None) -> NDArray[np.int64]:
        """Rows of the `count` highest scores above zero, highest first; `visible` keeps what may be seen.

        In a large index a word that is in one passage of thirty tells them apart too little to be worth a look at each:
        the rarer words choose several times as many, and all words decide among those.
        """
        if self._index.size < LARGE:
            return best_rows(_seen(self.scores, visible), count)
        often = self._index.size // _OFTEN
        rare = [t for t in self._terms if self._index.offsets[t + 1] - self._index.offsets[t] <= often]
        likely = best_rows(_seen(self._index.sum_of(rare or self._terms), visible), _LIKELY * count)
        return likely[best_rows(self.of(likely), count)]


def _seen(scores: NDArray[np.float32], visible: Visible | None) -> NDArray[np.float32]:
    return scores if visible is None else np.where(visible.rows, scores, np.float32(0.0))


def build_lexical(encoded: Encoded, *, k1: float = K1, b: float = B) -> LexicalIndex:
    """Index encoded texts. `k1` saturates repeats, `b` (0 to 1) discounts long passages."""
    pair_keys, pair_rows = encoded.pairs()
    pairs, pair_numbers = np.unique(pair_keys, return_inverse=True)
    words = len(encoded.vocabulary)
    terms = np.concatenate([encoded.ids, encoded.wholes, pair_numbers.astype(np.int64) + words])
    rows = np.concatenate([encoded.rows, encoded.whole_rows, pair_rows])
    lengths = np.bincount(rows, minlength=encoded.size).astype(np.float64)

    keys, counts = np.unique(terms * max(encoded.size, 1) + rows, return_counts=True)
    terms, rows = np.divmod(keys, max(encoded.size, 1))
    frequency = np.bincount(terms, minlength=words + len(pairs))
    idf = np.log1p((encoded.size - frequency + 0.5) / (frequency + 0.5))
    norm = k1 * (1 - b + b * lengths / max(lengths.mean() if encoded.size else 1.0, 1.0))
    weights = (idf[terms] * counts * (k1 + 1) / (counts + norm[rows])).astype(np.float32)
    offsets = np.concatenate([[0], np.cumsum(frequency)]).astype(np.int64)
    numbers = {term: number for number, term in enumerate(encoded.vocabulary)}
    rows32 = rows.astype(np.int32)
    return LexicalIndex(
        encoded.size, numbers, pairs, offsets, rows32, weights, _full_rows(encoded.size, offsets, rows32, weights)
    )


def _full_rows(
    size: int, offsets: NDArray[np.int64], rows: NDArray[np.int32], weights: NDArray[np.float32]
) -> dict[int, NDArray[np.float32]]:
    full: dict[int, NDArray[np.float32]] = {}
    if size >= LARGE:  # a hundred rows of every passage would take gigabytes
        return full
    for term in np.flatnonzero(np.diff(offsets) > max(size // _COMMON, 1000)).tolist():
        span = slice(offsets[term], offsets[term + 1])
        row = np.zeros(size, dtype=np.float32)
        row[rows[span]] = weights[span]
        full[term] = row
    return full
