"""How one message is put to the search: as one question, as several parts, or in two readings of a follow-up.

The plan lists the questions to ask; `settle` makes one answer of theirs. It searches nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.compound import continued, joined, parts
from index.follow_ups import frame, in_frame, leans, names_topic
from index.query import content_words
from index.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.answers import Answer, Question
    from index.mentions import DirectiveNames

CLEARLY_BETTER = 0.15
SURE = 0.6


@dataclass(frozen=True)
class Plan:
    """`readings` are ways to read the whole message, likeliest first; `parts` the questions in it.

    `hanging` are the parts that only go on with a sentence, `leaning` those of them that cannot stand alone.
    """

    readings: tuple[Question, ...]
    parts: tuple[Question, ...] = ()
    hanging: frozenset[int] = frozenset()
    leaning: frozenset[int] = frozenset()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Everything to be asked, in the order `settle` expects the answers."""
        return (*self.readings, *self.parts)

    def settle(self, answers: Sequence[Answer]) -> Answer:
        """One answer for the message: of the parts, unless one was likely misread and the whole is answered."""
        whole = _clearest(self.readings[0].text, answers[: len(self.readings)])
        of_parts = answers[len(self.readings) :]
        misread = any(self._misread(of_parts, number) for number in range(len(of_parts)))
        sure = any(not answer.abstained and answer.confidence >= SURE for answer in of_parts)
        if not of_parts or (misread and not (whole.abstained and sure)):
            return whole
        return joined(whole, of_parts)

    def _misread(self, answers: Sequence[Answer], number: int) -> bool:
        """A part within a sentence that found nothing sure by itself; a leaning one must also stay in the directive."""
        own = answers[number]
        if number not in self.hanging:
            return number + 1 in self.hanging and own.abstained
        directives = {c.directive for answer in answers[:number] for c in answer.citations[:1]}
        astray = number in self.leaning and not any(c.directive in directives for c in own.citations[:1])
        return own.abstained or own.confidence < SURE or astray


def plan(question: Question, names: DirectiveNames) -> Plan:
    """What to ask for one message."""
    found = parts(question.text)
    if len(found) == 1:
        return Plan(_readings(question, names))
    first = found[0].text
    if not question.previous and not frame(first, names):
        first = in_frame(first, " ".join(part.text for part in found[1:]), names)
    asked, before = [replace(question, text=first)], first
    leaning: set[int] = set()
    for number, part in enumerate(found[1:], 1):
        text = continued(part.text)
        if leans(text):
            leaning.add(number)
            asked.append(replace(question, text=part.text, previous=before))
        else:
            before = in_frame(text, before, names)
            asked.append(replace(question, text=before, previous=None))
    hanging = frozenset(number for number, part in enumerate(found) if not part.apart)
    return Plan((question,), tuple(asked), hanging, hanging & leaning)


def _readings(question: Question, names: DirectiveNames) -> tuple[Question, ...]:
    """A follow-up with a topic of its own is also read without the topic before: only its directive, place and year."""
    if not question.previous or not names_topic(question.text):
        return (question,)
    kept = frame(question.previous, names)
    return (question, replace(question, previous=kept)) if kept and kept != question.previous else (question,)


def _clearest(text: str, answers: Sequence[Answer]) -> Answer:
    """The first reading, unless a later one is answered and clearly surer or closer to the follow-up's own words."""
    best = answers[0]
    for other in answers[1:]:
        if not other.abstained and (best.abstained or _merit(text, other) > _merit(text, best) + CLEARLY_BETTER):
            best = other
    return best


def _merit(text: str, answer: Answer) -> float:
    """Confidence, and how much of the question's own words the first clause cited holds."""
    own = set(content_words(text))
    held = {word for citation in answer.citations[:1] for word in tokenize(citation.quote).sequence}
    return answer.confidence + len(own & held) / max(len(own), 1)
