"""Rows of `chidao list` in their fixed form: records to plain JSON types, and what of them is listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from corpus.deadlines import deadlines, in_window
from corpus.places import same_place
from corpus.units import Match, find_units, unit_matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from corpus.deadlines import Deadline
    from corpus.store import Store
    from corpus.store_records import StoredClause, StoredDirective, StoredRule, StoredTarget, StoredTask

Kind = Literal["directives", "clauses", "targets", "tasks", "rules", "deadlines"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """What to list: of one directive, concerning a unit or a place, from `first` to `last` (both included).

    The window holds for a deadline's occurrences, for the due date of tasks and targets, and for the date of issue of
    directives and of the clauses and rules in them. `within` holds the keys of the only directives that may be seen.
    """

    directive: str | None = None
    unit: str | None = None
    place: str | None = None
    first: date | None = None
    last: date | None = None
    within: frozenset[str] | None = None


def select_rows(store: Store, kind: Kind, selection: Selection) -> list[Row]:
    """The rows of `kind` that the selection leaves, in the order of the store (deadlines by date).

    With `unit`, rows of tasks and deadlines say in `match` how the unit is meant: `name`, `alias`, `successor` of a
    body that is gone, or `class` ("các sở, ban, ngành").
    """
    directives = _directives(store, selection)
    keys = {d.key for d in directives}
    if kind == "directives":
        return [
            directive_row(d)
            for d in directives
            if _within(d.issued_on, selection) and _concerns(store, d, selection.unit)
        ]
    if kind in {"tasks", "deadlines"}:
        return list(_duties(store, kind, selection, directives))
    if kind == "targets":
        targets = (t for t in store.targets(selection.directive) if t.directive in keys and _within(t.due, selection))
        named = unit_filter(store, selection)
        return [target_row(t) for t in targets if named(t.directive, t.path, f"{t.quote} {t.scope or ''}")]
    issued = {d.key for d in directives if _within(d.issued_on, selection)}
    named = unit_filter(store, selection)
    if kind == "clauses":
        clauses = (c for c in store.clauses(selection.directive) if c.directive in issued)
        return [clause_row(c) for c in clauses if named(c.directive, c.path, c.text)]
    rules = (r for r in store.rules(selection.directive) if r.directive in issued)
    return [rule_row(r) for r in rules if named(r.directive, r.path, r.quote)]


def directive_row(d: StoredDirective) -> Row:
    """A directive as `list directives` gives it."""
    cites = [
        {"number": c.number, "kind": c.kind, "issued_on": _iso(c.issued_on), "issuer": c.issuer, "title": c.title}
        for c in d.cites
    ]
    return {
        "key": d.key,
        "file": d.file,
        "number": d.number,
        "kind": d.kind,
        "issuer": d.issuer,
        "place": d.place,
        "issued_on": _iso(d.issued_on),
        "title": d.title,
        "signer": d.signer,
        "signer_role": d.signer_role,
        "cites": cites,
        "recipients": list(d.recipients),
        "warnings": list(d.warnings),
    }


def clause_row(c: StoredClause) -> Row:
    """A clause as `list clauses` gives it; `page` only when the format has pages."""
    row: Row = {
        "directive": c.directive,
        "file": c.file,
        "path": c.path,
        "label": c.label,
        "heading": c.heading,
        "text": c.text,
        "parent": c.parent,
    }
    return row if c.page is None else row | {"page": c.page}


def target_row(t: StoredTarget) -> Row:
    """A target as `list targets` gives it."""
    return {
        "id": t.id,
        "directive": t.directive,
        "file": t.file,
        "path": t.path,
        "indicator": t.indicator,
        "op": t.op,
        "value": _whole(t.value),
        "value_max": _whole(t.value_max),
        "unit": t.unit,
        "change": t.change,
        "due": _iso(t.due),
        "period": list(t.period) if t.period else None,
        "cadence": t.cadence,
        "baseline": t.baseline,
        "scope": t.scope,
        "quote": t.quote,
    }


def task_row(t: StoredTask) -> Row:
    """A task as `list tasks` gives it."""
    return {
        "id": t.id,
        "directive": t.directive,
        "file": t.file,
        "path": t.path,
        "action": t.action,
        "lead": list(t.lead),
        "coop": list(t.coop),
        "due": _iso(t.due),
        "due_text": t.due_text,
        "recurrence": t.recurrence,
        "recurs_before": t.recurs_before,
        "report_to": list(t.report_to),
        "via": list(t.via),
        "product": t.product,
        "quote": t.quote,
    }


def rule_row(r: StoredRule) -> Row:
    """A rule as `list rules` gives it."""
    return {
        "id": r.id,
        "directive": r.directive,
        "file": r.file,
        "path": r.path,
        "condition": r.condition,
        "consequence": r.consequence,
        "quote": r.quote,
    }


def select_deadlines(store: Store, selection: Selection) -> list[Deadline]:
    """The deadlines the selection leaves, by date; recurring ones once for each occurrence inside a window."""
    return [deadline for deadline, _ in _matched_deadlines(store, selection)]


def _duties(store: Store, kind: Kind, selection: Selection, directives: list[StoredDirective]) -> Iterator[Row]:
    if kind == "deadlines":
        for deadline, match in _matched_deadlines(store, selection):
            yield deadline.as_dict() | ({"match": match.value} if match else {})
        return
    keys = {d.key for d in directives}
    tasks = [t for t in store.tasks(selection.directive) if t.directive in keys]
    timely = {d.source_id for d in in_window(deadlines(directives, tasks, ()), selection.first, selection.last)}
    everything = selection.first is None and selection.last is None
    for task in tasks:
        match = best_match(selection.unit, (*task.lead, *task.coop))
        if (everything or task.id in timely) and (selection.unit is None or match):
            yield task_row(task) | ({"match": match.value} if match else {})


def _matched_deadlines(store: Store, selection: Selection) -> Iterator[tuple[Deadline, Match]]:
    directives = _directives(store, selection)
    keys = {d.key for d in directives}
    tasks = [t for t in store.tasks(selection.directive) if t.directive in keys]
    targets = [t for t in store.targets(selection.directive) if t.directive in keys]
    for deadline in in_window(deadlines(directives, tasks, targets), selection.first, selection.last):
        match = best_match(selection.unit, (*deadline.who, *deadline.coop))
        if selection.unit is None or match:
            yield deadline, match


def best_match(unit: str | None, named: Iterable[str]) -> Match:
    """The closest way in which any of the named bodies is the unit; NONE without a unit."""
    return closest(unit, named)[0]


def closest(unit: str | None, named: Iterable[str]) -> tuple[Match, str]:
    """The closest way in which any of the named bodies is the unit, and that name; Match's members stand close to far."""
    if unit is None:
        return Match.NONE, ""
    order = list(Match)
    found = ((unit_matches(unit, name), name) for name in named)
    return min(found, key=lambda pair: order.index(pair[0]), default=(Match.NONE, ""))


