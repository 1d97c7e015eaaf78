"""Learns the ranker's and the abstainer's weights from questions with known answers; leaves whole directives out to check.

    python -m index.training --home HOME --questions FILE... [--write]

HOME holds the directives the questions are about. A question line is gold format: id, doc, q, prev, kind, evidence; or, instead of evidence,
file and clauses (paths).
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from corpus.store import Store
from corpus.text import comparable
from index.abstention import Abstainer
from index.answers import Question
from index.embedding import load_embedder
from index.evidence import TermWeights
from index.near_misses import near_misses
from index.relevance import FEATURES, Ranker, features
from index.service import SearchService, Snapshot
from index.settling import without_asked_value
from index.signals import SIGNALS, signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corpus.store_records import StoredClause
    from index.candidates import View
    from index.embedding import Embedder
    from index.holdings import ReadableStore
    from index.query import Query

RANKER_PENALTY = 0.02
# What a careful reader would expect of each feature; learning moves away from it only as far as the questions insist.
PRIOR = {
    "whole_dense": 0.5, "part_dense": 0.5, "whole_lexical": 0.7, "part_lexical": 0.7,
    "focus_whole_dense": 1.0, "focus_part_dense": 1.0, "focus_whole_lexical": 1.0, "focus_part_lexical": 1.2,
    "clause_coverage": 1.0, "pair_coverage": 0.5, "context_coverage": 1.0, "synonym_coverage": 0.5, "local_coverage": 1.0,
    "year_in_clause": 0.7, "year_above": 0.6, "year_other": -0.5, "figures": 1.0, "units_in_clause": 0.5, "units_above": 0.2,
    "own_number": 2.0, "implemented": 0.7, "cited": 0.3, "kind_of_directive": 1.0, "issuer": 0.8, "place": 1.2, "signer": 2.0,
    "title": 0.5, "period": 0.7, "named_gap": 0.5, "directive_best": 0.3,
    "has_target": 0.4, "has_lead": 0.4, "has_time": 0.4, "has_report": 0.5, "has_rule": 0.6, "has_citation": 0.4,
    "heading": -2.5, "front": -1.2, "end": -1.2, "note": -0.5, "past": -1.0,
    "heading_for_list": 0.3, "front_for_document": 0.5, "end_for_document": 0.5,
    "subject_leads": 1.2, "others_lead": -0.7, "short": -0.2, "boilerplate": -0.2,
}  # fmt: skip
ABSTAIN_PENALTY = 0.001
# Unmet demands weigh from the start: few of the questions at hand show each of them.
ABSTAIN_PRIOR = {
    "top_share": 1.0, "margin": 0.5, "dense": 0.5, "part_dense": 1.0, "coverage": 1.0, "context_coverage": 1.0, "sentence_closeness": 0.5,
    "names_missing": -1.0, "contrast": -1.5, "contrast_in_sentence": -1.0,
    "year_missing": -1.2, "year_missing_in_sentence": -1.2, "period_other": -1.0, "month_missing": -0.7, "figure_missing": -0.7,
    "unit_missing_in_clause": -0.3, "unit_missing_in_directive": -1.5, "place_other": -2.5,
    "document_unknown": -2.0, "document_other": -0.7, "directive_gap": -2.0, "signer_other": -3.0,
    "row_closeness": 0.3, "row_of_other_year": -1.5,
    "lacks_in_sentence": -0.5, "lacks_in_clause": -0.5, "lacks_in_words": -0.5, "lacks_money": -1.5, "lacks_day": -1.0, "lacks_time": -1.0,
    "lacks_cadence": -1.5, "lacks_department": -1.5, "lacks_contact": -2.0,
    "measure_missing": -1.0, "measure_missing_in_sentence": -1.0, "thing_missing": -0.8, "thing_missing_in_sentence": -0.6,
    "state_missing": -1.2, "person_unnamed": -2.0, "members_missing": -1.5, "sanction_missing": -0.7,
}  # fmt: skip
MADE_WEIGHT = 0.3
EPOCHS = 400
ASKED_ON = date(2026, 11, 22)  # questions say "năm nay"; training on another day must give the same weights
WITHHELD = 0.05


@dataclass(frozen=True)
class Example:
    """One question with its candidates' features; `right` marks candidates that answer, `answering` are their keys.

    `made` is true of a near miss made from another question.
    """

    id: str
    doc: str
    answerable: bool
    query: Query
    views: Sequence[View]
    rows: NDArray[np.float32]
    right: NDArray[np.bool_]
    answering: tuple[str, ...]
    made: bool = False


def holds(text: str, evidence: str) -> bool:
    """True when at least 80 % of the evidence's words stand in `text`, as the scorer counts."""
    wanted = set(re.findall(r"\w+", comparable(evidence)))
    return bool(wanted) and len(wanted & set(re.findall(r"\w+", comparable(text)))) / len(wanted) >= 0.8


