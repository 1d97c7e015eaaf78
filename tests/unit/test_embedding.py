"""Choosing and using an embedder, without any real model."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from corpus.errors import SettingsError
from index.embedding import HashEmbedder, SentenceTransformerEmbedder, load_embedder

if TYPE_CHECKING:
    from pathlib import Path


class WordTokenizer:
    """Splits on spaces and tells where each word stands."""

    is_fast = True

    def __call__(self, text: str, **_: Any) -> dict[str, list[tuple[int, int]]]:
        spans, at = [], 0
        for word in text.split(" "):
            spans.append((at, at + len(word)))
            at += len(word) + 1
        return {"offset_mapping": spans}


class FakeModel:
    """What the embedder uses of a SentenceTransformer; a text's vector counts its "a" and "b"."""

    max_seq_length = 40
    tokenizer = WordTokenizer()

    def __init__(self, prompts: dict[str, str]) -> None:
        self.prompts = prompts
        self.seen: list[str] = []
        self.inside = 0
        self.most_inside = 0

    def get_embedding_dimension(self) -> int:
        return 2

    def encode(self, texts: list[str], prompt: str, **_: Any) -> np.ndarray:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.seen.extend(prompt + text for text in texts)
        rows = np.array([[text.count("a") + 1e-3, text.count("b") + 1e-3] for text in texts], dtype=np.float32)
        self.inside -= 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _embedder(**prompts: str) -> tuple[SentenceTransformerEmbedder, FakeModel]:
    model = FakeModel(prompts)
    return SentenceTransformerEmbedder(model, "fake"), model  # type: ignore[arg-type]


def test_questions_and_passages_get_the_models_own_prompts() -> None:
    embedder, model = _embedder(query="query: ", document="", passage="passage: ")
    embedder.embed_queries(["a"])
    embedder.embed_passages(["b"])
    assert model.seen == ["query: a", "passage: b"]


def test_a_model_without_prompts_gets_none() -> None:
    embedder, model = _embedder()
    embedder.embed_queries(["a"])
    assert model.seen == ["a"]


def test_a_text_beyond_the_window_is_read_to_its_end() -> None:
    embedder, model = _embedder()
    vector = embedder.embed_passages(["a " * 20 + "b " * 60 + "c"])[0]
    assert len(model.seen) > 1
    assert max(len(window.split()) for window in model.seen) <= model.max_seq_length
    assert vector[1] > 0.5, "the end of the text must have a say"
    assert np.linalg.norm(vector) == pytest.approx(1.0)


def test_windows_cover_every_word() -> None:
    embedder, model = _embedder()
    text = " ".join(str(n) for n in range(100, 197))
    embedder.embed_passages([text])
    assert {word for window in model.seen for word in window.split()} == set(text.split())


def test_short_texts_are_embedded_whole_and_in_order() -> None:
    embedder, model = _embedder()
    rows = embedder.embed_passages(["a", "b", "a b"])
    assert model.seen == ["a", "b", "a b"]
    assert rows.argmax(axis=1).tolist()[:2] == [0, 1]


def test_no_texts_give_no_rows() -> None:
    embedder, _ = _embedder()
    assert embedder.embed_passages([]).shape == (0, 2)
    assert embedder.embed_queries([]).shape == (0, 2)


def test_threads_take_turns() -> None:
    embedder, model = _embedder()
    threads = [threading.Thread(target=embedder.embed_queries, args=(["a"] * 50,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert model.most_inside == 1


def test_hash_vectors_are_stable_unit_and_nearer_for_shared_words() -> None:
    embedder = HashEmbedder()
    a, b, c = embedder.embed_passages(["báo cáo hằng năm", "báo cáo hằng quý", "giá vật liệu xây dựng"])
    assert np.linalg.norm([a, b, c], axis=1) == pytest.approx([1, 1, 1])
    assert a @ b > a @ c
    assert np.array_equal(a, HashEmbedder().embed_queries(["báo cáo hằng năm"])[0])
    assert np.linalg.norm(embedder.embed_passages([""])[0]) == 1


def test_the_test_embedder_needs_no_model(tmp_path: Path) -> None:
    assert load_embedder("hash", tmp_path).name == "hash-256"


@pytest.mark.parametrize("setting", ["./khong-co", "/khong/co", "khong-co", "a/b/c"])
def test_a_folder_that_is_not_there_is_a_clear_error(setting: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CHIDAO_EMBEDDING"):
        load_embedder(setting, tmp_path)


def test_a_folder_without_a_model_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "readme.txt").write_text("nothing here", encoding="utf-8")
    with pytest.raises(SettingsError, match="CHIDAO_EMBEDDING"):
        load_embedder(str(tmp_path / "model"), tmp_path)


def test_a_model_that_hides_its_dimension_is_refused() -> None:
    with pytest.raises(SettingsError):
        SentenceTransformerEmbedder(SimpleNamespace(get_embedding_dimension=lambda: None), "odd")  # type: ignore[arg-type]
