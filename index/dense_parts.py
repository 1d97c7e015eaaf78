"""The dense part of a generation as a protocol, and the one that FAISS keeps in a file of the generation's folder.

Another kind (a vector database) is a `DensePlace` here and its own module; what it writes into the folder is hashed into
the manifest and distributed with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from index.compressed import VECTORS, CompressedIndex
from index.dense import DenseIndex

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from index.visible import Visible

_FILE = "dense.faiss"


class DensePart(Protocol):
    """Unit vectors of the passages by row number, searched by cosine."""

    @property
    def dimension(self) -> int: ...
    def __len__(self) -> int: ...
    def search(
        self, query: NDArray[np.float32], k: int, visible: Visible | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]: ...
    def nearest(
        self, queries: NDArray[np.float32], k: int, visible: Visible | None = None
    ) -> list[NDArray[np.int64]]: ...
    def scores(self, query: NDArray[np.float32], rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]: ...
    def sample_scores(self, query: NDArray[np.float32]) -> NDArray[np.float32]: ...


class DensePlace(Protocol):
    """Where the dense part of a generation is kept. `name` stands in the manifest: another place's part is refused."""

    @property
    def name(self) -> str: ...

    def build(self, folder: Path, vectors: NDArray[np.float32], owners: Sequence[int]) -> None:
        """Keep unit-norm rows, shape (passages, dimension), for the generation that is being made in `folder`.

        `owners` are the numbers of the passages' directives (`Visible.directives`).
        """

    def load(self, folder: Path, *, size: int, dimension: int) -> DensePart:
        """What `build` kept; raises SearchIndexError when it is not `size` vectors of `dimension`."""


class FlatFile:
    """Exact search in memory, loaded from one file."""

    name = "flat"

    def build(self, folder: Path, vectors: NDArray[np.float32], owners: Sequence[int]) -> None:  # noqa: ARG002 - see there
        """See `DensePlace`."""
        DenseIndex.build(vectors).save(folder / _FILE)

    def load(self, folder: Path, *, size: int, dimension: int) -> DensePart:
        """See `DensePlace`."""
        return DenseIndex.load(folder / _FILE, size=size, dimension=dimension)


class CellFiles:
    """Search among millions: 8-bit copies in cells, the vectors themselves on disk; see `index.compressed`."""

    name = "cells"

    def build(self, folder: Path, vectors: NDArray[np.float32], owners: Sequence[int]) -> None:  # noqa: ARG002 - see there
        """See `DensePlace`; vectors that stand in the folder already are not written again."""
        if not (folder / VECTORS).is_file():
            vectors.tofile(folder / VECTORS)
        CompressedIndex.build(folder, vectors.shape[1])

    def load(self, folder: Path, *, size: int, dimension: int) -> DensePart:
        """See `DensePlace`."""
        return CompressedIndex.load(folder, size=size, dimension=dimension)


FLAT: DensePlace = FlatFile()
CELLS: DensePlace = CellFiles()
