"""When not to answer: a calibrated probability that the best evidence answers the question, and what is missing when not.

Weights are readable data (`data/abstention.json`) learned by `index.training` with whole directives left out.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from corpus.places import same_place
from corpus.text import comparable
from index.documents import fit, names_document
from index.evidence import Evidence, TermWeights, has_figures
from index.expected import expected, lacking
from index.headlines import term_fit
from index.phrases import day, term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.candidates import Candidate
    from index.holdings import Library
    from index.query import Query

SIGNALS = (
    "bias", "top_share", "margin", "dense", "part_dense", "coverage", "context_coverage", "sentence_closeness", "rarest_missing",
    "year_missing", "year_missing_in_sentence", "figure_missing", "unit_missing_in_clause", "unit_missing_in_directive",
    "place_other", "document_unknown", "document_other", "directive_gap", "row_closeness", "row_of_other_year",
    "lacks_in_sentence", "lacks_in_clause", "lacks_money", "lacks_day", "lacks_time", "lacks_cadence", "lacks_department",
    "lacks_person", "lacks_contact",
    "asks_something", "long_question",
)  # fmt: skip

_YEARS = re.compile(r"(?<![\d/.,])(?:19[89]\d|20[0-7]\d)(?![\d.,]*\d)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`confidence` is the probability (0 to 1) that the evidence answers; `missing` says what the documents lack."""

    abstain: bool
    confidence: float
    missing: str


