"""From the pieces of a statement to goals: what each figure is about, its direction, baseline, time and scope."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final

from corpus.records import Change, Operator
from corpus.targets.context import Section
from corpus.targets.quantities import Quantity
from corpus.targets.statements import BASELINE, Piece, Text
from corpus.targets.tops import better_pattern, split_indexes
from corpus.targets.vocabulary import any_of, closes, holds, opens, target_words, word_class
from corpus.time_citations import MASK
from corpus.time_words import FLAGS, alternatives
from corpus.times import TimeReading

_PARENTHESES: Final = re.compile(r"\([^()]*\)")
_ELLIPSIS: Final = re.compile(r"\s*(?:đối với|ở|tại|cho)\s+", FLAGS)
_PREDICATE: Final = re.compile(r"\s(?:được|đạt|có|hoàn thành|thực hiện|bảo đảm|sử dụng|tham gia)\s", FLAGS)


@dataclass(frozen=True, slots=True)
class Draft:
    """A goal as read from one clause; `start:end` is the stretch of the clause's text to quote."""

    start: int
    end: int
    indicator: str
    op: Operator = "="
    value: float | None = None
    value_max: float | None = None
    unit: str | None = None
    change: Change | None = None
    due: date | None = None
    period: tuple[str, str] | None = None
    cadence: str | None = None
    baseline: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class _Parts:
    """A piece taken apart: what stands before the figure, the linking words, and its object after it.

    `verb` is a change that governs the whole ("giảm tỷ lệ ... xuống 2%"); `inside` is true after "trong đó".
    """

    subject: str
    verb: str
    links: str
    object: str
    kind: str
    inside: bool = False

    @property
    def is_subject_first(self) -> bool:
        """True for "tỷ lệ ... đạt 90%", false for "90% hồ sơ ..."."""
        if self.kind == "top" or not self.object:
            return True
        named = bool(opens("indicators").match(self.subject))
        return bool(self.subject) and (named or (bool(self.links) and change_of(self.links) is None))

    @property
    def change(self) -> Change | None:
        """The direction that the piece's own words give."""
        return change_of(f"{self.verb} {self.links}")


@dataclass(frozen=True, slots=True)
class _Memory:
    """What earlier pieces of a statement leave to later ones that say less."""

    subject: str = ""
    object: str = ""
    draft: Draft | None = None


def read_statement(text: Text, cut: Sequence[Piece], span: tuple[int, int], section: Section,
                   current: TimeReading | None) -> list[Draft]:  # fmt: skip
    """Goals of one statement, in order; `current` is the time that leads it or an earlier statement of the clause."""
    groups: list[list[Draft]] = []
    memory = _Memory()
    shared = _trailing_time(text, cut, span)
    for piece in cut:
        parts = _parts(text, piece)
        subject = _subject(piece, parts, memory) if parts.is_subject_first else ""
        names = _names(piece, parts, subject, memory)
        if not any(names):
            continue
        time = _own_time(text, piece) or shared or current
        draft = _draft(text, piece, parts, time, section, memory)
        groups.append([replace(draft, indicator=capital(name)) for name in names])
        elliptical = bool(_ELLIPSIS.match(parts.object))
        memory = _Memory(subject or memory.subject, memory.object if elliptical else parts.object, draft)
    if len(groups) == len(cut):
        _share_predicate(groups, cut)
        _share_baseline(groups, cut)
    drafts = [draft for group in groups for draft in group]
    return drafts + _better(text, span, memory.subject, section)


def _draft(text: Text, piece: Piece, parts: _Parts, time: TimeReading | None, section: Section, memory: _Memory) -> Draft:
    quantity, before = piece.quantity, memory.draft
    whole = text.plain[piece.start : piece.end]
    change, op = parts.change, quantity.op
    if before and piece.joined and not parts.verb and not parts.links and not parts.is_subject_first:
        change = before.change
        op = before.op if not quantity.said and before.op in (">=", "<=", "~") and quantity.value != 100 else op
    return Draft(
        start=piece.start,
        end=piece.end,
        indicator="",
        op=op,
        value=quantity.value,
        value_max=quantity.value_max,
        unit=quantity.unit,
        change=change,
        due=time.due if time else section.due,
        period=time.period if time else section.period,
        cadence=_cadence(quantity, whole),
        baseline=_baseline(text, piece),
        scope=_scope(whole),
    )


# Taking a piece apart


def _parts(text: Text, piece: Piece) -> _Parts:
    quantity = piece.quantity
    before = text.masked[piece.start : quantity.start]
    inside = bool(re.match(r"[\s,]*trong đó", before, FLAGS))
    if quantity.kind == "top":
        subject, links = _strip_closing(_fresh(before), "placed"), ""
    else:
        subject, links = _strip_links(_fresh(before))
    head = re.match(rf"{any_of('changes')}(?!\w)\s*", subject, FLAGS)
    verb = head[0].strip() if head and change_of(subject) and change_of(subject[: head.end() + 8]) else ""
    subject = subject[head.end() :] if head and verb else subject
    said = " ".join(w for w in quantity.lead.split() if w in _LINKING)
    return _Parts(_tidy(subject), verb, f"{links} {said}".strip(), _object(text, piece), quantity.kind, inside)


