"""Vectors by content in a PostgreSQL database that several machines share: what one has embedded no other embeds again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from index.tables import passage_vector
from index.vectors import completed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from corpus.database import Database
    from index.embedding import Embedder

_ASK_AT_ONCE = 1000


class SharedVectors:
    """See `index.vectors.Vectors`. Kept batch by batch, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fetch(
        self, embedder: Embedder, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """See `Vectors`.

        Raises:
            StoreError: the database fails.
        """
        model = embedder.name

        def keep(rows: Mapping[bytes, bytes]) -> None:
            self._keep(model, rows)

        return completed(embedder, texts, lambda digests: self._known(model, digests), keep, progress)

    def _known(self, model: str, digests: list[bytes]) -> dict[bytes, bytes]:
        columns = select(passage_vector.c.digest, passage_vector.c.vector).where(passage_vector.c.model == model)
        found: dict[bytes, bytes] = {}
        with self._database.reading() as connection:
            for start in range(0, len(digests), _ASK_AT_ONCE):
                asked = digests[start : start + _ASK_AT_ONCE]
                rows = connection.execute(columns.where(passage_vector.c.digest.in_(asked)))
                found.update({bytes(row.digest): bytes(row.vector) for row in rows})
        return found

    def _keep(self, model: str, rows: Mapping[bytes, bytes]) -> None:
        # In one order whoever writes: two workers that embed the same words must not wait for each other in a circle.
        values = [{"model": model, "digest": digest, "vector": rows[digest]} for digest in sorted(rows)]
        statement = insert(passage_vector)
        replacing = statement.on_conflict_do_update(
            index_elements=["model", "digest"], set_={"vector": statement.excluded.vector}
        )
        with self._database.writing() as connection:
            connection.execute(replacing, values)
