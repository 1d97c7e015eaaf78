"""The vector cache: embeds each wording once, survives damage and interruption."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.embedding import HashEmbedder
from index.vectors import VectorCache

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class CountingEmbedder(HashEmbedder):
    """Remembers what it was asked to embed, and can be told to fail after some texts."""

    def __init__(self, dimension: int = 32, *, fails_after: int | None = None) -> None:
        super().__init__(dimension)
        self.asked: list[str] = []
        self.fails_after = fails_after

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.fails_after is not None and len(self.asked) >= self.fails_after:
            raise RuntimeError("power cut")
        self.asked.extend(texts)
        return super().embed_passages(texts)


@pytest.fixture
def cache(tmp_path: Path) -> VectorCache:
    return VectorCache(tmp_path / "deep" / "vectors.sqlite")


def test_each_wording_is_embedded_once(cache: VectorCache) -> None:
    embedder = CountingEmbedder()
    cache.fetch(embedder, ["báo cáo", "kinh phí", "báo cáo"])
    cache.fetch(embedder, ["kinh phí", "giảm nghèo"])
    assert sorted(embedder.asked) == ["báo cáo", "giảm nghèo", "kinh phí"]


def test_vectors_come_in_the_order_of_the_texts(cache: VectorCache) -> None:
    texts = ["một hai ba bốn", "năm", "sáu bảy"]
    vectors = cache.fetch(CountingEmbedder(), texts)
    assert np.allclose(vectors, HashEmbedder(32).embed_passages(texts), atol=1e-3)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_a_warm_cache_gives_exactly_what_a_cold_one_gave(cache: VectorCache) -> None:
    texts = [f"nhiệm vụ số {n}" for n in range(20)]
    assert np.array_equal(cache.fetch(CountingEmbedder(), texts), cache.fetch(CountingEmbedder(), texts))


def test_models_do_not_share_vectors(cache: VectorCache) -> None:
    cache.fetch(CountingEmbedder(32), ["báo cáo"])
    other = CountingEmbedder(64)
    assert cache.fetch(other, ["báo cáo"]).shape == (1, 64)
    assert other.asked == ["báo cáo"]


@pytest.mark.parametrize("damage", [b"", b"\x00" * 64, b"\xff" * 64, b"\x00\x3c" * 3])
def test_a_damaged_vector_is_made_again(cache: VectorCache, damage: bytes) -> None:
    good = cache.fetch(CountingEmbedder(), ["báo cáo"])
    with closing(sqlite3.connect(cache.path)) as connection, connection:
        connection.execute("UPDATE vectors SET vector = ?", (damage,))
    embedder = CountingEmbedder()
    assert np.array_equal(cache.fetch(embedder, ["báo cáo"]), good)
    assert embedder.asked == ["báo cáo"]


def test_an_interrupted_run_keeps_the_batches_it_finished(cache: VectorCache) -> None:
    texts = [f"đoạn văn {n}" for n in range(400)]
    with pytest.raises(RuntimeError, match="power cut"):
        cache.fetch(CountingEmbedder(fails_after=256), texts)
    second = CountingEmbedder()
    cache.fetch(second, texts)
    assert len(second.asked) == 400 - 256


def test_progress_tells_how_much_is_left_to_embed(cache: VectorCache) -> None:
    told: list[tuple[int, int]] = []
    cache.fetch(CountingEmbedder(), [f"đoạn {n}" for n in range(200)], lambda done, todo: told.append((done, todo)))
    assert told == [(128, 200), (200, 200)]


def test_no_texts_give_no_vectors(cache: VectorCache) -> None:
    assert cache.fetch(CountingEmbedder(), []).shape == (0, 32)


def test_vectors_of_other_models_can_be_forgotten(cache: VectorCache) -> None:
    old, new = CountingEmbedder(64), CountingEmbedder(32)
    cache.fetch(old, ["báo cáo"])
    cache.fetch(new, ["báo cáo"])
    assert cache.forget_other_models(new) == 1
    cache.fetch(new, ["báo cáo"])
    assert new.asked == ["báo cáo"]
