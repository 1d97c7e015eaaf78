"""How likely each candidate clause answers the question: named features, weighed linearly.

The weights are readable data (`data/ranker.json`) learned by `index.training` with whole directives left out.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from corpus.text import comparable
from corpus.units import Match, unit_matches
from index.documents import fit
from index.passages import plain
from index.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corpus.store_records import StoredTask
    from index.answers import AnswerKind
    from index.candidates import Candidate
    from index.holdings import Library
    from index.query import Query

FEATURES = (
    "whole_dense", "part_dense", "whole_lexical", "part_lexical",
    "focus_whole_dense", "focus_part_dense", "focus_whole_lexical", "focus_part_lexical",
    "focus_whole_dense_raw", "focus_part_dense_raw",
    "clause_coverage", "pair_coverage", "context_coverage", "synonym_coverage", "local_coverage",
    "year_in_clause", "year_above", "year_other", "figures", "units_in_clause", "units_above",
    "own_number", "implemented", "cited", "kind_of_directive", "issuer", "place", "signer", "title", "period", "named_gap",
    "directive_best", "has_target", "has_lead", "has_time", "has_report", "has_rule", "has_citation",
    "heading", "front", "end", "note", "heading_for_list", "front_for_document", "end_for_document",
    "short", "long", "boilerplate", "past", "subject_leads", "others_lead",
)  # fmt: skip

_YEARS = re.compile(r"(?<![\d/.,])(?:19[89]\d|20[0-7]\d)(?![\d,.]*\d)")
_TIME = re.compile(r"\d{1,2}/\d{1,2}|(?:19|20)\d\d|hằng năm|hàng năm|hằng quý|hàng quý|hằng tháng|hàng tháng|định kỳ|thường xuyên|quý [ivx]+")
_PAST = re.compile(r"tình hình|kết quả (?:đạt được|thực hiện)|nguyên nhân|hạn chế|đánh giá chung|thực trạng|bối cảnh")
_FORWARD_KINDS = frozenset({"target", "deadline", "responsibility", "report", "compare"})
_CITATION = re.compile(r"\d+\s*[-/]\s*[a-zđ]{2}")
_WANTED_KINDS: tuple[AnswerKind, ...] = ("target", "responsibility", "deadline", "report", "rule", "document")
_TRAITS = (*_WANTED_KINDS, "heading", "front", "end", "note", "short", "long", "boilerplate", "past")
_DIGIT = re.compile(r"\d")
_SPAN = re.compile(r"(20\d\d)\s*[-–]\s*(20\d\d)")


@dataclass(frozen=True, slots=True)
class HeadingWords:
    """What the features read of the headings above a clause: the same for all clauses under one heading."""

    syllables: frozenset[str]
    text: str
    years: frozenset[int]
    past: bool
    boilerplate: bool


@dataclass(frozen=True, slots=True)
class ClauseWords:
    """What the features read of one clause, computed once.

    `spoken` is its syllables in order, each between single spaces; `traits` are what it has of `_TRAITS`, 0 or 1, but
    for "long".
    """

    syllables: frozenset[str]
    spoken: str
    text: str
    years: frozenset[int]
    above: HeadingWords
    traits: tuple[float, ...]


class WordReader:
    """Reads clauses' words on demand and remembers them; one per library snapshot."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.words = lru_cache(maxsize=20_000)(self._read)
        self._headings = lru_cache(maxsize=5_000)(self._read_headings)

    def _read(self, key: str) -> ClauseWords:
        library = self._library
        clause = library.clauses[key]
        words = plain(clause.text)
        sequence = tokenize(words).sequence
        text = comparable(f"{words} {' '.join(title for title, _ in clause.cells)}".strip())
        above = self._headings(clause.directive, clause.parent)
        tasks, targets = library.tasks.get(key, ()), library.targets.get(key, ())
        numbered = bool(_DIGIT.search(text))
        traits = (
            bool(targets) or numbered,
            any(t.lead for t in tasks),
            bool(_TIME.search(text)) or any(t.due for t in targets),
            "báo cáo" in text or any(t.report_to for t in tasks),
            bool(library.rules.get(key)),
            numbered and bool(_CITATION.search(text)),
            clause.kind == "heading", clause.kind == "front", clause.kind == "end", clause.kind == "note",
            len(text) < 60, max(0.0, math.log(max(len(text), 1) / 800)), above.boilerplate, above.past,
        )  # fmt: skip
        years = _years(text) if numbered else frozenset()
        return ClauseWords(frozenset(sequence), f" {' '.join(sequence)} ", text, years, above, tuple(map(float, traits)))

    def _read_headings(self, directive: str, parent: str | None) -> HeadingWords:
        title, title_syllables, title_years = _read_title(self._library.directives[directive].title or "")
        below = comparable(" . ".join(self._library.headings(directive, parent)))
        above = f"{title} . {below}".strip()
        return HeadingWords(
            title_syllables.union(tokenize(below).sequence),
            above,
            _years(below) or title_years,
            tells_of_the_past(below),
            "tổ chức thực hiện" in above,
        )


