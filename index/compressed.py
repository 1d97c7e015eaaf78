"""Near passages among millions: FAISS cells of 8-bit copies find them, the whole vectors on disk put them in order.

Approximate in one way only: a passage in a cell that is not looked into is missed. `python -m tests.quality.scale` says how
many are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

from corpus.errors import SearchIndexError
from index.dense import best_rows
from index.disk_pages import about_to_read, mapped

if TYPE_CHECKING:
    import mmap
    from pathlib import Path

    from numpy.typing import NDArray

    from index.visible import Visible

VECTORS = "dense.vectors.f32"
CELLS = "dense.cells.faiss"
LOOKED_INTO = 48
"""Cells that a query looks into, of as many as four times the square root of the passages, within bounds."""
_FEWEST, _MOST = 256, 2048
_EXAMPLES = 48  # vectors a cell that its place is learned from
_LIKELY = 3
_SAMPLE = 2048
_BLOCK = 65_536
_SEED = 7


class CompressedIndex:
    """Vectors of passages by row number, on disk; see `index.dense.DenseIndex`, whose methods these are."""

    def __init__(self, pages: mmap.mmap, dimension: int, cells: Any) -> None:
        self._pages = pages
        vectors: NDArray[np.float32] = np.frombuffer(pages, dtype="<f4").reshape(-1, dimension)
        self._vectors = vectors
        self._cells = cells
        step = max(len(vectors) // _SAMPLE, 1)
        self._sample = np.ascontiguousarray(vectors[::step][:_SAMPLE])

    @classmethod
    def build(cls, folder: Path, dimension: int) -> CompressedIndex:
        """Makes the cells of the unit-norm vectors that stand in `folder` (`VECTORS`) already."""
        pages = mapped(folder / VECTORS)
        vectors = np.frombuffer(pages, dtype="<f4").reshape(-1, dimension)
        number = int(np.clip(2 ** round(np.log2(4 * max(len(vectors), 1) ** 0.5)), _FEWEST, _MOST))
        cells: Any = faiss.index_factory(vectors.shape[1], f"IVF{number},SQ8", faiss.METRIC_INNER_PRODUCT)
        cells.cp.seed, cells.cp.niter = _SEED, 6
        cells.cp.max_points_per_centroid = _EXAMPLES
        chosen = np.random.default_rng(_SEED).choice(len(vectors), min(len(vectors), _EXAMPLES * number), replace=False)
        cells.train(np.ascontiguousarray(vectors[np.sort(chosen)]))
        for start in range(0, len(vectors), _BLOCK):
            cells.add(np.ascontiguousarray(vectors[start : start + _BLOCK]))
        cells.nprobe = LOOKED_INTO
        faiss.write_index(cells, str(folder / CELLS))
        return cls(pages, dimension, cells)

    @classmethod
    def load(cls, folder: Path, *, size: int, dimension: int) -> CompressedIndex:
        """Opens what `build` made; raises SearchIndexError when it is not `size` vectors of `dimension`."""
        try:
            pages = mapped(folder / VECTORS)
            cells: Any = faiss.read_index(str(folder / CELLS), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        except (OSError, RuntimeError, ValueError) as error:
            raise SearchIndexError("Chỉ mục véc-tơ bị hỏng, không đọc được.") from error
        if cells.ntotal != size or len(pages) != 4 * size * dimension:
            raise SearchIndexError("Chỉ mục véc-tơ không khớp với bản kê.")
        return cls(pages, dimension, cells)

    @property
    def dimension(self) -> int:
        """Length of one vector."""
        return int(self._vectors.shape[1])

    def __len__(self) -> int:
        return len(self._vectors)

    def search(
        self, query: NDArray[np.float32], k: int, visible: Visible | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows and cosines of the best `k` passages found, best first; `visible` keeps what may be seen."""
        rows = self.nearest(query.reshape(1, -1), k, visible)[0]
        return rows, self.scores(query, rows)

    def nearest(
        self, queries: NDArray[np.float32], k: int, visible: Visible | None = None
    ) -> list[NDArray[np.int64]]:
        """For each query, rows of the `k` highest cosines found, highest first; `visible` keeps what may be seen."""
        parameters: Any = faiss.SearchParametersIVF()
        parameters.nprobe = self._cells.nprobe
        if visible is not None:
            bits = np.packbits(visible.rows, bitorder="little")
            parameters.sel = faiss.IDSelectorBitmap(len(visible.rows), faiss.swig_ptr(bits))
        asked = np.ascontiguousarray(queries, dtype=np.float32)
        _, likely = self._cells.search(asked, min(_LIKELY * k, len(self)) or 1, params=parameters)
        self._about_to_read(np.unique(likely[likely >= 0]))
        return [self._ordered(query, np.sort(rows[rows >= 0]), k) for query, rows in zip(queries, likely, strict=True)]

    def _ordered(self, query: NDArray[np.float32], rows: NDArray[np.int64], k: int) -> NDArray[np.int64]:
        return rows[best_rows(self._vectors[rows] @ query, k)]

    def scores(self, query: NDArray[np.float32], rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Cosine of the query with the given rows, or with every passage."""
        result: NDArray[np.float32] = (self._vectors if rows is None else self._read(rows)) @ query
        return result

    def _read(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Some vectors."""
        self._about_to_read(np.unique(rows))
        return self._vectors[rows]

    def _about_to_read(self, rows: NDArray[np.int64]) -> None:
        length = 4 * self.dimension
        about_to_read(self._pages, rows * length, (rows + 1) * length)

    def sample_scores(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `DenseIndex.sample_scores`."""
        result: NDArray[np.float32] = self._sample @ query
        return result

    def vectors_of(self, rows: NDArray[np.int64] | list[int]) -> NDArray[np.float32]:
        """A copy of the vectors of some rows, shape (rows, dimension)."""
        return self._read(np.asarray(rows, dtype=np.int64))
