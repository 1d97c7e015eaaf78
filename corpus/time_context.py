"""Atoms with the words around them: markers before and after, years and cycles shared between neighbours.

Knows where an expression begins and what its neighbours lend it; dates are made of it in `corpus.times`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from corpus.time_words import FLAGS, alternatives, marker_words, words_of

if TYPE_CHECKING:
    from datetime import date

    from corpus.records import Recurrence
    from corpus.time_atoms import Atom

_REACH: Final = 40
_EQUAL: Final = ("bằng", "Bằng")
"""Before a marker this is the end of another word ("bàn giao mặt bằng trước ngày 30/4/2026")."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An atom with the marker classes that stand before it, nearest first, and where its expression begins."""

    atom: Atom
    markers: tuple[str, ...]
    start: int
    end: int
    onward: bool = False
    cycle: Recurrence | None = None
    since: date | None = None


# Markers before and after an atom


@cache
def _marker_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)({alternatives(marker_words())})[\s,:]*$", FLAGS)


@cache
def _baseline_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){words_of('baseline')}\s*(?:cả\s+|của\s+)?$", FLAGS)


@cache
def _never_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){words_of('not_ongoing')}\s*$", FLAGS)


@cache
def _cap_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){words_of('at_most')}\s*$", FLAGS)


@cache
def _onward_pattern() -> re.Pattern[str]:
    return re.compile(rf"\s*,?\s*{words_of('onward')}(?!\w)", FLAGS)


def place(text: str, atom: Atom, floor: int) -> Placed | None:
    """The atom with its markers, none before `floor`; None when the words before it make it no time to act."""
    begin, start, markers = atom.start, atom.start, []
    while found := _marker_pattern().search(text, max(floor, start - _REACH), start):
        kind = marker_words()[" ".join(found[1].lower().split())]
        start = found.start()
        if kind != "neutral":
            markers.append(kind)
            begin = start
    before = text[max(0, start - _REACH) : start]
    compared = _baseline_pattern().search(before) if atom.is_point else None
    if compared and not (markers and compared[0].strip() in _EQUAL):
        return None
    if atom.recurrence == "ongoing" and _never_pattern().search(before):
        return None
    if atom.kind == "cycle" and (_cap_pattern().search(before) or _is_layout(text, atom)):
        return None
    onward = _onward_pattern().match(text, atom.end) if atom.is_point else None
    return Placed(atom, tuple(markers), begin, onward.end() if onward else atom.end, bool(onward))


def _is_layout(text: str, atom: Atom) -> bool:
    """True for "chi tiết đến từng dự án, từng tháng": each month has its line, the duty is done once."""
    each = text[atom.start : atom.end].lower().startswith("từng")
    return each and _layout_pattern().search(text, max(0, atom.start - _REACH), atom.start) is not None


@cache
def _layout_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){words_of('laid_out')}(?:\s+\w+){{0,3}}\s*(?:,|và|;)?\s*$", FLAGS)


# Years and cycles shared between neighbours


def same_days(atoms: list[Atom]) -> list[Atom]:
    """Gives "cùng ngày" the day that was named last; one that follows no day is no time."""
    named: Atom | None = None
    told: list[Atom] = []
    for atom in atoms:
        if atom.kind == "same_day" and named is None:
            continue
        told.append(replace(named, start=atom.start, end=atom.end) if named and atom.kind == "same_day" else atom)
        named = atom if atom.kind == "day" else named
    return told


def share(text: str, placed: list[Placed]) -> list[Placed]:
    """Gives a point without a year the year or cycle of its neighbour in a list; drops loose points that stay alone."""
    for i in range(len(placed) - 2, -1, -1):
        if _LISTED.fullmatch(text, placed[i].end, placed[i + 1].start):
            placed[i] = _lent(placed[i], placed[i + 1])
    for i in range(1, len(placed)):
        before, this = placed[i - 1], placed[i]
        if before.atom.kind == "cycle" and _OPENED.fullmatch(text, before.end, this.start) and _lacks_year(this):
            placed[i] = replace(this, cycle=before.atom.recurrence)
    joined: list[Placed] = []
    for this in _headed(text, placed):
        if this.atom.loose and not this.markers and not this.cycle:
            continue
        span = _span(text, joined[-1], this) if joined else None
        joined[-1:] = [span] if span else [*joined[-1:], this]
    return joined


def _headed(text: str, placed: list[Placed]) -> list[Placed]:
    """Gives days and months the year that opens their sentence, which is no time of its own then.

    "Năm 2026, việc đăng ký hoàn thành trước ngày 30/4" is due on 30 April 2026.
    """
    told: list[Placed] = []
    head: Placed | None = None
    for this in placed:
        if head is not None and (head.end > this.start or _BREAK.search(text, head.end, this.start)):
            head = None
        if head is not None and this.atom.kind in ("day", "month") and _lacks_year(this) and not this.cycle:
            told = [t for t in told if t is not head]
            told.append(replace(this, atom=replace(this.atom, year=head.atom.year, loose=False)))
            continue
        if this.atom.kind == "year" and this.markers in ((), ("within",)) and not this.onward:
            head = this if _OPENS.fullmatch(text[_sentence_start(text, this.start) : this.start]) else head
        told.append(this)
    return told


_BREAK = re.compile(r";|[.]\s")
_SENTENCE = re.compile(r"[;:]|[.]\s")
_OPENS = re.compile(r"\W*(?:(?:[a-zđ]|\d+(?:\.\d+)*)[.)]\s*)?(?:riêng\s*|riêng\s+trong\s*)?", FLAGS)


def _sentence_start(text: str, at: int) -> int:
    return max((m.end() for m in _SENTENCE.finditer(text, 0, at)), default=0)


_LISTED = re.compile(r"\s*(?:,|;|và|hoặc|-|–|của)?\s*")
_OPENED = re.compile(r"\s*[,:(]?\s*")


def _lacks_year(placed: Placed) -> bool:
    return (placed.atom.is_point and placed.atom.year is None) or placed.atom.kind == "monthday"


def _lent(this: Placed, after: Placed) -> Placed:
    """The point with the year, or the cycle, of what follows it."""
    if not _lacks_year(this) or this.atom.recurrence:
        return this
    if after.atom.kind == "cycle":
        longer = this.atom.kind in ("month", "quarter", "half") and after.atom.recurrence in ("monthly", "quarterly")
        if longer or after.atom.recurrence == "weekly":
            return this  # "trong quý II; thứ Sáu hằng tuần": no part of the year comes every week
        return replace(this, cycle=after.atom.recurrence)
    if after.cycle:
        return replace(this, cycle=after.cycle)
    if after.atom.kind in ("day", "month", "quarter") and after.atom.year:
        return replace(this, atom=replace(this.atom, year=after.atom.year, loose=False))
    return this


_DASHES = ("-", "–")


def _span(text: str, first: Placed, last: Placed) -> Placed | None:
    """The beginning and end of "từ ngày 01/6 đến ngày 30/8/2025" as one, due at its end."""
    a, b = first.atom, last.atom
    if not (a.is_point and b.is_point and first.markers[:1] == ("from",)):
        return None
    gap = text[first.end : last.start].strip()
    if not (gap in _DASHES if not last.markers else last.markers[0] == "until" and not gap) or a.kind == "period":
        return None
    a = replace(a, year=a.year or b.year)
    return replace(last, start=first.start, since=a.first)
