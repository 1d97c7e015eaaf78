"""The happy path of reading goals: clause by clause, statement by statement, figure by figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from corpus.records import Clause, Metadata, Target
from corpus.targets.completions import read_becoming, read_completion, read_items
from corpus.targets.context import Section, sections
from corpus.targets.gates import is_goal, speaks_of_past, states_rule
from corpus.targets.quantities import Quantity, find_quantities
from corpus.targets.quotes import quote_of
from corpus.targets.reading import Draft, leading_time, read_statement
from corpus.targets.statements import Text, pieces, prepare, statements
from corpus.targets.tables import read_row
from corpus.targets.tops import find_tops
from corpus.times import TimeReading


def extract_targets(clauses: Sequence[Clause], metadata: Metadata) -> tuple[Target, ...]:
    """The goals that the directive sets, in reading order: one for each indicator, value and deadline.

    Results, causes, rules, footnotes and figures of other documents are left out. Every quote is a substring of a
    segment of its clause.
    """
    around = sections(clauses, metadata)
    issued = _issued(metadata)
    targets: list[Target] = []
    for clause in clauses:
        section = around.get(clause.path)
        if section is None or section.kind == "past":
            continue
        if clause.kind == "row" and clause.cells:
            targets += read_row(clause, section, issued)
        else:
            targets += [_target(clause, d) for d in read_clause(clause, section, issued)]
    return tuple(dict.fromkeys(targets))


def _issued(metadata: Metadata) -> date | None:
    if metadata.issued_on or not metadata.issued_month:
        return metadata.issued_on
    year, month = metadata.issued_month.split("-")
    return date(int(year), int(month), 1)


def read_clause(clause: Clause, section: Section, issued_on: date | None) -> list[Draft]:
    """The goals of one clause of running text."""
    text = prepare(clause.text)
    current: TimeReading | None = None
    drafts: list[Draft] = []
    done = 0
    for index, span in enumerate(statements(text.plain)):
        if span[0] < done:
            continue
        current = leading_time(text, span) or current
        statement = text.plain[span[0] : span[1]]
        times = tuple(t for t in text.times if span[0] <= t.start < span[1])
        if speaks_of_past(statement, times, issued_on) or states_rule(statement):
            continue
        found = _figures(text, span, section)
        if found:
            drafts += read_statement(text, pieces(text, *span, found), span, section, current)
        elif _opens_items(text, span) and section.kind != "organization":
            items, done = read_items(text, span[0], section, current)
            drafts += items
        elif index == 0 and (becoming := read_becoming(text, span, section)):
            drafts += becoming
        else:
            drafts += read_completion(text, span, section, current)
    return drafts


def _figures(text: Text, span: tuple[int, int], section: Section) -> list[Quantity]:
    """Figures of the statement that may be goals, ranks before the plain figures they contain."""
    masked = text.masked[: span[1]]
    tops = [q for q in find_tops(masked) if q.start >= span[0]]
    plain = [q for q in find_quantities(masked) if q.start >= span[0]]
    plain = [q for q in plain if not any(t.start < q.end and q.start < t.end for t in tops)]
    found = sorted([*tops, *plain], key=lambda q: q.start)
    statement = text.masked[span[0] : span[1]]
    return [q for q in found if is_goal(statement, q, section, span[0])]


def _opens_items(text: Text, span: tuple[int, int]) -> bool:
    """True for "hoàn thành ...: (1) ..." whose items are goals one by one."""
    statement = text.plain[span[0] : span[1]].lower()
    return bool(re.search(r"hoàn thành[^:;.(]*:\s*\((?:1|i|a)\)", statement))


def _target(clause: Clause, draft: Draft) -> Target:
    return Target(
        path=clause.path,
        indicator=draft.indicator,
        quote=quote_of(clause, draft.start, draft.end),
        op=draft.op,
        value=draft.value,
        value_max=draft.value_max,
        unit=draft.unit,
        change=draft.change,
        due=draft.due,
        period=draft.period,
        cadence=draft.cadence,
        baseline=draft.baseline,
        scope=draft.scope,
    )

