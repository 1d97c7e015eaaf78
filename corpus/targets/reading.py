"""From the pieces of a statement to goals: value and direction, baseline, time and scope."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from corpus.targets.drafts import Draft, share
from corpus.targets.naming import (
    Memory,
    capital,
    goes_on,
    inherited_change,
    is_share,
    names_of,
    remember,
    subject_of,
)
from corpus.targets.parts import each_time_pattern, is_named, strip_openers, take_apart, topic_of
from corpus.targets.statements import BASELINE, Piece, Text
from corpus.targets.tops import better_pattern, split_indexes
from corpus.targets.vocabulary import any_of, holds, target_words
from corpus.time_words import FLAGS, YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.targets.context import Section
    from corpus.targets.parts import Parts
    from corpus.targets.quantities import Quantity
    from corpus.times import TimeReading

_REACH: Final = 400
_NEW_THOUGHT: Final = re.compile(r"\s*phấn đấu\s", FLAGS)
_SPREAD: Final = re.compile(r"\s*bình quân\s", FLAGS)
"""A yearly share of the goal before it ("1.500 người đến năm 2030, bình quân mỗi năm 300 người")."""
_YEARS: Final = re.compile(rf"(?<!\w)các năm:?\s+{YEAR}(?:\s*(?:,|và|;)\s*(?:năm\s+)?{YEAR})+", FLAGS)
_IN_TURN: Final = re.compile(r"(?<!\w)(?:lần lượt|tương ứng)(?!\w)", FLAGS)
_SOME: Final = re.compile(r"(?<!\w)(?:đối với|riêng|ở|tại)\s", FLAGS)
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
    said: TimeReading | None = None
    opened = (
        memory.inside
        and continues(text.plain, span)
        and "trong đó:" in text.plain[max(0, span[0] - _REACH) : span[0]].lower()
    )
    topic = topic_of(text, cut[0])
    if topic and take_apart(text, cut[0]).subject == topic:
        topic = ""  # "Độ che phủ rừng: 61%" is done with; "Cơ cấu kinh tế: nông nghiệp 20%; ..." goes on
    memory = replace(memory, topic=topic or memory.topic, draft=None, inside=opened)
    shared = _trailing_time(text, cut, span)
    for piece in cut:
        parts = take_apart(text, piece)
        memory = replace(memory, inside=parts.inside or (memory.inside and not is_named(parts.subject)))
        subject = subject_of(piece, parts, memory) if parts.is_subject_first else ""
        names = names_of(text, piece, parts, subject, memory)
        if not subject and is_share(parts.subject):
            subject = names[0]
        own = _own_time(text, piece)
        again = not (parts.subject or parts.object) and piece.listed  # "đạt 78 tỷ đồng năm 2026, tăng 13%"
        time = own or shared or (said if again else None) or current
        time = time or (said if _SPREAD.match(text.plain[piece.start : piece.end]) else None)
        said = own or said
        draft = _draft(text, piece, parts, time=time, section=section, memory=memory)
        unranked = parts.kind == "top" and not is_named(subject) and " về " not in f" {parts.object}"
        groups.append([replace(draft, indicator=capital(name), place_only=unranked) for name in names])
        memory = remember(memory, parts, subject, groups[-1][0])
    share(groups, cut)
    _over_years(text, span, groups)
    drafts = [draft for group in groups for draft in group if draft.indicator]
    return drafts + _better(text, span, memory.subject, section), memory


def _draft(
    text: Text, piece: Piece, parts: Parts, *, time: TimeReading | None, section: Section, memory: Memory
) -> Draft:
    quantity, before = piece.quantity, memory.draft
    whole = text.plain[piece.start : piece.end]
    change, op = parts.change, quantity.op
    if before and goes_on(piece, parts):
        change = inherited_change(piece, parts, memory) or change
        op = before.op if not quantity.said and before.op in (">=", "<=", "~") and quantity.value != 100 else op
    if quantity.before is not None and not change:
        change = "tăng" if quantity.value > quantity.before else "giảm"
    if op == ">=" and _FORBIDDING.search(whole):
        op = "<="
    if quantity.unit == "lần" and "gấp" in f"{parts.links} {quantity.lead}":
        change = change or "tăng"
    if not change and "thêm" in f"{parts.links} {quantity.lead}".split():
        change = "tăng"
    begins = bool(time and time.starts_on and not time.due and section.kind == "goal")
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
        due=time.due if time and not begins else section.due,
        period=time.period if time and not begins else section.period,
        cadence=_cadence(quantity, whole),
        baseline=_baseline(text, piece),
        scope=_scope(whole),
    )


def _over_years(text: Text, span: tuple[int, int], groups: list[list[Draft]]) -> None:
    """ "Vào các năm 2026, 2028, 2030 lần lượt đạt 30%, 45%, 60%": one figure for each year."""
    listed = _YEARS.search(text.plain, *span)
    years = re.findall(YEAR, listed[0]) if listed else []
    if len(years) == len(groups) and _IN_TURN.search(text.plain, *span):
        for i, year in enumerate(years):
            groups[i] = [replace(d, due=date(int(year), 12, 31), period=None) for d in groups[i]]


def _own_time(text: Text, piece: Piece) -> TimeReading | None:
    """The time inside the piece that is nearest to its figure, one after it before one ahead of it."""
    inside = [t for t in text.times_in(piece.start, piece.end) if t.due or t.starts_on]
    inside = [t for t in inside if t.start < piece.quantity.end or not _of_some(text.plain, piece, t)]
    after = [t for t in inside if t.start >= piece.quantity.end]
    return after[0] if after else inside[-1] if inside else None


def _of_some(plain: str, piece: Piece, time: TimeReading) -> bool:
    """True for a time in an aside about a part ("(hoàn thành trước ngày 30/9 đối với tuyến tỉnh)")."""
    opened = plain.rfind("(", piece.quantity.end, time.start)
    closed = plain.find(")", time.end)
    return opened >= 0 and closed >= 0 and bool(_SOME.search(plain, opened, closed))


def _trailing_time(text: Text, cut: Sequence[Piece], span: tuple[int, int]) -> TimeReading | None:
    """A time that closes the statement and so holds for all of it."""
    times = text.times_in(cut[-1].quantity.end, span[1])
    closing = [t for t in times if t.due and not _of_some(text.plain, cut[-1], t)]
    if len(cut) > 1 and not cut[-1].joined and _says_nothing_new(text, cut[-1]):
        return None  # "đạt 2%, tăng dần lên 3% vào năm 2030": the second stage of one goal
    if len(cut) > 1 and _NEW_THOUGHT.match(text.plain[cut[-1].start : cut[-1].end]):
        return None
    leading = any(not t.recurrence for p in cut[:-1] for t in text.times_in(p.start, p.end))
    return closing[-1] if closing and not leading else None


def _says_nothing_new(text: Text, piece: Piece) -> bool:
    parts = take_apart(text, piece)
    return not parts.subject and not parts.object


def _cadence(quantity: Quantity, whole: str) -> str | None:
    for cadence in target_words("cadences"):
        if re.search(rf"/\s*{cadence}\b", quantity.unit or ""):
            return str(cadence)
    found = each_time_pattern().search(whole)
    return found[0].split()[-1].lower() if found else None


def _baseline(text: Text, piece: Piece) -> str | None:
    if piece.quantity.before is not None:
        begin = text.plain[piece.quantity.start : piece.quantity.number]
        return re.split(r"\s(?:tăng|giảm|nâng|xuống|lên|còn|đến|tới)(?:\s|$)", " ".join(begin.split()))[0].strip()
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
