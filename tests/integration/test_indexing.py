"""The index kept in step with the store, by each engine: prepared before, published after, the same however often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus.reading import read_text
from corpus.records import Source
from index.embedding import HashEmbedder
from index.generations import current_generation
from index.holdings import Library
from index.indexing import Indexer, in_step, index_folder, library_passages
from index.passages import owner_key
from index.service import SearchService
from index.sharing import within_home
from tests.unit.small_library import SCHOOLS, WATER, indexer_in, open_store, put

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from corpus.store import Store
    from index.dense_parts import DensePlace


class CountingEmbedder(HashEmbedder):
    """Counts the passages it embeds."""

    def __init__(self) -> None:
        super().__init__(64)
        self.embedded = 0

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += len(texts)
        return super().embed_passages(texts)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        yield opened


def test_what_is_published_is_exactly_what_is_stored(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, nuoc=WATER, truong=SCHOOLS)
    generation = indexer_in(tmp_path, dense).publish(store)
    clauses = {f"{c.directive}#{c.path}" for c in store.clauses()}
    assert {owner_key(key) for key in generation.keys} == clauses
    store.remove("77-kh-ubnd-hoa-son-2025")
    generation = indexer_in(tmp_path, dense).publish(store)
    assert {owner_key(key) for key in generation.keys} == {k for k in clauses if k.startswith("45-")}


def test_publishing_again_changes_nothing(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, nuoc=WATER)
    indexer = indexer_in(tmp_path, dense)
    first = indexer.publish(store)
    assert indexer.publish(store).manifest == first.manifest
    assert in_step(first, store.revision(), HashEmbedder().name)


def test_asking_with_another_model_builds_the_index_anew(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, nuoc=WATER)
    indexer_in(tmp_path, dense).publish(store)
    other = Indexer(tmp_path, CountingEmbedder, within_home(tmp_path, dense))
    assert SearchService.open(store, tmp_path, CountingEmbedder, other).refresh().generation.manifest.model == "hash-64"


def test_what_was_prepared_is_not_embedded_again(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    model = CountingEmbedder()
    indexer = Indexer(tmp_path, lambda: model, within_home(tmp_path, dense))
    indexer.prepare(read_text(Source(WATER)))
    prepared = model.embedded
    assert prepared > 0
    put(store, nuoc=WATER)
    indexer.publish(store)
    assert model.embedded == prepared


def test_a_new_directive_embeds_only_its_own_clauses(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    model = CountingEmbedder()
    indexer = Indexer(tmp_path, lambda: model, within_home(tmp_path, dense))
    put(store, nuoc=WATER)
    indexer.publish(store)
    before = model.embedded
    put(store, truong=SCHOOLS)
    own = [p for p in library_passages(Library.read(store)) if p.key.startswith("77-")]
    indexer.publish(store)
    assert 0 < model.embedded - before <= len(own)


def test_an_empty_store_has_an_index_of_nothing(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    indexer_in(tmp_path, dense).publish(store)
    generation = current_generation(index_folder(tmp_path), dense)
    assert generation is not None
    assert list(generation.keys) == []
