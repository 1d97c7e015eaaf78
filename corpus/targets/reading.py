"""From the pieces of a statement to goals: value and direction, baseline, time and scope."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from corpus.targets.drafts import Draft, share
from corpus.targets.naming import Memory, capital, is_share, names_of, remember, subject_of
from corpus.targets.parts import each_time_pattern, is_named, strip_openers, take_apart, topic_of
from corpus.targets.statements import BASELINE, Piece, Text
from corpus.targets.tops import better_pattern, split_indexes
from corpus.targets.vocabulary import any_of, holds, target_words
from corpus.time_words import FLAGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.targets.context import Section
    from corpus.targets.parts import Parts
    from corpus.targets.quantities import Quantity
    from corpus.times import TimeReading

_REACH: Final = 400
_FORBIDDING: Final = re.compile(rf"{any_of('forbidding')}(?!\w).*vượt", FLAGS)


def continues(plain: str, span: tuple[int, int]) -> bool:
    """True when a semicolon, and not the end of a sentence, stands before the statement."""
    return plain[max(0, span[0] - 9) : span[0]].rstrip().endswith(";")


def read_statement(
    text: Text,
    cut: Sequence[Piece],
    span: tuple[int, int],
    *,
    section: Section,
    current: TimeReading | None,
    memory: Memory,
) -> tuple[list[Draft], Memory]:
    """Goals of one statement, in order, and what it leaves to the next one of its sentence.

    `current` is the time that leads the statement or an earlier one of the clause.
    """
    groups: list[list[Draft]] = []
    opened = (
        memory.inside
        and continues(text.plain, span)
        and "trong đó:" in text.plain[max(0, span[0] - _REACH) : span[0]].lower()
    )
    memory = replace(memory, topic=topic_of(text, cut[0]) or memory.topic, draft=None, inside=opened)
    shared = _trailing_time(text, cut, span)
    for piece in cut:
        parts = take_apart(text, piece)
        memory = replace(memory, inside=parts.inside or (memory.inside and not is_named(parts.subject)))
        subject = subject_of(piece, parts, memory) if parts.is_subject_first else ""
        names = names_of(text, piece, parts, subject, memory)
        if not subject and is_share(parts.subject):
            subject = names[0]
        time = _own_time(text, piece) or shared or current
        draft = _draft(text, piece, parts, time=time, section=section, memory=memory)
        groups.append([replace(draft, indicator=capital(name)) for name in names])
        memory = remember(memory, parts, subject, groups[-1][0])
    share(groups, cut)
    drafts = [draft for group in groups for draft in group if draft.indicator]
    return drafts + _better(text, span, memory.subject, section), memory


def _draft(
    text: Text, piece: Piece, parts: Parts, *, time: TimeReading | None, section: Section, memory: Memory
) -> Draft:
    quantity, before = piece.quantity, memory.draft
    whole = text.plain[piece.start : piece.end]
    change, op = parts.change, quantity.op
    if before and piece.joined and not parts.verb and not parts.links and not parts.is_subject_first:
        change = before.change
        op = before.op if not quantity.said and before.op in (">=", "<=", "~") and quantity.value != 100 else op
    if op == ">=" and _FORBIDDING.search(whole):
        op = "<="
    if quantity.unit == "lần" and "gấp" in f"{parts.links} {quantity.lead}":
        change = change or "tăng"
    per_head = re.match(r"số\s+(\S.*/.*)", parts.subject, FLAGS) if quantity.kind == "bare" else None
    return Draft(
        start=piece.start,
        end=piece.end,
        indicator="",
        op=op,
        value=quantity.value,
        value_max=quantity.value_max,
        unit=per_head[1] if per_head else quantity.unit,
        change=change,
        due=time.due if time else section.due,
        period=time.period if time else section.period,
        cadence=_cadence(quantity, whole),
        baseline=_baseline(text, piece),
        scope=_scope(whole),
    )


def _own_time(text: Text, piece: Piece) -> TimeReading | None:
    """The time inside the piece that is nearest to its figure, one after it before one ahead of it."""
    inside = [t for t in text.times_in(piece.start, piece.end) if t.due or t.starts_on]
    after = [t for t in inside if t.start >= piece.quantity.end]
    return after[0] if after else inside[-1] if inside else None


def _trailing_time(text: Text, cut: Sequence[Piece], span: tuple[int, int]) -> TimeReading | None:
    """A time that closes the statement and so holds for all of it."""
    closing = [t for t in text.times_in(cut[-1].quantity.end, span[1]) if t.due]
    leading = any(not t.recurrence for p in cut[:-1] for t in text.times_in(p.start, p.end))
    return closing[-1] if closing and not leading else None


def _cadence(quantity: Quantity, whole: str) -> str | None:
    for cadence in target_words("cadences"):
        if re.search(rf"/\s*{cadence}\b", quantity.unit or ""):
            return str(cadence)
    found = each_time_pattern().search(whole)
    return found[0].split()[-1].lower() if found else None


def _baseline(text: Text, piece: Piece) -> str | None:
    if piece.quantity.before is not None:
        begin = text.plain[piece.quantity.start : piece.quantity.number]
        return re.split(r"\s(?:xuống|lên|còn|đến|tới)(?:\s|$)", " ".join(begin.split()))[0].strip()
    masked = BASELINE.search(text.plain, piece.start, piece.end)
    return " ".join(text.plain[masked.start() : masked.end()].split()) if masked else None


def _scope(whole: str) -> str | None:
    found = holds("scopes").search(whole)
    return found[0].lower().replace("trên địa bàn tỉnh", "toàn tỉnh") if found else None


def leading_time(text: Text, span: tuple[int, int]) -> TimeReading | None:
    """The time that opens a statement and holds for what follows it in the clause ("Đến năm 2025, ...")."""
    for time in text.times_in(*span):
        if time.due or time.starts_on:
            before = strip_openers(text.masked[span[0] : time.start])
            return None if before.strip() else time
    return None


def _better(text: Text, span: tuple[int, int], subject: str, section: Section) -> list[Draft]:
    """ "Điểm chỉ số năm sau cao hơn năm trước", for each index of the statement's subject."""
    found = better_pattern().search(text.plain, *span)
    if not found:
        return []
    start = max(text.plain.rfind(",", span[0], found.start()) + 1, span[0])
    unit = "điểm" if "điểm" in text.plain[start : found.start()].lower() else None
    names = split_indexes(subject) if subject else [text.plain[start : found.start()]]
    return [
        Draft(
            start,
            found.end(),
            capital(name),
            ">=",
            unit=unit,
            change="tăng",
            due=section.due,
            period=section.period,
            cadence="năm",
            baseline="so với năm trước",
        )
        for name in names
    ]
