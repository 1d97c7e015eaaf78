"""Exact nearest passages by inner product (FAISS); holds unit vectors, knows no text and no model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

from corpus.errors import SearchIndexError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from index.visible import Visible

_SAMPLE = 2048
_COARSE_FROM = 20_000  # below, reading every vector whole takes less than a millisecond a question
_LIKELY = 8  # rounded scores put the best k among the first 8 k of a quarter of a million
_ARITHMETIC = 1e-5  # what adding 32-bit numbers in another order may change
_BLOCK = 4096
_STRETCH = 128


class DenseIndex:
    """Vectors of passages by row number. Exact: rounded copies of many vectors only tell which are worth comparing."""

    def __init__(self, index: Any) -> None:
        self._index = index
        flat: Any = faiss.downcast_index(index.index)
        self._vectors: NDArray[np.float32] = faiss.rev_swig_ptr(flat.get_xb(), flat.ntotal * flat.d).reshape(
            flat.ntotal, flat.d
        )
        step = max(len(self) // _SAMPLE, 1)
        self._sample = np.ascontiguousarray(self._vectors[::step][:_SAMPLE])
        self._coarse = _Coarse(self._vectors) if len(self) >= _COARSE_FROM else None

    @classmethod
    def build(cls, vectors: NDArray[np.float32]) -> DenseIndex:
        """Index unit-norm rows, shape (passages, dimension); ids are the row numbers."""
        index = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
        index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.arange(len(vectors), dtype=np.int64))
        return cls(index)

    @classmethod
    def load(cls, path: Path, *, size: int, dimension: int) -> DenseIndex:
        """Read what `save` wrote; raises SearchIndexError when it is not `size` vectors of `dimension`."""
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise SearchIndexError("Chỉ mục véc-tơ bị hỏng, không đọc được.") from error
        if index.ntotal != size or index.d != dimension:
            raise SearchIndexError("Chỉ mục véc-tơ không khớp với bản kê.")
        return cls(index)

    def save(self, path: Path) -> None:
        """Write to one file."""
        faiss.write_index(self._index, str(path))

    @property
    def dimension(self) -> int:
        """Length of one vector."""
        return int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(
        self, query: NDArray[np.float32], k: int, visible: Visible | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows and cosines of the best `k` passages, or of all there are, best first; `visible` keeps what may be seen."""
        # With a selector FAISS scans in one pass, without one it goes by way of block products: for a single question
        # among 100,000 passages 8 ms against 22 ms of processor time (faiss 1.15).
        selector: faiss.IDSelector = faiss.IDSelectorAll()
        if visible is not None:
            bits = np.packbits(visible.rows, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(visible.rows), faiss.swig_ptr(bits))
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg,unused-ignore]
        scores, rows = self._index.search(query.reshape(1, -1), min(k, len(self)) or 1, params=parameters)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def nearest(
        self, queries: NDArray[np.float32], k: int, visible: Visible | None = None
    ) -> list[NDArray[np.int64]]:
        """For each query, rows of the `k` highest cosines above zero, highest first, the earlier of equals first.

        `visible` keeps what may be seen.
        """
        if visible is not None:
            return [best_rows(np.where(visible.rows, self.scores(query), np.float32(0.0)), k) for query in queries]
        if self._coarse is None:
            return [best_rows(self.scores(query), k) for query in queries]
        about, likely = self._coarse.search(queries, min(_LIKELY * k, len(self)))
        return [self._certain(*found, k) for found in zip(queries, about, likely, strict=True)]

    def _certain(
        self, query: NDArray[np.float32], about: NDArray[np.float32], likely: NDArray[np.int64], k: int
    ) -> NDArray[np.int64]:
        """The `k` nearest among the likely rows when no other can be as near, else among all that can."""
        assert self._coarse is not None  # noqa: S101
        rows = np.sort(likely)
        cosines = self.scores(query, rows)
        best = best_rows(cosines, k)
        least = float(cosines[best[-1]]) if len(best) == k else 0.0
        if float(about[-1]) + self._coarse.slack >= least:
            rows = self._coarse.above(query, least - self._coarse.slack)
            best = best_rows(self.scores(query, rows), k)
        return rows[best]

    def scores(self, query: NDArray[np.float32], rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Cosine of the query with the given rows, or with every passage."""
        result: NDArray[np.float32] = (self._vectors if rows is None else self._vectors[rows]) @ query
        return result

    def sample_scores(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines with up to 2,048 passages spread evenly over the index: what is usual for this query."""
        result: NDArray[np.float32] = self._sample @ query
        return result

    def vectors_of(self, rows: NDArray[np.int64] | list[int]) -> NDArray[np.float32]:
        """A copy of the vectors of some rows, shape (rows, dimension)."""
        return self._vectors[np.asarray(rows, dtype=np.int64)]


def best_rows(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Rows of the `count` highest scores above zero, highest first, the earlier of equals first.

    Rows are taken in groups, each of rows that lie a stretch apart (that adds whole arrays). The `count`-th best of the
    groups' maxima is never above the `count`-th best score, so one look at each row leaves few to sort: a quarter of a
    million rows take 0.2 ms instead of 3.
    """
    whole = len(scores) // _STRETCH * _STRETCH
    rows = None
    if whole // _STRETCH > count:
        maxima = scores[:whole].reshape(_STRETCH, -1).max(axis=0)
        bound = np.partition(maxima, len(maxima) - count)[len(maxima) - count]
        if bound > 0:
            rows = np.flatnonzero(scores >= bound)
    if rows is None:
        rows = np.flatnonzero(scores > 0)
    order = np.lexsort((rows, -scores[rows]))[:count]
    return rows[order]


class _Coarse:
    """Vectors rounded to eight bits: a quarter of the memory to read for each question, and a bound on what rounding does.

    The inner product of a unit query with a vector differs from that with its rounded copy by no more than the length of
    what was rounded away (Cauchy-Schwarz); `slack` is the greatest of those lengths.
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        kind = faiss.ScalarQuantizer.QT_8bit_uniform
        self._index: Any = faiss.IndexScalarQuantizer(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        self._index.train(vectors)
        self._index.add(vectors)
        lost = 0.0
        for start in range(0, len(vectors), _BLOCK):
            block = vectors[start : start + _BLOCK]
            rest = block - self._index.reconstruct_n(start, len(block))
            lost = max(lost, float(np.einsum("ij,ij->i", rest, rest).max()))
        self.slack = lost**0.5 + _ARITHMETIC

    def search(self, queries: NDArray[np.float32], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Rounded inner products and rows of the first `k`, best first, shape (queries, k)."""
        scores, rows = self._index.search(np.ascontiguousarray(queries), k)
        return scores, rows

    def above(self, query: NDArray[np.float32], least: float) -> NDArray[np.int64]:
        """All rows, ascending, whose rounded inner product is above `least`."""
        _, _, rows = self._index.range_search(query.reshape(1, -1), least)
        return np.sort(rows)
