"""A generation built directive by directive, its clauses on a shelf, answers as one built at once from memory."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from corpus.errors import SearchIndexError
from corpus.ingest import ingest
from corpus.store import Store
from index import compressed, indexing, lexical
from index.answers import Question
from index.bulk import build_on_shelf
from index.dense_parts import CELLS
from index.embedding import HashEmbedder
from index.generations import current_generation
from index.holdings import Library
from index.indexing import Indexer, index_folder
from index.service import SearchService
from index.shelved_library import ShelvedLibrary
from index.vectors import VectorCache

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = ROOT / "tests" / "quality" / "samples"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    home = tmp_path_factory.mktemp("store")
    with Store.open(f"sqlite:///{home / 'chidao.db'}") as opened:
        ingest([ROOT / "corpus" / "samples"], opened, Indexer(home, HashEmbedder))
        yield opened


@pytest.fixture(scope="module")
def shelved(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("shelf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compressed, "_FEWEST", 8)
        patch.setattr(compressed, "_MOST", 16)
        patch.setattr("index.bulk.BLOCK", 400)
        return build_on_shelf(home, store, HashEmbedder(), VectorCache(home / "vectors.sqlite"))


@pytest.fixture
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways of a large index, with all of its cells looked into."""
    monkeypatch.setattr(compressed, "_FEWEST", 8)
    monkeypatch.setattr(compressed, "_MOST", 16)
    monkeypatch.setattr(lexical, "LARGE", 1)
    monkeypatch.setattr(lexical, "_OFTEN", 8)
    monkeypatch.setattr(indexing, "SHELVED_FROM", 1)


def test_a_shelf_holds_what_the_store_holds(store: Store, shelved: Any) -> None:
    library, kept = Library.read(store), shelved.holdings()
    assert isinstance(kept, ShelvedLibrary)
    assert kept.directives == library.directives
    assert dict(kept.clauses) == library.clauses
    assert {key: list(found) for key, found in kept.by_directive.items()} == library.by_directive
    assert {key: kept.children[key] for key in library.children} == library.children
    for name in ("targets", "tasks", "rules"):
        rows, held = getattr(library, name), getattr(kept, name)
        assert {key: held[key] for key in rows} == rows
        assert sum(len(found) for found in held.values()) == sum(len(found) for found in rows.values())
    assert kept.clauses.get("nothing#I.1") is None
    assert kept.tasks.get("nothing#I.1", ()) == ()


def test_tasks_are_found_by_the_names_in_them(store: Store, shelved: Any) -> None:
    library, kept = Library.read(store), shelved.holdings()

    def concerns(name: str) -> bool:
        return "Tài chính" in name

    found = list(library.tasks_naming(concerns))
    assert found
    assert sorted(t.id for t in kept.tasks_naming(concerns)) == sorted(t.id for t in found)


def test_tasks_of_some_directives_only_are_found_without_reading_the_others(store: Store, shelved: Any) -> None:
    library, kept = Library.read(store), shelved.holdings()
    within = {max(library.directives, key=lambda key: len(store.tasks(key)))}
    found = [t.id for t in library.tasks_naming(lambda _: True, within)]
    assert found
    assert found == [t.id for t in library.tasks_naming(lambda _: True) if t.directive in within]
    assert sorted(t.id for t in kept.tasks_naming(lambda _: True, within)) == sorted(found)


def test_whether_a_clause_is_on_the_shelf_is_known_without_reading_it(store: Store, shelved: Any) -> None:
    kept = shelved.holdings()
    read = shelved.shelf.record.cache_info().misses
    assert all(f"{clause.directive}#{clause.path}" in kept.clauses for clause in store.clauses())
    assert "nothing#I.1" not in kept.clauses
    assert shelved.shelf.record.cache_info().misses == read


def test_scores_of_some_passages_are_those_of_all_to_the_last_bit(shelved: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = ("Sở Tài chính chủ trì việc gì?", "chủ trì báo cáo trước ngày 31/12 hằng năm", "xyzzy")
    searches = [shelved.lexical_search(question) for question in questions]
    rows = np.random.default_rng(3).permutation(len(shelved))[:200]
    plain = [search.scores[rows] for search in searches]
    monkeypatch.setattr(lexical, "LARGE", 1)
    for own, other in zip(searches[0].of_each(searches, rows), plain, strict=True):
        assert np.array_equal(own, other)


def test_somebody_who_may_see_one_directive_finds_nothing_of_the_others_on_the_shelf(store: Store, shelved: Any) -> None:
    library = Library.read(store)
    one = frozenset([min(library.directives)])
    kept, part = shelved.holdings().only(one), library.only(one)
    assert dict(kept.clauses) == part.clauses
    assert kept.directives == part.directives
    other = next(key for key, clause in library.clauses.items() if clause.directive not in one)
    assert kept.clauses.get(other) is None
    assert kept.tasks.get(other, ()) == ()
    assert kept.children.get(other) is None
    assert not [t for t in kept.tasks_naming(lambda _: True) if t.directive not in one]
    mask = shelved.visible(one).rows
    assert [shelved.keys[row] for row in np.flatnonzero(mask)] == [k for k in shelved.keys if k.partition("#")[0] in one]


def test_the_words_are_counted_as_in_an_index_built_at_once(store: Store, shelved: Any, tmp_path: Path) -> None:
    whole = Indexer(tmp_path, HashEmbedder).publish(store)
    assert list(shelved.keys) == list(whole.keys)
    for own, other in ((shelved.lexical, whole.lexical), (shelved.folded_lexical, whole.folded_lexical)):
        assert own.numbers == other.numbers
        for part in ("pairs", "offsets", "rows", "weights"):
            assert np.array_equal(getattr(own, part), getattr(other, part)), part
    for part in ("counts", "pairs", "pair_counts"):
        assert np.array_equal(getattr(shelved.restorer, part), getattr(whole.restorer, part)), part


def test_questions_are_answered_from_the_shelf_as_from_memory(
    store: Store, tmp_path: Path, small_is_large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [
        Question(json.loads(line)["q"], today=TODAY)
        for path in sorted(QUESTIONS.glob("*/questions.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ][::3]
    service = SearchService.open(store, tmp_path / "shelf", HashEmbedder)
    from_shelf = service.ask_many(questions)
    assert service.refresh().generation.manifest.dense == CELLS.name
    monkeypatch.setattr(lexical, "LARGE", 10**9)
    monkeypatch.setattr(indexing, "SHELVED_FROM", 10**9)
    plain = SearchService.open(store, tmp_path / "memory", HashEmbedder).ask_many(questions)
    same = sum(a.headline == b.headline and a.citations == b.citations for a, b in zip(from_shelf, plain, strict=True))
    assert same >= 0.95 * len(questions)


def test_a_shelf_that_was_touched_is_refused(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "_FEWEST", 8)
    root = index_folder(tmp_path)
    generation = build_on_shelf(root, store, HashEmbedder(), VectorCache(tmp_path / "vectors.sqlite"))
    records = generation.folder / "shelf.records"
    records.write_bytes(records.read_bytes().replace(b"a", b"b", 1))
    with pytest.raises(SearchIndexError):
        current_generation(root)