def examples(service: SearchService, snapshot: Snapshot, questions: Sequence[dict[str, Any]]) -> list[Example]:
    """Features of every question's candidates."""
    asked = service.understand(snapshot, [_asked(q) for q in questions])
    read = []
    for question, (query, views) in zip(questions, asked, strict=True):
        found = service.candidates(snapshot, views)
        rows = features(query, found, snapshot.holdings, snapshot.reader, service.idf(snapshot, query))
        right = np.array([_answers(question, snapshot.holdings.clauses[c.key]) for c in found], dtype=bool)
        answering = tuple(c.key for c, hit in zip(found, right, strict=True) if hit)
        doc = question.get("doc") or question["directive"] or "none"
        read.append(
            Example(question["id"], doc, question["kind"] != "unanswerable", query, views, rows, right, answering)
        )
    return _by_directive(read)


def _asked(question: dict[str, Any]) -> Question:
    return Question(question["q"], previous=question["prev"] or None, today=ASKED_ON)


def _by_directive(read: Sequence[Example]) -> list[Example]:
    """Examples grouped under the directive that most of their group's right clauses stand in, whatever the set is called.

    Two sets of questions over one directive must be left out together.
    """
    standing: dict[str, Counter[str]] = defaultdict(Counter)
    for example in read:
        standing[example.doc].update(key.partition("#")[0] for key in example.answering)
    return [replace(e, doc=standing[e.doc].most_common(1)[0][0] if standing[e.doc] else e.doc) for e in read]


def near_miss_examples(
    service: SearchService, snapshot: Snapshot, items: Sequence[Example], questions: Sequence[dict[str, Any]]
) -> list[Example]:
    """Unanswerable questions made from the answerable ones, each of the group of its original."""
    changed = [
        (item, question | {"q": miss.text})
        for item, question in zip(items, questions, strict=True)
        if item.answerable and question["kind"] not in {"document", "list"}
        for miss in near_misses(question["q"], item.answering, snapshot.holdings)
    ]
    asked = service.understand(snapshot, [_asked(question) for _, question in changed])
    nothing = np.zeros((0, len(FEATURES)), dtype=np.float32)
    none = np.zeros(0, dtype=bool)
    return [
        Example(item.id, item.doc, False, query, views, nothing, none, (), made=True)  # noqa: FBT003
        for (item, _), (query, views) in zip(changed, asked, strict=True)
    ]


def _answers(question: dict[str, Any], clause: StoredClause) -> bool:
    """A clause is right when it holds the evidence, or, for questions without one, when it is named in its file."""
    if "evidence" in question:
        return holds(clause.text, question["evidence"])
    return clause.directive == question["directive"] and clause.path in question["clauses"]


