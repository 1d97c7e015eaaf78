"""The one line a cadre reads first, by kind of question, from the structured rows of the evidence; None when no row fits."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from corpus.data_files import load_yaml
from corpus.row_words import capitalised, lowered, target_fact, target_line, task_line, term, when, without_time
from corpus.text import collapse, comparable
from index.answers import HEADLINE_LIMIT
from index.comparing import comparison, differing, over_time, side_by_side
from index.headline_records import Headline
from index.passages import clause_key
from index.row_ranking import CLOSE_ENOUGH, rank_targets, rank_tasks, term_fit
from index.settling import settled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corpus.store_records import StoredTask
    from index.evidence import Evidence, TermWeights
    from index.holdings import Library
    from index.query import Query

    Maker = Callable[[Query, Sequence[Evidence], TermWeights, Library], Headline | None]

__all__ = ["Headline", "headline", "term_fit"]

COMPARED = 5
ROOM_FOR_BODIES = 110  # characters of a headline that the bodies may take before they are counted instead of named


def headline(query: Query, evidence: Sequence[Evidence], weights: TermWeights, library: Library) -> Headline | None:
    """The best line the rows allow for this kind of question, or None when no row is close enough."""
    if (reply := settled(query, evidence, weights)) is not None:
        return reply
    if (line := comparison(query, evidence[:COMPARED], weights, library)) is not None:
        return line
    if query.kind in {"target", "compare"} and (found := differing(query, evidence, weights, library)):
        at, rows = found
        return Headline(side_by_side(rows, library), at, targets=rows)
    makers: dict[str, Sequence[Maker]] = {
        "target": (_target, _rule),
        "compare": (_target,),
        "deadline": (_deadline,),
        "report": (_report, _duty),
        "responsibility": (_duty,),
        "rule": (_rule,),
    }
    for maker in makers.get(query.kind, ()):
        line = maker(query, evidence, weights, library)
        if line is not None:
            return line
    return None


def _target(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights, library: Library
) -> Headline | None:
    ranked = rank_targets(query, evidence[:3], weights)
    if not ranked or ranked[0][0] < CLOSE_ENOUGH:
        return None
    _close, at, best = ranked[0]
    if (
        weights.closeness(f"{best.indicator} {best.scope or ''} {best.quote}") < CLOSE_ENOUGH
        or term_fit(query, best) < 0
    ):
        return None
    if query.kind == "target" and (line := over_time(query, best, library)) is not None and len(line.text) <= HEADLINE_LIMIT:
        return replace(line, evidence=at)
    return Headline(f"{target_fact(best, HEADLINE_LIMIT - 1)}.", at, targets=(best,))


def _deadline(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights, library: Library
) -> Headline | None:
    """The nearest duty or goal that has a time of its own."""
    choices: list[tuple[float, Headline]] = []
    for close, at, task in rank_tasks(query, evidence[:2], weights):
        said, rows = _times(task, query, library)
        if said:
            who = f"{named(task.lead)}: " if task.lead else ""
            line = f"{capitalised(said)} — {capitalised(who)}{without_time(task)}."
            choices.append((close, Headline(line, at, tasks=rows)))
            break
    for close, at, target in rank_targets(query, evidence[:2], weights):
        if said := term(target):
            line = f"{capitalised(said)} — {lowered(target_line(target))}."
            choices.append((close, Headline(line, at, targets=(target,))))
            break
    choices = [(close, line) for close, line in choices if close >= CLOSE_ENOUGH * 2]
    return max(choices, key=lambda c: c[0])[1] if choices else None


def _report(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights, library: Library
) -> Headline | None:
    for close, at, task in rank_tasks(query, evidence[:2], weights):
        if task.report_to and close >= CLOSE_ENOUGH * 2:
            line = f"báo cáo {', '.join(task.report_to)}"
            line += f" (qua {', '.join(task.via)})" if task.via else ""
            said, rows = _times(task, query, library)
            line += f"; {said}" if said else ""
            who = f"{named(task.lead)} " if task.lead else ""
            return Headline(f"{capitalised(who + line)}.", at, tasks=rows)
    return None


def _duty(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights, _library: Library
) -> Headline | None:
    ranked = [row for row in rank_tasks(query, evidence[:2], weights) if row[2].lead]
    if not ranked or ranked[0][0] < CLOSE_ENOUGH * 2:
        return None
    _, at, task = ranked[0]
    coop = f"; phối hợp: {named(task.coop)}" if task.coop else ""
    who = f"{capitalised(named(task.lead))}{coop}"
    return Headline(f"{who} — {lowered(task_line(task, query.today))}.", at, tasks=(task,))


def _times(task: StoredTask, query: Query, library: Library) -> tuple[str, tuple[StoredTask, ...]]:
    """When a duty is due, in words, with the rows that say so.

    A sentence may set several rounds of one duty ("6 tháng trước ngày 20/6, năm trước ngày 20/12"): all of them, unless
    the question names one.
    """
    rounds = [
        other
        for other in library.tasks.get(clause_key(task.directive, task.path), ())
        if other.id == task.id or (other.recurrence and (other.quote, other.lead) == (task.quote, task.lead))
    ]
    if task.recurrence is None or len(rounds) < 2:
        return when(task, query.today), (task,)
    own = comparable(query.original) if query.follow_up else ""  # "thế báo cáo năm?" after the one of 6 months
    meant = _named_rounds(rounds, own) or _named_rounds(rounds, comparable(query.text))
    chosen = tuple(meant or rounds)
    return "; ".join(dict.fromkeys(when(each, query.today) for each in chosen)), chosen


def _named_rounds(rounds: Sequence[StoredTask], asked: str) -> list[StoredTask]:
    return [each for each in rounds if any(words in asked for words in _cycles().get(each.recurrence or "", ()))]


@cache
def _cycles() -> dict[str, tuple[str, ...]]:
    rows: dict[str, list[str]] = load_yaml("index", "data/cycles.yaml")
    return {cycle: tuple(comparable(words) for words in said) for cycle, said in rows.items()}


def named(bodies: Sequence[str], room: int = ROOM_FOR_BODIES) -> str:
    """Bodies in a list; those beyond the room of a headline are only said to be there ("và các cơ quan khác")."""
    kept: list[str] = []
    for body in bodies:
        if kept and sum(len(name) + 2 for name in [*kept, body]) > room:
            return f"{', '.join(kept)} và các cơ quan khác"
        kept.append(body)
    return ", ".join(kept)


def _rule(
    _query: Query, evidence: Sequence[Evidence], weights: TermWeights, _library: Library
) -> Headline | None:
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
    return Headline(f"{condition[:1].upper()}{condition[1:]} → {lowered(consequence)}.", at)
