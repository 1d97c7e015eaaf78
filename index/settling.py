"""Yes or no: a stated value held against a target, a day against a deadline, a body against those a duty names.

Says nothing when the rows and the clause do not settle the question.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.row_words import capitalised, lowered, target_fact, task_line, when
from corpus.text import collapse, comparable
from corpus.units import find_units, unit_matches
from index.asked_values import asked_days, asked_values, days_after, equals, meets, passes_threshold, pattern, words
from index.evidence import TermWeights
from index.headline_records import Headline
from index.row_ranking import CLOSE_ENOUGH, rank_targets, rank_tasks, term_fit
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from corpus.records import Target
    from corpus.store_records import StoredTarget, StoredTask
    from index.evidence import Evidence
    from index.query import Query

ABOUT = 0.5  # share of the question's content that a row must cover before it may say no
EXCEPTED = 2 / 3
RIVAL = 0.7
SURE = 0.7
_ALSO = re.compile(r"\b(?:có|bị|được|phải)\b[^,]*\bkhông,|\b(?:đạt|đủ|kịp|xong|ổn) (?:chưa|không)\b")


def settled(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    """The reply to a yes/no question with the fact it rests on; None when it is no such question or nothing settles it."""
    if not asks_yes_no(query):
        return None
    weights = TermWeights(_less_asked(query), weights.idf)
    return (
        _by_rule(query, evidence, weights)
        or _by_value(query, evidence, weights)
        or _by_day(query, evidence, weights)
        or _by_body(query, evidence, weights)
        or _by_clause(query, evidence, weights)
    )


def asks_yes_no(query: Query) -> bool:
    """True for a question that wants a yes or a no, also when more follows it ("... không, theo Kế hoạch 45?")."""
    return not query.either_or and (query.yes_no or bool(_ALSO.search(comparable(query.text))))


def asks_to_measure(query: Query) -> bool:
    """True when the question wants its own figure judged ("10 triệu có đạt không"), which only a target can do."""
    low = comparable(query.text)
    values = asked_values(low)
    return asks_yes_no(query) and bool(values) and not asked_days(low) and _wants_judgement(low, values[0].start)


def without_asked_value(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Query:
    """The question less the figure it wants judged, once a row judges it: no clause need hold a figure that is only asked."""
    if not asks_yes_no(query) or not evidence:
        return query
    less = _less_asked(query)
    judged = TermWeights(less, weights.idf)
    if _by_rule(query, evidence, judged) is not None:
        return replace(less, kind="rule")
    return query if _by_value(query, evidence, judged) is None else less


def settles_surely(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> bool:
    """True when a rule that covers most of the question judges its figure: the clause need not hold the question's other words."""
    if not asks_yes_no(query) or not evidence:
        return False
    judged = TermWeights(_less_asked(query), weights.idf)
    line = _by_rule(query, evidence, judged)
    return line is not None and judged.coverage(evidence[line.evidence].clause.text) >= SURE


def _less_asked(query: Query) -> Query:
    """The question less its own figures and the words that only ask for a judgement."""
    judging = {word for name in ("meets", "fails", "in_time", "late", "confirms", "framing") for said in words()[name] for word in said.split()}
    kept = tuple(term for term in query.terms if not term[0].isdigit() and term not in judging)
    return replace(query, figures=frozenset(), terms=kept or query.terms)


def _reply(query: Query, text: str, *, yes: bool, judged: bool = False) -> str:
    confirming = pattern("confirms").search(comparable(query.text))
    said = ("Đúng" if yes else "Không đúng") if confirming else ("Có" if yes else "Không")
    return f"{said}{',' if judged else ':'} {lowered(collapse(text)).rstrip(' .;,:')}."


def _wants_judgement(low: str, figure_at: int) -> bool:
    """The judging word comes after the figure; before it ("có phải đạt 70%") the figure is what is to be confirmed."""
    return any(match.start() > figure_at for name in ("meets", "fails") for match in pattern(name).finditer(low))


def _wants_confirmation(low: str, figure_at: int) -> bool:
    """The question says the figure and asks whether it is so: "có phải 70% không", "là 70% đúng không"."""
    return bool(pattern("confirms").search(low) or pattern("confirms_before").search(low[:figure_at]))


