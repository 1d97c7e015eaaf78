"""What a figure is about: the name of its indicator, completed from what the sentence said before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from corpus.targets.drafts import PREDICATE
from corpus.targets.parts import change_of, is_named
from corpus.targets.tops import split_indexes
from corpus.targets.vocabulary import measure_words, opens, target_words
from corpus.time_words import FLAGS, alternatives

if TYPE_CHECKING:
    from corpus.records import Change
    from corpus.targets.drafts import Draft
    from corpus.targets.parts import Parts
    from corpus.targets.quantities import Quantity
    from corpus.targets.statements import Piece, Text

_ELLIPSIS: Final = re.compile(
    r"\s*(?:(?:đối với|ở|tại|cho)\s+|(?=(?:cấp|khu vực|đô thị|nông thôn|thành thị)(?!\w)))", FLAGS
)
_FOOTNOTE: Final = re.compile(r"(?<=[a-zà-ỹđ]{3})\d{1,2}(?=\s|$)")
"""A footnote's number stuck to a word ("công lập1")."""
_SHARE: Final = re.compile(r"(?:tỷ|tỉ) lệ", FLAGS)
_SEVERAL: Final = re.compile(r"số [^,]{1,40}(?:, số [^,]{1,40})* và số ", FLAGS)
_COUNTS: Final = re.compile(r",\s+(?=số\s)|\s+và\s+(?=số\s)", FLAGS)
_SHARE_OF: Final = re.compile(r"^(?:%|phần trăm)\s+(?=\S)")
_EACH: Final = re.compile(r"(?:mỗi|từng)\s", FLAGS)
_PER_TIME: Final = re.compile(rf"/{alternatives(target_words('cadences'))}$", FLAGS)
_CONTRIBUTING: Final = re.compile(r"đóng góp vào\s+(?=chỉ số\s)", FLAGS)
_ABOUT: Final = re.compile(r"(?:^|\s)về\s+(\S.*)", FLAGS)


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier figures of a sentence leave to later ones that say less.

    `topic` stands before a colon ("Cơ cấu kinh tế: ..."), `whole` is what "trong đó" is a part of.
    """

    subject: str = ""
    object: str = ""
    topic: str = ""
    whole: str = ""
    inside: bool = False
    draft: Draft | None = None


def remember(memory: Memory, parts: Parts, subject: str, draft: Draft) -> Memory:
    """What the sentence has said once this figure is read."""
    elliptical = bool(_ELLIPSIS.match(parts.object))
    return replace(
        memory,
        subject=memory.subject if memory.inside else subject or memory.subject,
        object=memory.object if elliptical or memory.inside or parts.is_subject_first else parts.object,
        whole=memory.whole if memory.inside else draft.indicator,
        draft=draft,
    )


def goes_on(piece: Piece, parts: Parts) -> bool:
    """True for a member of a list that says its figure and object only ("..., 80% B và 70% C")."""
    return piece.listed and not (parts.verb or parts.links or parts.is_subject_first)


def inherited_change(piece: Piece, parts: Parts, memory: Memory) -> Change | None:
    """The direction of the figure before, for one joined to it by "và", or by a comma and alike."""
    if memory.draft is None or not goes_on(piece, parts):
        return None
    alike = memory.draft.unit == piece.quantity.unit and not PREDICATE.search(parts.object)
    return memory.draft.change if piece.joined or alike else None


def subject_of(piece: Piece, parts: Parts, memory: Memory) -> str:
    """What a subject-first figure is about, completed from what stood before when it says less."""
    subject = parts.subject if len(split_indexes(parts.subject)) > 1 else _from_indicator(parts.subject)
    if not subject:
        known = memory.subject.partition(" có ")[0] if parts.kind == "top" else memory.subject
        return known or memory.topic or (memory.draft.indicator if memory.draft else memory.whole)
    if is_named(subject):
        return subject
    if memory.inside and memory.whole:
        return _part_of(memory.whole, subject)
    passive = memory.subject.rpartition(" được ")
    if piece.joined and passive[0]:
        return f"{passive[0]} được {_lower(subject)}"
    return f"{memory.topic} - {_lower(subject)}" if memory.topic else subject


def _part_of(whole: str, subject: str) -> str:
    """The name of a part ("trong đó có bằng cấp": a quality; "trong đó tiểu học": a kind)."""
    if subject.partition(" ")[0].lower() in ("có", "được", "đạt", "qua"):
        return f"{whole} {_lower(subject)}"
    return f"{whole} - {_lower(subject)}"


def names_of(text: Text, piece: Piece, parts: Parts, subject: str, memory: Memory) -> list[str]:
    """The indicator's name; several when the subject joins several indexes; empty when it stands later."""
    quantity = piece.quantity
    if quantity.kind == "top":
        own = _ABOUT.search(parts.object)
        if own and not is_named(parts.subject):
            return [own[1]]
        where = f" - {parts.object}" if parts.object else ""
        return [f"{n}{where}" for n in split_indexes(subject)] if subject else [text.plain[quantity.start : piece.end]]
    if parts.is_subject_first:
        where = f" {parts.object}" if _ELLIPSIS.match(parts.object) else ""
        if quantity.kind == "count" and not (parts.object or parts.links or is_named(subject)):
            where = f" {_without_scale(quantity.unit or '')}"
        return [f"{name}{where}" for name in split_indexes(subject)] if subject else [""]
    return _counts_apart(_named_by_object(piece, parts, memory))


