"""A directive's clauses read into task rows: the walk over the outline, and what each clause leaves to those below."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.phrases import levelled
from corpus.plan_year import plan_year
from corpus.records import Task
from corpus.tasks.duties import Duty, actors_alone, carried, duties, only_a_time
from corpus.tasks.effect import effective_on
from corpus.tasks.labels import Labelled, apply_labels, labelled
from corpus.tasks.occasions import occasions
from corpus.tasks.parts import sentences
from corpus.tasks.quoting import quote_of
from corpus.tasks.reading import Origin, read
from corpus.tasks.reporting import coop_in, sends_to_nobody
from corpus.tasks.rows import ACTION_LENGTH, row_of
from corpus.tasks.sections import Context, section_of
from corpus.tasks.tables import task_of_row
from corpus.tasks.timing import when_in
from corpus.tasks.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.records import Clause, Metadata
    from corpus.tasks.reading import Reading

_ROMAN = re.compile(r"(?:PHẦN|CHƯƠNG)?\s*[IVXLC]+", re.IGNORECASE)
_FOLLOWS = re.compile(r"(?:sau(?: đây)?|như sau|dưới đây)\s*[:.]?\s*$")
_SILENT = ("end", "note")
_SHORT_LEAD_IN = 8
_LEADING = re.compile(r"(?:lãnh đạo|chỉ đạo)(?:\s*,\s*(?:lãnh đạo|chỉ đạo))?\s+(?:\S+\s+){0,14}\S+\s*$", re.IGNORECASE)
_SHORT_ITEM = 14
_TOGETHER = re.compile(r"\s*chủ trì\s*,?\s*(?:và\s+)?(?:chủ động\s+)?phối hợp", re.IGNORECASE)


def extract_tasks(clauses: Sequence[Clause], metadata: Metadata) -> tuple[Task, ...]:
    """Task rows in reading order: every duty with an actor (named, inherited or carried over) or a time."""
    walk = _Walk(clauses, metadata)
    for clause in clauses:
        walk.read(clause)
    return tuple(walk.rows)


class _Walk:
    """The state of one walk over an outline, in reading order."""

    def __init__(self, clauses: Sequence[Clause], metadata: Metadata) -> None:
        self.rows: list[Task] = []
        self._origin = Origin(
            issued_on=metadata.issued_on,
            effective_on=effective_on(clauses, metadata.issued_on),
            plan=plan_year(metadata),
        )
        self._by_path = {c.path: c for c in clauses}
        self._parents = {c.parent for c in clauses}
        self._contexts: dict[str, Context] = {}
        self._rows_of: dict[str, list[int]] = {}
        self._addressees: tuple[str, ...] = ()
        self._before: Clause | None = None
        self._row_above: dict[str, Task] = {}

    def read(self, clause: Clause) -> None:
        """Adds the clause's tasks, or completes those that its labelled lines belong to."""
        context = self._context(clause)
        reading = read(clause.text, origin=self._origin, strict=context.section in ("duties", "goals"))
        start = reading.after_label(clause.label)
        labels = labelled(reading, start, len(reading.text))
        if labels and clause.kind not in _SILENT:
            self._complete(clause, labels, context)
            return
        found = self._tasks_of(clause, reading, start, context)
        self._rows_of[clause.path] = list(range(len(self.rows), len(self.rows) + len(found)))
        self.rows += found
        self._before = clause

    def _complete(self, clause: Clause, labels: tuple[Labelled, ...], context: Context) -> None:
        """Gives labelled values to the duty before them, or to the clause they stand under, which they make a duty."""
        before = self._before
        beside = before is not None and before.parent == clause.parent and bool(self._rows_of.get(before.path))
        owner = before if beside else self._by_path.get(clause.parent or "")
        if owner is None:
            return
        if not self._rows_of.get(owner.path):
            quote = quote_of(owner, owner.text)
            if not quote:
                return
            self._rows_of[owner.path] = [len(self.rows)]
            self.rows.append(Task(owner.path, owner.heading[:ACTION_LENGTH], quote, lead=context.lead))
        for i in self._rows_of[owner.path]:
            self.rows[i] = apply_labels(self.rows[i], labels)

    def _context(self, clause: Clause) -> Context:
        context = self._contexts.get(clause.parent or "", Context())
        if clause.kind == "front":
            context = replace(context, section="front")
        elif clause.parent is None and not context.lead and not _ROMAN.fullmatch(clause.label.strip(". ")):
            context = replace(context, lead=self._addressees, addressed=True)
        if clause.kind == "heading" or (clause.kind == "item" and len(clause.text.split()) <= _SHORT_ITEM):
            context = replace(context, section=section_of(clause.heading) or context.section)
        elif clause.kind == "item" and _is_silent(_label_of(clause)):
            context = replace(context, section="results")
        self._contexts[clause.path] = context
        return context

    def _tasks_of(self, clause: Clause, reading: Reading, start: int, context: Context) -> list[Task]:
        """The tasks of one clause; notes for the clauses under it are left in their context."""
        if clause.kind in _SILENT or context.section == "results":
            return []
        if clause.kind == "row":
            return self._task_of_row(clause, context)
        has_children = clause.path in self._parents
        alone = actors_alone(reading, start)
        if alone is not None:
            if has_children or clause.kind == "heading":
                self._contexts[clause.path] = replace(context, lead=alone.names, addressed=False)
            return []
        if clause.kind == "heading" and has_children and self._is_time(reading, start) and context.section != "goals":
            when = when_in(reading, start, len(reading.text))
            self._contexts[clause.path] = replace(context, when=when)
            return []
        return self._tasks_of_sentences(clause, reading, start, context)

    def _task_of_row(self, clause: Clause, context: Context) -> list[Task]:
        """The task of a table's row; one that opens a group of rows has no part in the row above it."""
        above = self._row_above.get(clause.parent or "") if clause.path not in self._parents else None
        row = task_of_row(clause, context, origin=self._origin, above=above) if clause.cells else None
        if row:
            self._row_above[clause.parent or ""] = row
        return [row] if row else []

    @staticmethod
    def _is_time(reading: Reading, start: int) -> bool:
        time = reading.time_at(reading.blank(start))
        return time is not None and not reading.text[time.end :].strip(" .:;*")

    def _tasks_of_sentences(self, clause: Clause, reading: Reading, start: int, context: Context) -> list[Task]:
        """Sentence by sentence; in a section of assignments the actor of one sentence is that of the next."""
        rows: list[Task] = []
        has_children = clause.path in self._parents
        cut = list(sentences(reading, start))
        context = _with_named_after(reading, cut, context)
        for begin, end in cut:
            labels = labelled(reading, begin, end) if rows else ()
            found = [] if labels else duties(reading, begin, end)
            if rows and len(found) == 1 and only_a_time(reading, found[0]):
                when = when_in(reading, begin, end)
                rows[-1] = apply_labels(rows[-1], (Labelled("when", when.text or "", when=when),))
                continue
            rows = [apply_labels(row, labels) for row in rows] if labels else rows
            if found and end >= len(reading.text.rstrip()):
                self._leave_to_those_below(clause, reading, found[-1], context)
            partners = context
            for duty in found:
                if _only_opens(reading, duty, has_children=has_children):
                    continue
                row = row_of(clause, reading, duty, partners, has_children=has_children)
                if row is not None:
                    rows += occasions(reading, duty.start, duty.end, _with_receiver(reading, duty, row, rows))
                    if _TOGETHER.match(reading.text, duty.verb):
                        partners = replace(partners, coop=row.coop)
            named = carried(found)
            if named and context.section in ("implementation", "other"):
                context = replace(context, lead=named, coop=(), addressed=False)
        if has_children and rows and context.lead and not self._contexts[clause.path].lead:
            self._contexts[clause.path] = replace(self._contexts[clause.path], lead=context.lead)
        return rows

    def _leave_to_those_below(self, clause: Clause, reading: Reading, last: Duty, context: Context) -> None:
        """A lead-in that ends its clause addresses what follows: its children, or the whole of a flat directive."""
        if context.section == "front" and not last.ordered:
            return  # "Phó Chủ tịch kết luận như sau:" tells who speaks, not who acts
        if not (last.leads_in or _introduces(reading, last) or _FOLLOWS.search(reading.text, last.verb, last.end)):
            return
        lead = last.names or context.lead
        coop, _ = coop_in(reading, last.verb, last.end)
        self._contexts[clause.path] = replace(self._contexts[clause.path], lead=lead, coop=coop, addressed=False)
        if context.section == "front":
            self._addressees = lead


