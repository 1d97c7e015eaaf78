"""Keeps vectors by the content they were made of, so that only new wording is ever embedded; knows no index.

A small SQLite file beside the index. Losing it costs time, never correctness.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from index.embedding import Embedder, unit_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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


class VectorCache:
    """Vectors of passages keyed by (embedder name, SHA-256 of the text), stored as 16-bit floats.

    Rounding to 16 bits moves a cosine by less than 0.0005. Fresh and remembered vectors are rounded alike, so an index
    is the same whether the cache was warm or cold.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def fetch(
        self, embedder: Embedder, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit-norm vectors of passages, shape (texts, dimension); only unknown texts are embedded.

        They are embedded in order of length and committed in batches: a crash loses one batch at most. `progress` is
        told (done, to do) after each. Rows of another size than the model's are made again.
        """
        digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=60)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_SCHEMA)
            known = _read(connection, embedder, list(dict.fromkeys(digests)))
            missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
            todo = sorted(missing.items(), key=lambda item: len(item[1]))
            for start in range(0, len(todo), _COMMIT_EVERY):
                batch = todo[start : start + _COMMIT_EVERY]
                vectors = embedder.embed_passages([text for _, text in batch]).astype("<f2")
                rows = [(digest, vector.tobytes()) for (digest, _), vector in zip(batch, vectors, strict=True)]
                with connection:
                    connection.executemany(
                        "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", [(embedder.name, *row) for row in rows]
                    )
                known.update(rows)
                if progress:
                    progress(start + len(batch), len(todo))
        joined = b"".join(known[digest] for digest in digests)
        return unit_rows(np.frombuffer(joined, dtype="<f2").astype(np.float32).reshape(len(texts), embedder.dimension))

    def forget_other_models(self, embedder: Embedder) -> int:
        """Delete vectors of models no longer in use; the number deleted."""
        if not self.path.exists():
            return 0
        with closing(sqlite3.connect(self.path, timeout=60)) as connection, connection:
            connection.execute(_SCHEMA)
            return connection.execute("DELETE FROM vectors WHERE model <> ?", (embedder.name,)).rowcount


def _read(connection: sqlite3.Connection, embedder: Embedder, digests: list[bytes]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for start in range(0, len(digests), _ASK_AT_ONCE):
        asked = digests[start : start + _ASK_AT_ONCE]
        marks = ", ".join("?" * len(asked))
        query = f"SELECT digest, vector FROM vectors WHERE model = ? AND digest IN ({marks})"  # noqa: S608 (marks only)
        found.update(connection.execute(query, (embedder.name, *asked)))
    return {digest: vector for digest, vector in found.items() if _usable(vector, embedder.dimension)}


def _usable(vector: bytes, dimension: int) -> bool:
    """Of the model's size, finite and of length one: anything else is damage."""
    if not isinstance(vector, bytes) or len(vector) != dimension * 2:
        return False
    values = np.frombuffer(vector, dtype="<f2").astype(np.float32)
    return abs(float(values @ values) - 1.0) < 0.01
