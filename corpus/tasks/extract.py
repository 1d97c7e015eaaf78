"""A directive's clauses read into task rows: the walk over the outline, and what makes a row of a duty."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.records import Task
from corpus.tasks.duties import Duty, actors_alone, carried, duties, only_a_time
from corpus.tasks.labels import Labelled, apply_labels, labelled, labelled_in
from corpus.tasks.parts import sentences
from corpus.tasks.quoting import quote_of
from corpus.tasks.reading import read
from corpus.tasks.reporting import coop_in, product_in, recipients_in
from corpus.tasks.sections import Context, is_short_heading, section_of
from corpus.tasks.tables import task_of_row
from corpus.tasks.timing import When, when_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from corpus.records import Clause, Metadata
    from corpus.tasks.reading import Reading

_ACTION_LENGTH = 220
_ROMAN = re.compile(r"(?:PHẦN|Phần|CHƯƠNG|Chương)?\s*[IVXLC]+")
_FOLLOWS = re.compile(r"(?:sau(?: đây)?|như sau|dưới đây)\s*[:.]?\s*$")
_SHORT_LEAD_IN = 8
_TARGET = re.compile(r"phấn đấu[^;]*?(?:%|(?<!\w)đạt(?!\w)|(?<!\w)có\s+(?:\S+\s+){0,3}\d)", re.IGNORECASE)
_LABEL = re.compile(r"\s*(?:[^\W\d_]+\s+){0,4}[^\W\d_]+\s*:")
_TOGETHER = re.compile(r"\s*chủ trì\s*,?\s*(?:và\s+)?(?:chủ động\s+)?phối hợp", re.IGNORECASE)
_MODALS = re.compile(
    r"^(?:(?:có trách nhiệm|có nhiệm vụ)\s*:?\s+|(?:cần phải|cần|phải)\s+)?(?:[a-zđ]\)\s*|\(\d{1,2}\)\s*)?", re.IGNORECASE
)
_LED_IN = re.compile(r"^\s*(?:chủ trì|là cơ quan chủ trì|có trách nhiệm)?\s*,?\s*(?:và\s+)?", re.IGNORECASE)


@dataclass(slots=True)
class _Walk:
    """What has been seen so far: contexts by path, and tasks by path for the labelled lines that belong to them."""

    issued_on: date | None
    contexts: dict[str, Context]
    addressees: tuple[str, ...] = ()


def extract_tasks(clauses: Sequence[Clause], metadata: Metadata) -> tuple[Task, ...]:
    """Task rows in reading order: every duty with an actor (named, inherited or carried over) or a time."""
    parents = {c.parent for c in clauses if c.parent}
    walk = _Walk(metadata.issued_on, {})
    rows: list[Task] = []
    by_path: dict[str, list[int]] = {}
    before: Clause | None = None
    for clause in clauses:
        context = _context(clause, walk)
        labels = labelled(clause, issued_on=walk.issued_on)
        if labels:
            owner = _owner(clause, before, by_path)
            _attach(rows, by_path, owner, labels, clauses, context)
            walk.contexts[clause.path] = context
            continue
        found = _tasks_of(clause, context, walk, has_children=clause.path in parents)
        by_path[clause.path] = list(range(len(rows), len(rows) + len(found)))
        rows += found
        before = clause
    return tuple(rows)


def _owner(clause: Clause, before: Clause | None, by_path: dict[str, list[int]]) -> str | None:
    """The clause whose duty a labelled line describes: the sibling before it, or the clause it stands under."""
    if before is not None and before.parent == clause.parent and by_path.get(before.path):
        return before.path
    return clause.parent


def _attach(
    rows: list[Task],
    by_path: dict[str, list[int]],
    owner: str | None,
    labels: tuple[Labelled, ...],
    clauses: Sequence[Clause],
    context: Context,
) -> None:
    """Gives labelled values to the tasks of their owner; an owner without any becomes a task by them."""
    if owner is None:
        return
    if not by_path.get(owner):
        clause = next((c for c in clauses if c.path == owner), None)
        quote = quote_of(clause, clause.text) if clause else ""
        if clause is None or not quote:
            return
        by_path[owner] = [len(rows)]
        rows.append(Task(path=owner, action=clause.heading[:_ACTION_LENGTH], quote=quote, lead=context.lead))
    for i in by_path[owner]:
        rows[i] = apply_labels(rows[i], labels)


def _context(clause: Clause, walk: _Walk) -> Context:
    above = walk.contexts.get(clause.parent or "", Context())
    if clause.kind == "front":
        above = replace(above, section="front")
    elif clause.parent is None and not above.lead and not _ROMAN.fullmatch(clause.label.strip(". ")):
        above = replace(above, lead=walk.addressees, addressed=True)
    kind = section_of(clause.heading) if is_short_heading(clause.heading) and _opens_section(clause) else None
    context = above.under(clause.heading, kind) if clause.kind in ("heading", "item") else above
    walk.contexts[clause.path] = context
    return context


def _opens_section(clause: Clause) -> bool:
    return clause.kind == "heading" or (clause.kind == "item" and len(clause.text.split()) <= 14)


def _tasks_of(clause: Clause, context: Context, walk: _Walk, *, has_children: bool) -> list[Task]:
    """The tasks of one clause, and what it leaves to the clauses under it."""
    if clause.kind in ("end", "note") or context.section == "results":
        return []
    if clause.kind == "row":
        row = task_of_row(clause, context, issued_on=walk.issued_on) if clause.cells else None
        return [row] if row else []
    reading = read(clause.text, issued_on=walk.issued_on, strict=context.section in ("duties", "goals"))
    start = reading.after_label(clause.label)
    alone = actors_alone(reading, start)
    if alone is not None:
        if has_children or clause.kind == "heading":
            walk.contexts[clause.path] = replace(context, lead=alone.names, addressed=False)
        return []
    if clause.kind == "heading" and has_children:
        return _heading(clause, reading, start, context, walk)
    return _sentences(clause, reading, start, context, walk, has_children=has_children)


def _heading(clause: Clause, reading: Reading, start: int, context: Context, walk: _Walk) -> list[Task]:
    """A heading over other clauses: a common date or actors for them, and a duty of its own when it is a full sentence."""
    time = reading.time_at(reading.blank(start))
    if time is not None and not reading.text[time.end :].strip(" .:;*") and context.section != "goals":
        when = when_in(reading, start, len(reading.text), issued_on=walk.issued_on)
        walk.contexts[clause.path] = replace(context, when=when)
        return []
    return _sentences(clause, reading, start, context, walk, has_children=True)


def _sentences(
    clause: Clause, reading: Reading, start: int, context: Context, walk: _Walk, *, has_children: bool
) -> list[Task]:
    rows: list[Task] = []
    lead = context.lead
    coop = context.coop
    for begin, end in sentences(reading, start):
        labels = labelled_in(reading, begin, end, issued_on=walk.issued_on) if rows else ()
        if labels:
            rows = [apply_labels(row, labels) for row in rows]
            continue
        found = duties(reading, begin, end)
        if rows and len(found) == 1 and only_a_time(reading, found[0]):
            when = when_in(reading, begin, end, issued_on=walk.issued_on)
            rows[-1] = apply_labels(rows[-1], (Labelled("when", when.text or "", when=when),))
            continue
        if found and (found[-1].leads_in or _FOLLOWS.search(reading.text, found[-1].verb, end)):
            names, helpers = _led(reading, found[-1], lead)
            _leave_to_children(clause, context, walk, names, helpers, at_end=end >= len(reading.text.rstrip()))
        partners = coop
        for duty in found:
            if duty.leads_in or _only_announces(reading, duty):
                continue
            row = _row(clause, reading, duty, lead, partners, context, walk, has_children=has_children)
            if row is not None:
                rows.append(row)
                partners = row.coop if _TOGETHER.match(reading.text, duty.verb) else partners
        named = carried(found)
        if named and context.section in ("implementation", "other"):
            lead, coop = named, ()
    if has_children and rows and lead and not walk.contexts[clause.path].lead:
        walk.contexts[clause.path] = replace(walk.contexts[clause.path], lead=lead)
    return rows


def _only_announces(reading: Reading, duty: Duty) -> bool:
    """"... thực hiện một số nội dung sau": a lead-in, no duty of its own."""
    _, after = coop_in(reading, duty.verb, duty.end)
    text = reading.text[max(duty.verb, after) : duty.end]
    return _FOLLOWS.search(text) is not None and len(text.split()) <= _SHORT_LEAD_IN


def _led(reading: Reading, duty: Duty, lead: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    helpers, _ = coop_in(reading, duty.verb, duty.end)
    return duty.names or lead, helpers


def _leave_to_children(
    clause: Clause, context: Context, walk: _Walk, lead: tuple[str, ...], coop: tuple[str, ...], *, at_end: bool
) -> None:
    """A lead-in that ends its clause addresses what follows: its children, or the whole of a flat directive."""
    if not at_end:
        return
    walk.contexts[clause.path] = replace(walk.contexts[clause.path], lead=lead, coop=coop, addressed=False)
    if context.section == "front":
        walk.addressees = lead


def _row(
    clause: Clause,
    reading: Reading,
    duty: Duty,
    lead: tuple[str, ...],
    coop: tuple[str, ...],
    context: Context,
    walk: _Walk,
    *,
    has_children: bool,
) -> Task | None:
    """The row of one duty; None when neither an actor nor a time makes it one."""
    names = duty.names or lead
    if context.section == "front" and not (duty.names and duty.ordered):
        return None
    strict = not names or duty.called_upon
    when = when_in(reading, duty.start, duty.end, issued_on=walk.issued_on, strict=strict)
    if not when.is_set and context.when.is_set:
        when = replace(context.when, text=context.when.text)
    if has_children and clause.kind == "heading" and (duty.called_upon or not duty.explicit):
        return None
    if not duty.is_sure and not names:
        return None
    if not duty.is_verbal and not when.is_set and (context.addressed or not lead or _LABEL.match(reading.text, duty.start)):
        return None
    if not names and not _timed_duty(reading, when, duty, context):
        return None
    helpers, after = coop_in(reading, duty.verb, duty.end)
    report_to, via = recipients_in(reading, duty.start, duty.end)
    quote = quote_of(clause, clause.text[duty.start : duty.end].strip(" .,;:/*_"))
    action = _action(clause.text, reading, duty, after)
    if not quote or not action:
        return None
    return Task(
        path=clause.path,
        action=action,
        quote=quote,
        lead=names,
        coop=helpers or coop,
        due=when.due,
        due_text=when.text,
        recurrence=when.recurrence,
        recurs_before=when.recurs_before,
        report_to=report_to,
        via=via,
        product=product_in(reading, duty.verb, duty.end),
    )


def _timed_duty(reading: Reading, when: When, duty: Duty, context: Context) -> bool:
    """True for a dated duty of nobody in particular; a dated figure to be reached is a target, not a duty."""
    if not when.is_set or not duty.is_verbal or context.section in ("goals", "front"):
        return False
    return _TARGET.match(reading.text, duty.verb) is None and _TARGET.match(reading.text, reading.blank(duty.start)) is None


def _action(clause_text: str, reading: Reading, duty: Duty, after_coop: int) -> str:
    """The duty's own words: without its actor, "chủ trì, phối hợp với ..." and what makes it long."""
    led = _LED_IN.match(reading.text, duty.verb)
    starts = duty.verb
    if after_coop > duty.verb and after_coop - duty.verb < _ACTION_LENGTH * 3 and after_coop < duty.end - 8:
        between = reading.text[duty.verb : after_coop]
        opens = re.match(r"\s*(?:chủ trì\s*,?\s*)?(?:và\s+)?(?:chủ động\s+)?phối hợp", between, re.IGNORECASE)
        if opens and reading.is_duty_verb(reading.past_adverbs(after_coop)):
            starts = reading.blank(after_coop)
    elif led and led.end() > duty.verb and reading.is_duty_verb(led.end()):
        starts = led.end()
    text = _MODALS.sub("", clause_text[starts : duty.end].strip(" .,;:/*_"))
    if len(text) <= _ACTION_LENGTH:
        return text
    cut = text.rfind(",", 60, _ACTION_LENGTH)
    return text[: cut if cut > 0 else text.rfind(" ", 0, _ACTION_LENGTH)].rstrip(" ,;")
