"""What speaks for and against the best evidence answering the question: named numbers that `index.abstention` weighs.

Knows the question, the evidence and the library; decides nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from corpus.places import find_places, same_place
from corpus.row_words import day, number, term
from corpus.text import comparable
from index.demands import (
    asks_figure,
    contrast,
    count_missing,
    members_missing,
    missing_names,
    months_missing,
    periods_in,
    person_unnamed,
    sanction_missing,
    state_missing,
    years_in,
)
from index.documents import fit, names_document
from index.evidence import has_figures, row_in_words
from index.expected import expected, lacking
from index.passages import plain
from index.relevance import tells_of_the_past
from index.row_ranking import term_fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.candidates import Candidate
    from index.evidence import Evidence, TermWeights
    from index.expected import Expectation
    from index.holdings import Library
    from index.query import Query

SIGNALS = (
    "bias", "top_share", "margin", "dense", "part_dense", "coverage", "context_coverage", "sentence_closeness",
    "names_missing", "contrast", "contrast_in_sentence",
    "year_missing", "year_missing_in_sentence", "period_other", "month_missing", "figure_missing",
    "unit_missing_in_clause", "unit_missing_in_directive", "place_other",
    "document_unknown", "document_other", "directive_gap", "signer_other", "row_closeness", "row_of_other_year",
    "lacks_in_sentence", "lacks_in_clause", "lacks_in_words", "lacks_money", "lacks_day", "lacks_time", "lacks_cadence",
    "lacks_department", "lacks_contact",
    "measure_missing", "measure_missing_in_sentence", "thing_missing", "thing_missing_in_sentence",
    "state_missing", "person_unnamed", "members_missing", "sanction_missing",
    "asks_something", "long_question",
)  # fmt: skip
LOOKED_AT = 6  # candidates whose likeness counts: those of the evidence
TOGETHER = 3  # clauses whose years count together when several years are asked


class _Texts:
    """The texts of the best evidence that a demand may be met in; comparable, but for `published` and `stated`."""

    def __init__(self, query: Query, evidence: Sequence[Evidence]) -> None:
        top = evidence[0]
        directive = top.directive
        row = row_in_words(top.clause)
        values = " . ".join(f"{number(t.value)} {t.unit or ''}" for t in top.targets if t.value is not None)
        headings = " . ".join(top.chain)
        self.published = f"{headings} . {plain(top.clause.text)} . {row} . {values}"
        self.stated = f"{top.sentence} . {_terms_of_rows(top)}{f' . {values}' if row else ''}"
        self.question = comparable(query.focus)
        self.title = comparable(directive.title or "")
        self.headings = comparable(headings)
        self.clause = comparable(f"{plain(top.clause.text)} . {row}")
        self.whole = f"{self.title} . {comparable(self.published)}"
        self.sentence = comparable(self.stated)
        self.identity = comparable(
            f"{directive.place or ''} {directive.issuer or ''} {directive.signer or ''} {directive.number or ''} {directive.kind or ''}"
        )


def signals(
    query: Query, evidence: Sequence[Evidence], candidates: Sequence[Candidate], library: Library, weights: TermWeights
) -> tuple[float, ...]:
    """The `SIGNALS` of one question. `candidates` are all that were ranked, those of the evidence first, in its order."""
    top, texts = evidence[0], _Texts(query, evidence)
    others = [item.probability for item in evidence[1:]]
    looked = candidates[:LOOKED_AT]
    return (
        1.0,
        top.probability,
        top.probability - max(others, default=0.0),
        10 * (max(c.scores[-1].whole_dense for c in looked) - 0.85),
        10 * (max(c.scores[-1].part_dense for c in looked) - 0.85),
        weights.coverage(texts.clause),
        weights.coverage(f"{texts.clause} {texts.title} {texts.headings}"),
        weights.closeness(top.sentence),
        missing_names(query.original, texts.question, f"{texts.whole} {texts.identity}"),
        float(contrast(texts.question, texts.whole)),
        float(contrast(texts.question, f"{texts.headings} . {texts.sentence}")),
        *_times(query, evidence, texts),
        1.0 - has_figures(query.figures, texts.whole) if query.figures and not (query.yes_no or query.either_or) else 0.0,
        _missing_units(query, texts.whole),
        _missing_units(query, _text_of_directive(top, library)) if query.units else 0.0,
        _place_other(query, top, f"{texts.whole} {texts.identity}"),
        float(bool(query.documents) and not _known_document(query, library)),
        float(bool(query.documents) and not _names(query, top)),
        *_directive_gap(query, evidence, candidates, library, weights),
        *_rows_close(query, evidence, weights),
        *_lacks(query, top, texts),
        *_counts(texts),
        float(state_missing(texts.question, texts.sentence) and not tells_of_the_past(texts.headings)),
        float(person_unnamed(texts.question, texts.published)),
        float(members_missing(texts.question, texts.sentence)),
        float(sanction_missing(texts.question, texts.whole)),
        float(bool(_wanted(query, top))),
        math.log(max(len(query.terms), 1) / 10),
    )


def _terms_of_rows(item: Evidence) -> str:
    """The dates and cycles of the rows whose words stand in the sentence, as text."""
    tasks = [f"{t.due_text or ''} {day(t.due) if t.due else ''}" for t in item.tasks if _overlap(t.quote, item.sentence)]
    targets = [term(t) for t in item.targets if _overlap(t.quote, item.sentence)]
    return " . ".join([*tasks, *targets])


def _overlap(quote: str, sentence: str) -> bool:
    return quote in sentence or sentence in quote


def _times(query: Query, evidence: Sequence[Evidence], texts: _Texts) -> tuple[float, float, float, float]:
    """Shares of the asked years missing in the clause and in its sentence, another period (half: none), months missing."""
    top = evidence[0]
    asked = _asked_years(query, top)
    several = query.kind == "compare" or len(asked) > 1
    items = [i for i in evidence[:TOGETHER] if i.directive.key == top.directive.key] if several else [top]
    headed = years_in(texts.headings)
    above = headed or years_in(texts.title)
    in_clause = {y for i in items for y in years_in(comparable(f"{plain(i.clause.text)} {row_in_words(i.clause)} {' '.join(i.chain)}"))}
    in_sentence = {y for i in items for y in years_in(comparable(f"{i.sentence} {_terms_of_rows(i)}"))}
    months = f"{texts.whole} {' '.join(day(t.due) for t in top.tasks if t.due)}"
    return (
        _unmet(asked, in_clause | above),
        _unmet(asked, (in_sentence or above) | (headed & asked)),
        _period_other(query, top, texts),
        months_missing(comparable(query.text), months),
    )


def _asked_years(query: Query, top: Evidence) -> set[int]:
    """Years the answer must speak to: not the one that only says which directive is meant ("nghị quyết năm 2024 ...")."""
    asked = set(query.years)
    issued = top.directive.issued_on.year if top.directive.issued_on else None
    if issued in asked and (query.documents or query.document_kinds or len(asked) > 1):
        asked.discard(issued)
    return asked


def _unmet(asked: set[int], given: set[int]) -> float:
    return len(asked - given) / len(asked) if asked else 0.0


def _period_other(query: Query, top: Evidence, texts: _Texts) -> float:
    if not query.periods or query.kind == "compare":
        return 0.0
    titled = periods_in(texts.title)
    stated = periods_in(f"{texts.clause} . {texts.headings}")
    rows = {(int(t.period[0]), int(t.period[1])) for t in top.targets if t.period and t.period[0] and t.period[1]}
    if set(query.periods) & (titled | stated | rows):
        return 0.0
    return 1.0 if stated - titled else 0.5


def _rows_close(query: Query, evidence: Sequence[Evidence], weights: TermWeights) -> tuple[float, float]:
    """Closeness (up to 1.5) of the nearest target of the asked years, and how much nearer one of other years is."""
    fitting = other = 0.0
    for item in evidence[:TOGETHER]:
        for target in item.targets:
            close = min(1.5, weights.closeness(f"{target.indicator} {target.scope or ''}"))
            if term_fit(query, target) < 0:
                other = max(other, close)
            else:
                fitting = max(fitting, close)
    top = evidence[0]
    met = not _unmet(_asked_years(query, top), years_in(comparable(f"{top.sentence} {_terms_of_rows(top)}")))
    return fitting, 0.0 if met or not query.years else max(0.0, other - fitting)


def _text_of_directive(top: Evidence, library: Library) -> str:
    return comparable(" ".join(library.clauses[key].text for key in library.by_directive[top.directive.key]))


def _missing_units(query: Query, text: str) -> float:
    missing = sum(not any(form in text for form in _forms(comparable(unit))) for unit in query.units)
    return missing / len(query.units) if query.units else 0.0


def _forms(unit: str) -> tuple[str, ...]:
    """How directives write a body of a level: "ủy ban nhân dân cấp xã" is also "ủy ban nhân dân các xã"."""
    return (unit, unit.replace(" cấp ", " các ")) if " cấp " in unit else (unit,)


def _place_other(query: Query, top: Evidence, text: str) -> float:
    """Share of the asked places that are neither the directive's nor named in `text`; half of it when its place is unknown."""
    places = list({comparable(p): p for p in query.places}.values())
    if query.follow_up:  # "Thế của Lạng Sơn?": the place of the question before no longer counts
        places = [p.name for p in find_places(query.original)] or places
    if not places:
        return 0.0
    own = top.directive.place
    other = sum(not (own and same_place(p, own)) and comparable(p) not in text for p in places) / len(places)
    return other if own or other < 1 else 0.5 * other


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