@dataclass(frozen=True)
class Abstainer:
    """A logistic model over `SIGNALS`; abstains below `threshold`."""

    weights: dict[str, float]
    threshold: float

    @classmethod
    @lru_cache(maxsize=1)
    def shipped(cls) -> Abstainer:
        """The weights that come with the package."""
        raw = json.loads((resources.files("index") / "data" / "abstention.json").read_text(encoding="utf-8"))
        return cls(raw["weights"], float(raw["threshold"]))

    def confidence(self, signals: Sequence[float]) -> float:
        """Probability that the evidence answers the question."""
        total = sum(self.weights.get(name, 0.0) * value for name, value in zip(SIGNALS, signals, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def judge(self, query: Query, signals: Sequence[float]) -> Verdict:
        """Answer or abstain, and the words for what is missing."""
        confidence = self.confidence(signals)
        return Verdict(
            confidence < self.threshold, round(confidence, 3), missing(query, dict(zip(SIGNALS, signals, strict=True)))
        )


def signals(
    query: Query, evidence: Sequence[Evidence], candidates: Sequence[Candidate], library: Library, weights: TermWeights
) -> tuple[float, ...]:
    """The signals of one question. `candidates` are those of the evidence, in its order."""
    top = evidence[0]
    text = comparable(top.clause.text)
    chain = comparable(" . ".join([top.directive.title or "", *top.chain]))
    others = [item.probability for item in evidence[1:]]
    years, above = _years(text), _years(chain)
    headings = " . ".join(top.chain)
    of_sentence = f"{top.sentence} . {_terms_of_rows(top)}"
    in_sentence = _years(of_sentence) or _years(headings) or above
    whole = " ".join(library.clauses[k].text for k in library.by_directive[top.directive.key]) if query.units else ""
    uncovered = [weights.idf.get(t, 0.0) for t in query.terms if t not in text and t not in chain]
    highest = max((weights.idf.get(t, 0.0) for t in query.terms), default=1.0) or 1.0
    counted = query.kind == "list" and top.clause.kind == "heading"
    wanted = () if query.kind == "document" or counted else expected(query.focus)
    in_part, in_clause = (
        lacking(wanted, f"{of_sentence} . {headings}"),
        lacking(wanted, f"{top.clause.text} . {headings}"),
    )
    close, misfit = _rows_close(query, evidence, weights)
    return (
        1.0,
        top.probability,
        top.probability - max(others, default=0.0),
        10 * (max(c.scores[-1].whole_dense for c in candidates) - 0.85),
        10 * (max(c.scores[-1].part_dense for c in candidates) - 0.85),
        weights.coverage(text),
        weights.coverage(f"{text} {chain}"),
        weights.closeness(top.sentence),
        max(uncovered, default=0.0) / highest,
        float(not _reached(query.years, years | above)),
        float(not _reached(query.years, in_sentence)),
        1.0 - has_figures(query.figures, text) if query.figures else 0.0,
        _missing_units(query, f"{text} {chain}"),
        _missing_units(query, comparable(whole)) if query.units else 0.0,
        float(_place_other(query, top)),
        float(bool(query.documents) and not _known_document(query, library)),
        float(bool(query.documents) and not _names(query, top)),
        _directive_gap(query, top, evidence, weights),
        close,
        misfit,
        float(bool(in_part)),
        float(bool(in_clause)),
        float("money" in in_clause),
        float("day" in in_part),
        float("time" in in_part),
        float("cadence" in in_part),
        float("department" in in_clause),
        float("person" in in_clause),
        float("contact" in in_clause),
        float(bool(wanted)),
        math.log(max(len(query.terms), 1) / 10),
    )


def _years(text: str) -> set[int]:
    return {int(y) for y in _YEARS.findall(text)}


def _terms_of_rows(item: Evidence) -> str:
    """The dates and cycles of the rows whose words stand in the sentence, as text."""
    tasks = [f"{t.due_text or ''} {day(t.due) if t.due else ''}" for t in item.tasks if _overlap(t.quote, item.sentence)]
    targets = [term(t) for t in item.targets if _overlap(t.quote, item.sentence)]
    return " . ".join([*tasks, *targets])


def _overlap(quote: str, sentence: str) -> bool:
    return quote in sentence or sentence in quote


def _rows_close(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> tuple[float, float]:
    """Closeness (up to 1.5) of the nearest target of the asked years, and of the nearest one of other years."""
    fitting = other = 0.0
    for item in evidence[:3]:
        for target in item.targets:
            close = min(1.5, weights.closeness(f"{target.indicator} {target.scope or ''}"))
            if term_fit(query, target) < 0:
                other = max(other, close)
            else:
                fitting = max(fitting, close)
    return fitting, max(0.0, other - fitting) if query.years else 0.0


def _directive_gap(query: Query, top: Evidence, evidence: Sequence[Evidence], weights: TermWeights) -> float:
    """How much worse the answer's directive fits the named one than the best directive of the evidence (0 when best)."""
    totals = {item.directive.key: fit(query, item.directive, weights.idf).total for item in evidence}
    return max(totals.values()) - totals[top.directive.key]


def _reached(asked: frozenset[int], years: set[int]) -> bool:
    """An asked year stands in the clause or between its first and last year."""
    if not asked:
        return True
    return bool(asked & years) or (len(years) >= 2 and any(min(years) <= y <= max(years) for y in asked))


def _missing_units(query: Query, text: str) -> float:
    return sum(1 for u in query.units if comparable(u) not in text) / len(query.units) if query.units else 0.0


def _place_other(query: Query, top: Evidence) -> bool:
    own = top.directive.place
    return bool(query.places and own) and not any(same_place(asked, own or "") for asked in query.places)


def _known_document(query: Query, library: Library) -> bool:
    return any(
        names_document(n, d.number, d.kind) or any(names_document(n, c.number, c.kind) for c in d.cites)
        for n in query.documents
        for d in library.directives.values()
    )


def _names(query: Query, top: Evidence) -> bool:
    directive = top.directive
    return any(
        names_document(n, directive.number, directive.kind)
        or any(names_document(n, c.number, c.kind) for c in directive.cites)
        for n in query.documents
    )


def missing(query: Query, values: dict[str, float]) -> str:
    """Words for what the documents do not say."""
    if values["document_unknown"] and query.documents:
        named = query.documents[0]
        return (
            f"nội dung của {(named.kind or 'văn bản').capitalize()} số {named.serial}"
            if named.kind
            else f"văn bản số {named.serial}"
        )
    if values["year_missing"] and query.years:
        return f"nội dung này cho năm {', '.join(str(y) for y in sorted(query.years))}"
    if values["unit_missing_in_directive"] and query.units:
        return f"nhiệm vụ nào như vậy của {query.units[0]}"
    asked = {
        "target": "con số này", "deadline": "thời hạn của việc này", "responsibility": "cơ quan chịu trách nhiệm việc này",
        "report": "chế độ báo cáo này", "rule": "quy định xử lý này", "document": "thông tin này của văn bản",
    }  # fmt: skip
    return asked.get(query.kind, "nội dung này")
