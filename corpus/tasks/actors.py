"""Who: the phrase that names one or several bodies at a place in a sentence, and its separate names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.phrases import levelled
from corpus.tasks.words import words
from corpus.units import find_units, unit_at

if TYPE_CHECKING:
    from corpus.tasks.reading import Reading

_LONGEST = 1200
_SHORT_NOUN = 2
_WORD = re.compile(r"[^\W_][\w/&.-]*")
_JOINT = re.compile(r"\s*(?:[,;/]\s*)?(?:(?:và|cùng|cùng với|hoặc)\s+)?")
_BRACKET = re.compile(r"\s*\([^()]{0,160}\)")
_AREA = re.compile(r"[^,;:.()]*?\s(tỉnh|các cấp|cấp tỉnh|cấp xã|Trung ương|thành phố|xã|phường)(?!\w)")
_LONG_AREA = re.compile(r"\s+[A-ZÀ-ỸĐ][^;:.()]*?\s(tỉnh|các cấp|cấp tỉnh|thành phố)(?!\w)")
_STRONG = re.compile(
    r"(?<!\w)(?:chủ trì|giúp|tham mưu|có trách nhiệm|chịu trách nhiệm|tổ chức|phân công|của|để|cho|với|thuộc)(?!\w)"
)
_SUBJECT_REACH = 90
_NAMES_JOINT = re.compile(r"\s*[,;]\s*(?:và\s+)?(?:của\s+)?|\s+(?:và|cùng với|cùng|nhất là)\s+")
_OPENING = re.compile(r"^(?:và|cùng với|cùng|nhất là|gồm|là)\s+")
_EDGE = " \t,;:.-–()\"“”*"


@dataclass(frozen=True, slots=True)
class Actors:
    """Bodies named at `start:end`, each as written; `sure` when the last is a known body that needs no more words."""

    start: int
    end: int
    names: tuple[str, ...]
    sure: bool = False


def actors_at(reading: Reading, start: int, *, end: int | None = None) -> Actors | None:
    """The list of bodies that begins at `start`; it goes on to the verb, adverb or punctuation that ends it."""
    stop = min(end if end is not None else len(reading.text), start + _LONGEST)
    at = _head(reading, start, stop, joined=False)
    if at is None:
        return None
    sure = _complete(reading, start, at)
    while at < stop:
        bracket = _BRACKET.match(reading.text, at, stop)
        if bracket:
            at = bracket.end()
            continue
        joint = _JOINT.match(reading.text, at, stop)
        here = joint.end() if joint else at
        joined = bool(joint and joint[0].strip())
        if here >= stop or (not joined and (here == at or sure)):
            break
        after = _continued(reading, here, stop, joined=joined)
        if after is None:
            break
        at = after
        sure = _complete(reading, here, at)
    text = reading.text[start:at]
    return Actors(start, at, split_names(text), sure) if text.strip(_EDGE) else None


def _complete(reading: Reading, start: int, at: int) -> bool:
    """True when a proper body's name fills `start:at` and no scope ("tỉnh", "cấp xã") follows that belongs to it."""
    plural = words().plural.match(reading.text, start)
    unit = unit_at(reading.text, reading.low, plural.end() if plural else start)
    if unit is None or not unit.known or unit.end != at:
        return False
    word = _WORD.match(reading.text, reading.blank(at))
    return word is None or word[0].lower() not in words().scopes


def _head(reading: Reading, start: int, stop: int, *, joined: bool) -> int | None:
    """The end of the first body's head; None when no body stands here."""
    plural = words().plural.match(reading.text, start)
    begin = plural.end() if plural else start
    unit = unit_at(reading.text, reading.low, begin)
    noun = words().actor_nouns.at(reading.low, begin)
    opener = words().openers.at(reading.low, begin)
    if noun is not None and opener is not None and opener.end > noun.end:
        return None
    subject = _named_by_subject(reading, begin, stop)
    if subject is not None:
        return subject
    end = max(unit.end if unit else 0, noun.end if noun else 0)
    if not end or end > stop:
        return None
    if not joined and plural is None and unit is None and noun is not None and _is_verb_here(reading, begin, noun.end):
        return None
    return _past_named_verb(reading, end)


def _named_by_subject(reading: Reading, begin: int, stop: int) -> int | None:
    """"Ban Chỉ đạo chuyển đổi số tỉnh": a body whose name holds its subject, up to the word for its area."""
    founded, long_named = words().founded.at(reading.low, begin), words().long_named.at(reading.low, begin)
    head = founded or long_named
    if head is None:
        return None
    area = (_AREA if founded else _LONG_AREA).match(reading.text, head.end, min(stop, head.end + _SUBJECT_REACH))
    if area is None or _STRONG.search(reading.low, head.end, area.start(1)):
        return None
    after = reading.past_adverbs(area.end())
    goes_on = after >= stop or not reading.text[after].isalpha() or reading.may_begin_duty(after)
    return area.end() if goes_on or after > reading.blank(area.end()) else None


