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
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from corpus.store import Store
from corpus.text import comparable
from index.abstention import SIGNALS, Abstainer, signals
from index.answers import Question
from index.embedding import load_embedder
from index.relevance import FEATURES, Ranker, features
from index.service import EVIDENCE, SearchService, Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corpus.store_records import StoredClause
    from index.candidates import View
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
ABSTAIN_PENALTY = 0.004
ABSTAIN_PRIOR = {
    "top_share": 1.0, "margin": 0.5, "dense": 0.5, "part_dense": 1.0, "coverage": 1.0, "context_coverage": 1.0, "sentence_closeness": 0.5,
    "rarest_missing": -0.5, "year_missing": -1.0, "year_missing_in_sentence": -1.0, "figure_missing": -0.7, "unit_missing_in_clause": -0.3,
    "unit_missing_in_directive": -1.5, "place_other": -2.5, "document_unknown": -2.0, "document_other": -0.7, "directive_gap": -2.0,
    "row_closeness": 0.3, "row_of_other_year": -1.5, "lacks_in_sentence": -0.5, "lacks_in_clause": -0.5, "lacks_money": -1.5,
    "lacks_day": -1.0, "lacks_time": -1.0, "lacks_cadence": -1.5, "lacks_department": -1.5, "lacks_person": -2.0, "lacks_contact": -2.0,
}  # fmt: skip
EPOCHS = 400
WITHHELD = 0.05


@dataclass(frozen=True)
class Example:
    """One question with its candidates' features; `right` marks candidates that answer, `home` their directives."""

    id: str
    doc: str
    answerable: bool
    query: Query
    views: Sequence[View]
    rows: NDArray[np.float32]
    right: NDArray[np.bool_]
    home: tuple[str, ...]


def holds(text: str, evidence: str) -> bool:
    """True when at least 80 % of the evidence's words stand in `text`, as the scorer counts."""
    wanted = set(re.findall(r"\w+", comparable(evidence)))
    return bool(wanted) and len(wanted & set(re.findall(r"\w+", comparable(text)))) / len(wanted) >= 0.8


def examples(service: SearchService, snapshot: Snapshot, questions: Sequence[dict[str, Any]]) -> list[Example]:
    """Features of every question's candidates."""
    asked = service.understand(snapshot, [Question(q["q"], previous=q["prev"] or None) for q in questions])
    made = []
    for question, (query, views) in zip(questions, asked, strict=True):
        found = service.candidates(snapshot, views)
        rows = features(query, found, snapshot.holdings, snapshot.reader, service.idf(snapshot, query))
        right = np.array([_answers(question, snapshot.holdings.clauses[c.key]) for c in found], dtype=bool)
        answerable = question["kind"] != "unanswerable"
        home = tuple(snapshot.holdings.clauses[c.key].directive for c, hit in zip(found, right, strict=True) if hit)
        made.append(
            Example(question["id"], question.get("doc") or question["directive"] or "none", answerable, query, views, rows, right, home)
        )
    return _by_directive(made)


