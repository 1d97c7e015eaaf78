"""Index generations, by each engine: whole or refused, swapped by one pointer, searched as a snapshot."""

from __future__ import annotations

import json
import os
import shutil
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corpus.errors import SearchIndexError
from index import generations
from index.dense import DenseIndex
from index.dense_parts import FLAT
from index.embedding import HashEmbedder
from index.generations import Generation, build_generation, current_generation
from index.passages import Passage
from index.vectors import VectorCache
from index.visible import Visible

if TYPE_CHECKING:
    from pathlib import Path

    from index.dense_parts import DensePlace

TEXTS = {
    "a#I.1": "Sở Nội vụ báo cáo Ủy ban nhân dân tỉnh trước ngày 15/12 hằng năm.",
    "a#I.2": "Giảm tỷ lệ hộ nghèo bình quân 1,5% mỗi năm.",
    "b#1": "Sở Tài chính bố trí kinh phí thực hiện kế hoạch.",
    "b#2": "Đến năm 2027, 90% hồ sơ được giải quyết đúng hạn.",
}
EMBEDDER = HashEmbedder(64)


def _passages(texts: dict[str, str]) -> list[Passage]:
    return [Passage(key, text, text) for key, text in texts.items()]


@dataclass(frozen=True)
class Root:
    """Where the generations of a test stand, and its vectors."""

    folder: Path
    dense: DensePlace

    @property
    def pointer(self) -> Path:
        return self.folder / "current"

    def current(self) -> Generation | None:
        return current_generation(self.folder, self.dense)


def _build(root: Root, texts: dict[str, str] = TEXTS, revision: str = "1") -> Generation:
    cache = VectorCache(root.folder.parent / "vectors.sqlite")
    return build_generation(root.folder, _passages(texts), EMBEDDER, cache, corpus_revision=revision, dense=root.dense)


def _found(generation: Generation, query: str, **options: object) -> list[str]:
    vector = EMBEDDER.embed_queries([generation.restore(query)])[0]
    return [hit.key for hit in generation.search(query, vector, 10, **options)]


@pytest.fixture
def root(tmp_path: Path, dense: DensePlace) -> Root:
    return Root(tmp_path / "index", dense)


@pytest.fixture
def flat_root(tmp_path: Path) -> Root:
    """Of FAISS alone."""
    return Root(tmp_path / "index", FLAT)


def test_before_the_first_build_there_is_none(root: Root) -> None:
    assert root.current() is None


def test_the_manifest_says_what_the_generation_is_made_of(root: Root) -> None:
    manifest = _build(root, revision="r7").manifest
    assert (manifest.model, manifest.dimension, manifest.passages, manifest.corpus_revision) == ("hash-64", 64, 4, "r7")
    assert set(manifest.files) == set(_files(root)) - {"manifest.json"}


def test_a_built_generation_is_current_and_finds_the_passage(root: Root) -> None:
    _build(root)
    generation = root.current()
    assert generation is not None
    assert generation.keys == list(TEXTS)
    assert _found(generation, "báo cáo trước ngày nào")[0] == "a#I.1"


def test_both_scores_of_every_hit_are_the_real_ones(root: Root) -> None:
    generation = _build(root)
    query = "kinh phí năm 2027"
    vector = EMBEDDER.embed_queries([query])[0]
    dense, lexical = generation.dense_scores(vector), generation.lexical_search(query).scores
    hits = generation.search(query, vector, 10)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert hit.dense == pytest.approx(float(dense[hit.row]), abs=1e-6)
        assert hit.lexical == pytest.approx(float(lexical[hit.row]), abs=1e-6)
        assert 0 <= hit.score <= 1


def test_a_question_without_diacritics_finds_the_same_passage(root: Root) -> None:
    generation = _build(root)
    for query, bare in (("giảm hộ nghèo mỗi năm", "giam ho ngheo moi nam"), ("bố trí kinh phí", "bo tri kinh phi")):
        assert _found(generation, bare)[0] == _found(generation, query)[0]


