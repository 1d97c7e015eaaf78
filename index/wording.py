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

_GAP = r"(?:\s+\S+){0,6}?\s+"


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
    synonyms: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]


def _phrase(text: str) -> str:
    return _GAP.join(re.escape(part.strip()) for part in comparable(text).split("…"))


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
    synonyms = tuple(
        (_whole(_phrase(word)), tuple(comparable(other) for other in others))
        for word, others in raw["synonyms"].items()
    )
    return Wording(
        cues,
        re.compile(rf"(?<!\w)(?:{padding})(?!\w)", re.IGNORECASE),
        re.compile(rf"^(?:(?:{edge})[\s,]+)+|(?:[\s,]+(?:{edge}))+$", re.IGNORECASE),
        frozenset(comparable(raw["function_words"]).split()),
        synonyms,
    )


@lru_cache(maxsize=1)
def folded_function_words() -> frozenset[str]:
    """Function words without diacritics, for questions typed so."""
    return frozenset(fold(word) for word in wording().function_words)
