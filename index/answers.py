"""Questions and answers as plain records, in the shape CONTRACT.md fixes; knows neither search nor storage."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import date

AnswerKind = Literal[
    "target", "deadline", "responsibility", "report", "rule", "clause", "document", "list", "compare", "other"
]

HEADLINE_LIMIT = 220
ANSWER_LIMIT = 900
QUOTE_LIMIT = 1200


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asked, with what is known of them: the previous question, their place and unit, and the day.

    `within` holds the keys of the directives they may see; None when nothing is kept from them.
    """

    text: str
    id: str | None = None
    previous: str | None = None
    place: str | None = None
    unit: str | None = None
    today: date | None = None
    within: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause that supports an answer. `quote` is an exact substring of the source, white space collapsed."""

    directive: str
    number: str | None
    title: str | None
    path: str
    quote: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `confidence` is the calibrated probability (0 to 1) that it is right; `citations` best first.

    `resolved` is a follow-up with what it took from the question before: what the next follow-up leans on. None for a
    question that stands alone. It is not part of the JSON object.
    """

    question: str
    kind: AnswerKind
    abstained: bool
    confidence: float
    headline: str
    answer: str
    citations: tuple[Citation, ...] = ()
    targets: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    id: str | None = None
    resolved: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON object of `ask --json`, keys in CONTRACT.md's order; a citation carries its page only when known."""
        row = asdict(self)
        row["citations"] = [{k: v for k, v in c.items() if k != "page" or v is not None} for c in row["citations"]]
        order = (
            "id",
            "question",
            "kind",
            "abstained",
            "confidence",
            "headline",
            "answer",
            "citations",
            "targets",
            "tasks",
            "suggestions",
        )
        return {key: row[key] for key in order}


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One ranked clause of `chidao search`. `score` is the fused relevance, 0 to 1."""

    directive: str
    number: str | None
    title: str | None
    path: str
    heading: str
    text: str
    score: float
