"""The dense part of a generation as a protocol, and the one that FAISS keeps in a file of the generation's folder.

Another kind (a vector database) is a `DensePlace` here and its own module; what it writes into the folder is hashed into
the manifest and distributed with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from index.dense import DenseIndex

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_FILE = "dense.faiss"


class DensePart(Protocol):
    """Unit vectors of the passages by row number, searched by cosine."""

    @property
    def dimension(self) -> int: ...
    def __len__(self) -> int: ...
    def search(
        self, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]: ...
    def nearest(self, queries: NDArray[np.float32], k: int) -> list[NDArray[np.int64]]: ...
    def scores(self, query: NDArray[np.float32], rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]: ...
    def sample_scores(self, query: NDArray[np.float32]) -> NDArray[np.float32]: ...


class DensePlace(Protocol):
    """Where the dense part of a generation is kept. `name` stands in the manifest: another place's part is refused."""

    @property
    def name(self) -> str: ...

    def build(self, folder: Path, vectors: NDArray[np.float32]) -> None:
        """Keep unit-norm rows, shape (passages, dimension), for the generation that is being made in `folder`."""

    def load(self, folder: Path, *, size: int, dimension: int) -> DensePart:
        """What `build` kept; raises SearchIndexError when it is not `size` vectors of `dimension`."""


class FlatFile:
    """Exact search in memory, loaded from one file."""

    name = "flat"

    def build(self, folder: Path, vectors: NDArray[np.float32]) -> None:
        """See `DensePlace`."""
        DenseIndex.build(vectors).save(folder / _FILE)

    def load(self, folder: Path, *, size: int, dimension: int) -> DensePart:
        """See `DensePlace`."""
        return DenseIndex.load(folder / _FILE, size=size, dimension=dimension)


FLAT: DensePlace = FlatFile()