def _is_verb_here(reading: Reading, begin: int, end: int) -> bool:
    """"tổ chức thực hiện", "lãnh đạo, chỉ đạo": a noun for a body that is the verb when a verb or an object follows."""
    verb = words().duty.at(reading.low, begin)
    if verb is None:
        return False
    if verb.end > end:
        return True
    if verb.end < end and len(reading.low[begin:end].split()) > _SHORT_NOUN:
        return False  # "thường trực HĐND", "tổ chức tín dụng"; "cấp ủy" may go on ("cấp ủy viên")
    after = reading.blank(end)
    if unit_at(reading.text, reading.low, after) or words().plural.match(reading.text, after):
        return reading.low[begin:end] == "tổ chức" or reading.text[begin].islower()
    return True


def _past_named_verb(reading: Reading, end: int) -> int:
    """"cơ quan quản lý nhà nước": a verb that belongs to the name, unless it is the body's only verb."""
    if not reading.low.endswith(words().named_nouns, 0, end):
        return end
    here = reading.blank(end)
    found = words().named_by_verb.at(reading.low, here)
    if found is None or here == end:
        return end
    if found.value == "sau" and (verb := words().duty.at(reading.low, reading.blank(found.end))):
        return verb.end
    return found.end


def _continued(reading: Reading, here: int, stop: int, *, joined: bool) -> int | None:
    """The place after one more word or body of the list; None where the list ends."""
    if joined or words().plural.match(reading.text, here):
        head = _head(reading, here, stop, joined=True)
        if head is not None or ";" in reading.text[max(0, here - 2) : here]:
            return head
    compound = None if joined else words().compounds.at(reading.low, here)
    if compound is not None:
        return compound.end
    if _ends_list(reading, here):
        return None
    unit = unit_at(reading.text, reading.low, here)
    word = _WORD.match(reading.text, here, stop)
    if unit is not None:
        return unit.end
    return word.start() + len(word[0].rstrip("./-")) if word else None


def _ends_list(reading: Reading, here: int) -> bool:
    if reading.text[here].isupper():
        return False
    table = words()
    tables = (table.duty, table.before_verb, table.statement, table.bounds, table.order)
    return any(t.at(reading.low, here) is not None for t in tables) or reading.time_at(here) is not None


def is_body(reading: Reading, at: int) -> bool:
    """True when a body, or several, are named at `at`, not a general word in the singular."""
    return unit_at(reading.text, reading.low, at) is not None or words().plural.match(reading.text, at) is not None


def split_names(text: str) -> tuple[str, ...]:
    """The separate bodies of a list, as written: "các sở, ban, ngành; UBND xã Tân Hòa" → two."""
    text = re.sub(r"\([^()]*\)", lambda m: " " * len(m[0]), text)
    low = levelled(text)
    proper = [(m.start, m.end) for m in find_units(text) if not m.general]
    pieces: list[str] = []
    at, joint = 0, ""
    for cut in [*_NAMES_JOINT.finditer(text), None]:
        if cut is not None and not _parts_names(text, low, cut, proper):
            continue
        piece = text[at : cut.start() if cut else len(text)].strip(_EDGE)
        if piece and pieces and _goes_with(pieces[-1], piece):
            pieces[-1] += joint + piece
        elif piece:
            pieces.append(piece)
        if cut is not None:
            at, joint = cut.end(), cut[0]
    return tuple(dict.fromkeys(" ".join(_OPENING.sub("", p).split()) for p in pieces))


def _parts_names(text: str, low: str, cut: re.Match[str], proper: list[tuple[int, int]]) -> bool:
    """True where another body begins: after "Ủy ban Tài chính, " the word "Ngân sách" goes on with the name."""
    if any(a < cut.start() and cut.end() < b for a, b in proper):
        return False
    plural = words().plural.match(text, cut.end())
    here = plural.end() if plural else cut.end()
    return bool(plural or words().actor_nouns.at(low, here) or unit_at(text, low, here))


def _goes_with(before: str, piece: str) -> bool:
    """"các sở" + "ban": general words that make one phrase."""
    first, last = levelled(piece), levelled(before)
    head = next((w for w in words().together if re.match(rf"{w}(?!\w)", first)), None)
    noun = words().actor_nouns.at(first, 0)
    if head is None or piece[len(head) :].lstrip()[:1].isupper() or (noun is not None and noun.end > len(head)):
        return False
    return any(re.search(rf"(?<!\w){w}$", last) for w in words().together)