def _counts_apart(name: str) -> list[str]:
    """One name for each count that shares a figure ("số vụ, số người chết và số người bị thương")."""
    counts = _COUNTS.split(name) if _SEVERAL.match(name) else [name]
    return counts if all(count.lower().startswith("số ") for count in counts) else [name]


def _named_by_object(piece: Piece, parts: Parts, memory: Memory) -> str:
    """The name of a figure that stands before what it counts ("90% hồ sơ ...")."""
    quantity, object_ = piece.quantity, parts.object
    if parts.subject and _SHARE_OF.search(quantity.unit or "") and object_.startswith("cho "):
        return f"{parts.subject} {_SHARE_OF.sub('', quantity.unit or '')} {object_}"
    if is_share(parts.subject) and object_:
        return f"{parts.subject} {object_}"
    ellipsis = _ELLIPSIS.match(object_) if quantity.kind == "percent" else None
    if ellipsis and memory.object:
        object_ = f"{_head_of(memory.object)} {object_[ellipsis.end() :]}"
    elif ellipsis and memory.subject:
        return f"{memory.subject} {object_}"
    predicate = PREDICATE.search(memory.object)
    if memory.inside and predicate and PREDICATE.match(f" {object_}"):
        object_ = f"{memory.object[: predicate.start()]} {object_}"
    if quantity.kind in ("percent", "bare"):
        inherited = inherited_change(piece, parts, memory)
        if change_of(parts.links) and parts.subject and is_named(object_):
            return f"{object_} - {_lower(parts.subject)}"
        start = "" if parts.change or inherited else "Tỷ lệ"
        return f"{parts.subject or start} {object_}".strip()
    return _named_by_thing(quantity, parts, object_)


def _named_by_thing(quantity: Quantity, parts: Parts, object_: str) -> str:
    """The name of a count or amount: what is done, the thing counted, and the rest ("Trồng cây ...")."""
    thing = _without_scale(quantity.unit or "") if quantity.kind == "count" or not object_ else ""
    if _EACH.match(parts.subject):
        return f"{thing} {object_} ở {_lower(parts.subject)}".strip()
    start = parts.subject or ("Số" if quantity.kind == "count" else "")
    return f"{start} {thing} {object_}".strip()


def is_share(subject: str) -> bool:
    """True for a bare "tỷ lệ", which the object after the figure completes ("đạt tỷ lệ 100% sản phẩm có nhãn")."""
    return _SHARE.fullmatch(subject) is not None


def _without_scale(unit: str) -> str:
    """ "triệu lượt khách/năm" → "lượt khách"."""
    thing = re.sub(rf"^{alternatives(measure_words('scales'))}\s+", "", unit, flags=FLAGS)
    return _PER_TIME.sub("", thing)


def _from_indicator(subject: str) -> str:
    """The subject from its last indicator word after a comma on, so that earlier thoughts of the sentence stay out."""
    starts = [0, *(m.end() for m in re.finditer(r",\s*(?:và\s+)?|\s(?:bảo đảm|nâng|đưa)\s+", subject))]
    named = [s for s in starts if opens("indicators").match(subject, s)]
    return _CONTRIBUTING.sub("", subject if not named or 0 in named else subject[named[-1] :])


def _head_of(object_: str) -> str:
    """The noun of an object and its preposition ("hồ sơ công việc tại cơ quan ..." → "hồ sơ công việc tại")."""
    found = re.search(r"\s(?:tại|ở|của|thuộc)\s", object_)
    return object_[: found.end() - 1] if found else re.split(r"\scấp\s", object_)[0]


def capital(text: str) -> str:
    """The text with single spaces, no punctuation at its ends and a capital first letter."""
    text = _FOOTNOTE.sub("", " ".join(text.split()).strip(" ,:;"))
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
