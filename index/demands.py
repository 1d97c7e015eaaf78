"""What a question insists on and a text gives or does not: a figure of its kind, exact years, a name, a state, one of two opposites.

Pure reading of the question and of the text that would answer it; it searches nothing. The words stand in `data/demands.yaml`.
Questions are given as comparable text, and so are texts unless said otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import yaml

from corpus.text import comparable, has_diacritics

if TYPE_CHECKING:
    from collections.abc import Sequence

_COUNT = re.compile(r"\b(?:bao nhiêu|mấy|số lượng)\s+(%|[\w-]+)(?:\s+([\w-]+))?")
_NOT_COUNTED = re.compile(
    r"\b(?:ngày|tháng|quý|năm|số|khóa|mùng|tuần|kỳ) (?:mấy|bao nhiêu)\b|\b(?:mấy|bao nhiêu) (?:trong|trên|cả|tới|so|năm (?:19|20)\d\d)\b"
)
_OTHER_QUESTION = re.compile(r"\b(?:nào|gì|sao|ai|đâu|mấy năm (?:19|20)\d\d)\b")
_SEVERAL = re.compile(r"\bmấy\b(?!\s*%)")
_NUMERAL = r"(?:\d[\d.,]*|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)"
_YEAR = re.compile(r"(?<![\d/.,])(?:19[89]\d|20[0-7]\d)(?![\d.,]*\d)|(?<=/)(?:19[89]\d|20[0-7]\d)(?!\d)")
_SPAN = re.compile(r"((?:19|20)\d\d)\s*(?:-|–|đến|tới)\s*(?:hết\s+)?(?:năm\s*)?((?:19|20)\d\d)")
_LONGEST_SPAN = 30
_FIGURE_WORD = re.compile(r"\b(?:bao nhiêu|mấy|con số)\b")
_MONTH = re.compile(r"\btháng\s*0?(\d{1,2})\b|\bquý\s*([ivx]+|\d)\b")
_MONTH_OF_DATE = re.compile(r"\d{1,2}\s*/\s*0?(\d{1,2})(?=\s*/|\b)")
_QUARTERS = ("i", "ii", "iii", "iv")
_LABELS = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "một": "1", "hai": "2", "ba": "3", "bốn": "4", "năm": "5"}
_WORD_OR_MARK = re.compile(r"[\w-]+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class _Words:
    any_count: frozenset[str]
    measures: tuple[tuple[frozenset[str], re.Pattern[str]], ...]
    sums: re.Pattern[str]
    money: re.Pattern[str]
    ranks: re.Pattern[str]
    shown_rank: re.Pattern[str]
    state: re.Pattern[str]
    shown_state: re.Pattern[str]
    named_person: re.Pattern[str]
    shown_person: re.Pattern[str]
    members: re.Pattern[str]
    sanction: re.Pattern[str]
    shown_sanction: re.Pattern[str]
    contrasts: tuple[tuple[re.Pattern[str], ...], ...]
    labelled: re.Pattern[str]


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")


@lru_cache(maxsize=1)
def _words() -> _Words:
    raw = yaml.safe_load((resources.files("index") / "data" / "demands.yaml").read_text(encoding="utf-8"))
    measures = tuple((frozenset(nouns), re.compile(shown)) for nouns, shown in raw["measures"])
    return _Words(
        any_count=frozenset(raw["any_count"]),
        measures=measures,
        sums=re.compile(rf"\b(?:{'|'.join(raw['sums'])})\b(?: \S+){{0,12}} (?:là )?(?:bao nhiêu|mấy)(?! (?:%|phần trăm))\b"),
        money=next(shown for nouns, shown in measures if "tiền" in nouns),
        ranks=re.compile(rf"\b(?:{'|'.join(raw['ranks'])}) (?:mấy|bao nhiêu)\b"),
        shown_rank=re.compile(raw["shown_rank"]),
        state=_any_of(raw["state"]),
        shown_state=_any_of(raw["shown_state"]),
        named_person=re.compile("|".join(raw["named_person"])),
        shown_person=re.compile(raw["shown_person"]),
        members=re.compile("|".join(raw["members"])),
        sanction=_any_of(raw["sanction"]),
        shown_sanction=_any_of(raw["shown_sanction"]),
        contrasts=tuple(tuple(_any_of(forms.split("|")) for forms in group) for group in raw["contrasts"]),
        labelled=re.compile(
            rf"\b({'|'.join(raw['labelled'])}) (?:số )?([a-e]|[ivx]+|\d{{1,2}}|một|hai|ba|bốn|năm)\b"
            r"(?![-/.,]?\d)(?! (?:tỉnh|địa phương|nước|%|phần))"
        ),
    )


def count_missing(question: str, text: str) -> tuple[float, float]:
    """Whether the figure asked is not in the text: (a measure such as money, places in a ranking; the number of some thing).

    The second is 0.5 when the thing and a figure stand near one another, but not as its number.
    """
    words = _words()
    if words.ranks.search(question):
        return float(not words.shown_rank.search(text)), 0.0
    if words.sums.search(question):
        return float(not words.money.search(text)), 0.0
    if _OTHER_QUESTION.search(question):  # "mấy đơn vị ... theo hướng nào": here "mấy" only means several
        question = _SEVERAL.sub(" ", question)
    for match in _COUNT.finditer(_NOT_COUNTED.sub(" ", question)):
        noun, two = match[1], f"{match[1]} {match[2] or ''}"
        shown = next((shown for nouns, shown in words.measures if noun in nouns or two in nouns), None)
        if shown is not None:
            return float(not shown.search(text)), 0.0
        if noun not in words.any_count:
            return 0.0, _thing_missing(noun, match[2] or "", text)
    return 0.0, 0.0


def _thing_missing(noun: str, following: str, text: str) -> float:
    name = re.escape(noun)
    thing = rf"{name}(?: {re.escape(following)})?"
    if re.search(rf"\b{_NUMERAL}\s+(?:\S+\s+)?{thing}\b|(?<!một )\bsố (?:lượng )?(?:các )?{thing}\b[^.;]{{0,60}}?\d", text):
        return 0.0
    return 0.5 if re.search(rf"\b{name}\b[^.;]{{0,80}}\d|\d[^.;]{{0,40}}\b{name}\b", text) else 1.0


def years_in(text: str) -> set[int]:
    """Every year a text names or spans ("2022 - 2026" is five)."""
    years = {int(year) for year in _YEAR.findall(text)}
    for first, last in periods_in(text):
        if 0 < last - first <= _LONGEST_SPAN:
            years.update(range(first, last + 1))
    return years


def periods_in(text: str) -> set[tuple[int, int]]:
    """Spans of years as the text states them."""
    return {(int(first), int(last)) for first, last in _SPAN.findall(text)}


def months_missing(question: str, text: str) -> float:
    """Share (0 to 1) of the months and quarters asked that the text neither names nor has a date in."""
    asked = _months(question)
    if not asked:
        return 0.0
    given = _months(text)
    for month in map(int, _MONTH_OF_DATE.findall(text)):
        if 1 <= month <= 12:
            given |= {("tháng", str(month)), ("quý", _QUARTERS[(month - 1) // 3])}
    return len(asked - given) / len(asked)


def _months(text: str) -> set[tuple[str, str]]:
    return {
        ("tháng", month) if month else ("quý", _QUARTERS[int(quarter) - 1] if quarter in "1234" else quarter)
        for month, quarter in _MONTH.findall(text)
    }


def state_missing(question: str, text: str) -> bool:
    """How things stand is asked, and the text tells of no state, only of what shall be."""
    words = _words()
    return bool(words.state.search(question)) and not words.shown_state.search(text)


def person_unnamed(question: str, published: str) -> bool:
    """A person is asked for, and the text (as published, with its capitals) names none."""
    words = _words()
    if not words.named_person.search(question):
        return False
    deputy = "phó" in question and "phó" not in comparable(published)
    return deputy or not words.shown_person.search(published)


def members_missing(question: str, text: str) -> bool:
    """Members are asked for one by one, and the text lists nothing."""
    return bool(_words().members.search(question)) and len(re.findall(r"[,;:]", text)) < 2


def sanction_missing(question: str, text: str) -> bool:
    """A consequence is asked, and the text has none."""
    words = _words()
    return bool(words.sanction.search(question)) and not words.shown_sanction.search(text)


def names_of(question: str) -> tuple[str, ...]:
    """Proper names and acronyms of a question as typed; none when it is typed in lower case or without diacritics."""
    if question.islower() or not has_diacritics(question):
        return ()
    names: list[str] = []
    current: list[str] = []
    opens = True
    for word in [*_WORD_OR_MARK.findall(question), "."]:
        if word[0].isupper() and not opens:
            current.append(word)
        elif current:
            names.append(" ".join(current))
            current = []
        opens = word in ".?!:"
    return tuple(names)


def contrast(question: str, text: str) -> bool:
    """The text speaks of what excludes the thing asked, and not of that thing ("họp trực tuyến" when "họp trực tiếp" is asked)."""
    words = _words()
    for group in words.contrasts:
        asked = [forms for forms in group if forms.search(question)]
        if not asked or any(forms.search(text) for forms in asked):
            continue
        if any(forms.search(text) for forms in group if forms not in asked):
            return True
    for noun, label in words.labelled.findall(question):
        labels = {_LABELS.get(other, other) for same, other in words.labelled.findall(text) if same == noun}
        if labels and _LABELS.get(label, label) not in labels:
            return True
    return False


def missing_names(question: str, kept: str, text: str) -> float:
    """Share (0 to 1) of a question's names that stay in its searched form `kept` and are not in `text`."""
    names = [comparable(name) for name in names_of(question)]
    return sum(name in kept and name not in text for name in names) / len(names) if names else 0.0


def asks_figure(question: str) -> bool:
    """The question asks how much or how many in so many words."""
    return bool(_FIGURE_WORD.search(question))