@lru_cache(maxsize=32_768)
def _read_title(title: str) -> tuple[str, frozenset[str], frozenset[int]]:
    """A directive's title in comparable form, its syllables and its years: it stands above each of its clauses."""
    text = comparable(title)
    return text, frozenset(tokenize(text).sequence), _years(text)


def tells_of_the_past(headings: str) -> bool:
    """Headings (comparable text) under which a directive tells how things stand or stood, not what shall be."""
    return bool(_PAST.search(headings))


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
    if not candidates:
        return np.zeros((0, len(FEATURES)), dtype=np.float32)
    read = [reader.words(candidate.key) for candidate in candidates]
    directives = [library.clauses[candidate.key].directive for candidate in candidates]
    full = _raw(candidates, 0)
    focus = _raw(candidates, -1)
    similar = np.column_stack([spread(column) for spread, column in zip((_spread, _spread, _share, _share) * 2, (*full, *focus), strict=True)])
    fused = 0.15 * (similar[:, 0] + similar[:, 1]) + 0.1 * (similar[:, 2] + similar[:, 3])
    rows = np.column_stack(
        [
            similar,
            10 * (focus[0] - 0.85), 10 * (focus[1] - 0.85),
            *_coverage(query, read, directives, idf),
            *_years_fit(query, read),
            _figures(query, read), *_units(query, read),
            _directives_fit(query, directives, fused, library, idf),
            _traits_fit(query, read), _leads_fit(query, candidates, library),
        ]
    )  # fmt: skip
    return rows.astype(np.float32)


def _raw(candidates: Sequence[Candidate], view: int) -> NDArray[np.float64]:
    """Scores under one view, shape (4, candidates): cosines of whole and part, BM25 of whole and part."""
    chosen = [c.scores[view] for c in candidates]
    return np.array([(s.whole_dense, s.part_dense, s.whole_lexical, s.part_lexical) for s in chosen], dtype=np.float64).T


def _spread(values: NDArray[np.float64]) -> NDArray[np.float32]:
    scores = values.astype(np.float32)
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def _share(values: NDArray[np.float64]) -> NDArray[np.float32]:
    scores = values.astype(np.float32)
    return scores / scores.max() if scores.max() > 0 else scores


def _coverage(
    query: Query, read: Sequence[ClauseWords], directives: Sequence[str], idf: dict[str, float]
) -> tuple[NDArray[np.float64], ...]:
    """Shares of the question's weight in the clause, in pairs, with the headings, in official words, and among its own.

    The last weighs each word by its rarity among one directive's own candidates: what its every clause says tells nothing.
    """
    terms = query.terms
    nothing = np.zeros(len(read))
    weight = np.array([idf.get(t, 0.0) for t in terms])
    total = weight.sum() or 1.0
    inside = np.array([[t in words.syllables for t in terms] for words in read], dtype=np.float64).reshape(len(read), -1)
    headed = np.array([[t in words.above.syllables for t in terms] for words in read], dtype=np.float64).reshape(len(read), -1)
    pairs = [f" {a} {b} " for a, b in set(pairwise(terms))]
    paired = np.array([sum(p in words.spoken for p in pairs) for words in read]) / len(pairs) if pairs else nothing
    meant = query.expansions
    formal = np.array([sum(e in words.text for e in meant) for words in read]) / len(meant) if meant else nothing
    return inside @ weight / total, paired, np.maximum(inside, headed) @ weight / total, formal, _local(inside, directives)


