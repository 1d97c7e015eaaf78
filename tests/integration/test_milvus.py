"""Vectors in Milvus (milvus-lite, the same client): found and answered as with FAISS, and nothing searched that is gone."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

pytest.importorskip("milvus_lite", reason="milvus-lite is not installed (pip install chidao[test])")

from corpus.errors import SearchIndexError, SettingsError
from corpus.ingest import ingest
from corpus.store import Store
from index.answers import Question
from index.embedding import HashEmbedder
from index.generations import current_generation
from index.indexing import Indexer, index_folder
from index.milvus import ALIAS, Milvus
from index.service import SearchService
from index.sharing import within_home

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = ROOT / "tests" / "quality" / "samples"
TODAY = date(2026, 11, 22)
K = 10


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Milvus:
    return Milvus(str(tmp_path_factory.mktemp("milvus") / "vectors.db"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    home = tmp_path_factory.mktemp("store")
    with Store.open(f"sqlite:///{home / 'chidao.db'}") as opened:
        ingest([ROOT / "corpus" / "samples"], opened, Indexer(home, HashEmbedder))
        yield opened


@pytest.fixture(scope="module")
def both(store: Store, place: Milvus, tmp_path_factory: pytest.TempPathFactory) -> tuple[SearchService, SearchService]:
    here, there = tmp_path_factory.mktemp("faiss"), tmp_path_factory.mktemp("distant")
    distant = Indexer(there, HashEmbedder, within_home(there, place))
    return (
        SearchService.open(store, here, HashEmbedder),
        SearchService.open(store, there, HashEmbedder, distant),
    )


def asked() -> list[str]:
    return [
        json.loads(line)["q"]
        for path in sorted(QUESTIONS.glob("*/questions.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ][::2]


def top(service: SearchService, vector: Any, within: frozenset[str] | None = None) -> set[str]:
    generation = service.refresh().generation
    visible = generation.visible(within) if within is not None else None
    return {generation.keys[row] for row in generation.nearest(vector.reshape(1, -1), K, visible)[0]}


def test_the_ten_nearest_are_the_same(both: tuple[SearchService, SearchService]) -> None:
    vectors = HashEmbedder().embed_queries(asked())
    shared = [len(top(both[0], v) & top(both[1], v)) / max(len(top(both[0], v)), 1) for v in vectors]
    assert np.mean(shared) >= 0.99


def test_the_answers_are_the_same(both: tuple[SearchService, SearchService]) -> None:
    questions = [Question(text, today=TODAY) for text in asked()]
    assert both[0].ask_many(questions) == both[1].ask_many(questions)


def test_the_best_passages_are_the_same_with_their_scores(both: tuple[SearchService, SearchService]) -> None:
    """Also far down, where nothing is near any more."""
    generations = [service.refresh().generation for service in both]
    for text in asked()[::8]:
        vector = HashEmbedder().embed_queries([text])[0]
        here, there = (generation.search(text, vector, 60) for generation in generations)
        assert [hit.key for hit in here] == [hit.key for hit in there]
        assert [hit.score for hit in here] == pytest.approx([hit.score for hit in there], abs=1e-6)


def test_what_may_be_seen_is_asked_of_the_server(
    store: Store, both: tuple[SearchService, SearchService], place: Milvus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not left out of what it found afterwards; and the answers are those that FAISS gives to the same person."""
    keys = [directive.key for directive in store.directives()]
    sent: list[str] = []
    search = place._client.search

    def listening(*words: Any, **options: Any) -> Any:
        sent.append(options["filter"])
        return search(*words, **options)

    monkeypatch.setattr(place._client, "search", listening)
    numbers = {key: number for number, key in enumerate(dict.fromkeys(k.partition("#")[0] for k in both[1].refresh().generation.keys))}
    for within in (frozenset(keys[:1]), frozenset(keys[1::2])):
        questions = [Question(text, today=TODAY, within=within) for text in asked()[::6]]
        sent.clear()
        assert both[0].ask_many(questions) == both[1].ask_many(questions)
        assert set(sent) == {f"directive in {sorted(numbers[key] for key in within)}"}


def test_what_may_not_be_seen_is_not_found(store: Store, both: tuple[SearchService, SearchService]) -> None:
    one = frozenset([store.directives()[2].key])
    for vector in HashEmbedder().embed_queries(asked()[:10]):
        found = top(both[1], vector, one)
        assert found == top(both[0], vector, one)
        assert {key.partition("#")[0] for key in found} <= one


def test_the_alias_stands_on_the_newest_and_the_oldest_collections_go(store: Store, place: Milvus, tmp_path: Path) -> None:
    names = []
    for number in range(6):
        home = tmp_path / str(number)
        generation = Indexer(home, HashEmbedder, within_home(home, place)).publish(store)
        names.append(json.loads((generation.folder / "dense.collection.json").read_text())["collection"])
    client = place._client
    assert client.describe_alias(ALIAS)["collection_name"] == names[-1]
    kept = client.list_collections()
    assert names[-1] in kept
    assert names[0] not in kept
    assert len(kept) <= 4


def test_a_generation_whose_collection_is_gone_is_refused_and_built_anew(
    store: Store, place: Milvus, tmp_path: Path
) -> None:
    indexer = Indexer(tmp_path, HashEmbedder, within_home(tmp_path, place))
    generation = indexer.publish(store)
    collection = json.loads((generation.folder / "dense.collection.json").read_text())["collection"]
    place._client.drop_alias(ALIAS)
    place._client.drop_collection(collection)
    with pytest.raises(SearchIndexError, match="Milvus"):
        current_generation(index_folder(tmp_path), place)
    service = SearchService.open(
        store, tmp_path, HashEmbedder, Indexer(tmp_path, HashEmbedder, within_home(tmp_path, place))
    )
    assert service.ask(Question(asked()[0], today=TODAY)).headline


def test_a_server_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.milvus._TIMEOUT", 1.0)
    with pytest.raises(SettingsError, match="CHIDAO_INDEX_URL"):
        Milvus("http://127.0.0.1:9")
