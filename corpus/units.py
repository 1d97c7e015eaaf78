"""Bodies that directives name: finding them, one name for each, and whether a duty given to one falls on another.

Names, aliases, classes and successions stand in corpus/data/units.yaml and classes.yaml; this module is their grammar.
It knows nothing of tasks or questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from corpus.abbreviations import expand_abbreviations
from corpus.phrases import PhraseTable, levelled
from corpus.places import place_names
from corpus.text import collapse, fold, has_diacritics, nfc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

__all__ = [
    "Match",
    "Succession",
    "UnitMention",
    "canonical_unit",
    "expand_abbreviations",
    "find_units",
    "general_words",
    "plural_words",
    "succession",
    "successor",
    "successors",
    "unit_at",
    "unit_kinds",
    "unit_level",
    "unit_matches",
]

T = TypeVar("T")

_DATA = Path(__file__).parent / "data"
_EVERY = "all"
_CAPITALISED = re.compile(r"(?:\s*,|\s+và|\s+-|\s*-)?\s+(?=[^\W\d_])(?P<word>\w+)")
_TAIL = re.compile(
    r"\s+(?:tỉnh|thành phố|huyện|thị xã|xã|phường|đặc khu)(?=\s+[^\W\d_]|\W|$)"
    r"|\s+(?:khu vực|số)\s+[IVXLC\d]+\b|(?<=khu vực)\s+[IVXLC\d]+\b",
    re.IGNORECASE,
)
_SCOPE = re.compile(
    r"\s*(?:(?:có|được)?\s*liên quan|(?:trực )?thuộc(?: Ủy ban nhân dân| UBND)? tỉnh|(?:trực )?thuộc Tỉnh ủy|"
    r"của Tỉnh ủy|của tỉnh|cấp (?:tỉnh|huyện|xã)|các cấp|trong tỉnh|trên địa bàn(?: tỉnh)?|tỉnh)(?!\w)",
    re.IGNORECASE,
)
_SHORT = {"ủy ban nhân dân": "ubnd", "hội đồng nhân dân": "hđnd", "mặt trận tổ quốc": "mttq"}
_WORD = re.compile(r"\w+")
_PROPER_WORD = re.compile(r"\s+(?:(?![\d_])[A-ZÀ-ỸĐ])\w*")
_NEXT_WORD = re.compile(r"\s+(\w)")
_JOINT = re.compile(r"\s*(?:[,;/-]\s*(?:và\s+)?|và\s+)(?:(?:các|từng|cấp)\s+)?")


class Match(Enum):
    """How a body that was asked for stands to a body that a directive names; NONE is false, the others are true."""

    NAME = "name"
    ALIAS = "alias"
    SUCCESSOR = "successor"
    CLASS = "class"
    NONE = "none"

    def __bool__(self) -> bool:
        return self is not Match.NONE


@dataclass(frozen=True, slots=True)
class UnitMention:
    """A body, or a class of bodies (`general`), at `start:end` of the text that was searched.

    `known` is true for a body of the data files, false for one told by its opening and capitals ("UBND xã Tân Hòa").
    `name` is the canonical name; `level` is central, province, district, commune, or None when the name does not say.
    """

    text: str
    start: int
    end: int
    name: str
    level: str | None
    general: bool = False
    known: bool = False


@dataclass(frozen=True, slots=True)
class Succession:
    """When a body ended, by which instrument, and who took over (the larger part first; may be empty)."""

    name: str
    by: tuple[str, ...]
    since: date
    source: str


@dataclass(frozen=True, slots=True)
class _Body:
    name: str
    kind: str
    level: str | None


@dataclass(frozen=True, slots=True)
class _Directory:
    """The data files, indexed."""

    bodies: Mapping[str, _Body]
    named: PhraseTable[_Body]
    folded: PhraseTable[_Body]
    openings: PhraseTable[str]
    heads: PhraseTable[tuple[str, ...]]
    successions: Mapping[str, Succession]
    capital_only: Mapping[str, _Body]
    prefixes: re.Pattern[str]
    plural: re.Pattern[str]


@cache
def _directory() -> _Directory:
    units: dict[str, Any] = yaml.safe_load((_DATA / "units.yaml").read_text(encoding="utf-8"))
    classes: dict[str, Any] = yaml.safe_load((_DATA / "classes.yaml").read_text(encoding="utf-8"))
    bodies: dict[str, _Body] = {}
    spellings: dict[str, _Body] = {}
    capital_only: dict[str, _Body] = {}
    for kind, members in units["bodies"].items():
        for member in members:
            body = _Body(member["name"], kind, units["kinds"][kind])
            bodies[body.name] = body
            for spelling in (member["name"], *member.get("aliases", ())):
                spellings[_key(spelling)] = body
                spellings[levelled(spelling)] = body
            capital_only.update(dict.fromkeys(member.get("abbreviations", ()), body))
    openings = {opening: kind for kind, listed in classes["openings"].items() for opening in listed}
    plural = "|".join(map(re.escape, sorted(classes["plural"], key=len, reverse=True)))
    prefixes = "|".join(map(re.escape, sorted(classes["roles"] + classes["plural"], key=len, reverse=True)))
    return _Directory(
        bodies=bodies,
        named=PhraseTable(spellings),
        folded=PhraseTable({fold(s): b for s, b in spellings.items() if len(s) > 3}),
        openings=PhraseTable(_with_short(openings)),
        heads=PhraseTable(_with_short({head: tuple(kinds) for head, kinds in classes["heads"].items()})),
        successions={
            s["name"]: Succession(s["name"], tuple(s["by"]), s["since"], s["source"]) for s in units["successions"]
        },
        capital_only=capital_only,
        prefixes=re.compile(rf"^(?:(?:{prefixes})\s+)+", re.IGNORECASE),
        plural=re.compile(rf"(?:{plural})\s+$", re.IGNORECASE),
    )


def _with_short(phrases: Mapping[str, T]) -> dict[str, T]:
    """The phrases, and the same with their commonest abbreviations ("UBND các xã")."""
    both = dict(phrases)
    for phrase, value in phrases.items():
        for full, short in _SHORT.items():
            if full in phrase:
                both[phrase.replace(full, short)] = value
    return both


def _key(name: str) -> str:
    """The form in which names are compared: abbreviations written out, small letters, single spaces."""
    return levelled(expand_abbreviations(collapse(nfc(name)))).strip(" .,;:-–()/")


@lru_cache(maxsize=4096)
def _forms(name: str) -> tuple[str, ...]:
    """Keys under which a name may be known, the closest first: as it stands, without roles, without its place."""
    key = _key(name)
    bare = _directory().prefixes.sub("", key)
    forms = dict.fromkeys((key, bare))
    for form in tuple(forms):
        placeless = _without_place(form)
        forms.update(dict.fromkeys((placeless, placeless.removesuffix(" tỉnh"), f"{placeless} tỉnh")))
    return tuple(f for f in forms if f)


def _without_place(key: str) -> str:
    """"sở nội vụ tỉnh khánh hòa" → "sở nội vụ tỉnh": the province's own name says nothing about which body it is."""
    for area in ("tỉnh", "thành phố"):
        head, found, place = key.rpartition(f" {area} ")
        if found and place in place_names():
            return f"{head} tỉnh"
    return key


