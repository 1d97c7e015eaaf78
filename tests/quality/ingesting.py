"""What loading many clauses costs and where the time goes: `python -m tests.quality.ingesting [CLAUSES] [--model HOME]`.

On SQLite and on PostgreSQL. Passages get vectors without a model, at once; with `--model`, a home where the bundled model
is unpacked, its own pace is measured on a sample of the same passages.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.ingest import ingest
from corpus.reading import read_file
from corpus.store import Store
from corpus.store_engine import default_url
from index.embedding import load_embedder, unit_rows
from index.holdings import Library
from index.indexing import Indexer, library_passages
from index.sharing import sharing_of
from tests.postgres import fresh_database, postgres_server
from tests.quality.many_clauses import write_directives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

_SAMPLED = 512


class AtOnce:
    """An embedder that takes no time: seeded random unit vectors of the bundled model's size."""

    name = "at-once-384"
    dimension = 384

    def __init__(self) -> None:
        self._random = np.random.default_rng(7)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-norm rows that mean nothing."""
        return unit_rows(self._random.standard_normal((len(texts), self.dimension), dtype=np.float32))

    embed_queries = embed_passages


class Stopwatch:
    """Seconds by what was done, and how many of them this process was at work: other programs use the machine too."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.at_work: dict[str, float] = defaultdict(float)

    def timed(self, what: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, its time noted."""

        def watched(*arguments: Any, **named: Any) -> Any:
            with self.watching(what):
                return work(*arguments, **named)

        return watched

    @contextmanager
    def watching(self, what: str) -> Iterator[None]:
        """Notes how long the block takes."""
        began, worked = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[what] += time.perf_counter() - began
            self.at_work[what] += time.process_time() - worked


def measure(url: str, home: Path, paths: list[Path]) -> dict[str, Any]:
    """Loads the files, and what it cost."""
    watch, embedder = Stopwatch(), AtOnce()
    with Store.open(url) as store:
        indexer = Indexer(home, lambda: embedder, sharing_of(store.database, home))
        index = _Watched(indexer, watch)
        store.put = watch.timed("storing", store.put)  # type: ignore[method-assign]
        with watch.watching("whole"):
            reports = ingest(paths, store, index, read=watch.timed("reading", read_file))
        whole = watch.seconds.pop("whole")
        clauses = sum(report.clauses for report in reports)
        assert {report.status for report in reports} == {"stored"}, [r for r in reports if r.status != "stored"][:2]
        passages = len(library_passages(Library.read(store)))
    return {
        "clauses": clauses,
        "passages": passages,
        "files": len(paths),
        "seconds": round(whole, 1),
        "clauses_per_s": round(clauses / whole, 1),
        **{f"{what}_s": round(seconds, 1) for what, seconds in watch.seconds.items()},
        "cpu_s": {what: round(seconds, 1) for what, seconds in watch.at_work.items()},
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


class _Watched:
    """The index, its two steps timed."""

    def __init__(self, indexer: Indexer, watch: Stopwatch) -> None:
        self.prepare = watch.timed("keeping_vectors", indexer.prepare)
        self.publish = watch.timed("indexing", indexer.publish)


def pace_of_model(home: Path, paths: list[Path]) -> dict[str, float]:
    """Passages a second that the bundled model embeds, and how many passages a clause has."""
    from index.passages import passages_of

    read = [directive for path in paths[:8] for directive in read_file(path)]
    texts = [p.embed_text for d in read for p in passages_of("", d.metadata.title, d.clauses)]
    clauses = sum(len(directive.clauses) for directive in read)
    model = load_embedder("bundled", home)
    model.embed_passages(texts[:16])
    step = max(len(texts) // _SAMPLED, 1)
    sample = sorted(texts[::step][:_SAMPLED], key=len)
    watch = Stopwatch()
    with watch.watching("sample"):
        for start in range(0, len(sample), 128):
            model.embed_passages(sample[start : start + 128])
    return {
        "sampled": len(sample),
        "passages_a_clause": round(len(texts) / clauses, 2),
        "passages_per_s": round(len(sample) / watch.seconds["sample"], 1),
        "passages_per_cpu_s": round(len(sample) / watch.at_work["sample"], 1),
    }


def main() -> None:
    """Prints a line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clauses", nargs="?", type=int, default=10_000)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        paths = write_directives(folder / "files", chosen.clauses)
        if chosen.store != "postgresql":
            print(json.dumps({"store": "sqlite", **measure(default_url(folder / "one"), folder / "one", paths)}), flush=True)
        if chosen.store != "sqlite":
            server = stack.enter_context(postgres_server())
            url = stack.enter_context(fresh_database(server, "ingesting"))
            print(json.dumps({"store": "postgresql", **measure(url, folder / "two", paths)}), flush=True)
        if chosen.model is not None:
            print(json.dumps(pace_of_model(chosen.model, paths)), flush=True)


if __name__ == "__main__":
    main()