_LINKING: Final = frozenset({"đạt", "là", "bằng", "còn", "thêm"})


def _object(text: Text, piece: Piece) -> str:
    """The words after the figure without its baseline, times and asides, up to where the sentence leaves the object."""
    after = text.masked[piece.quantity.end : piece.end]
    if piece.quantity.tail > piece.quantity.end:
        after = re.sub(rf"(?:{any_of('upward')}|{any_of('downward')})(?!\w)", "", after, flags=FLAGS)
    better = better_pattern().search(after)
    after = after[: max(after.rfind(",", 0, better.start()), 0)] if better else after
    compared = BASELINE.search(after)
    after = after[: compared.start()] if compared else after
    leaving = re.search(rf",\s*{any_of('leaving')}(?!\w)", after, FLAGS)
    after = after[: leaving.start()] if leaving else after
    return _tidy(_each_time_pattern().sub("", _PARENTHESES.sub("", after)))


def _tidy(text: str) -> str:
    return " ".join(text.replace(MASK, " ").split()).strip(" ,.;:*“”\"")


def _fresh(text: str) -> str:
    """The words before a figure, without a topic before a colon, earlier thoughts of the sentence, and opening words."""
    topic = text.rfind(": ")
    if topic >= 0 and not re.search(r"chỉ số\s*$", text[:topic], FLAGS):
        text = text[topic + 1 :]
    for separator in re.finditer(r",\s*(?:và\s+)?|\s(?:để|nhằm)\s+", text):
        rest = text[separator.end() :].lstrip(" " + MASK)
        if opens("openers").match(rest) or (separator[0].strip() in ("để", "nhằm") and len(rest) > 3):
            return _fresh(text[separator.end() :])
    return _strip_openers(text)


def _strip_openers(text: str) -> str:
    """The text without the words, times and marks that open a statement."""
    while True:
        text = text.lstrip(" \t\n,:;-+*•–" + MASK)
        found = opens("openers").match(text)
        if not found:
            return text
        text = text[found.end() :]


def _strip_closing(text: str, words: str) -> str:
    while True:
        text = text.rstrip(" \t\n,:*" + MASK)
        found = closes(words).search(text)
        if not found:
            return text
        text = text[: found.start()]


def _strip_links(text: str) -> tuple[str, str]:
    """The text without the linking words at its end, and those words."""
    subject = _strip_closing(text, "links")
    return subject, " ".join(text[len(subject) :].lower().replace(MASK, " ").split())


@cache
def _each_time_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of('each_time')}\s+{alternatives(target_words('cadences'))}(?!\w)", FLAGS)


@cache
def _change_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?!{any_of('not_changes')}(?!\w)){any_of('changes')}(?!\w)", FLAGS)


def change_of(words: str) -> Change | None:
    """The last direction named among linking words; "tăng trưởng" is none."""
    found = _change_pattern().findall(words)
    return word_class("changes")[" ".join(found[-1].lower().split())] if found else None  # type: ignore[return-value]


# What the figure is about


def _subject(piece: Piece, parts: _Parts, memory: _Memory) -> str:
    """What a subject-first figure is about, completed from what stood before when it says less."""
    subject = parts.subject if len(split_indexes(parts.subject)) > 1 else _from_indicator(parts.subject)
    if not memory.subject:
        return subject
    named = bool(opens("indicators").match(subject))
    if not subject:
        return memory.subject
    if parts.inside and not named:
        return f"{memory.subject} có {_lower(subject)}" if "có" not in subject.split()[:1] else f"{memory.subject} {subject}"
    passive = memory.subject.rpartition(" được ")
    if piece.joined and not named and passive[0]:
        return f"{passive[0]} được {_lower(subject)}"
    return subject


def _names(piece: Piece, parts: _Parts, subject: str, memory: _Memory) -> list[str]:
    """The indicator's name; several when the subject joins several indexes."""
    if parts.is_subject_first:
        where = f" - {parts.object}" if parts.kind == "top" and parts.object else ""
        return [f"{name}{where}" for name in split_indexes(subject)] if subject else []
    object_ = parts.object
    ellipsis = _ELLIPSIS.match(object_)
    if ellipsis and memory.object:
        object_ = f"{_head_of(memory.object)} {object_[ellipsis.end() :]}"
    if piece.quantity.kind in ("percent", "bare"):
        inherited = memory.draft.change if memory.draft and piece.joined else None
        start = "" if parts.change or inherited else "Tỷ lệ"
        return [f"{parts.subject or start} {object_}".strip()]
    return [f"{parts.subject or 'Số'} {piece.quantity.unit or ''} {object_}".strip()]


