"""The one line a cadre reads first, by kind of question, from the structured rows of the evidence; None when no row fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from corpus.text import collapse, comparable
from index.evidence import Evidence, TermWeights, constraint_fit, has_figures
from index.phrases import actors, number, target_line, task_line, term, when
from index.relevance import leads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corpus.store_records import StoredTarget, StoredTask
    from index.query import Query

CLOSE_ENOUGH = 0.38


@dataclass(frozen=True, slots=True)
class Headline:
    """The line, the evidence it stands on (an index into the list given) and the rows it states."""

    text: str
    evidence: int
    targets: tuple[StoredTarget, ...] = ()
    tasks: tuple[StoredTask, ...] = ()


def headline(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    """The best line the rows allow for this kind of question, or None when no row is close enough."""
    makers: dict[str, Sequence[Callable[[Query, Sequence[Evidence], TermWeights], Headline | None]]] = {
        "target": (_target, _rule),
        "compare": (_comparison, _target),
        "deadline": (_deadline,),
        "report": (_report, _duty),
        "responsibility": (_duty,),
        "rule": (_rule,),
    }
    for maker in makers.get(query.kind, ()):
        line = maker(query, evidence, weights)
        if line is not None:
            return line
    return None


def _rank_targets(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights
) -> list[tuple[float, int, StoredTarget]]:
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


def _target(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    ranked = _rank_targets(query, evidence[:3], weights)
    if not ranked or ranked[0][0] < CLOSE_ENOUGH:
        return None
    _close, at, best = ranked[0]
    if (
        weights.closeness(f"{best.indicator} {best.scope or ''} {best.quote}") < CLOSE_ENOUGH
        or term_fit(query, best) < 0
    ):
        return None
    return Headline(f"{target_line(best)}.", at, targets=(best,))


def _comparison(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    ranked = [row for row in _rank_targets(query, evidence[:5], weights) if row[2].value is not None]
    if len(ranked) < 2:
        return None
    _, at, first = ranked[0]
    for _, _, other in ranked[1:]:
        same_measure = first.unit == other.unit and other.value is not None
        same_indicator = comparable(other.indicator) == comparable(first.indicator)
        if same_measure and (same_indicator or other.quote == first.quote or other.path == first.path):
            pair = sorted((first, other), key=lambda t: (t.due or date.max, -(t.value or 0)))
            return Headline(f"{target_line(pair[0])}; {_lower(target_line(pair[1]))}.", at, targets=tuple(pair))
    return None


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _rank_tasks(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights
) -> list[tuple[float, int, StoredTask]]:
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


def _deadline(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    """The nearest duty or goal that has a time of its own."""
    choices: list[tuple[float, Headline]] = []
    for close, at, task in _rank_tasks(query, evidence[:2], weights):
        if said := when(task, query.today):
            action = collapse(task.action).strip(" .;,:")
            who = f"{', '.join(task.lead)}: " if task.lead else ""
            choices.append((close, Headline(f"{said[:1].upper()}{said[1:]} — {who}{action}.", at, tasks=(task,))))
            break
    for close, at, target in _rank_targets(query, evidence[:2], weights):
        if said := term(target):
            choices.append(
                (
                    close,
                    Headline(f"{said[:1].upper()}{said[1:]} — {_lower(target_line(target))}.", at, targets=(target,)),
                )
            )
            break
    choices = [(close, line) for close, line in choices if close >= CLOSE_ENOUGH * 2]
    return max(choices, key=lambda c: c[0])[1] if choices else None


def _report(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    for close, at, task in _rank_tasks(query, evidence[:2], weights):
        if task.report_to and close >= CLOSE_ENOUGH * 2:
            who = f"{', '.join(task.lead)} " if task.lead else ""
            line = f"{who}báo cáo {', '.join(task.report_to)}"
            line += f" (qua {', '.join(task.via)})" if task.via else ""
            if said := when(task, query.today):
                line += f"; {said}"
            return Headline(f"{line[:1].upper()}{line[1:]}.", at, tasks=(task,))
    return None


def _duty(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    ranked = [row for row in _rank_tasks(query, evidence[:2], weights) if row[2].lead]
    if not ranked or ranked[0][0] < CLOSE_ENOUGH * 2:
        return None
    _, at, task = ranked[0]
    return Headline(f"{actors(task)} — {_lower(task_line(task, query.today))}.", at, tasks=(task,))


def _rule(_query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    rules = [
        (weights.closeness(f"{rule.condition} {rule.consequence}") + item.probability, i, rule)
        for i, item in enumerate(evidence[:2])
        for rule in item.rules
    ]
    if not rules:
        return None
    close, at, rule = max(rules, key=lambda row: row[0])
    if close < CLOSE_ENOUGH * 2:
        return None
    condition, consequence = collapse(rule.condition).strip(" .;,"), collapse(rule.consequence).strip(" .;,")
    return Headline(f"{condition[:1].upper()}{condition[1:]} → {_lower(consequence)}.", at)