def test_what_may_not_be_seen_is_not_found(root: Root) -> None:
    generation = _build(root)
    some = generation.visible(frozenset({"b"}))
    assert set(_found(generation, "báo cáo trước ngày 15/12", visible=some)) == {"b#1", "b#2"}
    assert _found(generation, "báo cáo", visible=Visible(np.zeros(4, dtype=bool), [])) == []


def test_the_passages_of_some_directives_are_told_from_the_others(root: Root) -> None:
    generation = _build(root)
    seen = generation.visible(frozenset({"b", "nothing"}))
    assert [key for key, own in zip(generation.keys, seen.rows, strict=True) if own] == ["b#1", "b#2"]
    assert seen.directives == [1]


def test_a_vector_of_another_model_is_refused(root: Root) -> None:
    with pytest.raises(SearchIndexError):
        _build(root).search("báo cáo", np.ones(8, dtype=np.float32), 3)


def test_a_generation_of_nothing_can_be_built_and_searched(root: Root) -> None:
    _build(root, {})
    generation = root.current()
    assert generation is not None
    assert len(generation) == 0
    assert _found(generation, "báo cáo") == []


def test_two_passages_with_one_key_are_refused(root: Root) -> None:
    twice = [*_passages(TEXTS), Passage("b#1", "khác", "khác")]
    with pytest.raises(SearchIndexError):
        build_generation(root, twice, EMBEDDER, VectorCache(root.folder.parent / "v"), corpus_revision="1")


def test_a_snapshot_outlives_newer_generations(root: Root) -> None:
    old = _build(root)
    for number in range(3):
        _build(root, {"c#1": f"Bản mới số {number}"})
    assert not old.folder.exists()
    assert _found(old, "báo cáo trước ngày 15/12")[0] == "a#I.1"


def test_the_two_generations_before_are_kept_and_older_ones_deleted(root: Root) -> None:
    names = []
    for number in range(5):
        _build(root, revision=str(number))
        names.append(root.pointer.read_text().strip())
    assert sorted(p.name for p in root.folder.glob("g*")) == names[-3:]


def test_leftovers_of_a_dead_build_are_swept_but_not_of_one_at_work(root: Root) -> None:
    _build(root)
    dead, alive = root.folder / "g0000-dead", root.folder / "g0001-alive"
    dead.mkdir()
    alive.mkdir()
    os.utime(dead, (0, 0))
    _build(root)
    assert not dead.exists()
    assert alive.exists()


def _files(root: Root) -> list[str]:
    folder = root.folder / root.pointer.read_text().strip()
    return sorted(path.name for path in folder.iterdir())