def _directive_gap(
    query: Query, evidence: Sequence[Evidence], candidates: Sequence[Candidate], library: Library, weights: TermWeights
) -> tuple[float, float]:
    """How much worse the answer's directive fits the named one than its best rival, and whether another has the named signer.

    Rivals are all candidates' directives when the question names one, else those of the evidence. A directive that carries out
    the one named is only half as far behind it.
    """
    keys = dict.fromkeys([i.directive.key for i in evidence] + [library.clauses[c.key].directive for c in candidates])
    fits = {key: fit(query, library.directives[key], weights.idf) for key in keys}
    own = fits[evidence[0].directive.key]
    signed = any(f.signer for f in fits.values())
    named = bool(query.documents or query.document_kinds or query.issuers) or signed
    rivals = fits.values() if named else [fits[i.directive.key] for i in evidence]
    gap = max(f.total for f in rivals) - own.total
    return gap / 2 if own.implemented else gap, float(signed and not own.signer)


def _wanted(query: Query, top: Evidence) -> tuple[Expectation, ...]:
    counted = query.kind == "list" and top.clause.kind == "heading"
    return () if query.kind == "document" or counted else expected(query.focus)


def _lacks(query: Query, top: Evidence, texts: _Texts) -> tuple[float, ...]:
    """Kinds of answer asked that the sentence with its headings, the clause, and the bare sentence hold nothing of."""
    wanted = _wanted(query, top)
    headings = " . ".join(top.chain)
    part, clause = lacking(wanted, f"{texts.stated} . {headings}"), lacking(wanted, texts.published)
    bare = lacking(wanted, texts.stated)
    return (
        float(bool(part)), float(bool(clause)), float(bool(bare)),
        float("money" in clause and asks_figure(texts.question)), float("day" in part), float("time" in part), float("cadence" in part),
        float("department" in clause), float("contact" in clause),
    )  # fmt: skip


def _counts(texts: _Texts) -> tuple[float, float, float, float]:
    measure, thing = count_missing(texts.question, comparable(texts.published))
    stated_measure, stated_thing = count_missing(texts.question, texts.sentence)
    return measure, stated_measure, thing, stated_thing