def _local(inside: NDArray[np.float64], directives: Sequence[str]) -> NDArray[np.float64]:
    _, group = np.unique(directives, return_inverse=True)
    counts = np.zeros((group.max() + 1, inside.shape[1]))
    np.add.at(counts, group, inside)
    rarity = np.log1p(np.bincount(group)[:, None] / (1 + counts))[group]
    total = rarity.sum(axis=1)
    found: NDArray[np.float64] = (rarity * inside).sum(axis=1) / np.where(total > 0, total, 1.0)
    return found


def _years_fit(query: Query, read: Sequence[ClauseWords]) -> NDArray[np.float64]:
    """Shares of the asked years in the clause and above it, and whether it names only others; shape (3, candidates)."""
    asked = query.years
    if not asked:
        return np.zeros((3, len(read)))
    fits = []
    for words in read:
        here = len(asked & words.years) / len(asked)
        above = len(asked & words.above.years) / len(asked) if not here else 0.0
        fits.append((here, above, float(bool(words.years) and not here and not above)))
    return np.array(fits).T


def _figures(query: Query, read: Sequence[ClauseWords]) -> NDArray[np.float64]:
    patterns = [re.compile(rf"(?<![\d,.]){re.escape(figure)}(?![\d])") for figure in query.figures]
    return np.array([sum(bool(p.search(words.text)) for p in patterns) for words in read]) / max(len(patterns), 1)


def _units(query: Query, read: Sequence[ClauseWords]) -> NDArray[np.float64]:
    """Shares of the named units in the clause and above it, shape (2, candidates)."""
    units = [comparable(unit) for unit in query.units]
    found = [(sum(u in words.text for u in units), sum(u in words.above.text for u in units)) for words in read]
    return np.array(found).T / max(len(units), 1)


def _directives_fit(
    query: Query, directives: Sequence[str], fused: NDArray[np.floating], library: Library, idf: dict[str, float]
) -> NDArray[np.float64]:
    """How the clause's directive fits what the question names, and how far it is behind the best one; a row a candidate."""
    best: dict[str, float] = {}
    for key, score in zip(directives, fused.tolist(), strict=True):
        best[key] = max(best.get(key, 0.0), score)
    fits = {key: fit(query, library.directives[key], idf) for key in best}
    named = bool(query.documents or query.document_kinds) or any(f.signer for f in fits.values())
    nearest, top = max(f.total for f in fits.values()), max(best.values())
    rows = {key: (*f.as_tuple(), f.total - nearest if named else 0.0, best[key] - top) for key, f in fits.items()}
    return np.array([rows[key] for key in directives])


def _leads_fit(query: Query, candidates: Sequence[Candidate], library: Library) -> NDArray[np.float64]:
    """Whether the body asked about leads a duty of the clause (half for its class), and whether only others do; (n, 2)."""
    if query.subject is None:
        return np.zeros((len(candidates), 2))
    return np.array([leads(query.subject, library.tasks.get(c.key, ())) for c in candidates])


def leads(subject: str, tasks: Sequence[StoredTask]) -> tuple[float, float]:
    """(1 by name, 0.5 by class, 0 else; 1 when only others lead) for one body and some duties."""
    matches = [unit_matches(subject, lead) for task in tasks for lead in task.lead]
    by_name = any(m not in (Match.NONE, Match.CLASS) for m in matches)
    by_class = Match.CLASS in matches
    return float(by_name) or 0.5 * by_class, float(bool(matches) and not by_name and not by_class)


def _traits_fit(query: Query, read: Sequence[ClauseWords]) -> NDArray[np.float64]:
    """What the kind of question wants of the clause's `_TRAITS`, in the order of the last features."""
    traits = dict(zip(_TRAITS, np.array([words.traits for words in read]).T, strict=True))
    asked = {kind: min(1.0, score / 2.5) for kind, score in query.kinds.items()}
    document, listing = float(query.kind == "document"), float(query.kind == "list")
    return np.column_stack(
        [
            *(asked.get(kind, 0.0) * traits[kind] for kind in _WANTED_KINDS),
            (1 - listing) * traits["heading"], (1 - document) * traits["front"], (1 - document) * traits["end"], traits["note"],
            listing * traits["heading"], document * traits["front"], document * traits["end"],
            traits["short"], traits["long"],
            float(query.kind in {"target", "clause", "rule"}) * traits["boilerplate"],
            float(query.kind in _FORWARD_KINDS) * traits["past"],
        ]
    )  # fmt: skip


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