def _with_named_after(reading: Reading, cut: Sequence[tuple[int, int]], context: Context) -> Context:
    """The context with the actor that a later sentence of the clause names by a label ("Cơ quan thực hiện: ...")."""
    for begin, end in cut[1:]:
        named = next((label.names for label in labelled(reading, begin, end) if label.role == "lead"), ())
        if named:
            return replace(context, lead=named, addressed=False)
    return context


def _label_of(clause: Clause) -> str:
    """The few words before a colon that open an item ("1. Đánh giá chung: ...")."""
    label, colon, _ = clause.text.partition(":")
    return label if colon and len(label.split()) <= _SHORT_ITEM else ""


def _is_silent(label: str) -> bool:
    """True for "Đánh giá chung: ..." and "Đối tượng áp dụng: ...", whose items are no duties."""
    low = levelled(re.sub(r"^\W*(?:\w{1,3}[.)]\s*)?", "", label))
    return section_of(label) == "results" or words().scope_labels.at(low, 0) is not None


def _with_receiver(reading: Reading, duty: Duty, row: Task, before: Sequence[Task]) -> Task:
    """The row; what "gửi trước ngày 02/12/2026" leaves out is whom the duty before it names."""
    if not before or row.report_to or not sends_to_nobody(reading, duty.verb, duty.end):
        return row
    return replace(row, report_to=before[-1].report_to, via=before[-1].via)


def _only_opens(reading: Reading, duty: Duty, *, has_children: bool) -> bool:
    """True for what opens a list and is no duty of its own."""
    return duty.leads_in or _only_announces(reading, duty) or (has_children and _introduces(reading, duty))


def _introduces(reading: Reading, duty: Duty) -> bool:
    """"Đảng ủy Ủy ban nhân dân tỉnh lãnh đạo Ủy ban nhân dân tỉnh:" opens a list with a word of leading, whose items
    are the duties."""
    ends_open = reading.text[duty.start : duty.end].rstrip(" *_").endswith(":")
    return ends_open and bool(duty.names) and _LEADING.match(reading.text, duty.verb, duty.end) is not None


def _only_announces(reading: Reading, duty: Duty) -> bool:
    """"... thực hiện một số nội dung sau": a lead-in, no duty of its own."""
    _, after = coop_in(reading, duty.verb, duty.end)
    text = reading.text[max(duty.verb, after) : duty.end]
    return _FOLLOWS.search(text) is not None and len(text.split()) <= _SHORT_LEAD_IN
