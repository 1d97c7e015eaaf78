"""Dates of other documents ("Nghị quyết số 41-NQ/TW ngày 25/10/2017"), hidden lest they be read as deadlines."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from corpus.time_words import DAY, FLAGS, MONTH, YEAR, words_of

MASK: Final = "\x1a"
"""Stands for every hidden character: no letter, no digit and no white space, so nothing can be read across it."""

_NUMBER: Final = (
    r"(?<![\w/])\d{1,5}[a-zđ]?(?:/\d{4})?\s?[-–/]\s?"
    r"(?:[A-ZĐ][A-Za-zĐđƯư]*\d*)(?:[-–/][A-ZĐ][A-Za-zĐđƯư]*\d*)*(?!\w)"
)
_DATE: Final = (
    rf"(?:{DAY}\s?[/.-]\s?{MONTH}\s?[/.-]\s?{YEAR}|{DAY}\s+tháng\s+{MONTH}(?:\s+năm\s+|\s?[/-]\s?){YEAR}"
    rf"|{DAY}\s?/\s?{MONTH}\s+năm\s+{YEAR}|tháng\s+{MONTH}\s+năm\s+{YEAR})(?!\d)"
)
_NUMBERED = re.compile(rf"{_NUMBER}(?:\s*,?\s*(?i:(?:ban\s+hành|ký)?\s*ngày)\s+{_DATE})?")
_DAY_WORD = re.compile(rf"(?:,\s*)?(?:ban\s+hành\s+|ký\s+|họp\s+|thông\s+qua\s+)?ngày\s+{_DATE}", FLAGS)
_YEAR_WORD = re.compile(rf"năm\s+{YEAR}(?!\d)", FLAGS)
_REACH: Final = 120


@cache
def _cites_before(names: str) -> re.Pattern[str]:
    """A document's name, then no punctuation that ends the thought and no word of a deadline, up to the date."""
    deadlines = words_of("deadline_words")
    return re.compile(rf"(?<!\w){words_of(names)}(?!\w)(?:(?!(?<!\w){deadlines}(?!\w))[^.;:(\n])*$", FLAGS)


@cache
def _deadline_before() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){words_of('deadline_words')}\s*,?\s*$", FLAGS)


def mask_citations(text: str) -> str:
    """The text, same length, with numbers of documents and the dates of cited documents hidden by `MASK`."""
    if not any(c.isdigit() for c in text):
        return text
    text = _NUMBERED.sub(lambda m: MASK * len(m[0]), text)
    text = _hide(text, _DAY_WORD, "documents")
    return _hide(text, _YEAR_WORD, "laws")


def _hide(text: str, dates: re.Pattern[str], names: str) -> str:
    """Hides the dates that follow one of the named documents within the same thought."""
    pieces, end = [], 0
    for found in dates.finditer(text):
        before = text[max(0, found.start() - _REACH) : found.start()]
        if not _deadline_before().search(before) and _cites_before(names).search(before):
            pieces += [text[end : found.start()], MASK * len(found[0])]
            end = found.end()
    return "".join(pieces) + text[end:]