def test_any_altered_file_is_refused_in_favour_of_the_generation_before(root: Root) -> None:
    _build(root, revision="old")
    _build(root, {**TEXTS, "c#1": "Thêm một đoạn"}, revision="new")
    pristine = root.folder.parent / "pristine"
    shutil.copytree(root.folder, pristine)
    for name in _files(root):
        for damage in ("truncated", "flipped", "missing"):
            shutil.rmtree(root.folder)
            shutil.copytree(pristine, root.folder)
            path = root.folder / root.pointer.read_text().strip() / name
            data = path.read_bytes()
            if damage == "missing":
                path.unlink()
            elif damage == "truncated":
                path.write_bytes(data[: len(data) // 2])
            else:
                path.write_bytes(data[:-1] + bytes([data[-1] ^ 0xFF]))
            generation = root.current()
            assert generation is not None, (name, damage)
            assert generation.manifest.corpus_revision == "old", (name, damage)
            assert generation.fallback_reason, (name, damage)


def test_when_nothing_verifies_the_search_says_so(root: Root) -> None:
    generation = _build(root)
    for path in generation.folder.glob("dense.*"):
        path.write_bytes(b"torn")
    with pytest.raises(SearchIndexError):
        root.current()


@pytest.mark.parametrize("content", ["", "g-khong-co\n", "../elsewhere\n"])
def test_a_damaged_pointer_falls_back_to_a_whole_generation(root: Root, content: str) -> None:
    _build(root, revision="good")
    root.pointer.write_text(content)
    generation = root.current()
    assert generation is not None
    assert generation.manifest.corpus_revision == "good"


def test_an_index_of_another_tokenizer_is_refused(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    _build(root)
    monkeypatch.setattr(generations, "TOKENIZER_VERSION", "of tomorrow")
    with pytest.raises(SearchIndexError, match="phiên bản khác"):
        root.current()


def test_a_failed_build_leaves_the_old_generation_and_no_rubbish(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    _build(root, revision="old")

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(generations, "learn_restorer", fail)
    with pytest.raises(OSError, match="disk full"):
        _build(root, revision="new")
    generation = root.current()
    assert generation is not None
    assert generation.manifest.corpus_revision == "old"
    assert len(list(root.folder.glob("g*"))) == 1


def test_builds_at_the_same_time_do_not_break_each_other(root: Root) -> None:
    _build(root)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(4):
                _build(root, {**TEXTS, f"t{number}#{turn}": "Đoạn thêm"}, revision=f"{number}.{turn}")
                root.current()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test must see it
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    generation = root.current()
    assert generation is not None
    assert generation.fallback_reason is None
    assert _found(generation, "báo cáo trước ngày 15/12")[0] == "a#I.1"


def test_the_manifest_is_plain_json(root: Root) -> None:
    manifest = json.loads((_build(root).folder / "manifest.json").read_text(encoding="utf-8"))
    assert all(len(digest) == 64 for digest in manifest["files"].values())


def test_an_index_made_before_dense_parts_had_places_is_still_good(flat_root: Root) -> None:
    manifest = _build(flat_root).folder / "manifest.json"
    kept = json.loads(manifest.read_text(encoding="utf-8"))
    assert kept.pop("dense") == "flat"
    manifest.write_text(json.dumps(kept), encoding="utf-8")
    generation = flat_root.current()
    assert generation is not None
    assert _found(generation, "báo cáo trước ngày nào")[0] == "a#I.1"


class Elsewhere:
    """Vectors outside the folder, which only says where they are."""

    name = "elsewhere"

    def __init__(self) -> None:
        self.kept: dict[str, np.ndarray] = {}

    def build(self, folder: Path, vectors: np.ndarray, owners: list[int]) -> None:
        assert owners == [0, 0, 1, 1]
        self.kept[folder.name] = vectors
        (folder / "dense.json").write_text(json.dumps({"collection": folder.name}), encoding="utf-8")

    def load(self, folder: Path, *, size: int, dimension: int) -> DenseIndex:
        vectors = self.kept[json.loads((folder / "dense.json").read_text(encoding="utf-8"))["collection"]]
        assert vectors.shape == (size, dimension)
        return DenseIndex.build(vectors)


def test_the_dense_part_may_be_kept_in_another_place(flat_root: Root) -> None:
    elsewhere = Root(flat_root.folder, Elsewhere())
    _build(elsewhere)
    generation = elsewhere.current()
    assert generation is not None
    assert generation.manifest.dense == "elsewhere"
    assert "dense.json" in generation.manifest.files
    assert _found(generation, "báo cáo trước ngày nào")[0] == "a#I.1"
    with pytest.raises(SearchIndexError, match="elsewhere"):
        flat_root.current()


def test_the_same_generation_has_the_same_name_in_every_home(root: Root, tmp_path: Path) -> None:
    generation = _build(root)
    shutil.copytree(root.folder, tmp_path / "copy")
    copied = Root(tmp_path / "copy", root.dense).current()
    assert copied is not None
    assert copied.name == generation.name
    assert _build(root, {"c#1": "Khác"}).name != generation.name
