"""Keeps vectors by the content they were made of, so that only new wording is ever embedded; knows no index.

Here in a small SQLite file beside the index; in the database for several machines (`index.shared_vectors`). Losing them
costs time, never correctness.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.embedding import Embedder, unit_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_COMMIT_EVERY = 128
_ASK_AT_ONCE = 500
_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL,
    digest BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model, digest)
) WITHOUT ROWID
"""


class Vectors(Protocol):
    """Vectors of passages by content, wherever they are kept."""

    def fetch(
        self, embedder: Embedder, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit-norm vectors of passages, shape (texts, dimension); only unknown texts are embedded.

        `progress` is told (done, to do) after each batch that was embedded.
        """


class VectorCache:
    """Vectors keyed by (embedder name, SHA-256 of the text), stored as 16-bit floats in one file of a home.

    Rounding to 16 bits moves a cosine by less than 0.0005. Fresh and remembered vectors are rounded alike, so an index
    is the same whether the cache was warm or cold.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def fetch(
        self, embedder: Embedder, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """See `Vectors`; committed batch by batch: a crash loses one at most. Rows of another size are made again."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=60)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_SCHEMA)

            def keep(rows: Mapping[bytes, bytes]) -> None:
                with connection:
                    connection.executemany(
                        "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                        [(embedder.name, *row) for row in rows.items()],
                    )

            return completed(embedder, texts, lambda digests: _read(connection, embedder, digests), keep, progress)

    def forget_other_models(self, embedder: Embedder) -> int:
        """Delete vectors of models no longer in use; the number deleted."""
        if not self.path.exists():
            return 0
        with closing(sqlite3.connect(self.path, timeout=60)) as connection, connection:
            connection.execute(_SCHEMA)
            return connection.execute("DELETE FROM vectors WHERE model <> ?", (embedder.name,)).rowcount


def completed(
    embedder: Embedder,
    texts: Sequence[str],
    known: Callable[[list[bytes]], Mapping[bytes, bytes]],
    keep: Callable[[Mapping[bytes, bytes]], object],
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """Vectors of all texts: what is `known` of their SHA-256 digests, and the rest embedded and handed to `keep`.

    They are embedded in order of length and kept in batches. Vectors go in and out as little-endian 16-bit floats; of
    those known, what is not a unit vector of the model's size is made again.
    """
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
    found = known(list(dict.fromkeys(digests)))
    vectors = {digest: vector for digest, vector in found.items() if _usable(vector, embedder.dimension)}
    missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in vectors}
    todo = sorted(missing.items(), key=lambda item: len(item[1]))
    for start in range(0, len(todo), _COMMIT_EVERY):
        batch = todo[start : start + _COMMIT_EVERY]
        embedded = embedder.embed_passages([text for _, text in batch]).astype("<f2")
        rows = {digest: vector.tobytes() for (digest, _), vector in zip(batch, embedded, strict=True)}
        keep(rows)
        vectors.update(rows)
        if progress:
            progress(start + len(batch), len(todo))
    joined = b"".join(vectors[digest] for digest in digests)
    return unit_rows(np.frombuffer(joined, dtype="<f2").astype(np.float32).reshape(len(texts), embedder.dimension))


def _read(connection: sqlite3.Connection, embedder: Embedder, digests: list[bytes]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for start in range(0, len(digests), _ASK_AT_ONCE):
        asked = digests[start : start + _ASK_AT_ONCE]
        marks = ", ".join("?" * len(asked))
        query = f"SELECT digest, vector FROM vectors WHERE model = ? AND digest IN ({marks})"  # noqa: S608 (marks only)
        found.update(connection.execute(query, (embedder.name, *asked)))
    return found


def _usable(vector: bytes, dimension: int) -> bool:
    """Of the model's size, finite and of length one: anything else is damage."""
    if not isinstance(vector, bytes) or len(vector) != dimension * 2:
        return False
    values = np.frombuffer(vector, dtype="<f2").astype(np.float32)
    return abs(float(values @ values) - 1.0) < 0.01
