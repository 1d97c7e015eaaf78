"""Whether a duty given to one body falls on another: by name, alias, succession or class."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.abbreviations import expand_abbreviations
from corpus.phrases import levelled
from corpus.text import collapse, nfc
from corpus.unit_directory import Succession, bare_key, canonical_unit, directory, forms_of, key_of, look_up
from corpus.unit_mentions import WORD, find_units, is_proper

if TYPE_CHECKING:
    from collections.abc import Iterator

_EVERY = "all"
_COMMUNE = "commune"
_SORT = re.compile(r"(?:(?:ủy ban|hội đồng) nhân dân )?(thị trấn|đặc khu|xã|phường)(?!\w)")
_AFTER_HEAD = re.compile(r"\s+(?=\w)(?!(?:và|hoặc)\s)")
_IN_LIST = re.compile(r"(?:\s*[,;/]\s*(?:và\s+)?|\s+(?:và|hoặc)\s+)(?:các\s+)?(?=\w)")


class Match(Enum):
    """How a body that was asked for stands to a body that a directive names; NONE is false, the others are true."""

    NAME = "name"
    ALIAS = "alias"
    SUCCESSOR = "successor"
    CLASS = "class"
    NONE = "none"

    def __bool__(self) -> bool:
        return self is not Match.NONE


@lru_cache(maxsize=65536)
def unit_matches(asked: str, named: str) -> Match:
    """How `asked` (a body a person names) stands to `named` (a body, several, or a class, as a directive writes it).

    SUCCESSOR holds in both directions: a duty of an ended body is found by today's name, and the other way round.
    """
    forms = forms_of(asked)
    if not forms:
        return Match.NONE
    if forms[0] == key_of(named):
        return Match.NAME
    wanted = canonical_unit(asked)
    mentioned = {canonical_unit(named), *(m.name for m in find_units(named) if not m.general)}
    if key_of(wanted) in {key_of(m) for m in mentioned} or bare_key(asked) == bare_key(named):
        return Match.ALIAS
    if any(_succeeds(wanted, m) or _succeeds(m, wanted) for m in mentioned):
        return Match.SUCCESSOR
    if _falls_under(asked, named) or _falls_under(named, asked):
        return Match.CLASS
    return Match.NONE


def _falls_under(name: str, general: str) -> bool:
    taken = _taken_in(general)
    if not taken or _taken_in(name):
        return False
    if _EVERY in taken:
        return True
    shared = taken & _kinds(name)
    return bool(shared) and not (shared == {_COMMUNE} and _of_another_sort(name, general))


def _of_another_sort(name: str, general: str) -> bool:
    """"UBND xã Nà Lốc" and "UBND các phường": a commune is no ward."""
    sort = _SORT.match(key_of(name))
    sorts = {word for word in WORD.findall(key_of(general)) if word in directory().commune_sorts}
    return sort is not None and sort[1] in directory().commune_sorts and bool(sorts) and sort[1] not in sorts


def unit_kinds(name: str) -> frozenset[str]:
    """Kinds of body (units.yaml, classes.yaml) that a name stands for: one body's, or all that a class takes in."""
    return _taken_in(name) or _kinds(name)


def _kinds(name: str) -> frozenset[str]:
    """Kinds of one body: its own, and that of its name's opening."""
    kinds = set()
    body = look_up(name)
    if body is not None:
        kinds.add(body.kind)
        if body.kind == "leadership_province":
            kinds.add("leadership_party" if "ủy" in body.name.split()[-1].lower() else "state")
    found = directory().openings.at(key_of(body.name) if body else bare_key(name), 0)
    if found is not None:
        kinds.add(found.value)
    return frozenset(kinds)


@lru_cache(maxsize=4096)
def _taken_in(name: str) -> frozenset[str]:
    """Kinds of body that a general name takes in; empty for a proper name."""
    text = expand_abbreviations(collapse(nfc(name)))
    low = levelled(text)
    taken: set[str] = set()
    covered = 0
    known_bodies = directory()
    for word in WORD.finditer(low):
        if word.start() < covered:
            continue
        proper = known_bodies.named.at(low, word.start())
        head = known_bodies.heads.at(low, word.start())
        if proper is not None and (head is None or proper.end > head.end):
            covered = proper.end
        elif head is not None:
            covered = head.end
            every = _EVERY in head.value
            if not is_proper(text, low, head.end) and not (every and _is_narrowed(low, head.end)):
                taken.update(head.value)
    return frozenset(taken)


def _is_narrowed(low: str, end: int) -> bool:
    """True when words that tell a business follow a general word, or the list it opens: "đơn vị thu gom rác"."""
    known_bodies = directory()
    joint = _IN_LIST.match(low, end)
    following = known_bodies.heads.at(low, joint.end()) if joint else None
    if following is not None:
        return _EVERY in following.value and _is_narrowed(low, following.end)
    after = _AFTER_HEAD.match(low, end)
    return after is not None and known_bodies.open_qualifiers.at(low, after.end()) is None


def _succeeds(later: str, earlier: str) -> bool:
    return later in set(_line(earlier))


def _line(name: str) -> Iterator[str]:
    """Successors of a body, theirs, and so on."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        ended = directory().successions.get(waiting.pop(0))
        for heir in ended.by if ended else ():
            if heir not in seen:
                seen.add(heir)
                waiting.append(heir)
                yield heir


def succession(name: str) -> Succession | None:
    """How a body ended; None for one that still stands, or is unknown."""
    return directory().successions.get(canonical_unit(name))


def successors(name: str) -> tuple[str, ...]:
    """All that took over from a body, the larger part first."""
    ended = succession(name)
    return ended.by if ended else ()


def successor(name: str) -> str | None:
    """Who took over (the larger part) from a body that has ended; None when it stands, or nobody did."""
    return next(iter(successors(name)), None)
