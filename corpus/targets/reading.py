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
from corpus.targets.statements import Piece, Text
from corpus.targets.vocabulary import any_of, closes, holds, opens, target_words, word_class
from corpus.time_citations import MASK
from corpus.time_words import FLAGS, alternatives
from corpus.times import TimeReading

_BASELINE: Final = re.compile(r"so với [^,;.()\x1a]*(?:\x1a+[^,;.()\x1a]*)?", FLAGS)
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
    """A piece taken apart: subject before the figure, object after it, and the linking words between."""

    subject: str
    verb: str
    links: str
    object: str
    leads: bool

    @property
    def is_subject_first(self) -> bool:
        """True for "tỷ lệ ... đạt 90%", false for "90% hồ sơ ..."."""
        if not self.object:
            return True
        named = bool(opens("indicators").match(self.subject))
        changing = _change(self.links) is not None and not named
        return bool(self.subject) and (named or (bool(self.links) and not changing))


def read_pieces(text: Text, cut: Sequence[Piece], span: tuple[int, int], section: Section,
                current: TimeReading | None) -> list[Draft]:  # fmt: skip
    """Goals of one statement, in order; `current` is the time that leads it or an earlier statement of the clause."""
    drafts: list[Draft] = []
    last_subject, last_object, last = "", "", None
    shared = _trailing_time(text, cut, span)
    for piece in cut:
        parts = _parts(text, piece)
        indicator = _indicator(text, piece, parts, last_subject, last_object)
        if not indicator:
            continue
        own = _own_time(text, piece) or shared or current
        draft = _draft(text, piece, parts, indicator, own, section, drafts[-1] if piece.joined and drafts else None)
        drafts.append(draft)
        last_subject = indicator if parts.is_subject_first else last_subject
        last_object = parts.object if not parts.is_subject_first else last_object
        last = piece
    del last
    return _share_baseline(_share_predicate(drafts, cut), cut)


def _draft(text: Text, piece: Piece, parts: _Parts, indicator: str, time: TimeReading | None, section: Section,
           before: Draft | None) -> Draft:  # fmt: skip
    quantity = piece.quantity
    whole = text.plain[piece.start : piece.end]
    change = _change(f"{parts.verb} {parts.links}")
    op: Operator = quantity.op
    if before and not quantity.said and not parts.verb and not parts.links and not parts.is_subject_first:
        change = change or before.change
        op = before.op if before.op in (">=", "<=", "~") and quantity.value != 100 else op
    return Draft(
        start=piece.start,
        end=piece.end,
        indicator=indicator,
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
    before = _strip_openers(text.masked[piece.start : quantity.start])
    before, links = _strip_links(before)
    verb = ""
    after = text.masked[quantity.end : piece.end]
    if quantity.tail > quantity.end:
        after = re.sub(rf"(?:{any_of('upward')}|{any_of('downward')})(?!\w)", "", after, flags=FLAGS)
    after = _PARENTHESES.sub("", _BASELINE.sub("", after)).replace(MASK, "")
    after = " ".join(_strip_each_time(after).split()).strip(" ,.;:*“”\"")
    head = re.match(rf"{any_of('changes')}(?!\w)\s*", before, FLAGS)
    if head and _change(head[0]):
        verb, before = head[0].strip(), before[head.end() :]
    leads = not before
    return _Parts(" ".join(before.replace(MASK, " ").split()).strip(" ,:*"), verb, f"{links} {quantity.lead}".strip(), after, leads)


def _strip_openers(text: str) -> str:
    """The text without the words, times and marks that open a statement."""
    while True:
        text = text.lstrip(" \t\n,:;-+*•–" + MASK)
        found = opens("openers").match(text)
        if not found:
            return text
        text = text[found.end() :]


def _strip_links(text: str) -> tuple[str, str]:
    """The text without the linking words at its end, and those words."""
    links: list[str] = []
    while True:
        text = text.rstrip(" \t\n,:*" + MASK)
        found = closes("links").search(text)
        if not found:
            return text, " ".join(reversed(links))
        links.append(found[0].strip().lower())
        text = text[: found.start()]


@cache
def _each_time_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of('each_time')}\s+{alternatives(target_words('cadences'))}(?!\w)", FLAGS)