@lru_cache(maxsize=4096)
def _lookup(name: str) -> _Body | None:
    directory = _directory()
    stripped = collapse(name)
    if stripped in directory.capital_only:
        return directory.capital_only[stripped]
    table = directory.named if has_diacritics(stripped) else directory.folded
    for form in _forms(name):
        key = form if table is directory.named else fold(form)
        found = table.at(key, 0) or directory.named.at(form, 0)
        if found is not None and found.end == len(key):
            return found.value
    return None


def canonical_unit(name: str) -> str:
    """The one name of a known body: "SNV", "Sở Nội vụ tỉnh Khánh Hòa" → "Sở Nội vụ".

    An unknown body keeps its name, less roles and plural words before it.
    """
    body = _lookup(name)
    if body is not None:
        return body.name
    return _directory().prefixes.sub("", collapse(nfc(name))).strip(" .,;:") or collapse(nfc(name))


def unit_level(name: str) -> str | None:
    """central, province, district or commune; None when the name does not say."""
    body = _lookup(name)
    if body is not None:
        return body.level
    found = _directory().openings.at(_bare(name), 0)
    kinds = {"department": "province", "ministry": "central", "district": "district", "district_party": "district",
             "commune": "commune", "commune_party": "commune"}
    return kinds.get(found.value) if found else None