def learn_ranker(train: Sequence[Example], penalty: float = RANKER_PENALTY) -> Ranker:
    """Weights that put the right candidates' softmax share highest (listwise log-likelihood, L2 penalty around the prior)."""
    usable = [e for e in train if e.answerable and e.right.any()]
    prior = torch.tensor([PRIOR.get(name, 0.0) for name in FEATURES])
    weights = prior.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([weights], max_iter=EPOCHS, line_search_fn="strong_wolfe")
    rows = torch.tensor(np.concatenate([e.rows for e in usable]))
    right = torch.tensor(np.concatenate([e.right for e in usable]))
    question = torch.tensor(np.repeat(np.arange(len(usable)), [len(e.rows) for e in usable]))

    def log_total(scores: torch.Tensor, of: torch.Tensor) -> torch.Tensor:
        highest = torch.full((len(usable),), -torch.inf).scatter_reduce(0, of, scores.detach(), "amax")
        return highest + torch.log(torch.zeros(len(usable)).scatter_add(0, of, torch.exp(scores - highest[of])))

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        scores = rows @ weights
        likelihood = log_total(scores, question) - log_total(scores[right], question[right])
        value = likelihood.mean() + penalty * ((weights - prior) ** 2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return Ranker(weights.detach().numpy().astype(np.float32))


def signal_rows(
    service: SearchService, snapshot: Snapshot, ranker: Ranker, items: Sequence[Example]
) -> NDArray[np.float64]:
    """The abstainer's signals of each example under a ranker."""
    rows = []
    trial = service.with_ranker(ranker)
    for e in items:
        ranking = trial.rank(snapshot, e.query, e.views)
        evidence = trial.evidence(snapshot, ranking)
        judged = without_asked_value(e.query, evidence, ranking.weights)
        weights = TermWeights(judged, ranking.weights.idf)
        rows.append(signals(judged, evidence, ranking.candidates, snapshot.holdings, weights))
    return np.array(rows, dtype=np.float64)


def learn_abstainer(
    rows: NDArray[np.float64], right: NDArray[np.bool_], made: NDArray[np.bool_], penalty: float = ABSTAIN_PENALTY
) -> dict[str, float]:
    """Logistic weights for "the evidence answers"; questions `made` by a change weigh less; bias unpenalised."""
    x, y = torch.tensor(rows, dtype=torch.float64), torch.tensor(right, dtype=torch.float64)
    counts = torch.tensor(np.where(made, MADE_WEIGHT, 1.0), dtype=torch.float64)
    prior = torch.tensor([ABSTAIN_PRIOR.get(name, 0.0) for name in SIGNALS], dtype=torch.float64)
    weights = prior.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([weights], max_iter=EPOCHS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = (
            torch.nn.functional.binary_cross_entropy_with_logits(x @ weights, y, weight=counts)
            + penalty * ((weights - prior)[1:] ** 2).sum()
        )
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return {name: round(float(w), 4) for name, w in zip(SIGNALS, weights.detach(), strict=True)}


def main() -> None:
    """Train, cross-validate, report, and write the weights when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--write", action="store_true", help="replace the weights in index/data")
    arguments = parser.parse_args()
    questions = [
        json.loads(line)
        for path in arguments.questions
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    embedder = load_embedder("bundled", arguments.home)
    with Store.open(f"sqlite:///{arguments.home / 'chidao.db'}") as store:
        by_part = {(file.name, part): key for file in store.files() for part, key in enumerate(file.directives)}
        for question in questions:
            question["directive"] = by_part.get((question.get("file"), question.get("part")))
        service = untrained(store, arguments.home, embedder)
        report(service, service.refresh(), questions, arguments.write)


def untrained(store: ReadableStore, home: Path, embedder: Embedder) -> SearchService:
    """A service without weights, to read questions and find candidates with."""
    neutral = Ranker(np.zeros(len(FEATURES), dtype=np.float32))
    return SearchService(store, home, lambda: embedder, ranker=neutral, abstainer=Abstainer({}, 0.0))


def report(service: SearchService, snapshot: Snapshot, questions: Sequence[dict[str, Any]], write: bool) -> None:  # noqa: FBT001
    """Leave each directive out in turn, then learn from all."""
    asked = examples(service, snapshot, questions)
    reachable = np.mean([e.right.any() for e in asked if e.answerable])
    items = [*asked, *near_miss_examples(service, snapshot, asked, questions)]
    made = np.array([e.made for e in items])
    print(f"{len(asked)} questions, {made.sum()} near misses made; right clause among the candidates: {reachable:.3f}")  # noqa: T201
    left_out = leave_out(service, snapshot, items)
    answerable = np.array([e.answerable for e in items])
    print(f"left out, all: first {left_out.first:.3f}, first three {left_out.right[answerable].mean():.3f}")  # noqa: T201
    confidence, right = left_out.confidence, left_out.right
    threshold = best_threshold(confidence, right)
    print(  # noqa: T201
        f"threshold {threshold:.2f}: unanswerable refused {np.mean(confidence[~answerable & ~made] < threshold):.3f}, "
        f"made refused {np.mean(confidence[made] < threshold):.3f}, "
        f"answerable refused {np.mean(confidence[answerable] < threshold):.3f}"
    )
    for low in np.arange(0, 1, 0.2):
        inside = (confidence >= low) & (confidence < low + 0.2) & ~made
        if inside.any():
            print(f"  confidence {low:.1f}-{low + 0.2:.1f}: right {right[inside].mean():.2f} of {inside.sum()}")  # noqa: T201
    if write:
        ranker = learn_ranker(items)
        folder = Path(__file__).parent / "data"
        named = {name: round(float(w), 4) for name, w in zip(FEATURES, ranker.weights, strict=True)}
        _write(folder / "ranker.json", {"scale": 1.0, "weights": named})
        weights = learn_abstainer(left_out.rows, right, made)
        _write(folder / "abstention.json", {"threshold": round(threshold, 3), "weights": weights})


@dataclass(frozen=True)
class LeftOut:
    """What weights that never saw a question's directive make of it, one row a question.

    `rows` are the abstainer's signals, `right` whether a right clause is among the first three, `first` the share of
    answerable questions whose first clause is right; `rankers` and `abstainers` the weights by the directive left out.
    """

    rows: NDArray[np.float64]
    right: NDArray[np.bool_]
    confidence: NDArray[np.float64]
    first: float
    rankers: dict[str, Ranker]
    abstainers: dict[str, dict[str, float]]


def leave_out(service: SearchService, snapshot: Snapshot, items: Sequence[Example]) -> LeftOut:
    """Rank and judge every question by weights learned without its directive."""
    made = np.array([e.made for e in items])
    docs = np.array([e.doc for e in items])
    rows, right = np.zeros((len(items), len(SIGNALS))), np.zeros(len(items), dtype=bool)
    rankers: dict[str, Ranker] = {}
    firsts = 0.0
    for doc in sorted(set(docs)):
        rankers[doc] = learn_ranker([e for e in items if e.doc != doc])
        held = np.flatnonzero(docs == doc).tolist()
        rows[held] = signal_rows(service, snapshot, rankers[doc], [items[i] for i in held])
        for i in held:
            order = np.argsort(-rankers[doc].scores(items[i].rows), kind="stable")[:3]
            right[i] = items[i].answerable and bool(items[i].right[order].any())
            firsts += items[i].answerable and bool(items[i].right[order[:1]].any())
    confidence = np.zeros(len(items))
    abstainers: dict[str, dict[str, float]] = {}
    for doc in rankers:
        inside = docs == doc
        abstainers[doc] = learn_abstainer(rows[~inside], right[~inside], made[~inside])
        confidence[inside] = [Abstainer(abstainers[doc], 0.5).confidence(row) for row in rows[inside]]
    first = firsts / max(sum(e.answerable for e in items), 1)
    return LeftOut(rows, right, confidence, first, rankers, abstainers)


def best_threshold(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The highest threshold that withholds at most `WITHHELD` of the right answers (judged on directives left out)."""
    return float(np.quantile(confidence[right], WITHHELD))


def _write(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
