"""The way of a question, from words to a cited answer, over one immutable snapshot of store and index. Thread-safe."""

from __future__ import annotations

import copy
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from index.abstention import Abstainer, Verdict
from index.answering import abstain, compose, duties_answer, name_of, particulars_answer
from index.answers import Answer, Question, SearchHit
from index.asking import plan
from index.candidates import Candidate, View, find_candidates
from index.directive_lists import asked_rows, directive_rows_answer
from index.documents import DirectiveFit, fit
from index.duties import asked_unit, duties
from index.evidence import Evidence, TermWeights, gather
from index.indexing import Indexer
from index.mentions import narrow
from index.particulars import asked_particulars, particular
from index.passages import owner_key, plain
from index.query import Query, understand
from index.relevance import Ranker, features
from index.settling import without_asked_value
from index.signals import signals
from index.snapshots import Snapshot, Snapshots, State
from index.stages import stage
from index.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from corpus.store_records import StoredDirective
    from index.embedding import Embedder
    from index.holdings import Library, ReadableStore

__all__ = ["Ranking", "SearchService", "Snapshot", "directive_fits", "named_directives"]

CONSIDERED = 60
SLICE = 32
EVIDENCE = 6
NAMED_BY_TITLE = 0.4
OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class Ranking:
    """One question's candidates with their features and beliefs, best first."""

    query: Query
    candidates: tuple[Candidate, ...]
    probabilities: tuple[float, ...]
    weights: TermWeights


