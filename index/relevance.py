"""How likely each candidate clause answers the question: named features, weighed linearly.

The weights are readable data (`data/ranker.json`) learned by `index.training` with whole directives left out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from corpus.text import comparable
from index.candidates import Candidate
from index.documents import fit
from index.library import Library
from index.passages import plain
from index.query import Query
from index.tokens import tokenize

FEATURES = (
    "whole_dense", "part_dense", "whole_lexical", "part_lexical",
    "focus_whole_dense", "focus_part_dense", "focus_whole_lexical", "focus_part_lexical",
    "focus_whole_dense_raw", "focus_part_dense_raw",
    "clause_coverage", "pair_coverage", "context_coverage", "synonym_coverage", "local_coverage",
    "year_in_clause", "year_above", "year_other", "figures", "units_in_clause", "units_above",
    "own_number", "implemented", "cited", "kind_of_directive", "issuer", "place", "signer", "title", "period", "named_gap",
    "directive_best", "has_target", "has_lead", "has_time", "has_report", "has_rule", "has_citation",
    "heading", "front", "end", "note", "heading_for_list", "front_for_document", "end_for_document", "short", "long", "boilerplate", "past",
)  # fmt: skip

_YEARS = re.compile(r"(?<![\d/.,])(?:19[89]\d|20[0-7]\d)(?![\d,.]*\d)")
_TIME = re.compile(r"\d{1,2}/\d{1,2}|(?:19|20)\d\d|hằng năm|hàng năm|hằng quý|hàng quý|hằng tháng|hàng tháng|định kỳ|thường xuyên|quý [ivx]+")
_PAST = re.compile(r"tình hình|kết quả (?:đạt được|thực hiện)|nguyên nhân|hạn chế|đánh giá chung|thực trạng|bối cảnh")
_FORWARD_KINDS = frozenset({"target", "deadline", "responsibility", "report", "compare"})
_SPAN = re.compile(r"(20\d\d)\s*[-–]\s*(20\d\d)")


@dataclass(frozen=True, slots=True)
class ClauseWords:
    """What the features read of one clause, computed once."""

    syllables: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    above: frozenset[str]
    text: str
    above_text: str
    years: frozenset[int]
    above_years: frozenset[int]
    past: bool


class WordReader:
    """Reads clauses' words on demand and remembers them; one per library snapshot."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.words = lru_cache(maxsize=20_000)(self._read)

    def _read(self, key: str) -> ClauseWords:
        clause = self._library.clauses[key]
        directive = self._library.directives[clause.directive]
        sequence = tokenize(plain(clause.text)).sequence
        chain = " . ".join(self._library.chain(key))
        shown = f"{plain(clause.text)} {' '.join(title for title, _ in clause.cells)}".strip()
        text, above = comparable(shown), comparable(f"{directive.title or ''} . {chain}")
        return ClauseWords(
            frozenset(sequence),
            frozenset(zip(sequence, sequence[1:], strict=False)),
            frozenset(tokenize(above).sequence),
            text,
            above,
            _years(text),
            _years(comparable(chain)) or _years(above),
            bool(_PAST.search(comparable(chain))),
        )


def _years(text: str) -> frozenset[int]:
    years = {int(y) for y in _YEARS.findall(text)}
    for first, last in _SPAN.findall(text):
        if 0 < int(last) - int(first) <= 30:
            years.update(range(int(first), int(last) + 1))
    return frozenset(years)


def features(
    query: Query, candidates: Sequence[Candidate], library: Library, reader: WordReader, idf: dict[str, float]
) -> NDArray[np.float32]:
    """Feature rows, shape (candidates, len(FEATURES)). `idf` weighs each content word of the question."""
    full = [c.scores[0] for c in candidates]
    focus = [c.scores[-1] for c in candidates]
    columns = [
        _spread([s.whole_dense for s in full]), _spread([s.part_dense for s in full]),
        _share([s.whole_lexical for s in full]), _share([s.part_lexical for s in full]),
        _spread([s.whole_dense for s in focus]), _spread([s.part_dense for s in focus]),
        _share([s.whole_lexical for s in focus]), _share([s.part_lexical for s in focus]),
    ]  # fmt: skip
    fused = 0.15 * sum(columns[:2]) + 0.1 * sum(columns[2:4])
    best: dict[str, float] = {}
    for candidate, score in zip(candidates, fused, strict=True):
        key = library.clauses[candidate.key].directive
        best[key] = max(best.get(key, 0.0), float(score))
    fits = {key: fit(query, library.directives[key], idf) for key in best}
    named = bool(query.documents or query.document_kinds) or any(f.signer for f in fits.values())
    nearest = max((f.total for f in fits.values()), default=0.0)
    local = {key: _local_idf(query, key, [c for c in candidates if library.clauses[c.key].directive == key], reader) for key in best}
    top = max(best.values(), default=1.0)
    pairs = set(zip(query.terms, query.terms[1:], strict=False))
    rows = []
    for i, candidate in enumerate(candidates):
        clause = library.clauses[candidate.key]
        words = reader.words(candidate.key)
        rows.append(
            (
                *(float(column[i]) for column in columns),
                10 * (focus[i].whole_dense - 0.85), 10 * (focus[i].part_dense - 0.85),
                *_coverage(query, words, idf, pairs), _weighed(local[clause.directive], words.syllables),
                *_years_fit(query, words),
                _share_of(query.figures, words.text), _units(query, words.text), _units(query, words.above_text),
                *fits[clause.directive].as_tuple(),
                fits[clause.directive].total - nearest if named else 0.0,
                best[clause.directive] - top,
                *_rows_fit(query, candidate.key, library, words),
                *_kind_fit(query, clause.kind),
                float(len(words.text) < 60), max(0.0, math.log(max(len(words.text), 1) / 800)),
                float("tổ chức thực hiện" in words.above_text and query.kind in {"target", "clause", "rule"}),
                float(words.past and query.kind in _FORWARD_KINDS),
            )  # fmt: skip
        )
    return np.array(rows, dtype=np.float32).reshape(len(candidates), len(FEATURES))


