"""What a question leans on: the question before it, or the part of the same message that went before.

Pure text; it decides which words of the earlier question are carried over, and searches nothing.
"""

from __future__ import annotations

import re

from corpus.text import collapse, comparable, nfc, place_tones
from corpus.units import find_units
from index.mentions import DirectiveNames, naming_spans
from index.query import content_words, leans_on_previous, years_and_periods

_WORD = re.compile(r"[^\W\d_]+")
_NEW_TOPIC = re.compile(r"^(?:thế\s+|vậy\s+)?còn\s+")
_FEWEST_WORDS = 2


def leans(text: str) -> bool:
    """True when a question points back or says too little to stand alone; its marks may be missing."""
    return leans_on_previous(text)


def names_topic(text: str) -> bool:
    """A follow-up that opens a topic of its own ("còn tỷ lệ hộ dùng nước sạch?"), not only a year, place or body."""
    return bool(_NEW_TOPIC.match(comparable(text))) and len(content_words(text)) >= _FEWEST_WORDS


def frame(text: str, names: DirectiveNames) -> str:
    """The words of a question that only say which directive, place and year it is about; "" when none does."""
    text = place_tones(collapse(nfc(text)))
    bodies = [(unit.start, unit.end) for unit in find_units(text)]
    spans = naming_spans(comparable(text), names)
    spans += [(a, b) for a, b in _proper_names(text) if not any(start < b and a < end for start, end in bodies)]
    kept: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end > at:
            kept.append(text[max(start, at) : end].strip(" ,:"))
            at = end
    said = " ".join(kept)
    years = sorted(years_and_periods(text)[0] - years_and_periods(said)[0])
    return collapse(" ".join([said, *(f"năm {year}" for year in years)]))


def _proper_names(text: str) -> list[tuple[int, int]]:
    """Runs of two and more capitalised words: places that no gazetteer knows."""
    runs: list[list[re.Match[str]]] = [[]]
    for word in _WORD.finditer(text):
        if not word[0][0].isupper():
            runs.append([])
        elif runs[-1] and text[runs[-1][-1].end() : word.start()].strip():
            runs.append([word])
        else:
            runs[-1].append(word)
    return [(run[0].start(), run[-1].end()) for run in runs if len(run) > 1]


def in_frame(part: str, before: str, names: DirectiveNames) -> str:
    """A part that stands alone, told which directive, place and year the part before was about, unless it says so itself."""
    own, given = comparable(frame(part, names)), frame(before, names)
    if years_and_periods(part)[0]:
        given = collapse(re.sub(r"(?:năm )?\b(?:19|20)\d\d\b", " ", given))
    missing = [word for word in comparable(given).split() if word not in own.split()]
    return f"{given}: {part}" if missing else part
