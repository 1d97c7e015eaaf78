"""What a unit must do: its tasks, complete, in a window of time when one is asked, by date, with their sources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from corpus.deadlines import deadlines, in_window
from corpus.row_words import capitalised, day, states_time, without_time
from corpus.row_words import when as say_when
from corpus.text import collapse, comparable
from corpus.units import Match, find_units, unit_matches
from index.query import Query, content_words
from index.quoting import shorten
from index.windows import Window, asked_window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.store_records import StoredDirective, StoredTask
    from index.holdings import Library

_ASKS = re.compile(
    r"(?:làm|chủ trì|phối hợp|tham mưu|lo|phụ trách|thực hiện|hoàn thành|giao|có|vướng)\b.*\b(?:(?:những\s+|các\s+|mấy\s+|bao nhiêu\s+)?"
    r"(?:việc|nhiệm vụ|đầu việc|công việc|phần việc)(?:\s+(?:gì|nào|gì nào))?|(?:những\s+)?gì)\b"
    r"|\b(?:những|các|bao nhiêu|mấy)\s+(?:việc|nhiệm vụ|đầu việc|công việc)\b|\bviệc (?:gì|nào)\b|\bnhiệm vụ (?:gì|nào|của)\b"
)
_COOP = re.compile(r"\bphối hợp\b(?!\s+với\s+(?:ai|đơn vị nào|cơ quan nào))")
_LEAD = re.compile(r"\bchủ trì\b")
# Words that shape such a question without naming a subject of their own.
_DUTY_WORDS = frozenset(
    """
    làm chủ trì phối hợp tham mưu việc nhiệm vụ đầu công phần thực hiện hoàn thành giao trách phụ hạn sắp tới
    quá trong quý này tháng tuần nay i ii iii iv 1 2 3 4 5 6 7 8 9 10 11 12 danh sách liệt kê tất cả gồm thời
    gian sau còn nợ đơn vị cơ quan lo vướng trước cuối đầu từ văn bản bản
    """.split()  # noqa: SIM905 (read as words)
)


@dataclass(frozen=True, slots=True)
class Duties:
    """A unit's duties in order of time. `by_class` counts those given to it as one of a class ("các sở, ban, ngành")."""

    unit: str
    window: Window | None
    rows: tuple[tuple[StoredTask, date | None], ...]
    by_class: int


def asked_unit(query: Query) -> str | None:
    """The unit whose duties a question lists, or None when it asks about a subject of its own."""
    low = comparable(query.focus)
    if not _ASKS.search(low):
        return None
    named = find_units(query.focus)
    if not named and (whole := find_units(query.text)):  # a directive's place is cut from the focus, and a body's name with it
        named, low = whole, comparable(query.text)
    if not named and not query.units:
        return None
    rest = low
    for mention in named:
        rest = rest.replace(comparable(mention.text), " ")
    for place in query.places:
        rest = rest.replace(comparable(place), " ")
    if [w for w in content_words(rest) if w not in _DUTY_WORDS]:
        return None
    if not named:
        return query.units[-1 if query.follow_up else 0]
    return named[-1 if query.follow_up else 0].name


def duties(
    query: Query, unit: str, library: Library, today: date, directives: Sequence[StoredDirective] | None = None
) -> Duties:
    """All duties of `unit`, of the given directives only when some are given; led ones or shared ones as the question says."""
    window = asked_window(query.focus, today)  # less the year that only names a directive
    keys = {d.key for d in directives} if directives is not None else set(library.directives)
    low = comparable(query.focus)
    lead_only, coop_only = (
        bool(_LEAD.search(low)) and not _COOP.search(low),
        bool(_COOP.search(low)) and not _LEAD.search(low),
    )
    found: list[StoredTask] = []
    by_class = 0
    within = keys if directives is not None else None
    for task in library.tasks_naming(lambda name: unit_matches(unit, name) is not Match.NONE, within):
        if task.directive not in keys:
            continue
        match = _concern(unit, () if coop_only else task.lead, () if lead_only else task.coop)
        if match is not Match.NONE and not (lead_only and match is Match.CLASS):  # "các sở" puts nobody in charge
            found.append(task)
            by_class += match is Match.CLASS
    dated = _dated(found, library, window, today)
    dated.sort(key=lambda row: (row[1] is None, row[1] or date.max))
    return Duties(unit, window, tuple(dated), by_class)


def _concern(unit: str, lead: Sequence[str], coop: Sequence[str]) -> Match:
    matches = [unit_matches(unit, name) for name in (*lead, *coop)]
    direct = [m for m in matches if m not in (Match.NONE, Match.CLASS)]
    return direct[0] if direct else (Match.CLASS if Match.CLASS in matches else Match.NONE)


def _dated(
    tasks: Sequence[StoredTask], library: Library, window: Window | None, today: date
) -> list[tuple[StoredTask, date | None]]:
    """Each task once, with its date; in a window only those that fall due in it.

    A recurring one stands with its next day in the window, or with the last when all have passed.
    """
    if window is None:
        return [(task, task.due) for task in tasks]
    if window.overdue:  # a cycle comes round again; only a single date can pass undone
        return [(task, task.due) for task in tasks if task.due and task.due <= window.last and not task.recurrence]
    by_id = {task.id: task for task in tasks}
    rows: dict[str, tuple[StoredTask, date | None]] = {}
    for item in in_window(deadlines(library.directives.values(), tasks, []), window.first, window.last):
        known = rows.get(item.source_id)
        if known is None or (known[1] is not None and known[1] < today):
            rows[item.source_id] = (by_id[item.source_id], item.due)
    return list(rows.values())


def duty_line(task: StoredTask, when: date | None, today: date | None, limit: int = 150) -> str:
    """One duty in a line of about `limit` characters, its time always whole, with its occurrence when it recurs."""
    action = capitalised(without_time(task) if task.due is not None else collapse(task.action).strip(" .;,:"))
    extras = []
    if task.due is not None or not states_time(task):
        extras.append(say_when(task, today))
    if task.report_to and not all(comparable(name) in comparable(action) for name in task.report_to):
        extras.append(f"báo cáo {', '.join(task.report_to)}")
    ending = "; ".join(extra for extra in extras if extra)
    action = shorten(action, max(60, limit - len(ending)))
    occurs = f" (kỳ {'tới ' if today is None or when >= today else ''}{day(when)})" if when and task.due is None else ""
    return f"{action} — {ending}{occurs}" if ending else f"{action}{occurs}"
