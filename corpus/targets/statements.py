"""A clause cut into statements, and a statement into the pieces that belong to one figure each. Offsets only, no meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from corpus.targets.quantities import Quantity
from corpus.targets.vocabulary import any_of
from corpus.time_citations import MASK, mask_citations
from corpus.time_words import FLAGS
from corpus.times import TimeReading, read_times

_SENTENCE_END: Final = re.compile(r"(?<!\bTP)(?<!\bTp)(?<!\bv\.v)(?<!\s\d)(?<!\s\d\d)[.!?]+[\"”)*]*\s+(?=[\"“(*\[]*[A-ZĐÀ-Ỵ0-9])|;\s+|\.{3}\s+")
_SEPARATOR: Final = re.compile(r",|;|\(|\)|:|\s(?:và|hoặc|trong đó)(?=\s)", FLAGS)
BASELINE: Final = re.compile(r"so với [^,;.()]*", FLAGS)
"""What a figure is compared with: its year is no deadline."""
_LABEL: Final = re.compile(r"\s*(?:[-–+*•○▪]+|\**(?:\d+|[IVX]+|[a-zđ])(?:\.\d+)*\s?[.)/-]+\**)\s*")


@dataclass(frozen=True, slots=True)
class Text:
    """A clause's text with its times; `masked` is as long, with dates and numbers of documents hidden."""

    plain: str
    masked: str
    times: tuple[TimeReading, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """The stretch `start:end` of a clause's text that speaks of one figure; `joined` when "và" ties it to the last one."""

    start: int
    end: int
    quantity: Quantity
    joined: bool = False


def prepare(text: str) -> Text:
    """Reads the times of a clause and hides them, so that no year or day is taken for a figure."""
    compared = [m.span() for m in BASELINE.finditer(text)]
    times = tuple(t for t in read_times(text) if not any(a <= t.start < b for a, b in compared))
    masked = mask_citations(text)
    for time in times:
        dated = time.due or time.period or time.starts_on or (not time.recurrence and not time.conditional)
        if dated and any(c.isdigit() for c in time.text):
            masked = masked[: time.start] + MASK * (time.end - time.start) + masked[time.end :]
    return Text(text, masked, times)


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
    left, joined = start, False
    kept = [q for i, q in enumerate(quantities) if i == 0 or _separators(text, quantities[i - 1], q)]
    for i, quantity in enumerate(kept):
        if i + 1 == len(kept):
            cut.append(Piece(left, end, quantity, joined))
            break
        boundary = _boundary(text, quantity, kept[i + 1])
        cut.append(Piece(left, boundary.start(), quantity, joined))
        left = boundary.start() if "trong" in boundary[0].lower() else boundary.end()
        joined = "và" in boundary[0].lower() or text.plain[left:].lstrip().lower().startswith("và ")
    return cut


def _separators(text: Text, first: Quantity, second: Quantity) -> list[re.Match[str]]:
    return list(_SEPARATOR.finditer(text.masked, max(first.end, first.start), second.start + 1))


def _boundary(text: Text, first: Quantity, second: Quantity) -> re.Match[str]:
    """Where the second figure's piece begins: the first fresh start after the object of the first, or the last separator."""
    found = _separators(text, first, second)
    bare = not re.search(r"\w", text.masked[first.end : found[0].start()].replace(MASK, ""))
    if bare:
        return found[0]
    for separator in found:
        rest = text.masked[separator.end() : second.start]
        if not rest.strip() or _fresh_start().match(rest):
            return separator
    return found[-1]
