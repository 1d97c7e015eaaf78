"""Measures what answering a question costs, stage by stage, on a library of its own; the real store is never touched.

Every figure is a ratio or stands beside the time of embedding the question alone in the same run: machines differ.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import ChidaoError
from corpus.text import collapse
from index.answers import Question
from index.embedding import unit_rows
from index.passages import plain
from index.service import SearchService
from index.stages import STAGES, watching

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from corpus.store_records import StoredClause, StoredDirective, StoredRule, StoredTarget, StoredTask
    from index.embedding import Embedder
    from index.holdings import ReadableStore

_QUESTIONS = 40
_BATCH = 128
_SEED = 20_300
TODAY = date(2026, 6, 1)


class EnlargedStore:
    """A store's content, and behind it synthetic directives: its own outlines over again with their words shuffled."""

    def __init__(self, store: ReadableStore, clauses: int) -> None:
        self._store = store
        self._clauses = store.clauses()
        self._directives = store.directives()
        self._revision = f"{store.revision()}+{clauses}"
        if not self._clauses:
            raise ChidaoError("Không có văn bản mẫu nào để đo.")
        originals: dict[str, list[StoredClause]] = {}
        for clause in self._clauses:
            originals.setdefault(clause.directive, []).append(clause)
        words = [word for clause in self._clauses for word in clause.text.split()]
        shuffle = random.Random(_SEED)  # noqa: S311 - the same library in every run, no secret
        sources = [directive for directive in self._directives if directive.key in originals]
        number = 0
        while (missing := clauses - len(self._clauses)) > 0:
            source = sources[number % len(sources)]
            key = f"{source.key}-{number}"
            self._directives.append(replace(source, key=key, number=None))
            self._clauses.extend(_shuffled(clause, key, words, shuffle) for clause in originals[source.key][:missing])
            number += 1

    def revision(self) -> str:
        """The store's revision, and how much was added."""
        return self._revision

    def size(self) -> int:
        """See `ReadableStore`."""
        return len(self._clauses)

    def directives(self) -> list[StoredDirective]:
        """Real ones first."""
        return self._directives

    def clauses(self, directive: str | None = None) -> list[StoredClause]:
        """Real ones first."""
        return [c for c in self._clauses if directive in {None, c.directive}]

    def targets(self, directive: str | None = None) -> list[StoredTarget]:
        """The real ones."""
        return self._store.targets(directive)

    def tasks(self, directive: str | None = None) -> list[StoredTask]:
        """The real ones."""
        return self._store.tasks(directive)

    def rules(self, directive: str | None = None) -> list[StoredRule]:
        """The real ones."""
        return self._store.rules(directive)


def _shuffled(clause: StoredClause, directive: str, words: Sequence[str], shuffle: random.Random) -> StoredClause:
    text = collapse(" ".join(shuffle.choices(words, k=max(len(clause.text.split()), 1))))
    return replace(clause, directive=directive, text=text, heading=text[:80], segments=(text,), cells=())


class QuestionsOnly:
    """Questions go through the model. Passages get seeded random vectors: how long a search takes does not
    depend on what they mean, and a model would take an hour over a hundred thousand clauses."""

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self.name = f"bench/{model.name}"
        self.dimension = model.dimension
        self._random = np.random.default_rng(_SEED)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-norm rows that mean nothing."""
        return unit_rows(self._random.standard_normal((len(texts), self.dimension), dtype=np.float32))

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The model's own rows."""
        return self._model.embed_queries(texts)


def bench_answering(
    store: ReadableStore, model: Embedder, workdir: Path, *, clauses: int = 0, progress: Callable[[str], None] | None = None
) -> dict[str, float]:
    """Times, in milliseconds, of answering questions over `store` enlarged to at least `clauses` clauses.

    `workdir` receives the index. Raises ChidaoError when the store is empty.
    """
    tell = progress or (lambda _: None)
    enlarged = EnlargedStore(store, clauses)
    tell(f"Đang lập chỉ mục {len(enlarged.clauses())} mục…")
    embedder = QuestionsOnly(model)
    together = clause_questions(store)
    questions = together[:_QUESTIONS]
    with tempfile.TemporaryDirectory(dir=workdir) as home:
        service = SearchService.open(enlarged, Path(home), lambda: embedder)
        service.refresh()
        reopened = SearchService.open(enlarged, Path(home), lambda: embedder)
        _, opening = _timed(reopened.refresh)
        reopened.ask_many(questions)  # warm
        alone, asked, stages = _one_by_one(reopened, embedder, questions)
        _, batch = _timed(lambda: reopened.ask_many(together))
    median = float(np.median(asked))
    return {
        "clauses": len(enlarged.clauses()),
        "embed_p50_ms": _ms(np.median(alone)),
        "embed_p95_ms": _ms(np.percentile(alone, 95)),
        "ask_p50_ms": _ms(median),
        "ask_p95_ms": _ms(np.percentile(asked, 95)),
        "ask_to_embed": round(median / float(np.median(alone)), 2),
        **{f"{name}_p50_ms": _ms(np.median(values)) for name, values in stages.items()},
        "batch_questions_per_s": round(len(together) / batch, 1),
        "open_index_s": round(opening, 2),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _one_by_one(
    service: SearchService, embedder: QuestionsOnly, questions: Sequence[Question]
) -> tuple[list[float], list[float], dict[str, list[float]]]:
    """Seconds of embedding each question alone, of asking it, and of each stage. Taken by turns, against a busy machine."""
    alone: list[float] = []
    asked: list[float] = []
    stages: dict[str, list[float]] = {name: [] for name in STAGES}
    for question in questions:
        alone.append(_timed(lambda q=question: embedder.embed_queries([q.text]))[1])  # type: ignore[misc]
        asked.append(_timed(lambda q=question: service.ask(q))[1])  # type: ignore[misc]
        with watching() as watch:
            service.ask(question)
        for name, seconds in stages.items():
            seconds.append(watch.seconds.get(name, 0.0))
    return alone, asked, stages


def clause_questions(store: ReadableStore) -> list[Question]:
    """Questions made of the words of real clauses, the same in every run: eight to eighteen words and a question mark.

    No two are alike, or a batch would embed fewer than it answers: a small library gives fewer than `_BATCH`.
    """
    shuffle = random.Random(_SEED)  # noqa: S311
    clauses = [words for clause in store.clauses() if len(words := plain(clause.text).split()) >= 20]
    if not clauses:
        raise ChidaoError("Không có văn bản mẫu nào để đo.")
    asked: dict[str, None] = {}
    for _ in range(4 * _BATCH):
        words = shuffle.choice(clauses)
        first = shuffle.randint(0, len(words) - 18) if len(words) > 18 else 0
        text = f"{' '.join(words[first : first + shuffle.randint(8, 18)])} là bao nhiêu?"
        asked[text[0].upper() + text[1:]] = None
    return [Question(text, today=TODAY) for text in list(asked)[:_BATCH]]


def _ms(seconds: Any) -> float:
    return round(float(seconds) * 1000, 2)


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started