def _directives(store: Store, selection: Selection) -> list[StoredDirective]:
    return [
        d
        for d in store.directives()
        if _of_place(d, selection.place)
        and (selection.directive is None or d.key == selection.directive)
        and (selection.within is None or d.key in selection.within)
    ]


def unit_filter(store: Store, selection: Selection) -> Callable[[str, str, str], bool]:
    """Whether a clause (directive, path, words) concerns the unit: a task there is given to it, or words name it."""
    unit = selection.unit
    if unit is None:
        return lambda _directive, _path, _words: True
    given = {(t.directive, t.path) for t in store.tasks(selection.directive) if best_match(unit, (*t.lead, *t.coop))}
    return lambda directive, path, words: (
        (directive, path) in given or bool(best_match(unit, (mention.name for mention in find_units(words))))
    )


def _concerns(store: Store, directive: StoredDirective, unit: str | None) -> bool:
    if unit is None:
        return True
    named = [*directive.recipients, *([directive.issuer] if directive.issuer else [])]
    return bool(
        best_match(unit, named)
        or any(best_match(unit, (*task.lead, *task.coop)) for task in store.tasks(directive.key))
    )


def _of_place(directive: StoredDirective, place: str | None) -> bool:
    return place is None or (directive.place is not None and same_place(place, directive.place))


def _within(day: date | None, selection: Selection) -> bool:
    if selection.first is None and selection.last is None:
        return True
    return day is not None and (selection.first or day) <= day <= (selection.last or day)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _whole(value: float | None) -> float | int | None:
    """65.0 as 65: what the directive says, not how the database keeps it."""
    return int(value) if value is not None and value.is_integer() else value