def _by_value(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    low = comparable(query.text)
    values = asked_values(low)
    if not values:
        return None
    for _close, at, target in _close_targets(query, evidence, weights):
        fitting = [value for value in values if equals(value, target) is not None]
        if len(fitting) != 1:
            continue
        if _wants_judgement(low, fitting[0].start):
            kept = meets(fitting[0], target)
            if kept is None:
                return None
            yes = kept != bool(pattern("fails").search(low, fitting[0].start))
            line = f"{'đạt' if kept else 'chưa đạt'}: {lowered(target_fact(target))}"
        elif not _wants_confirmation(low, fitting[0].start):
            return None
        else:
            yes = bool(equals(fitting[0], target)) and _comparator_holds(low, target)
            line = lowered(target_fact(target))
        return Headline(_reply(query, line, yes=yes, judged=_wants_judgement(low, fitting[0].start)), at, targets=(target,))
    return None


def _close_targets(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights
) -> list[tuple[float, int, StoredTarget]]:
    return [
        (close, at, target)
        for close, at, target in rank_targets(query, evidence[:3], weights)
        if weights.closeness(f"{target.indicator} {target.scope or ''} {target.quote}") >= CLOSE_ENOUGH
        and term_fit(query, target) >= 0
    ]


def _comparator_holds(low: str, target: Target) -> bool:
    """False when the question says "tối đa" of what the directive calls "tối thiểu"."""
    asked = [op for op, said in words()["operators"].items() if any(word in low for word in said)]
    return not asked or target.op not in words()["operators"] or target.op in asked


def _by_rule(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    """A stated figure held against a rule's threshold: past it, the consequence is the answer."""
    low = comparable(query.text)
    values = asked_values(low)
    rules = [
        (weights.closeness(f"{rule.condition} {rule.consequence}"), -at, rule)
        for at, item in enumerate(evidence[:3])
        for rule in item.rules
    ]
    if len(values) != 1 or not rules:
        return None
    close, at, rule = max(rules, key=lambda row: row[:2])
    reached = passes_threshold(values[0], comparable(f"{rule.condition} {rule.quote}"))
    if close < ABOUT or not reached:  # below the threshold another rule may hold
        return None
    denied = bool(re.match(r"(?:thì\s+)?(?:không|chưa)\b", comparable(rule.consequence)))
    asks_harm = bool(re.search(r"\bbị\b|\bkhông được\b", low))
    condition, consequence = collapse(rule.condition).strip(" .;,"), collapse(rule.consequence).strip(" .;,")
    return Headline(_reply(query, f"{lowered(condition)} → {lowered(consequence)}", yes=not denied or asks_harm), -at)


def _by_day(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    low = comparable(query.text)
    days = asked_days(low)
    if len(days) != 1:
        return None
    best: tuple[int, StoredTask, int] | None = None
    for close, at, task in rank_tasks(query, evidence[:2], weights):
        after = days_after(days[0], task)
        if after is None or close < CLOSE_ENOUGH * 2 or (best is not None and task.path != best[1].path):
            continue
        if best is None or after == 0:  # a clause may state several days: the asked one decides
            best = (at, task, after)
    if best is None:
        return None
    at, task, after = best
    judging = [name for name in ("late", "in_time") if pattern(name).search(low)]
    yes = (after > 0) == (judging[0] == "late") if judging else after == 0
    line = f"{when(task, query.today)} — {lowered(_who_does(task))}"
    if judging:
        line = f"{'muộn' if after > 0 else 'kịp'}: {line}"
    return Headline(_reply(query, line, yes=yes, judged=bool(judging)), at, tasks=(task,))


def _who_does(task: StoredTask) -> str:
    action = collapse(task.action).strip(" .;,:")
    return f"{', '.join(task.lead)}: {action}" if task.lead else action


def _by_body(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    low = comparable(query.focus)
    named = find_units(query.focus)
    roles = [role for role in ("leads", "joins", "reports") if _asks_role(role, low)]
    if not named or not roles:
        return None
    subject = next((n.name for n in named if n.name == query.subject), named[0].name)
    ranked = [(coverage, at, task) for coverage, at, task in _covered(evidence[:3], weights) if task.lead]
    if not ranked or ranked[0][0] < ABOUT:
        return None
    _, at, task = ranked[0]
    if roles == ["reports"]:
        verb = pattern("reports").search(low)
        return _by_recipient(query, at, task, [n.name for n in named if verb and n.start > verb.start()])
    if roles[0] == "reports":
        return None
    # Another duty about the same may name the body: one directive's answer is not the other's.
    rivals = [row for row in ranked if row[0] >= RIVAL * ranked[0][0] and _among(subject, _of_role(row[2], roles))]
    if rivals:
        _, at, task = rivals[0]
    in_lead, in_coop = _among(subject, task.lead), _among(subject, task.coop)
    yes = in_lead if "leads" in roles else in_coop
    if not yes and "joins" in roles and "leads" not in roles and not in_lead:
        return None if not task.coop else Headline(_reply(query, _roles(task, query.today), yes=False), at, tasks=(task,))
    return Headline(_reply(query, _roles(task, query.today), yes=yes), at, tasks=(task,))


def _covered(evidence: Sequence[Evidence], weights: TermWeights) -> list[tuple[float, int, StoredTask]]:
    """Tasks by how much of the question their words cover, most first."""
    rows = []
    for at, item in enumerate(evidence):
        for task in item.tasks:
            said = (task.action, task.product or "", task.quote, *task.lead, *task.coop, *task.report_to)
            rows.append((weights.coverage(" ".join(said)), at, task))
    return sorted(rows, key=lambda row: (-row[0], row[1]))


def _of_role(task: StoredTask, roles: Sequence[str]) -> Sequence[str]:
    return task.lead if "leads" in roles else task.coop


def _asks_role(role: str, low: str) -> bool:
    """The role is what "có ... không" stands around: in "báo cáo thế nào, có thời hạn không" it is not."""
    verb = pattern(role).pattern
    return bool(re.search(rf"\b(?:có|phải|được)\b[^,]*?{verb}", low) or (re.search(verb, low) and pattern("confirms").search(low)))


def _by_recipient(query: Query, at: int, task: StoredTask, named: Sequence[str]) -> Headline | None:
    """ "Sở Y tế có phải báo cáo Ủy ban nhân dân tỉnh không": the body after the one that acts is the recipient asked about."""
    others = [name for name in named if not _among(name, task.lead)]
    if not task.report_to or len(others) != 1:
        return None
    yes = _among(others[0], task.report_to)
    line = f"{', '.join(task.lead)} báo cáo {', '.join(task.report_to)}"
    time = when(task, query.today)
    return Headline(_reply(query, f"{line}; {time}" if time else line, yes=yes), at, tasks=(task,))


def _among(unit: str, listed: Sequence[str]) -> bool:
    return any(unit_matches(unit, name) for name in listed)


def _roles(task: StoredTask, today: date | None) -> str:
    """ "Sở Y tế chủ trì, phối hợp: Sở Tài chính — xây dựng quy chế; hạn 30/11/2026"."""
    coop = f", phối hợp: {', '.join(task.coop)}" if task.coop else ""
    said = lowered(task_line(task, today))
    if said.startswith("chủ trì"):
        return f"{', '.join(task.lead)} {said}{coop}"
    return f"{', '.join(task.lead)} chủ trì{coop} — {said}"


def _by_clause(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> Headline | None:
    """What the clause itself excepts or forbids, and whether a directive speaks of something at all."""
    low = comparable(query.text)
    top = evidence[0]
    asked = set(re.findall(r"\w+", low))
    for sentence in sentences(top.clause.text):
        if (exception := _excepted(sentence)) and _held(exception, asked) >= EXCEPTED:
            return Headline(_reply(query, _plainly(sentence), yes=False), 0)
    forbidding = re.match(rf"\W*{pattern('forbids').pattern}", comparable(_plainly(top.sentence)))
    if forbidding and not pattern("asks_ban").search(low) and weights.coverage(top.sentence) >= ABOUT:
        return Headline(_reply(query, _plainly(top.sentence), yes=False), 0)
    if pattern("mentions").search(low):
        return Headline(_reply(query, _plainly(top.sentence), yes=True), 0)
    return None


def _excepted(sentence: str) -> str:
    """The first thing a sentence takes out of its rule: "(trừ bệnh viện và trường học)"."""
    low = comparable(sentence)
    match = pattern("excepts").search(low)
    return re.split(r"[().;:,]", low[match.end() :], maxsplit=1)[0].strip() if match else ""


def _held(exception: str, asked: set[str]) -> float:
    named = [word for word in re.findall(r"\w+", exception) if word not in {"và", "các", "những", "hoặc"}]
    return sum(word in asked for word in named) / len(named) if len(named) > 1 else 0.0


def _plainly(sentence: str) -> str:
    return capitalised(re.sub(r"^(?:[-+*•–]|\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-zđ])[.)])\s+", "", collapse(sentence)))