def _strip_each_time(text: str) -> str:
    return _each_time_pattern().sub("", text)


def _change(words: str) -> Change | None:
    """The last direction named among linking words; "tăng trưởng" is none."""
    found = [m for m in holds("changes").finditer(words)]
    return word_class("changes")[" ".join(found[-1][0].lower().split())] if found else None  # type: ignore[return-value]


# What the figure is about


def _indicator(text: Text, piece: Piece, parts: _Parts, last_subject: str, last_object: str) -> str:
    if parts.is_subject_first:
        subject = _from_indicator(parts.subject)
        inside = re.match(r"\s*,?\s*trong đó", text.plain[piece.start : piece.quantity.start], FLAGS)
        named = bool(opens("indicators").match(subject))
        if last_subject and (not subject or (inside and not named)):
            return f"{last_subject} {_lower(subject)}".strip()
        return _capital(f"{subject} {_share_object(parts)}".strip())
    object_ = parts.object
    ellipsis = _ELLIPSIS.match(object_)
    if ellipsis and last_object:
        object_ = f"{_head_of(last_object)} {object_[ellipsis.end():]}"
    unit = piece.quantity.unit or ""
    if piece.quantity.kind in ("percent", "bare"):
        start = "" if _change(f"{parts.verb} {parts.links}") else "Tỷ lệ"
        return _capital(f"{parts.subject or start} {object_}".strip())
    return _capital(f"{parts.subject or 'Số'} {unit} {object_}".strip())


def _share_object(parts: _Parts) -> str:
    return ""


def _from_indicator(subject: str) -> str:
    """The subject from its last indicator word after a comma on, so that earlier thoughts of the sentence stay out."""
    starts = [0, *(m.end() for m in re.finditer(r",\s*(?:và\s+)?|\s(?:để|nhằm|bảo đảm|nâng|đưa)\s+", subject))]
    named = [s for s in starts if opens("indicators").match(subject, s)]
    if not named or 0 in named:
        return subject
    return subject[named[-1] :]


def _head_of(object_: str) -> str:
    """The noun of an object before its first place or holder ("hồ sơ công việc tại cơ quan ..." → "hồ sơ công việc tại")."""
    found = re.search(r"\s(?:tại|ở|của|thuộc|cấp)\s", object_)
    return object_[: found.start() + len(found[0].rstrip())] if found and found[0].strip() != "cấp" else object_


def _share_predicate(drafts: list[Draft], cut: Sequence[Piece]) -> list[Draft]:
    """Gives the predicate after the last object of a list ("... và 60% ... được xử lý") to those before it."""
    if len(drafts) < 2 or not cut[-1].joined or len(drafts) != len(cut):
        return drafts
    predicate = _PREDICATE.search(drafts[-1].indicator)
    if not predicate or any(_PREDICATE.search(d.indicator) for d in drafts[:-1]):
        return drafts
    tail = drafts[-1].indicator[predicate.start() :]
    return [*(replace(d, indicator=d.indicator + tail) for d in drafts[:-1]), drafts[-1]]


def _share_baseline(drafts: list[Draft], cut: Sequence[Piece]) -> list[Draft]:
    """A baseline at the end of "giảm 10% A và 10% B so với năm 2021" holds for both."""
    if len(drafts) != len(cut):
        return drafts
    for i in range(len(drafts) - 2, -1, -1):
        after = drafts[i + 1]
        if cut[i + 1].joined and after.baseline and not drafts[i].baseline and drafts[i].change == after.change:
            drafts[i] = replace(drafts[i], baseline=after.baseline, end=after.end)
    return drafts


def _capital(text: str) -> str:
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
        return " ".join(begin.split()).rsplit(" xuống", 1)[0].rsplit(" lên", 1)[0].strip()
    masked = _BASELINE.search(text.masked, piece.start, piece.end)
    return " ".join(text.plain[masked.start() : masked.end()].split()) if masked else None


def _scope(whole: str) -> str | None:
    found = holds("scopes").search(whole)
    return found[0].lower().replace("trên địa bàn tỉnh", "toàn tỉnh") if found else None
