"""Keeps the index in step with the store: embeds new clauses before anything is stored, then has a generation of the store.

A crash between the two is healed by `publish`, which is idempotent and cheap because vectors are kept by content. Of
several workers that lack the same generation one builds it; the others wait, and take it from their home or from what
workers share.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from corpus.errors import SearchIndexError, StoreError
from index.bulk import build_on_shelf
from index.dense_parts import CELLS, FLAT
from index.generation_folders import building, pointed
from index.generations import Generation, build_generation, current_generation, current_manifest
from index.holdings import Library, ReadableStore, held_still
from index.passages import Passage, passages_of
from index.sharing import Sharing, vectors_file, within_home

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.records import Directive
    from index.dense_parts import DensePlace
    from index.embedding import Embedder

__all__ = ["Indexer", "in_step", "index_folder", "library_passages", "vectors_file"]

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

SHELVED_FROM = 200_000
"""Clauses from which on a generation keeps them itself, on disk, instead of every worker in memory."""
_LOOKS_AGAIN = 0.2  # seconds between two looks at what another worker is building


def index_folder(home: Path) -> Path:
    """Where generations live under CHIDAO_HOME."""
    return home / "index"


class Indexer:
    """Prepares and publishes; holds the embedder, which is loaded on first use. May be used in any thread."""

    def __init__(self, home: Path, embedder: Callable[[], Embedder], sharing: Sharing | None = None) -> None:
        self._root = index_folder(home)
        self._embedder = embedder
        self._sharing = sharing or within_home(home)
        self._loaded: Generation | None = None  # what was last found or made current: no need to load it twice

    def prepare(self, directives: Sequence[Directive], progress: Progress | None = None) -> None:
        """Embed the passages of directives about to be stored, so that publishing them needs no model."""
        texts = [
            passage.embed_text
            for directive in directives
            for passage in passages_of("", directive.metadata.title, directive.clauses)
        ]
        if texts:
            self._sharing.vectors.fetch(self._embedder(), texts, progress)

    def publish(self, store: ReadableStore, progress: Progress | None = None) -> Generation:
        """Make current a generation of what the store holds now; nothing is done (or loaded) when it already is."""
        current = self._current()
        if current is not None and current.manifest.corpus_revision == store.revision() and not current.fallback_reason:
            return current
        return self.follow(store, progress)[1]

    def ready(self, revision: str) -> bool:
        """Whether a generation of this revision is there already, in the home or shared; looks, loads nothing."""
        manifest = current_manifest(self._root)
        model = self._embedder().name
        if manifest is not None and (manifest.corpus_revision, manifest.model) == (revision, model):
            return True
        return self._sharing.generations.find(revision, model) is not None

    def follow(self, store: ReadableStore, progress: Progress | None = None) -> tuple[Library, Generation]:
        """What the store holds, with a generation of the very same revision: found, fetched or built.

        Raises:
            SearchIndexError: what was built does not verify.
            StoreError: the database fails.
            OSError: the disk is full, or cannot be written.
        """
        model = self._embedder().name
        with building(self._root):
            while True:
                library = None if store.size() >= SHELVED_FROM else Library.read(store)
                revision = library.revision if library else store.revision()
                generation = self._found(revision, model)
                if generation is None:
                    with self._sharing.generations.turn(model) as mine:
                        if mine:  # another may have finished between the look and the turn
                            generation = self._found(revision, model) or self._build(store, library, progress)
                if generation is not None:
                    held = library or generation.holdings() or Library.read(store)
                    if held.revision == generation.manifest.corpus_revision:
                        return held, generation
                while generation is None and store.revision() == revision and not self._waited(revision, model):
                    pass

    def _waited(self, revision: str, model: str) -> bool:
        """True when it is worth looking again: the other worker has finished, or died."""
        time.sleep(_LOOKS_AGAIN)
        if self._sharing.generations.find(revision, model) is not None:
            return True
        with self._sharing.generations.turn(model) as free:
            return free

    def _found(self, revision: str, model: str) -> Generation | None:
        """A generation of this revision that need not be built; one that was shared is brought home."""
        generation = self._current()
        number = self._sharing.generations.find(revision, model)
        if generation is not None and in_step(generation, revision, model):
            if number is None:
                self._share(generation)
            return generation
        if number is None:
            return None
        try:
            self._loaded = self._sharing.generations.fetch(number, self._root)
        except SearchIndexError as error:
            log.warning("a shared generation was of no use: %s", error, extra={"action": "generation.refused"})
            return None
        log.info("a shared generation was fetched", extra={"action": "generation.fetched", "revision": revision})
        return self._loaded

    def _build(self, store: ReadableStore, library: Library | None, progress: Progress | None) -> Generation:
        embedder, vectors, dense = self._embedder(), self._sharing.vectors, self._sharing.dense
        if library is None:
            with held_still(store) as still:
                place = CELLS if dense is FLAT else dense
                generation = build_on_shelf(self._root, still, embedder, vectors, progress=progress, dense=place)
        else:
            generation = build_generation(
                self._root,
                library_passages(library),
                embedder,
                vectors,
                corpus_revision=library.revision,
                progress=progress,
                dense=dense,
            )
        self._loaded = generation
        revision = generation.manifest.corpus_revision
        log.info("a generation was built", extra={"action": "generation.built", "revision": revision})
        self._share(generation)
        return generation

    def _share(self, generation: Generation) -> None:
        """Give it to the others; should that fail, this worker has it all the same and the others build their own."""
        try:
            self._sharing.generations.keep(generation)
        except (StoreError, OSError) as error:
            log.warning("a generation could not be shared: %s", error, extra={"action": "generation.unshared"})

    def _current(self) -> Generation | None:
        """The current generation of this home, loaded once; None when there is none or none that verifies."""
        loaded = self._loaded
        if loaded is None or loaded.fallback_reason or pointed(self._root) != loaded.folder.name:
            loaded = self._loaded = _usable(self._root, self._sharing.dense)
        return loaded


def _usable(root: Path, dense: DensePlace) -> Generation | None:
    """The current generation, or None when there is none or none that verifies: it can always be built anew."""
    try:
        return current_generation(root, dense)
    except SearchIndexError:
        return None


def in_step(generation: Generation, revision: str, model: str) -> bool:
    """True when a generation was built from this store revision with this model."""
    manifest = generation.manifest
    return manifest.corpus_revision == revision and manifest.model == model and generation.fallback_reason is None


def library_passages(library: Library) -> list[Passage]:
    """Passages of everything in the library, each clause's own one after another."""
    return [
        passage
        for key, clause_keys in library.by_directive.items()
        for passage in passages_of(key, library.directives[key].title, [library.clauses[c] for c in clause_keys])
    ]