def _from_indicator(subject: str) -> str:
    """The subject from its last indicator word after a comma on, so that earlier thoughts of the sentence stay out."""
    starts = [0, *(m.end() for m in re.finditer(r",\s*(?:và\s+)?|\s(?:bảo đảm|nâng|đưa)\s+", subject))]
    named = [s for s in starts if opens("indicators").match(subject, s)]
    return subject if not named or 0 in named else subject[named[-1] :]


def _head_of(object_: str) -> str:
    """The noun of an object and its preposition ("hồ sơ công việc tại cơ quan ..." → "hồ sơ công việc tại")."""
    found = re.search(r"\s(?:tại|ở|của|thuộc)\s", object_)
    return object_[: found.end() - 1] if found else re.split(r"\scấp\s", object_)[0]


def _share_predicate(groups: list[list[Draft]], cut: Sequence[Piece]) -> None:
    """Gives the predicate after the last object of a list ("... và 60% ... được xử lý") to those before it."""
    if len(groups) < 2 or not cut[-1].joined:
        return
    predicate = _PREDICATE.search(groups[-1][-1].indicator)
    if not predicate or any(_PREDICATE.search(d.indicator) for group in groups[:-1] for d in group):
        return
    tail = groups[-1][-1].indicator[predicate.start() :]
    groups[:-1] = [[replace(d, indicator=d.indicator + tail) for d in group] for group in groups[:-1]]


def _share_baseline(groups: list[list[Draft]], cut: Sequence[Piece]) -> None:
    """A baseline at the end of "giảm 10% A và 10% B so với năm 2021" holds for both."""
    for i in range(len(groups) - 2, -1, -1):
        after = groups[i + 1][0]
        if cut[i + 1].joined and after.baseline and groups[i][0].change == after.change:
            groups[i] = [replace(d, baseline=d.baseline or after.baseline, end=max(d.end, after.end)) for d in groups[i]]


def capital(text: str) -> str:
    """The text with single spaces, no punctuation at its ends and a capital first letter."""
    text = " ".join(text.split()).strip(" ,:;")
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


# When, compared with what, how often, where


def _own_time(text: Text, piece: Piece) -> TimeReading | None:
    """The time inside the piece that is nearest to its figure, one after it before one ahead of it."""
    inside = [t for t in text.times if piece.start <= t.start < piece.end and (t.due or t.starts_on)]
    after = [t for t in inside if t.start >= piece.quantity.end]
    return after[0] if after else inside[-1] if inside else None


def _trailing_time(text: Text, cut: Sequence[Piece], span: tuple[int, int]) -> TimeReading | None:
    """A time that closes the statement and so holds for all of it."""
    closing = [t for t in text.times if cut[-1].quantity.end <= t.start < span[1] and t.due]
    leading = any(_own_time(text, p) for p in cut[:-1])
    return closing[-1] if closing and not leading else None


def _cadence(quantity: Quantity, whole: str) -> str | None:
    for cadence in target_words("cadences"):
        if re.search(rf"/\s*{cadence}\b", quantity.unit or ""):
            return str(cadence)
    found = _each_time_pattern().search(whole)
    return found[0].split()[-1].lower() if found else None


def _baseline(text: Text, piece: Piece) -> str | None:
    if piece.quantity.before is not None:
        begin = text.plain[piece.quantity.start : piece.quantity.number]
        return re.split(r"\s(?:xuống|lên|còn|đến|tới)\s", " ".join(begin.split()))[0].strip()
    masked = BASELINE.search(text.plain, piece.start, piece.end)
    return " ".join(text.plain[masked.start() : masked.end()].split()) if masked else None


def _scope(whole: str) -> str | None:
    found = holds("scopes").search(whole)
    return found[0].lower().replace("trên địa bàn tỉnh", "toàn tỉnh") if found else None


def leading_time(text: Text, span: tuple[int, int]) -> TimeReading | None:
    """The time that opens a statement and holds for what follows it in the clause ("Đến năm 2025, ...")."""
    for time in text.times:
        if span[0] <= time.start < span[1] and (time.due or time.starts_on):
            before = _strip_openers(text.masked[span[0] : time.start])
            return None if before.strip() else time
    return None


def _better(text: Text, span: tuple[int, int], subject: str, section: Section) -> list[Draft]:
    """"Điểm chỉ số năm sau cao hơn năm trước", for each index of the statement's subject."""
    found = better_pattern().search(text.plain, *span)
    if not found:
        return []
    start = max(text.plain.rfind(",", span[0], found.start()) + 1, span[0])
    unit = "điểm" if "điểm" in text.plain[start : found.start()].lower() else None
    names = split_indexes(subject) if subject else [text.plain[start : found.start()]]
    return [
        Draft(start, found.end(), capital(name), ">=", unit=unit, change="tăng", due=section.due, period=section.period,
              cadence="năm", baseline="so với năm trước")  # fmt: skip
        for name in names
    ]
