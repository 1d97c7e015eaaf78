"""The directory of bodies (corpus/data/units.yaml, classes.yaml), and how a name is looked up in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from corpus.abbreviations import expand_abbreviations
from corpus.phrases import PhraseTable, levelled
from corpus.places import place_names
from corpus.text import collapse, fold, has_diacritics, nfc

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

T = TypeVar("T")

_DATA = Path(__file__).parent / "data"
_SHORT = {"ủy ban nhân dân": "ubnd", "hội đồng nhân dân": "hđnd", "mặt trận tổ quốc": "mttq"}


@dataclass(frozen=True, slots=True)
class Succession:
    """When a body ended, by which instrument, and who took over (the larger part first; may be empty)."""

    name: str
    by: tuple[str, ...]
    since: date
    source: str


@dataclass(frozen=True, slots=True)
class Body:
    name: str
    kind: str
    level: str | None


@dataclass(frozen=True, slots=True)
class Directory:
    """The data files, indexed.

    `name_words` tells of each whether it may go on with a name in small letters; `verb_of_report` finds one that is the
    verb of a report where it stands.
    """

    bodies: Mapping[str, Body]
    named: PhraseTable[Body]
    folded: PhraseTable[Body]
    openings: PhraseTable[str]
    heads: PhraseTable[tuple[str, ...]]
    successions: Mapping[str, Succession]
    capital_only: Mapping[str, Body]
    prefixes: re.Pattern[str]
    plural: re.Pattern[str]
    starts_anew: tuple[str, ...]
    name_words: PhraseTable[bool]
    verb_of_report: re.Pattern[str]
    capital_openings: frozenset[str]
    open_qualifiers: PhraseTable[str]
    commune_sorts: frozenset[str]


@cache
def directory() -> Directory:
    units: dict[str, Any] = yaml.safe_load((_DATA / "units.yaml").read_text(encoding="utf-8"))
    classes: dict[str, Any] = yaml.safe_load((_DATA / "classes.yaml").read_text(encoding="utf-8"))
    bodies: dict[str, Body] = {}
    spellings: dict[str, Body] = {}
    capital_only: dict[str, Body] = {}
    for kind, members in units["bodies"].items():
        for member in members:
            body = Body(member["name"], kind, units["kinds"][kind])
            bodies[body.name] = body
            for spelling in (member["name"], *member.get("aliases", ())):
                spellings[key_of(spelling)] = body
                spellings[levelled(spelling)] = body
            capital_only.update(dict.fromkeys(member.get("abbreviations", ()), body))
    openings = {opening: kind for kind, listed in classes["openings"].items() for opening in listed}
    plural = "|".join(map(re.escape, sorted(classes["plural"], key=len, reverse=True)))
    prefixes = "|".join(map(re.escape, sorted(classes["roles"] + classes["plural"], key=len, reverse=True)))
    return Directory(
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
        starts_anew=tuple(classes["starts_anew"]),
        capital_openings=frozenset(classes["capital_openings"]),
        open_qualifiers=PhraseTable({words: words for words in classes["open_qualifiers"]}),
        commune_sorts=frozenset(classes["commune_sorts"]),
        name_words=PhraseTable(
            dict.fromkeys(classes["name_starts"], False) | dict.fromkeys(classes["name_nouns"], True)
        ),
        verb_of_report=re.compile(
            rf"(?:{'|'.join(classes['name_or_verb'])})\s*(?:,|và)?\s*(?:báo cáo|trình|gửi|tham mưu)(?!\w)"
        ),
        plural=re.compile(rf"(?:{plural})\s+$", re.IGNORECASE),
    )


def general_words() -> frozenset[str]:
    """Words for bodies in general ("sở", "cơ quan chuyên môn") and openings of names ("trung tâm")."""
    classes: dict[str, Any] = yaml.safe_load((_DATA / "classes.yaml").read_text(encoding="utf-8"))
    openings = [word for listed in classes["openings"].values() for word in listed]
    return frozenset(_with_short(dict.fromkeys([*classes["heads"], *openings])))


def plural_words() -> tuple[str, ...]:
    """Words that open a mention of several bodies, longest first."""
    classes: dict[str, Any] = yaml.safe_load((_DATA / "classes.yaml").read_text(encoding="utf-8"))
    return tuple(sorted(classes["plural"], key=len, reverse=True))


def _with_short(phrases: Mapping[str, T]) -> dict[str, T]:
    """The phrases, and the same with their commonest abbreviations ("UBND các xã")."""
    both = dict(phrases)
    for phrase, value in phrases.items():
        for full, short in _SHORT.items():
            if full in phrase:
                both[phrase.replace(full, short)] = value
    return both


def key_of(name: str) -> str:
    """The form in which names are compared: abbreviations written out, small letters, single spaces."""
    return levelled(expand_abbreviations(collapse(nfc(name)))).strip(" .,;:-–()/")


@lru_cache(maxsize=4096)
def forms_of(name: str) -> tuple[str, ...]:
    """Keys under which a name may be known, the closest first: as it stands, without roles, without its place."""
    key = key_of(name)
    bare = directory().prefixes.sub("", key)
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
def look_up(name: str) -> Body | None:
    known_bodies = directory()
    stripped = collapse(name)
    if stripped in known_bodies.capital_only:
        return known_bodies.capital_only[stripped]
    table = known_bodies.named if has_diacritics(stripped) else known_bodies.folded
    for form in forms_of(name):
        key = form if table is known_bodies.named else fold(form)
        found = table.at(key, 0) or known_bodies.named.at(form, 0)
        if found is not None and found.end == len(key):
            return found.value
    return None


def bare_key(name: str) -> str:
    return directory().prefixes.sub("", key_of(name))


def canonical_unit(name: str) -> str:
    """The one name of a known body: "SNV", "Sở Nội vụ tỉnh Khánh Hòa" → "Sở Nội vụ".

    An unknown body keeps its name, less roles and plural words before it.
    """
    body = look_up(name)
    if body is not None:
        return body.name
    return directory().prefixes.sub("", collapse(nfc(name))).strip(" .,;:") or collapse(nfc(name))
