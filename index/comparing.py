"""Two figures side by side: of two years, two places or two indicators; and directives that answer the same differently.

Each figure is a row with its own clause; which is higher is said only of figures measured alike.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from corpus.places import canonical_place, same_place
from corpus.row_words import amount, capitalised, goal, lowered, measure, target_line, term
from corpus.text import collapse, comparable
from index.headline_records import Headline
from index.naming import name_of
from index.quoting import shorten
from index.row_ranking import CLOSE_ENOUGH, alike, rank_targets, term_fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corpus.store_records import StoredDirective, StoredTarget
    from index.evidence import Evidence, TermWeights
    from index.holdings import Library
    from index.query import Query

SAME_INDICATOR = 0.5
SAME_QUESTION = 0.75
NEARLY_AS_CLOSE = 0.75
SIDES = 3
YEARS = 4
NEARLY_BEST = 0.9
MOST = 0.5  # of the question's content
_NAME_LIMIT = 32
_ASKS_ORDER = re.compile(r"\b(?:cao|lớn|nhiều|mạnh|nặng|thấp|ít|nhỏ|phần|nhanh)(?: tay)? hơn\b")
_TWO = re.compile(r"\bso với\b|\bso sánh\b|\bchênh\b|\bkhác nhau\b|\bvà\b|\bsang\b|\bhơn\b")


def comparison(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights, library: Library
) -> Headline | None:
    """Both figures of a comparison; None when one of them is not there."""
    if query.kind != "compare" and not _names_two(query):
        return None
    ranked = [row for row in rank_targets(query, evidence, weights) if row[2].value is not None]
    if not ranked or ranked[0][0] < CLOSE_ENOUGH:
        return None
    nearest = [row for row in ranked[:SIDES] if row[0] >= NEARLY_BEST * ranked[0][0]]
    pools = [(first, _pool(query, first, [target for _, _, target in ranked], library)) for _, _, first in nearest]
    first, pool = pools[0]
    at = ranked[0][1]
    pair = _of_places(query, pool, library) or next(filter(None, (_of_years(query, *held) for held in pools)), ())
    two_years = len(query.years) >= 2 and not query.periods
    if not pair and query.kind == "compare" and len(_places(query)) < 2 and not two_years:
        pair = _of_indicators(first, pool[1:], weights)
    if not pair:
        return None
    at = next((i for i, item in enumerate(evidence) if pair[0] in item.targets), at)
    return Headline(_both(pair, query, library), at, targets=pair)


def _names_two(query: Query) -> bool:
    """True when a question of another kind sets two years or two places against each other."""
    two = (len(query.years) == 2 and not query.periods) or len(_places(query)) == 2
    return query.kind in {"target", "clause"} and two and bool(_TWO.search(comparable(query.text)))


def answers_all_years(query: Query, line: Headline, weights: TermWeights) -> bool:
    """True when a comparison has a figure for each year asked, of an indicator that is most of the question."""
    years = {row.due.year for row in line.targets if row.due}
    about = " ".join(f"{row.indicator} {row.scope or ''}" for row in line.targets)
    return len(years) >= 2 and years == query.years and weights.coverage(about) >= MOST


def _pool(query: Query, first: StoredTarget, ranked: Sequence[StoredTarget], library: Library) -> list[StoredTarget]:
    """The ranked targets, then those of the closest one's directive, and of each place asked, that measure the same."""
    asked = _places(query)
    places = [d.key for d in library.directives.values() if len(asked) > 1 and any(same_place(p, d.place or "") for p in asked)]
    others = [
        target
        for target in _targets_of([first.directive, *places], library)
        if target.value is not None and target.unit == first.unit and alike(target.indicator, first.indicator) >= SAME_INDICATOR
    ]
    return list(dict.fromkeys([*ranked, *others]))


def _targets_of(directives: Iterable[str], library: Library) -> Iterator[StoredTarget]:
    """The targets of some directives only: a library may hold very many."""
    for directive in dict.fromkeys(directives):
        for key in library.by_directive.get(directive, ()):
            yield from library.targets.get(key, ())


def _places(query: Query) -> list[str]:
    """The places of a question, each once however it is spelt."""
    return list(dict.fromkeys(canonical_place(place) or place for place in query.places))


def _of_places(query: Query, pool: Sequence[StoredTarget], library: Library) -> tuple[StoredTarget, ...]:
    if len(_places(query)) < 2:
        return ()
    found = []
    for place in _places(query)[:SIDES]:
        own = (t for t in pool if same_place(place, library.directives[t.directive].place or "") and term_fit(query, t) >= 0)
        if (side := next(own, None)) is not None:
            found.append(side)
    measured = len(found) >= 2 and all(_measured_alike(a, b) for a, b in pairwise(found))
    return tuple(found) if measured and len({t.directive for t in found}) == len(found) else ()


def _of_years(query: Query, first: StoredTarget, pool: Iterable[StoredTarget]) -> tuple[StoredTarget, ...]:
    if len(query.years) < 2 or query.periods:
        return ()
    alike_rows = [
        t for t in pool if t.directive == first.directive and _measured_alike(t, first)
        and alike(t.indicator, first.indicator) >= SAME_INDICATOR
    ]  # fmt: skip
    sides = []
    for year in sorted(query.years)[:SIDES]:
        of_year = [t for t in alike_rows if t.due is not None and t.due.year == year]
        if of_year:
            sides.append(max(of_year, key=lambda t: alike(t.indicator, first.indicator)))
    return tuple(sides) if len(sides) >= 2 else ()


