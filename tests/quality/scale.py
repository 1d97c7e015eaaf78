"""Measures the index at a million clauses: building, memory, search (flat and in cells, with its recall), warm questions.

`python -m tests.quality.scale [CLAUSES] [--home FOLDER]` prints the figures as JSON; a home that holds such an index already
is not built again. Each part runs in a process of its own, so that its memory is its own; the real store is never touched.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

from corpus.ingest import ingest
from corpus.store import Store
from index.answers import Question
from index.bench_answering import TODAY, clause_questions
from index.bulk import build_on_shelf
from index.bundled import bundled_model
from index.compressed import VECTORS, CompressedIndex
from index.embedding import load_embedder
from index.generation_folders import pointed
from index.indexing import index_folder
from index.service import SearchService
from index.stages import STAGES, watching
from tests.quality.generated_store import GeneratedStore, VectorsLikeReal

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.embedding import Embedder

SAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "samples"
_QUESTIONS = 128
_TOP = 10
_WARMING = 48
_BLOCK = 100_000


@dataclass(frozen=True)
class _Setting:
    database: str
    home: Path
    load_model: Callable[[], Embedder]
    clauses: int


def bench_scale(
    database: str, home: Path, load_model: Callable[[], Embedder], clauses: int, progress: Callable[[str], None]
) -> dict[str, float]:
    """Figures for `clauses` clauses made up from the directives in `database`; `home` receives the index."""
    figures: dict[str, float] = {}
    built = () if pointed(index_folder(home)) else (_build,)
    parts: tuple[Callable[..., dict[str, float]], ...] = (*built, _flat, _cells, _questions)
    for part in parts:
        progress(f"{part.__name__.strip('_')}…")
        figures |= _apart(part, _Setting(database, home, load_model, clauses))
    return figures


def _apart(part: Callable[[_Setting], dict[str, float]], setting: _Setting) -> dict[str, float]:
    """What a part measures in a process of its own."""
    context = multiprocessing.get_context("fork")
    reading, writing = context.Pipe(duplex=False)

    def run() -> None:
        writing.send(part(setting))

    process = context.Process(target=run)
    process.start()
    writing.close()
    try:
        result: dict[str, float] = reading.recv()
    finally:
        process.join()
    return result


def _build(setting: _Setting) -> dict[str, float]:
    with Store.open(setting.database) as store:
        made_up = GeneratedStore(store, setting.clauses)
        like_real = VectorsLikeReal(setting.load_model(), store)
        began = time.perf_counter()
        generation = build_on_shelf(index_folder(setting.home), made_up, like_real, like_real)
        seconds = time.perf_counter() - began
        disk = sum(path.stat().st_size for path in generation.folder.iterdir())
    return {
        "clauses": made_up.size(),
        "directives": len(made_up.directives()),
        "passages": len(generation),
        "build_s": round(seconds, 1),
        "build_peak_mb": _memory()["VmHWM"],
        "index_on_disk_mb": round(disk / 2**20),
    }


def _flat(setting: _Setting) -> dict[str, float]:
    """Exact search over the same vectors in memory; the best rows are left for `_cells` to be held against."""
    model, home = setting.load_model(), setting.home
    queries = _query_vectors(setting.database, model)
    vectors = np.memmap(_folder(home) / VECTORS, dtype="<f4", mode="r").reshape(-1, model.dimension)
    index = faiss.IndexFlatIP(model.dimension)
    for start in range(0, len(vectors), _BLOCK):
        index.add(np.ascontiguousarray(vectors[start : start + _BLOCK]))
    del vectors
    before = _memory()["VmRSS"]
    found, times = _each(queries, lambda query: index.search(query.reshape(1, -1), _TOP)[1][0])
    np.save(home / "exact.npy", np.array(found))
    return {"flat_rss_mb": before, **_spread("flat", times)}


def _cells(setting: _Setting) -> dict[str, float]:
    model, home = setting.load_model(), setting.home
    queries = _query_vectors(setting.database, model)
    size = (_folder(home) / VECTORS).stat().st_size // (4 * model.dimension)
    before = _memory()["VmRSS"]
    index = CompressedIndex.load(_folder(home), size=size, dimension=model.dimension)
    index.nearest(queries[:_WARMING], _TOP)
    found, times = _each(queries, lambda query: index.nearest(query.reshape(1, -1), _TOP)[0])
    exact = np.load(home / "exact.npy")
    shared = [len(set(own[:_TOP]) & set(other)) / _TOP for own, other in zip(found, exact.tolist(), strict=True)]
    grown = round(_memory()["VmRSS"] - before, 1)
    return {"cells_rss_mb": grown, "cells_recall@10": round(float(np.mean(shared)), 4), **_spread("cells", times)}


def _questions(setting: _Setting) -> dict[str, float]:
    with Store.open(setting.database) as store:
        made_up = GeneratedStore(store, setting.clauses)
        embedder = _Named(setting.load_model())
        questions = clause_questions(store)[:_QUESTIONS]
        service = SearchService.open(made_up, setting.home, lambda: embedder)
        began = time.perf_counter()
        service.refresh()
        opening = time.perf_counter() - began
        for question in questions[:_WARMING]:
            service.ask(question)
        stages: dict[str, list[float]] = {name: [] for name in STAGES}
        asked, worked = [], []
        for question in questions[_WARMING:]:
            with watching() as watch:
                began, work_began = time.perf_counter(), time.process_time()
                service.ask(question)
                asked.append(time.perf_counter() - began)
                worked.append(time.process_time() - work_began)
            for name, seconds in stages.items():
                seconds.append(watch.seconds.get(name, 0.0))
        duty = _spread("duties", [_seconds(service, "Sở Tài chính phải làm những việc gì trong năm 2026?") for _ in range(3)])
    memory = _memory()
    return {
        "open_s": round(opening, 1),
        **_spread("ask", asked),
        **_spread("ask_processor", worked),
        **{f"{name}_p95_ms": round(float(np.percentile(values, 95)) * 1000, 1) for name, values in stages.items()},
        **duty,
        "ask_rss_anonymous_mb": memory["RssAnon"],
        "ask_rss_of_files_mb": memory["RssFile"],
        "ask_rss_mb": memory["VmRSS"],
    }


class _Named:
    """The model under the name that the made-up vectors were kept under."""

    def __init__(self, model: Embedder) -> None:
        self.name = f"bench/{model.name}"
        self.dimension = model.dimension
        self.embed_queries = model.embed_queries
        self.embed_passages = model.embed_passages


def _query_vectors(database: str, model: Embedder) -> np.ndarray[Any, np.dtype[np.float32]]:
    with Store.open(database) as store:
        return model.embed_queries([question.text for question in clause_questions(store)[:_QUESTIONS]])


def _each(queries: Any, work: Callable[[Any], Any]) -> tuple[list[Any], list[float]]:
    found, times = [], []
    for query in queries:
        began = time.perf_counter()
        found.append(work(query))
        times.append(time.perf_counter() - began)
    return found, times


def _seconds(service: SearchService, text: str) -> float:
    began = time.perf_counter()
    service.ask(Question(text, today=TODAY))
    return time.perf_counter() - began


def _spread(name: str, seconds: list[float]) -> dict[str, float]:
    return {f"{name}_p{p}_ms": round(float(np.percentile(seconds, p)) * 1000, 1) for p in (50, 95)}


def _folder(home: Path) -> Path:
    root = index_folder(home)
    return root / (pointed(root) or "-")


def _memory() -> dict[str, float]:
    """Megabytes of this process as Linux counts them."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return {
        name: round(int(value.split()[0]) / 1024, 1)
        for name, _, value in (line.partition(":") for line in lines)
        if value.strip().endswith("kB")
    }


class _StoreOnly:
    """An index for a store that is only read from."""

    def prepare(self, directives: object, progress: object = None) -> None:
        """Nothing to embed."""

    def publish(self, store: object, progress: object = None) -> None:
        """Nothing to search."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clauses", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or Path(scratch)
        home.mkdir(parents=True, exist_ok=True)
        database = f"sqlite:///{home / 'samples.db'}"
        with Store.open(database) as store:
            ingest([SAMPLES], store, _StoreOnly())
        bundled_model(home / "models")

        def load_model() -> Embedder:
            return load_embedder("bundled", home)

        figures = bench_scale(database, home, load_model, given.clauses, lambda said: print(said, file=sys.stderr))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
