"""A store of as many clauses as are asked for, made up from the words of a few real directives; the same in every run.

Texts follow the neighbouring words of the real ones, so that words and pairs are as frequent as they are; outlines and
rows are those of the real directives over and over. Nothing is held but what is asked for.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import ChidaoError
from corpus.text import collapse
from index.embedding import unit_rows
from index.passages import passages_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corpus.store_records import StoredClause, StoredDirective, StoredRule, StoredTarget, StoredTask
    from index.embedding import Embedder
    from index.holdings import ReadableStore

_SEED = 20_300
_START = ""


class GeneratedStore:
    """At least `clauses` clauses: a real store's own first, then made-up directives."""

    def __init__(self, store: ReadableStore, clauses: int) -> None:
        self._store = store
        real = {directive.key: directive for directive in store.directives()}
        self._outlines: dict[str, list[StoredClause]] = {key: store.clauses(key) for key in real}
        self._outlines = {key: outline for key, outline in self._outlines.items() if outline}
        if not self._outlines:
            raise ChidaoError("Không có văn bản mẫu nào để đo.")
        self._next: dict[str, list[str]] = defaultdict(list)
        for outline in self._outlines.values():
            for clause in outline:
                for word, after in pairwise([_START, *clause.text.split(), _START]):
                    self._next[word].append(after)
        self._directives = list(real.values())
        self._source: dict[str, tuple[str, int]] = {}
        self._size = sum(map(len, self._outlines.values()))
        keys = list(self._outlines)
        for number in range(10**9):
            if self._size >= clauses:
                break
            source = keys[number % len(keys)]
            key = f"{source}-{number}"
            self._source[key] = (source, number)
            self._directives.append(replace(real[source], key=key, number=f"{number}/KH-HS"))
            self._size += len(self._outlines[source])

    def revision(self) -> str:
        """The real store's revision, and how much there is in all."""
        return f"{self._store.revision()}+{self._size}"

    def size(self) -> int:
        """See `ReadableStore`."""
        return self._size

    def directives(self) -> list[StoredDirective]:
        """Real ones first."""
        return self._directives

    def clauses(self, directive: str | None = None) -> list[StoredClause]:
        """The clauses of one directive; of all when none is named."""
        if directive is None:
            return [clause for each in self._directives for clause in self.clauses(each.key)]
        if directive not in self._source:
            return self._outlines.get(directive, [])
        source, number = self._source[directive]
        chance = random.Random(_SEED + number)
        return [self._made_up(clause, directive, chance) for clause in self._outlines[source]]

    def targets(self, directive: str | None = None) -> list[StoredTarget]:
        """The rows of the directive that lent its outline."""
        return self._rows("targets", directive)

    def tasks(self, directive: str | None = None) -> list[StoredTask]:
        """The rows of the directive that lent its outline."""
        return self._rows("tasks", directive)

    def rules(self, directive: str | None = None) -> list[StoredRule]:
        """The rows of the directive that lent its outline."""
        return self._rows("rules", directive)

    def _rows(self, kind: str, directive: str | None) -> list[Any]:
        if directive is None:
            return [row for each in self._directives for row in self._rows(kind, each.key)]
        source, number = self._source.get(directive, (directive, None))
        rows: list[Any] = getattr(self._store, kind)(source)
        return rows if number is None else [replace(row, directive=directive, id=f"{row.id}-{number}") for row in rows]

    def _made_up(self, clause: StoredClause, directive: str, chance: random.Random) -> StoredClause:
        words: list[str] = []
        word = _START
        for _ in clause.text.split():
            word = chance.choice(self._next[word])
            if word == _START:
                word = chance.choice(self._next[_START])
            words.append(word)
        text = collapse(" ".join(words))
        return replace(clause, directive=directive, text=text, heading=text[:80], segments=(text,), cells=())


class VectorsLikeReal:
    """Questions go through the model. Passages get seeded vectors about those of real passages, as near to one another:
    a model would take days over millions. `index.vectors.Vectors` too: nothing is kept, since nothing is dear."""

    def __init__(self, model: Embedder, store: ReadableStore) -> None:
        self._model = model
        self.name = f"bench/{model.name}"
        self.dimension = model.dimension
        texts = [
            passage.embed_text
            for directive in store.directives()
            for passage in passages_of(directive.key, directive.title, store.clauses(directive.key))
        ]
        self._real = model.embed_passages(texts)
        self._chance = np.random.default_rng(_SEED)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-norm rows, each between two of real passages, with a little of its own."""
        first, second = (self._real[self._chance.integers(0, len(self._real), len(texts))] for _ in range(2))
        share = self._chance.uniform(0.55, 0.95, (len(texts), 1)).astype(np.float32)
        own = self._chance.standard_normal((len(texts), self.dimension), dtype=np.float32) * (0.2 / self.dimension**0.5)
        return unit_rows(share * first + (1 - share) * second + own)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The model's own rows."""
        return self._model.embed_queries(texts)

    def fetch(self, embedder: Embedder, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
        """See `index.vectors.Vectors`."""
        del embedder, progress
        return self.embed_passages(texts)
