"""The dense part of generations in Milvus: one collection a generation, an alias on the newest.

A generation names its own collection, so that what a worker searches never changes under it; the alias `chidao` says to
people and tools which one is current. Which passages may be seen is pushed down as a filter on the directive's number.
`milvus-lite` serves the same client from a file.
"""

from __future__ import annotations

import json
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import SearchIndexError, SettingsError
from index.dense import best_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index.visible import Visible

ALIAS = "chidao"
_PREFIX = "chidao_g"
_FILE = "dense.collection.json"
_SAMPLE_FILE = "dense.sample.npy"
_SAMPLE = 2048
_BATCH = 1000
_KEPT = 3
_TIMEOUT = 30.0
_EQUALS = 16
_MOST_FETCHED = 4096  # rows asked for in one query
EXACT_BELOW = 500_000
"""Passages up to which Milvus compares every vector; a graph (HNSW) leads through more."""
_EXACT: tuple[dict[str, Any], dict[str, Any]] = ({"index_type": "FLAT"}, {})
_BY_GRAPH: tuple[dict[str, Any], dict[str, Any]] = (
    {"index_type": "HNSW", "params": {"M": 24, "efConstruction": 200}},
    {"ef": 400},
)


class Milvus:
    """A Milvus server (`http://host:19530`) or a milvus-lite file, as a place for dense parts."""

    name = "milvus"

    def __init__(self, url: str) -> None:
        """Raises SettingsError when pymilvus is not installed, or nobody answers at `url`."""
        try:
            from pymilvus import MilvusClient  # noqa: PLC0415 - an extra
            from pymilvus.exceptions import MilvusException  # noqa: PLC0415
        except ImportError as error:
            raise SettingsError("CHIDAO_INDEX_URL cần gói pymilvus: hãy cài `chidao[milvus]`.") from error
        self._failure: type[Exception] = MilvusException
        try:
            self._client: Any = MilvusClient(url, timeout=_TIMEOUT)
        except (MilvusException, OSError, ValueError) as error:
            raise SettingsError(f"Không tới được Milvus ở CHIDAO_INDEX_URL: {_first_line(error)}") from error

    def build(self, folder: Path, vectors: NDArray[np.float32], owners: Sequence[int]) -> None:
        """See `DensePlace`. A collection of its own; it becomes the alias's, and the oldest ones go."""
        from pymilvus import DataType  # noqa: PLC0415

        name = f"{_PREFIX}{folder.name.lstrip('g').replace('-', '_')}_{uuid.uuid4().hex[:6]}"
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field("directive", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=int(vectors.shape[1]))
        index = self._client.prepare_index_params()
        kind, search = _EXACT if len(vectors) < EXACT_BELOW else _BY_GRAPH
        index.add_index("vector", metric_type="IP", **kind)
        with self._failing():
            self._client.create_collection(name, schema=schema, index_params=index)
            for start in range(0, len(vectors), _BATCH):
                block = np.asarray(vectors[start : start + _BATCH], dtype=np.float32)
                self._client.insert(
                    name,
                    [
                        {"row": start + n, "directive": int(owners[start + n]), "vector": vector}
                        for n, vector in enumerate(block)
                    ],
                )
            self._client.flush(name)
            self._client.load_collection(name)
            self._point(name)
        step = max(len(vectors) // _SAMPLE, 1)
        np.save(folder / _SAMPLE_FILE, np.ascontiguousarray(vectors[::step][:_SAMPLE]), allow_pickle=False)
        (folder / _FILE).write_text(json.dumps({"collection": name, "search": search}), encoding="utf-8")

    def load(self, folder: Path, *, size: int, dimension: int) -> InMilvus:
        """See `DensePlace`."""
        try:
            kept = json.loads((folder / _FILE).read_text(encoding="utf-8"))
            name, search = kept["collection"], kept["search"]
            sample = np.load(folder / _SAMPLE_FILE, allow_pickle=False)
        except (OSError, ValueError, KeyError) as error:
            raise SearchIndexError("Chỉ mục véc-tơ bị hỏng, không đọc được.") from error
        with self._failing():
            if not self._client.has_collection(name):
                raise SearchIndexError(f"Milvus không còn giữ tập véc-tơ {name} của chỉ mục này.")
            self._client.load_collection(name)
            count = int(self._client.query(name, filter="", output_fields=["count(*)"])[0]["count(*)"])
        if count != size or (len(sample) and sample.shape[1] != dimension):
            raise SearchIndexError("Chỉ mục véc-tơ không khớp với bản kê.")
        return InMilvus(self, name, search, sample, size=size, dimension=dimension)

    def _point(self, name: str) -> None:
        """The alias stands on this collection; of the older ones the newest few are kept for workers still on them."""
        aliases = self._client.list_aliases().get("aliases", [])
        (self._client.alter_alias if ALIAS in aliases else self._client.create_alias)(name, ALIAS)
        ours = sorted(c for c in self._client.list_collections() if c.startswith(_PREFIX))
        for old in ours[: -1 - _KEPT]:
            if old != name:
                with suppress(self._failure):  # of two that build at once, the other has dropped it
                    self._client.drop_collection(old)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Failures of the server as one sentence."""
        try:
            yield
        except (self._failure, OSError) as error:
            raise SearchIndexError(f"Milvus không làm được việc: {_first_line(error)}") from error

    def nearest(
        self, part: InMilvus, queries: NDArray[np.float32], k: int, visible: Visible | None
    ) -> list[list[dict[str, Any]]]:
        """Raw hits of each query, best first; only of directives that are visible."""
        within = f"directive in {visible.directives}" if visible is not None else ""
        with self._failing():
            found: list[list[dict[str, Any]]] = self._client.search(
                part.collection,
                data=[query.tolist() for query in queries],
                limit=k,
                filter=within,
                search_params={"metric_type": "IP", "params": part.search_options},
                output_fields=["row"],
            )
        return found

    def vectors(self, collection: str, rows: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """The vectors of some rows, by row."""
        found: dict[int, NDArray[np.float32]] = {}
        with self._failing():
            for start in range(0, len(rows), _MOST_FETCHED):
                asked = list(rows[start : start + _MOST_FETCHED])
                for hit in self._client.get(collection, ids=asked, output_fields=["row", "vector"]):
                    found[int(hit["row"])] = np.asarray(hit["vector"], dtype=np.float32)
        return found


class InMilvus:
    """The vectors of one generation, in its collection; see `index.dense_parts.DensePart`."""

    def __init__(
        self,
        place: Milvus,
        collection: str,
        search_options: dict[str, Any],
        sample: NDArray[np.float32],
        *,
        size: int,
        dimension: int,
    ) -> None:
        self._place = place
        self.collection = collection
        self.search_options = search_options
        self._size = size
        self._dimension = dimension
        self._sample = sample
        # One question put in two ways asks for the same rows twice; threads may take turns here, as a pair is replaced whole.
        self._fetched: tuple[NDArray[np.int64], NDArray[np.float32]] = (
            np.zeros(0, dtype=np.int64), np.zeros((0, dimension), dtype=np.float32)
        )  # fmt: skip

    @property
    def dimension(self) -> int:
        """Length of one vector."""
        return self._dimension

    def __len__(self) -> int:
        return self._size

    def search(
        self, query: NDArray[np.float32], k: int, visible: Visible | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See `DenseIndex.search`."""
        ((rows, _),) = self._found(query.reshape(1, -1), k, visible)
        scores = self.scores(query, rows)
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]

    def nearest(
        self, queries: NDArray[np.float32], k: int, visible: Visible | None = None
    ) -> list[NDArray[np.int64]]:
        """See `DenseIndex.nearest`: equals in order of row, which the server does not promise."""
        return [rows[best_rows(scores, k)] for rows, scores in self._found(queries, k, visible)]

    def _found(
        self, queries: NDArray[np.float32], k: int, visible: Visible | None
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """For each query the rows of the `k` nearest and a few more, ascending, with their cosines.

        Of passages that say the same, the server may leave out any at the end: with some more, those that stay are chosen here.
        """
        if not self._size:
            return [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)) for _ in queries]
        found = []
        for hits in self._place.nearest(self, queries, min(k + _EQUALS, self._size), visible):
            rows = np.array([int(hit["row"]) for hit in hits], dtype=np.int64)
            order = np.argsort(rows)
            found.append((rows[order], np.array([float(hit["distance"]) for hit in hits], dtype=np.float32)[order]))
        return found

    def scores(self, query: NDArray[np.float32], rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Cosine of the query with the given rows, or with every passage (for small collections)."""
        wanted = np.arange(self._size) if rows is None else rows
        if not len(wanted):
            return np.zeros(0, dtype=np.float32)
        asked, vectors = self._fetched
        if not np.array_equal(asked, wanted):
            vectors = self._fetch(wanted)
            self._fetched = wanted.copy(), vectors
        result: NDArray[np.float32] = vectors @ query
        return result

    def _fetch(self, wanted: NDArray[np.int64]) -> NDArray[np.float32]:
        held = self._place.vectors(self.collection, [int(row) for row in np.unique(wanted)])
        try:
            return np.stack([held[int(row)] for row in wanted])
        except KeyError as error:
            raise SearchIndexError(f"Milvus không còn giữ đủ véc-tơ của {self.collection}.") from error

    def sample_scores(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `DenseIndex.sample_scores`."""
        result: NDArray[np.float32] = self._sample @ query
        return result


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