def _bare(name: str) -> str:
    return _directory().prefixes.sub("", _key(name))


def find_units(text: str) -> tuple[UnitMention, ...]:
    """Bodies and classes of bodies in `text`, from left to right, without overlaps."""
    text = nfc(text)
    low = levelled(text)
    plain = fold(text)
    mentions: list[UnitMention] = []
    position = 0
    for word in _WORD.finditer(low):
        if word.start() < position:
            continue
        mention = unit_at(text, low, word.start())
        if mention is None and len(plain) == len(text):
            mention = _typed_plainly(text, plain, word.start())
        if mention is not None:
            mentions.append(mention)
            position = mention.end
    return tuple(mentions)


def unit_at(text: str, low: str, start: int) -> UnitMention | None:
    """The body or class of bodies named exactly at `start`; `low` is `levelled(text)`, computed once by the caller."""
    directory = _directory()
    known = directory.named.at(low, start)
    opened = _open_name(text, low, start)
    if known is not None and (opened is None or _with_place(text, known.end) >= opened.end):
        end = _with_place(text, known.end)
        return UnitMention(text[start:end], start, end, known.value.name, known.value.level, known=True)
    if opened is not None:
        return opened
    word = _WORD.match(text, start)
    if word is not None and (body := directory.capital_only.get(word[0])) and text[start - 1 : start] not in {"/", "-"}:
        return UnitMention(word[0], start, word.end(), body.name, body.level, known=True)
    return _class_at(text, low, start)


def general_words() -> frozenset[str]:
    """Words for bodies in general ("sở", "cơ quan chuyên môn") and openings of names ("trung tâm"), in small letters."""
    classes: dict[str, Any] = yaml.safe_load((_DATA / "classes.yaml").read_text(encoding="utf-8"))
    return frozenset(_with_short({w: None for w in classes["heads"]})) | frozenset(
        _with_short({w: None for listed in classes["openings"].values() for w in listed})
    )


def plural_words() -> tuple[str, ...]:
    """Words that open a mention of several bodies, longest first."""
    classes: dict[str, Any] = yaml.safe_load((_DATA / "classes.yaml").read_text(encoding="utf-8"))
    return tuple(sorted(classes["plural"], key=len, reverse=True))


def _typed_plainly(text: str, plain: str, start: int) -> UnitMention | None:
    """A known body typed without diacritics ("so noi vu")."""
    found = _directory().folded.at(plain, start)
    if found is None or has_diacritics(text[start : found.end]):
        return None
    return UnitMention(text[start : found.end], start, found.end, found.value.name, found.value.level, known=True)


def _open_name(text: str, low: str, start: int) -> UnitMention | None:
    """A body that the data do not list, named by an opening and capitals: "Sở Du lịch", "UBND xã Tân Hòa"."""
    directory = _directory()
    opening = directory.openings.at(low, start)
    if opening is None:
        return None
    end = opening.end
    while (step := _CAPITALISED.match(text, end)) is not None and step["word"][0].isupper():
        word = step.start("word")
        if end == opening.end and not text[end:word].isspace():
            break
        if not text[end:word].isspace() and (directory.named.at(low, word) or directory.openings.at(low, word)):
            break
        end = step.end()
    if end == opening.end:
        return None
    end = _with_place(text, end)
    mention = text[start:end]
    return UnitMention(mention, start, end, canonical_unit(mention), unit_level(mention))


def _with_place(text: str, end: int) -> int:
    """Past "tỉnh Khánh Hòa" or "khu vực XIII" after a body's name."""
    tail = _TAIL.match(text, end)
    if tail is None:
        return end
    end = tail.end()
    while (step := _PROPER_WORD.match(text, end)) is not None:
        end = step.end()
    return end


