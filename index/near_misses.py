"""Makes unanswerable questions out of answerable ones, for training: another year, another place, another kind of figure.

Each is checked against the clauses that answered the original; the changes stand in `data/near_misses.yaml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import cycle
from typing import TYPE_CHECKING, Any

import yaml

from corpus.text import comparable
from index.demands import years_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.holdings import Library

_YEAR = re.compile(r"\b20\d\d\b")


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A changed question and what was changed: "year", "place" or "measure"."""

    change: str
    text: str


@lru_cache(maxsize=1)
def _changes() -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load((resources.files("index") / "data" / "near_misses.yaml").read_text(encoding="utf-8"))
    raw["next_year"], raw["next_place"] = cycle(raw["years"]), cycle(raw["places"])
    return raw


def near_misses(question: str, answering: Sequence[str], library: Library) -> Iterator[NearMiss]:
    """Changes of a question that the clauses with these keys answer, none of which they answer any more."""
    if not answering:
        return
    changes = _changes()
    directive = library.directives[library.clauses[answering[0]].directive]
    title = comparable(directive.title or "")
    told = " ".join(comparable(" ".join([*library.chain(key), library.clauses[key].text])) for key in answering)
    whole = " ".join(comparable(library.clauses[key].text) for key in library.by_directive[directive.key])
    asked = [y for y in _YEAR.findall(question) if not (directive.issued_on and y == str(directive.issued_on.year))]
    free = set(changes["years"]) - years_in(f"{title} . {whole} . {told}")
    if asked and free:
        year = next(y for y in changes["next_year"] if y in free)
        yield NearMiss("year", question.replace(asked[-1], str(year)))
    if directive.place and directive.place.lower() in question.lower():
        place = next(p for p in changes["next_place"] if comparable(p) not in whole)
        yield NearMiss("place", re.sub(re.escape(directive.place), place, question, flags=re.IGNORECASE))
    if re.search(changes["money"], told):
        return
    for pattern, other in changes["measures"]:
        changed = re.sub(pattern, other, question, flags=re.IGNORECASE)
        if changed != question:
            yield NearMiss("measure", changed)
            return
