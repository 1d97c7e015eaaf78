"""One duty made into a task row: its action, quote, time, partners and reports, or nothing when it is no task."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus.records import Task
from corpus.tasks.quoting import quote_of
from corpus.tasks.reporting import coop_in, product_in, recipients_in
from corpus.tasks.timing import When, when_in
from corpus.tasks.words import words

if TYPE_CHECKING:
    from corpus.records import Clause
    from corpus.tasks.duties import Duty
    from corpus.tasks.reading import Reading
    from corpus.tasks.sections import Context

ACTION_LENGTH = 220
_SHORTEST_ACTION = 60
_EDGE = " .,;:/*_"
_LABEL = re.compile(r"\s*(?:[^\W\d_]+\s+){0,4}[^\W\d_]+\s*:")
_TARGET = re.compile(r"phấn đấu[^;]*?(?:%|(?<!\w)đạt(?!\w)|(?<!\w)có\s+(?:\S+\s+){0,3}\d)", re.IGNORECASE)
_MODALS = re.compile(
    r"^(?:(?:có trách nhiệm|có nhiệm vụ)\s*:?\s+|(?:cần phải|cần|phải)\s+)?(?:[a-zđ]\)\s*|\(\d{1,2}\)\s*)?",
    re.IGNORECASE,
)
_LEADS = re.compile(r"^\s*(?:chủ trì|là cơ quan chủ trì|có trách nhiệm)?\s*,?\s*(?:và\s+)?", re.IGNORECASE)
_TOGETHER = re.compile(r"\s*(?:chủ trì\s*,?\s*)?(?:và\s+)?(?:chủ động\s+)?phối hợp", re.IGNORECASE)


def row_of(
    clause: Clause, reading: Reading, duty: Duty, context: Context, *, has_children: bool
) -> Task | None:
    """The row of one duty. `context` holds the actors, partners and time that the duty may leave out.

    None when neither an actor nor a time makes it a task.
    """
    names = duty.names or context.lead
    strict = not names or duty.called_upon
    when = when_in(reading, duty.start, duty.end, strict=strict)
    if not when.is_set and context.when.is_set:
        when = context.when
    over_others = has_children and clause.kind == "heading"
    if (over_others and (duty.called_upon or not duty.explicit)) or not _is_task(reading, duty, context, names, when):
        return None
    helpers, after = coop_in(reading, duty.verb, duty.end)
    report_to, via = recipients_in(reading, duty.start, duty.end)
    if report_to and not when.is_set and (event := words().eventual.search(reading.text, duty.start, duty.verb)):
        text = event[0].partition(names[0])[0] if names else event[0]
        when = When(text=text.strip(_EDGE), recurrence="ad-hoc")
    quote = quote_of(clause, clause.text[duty.start : duty.end].strip(_EDGE))
    action = _action(clause.text, reading, duty, after) or (quote[:ACTION_LENGTH] if when.is_set else "")
    if not quote or not action:
        return None
    return Task(
        path=clause.path,
        action=action,
        quote=quote,
        lead=names,
        coop=helpers or context.coop,
        due=when.due,
        due_text=when.text,
        recurrence=when.recurrence,
        recurs_before=when.recurs_before,
        report_to=report_to,
        via=via,
        product=product_in(reading, duty.verb, duty.end),
    )


def _is_task(reading: Reading, duty: Duty, context: Context, names: tuple[str, ...], when: When) -> bool:
    """True for a duty of somebody, or a dated one of nobody in particular; dated figures to be reached are targets."""
    if context.section == "front":
        return bool(duty.names) and duty.ordered
    if not duty.is_verbal and not when.is_set:
        heads_it = bool(context.lead) and not context.addressed
        return heads_it and _LABEL.match(reading.text, duty.start) is None
    if names:
        return True
    if not (when.is_set and duty.is_verbal and duty.is_sure) or context.section == "goals":
        return False
    return not any(_TARGET.match(reading.text, at) for at in (duty.verb, reading.blank(duty.start)))


def _action(text: str, reading: Reading, duty: Duty, after_coop: int) -> str:
    """The duty's own words: without its actor, "chủ trì, phối hợp với ..." and what makes it long."""
    begin = duty.verb
    leads = _LEADS.match(reading.text, begin)
    if after_coop > begin:
        opens = _TOGETHER.match(reading.text, begin) is not None
        if opens and reading.is_duty_verb(reading.past_adverbs(after_coop)):
            begin = reading.blank(after_coop)
    elif leads and leads.end() > begin and reading.is_duty_verb(leads.end()):
        begin = leads.end()
    action = _MODALS.sub("", text[begin : duty.end].strip(_EDGE))
    if len(action) <= ACTION_LENGTH:
        return action
    comma = action.rfind(",", _SHORTEST_ACTION, ACTION_LENGTH)
    return action[: comma if comma > 0 else action.rfind(" ", 0, ACTION_LENGTH)].rstrip(" ,;")