def _by_directive(made: Sequence[Example]) -> list[Example]:
    """Examples grouped under the directive that most of their group's right clauses stand in, whatever the set is called.

    Two sets of questions over one directive must be left out together.
    """
    standing: dict[str, Counter[str]] = defaultdict(Counter)
    for example in made:
        standing[example.doc].update(example.home)
    return [replace(e, doc=standing[e.doc].most_common(1)[0][0] if standing[e.doc] else e.doc) for e in made]


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
    data = [(torch.tensor(e.rows), torch.tensor(e.right)) for e in usable]

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        total = torch.zeros(())
        for rows, right in data:
            scores = rows @ weights
            total = total + torch.logsumexp(scores, 0) - torch.logsumexp(scores[right], 0)
        value = total / len(data) + penalty * ((weights - prior) ** 2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return Ranker(weights.detach().numpy().astype(np.float32))


def first_place(ranker: Ranker, test: Sequence[Example]) -> tuple[float, float]:
    """Shares of answerable questions whose best candidate, and whose best three, are right."""
    answerable = [e for e in test if e.answerable]
    first = third = 0
    for e in answerable:
        order = np.argsort(-ranker.scores(e.rows), kind="stable") if len(e.rows) else np.array([], dtype=int)
        first += bool(len(order) and e.right[order[0]])
        third += bool(len(order) and e.right[order[:3]].any())
    return first / max(len(answerable), 1), third / max(len(answerable), 1)


def signal_rows(
    service: SearchService, snapshot: Snapshot, ranker: Ranker, items: Sequence[Example]
) -> NDArray[np.float64]:
    """The abstainer's signals of each example under a ranker."""
    rows = []
    trial = service.with_ranker(ranker)
    for e in items:
        ranking = trial.rank(snapshot, e.query, e.views)
        evidence = trial.evidence(snapshot, ranking)
        rows.append(signals(e.query, evidence, ranking.candidates[:EVIDENCE], snapshot.holdings, ranking.weights))
    return np.array(rows, dtype=np.float64)


def learn_abstainer(
    rows: NDArray[np.float64], right: NDArray[np.bool_], penalty: float = ABSTAIN_PENALTY
) -> dict[str, float]:
    """Logistic weights for "the evidence answers", both outcomes weighing the same, bias unpenalised."""
    x, y = torch.tensor(rows, dtype=torch.float64), torch.tensor(right, dtype=torch.float64)
    prior = torch.tensor([ABSTAIN_PRIOR.get(name, 0.0) for name in SIGNALS], dtype=torch.float64)
    weights = prior.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([weights], max_iter=EPOCHS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = (
            torch.nn.functional.binary_cross_entropy_with_logits(x @ weights, y)
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
        neutral = Ranker(np.zeros(len(FEATURES), dtype=np.float32))
        service = SearchService(store, arguments.home, lambda: embedder, ranker=neutral, abstainer=Abstainer({}, 0.0))
        report(service, service.refresh(), questions, arguments.write)


def report(service: SearchService, snapshot: Snapshot, questions: Sequence[dict[str, Any]], write: bool) -> None:  # noqa: FBT001
    """Leave each directive out in turn, then learn from all."""
    items = examples(service, snapshot, questions)
    reachable = np.mean([e.right.any() for e in items if e.answerable])
    print(f"{len(items)} questions; right clause among the candidates: {reachable:.3f}")  # noqa: T201
    docs = sorted({e.doc for e in items})
    rows, right = np.zeros((len(items), len(SIGNALS))), np.zeros(len(items), dtype=bool)
    for doc in docs:
        ranker = learn_ranker([e for e in items if e.doc != doc])
        held = [i for i, e in enumerate(items) if e.doc == doc]
        first, third = first_place(ranker, [items[i] for i in held])
        rows[held] = signal_rows(service, snapshot, ranker, [items[i] for i in held])
        for i in held:
            order = np.argsort(-ranker.scores(items[i].rows), kind="stable")[:3]
            right[i] = items[i].answerable and bool(items[i].right[order].any())
        print(f"  without {doc:12s} first {first:.3f}  first three {third:.3f}  ({len(held)} questions)")  # noqa: T201
    overall = [(e, r) for e, r in zip(items, right, strict=True) if e.answerable]
    print(f"left out, all: first three {np.mean([r for _, r in overall]):.3f}")  # noqa: T201
    held_out = np.zeros(len(items))
    for doc in docs:
        inside = np.array([e.doc == doc for e in items])
        weights = learn_abstainer(rows[~inside], right[~inside])
        model = Abstainer(weights, 0.5)
        held_out[inside] = [model.confidence(row) for row in rows[inside]]
    answerable = np.array([e.answerable for e in items])
    threshold = best_threshold(held_out, right)
    print(  # noqa: T201
        f"threshold {threshold:.2f}: unanswerable refused {np.mean(held_out[~answerable] < threshold):.3f}, "
        f"answerable refused {np.mean(held_out[answerable] < threshold):.3f}"
    )
    for low in np.arange(0, 1, 0.2):
        inside = (held_out >= low) & (held_out < low + 0.2)
        if inside.any():
            print(f"  confidence {low:.1f}-{low + 0.2:.1f}: right {right[inside].mean():.2f} of {inside.sum()}")  # noqa: T201
    if write:
        ranker = learn_ranker(items)
        folder = Path(__file__).parent / "data"
        named = {name: round(float(w), 4) for name, w in zip(FEATURES, ranker.weights, strict=True)}
        _write(folder / "ranker.json", {"scale": 1.0, "weights": named})
        _write(folder / "abstention.json", {"threshold": round(threshold, 3), "weights": learn_abstainer(rows, right)})


def best_threshold(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The highest threshold that withholds at most `WITHHELD` of the right answers (judged on directives left out)."""
    return float(np.quantile(confidence[right], WITHHELD))


def _write(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
