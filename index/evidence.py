"""The few clauses an answer stands on, each with the sentence that speaks to the question and the rows read from it."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.text import comparable
from index.passages import plain
from index.sentences import sentences
from index.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corpus.store_records import StoredClause, StoredDirective, StoredRule, StoredTarget, StoredTask
    from index.candidates import Candidate
    from index.holdings import Library
    from index.query import Query


@dataclass(frozen=True, slots=True)
class Evidence:
    """One clause that may answer.

    `probability` is the ranker's share of belief, `sentence` plain text of the clause, `chain` the headings above it.
    """

    key: str
    clause: StoredClause
    directive: StoredDirective
    probability: float
    sentence: str
    chain: tuple[str, ...]
    targets: tuple[StoredTarget, ...]
    tasks: tuple[StoredTask, ...]
    rules: tuple[StoredRule, ...]


class TermWeights:
    """How much of a question's content a text covers, each content word weighed by its rarity in the index."""

    def __init__(self, query: Query, idf: dict[str, float]) -> None:
        self.idf = idf
        self.terms = query.terms
        self.expansions = query.expansions
        self._total = sum(idf.get(t, 0.0) for t in query.terms) or 1.0
        self._pairs = set(zip(query.terms, query.terms[1:], strict=False))

    def coverage(self, text: str) -> float:
        """Share (0 to 1) of the content words' weight found in `text`."""
        present = set(tokenize(text).sequence)
        return sum(self.idf.get(t, 0.0) for t in self.terms if t in present) / self._total

    def closeness(self, text: str) -> float:
        """Coverage, raised by neighbouring words found together and by everyday words found in their official form."""
        sequence = tokenize(text).sequence
        found = set(itertools.pairwise(sequence))
        paired = len(self._pairs & found) / len(self._pairs) if self._pairs else 0.0
        low = comparable(text)
        meant = sum(1 for e in self.expansions if e in low) / max(len(self.expansions), 3)
        return self.coverage(text) + 0.5 * paired + 0.5 * meant


def gather(
    query: Query, ranked: Sequence[tuple[Candidate, float]], library: Library, weights: TermWeights
) -> list[Evidence]:
    """Evidence for the given (candidate, probability) pairs, in their order."""
    return [_evidence(query, candidate, probability, library, weights) for candidate, probability in ranked]


def _evidence(
    query: Query, candidate: Candidate, probability: float, library: Library, weights: TermWeights
) -> Evidence:
    clause = library.clauses[candidate.key]
    return Evidence(
        key=candidate.key,
        clause=clause,
        directive=library.directives[clause.directive],
        probability=probability,
        sentence=row_in_words(clause) or _best_sentence(query, candidate, plain(clause.text), weights),
        chain=tuple(library.chain(candidate.key)),
        targets=tuple(library.targets.get(candidate.key, ())),
        tasks=tuple(library.tasks.get(candidate.key, ())),
        rules=tuple(library.rules.get(candidate.key, ())),
    )


def row_in_words(clause: StoredClause) -> str:
    """A table row as "column: cell; ..."; empty for anything else."""
    return "; ".join(f"{plain(title)}: {plain(cell)}" for title, cell in clause.cells if cell.strip() and title.strip())


def _best_sentence(query: Query, candidate: Candidate, text: str, weights: TermWeights) -> str:
    parts = sentences(text)
    if len(parts) <= 1:
        return text
    dense = candidate.parts if len(candidate.parts) == len(parts) else (0.0,) * len(parts)
    low, high = min(dense), max(dense)
    spread = (high - low) or 1.0

    def score(i: int) -> float:
        return (dense[i] - low) / spread + 1.5 * weights.closeness(parts[i]) + constraint_fit(query, parts[i])

    return parts[max(range(len(parts)), key=score)]


def constraint_fit(query: Query, text: str) -> float:
    """-1 to 1: years and figures the question names stand in `text` (or others stand in their place)."""
    years = {int(y) for y in re.findall(r"(?<![\d/.,])(?:19[89]\d|20[0-7]\d)(?![\d,.]*\d)", text)}
    fit = 0.0
    if query.years and years:
        fit += 0.6 if years & query.years else -0.6
    if query.figures:
        fit += 0.4 * has_figures(query.figures, text)
    return fit


def has_figures(figures: Iterable[str], text: str) -> float:
    """Share of the figures that stand in `text` as whole numbers."""
    wanted = list(figures)
    return (
        sum(1 for f in wanted if re.search(rf"(?<![\d,.]){re.escape(f)}(?![\d]|[,.]\d)", text)) / len(wanted)
        if wanted
        else 0.0
    )
