"""What an answer adds of its own time: that a date has passed, that a body has ended, that a province was merged.

Successors come from the data of `corpus` only; where those are silent, nothing is said.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, cast

from corpus.data_files import load_yaml
from corpus.places import find_places
from corpus.row_words import day
from corpus.units import find_units, succession

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corpus.records import Target, Task
    from corpus.store_records import StoredDirective

_DAY = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)(?![\d/])")
_MOST = 2  # remarks on bodies: an answer is not a register of mergers
_YEAR = 365


def passed(rows: Sequence[Target | Task], said: str, today: date | None) -> str:
    """That the date stated has passed, and by how much; of rows, or else of the full dates in the line `said`."""
    if today is None:
        return ""
    recurs = any(getattr(row, "recurrence", None) or getattr(row, "cadence", None) for row in rows)
    days = [row.due for row in rows if row.due] if rows else _days(said)
    if recurs or not days or max(days) >= today:
        return ""
    gone = (today - max(days)).days
    what = "Hạn" if rows and hasattr(rows[0], "lead") else "Mốc thời gian"
    length = f"{gone} ngày" if gone < _YEAR else f"hơn {gone // _YEAR} năm"
    return f"{what} này đã qua {length} (tính đến {day(today)})."


def _days(text: str) -> list[date]:
    found = []
    for d, m, y in _DAY.findall(text):
        try:
            found.append(date(int(y), int(m), int(d)))
        except ValueError:
            continue
    return found


def succeeded(names: Iterable[str], directive: StoredDirective, today: date | None) -> list[str]:
    """Who took over from the named bodies that ended after the directive was issued and before `today`."""
    heirs: dict[tuple[date, tuple[str, ...]], list[str]] = {}
    for name in names:
        ended = succession(name)
        if ended is None or not _between(directive.issued_on, ended.since, today):
            continue
        alike = heirs.setdefault((ended.since, ended.by), [])
        if ended.name not in alike:
            alike.append(ended.name)
    said = []
    for (since, by), ended_names in list(heirs.items())[:_MOST]:
        line = f"{', '.join(ended_names)} đã kết thúc hoạt động từ {day(since)}"
        said.append(f"{line}; tiếp nhận nhiệm vụ: {', '.join(by)}." if by else f"{line}.")
    return said


def merged(text: str, directive: StoredDirective, today: date | None) -> list[str]:
    """Today's province of a former one that `text` names."""
    if not _between(directive.issued_on, _merger(), today):
        return []
    joined = {place.name: place.merged_into for place in find_places(text) if place.merged_into}
    return [f"{old} nay thuộc {now} (từ {day(_merger())})." for old, now in joined.items()][:1]


def bodies(text: str) -> list[str]:
    """The bodies a line names."""
    return [mention.name for mention in find_units(text)]


def _between(issued: date | None, since: date, today: date | None) -> bool:
    return issued is not None and issued < since and (today is None or since <= today)


@cache
def _merger() -> date:
    return cast("date", load_yaml("corpus", "data/places.yaml")["since"])
