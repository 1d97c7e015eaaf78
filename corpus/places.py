"""Provinces before and since the merger of 1 July 2025: finding them in a text, and which is now part of which.

The names stand in corpus/data/places.yaml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from corpus.phrases import PhraseTable, levelled
from corpus.text import collapse, fold, has_diacritics, nfc

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_DATA = Path(__file__).parent / "data" / "places.yaml"
_KIND = re.compile(r"(?:\b(?:tỉnh|thành phố|tinh|thanh pho)|\btp\.?)\s*$", re.IGNORECASE)
_LEADING_KIND = re.compile(r"^(?:tỉnh|thành phố|tinh|thanh pho|tp\.?)\s+", re.IGNORECASE)


class PlaceMatch(Enum):
    """How an asked place stands to a directive's place; NONE is false, the others are true."""

    SAME = "same"
    MERGED = "merged"
    NONE = "none"

    def __bool__(self) -> bool:
        return self is not PlaceMatch.NONE


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A province at `start:end` of the text; `merged_into` is today's province when it no longer stands by itself."""

    text: str
    start: int
    end: int
    name: str
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    since: date
    today: frozenset[str]
    merged: Mapping[str, str]
    predecessors: Mapping[str, tuple[str, ...]]
    spelled: PhraseTable[str]
    folded: PhraseTable[str]
    spellings: Mapping[str, str]
    capital_only: Mapping[str, str]
    common: frozenset[str]
    before_abbreviation: re.Pattern[str]


@cache
def _gazetteer() -> _Gazetteer:
    data: dict[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    predecessors = {now: tuple(formerly) for now, formerly in data["provinces"].items()}
    merged = {old: now for now, formerly in predecessors.items() for old in formerly if old != now}
    spellings = {name: name for name in (*predecessors, *merged)}
    for name, others in data["aliases"].items():
        spellings.update(dict.fromkeys(others, name))
    after = "|".join(map(re.escape, sorted(data["abbreviation_after"], key=len, reverse=True)))
    return _Gazetteer(
        since=data["since"],
        today=frozenset(predecessors),
        merged=merged,
        predecessors=predecessors,
        spelled=PhraseTable(spellings),
        folded=PhraseTable({fold(s): name for s, name in spellings.items()}),
        spellings={levelled(s): name for s, name in spellings.items()} | {fold(s): n for s, n in spellings.items()},
        capital_only={a: name for name, listed in data["abbreviations"].items() for a in listed},
        common=frozenset(data["common_words"]),
        before_abbreviation=re.compile(rf"(?:^|\W)(?:{after})\s*$", re.IGNORECASE),
    )


@cache
def place_names() -> frozenset[str]:
    """All spellings of provinces, old and new, in small letters ("hồ chí minh" too)."""
    return frozenset(_gazetteer().spellings) | {"hồ chí minh"}


def find_places(text: str) -> tuple[PlaceMention, ...]:
    """Provinces named in `text`, from left to right; also where they are typed without diacritics."""
    text = nfc(text)
    gazetteer = _gazetteer()
    found = [
        (f.start, f.end, f.value)
        for f in gazetteer.spelled.find(text)
        if _counts(text, f.start, f.end, gazetteer)
    ]
    plain = fold(text)
    if len(plain) == len(text):
        taken = {start for start, _, _ in found}
        found += [
            (f.start, f.end, f.value)
            for f in gazetteer.folded.find_levelled(plain)
            if f.start not in taken
            and not has_diacritics(text[f.start : f.end])
            and _counts(text, f.start, f.end, gazetteer)
        ]
    for abbreviation, name in gazetteer.capital_only.items():
        for match in re.finditer(rf"(?<![\w/-]){abbreviation}(?![\w/&-])", text):
            if gazetteer.before_abbreviation.search(text, max(0, match.start() - 12), match.start()):
                found.append((match.start(), match.end(), name))
    return tuple(
        PlaceMention(text[start:end], start, end, name, gazetteer.merged.get(name))
        for start, end, name in sorted(found)
    )


def _counts(text: str, start: int, end: int, gazetteer: _Gazetteer) -> bool:
    """A word that is also an ordinary one counts in capitals or after its kind."""
    words = text[start:end]
    if levelled(words) not in gazetteer.common or words[0].isupper():
        return True
    return gazetteer.before_abbreviation.search(text, max(0, start - 12), start) is not None


def canonical_place(name: str) -> str | None:
    """The one spelling of a province, old or new; None for anything else."""
    gazetteer = _gazetteer()
    stripped = collapse(nfc(name)).strip(" .,;")
    for form in (stripped, _LEADING_KIND.sub("", stripped)):
        known = gazetteer.spellings.get(levelled(form)) or gazetteer.capital_only.get(form)
        if known:
            return known
    return gazetteer.spellings.get(levelled(f"Thành phố {_LEADING_KIND.sub('', stripped)}"))


def successor_place(name: str) -> str | None:
    """The province of today that a former one is part of; None when it stands by itself, or is unknown."""
    known = canonical_place(name)
    return _gazetteer().merged.get(known) if known else None


def predecessors(name: str) -> tuple[str, ...]:
    """The former provinces that one of today is made of, itself included; empty when it was not merged."""
    known = canonical_place(name)
    return _gazetteer().predecessors.get(known, ()) if known else ()


def place_match(asked: str, named: str, *, named_on: date | None = None) -> PlaceMatch:
    """How the asked place stands to a directive's `named` one, of the date `named_on`.

    Today's name takes in the former provinces. A former name takes in today's province only for a directive dated
    after the merger: before it, "Gia Lai" was not where Bình Định now is.
    """
    wanted, held = canonical_place(asked), canonical_place(named)
    if wanted is None or held is None:
        same = levelled(collapse(nfc(asked))) == levelled(collapse(nfc(named)))
        return PlaceMatch.SAME if same and asked.strip() else PlaceMatch.NONE
    if wanted == held:
        return PlaceMatch.SAME
    gazetteer = _gazetteer()
    if gazetteer.merged.get(held) == wanted:
        return PlaceMatch.MERGED
    if gazetteer.merged.get(wanted) == held and named_on is not None and named_on >= gazetteer.since:
        return PlaceMatch.MERGED
    return PlaceMatch.NONE


def same_place(asked: str, named: str) -> bool:
    """True when a directive of `named` concerns `asked`: the same province, or one that is now part of it."""
    return bool(place_match(asked, named))