def _class_at(text: str, low: str, start: int) -> UnitMention | None:
    """A class: "các sở, ban, ngành", or two general words in a list; a lone general word is no mention."""
    directory = _directory()
    opener = directory.plural.search(low, max(0, start - 12), start)
    end, count = start, 0
    at = start
    while (head := directory.heads.at(low, at)) is not None and not _is_proper(text, low, head.end):
        end, count = head.end, count + 1
        joint = _JOINT.match(low, end)
        if joint is None or joint.end() == end:
            break
        at = joint.end()
    if not count or (count == 1 and opener is None):
        return None
    while (scope := _SCOPE.match(text, end)) is not None and scope.end() > end:
        end = scope.end()
    begin = opener.start() if opener else start
    return UnitMention(text[begin:end], begin, end, text[start:end], None, general=True)


def _is_proper(text: str, low: str, end: int) -> bool:
    """True when a general word goes on as a proper name ("Ban Tổ chức"), not as a scope ("cơ quan của Tỉnh ủy")."""
    after = _NEXT_WORD.match(text, end)
    return after is not None and after[1].isupper() and _directory().named.at(low, after.start(1)) is None


def _kinds(name: str) -> frozenset[str]:
    """Kinds of one body: its own, and that of its name's opening."""
    kinds = set()
    body = _lookup(name)
    if body is not None:
        kinds.add(body.kind)
        if body.kind == "leadership_province":
            kinds.add("leadership_party" if "ủy" in body.name.split()[-1].lower() else "state")
    found = _directory().openings.at(_key(body.name) if body else _bare(name), 0)
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
    directory = _directory()
    for word in _WORD.finditer(low):
        if word.start() < covered:
            continue
        proper = directory.named.at(low, word.start())
        head = directory.heads.at(low, word.start())
        if proper is not None and (head is None or proper.end > head.end):
            covered = proper.end
        elif head is not None:
            covered = head.end
            if not _is_proper(text, low, head.end):
                taken.update(head.value)
    return frozenset(taken)


@lru_cache(maxsize=65536)
def unit_matches(asked: str, named: str) -> Match:
    """How `asked` (a body a person names) stands to `named` (a body, several, or a class, as a directive writes it).

    SUCCESSOR holds in both directions: a duty of an ended body is found by today's name, and the other way round.
    """
    forms = _forms(asked)
    if not forms:
        return Match.NONE
    if forms[0] == _key(named):
        return Match.NAME
    wanted = canonical_unit(asked)
    mentioned = {canonical_unit(named), *(m.name for m in find_units(named) if not m.general)}
    if _key(wanted) in {_key(m) for m in mentioned} or _bare(asked) == _bare(named):
        return Match.ALIAS
    if any(_succeeds(wanted, m) or _succeeds(m, wanted) for m in mentioned):
        return Match.SUCCESSOR
    if _falls_under(asked, named) or _falls_under(named, asked):
        return Match.CLASS
    return Match.NONE


def _falls_under(name: str, general: str) -> bool:
    taken = _taken_in(general)
    return bool(taken) and not _taken_in(name) and (_EVERY in taken or not taken.isdisjoint(_kinds(name)))


def unit_kinds(name: str) -> frozenset[str]:
    """Kinds of body (units.yaml, classes.yaml) that a name stands for: one body's, or all that a class takes in."""
    return _taken_in(name) or _kinds(name)


def _succeeds(later: str, earlier: str) -> bool:
    return later in set(_line(earlier))


def _line(name: str) -> Iterator[str]:
    """Successors of a body, theirs, and so on."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        ended = _directory().successions.get(waiting.pop(0))
        for heir in ended.by if ended else ():
            if heir not in seen:
                seen.add(heir)
                waiting.append(heir)
                yield heir


def succession(name: str) -> Succession | None:
    """How a body ended; None for one that still stands, or is unknown."""
    return _directory().successions.get(canonical_unit(name))


def successors(name: str) -> tuple[str, ...]:
    """All that took over from a body, the larger part first."""
    ended = succession(name)
    return ended.by if ended else ()


def successor(name: str) -> str | None:
    """Who took over (the larger part) from a body that has ended; None when it stands, or nobody did."""
    return next(iter(successors(name)), None)
