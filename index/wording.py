"""The words of questions, loaded from data: cues of each kind, padding, function words, everyday synonyms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import yaml

from corpus.text import comparable, fold

if TYPE_CHECKING:
    from index.answers import AnswerKind

_GAPS = {1: 6, 2: 14}  # syllables that "…" and "……" stand for, at most
_INDEFINITE = re.compile(r"(?<!\w)(?P<before>có(?! (?:bao|mấy)).{0,60}?) (?:ai|gì|đâu|nào)(?= .{0,60}\b(?:không|chưa)$)")
_UNIVERSAL = re.compile(r"(?<!\w)(?:ai|gì|đâu|\w+ nào) cũng(?!\w)")


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase that speaks for a kind of question, with its weight."""

    kind: AnswerKind
    pattern: re.Pattern[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything `question_words.yaml` holds, compiled."""

    cues: tuple[Cue, ...]
    padding: re.Pattern[str]
    edges: re.Pattern[str]
    function_words: frozenset[str]
    duty_words: frozenset[str]
    shorthand: tuple[re.Pattern[str], dict[str, str]]
    rewrites: tuple[re.Pattern[str], dict[str, str]]
    synonyms: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]


def _phrase(text: str) -> str:
    pieces = re.split("(…+)", comparable(text))
    return "".join(
        rf"(?:\s+\S+){{0,{_GAPS[len(piece)]}}}?\s+" if piece.startswith("…") else re.escape(piece.strip())
        for piece in pieces
    )


def _table(rows: dict[str, str]) -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for all phrases of a table, longest first, and what each becomes."""
    known = {comparable(str(said)): meant for said, meant in rows.items()}
    forms = "|".join(re.escape(said) for said in sorted(known, key=len, reverse=True))
    return re.compile(rf"(?<![\w/-])(?:{forms})(?![\w/-])", re.IGNORECASE), known


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){pattern}(?!\w)")


@lru_cache(maxsize=1)
def wording() -> Wording:
    """The compiled wording, read once."""
    raw = yaml.safe_load((resources.files("index") / "data" / "question_words.yaml").read_text(encoding="utf-8"))
    cues = tuple(
        Cue(kind, _whole(_phrase(text)), weight) for kind, rows in raw["kinds"].items() for text, weight in rows
    )
    padding = "|".join(sorted((_phrase(text) for text in raw["padding"]), key=len, reverse=True))
    edge = "|".join(sorted((_phrase(text) for text in raw["edge_padding"]), key=len, reverse=True))
    opening = "|".join(sorted((_phrase(text) for text in raw["openings"]), key=len, reverse=True))
    closing = "|".join(sorted((_phrase(text) for text in raw["closings"]), key=len, reverse=True))
    synonyms = tuple(
        (_whole(_phrase(word)), tuple(comparable(other) for other in others))
        for word, others in raw["synonyms"].items()
    )
    return Wording(
        cues,
        re.compile(rf"(?<!\w)(?:{padding})(?!\w)", re.IGNORECASE),
        re.compile(rf"^(?:(?:{edge}|{opening})[\s,]+)+|(?:[\s,]+(?:{edge}|{closing}))+$", re.IGNORECASE),
        frozenset(comparable(raw["function_words"]).split()),
        frozenset(comparable(raw["duty_words"]).split()),
        _table(raw["shorthand"]),
        _table(raw["rewrites"]),
        synonyms,
    )


def written_out(text: str) -> str:
    """Chat shorthand ("ko", "ntn") spelt out; done before marks are restored."""
    pattern, meant = wording().shorthand
    return pattern.sub(lambda m: meant[comparable(m[0])], text)


def in_official_words(text: str) -> str:
    """Everyday phrases that can only mean one thing put as directives put them ("trạm xá", "bữa nào", "hết đát")."""
    pattern, meant = wording().rewrites
    return pattern.sub(lambda m: meant[comparable(m[0])], text)


def asking_words(text: str) -> str:
    """Comparable text without what looks like a question word and asks nothing ("nơi nào cũng", "có được ai giúp không")."""
    return _INDEFINITE.sub(r"\g<before>", _UNIVERSAL.sub(" ", text))


@lru_cache(maxsize=1)
def folded_function_words() -> frozenset[str]:
    """Function words without diacritics, for questions typed so."""
    return frozenset(fold(word) for word in wording().function_words)
