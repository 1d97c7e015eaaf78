"""When a directive takes effect, as far as its own words say. Knows clauses only, no duties."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus.times import read_times

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from corpus.records import Clause

_TAKES_EFFECT = re.compile(
    r"(?:này|Quy định|Quy chế|Nghị quyết|Quyết định)\s+có hiệu lực(?:\s+thi hành)?\s+(?:kể\s+)?từ\s+(?P<since>ngày\s+[^.;]{1,40})",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"ngày\s+(?:ký|ban hành)(?!\w)", re.IGNORECASE)


def effective_on(clauses: Iterable[Clause], issued_on: date | None) -> date | None:
    """The day from which the directive holds: the one it names, or that of its signing; None when it says neither."""
    for clause in clauses:
        found = _TAKES_EFFECT.search(clause.text) if clause.kind not in ("end", "note") else None
        if found is None:
            continue
        if _SIGNED.match(found["since"]):
            return issued_on
        named = next((time.due for time in read_times(found["since"]) if time.due), None)
        if named is not None:
            return named
    return None
