"""Which structured rows of the evidence a question is about: closeness of words, years, figures and bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.row_words import number
from index.evidence import Evidence, TermWeights, constraint_fit, has_figures
from index.relevance import leads
from index.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.store_records import StoredTarget, StoredTask
    from index.query import Query

CLOSE_ENOUGH = 0.38


def rank_targets(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights
) -> list[tuple[float, int, StoredTarget]]:
    """Targets of the evidence as (closeness, index of the evidence, target), closest first."""
    ranked = []
    for i, item in enumerate(evidence):
        for target in item.targets:
            words = f"{target.indicator} {target.scope or ''} {target.unit or ''}"
            close = weights.closeness(words) + 0.3 * weights.closeness(target.quote) + term_fit(query, target)
            close += 0.5 * has_figures(query.figures, _figures_of(target)) + 0.5 * item.probability
            ranked.append((close, i, target))
    return sorted(ranked, key=lambda row: -row[0])


def _figures_of(target: StoredTarget) -> str:
    return " ".join(number(v) for v in (target.value, target.value_max) if v is not None)


def term_fit(query: Query, target: StoredTarget) -> float:
    """Whether the row's own term answers to the years asked: +0.8, or -1.5 when it is of other years."""
    if not query.years:
        return 0.0
    years = {int(y) for y in (target.period or ())} | ({target.due.year} if target.due else set())
    if not years:
        return 0.0
    if query.periods and target.period:
        return 0.8 if tuple(int(y) for y in target.period) in query.periods else -0.8
    if target.due and target.due.year in query.years:
        return 0.8
    inside = target.period and any(int(target.period[0]) <= y <= int(target.period[1]) for y in query.years)
    return 0.5 if inside else -1.5


def rank_tasks(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights
) -> list[tuple[float, int, StoredTask]]:
    """Tasks of the evidence as (closeness, index of the evidence, task), closest first; those of the asked body before others."""
    ranked = []
    for i, item in enumerate(evidence):
        for task in item.tasks:
            close = weights.closeness(f"{task.action} {task.product or ''}") + 0.4 * weights.closeness(task.quote)
            close += 0.3 * weights.coverage(" ".join((*task.lead, *task.report_to))) + item.probability
            if query.subject is not None:
                own, others = leads(query.subject, (task,))
                close += own - others
            close += 0.5 * constraint_fit(query, f"{task.quote} {task.due or ''}")
            ranked.append((close, i, task))
    return sorted(ranked, key=lambda row: -row[0])


def alike(one: str, other: str) -> float:
    """Share (0 to 1) of the syllables of two names that they have in common."""
    first, second = set(tokenize(one).sequence), set(tokenize(other).sequence)
    return len(first & second) / len(first | second) if first and second else 0.0