def _local_idf(query: Query, directive: str, candidates: Sequence[Candidate], reader: WordReader) -> dict[str, float]:
    """Rarity of the question's words among one directive's own candidates: what its every clause says tells nothing."""
    read = [reader.words(c.key).syllables for c in candidates]
    return {t: math.log1p(len(read) / (1 + sum(1 for words in read if t in words))) for t in query.terms} if read else {}


def _weighed(idf: dict[str, float], present: frozenset[str]) -> float:
    total = sum(idf.values())
    return sum(weight for term, weight in idf.items() if term in present) / total if total else 0.0


def _kind_fit(query: Query, kind: str) -> tuple[float, ...]:
    document, listing = query.kind == "document", query.kind == "list"
    heading, front, end = kind == "heading", kind == "front", kind == "end"
    return tuple(
        float(x)
        for x in (
            heading and not listing, front and not document, end and not document, kind == "note",
            heading and listing, front and document, end and document,
        )
    )  # fmt: skip


def _spread(values: Sequence[float]) -> NDArray[np.float32]:
    scores = np.array(values, dtype=np.float32)
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def _share(values: Sequence[float]) -> NDArray[np.float32]:
    scores = np.array(values, dtype=np.float32)
    return scores / scores.max() if scores.max() > 0 else scores


def _coverage(query: Query, words: ClauseWords, idf: dict[str, float], pairs: set[tuple[str, str]]) -> tuple[float, ...]:
    total = sum(idf.get(t, 0.0) for t in query.terms) or 1.0
    clause = sum(idf.get(t, 0.0) for t in query.terms if t in words.syllables) / total
    context = sum(idf.get(t, 0.0) for t in query.terms if t in words.syllables or t in words.above) / total
    paired = sum(1 for p in pairs if p in words.pairs) / len(pairs) if pairs else 0.0
    meant = sum(1 for e in query.expansions if e in words.text) / len(query.expansions) if query.expansions else 0.0
    return clause, paired, context, meant


def _years_fit(query: Query, words: ClauseWords) -> tuple[float, float, float]:
    asked = set(query.years)
    if not asked:
        return 0.0, 0.0, 0.0
    here = len(asked & words.years) / len(asked)
    above = len(asked & words.above_years) / len(asked) if not here else 0.0
    other = float(bool(words.years) and not here and not above)
    return here, above, other


def _share_of(wanted: frozenset[str], text: str) -> float:
    return sum(1 for w in wanted if re.search(rf"(?<![\d,.]){re.escape(w)}(?![\d])", text)) / len(wanted) if wanted else 0.0


def _units(query: Query, text: str) -> float:
    return sum(1 for u in query.units if comparable(u) in text) / len(query.units) if query.units else 0.0


def _rows_fit(query: Query, key: str, library: Library, words: ClauseWords) -> tuple[float, ...]:
    """What the kind of question wants and the clause has: a target, an actor, a time, a report, a rule, a citation."""
    weight = {kind: min(1.0, score / 2.5) for kind, score in query.kinds.items()}
    tasks = library.tasks.get(key, [])
    targets = library.targets.get(key, [])
    return (
        weight.get("target", 0.0) * float(bool(targets) or bool(re.search(r"\d", words.text))),
        weight.get("responsibility", 0.0) * float(any(t.lead for t in tasks)),
        weight.get("deadline", 0.0) * float(bool(_TIME.search(words.text)) or any(t.due for t in targets)),
        weight.get("report", 0.0) * float("báo cáo" in words.text or any(t.report_to for t in tasks)),
        weight.get("rule", 0.0) * float(bool(library.rules.get(key))),
        weight.get("document", 0.0) * float(bool(re.search(r"\d+\s*[-/]\s*[a-zđ]{2}", words.text))),
    )


@dataclass(frozen=True)
class Ranker:
    """Linear weights over `FEATURES`; `scale` sharpens or softens the softmax over candidates."""

    weights: NDArray[np.float32]
    scale: float = 1.0

    @classmethod
    def shipped(cls) -> Ranker:
        """The weights that come with the package."""
        raw = json.loads((resources.files("index") / "data" / "ranker.json").read_text(encoding="utf-8"))
        return cls(np.array([raw["weights"].get(name, 0.0) for name in FEATURES], dtype=np.float32), float(raw["scale"]))

    def scores(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """One score per candidate, higher is better."""
        result: NDArray[np.float32] = rows @ self.weights
        return result

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Share of belief of each candidate, adding up to 1."""
        scores = self.scores(rows) * self.scale
        shifted = np.exp(scores - scores.max())
        result: NDArray[np.float32] = shifted / shifted.sum()
        return result
