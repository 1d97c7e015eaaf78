"""Keeps the index in step with the store: embeds new clauses before anything is stored, then builds a generation from the store.

A crash between the two is healed by `publish`, which is idempotent and cheap because vectors are kept by content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from corpus.errors import SearchIndexError
from index.generations import Generation, Passage, build_generation, current_generation
from index.holdings import Library, ReadableStore
from index.passages import passages_of
from index.vectors import VectorCache

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.records import Directive
    from index.embedding import Embedder

Progress = Callable[[int, int], None]


def index_folder(home: Path) -> Path:
    """Where generations live under CHIDAO_HOME."""
    return home / "index"


def vectors_file(home: Path) -> Path:
    """Where vectors are kept by content under CHIDAO_HOME."""
    return home / "vectors.sqlite"


class Indexer:
    """Prepares and publishes; holds the embedder, which is loaded on first use."""

    def __init__(self, home: Path, embedder: Callable[[], Embedder]) -> None:
        self._home = home
        self._embedder = embedder

    def prepare(self, directives: Sequence[Directive], progress: Progress | None = None) -> None:
        """Embed the passages of directives about to be stored, so that publishing them needs no model."""
        texts = [
            passage.embed_text
            for directive in directives
            for passage in passages_of("", directive.metadata.title, directive.clauses)
        ]
        if texts:
            VectorCache(vectors_file(self._home)).fetch(self._embedder(), texts, progress)

    def publish(self, store: ReadableStore, progress: Progress | None = None) -> Generation:
        """Make current a generation of exactly what the store holds now; nothing is done (or loaded) when it already is."""
        current = usable_generation(self._home)
        if current is not None and current.manifest.corpus_revision == store.revision() and not current.fallback_reason:
            return current
        return self.rebuild(store, progress)

    def rebuild(self, store: ReadableStore, progress: Progress | None = None) -> Generation:
        """Build a generation of what the store holds now, whatever is current."""
        library = Library.read(store)
        return build_generation(
            index_folder(self._home),
            library_passages(library),
            self._embedder(),
            VectorCache(vectors_file(self._home)),
            corpus_revision=library.revision,
            progress=progress,
        )


def usable_generation(home: Path) -> Generation | None:
    """The current generation, or None when there is none or none that verifies: it can always be built anew."""
    try:
        return current_generation(index_folder(home))
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
