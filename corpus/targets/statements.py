"""A clause cut into statements, and a statement into the pieces that belong to one figure each. Offsets, no meaning."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from corpus.targets.quantities import find_quantities
from corpus.targets.tops import find_tops
from corpus.targets.vocabulary import any_of
from corpus.time_citations import MASK, mask_citations
from corpus.time_words import FLAGS
from corpus.times import TimeReading, read_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.plan_year import PlanYear
    from corpus.targets.drafts import Draft
    from corpus.targets.quantities import Quantity

_SENTENCE_END: Final = re.compile(
    r"(?<!\bTP)(?<!\bTp)(?<!\bv\.v)(?<!\s\d)(?<!\s\d\d)[.!?]+[\"”)*]*\s+(?=[\"“(*\[]*[A-ZĐÀ-Ỵ0-9])|;\s+|\.{3}\s+"
)
_SEPARATOR: Final = re.compile(r",|;|\(|\)|:|\s(?:và|hoặc|trong đó)(?=\s)", FLAGS)
BASELINE: Final = re.compile(
    r"so với [^,;.()]*|(?:(?<=\blần )|(?<=gấp đôi )|(?<=gấp rưỡi )|(?<=gấp ba ))"
    r"(?:năm|giai đoạn|thời kỳ|nhiệm kỳ|cùng kỳ) [^,;.()]*",
    FLAGS,
)
"""What a figure is compared with: its year is no deadline."""
_LABEL: Final = re.compile(r"\s*(?:[-–+*•○▪]+|\(\d{1,2}\)|\**(?:\d+|[IVX]+|[a-zđ])(?:\.\d+)*\s?[.)/-]+\**)\s*")


@dataclass(frozen=True, slots=True)
class Text:
    """A clause's text with its times and figures; `masked` is as long, with dates and numbers of documents hidden."""

    plain: str
    masked: str
    times: tuple[TimeReading, ...]
    figures: tuple[Quantity, ...]

    def times_in(self, start: int, end: int) -> tuple[TimeReading, ...]:
        """The times that begin in the stretch."""
        return self.times[bisect_left(self.times, start, key=_start) : bisect_left(self.times, end, key=_start)]

    def figures_in(self, start: int, end: int) -> tuple[Quantity, ...]:
        """The figures that begin in the stretch."""
        first, last = (bisect_left(self.figures, at, key=_start) for at in (start, end))
        return self.figures[first:last]


def _start(item: TimeReading | Quantity) -> int:
    return item.start


@dataclass(frozen=True, slots=True)
class Piece:
    """The stretch `start:end` of a text that speaks of one figure.

    `joined` when "và" ties it to the last one, `listed` when that or a comma does.
    """

    start: int
    end: int
    quantity: Quantity
    joined: bool = False
    listed: bool = False


@cache
def _elsewhere() -> tuple[re.Pattern[str], ...]:
    """What holds times of its own: baselines, names of programmes, asides that begin with "theo"."""
    names = re.compile(rf"(?<!^)(?<!\w){any_of('named')}(?!\w)[^,;.()]*")
    return BASELINE, names, re.compile(r"\(theo [^()]*\)", FLAGS)


def prepare(text: str, plan: PlanYear) -> Text:
    """Reads the times and figures of a clause; times are hidden first, so that no year or day is taken for a figure.

    A term without a year has that of the `plan`.
    """
    spans = sorted(m.span() for pattern in _elsewhere() for m in pattern.finditer(text))
    read = plan.dated(read_times(text))
    times = tuple(t for t in read if not _within(spans, t.start) or _closes(text, t))
    pieces_, at = [], 0
    citations = mask_citations(text)
    for time in read:
        dated = time.due or time.period or time.starts_on or (not time.recurrence and not time.conditional)
        if dated and any(c.isdigit() for c in time.text):
            pieces_ += [citations[at : time.start], MASK * (time.end - time.start)]
            at = time.end
    masked = "".join(pieces_) + citations[at:]
    tops = find_tops(masked)
    taken = sorted((t.start, t.end) for t in tops)
    plain = [q for q in find_quantities(masked) if not _overlaps(taken, q)]
    return Text(text, masked, times, tuple(sorted([*tops, *plain], key=_start)))


def without(text: Text, read: Sequence[Draft]) -> Text:
    """The text with the stretches that drafts were read from hidden, so that no later figure takes their words."""
    masked = text.masked
    for draft in read:
        masked = masked[: draft.start] + MASK * (draft.end - draft.start) + masked[draft.end :]
    return replace(text, masked=masked)