class SearchService:
    """Answers questions, each from one snapshot that it keeps to its end.

    Before each question the store's newest revision is taken up (`refresh`); after `watch` that happens beside the
    answers, which go on from the last whole snapshot.
    """

    def __init__(
        self,
        store: ReadableStore,
        home: Path,
        embedder: Callable[[], Embedder],
        *,
        ranker: Ranker,
        abstainer: Abstainer,
        indexer: Indexer | None = None,
    ) -> None:
        self._load_embedder = embedder
        self._ranker = ranker
        self._abstainer = abstainer
        self._snapshots = Snapshots(store, indexer or Indexer(home, embedder))

    @classmethod
    def open(
        cls, store: ReadableStore, home: Path, embedder: Callable[[], Embedder], indexer: Indexer | None = None
    ) -> SearchService:
        """A service with the shipped weights. `indexer`, when it is not the home's alone, shares with other workers."""
        return cls(store, home, embedder, ranker=Ranker.shipped(), abstainer=Abstainer.shipped(), indexer=indexer)

    def with_ranker(self, ranker: Ranker) -> SearchService:
        """The same service under other ranking weights, for training."""
        other = copy.copy(self)
        other._ranker = ranker  # noqa: SLF001 - of this very class
        return other

    def refresh(self) -> Snapshot:
        """Take up the store's newest revision now; the index is fetched or built when it is missing or behind."""
        return self._snapshots.newest()

    def watch(self) -> None:
        """From now on follow the store beside the answers; until `close`."""
        self._snapshots.watch()

    def close(self) -> None:
        """Stop following the store."""
        self._snapshots.close()

    def state(self) -> State:
        """What is served and how far that is behind; waits for nothing."""
        return self._snapshots.state()

    def ask(self, question: Question) -> Answer:
        """Answer one question."""
        return self.ask_many([question])[0]

    def ask_many(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer many questions, embedding them in batches; same order. Each sees only what its asker may see."""
        snapshot = self._snapshots.serving()
        answers: dict[int, Answer] = {}
        for within in dict.fromkeys(question.within for question in questions):
            numbers = [n for n, question in enumerate(questions) if question.within == within]
            found = self._ask(self._snapshots.seen(snapshot, within), [questions[n] for n in numbers])
            answers.update(zip(numbers, found, strict=True))
        return [answers[number] for number in range(len(questions))]

    def _ask(self, snapshot: Snapshot, questions: Sequence[Question]) -> list[Answer]:
        plans = [plan(question, snapshot.names) for question in questions]
        asked = [question for each in plans for question in each.questions]
        answers = iter(self._answers(snapshot, asked))
        return [each.settle([next(answers) for _ in each.questions]) for each in plans]

    def _answers(self, snapshot: Snapshot, questions: Sequence[Question]) -> list[Answer]:
        """Answers in order; while one slice is answered, a thread of its own reads and embeds the next ones."""
        slices = [questions[at : at + SLICE] for at in range(0, len(questions), SLICE)]
        answers: list[Answer] = []
        with ThreadPoolExecutor(1) as ahead:
            understood = [self.understand(snapshot, part) for part in slices[:1]]
            coming = [ahead.submit(self.understand, snapshot, part) for part in slices[1:]]
            for number, part in enumerate(slices):
                read = understood[0] if number == 0 else coming[number - 1].result()
                answers += [self._answer(snapshot, q, *found) for q, found in zip(part, read, strict=True)]
        return answers

    def understand(self, snapshot: Snapshot, questions: Sequence[Question]) -> list[tuple[Query, list[View]]]:
        """Each question read and put in two ways: whole, and without the words that only name a directive."""

        def restore(text: str) -> str:
            with stage("restore"):
                return snapshot.generation.restore(text)

        with stage("understand"):
            queries = [narrow(understand(q, restore), snapshot.names) for q in questions]
        texts = list(dict.fromkeys(text for q in queries for text in (q.text, q.focus)))
        with stage("embed"):
            vectors = dict(zip(texts, self._load_embedder().embed_queries(texts), strict=True)) if texts else {}
        return [
            (q, [View(" ".join([text, *q.expansions]), vectors[text]) for text in (q.text, q.focus)]) for q in queries
        ]

    def search(self, query: str, k: int = 10) -> list[SearchHit]:
        """The `k` clauses ranked best for a query, without answering."""
        snapshot = self._snapshots.serving()
        understood, views = self.understand(snapshot, [Question(query)])[0]
        ranking = self.rank(snapshot, understood, views)
        hits = []
        for candidate, probability in zip(ranking.candidates[:k], ranking.probabilities, strict=False):
            clause = snapshot.holdings.clauses[candidate.key]
            directive = snapshot.holdings.directives[clause.directive]
            hits.append(
                SearchHit(
                    directive.key,
                    directive.number,
                    directive.title,
                    clause.path,
                    plain(clause.heading),
                    clause.text,
                    probability,
                )
            )
        return hits

    def rank(self, snapshot: Snapshot, query: Query, views: Sequence[View]) -> Ranking:
        """Candidates of one question with the ranker's belief in each, best first."""
        idf = self.idf(snapshot, query)
        found = self.candidates(snapshot, views)
        snapshot.holdings.about_to_read(candidate.key for candidate in found)
        if not found:
            return Ranking(query, (), (), TermWeights(query, idf))
        with stage("features"):
            rows = features(query, found, snapshot.holdings, snapshot.reader, idf)
        with stage("rank"):
            probabilities = self._ranker.probabilities(rows)
            order = np.argsort(-probabilities, kind="stable")
        return Ranking(
            query,
            tuple(found[i] for i in order),
            tuple(float(probabilities[i]) for i in order),
            TermWeights(query, idf),
        )

    @staticmethod
    def candidates(snapshot: Snapshot, views: Sequence[View]) -> list[Candidate]:
        """Clauses of the snapshot worth ranking."""
        found = find_candidates(snapshot.generation, snapshot.rows, views, limit=CONSIDERED, visible=snapshot.visible)
        return [c for c in found if owner_key(c.key) in snapshot.holdings.clauses]

    @staticmethod
    def idf(snapshot: Snapshot, query: Query) -> dict[str, float]:
        """Rarity of the question's words among the passages, ln(1 + N / (1 + df))."""
        lexical = snapshot.generation.lexical
        rarity = {}
        for word in {*query.terms, *tokenize(query.text).sequence, *tokenize(query.original).sequence}:
            number = lexical.numbers.get(word)
            frequency = 0 if number is None else int(lexical.offsets[number + 1] - lexical.offsets[number])
            rarity[word] = math.log1p(lexical.size / (1 + frequency))
        return rarity

    def _answer(self, snapshot: Snapshot, question: Question, query: Query, views: Sequence[View]) -> Answer:
        ranking = self.rank(snapshot, query, views)
        if not ranking.candidates:
            return _nothing_found(question, query, empty=not snapshot.holdings.directives)
        resolved = query.text if query.follow_up else None
        with stage("answer"):
            said = self._said(snapshot, question, ranking)
        return replace(said, id=question.id, resolved=resolved)

    def _said(self, snapshot: Snapshot, question: Question, ranking: Ranking) -> Answer:
        """A list of duties, a directive's own particulars, or the best clauses: the first that the question asks."""
        query, library = ranking.query, snapshot.holdings
        today = question.today or datetime.now(OFFICE_ZONE).date()
        unit = asked_unit(query)
        if unit is not None:
            named = named_directives(query, library, ranking)
            found_duties = duties(query, unit, library, today, named)
            if found_duties.rows or query.units:
                return duties_answer(query, found_duties, library, today, f" theo {name_of(named[0])}" if named else "")
        if (wanted := asked_rows(query)) is not None and (named := named_directives(query, library, ranking)):
            rows = directive_rows_answer(query, wanted, named[0], library, today)
            if rows is not None:
                return rows
        evidence = self.evidence(snapshot, ranking)
        judged = without_asked_value(query, evidence, ranking.weights)
        values = signals(
            judged, evidence, ranking.candidates, library, TermWeights(judged, ranking.weights.idf)
        )
        verdict = self._abstainer.judge(query, values)
        if asked_particulars(query):
            found = particular(query, directive_fits(query, library, ranking), library)
            if found is not None and found.line and found.clause_keys:
                return particulars_answer(query, found, library, max(verdict.confidence, 0.6))
            if found is not None and found.missing:
                return abstain(
                    query, evidence, Verdict(abstain=True, confidence=0.2, missing=f"{', '.join(found.missing)} của {name_of(found.directive)}")
                )
        return compose(query, evidence, ranking.weights, verdict, library)

    @staticmethod
    def evidence(snapshot: Snapshot, ranking: Ranking) -> list[Evidence]:
        """The first few clauses with their best sentences and rows."""
        pairs = list(zip(ranking.candidates, ranking.probabilities, strict=True))[:EVIDENCE]
        with stage("rows"):
            return gather(ranking.query, pairs, snapshot.holdings, ranking.weights)


def directive_fits(query: Query, library: Library, ranking: Ranking) -> list[tuple[StoredDirective, DirectiveFit]]:
    """Directives by how well their particulars fit the question, belief in their clauses breaking ties; best first."""
    belief: dict[str, float] = {}
    for candidate, probability in zip(ranking.candidates, ranking.probabilities, strict=True):
        key = library.clauses[candidate.key].directive
        belief[key] = belief.get(key, 0.0) + probability
    rows = [(directive, fit(query, directive, ranking.weights.idf)) for directive in library.directives.values()]
    rows.sort(key=lambda row: (-row[1].own_number, -(row[1].total + belief.get(row[0].key, 0.0))))
    return rows


def named_directives(query: Query, library: Library, ranking: Ranking) -> list[StoredDirective] | None:
    """The directives a question limits itself to, best first; None when it names none that is stored."""
    if not (query.documents or query.document_kinds):
        return None
    fits = directive_fits(query, library, ranking)
    own = [directive for directive, particulars in fits if particulars.own_number > 0]
    if own:
        return own
    best, particulars = fits[0]
    told_apart = (
        particulars.signer or particulars.implemented or particulars.period > 0 or particulars.title >= NAMED_BY_TITLE
    )
    return [best] if particulars.kind > 0 and told_apart else None


def _nothing_found(question: Question, query: Query, *, empty: bool) -> Answer:
    said = "Văn bản đã nạp không nêu nội dung này" + (" (chưa có văn bản nào để tra)." if empty else ".")
    return Answer(question.text, query.kind, True, 0.0, said, said, id=question.id)  # noqa: FBT003
