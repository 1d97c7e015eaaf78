"""The rules by which one answer is right or wrong: text is compared in one form, and citations are checked as evidence.

Knows questions and answers as plain dictionaries only; nothing here finds or runs anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from corpus.text import collapse, comparable
from index.answers import ANSWER_LIMIT, HEADLINE_LIMIT, QUOTE_LIMIT

CITED = 3
WORDS_HELD = 0.8
SHORTEST_PIECE = 8
_ZERO_IN_DATE = re.compile(r"(?<!\d)0(?=\d/\d)|(?<=/)0(?=\d/)")
_SPACE_IN_NUMBER = re.compile(r"(?<=\d)\s*-\s*(?=\d)")
_SPACE_BEFORE_PERCENT = re.compile(r"(?<=\d) (?=%)")

Question = Mapping[str, Any]
Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went. `cited`: for each of the first three citations, whether it is of what answers it."""

    id: str
    answerable: bool
    right: bool
    abstained: bool
    confidence: float
    must: bool
    clean: bool
    cited: tuple[bool, ...]

    @property
    def cited_first(self) -> bool:
        """The first citation quotes what answers the question."""
        return bool(self.cited and self.cited[0])

    def as_row(self) -> dict[str, Any]:
        """What is kept of it from run to run: nothing of the documents."""
        return {
            "id": self.id,
            "right": self.right,
            "abstained": self.abstained,
            "cited@1": self.cited_first,
            "confidence": round(self.confidence, 2),
        }


def one_form(text: str) -> str:
    """Text in which equal figures, dates and words are equal strings."""
    text = _SPACE_IN_NUMBER.sub("-", comparable(text))
    return _ZERO_IN_DATE.sub("", _SPACE_BEFORE_PERCENT.sub("", text))


def words(text: str) -> list[str]:
    """The words of a text in one form."""
    return re.findall(r"\w+", one_form(text))


def quotes(quote: str, evidence: str) -> bool:
    """True when a quote holds four fifths of the evidence's words, or is a piece of it of eight words or more."""
    held, wanted = set(words(quote[:QUOTE_LIMIT])), set(words(evidence))
    if not wanted:
        return False
    if len(held & wanted) >= WORDS_HELD * len(wanted):
        return True
    return len(words(quote[:QUOTE_LIMIT])) >= SHORTEST_PIECE and one_form(quote) in one_form(evidence)


def cites_clause(citation: Given, places: Iterable[tuple[str, str]]) -> bool:
    """For questions without evidence: the citation is of one of the clauses (directive key, path) that answer it."""
    return (citation["directive"], citation["path"]) in set(places)


def outcome(question: Question, given: Given, answers_it: Callable[[Given], bool]) -> Outcome:
    """Judge one answer. `answers_it` tells whether a citation is of what answers the question.

    A question that the directives answer is right when it was not refused, every group of `must` has one of its
    alternatives in the answer, nothing of `must_not` is in the headline, and one of three citations answers it. One
    that they do not answer is right when it was refused. What is longer than the contract allows is cut first.
    """
    answerable = question["kind"] != "unanswerable"
    said, head = one_form(given["answer"][:ANSWER_LIMIT]), one_form(given["headline"][:HEADLINE_LIMIT])
    must = all(any(one_form(choice) in said for choice in group.split("|")) for group in question["must"])
    clean = not any(one_form(wrong) in head for wrong in question["must_not"])
    cited = tuple(answers_it(citation) for citation in given["citations"][:CITED])
    abstained = bool(given["abstained"])
    right = (not abstained and must and clean and any(cited)) if answerable else abstained
    return Outcome(question["id"], answerable, right, abstained, float(given["confidence"]), must, clean, cited)


def by_evidence(question: Question) -> Callable[[Given], bool]:
    """Citations judged by the exact words that answer the question."""
    return lambda citation: quotes(citation["quote"] or "", collapse(question["evidence"]))


def by_place(question: Question, keys: tuple[str, ...]) -> Callable[[Given], bool]:
    """Citations judged by the clauses that answer the question; `keys` are the directives of its file, in order."""
    places = [(keys[question["part"]], path) for path in question["clauses"]] if question["clauses"] else []
    return lambda citation: cites_clause(citation, places)