def _within(spans: list[tuple[int, int]], at: int) -> bool:
    """True when one of the sorted spans that begin before `at` reaches beyond it; none is longer than a sentence."""
    i = bisect_right(spans, (at, at))
    return any(start <= at < end for start, end in spans[max(0, i - 8) : i + 1])


def _overlaps(spans: list[tuple[int, int]], quantity: Quantity) -> bool:
    i = bisect_right(spans, (quantity.end, quantity.end))
    return any(start < quantity.end and quantity.start < end for start, end in spans[max(0, i - 2) : i + 1])


def _closes(text: str, time: TimeReading) -> bool:
    """True for a time with a marker of its own ("trong năm 2025"), which a name before it does not swallow."""
    first = time.text.split()[0].lower()
    return (
        first in ("trong", "vào", "trước", "chậm", "ngay", "xong")
        and "so với" not in text[max(0, time.start - 40) : time.start].lower()
    )


def statements(text: str) -> list[tuple[int, int]]:
    """Sentences and their parts between semicolons, as offsets, label and white space at the ends left out."""
    label = _LABEL.match(text)
    start = label.end() if label else 0
    cuts = [m for m in _SENTENCE_END.finditer(text, start) if not _inside_parentheses(text, start, m.start())]
    spans, begin = [], start
    for cut in [*cuts, None]:
        end = cut.start() if cut else len(text)
        stripped = text[begin:end].strip()
        if stripped:
            begin = text.index(stripped, begin)
            spans.append((begin, begin + len(stripped.rstrip(" .;/"))))
        begin = cut.end() if cut else end
    return spans


def _inside_parentheses(text: str, start: int, at: int) -> bool:
    opened = text.rfind("(", max(start, at - 300), at)
    return opened >= 0 and text.rfind(")", opened, at) < 0 and text.find(")", at, at + 300) >= 0


@cache
def _fresh_start() -> re.Pattern[str]:
    """What may begin a new piece after a separator: an opener, an indicator, a change, or the figure itself."""
    words = rf"{any_of('openers')}|{any_of('indicators')}|{any_of('changes')}"
    return re.compile(rf"\s*(?:và\s+)?(?:{words})(?!\w)", FLAGS)


def pieces(text: Text, start: int, end: int, quantities: Sequence[Quantity]) -> list[Piece]:
    """One piece for each figure of the statement that stands by itself.

    A figure with nothing but words between it and the last one describes the last one's object and gets no piece.
    """
    cut: list[Piece] = []
    left, joined, listed = start, False, False
    kept = [q for i, q in enumerate(quantities) if i == 0 or _separators(text, quantities[i - 1], q)]
    for i, quantity in enumerate(kept):
        if i + 1 == len(kept):
            cut.append(Piece(left, end, quantity, joined, listed))
            break
        boundary = _boundary(text, quantity, kept[i + 1])
        cut.append(Piece(left, boundary.start(), quantity, joined, listed))
        left = boundary.start() if "trong" in boundary[0].lower() else boundary.end()
        joined = "và" in boundary[0].lower() or text.plain[left : left + 9].lstrip().lower().startswith("và ")
        listed = joined or boundary[0] == ","
    return cut


def _separators(text: Text, first: Quantity, second: Quantity) -> list[re.Match[str]]:
    between = max(first.end, first.start), second.start + 1
    found = list(_SEPARATOR.finditer(text.masked, *between))
    return found or (list(_qualified().finditer(text.masked, *between)) if second.said else [])


@cache
def _qualified() -> re.Pattern[str]:
    """Where a goal for what is counted begins ("02 khu bảo tồn với diện tích không dưới 12.000 ha")."""
    return re.compile(rf"\svới(?=\s+{any_of('indicators')}(?!\w))", FLAGS)


def _boundary(text: Text, first: Quantity, second: Quantity) -> re.Match[str]:
    """Where the second figure's piece begins: a fresh start after the object of the first, or the last separator."""
    found = _separators(text, first, second)
    bare = not re.search(r"\w", text.masked[first.end : found[0].start()].replace(MASK, ""))
    if bare:
        return found[0]
    for separator in found:
        rest = text.masked[separator.end() : second.start]
        if not rest.strip() or rest.lstrip().startswith(MASK) or _fresh_start().match(rest):
            return separator
    return found[-1]
