"""Builds a generation of very many clauses, directive by directive, in memory that does not grow with their number.

What is found, how it is scored and what is quoted are as in a generation built at once, but for the cells of the dense
part (`index.compressed`) and the way common words are counted (`index.lexical`).
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.bulk_lexical import LexicalWriter
from index.compressed import VECTORS
from index.dense_parts import CELLS
from index.generations import Generation, Manifest, manifest_of, take_up
from index.passages import owner_key, passages_of
from index.shelf import ShelfWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from index.dense_parts import DensePlace
    from index.embedding import Embedder
    from index.holdings import ReadableStore
    from index.passages import Passage
    from index.vectors import Vectors

BLOCK = 50_000
"""Passages worked on at once."""


def build_on_shelf(
    root: Path,
    store: ReadableStore,
    embedder: Embedder,
    vectors: Vectors,
    *,
    progress: Callable[[int, int], None] | None = None,
    dense: DensePlace = CELLS,
) -> Generation:
    """Builds, verifies and makes current a generation of all that `store` holds; `progress` is told (directives, all).

    Raises:
        SearchIndexError: the written files do not verify.
        StoreError: the database fails.
        OSError: the disk is full, or cannot be written.
    """

    def fill(folder: Path) -> Manifest:
        size, owners = _write(folder, store, embedder, vectors, progress)
        written = np.memmap(folder / VECTORS, dtype="<f4", mode="r").reshape(size, embedder.dimension)
        dense.build(folder, written, owners)
        if dense is not CELLS:
            (folder / VECTORS).unlink()
        return manifest_of(folder, embedder, size, store.revision(), dense)

    return take_up(root, fill, dense)


def _write(
    folder: Path,
    store: ReadableStore,
    embedder: Embedder,
    vectors: Vectors,
    progress: Callable[[int, int], None] | None,
) -> tuple[int, Sequence[int]]:
    """Everything but the dense part, whose vectors are left in the folder; the number of passages, and their directives."""
    shelf = ShelfWriter(folder)
    size = 0
    with (
        tempfile.TemporaryDirectory(dir=folder.parent, prefix=".blocks-") as scratch,
        (folder / VECTORS).open("wb") as kept,
    ):
        lexical = LexicalWriter(Path(scratch))
        for block in _blocks(store, shelf, progress):
            vectors.fetch(embedder, [passage.embed_text for passage in block]).astype("<f4").tofile(kept)
            lexical.add([passage.text for passage in block])
            size += len(block)
        shelf.close()
        lexical.finish(folder).save(folder)
    return size, shelf.owners()


def _blocks(
    store: ReadableStore, shelf: ShelfWriter, progress: Callable[[int, int], None] | None
) -> Iterator[list[Passage]]:
    """Passages in blocks of whole directives, which are put on the shelf on the way."""
    directives = store.directives()
    waiting: list[Passage] = []
    for done, directive in enumerate(directives, start=1):
        key = directive.key
        clauses = store.clauses(key)
        passages = list(passages_of(key, directive.title, clauses))
        rows = (store.targets(key), store.tasks(key), store.rules(key))
        shelf.add(directive, clauses, rows, Counter(owner_key(passage.key) for passage in passages))
        waiting += passages
        if len(waiting) >= BLOCK:
            yield waiting
            waiting = []
        if progress:
            progress(done, len(directives))
    if waiting:
        yield waiting
