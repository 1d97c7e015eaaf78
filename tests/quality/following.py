"""How soon another worker answers from what one has published, and what that costs the questions meanwhile:
`python -m tests.quality.following [CLAUSES] [--model HOME]`.

Two processes on one PostgreSQL, each with a home of its own, as on two machines: this one publishes, the other asks one
question after another. With `--model`, a home where the bundled model is unpacked, questions go through it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.ingest import ingest
from corpus.store import Store
from index.bench_answering import _questions
from index.embedding import load_embedder
from index.indexing import Indexer
from index.service import SearchService
from index.sharing import sharing_of
from tests.postgres import fresh_database, postgres_server
from tests.quality.ingesting import AtOnce
from tests.quality.many_clauses import write_directives
from tests.unit.small_library import WATER, put

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
QUIET_SECONDS = 20.0
ROUNDS = 4


class WithModel(AtOnce):
    """Passages at once; questions through the bundled model."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._model = load_embedder("bundled", home)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The model's own."""
        return self._model.embed_queries(texts)


def rss_mb() -> float:
    """Megabytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def answerer(url: str, home: Path, model: Path | None) -> None:
    """The other worker: asks without a pause, and prints what it sees, until its input ends."""
    embedder = WithModel(model) if model is not None else AtOnce()
    embedder.embed_queries(["khởi động"])
    store = Store.open(url)
    indexer = Indexer(home, lambda: embedder, sharing_of(store.database, home))
    service = SearchService.open(store, home, lambda: embedder, indexer)
    before, began, worked = rss_mb(), time.monotonic(), time.process_time()
    service.refresh()
    opened = {"opened_s": time.monotonic() - began, "opened_cpu_s": time.process_time() - worked}
    tell(opened | {"rss_before_mb": before, "rss_mb": rss_mb()})
    service.watch()
    questions = _questions(store)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    threading.Thread(target=_report, args=(service, ended), daemon=True).start()
    number = 0
    while not ended.is_set():
        state, began = service.state(), time.monotonic()
        service.ask(questions[number % len(questions)])
        number += 1
        took = time.monotonic() - began
        tell({"at": time.time(), "took": took, "following": state.behind > 0 or service.state().served != state.served})
    service.close()


def _report(service: SearchService, ended: threading.Event) -> None:
    """Tells the revision served, and the memory held, ten times a second."""
    while not ended.wait(0.05):
        tell({"at": time.time(), "served": service.state().served, "rss_mb": rss_mb()})


def tell(line: dict[str, Any]) -> None:
    """One line of JSON; whole, whichever thread says it."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def measure(server: str, folder: Path, clauses: int, model: Path | None) -> dict[str, Any]:
    """Publishes a few times and collects what the other worker saw."""
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(server, f"following{clauses}"))
        store = stack.enter_context(Store.open(url))
        embedder = AtOnce()
        indexer = Indexer(folder / "one", lambda: embedder, sharing_of(store.database, folder / "one"))
        ingest(write_directives(folder / "files", clauses), store, indexer)
        lines: list[dict[str, Any]] = []
        command = [sys.executable, "-m", "tests.quality.following", "--answer", url, str(folder / "other")]
        command += ["--model", str(model)] if model else []
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        reader = threading.Thread(target=lambda: lines.extend(map(json.loads, child.stdout or ())), daemon=True)
        reader.start()
        while not any("took" in line for line in list(lines)):
            time.sleep(0.1)
        time.sleep(QUIET_SECONDS)
        builds, builds_cpu, after_change, after_publishing = [], [], [], []
        for number in range(ROUNDS):
            changed = time.time()
            put(store, nuoc=WATER.replace("45-KH/TU", f"{45 + number}-KH/TU"))
            began, worked = time.time(), time.process_time()
            generation = indexer.publish(store)
            published = time.time()
            builds.append(published - began)
            builds_cpu.append(time.process_time() - worked)
            revision = generation.manifest.corpus_revision
            while not (seen := [line["at"] for line in list(lines) if line.get("served") == revision]):
                time.sleep(0.05)
            after_change.append(min(seen) - changed)
            after_publishing.append(min(seen) - published)
            time.sleep(3)
        assert child.stdin is not None
        child.stdin.close()
        child.wait(30)
        reader.join(5)
    took = [(line["took"] * 1000, line["following"]) for line in lines if "took" in line]
    memory = [line["rss_mb"] for line in lines if "rss_mb" in line]
    opened = next(line for line in lines if "opened_s" in line)
    return {
        "clauses": clauses,
        "passages": generation.manifest.passages,
        "megabytes": round(sum(p.stat().st_size for p in generation.folder.iterdir()) / 1e6, 1),
        "build_and_share_s": [round(seconds, 2) for seconds in builds],
        "build_and_share_cpu_s": [round(seconds, 2) for seconds in builds_cpu],
        "served_after_change_s": [round(seconds, 2) for seconds in after_change],
        "served_after_publishing_s": [round(seconds, 2) for seconds in after_publishing],
        "first_fetched_and_opened_s": round(opened["opened_s"], 2),
        "first_fetched_and_opened_cpu_s": round(opened["opened_cpu_s"], 2),
        "rss_before_mb": round(opened["rss_before_mb"]),
        "rss_serving_mb": round(opened["rss_mb"]),
        "rss_highest_mb": round(max(memory)),
        "quiet_ms": _percentiles([ms for ms, following in took if not following]),
        "following_ms": _percentiles([ms for ms, following in took if following]),
    }


def _percentiles(values: list[float]) -> dict[str, float]:
    if not values:
        return {"questions": 0}
    p50, p95, most = np.percentile(values, [50, 95, 100])
    return {"questions": len(values), "p50": round(p50, 1), "p95": round(p95, 1), "max": round(most, 1)}


def main() -> None:
    """Prints a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clauses", nargs="?", type=int, default=10_000)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--answer", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.answer:
        answerer(chosen.answer[0], Path(chosen.answer[1]), chosen.model)
        return
    with tempfile.TemporaryDirectory() as folder, postgres_server() as server:
        print(json.dumps(measure(server, Path(folder), chosen.clauses, chosen.model)), flush=True)


if __name__ == "__main__":
    main()