def _of_indicators(
    first: StoredTarget, pool: Sequence[StoredTarget], weights: TermWeights
) -> tuple[StoredTarget, ...]:
    """The closest row, and one measured alike that stands with it or is the same at another time."""
    for other in pool:
        if other.unit != first.unit or other is first or other.directive != first.directive:
            continue
        same = comparable(other.indicator) == comparable(first.indicator)
        together = other.quote == first.quote or other.path == first.path
        adds = weights.coverage(f"{first.indicator} {other.indicator}") - weights.coverage(first.indicator)
        if (same and other.due != first.due) or together or adds >= CLOSE_ENOUGH / 2:
            if first.due and other.due and first.due != other.due:
                return (first, other) if first.due < other.due else (other, first)
            return (first, other) if (first.value or 0) >= (other.value or 0) else (other, first)
    return ()


def _measured_alike(one: StoredTarget, other: StoredTarget) -> bool:
    return one.unit == other.unit and (one.op == "top") == (other.op == "top")


def _both(sides: Sequence[StoredTarget], query: Query, library: Library) -> str:
    """The figures in one line; the indicator once when they share it, the place first when the places differ."""
    if len({t.directive for t in sides}) > 1:
        return side_by_side(sides, library)
    if len({comparable(t.indicator) for t in sides}) == 1:
        indicator = capitalised(collapse(sides[0].indicator).strip(" .;,:"))
        return f"{indicator}: {'; '.join(_measured(t) for t in sides)}."
    terms = {term(t) for t in sides}
    shared = next(iter(terms)) if len(terms) == 1 else ""
    said = [goal(t) if shared else target_line(t) for t in sides]
    if shared and (order := _order(sides, query)):
        said[0] += f" ({order})"
    return f"{said[0]}; {'; '.join(lowered(line) for line in said[1:])}{f', {shared}' if shared else ''}."


def _measured(target: StoredTarget) -> str:
    return ", ".join(part for part in (measure(target) or goal(target), term(target)) if part)


def _order(sides: Sequence[StoredTarget], query: Query) -> str:
    """How the first of two figures stands to the second, when that is asked and both have one comparator and change."""
    one, other = sides[0], sides[1]
    if len(sides) != 2 or not _ASKS_ORDER.search(comparable(query.text)) or one.value is None or other.value is None:
        return ""
    if (one.op, one.change) != (other.op, other.change) or one.op == "top":
        return ""
    if amount(one) == amount(other):
        return "bằng nhau"
    return "cao hơn" if one.value > (other.value_max or other.value) else ""


def side_by_side(sides: Sequence[StoredTarget], library: Library) -> str:
    """What several directives set for the same: the place and number of each before its figure."""
    indicator = capitalised(collapse(sides[0].indicator).strip(" .;,:"))
    terms = {term(t) for t in sides}
    shared = next(iter(terms)) if len(terms) == 1 else ""
    said = [f"{_whose(library.directives[t.directive])}: {(shared and measure(t)) or _measured(t)}" for t in sides]
    return f"{indicator}{f' ({shared})' if shared else ''} — {'; '.join(said)}."


def _whose(directive: StoredDirective) -> str:
    if not directive.place:
        return shorten(name_of(directive), _NAME_LIMIT)
    return f"{directive.place} ({directive.number or shorten(name_of(directive), _NAME_LIMIT)})"


def over_time(query: Query, first: StoredTarget, library: Library) -> Headline | None:
    """All years of the directive for one indicator, when the question names none and there are several."""
    if query.years or first.value is None:
        return None
    by_due = {first.due: first}
    for other in _targets_of([first.directive], library):
        same = (other.unit, other.scope) == (first.unit, first.scope) and other.value is not None
        if same and comparable(other.indicator) == comparable(first.indicator):
            by_due.setdefault(other.due, other)
    if not 2 <= len(by_due) <= YEARS or None in by_due:
        return None
    sides = tuple(target for _, target in sorted(by_due.items(), key=lambda row: str(row[0])))
    return Headline(_both(sides, query, library), 0, targets=sides)


def differing(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights, library: Library
) -> tuple[int, tuple[StoredTarget, ...]] | None:
    """The nearest target and those of other directives that set the same differently, when the question names none of them.

    With the index of the nearest one's evidence; None when one directive answers, or all answer the same.
    """
    if query.places or query.documents or query.document_kinds or query.issuers or query.units:
        return None
    ranked = [
        row for row in rank_targets(query, evidence, weights) if row[2].value is not None and term_fit(query, row[2]) >= 0
    ]
    if not ranked or ranked[0][0] < CLOSE_ENOUGH:
        return None
    _, at, first = ranked[0]
    sides = {first.directive: first}
    for other in _targets_of((item.directive.key for item in evidence), library):
        elsewhere = library.directives[other.directive].place != library.directives[first.directive].place
        same_term = (other.due, other.period) == (first.due, first.period)
        if other.directive not in sides and (elsewhere or same_term) and _rivals(query, first, other, weights):
            sides[other.directive] = other
    if len(sides) < 2 or len({_measured(target) for target in sides.values()}) == 1:
        return None
    return at, tuple(sides.values())[:SIDES]


def _rivals(query: Query, first: StoredTarget, other: StoredTarget, weights: TermWeights) -> bool:
    """True when another directive's row answers the question as well as the first does."""
    if other.value is None or other.unit != first.unit or term_fit(query, other) < 0:
        return False
    if alike(other.indicator, first.indicator) < SAME_QUESTION:
        return False
    return weights.closeness(other.indicator) >= NEARLY_AS_CLOSE * weights.closeness(first.indicator)
