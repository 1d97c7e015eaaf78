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
_WORD = re.compile(r"[^\W_][\w/&.-]*")
_JOINT = re.compile(r"\s*(?:[,;/]\s*)?(?:(?:và|cùng|cùng với|hoặc)\s+)?")
_BRACKET = re.compile(r"\s*\([^()]{0,160}\)")
_EDGE = " \t,;:.-–()\"“”*"


@dataclass(frozen=True, slots=True)
class Actors:
    """Bodies named at `start:end`, each as written, without the words that open a plural."""

    start: int
    end: int
    names: tuple[str, ...]


def actors_at(reading: Reading, start: int, *, end: int | None = None) -> Actors | None:
    """The list of bodies that begins at `start`; it goes on to the verb, adverb or punctuation that ends it."""
    stop = min(end if end is not None else len(reading.text), start + _LONGEST)
    at = _head(reading, start, stop)
    if at is None:
        return None
    while at < stop:
        bracket = _BRACKET.match(reading.text, at, stop)
        if bracket:
            at = bracket.end()
            continue
        joint = _JOINT.match(reading.text, at, stop)
        here = joint.end() if joint else at
        joined = bool(joint and joint[0].strip())
        if here >= stop or (not joined and here == at):
            break
        after = _continued(reading, here, stop, joined=joined)
        if after is None:
            break
        at = after
    text = reading.text[start:at]
    return Actors(start, at, split_names(text)) if text.strip(_EDGE) else None


def _head(reading: Reading, start: int, stop: int) -> int | None:
    """The end of the first body's head; None when no body stands here."""
    plural = words().plural.match(reading.text, start)
    begin = plural.end() if plural else start
    unit = unit_at(reading.text, reading.low, begin)
    noun = words().actor_nouns.at(reading.low, begin)
    end = max(unit.end if unit else 0, noun.end if noun else 0)
    if not end or end > stop:
        return None
    if plural is None and unit is None and noun is not None and _is_verb_here(reading, begin, noun.end):
        return None
    return _past_named_verb(reading, end)


def _is_verb_here(reading: Reading, begin: int, end: int) -> bool:
    """"tổ chức thực hiện", "lãnh đạo, chỉ đạo": a noun for a body that is the verb when a verb or an object follows."""
    verb = words().duty.at(reading.low, begin)
    if verb is None:
        return False
    if verb.end > end:
        return True
    after = reading.blank(end)
    if unit_at(reading.text, reading.low, after) or words().plural.match(reading.text, after):
        return reading.low[begin:end] == "tổ chức"
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
    plural = words().plural.match(reading.text, here)
    if joined or plural:
        head = _head(reading, here, stop)
        if head is not None:
            return head
        if reading.text[here - 1 : here] == ";" or ";" in reading.text[max(0, here - 2) : here]:
            return None
    compound = words().compounds.at(reading.low, here)
    if compound is not None and not joined and _goes_on(reading, compound.end):
        return compound.end
    if _ends_list(reading, here):
        return None
    unit = unit_at(reading.text, reading.low, here)
    if unit is not None:
        return unit.end
    word = _WORD.match(reading.text, here, stop)
    if word is None:
        return None
    return word.end() - len(word[0]) + len(word[0].rstrip("./-"))


def _goes_on(reading: Reading, at: int) -> bool:
    """A compound that is a body's name, not its verb: something other than an object's comma follows."""
    return reading.text[at : at + 1] != ""


def _ends_list(reading: Reading, here: int) -> bool:
    if reading.text[here].isupper():
        return False
    table = words()
    tables = (table.duty, table.before_verb, table.statement, table.bounds, table.order)
    return any(t.at(reading.low, here) is not None for t in tables) or reading.time_at(here) is not None


def split_names(text: str) -> tuple[str, ...]:
    """The separate bodies of a list, as written: "các sở, ban, ngành; UBND xã Tân Hòa" → two."""
    text = re.sub(r"\([^()]*\)", lambda m: " " * len(m[0]), text)
    proper = [(m.start, m.end) for m in find_units(text) if not m.general]
    cuts = [
        (m.start(), m.end())
        for m in re.finditer(r"\s*[,;]\s*(?:và\s+)?|\s+(?:và|cùng với|cùng|nhất là)\s+|\s*;\s*", text)
        if not any(a < m.start() and m.end() < b for a, b in proper)
    ]
    pieces: list[str] = []
    at = 0
    for start, end in [*cuts, (len(text), len(text))]:
        piece, joint = text[at:start].strip(_EDGE), text[at - 1 : at] if at else ""
        if piece:
            if pieces and _goes_with(pieces[-1], piece):
                pieces[-1] = f"{pieces[-1]}{_between(text, pieces[-1], at, joint)}{piece}"
            else:
                pieces.append(piece)
        at = end
    return tuple(dict.fromkeys(" ".join(_without_opening(p).split()) for p in pieces if p))


def _between(text: str, before: str, at: int, joint: str) -> str:
    gap = re.search(r"(\s*[,;]\s*(?:và\s+)?|\s+(?:và|cùng với|cùng|nhất là)\s+)$", text[:at])
    return gap[1] if gap else ", "


def _goes_with(before: str, piece: str) -> bool:
    """"các sở" + "ban": general words that make one phrase."""
    together = words().together
    first = levelled(piece)
    head = next((w for w in sorted(together, key=len, reverse=True) if first.startswith(w)), None)
    if head is None or (len(first) > len(head) and first[len(head)].isalnum()):
        return False
    if piece[len(head) :].strip() and piece[len(head) :].strip()[0].isupper():
        return False
    last = levelled(before)
    return any(last.endswith(w) and (len(last) == len(w) or not last[-len(w) - 1].isalnum()) for w in together)


def _without_opening(name: str) -> str:
    return re.sub(r"^(?:và|cùng với|cùng|nhất là|gồm|là)\s+", "", name)
