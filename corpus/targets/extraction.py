"""The happy path of reading goals: clause by clause, statement by statement, figure by figure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from corpus.plan_year import PlanYear, plan_year
from corpus.records import Clause, Metadata, Target
from corpus.targets.completions import read_becoming, read_completion, read_fractions, read_items
from corpus.targets.context import Section, sections
from corpus.targets.gates import ends_year, is_goal, speaks_of_past, states_rule
from corpus.targets.naming import Memory
from corpus.targets.place_tables import read_place_row, sets_goals
from corpus.targets.quotes import quote_of
from corpus.targets.reading import continues, leading_time, read_statement
from corpus.targets.statements import Text, pieces, prepare, statements, without
from corpus.targets.tables import read_row, task_cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus.targets.drafts import Draft
    from corpus.targets.quantities import Quantity
    from corpus.times import TimeReading

_ROWS_ABOVE = 3
_ANNEX_TITLE = re.compile(r"PL\d+")
_EACH_YEAR = re.compile(r"\bmỗi năm\b(?! một lần)", re.IGNORECASE)


def extract_targets(clauses: Sequence[Clause], metadata: Metadata) -> tuple[Target, ...]:
    """The goals that the directive sets, in reading order: one for each indicator, value and deadline.

    Results, causes, rules, footnotes and figures of other documents are left out. Every quote is a substring of a
    segment of its clause.
    """
    around = sections(clauses, metadata)
    issued, plan = _issued(metadata), plan_year(metadata)
    targets: list[Target] = []
    rows = {clause.path: clause for clause in clauses if clause.kind == "row"}
    goal_annexes = {c.path for c in clauses if _ANNEX_TITLE.fullmatch(c.path) and sets_goals(c.text)}
    for clause in clauses:
        section = around.get(clause.path)
        if section is None or section.kind == "past" or _ANNEX_TITLE.fullmatch(clause.path):
            continue
        if clause.kind == "row" and clause.cells:
            found = read_row(clause, section, issued, plan, _rows_above(clause, rows))
            if not found and (section.kind == "goal" or _annex(clause.path) in goal_annexes):
                found = read_place_row(clause, section, plan)
            targets += found or _read_task_row(clause, section, issued, plan)
        else:
            drafts = read_clause(clause, section, issued, plan)
            targets += [_target(clause, d) for d in drafts if not (d.due and issued and d.due < issued)]
    return tuple(dict.fromkeys(targets))


def _annex(path: str) -> str:
    return path.partition(".")[0]


def _rows_above(clause: Clause, rows: Mapping[str, Clause]) -> list[Clause]:
    """The rows that a row of a table is a part of, nearest first."""
    above: list[Clause] = []
    parent = rows.get(clause.parent or "")
    while parent is not None and len(above) < _ROWS_ABOVE:
        above.append(parent)
        parent = rows.get(parent.parent or "")
    return above


def _read_task_row(clause: Clause, section: Section, issued_on: date | None, plan: PlanYear) -> list[Target]:
    """Goals with a figure in the wording of a task ("Số hóa 100% hồ sơ ..."), due when the row's own time says."""
    content, time = task_cells(clause, plan)
    if not content:
        return []
    section = replace(section, due=time.due or section.due, period=time.period or section.period) if time else section
    cell = replace(clause, text=content, segments=(content,))
    drafts = [d for d in read_clause(cell, section, issued_on, plan) if d.value is not None]
    targets = [_target(cell, d) for d in drafts]
    return [t for t in targets if any(t.quote in segment for segment in clause.segments)]


def _issued(metadata: Metadata) -> date | None:
    if metadata.issued_on or not metadata.issued_month:
        return metadata.issued_on
    year, month = metadata.issued_month.split("-")
    return date(int(year), int(month), 1)


def read_clause(clause: Clause, section: Section, issued_on: date | None, plan: PlanYear) -> list[Draft]:
    """The goals of one clause of running text."""
    text = prepare(clause.text, plan)
    current: TimeReading | None = None
    drafts: list[Draft] = []
    memory = Memory()
    done = 0
    for index, span in enumerate(statements(text.plain)):
        if span[0] < done:
            continue
        current = leading_time(text, span) or current
        memory = memory if continues(text.plain, span) else Memory()
        statement = text.plain[span[0] : span[1]]
        if speaks_of_past(statement, text.times_in(*span), section, issued_on) or states_rule(statement):
            continue
        shares = read_fractions(text, span, section, current)
        drafts += shares
        text = without(text, shares)
        found = _figures(text, span, section)
        if found:
            read, memory = read_statement(
                text, pieces(text, *span, found), span, section=section, current=current, memory=memory
            )
            drafts += read
        elif _opens_items(text, span) and section.kind != "organization":
            items, done = read_items(text, span[0], section, current)
            drafts += items
        elif index == 0 and (becoming := read_becoming(text, span, section)):
            drafts += becoming
        elif not shares:
            drafts += read_completion(text, span, section, current)
    return drafts


def _figures(text: Text, span: tuple[int, int], section: Section) -> list[Quantity]:
    """Figures of the statement that may be goals."""
    statement = text.masked[span[0] : span[1]]
    timed = bool(_EACH_YEAR.search(statement)) or any(ends_year(t) for t in text.times_in(*span))
    return [q for q in text.figures_in(*span) if is_goal(statement, q, section, span[0], timed=timed)]


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
