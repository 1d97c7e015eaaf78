"""The answer that lists a unit's duties: counted, grouped by month or by directive, each with its time and source."""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING

from corpus.clause_places import path_in_words
from corpus.units import Match, unit_matches
from index.answers import ANSWER_LIMIT, HEADLINE_LIMIT, QUOTE_LIMIT, Answer, Citation
from index.duties import Duties, duty_line
from index.naming import name_of
from index.quoting import shorten
from index.remarks import succeeded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from corpus.store_records import StoredTask
    from index.holdings import Library
    from index.query import Query

LISTED = 20
_DUTY_LIMIT = 110
_MANY = 10
_FEW = 6  # duties that are read at a glance, in order of time
_MORE_ROOM = 75

Row = tuple["StoredTask", "date | None"]


def duties_answer(query: Query, found: Duties, library: Library, today: date, scope: str) -> Answer:
    """A unit's duties with the count of all. `scope` names the directive they are limited to, or is empty.

    `tasks` holds the ids of all, in the order of the list; the text lists as many as fit and counts the others.
    """
    span = f" trong {found.window.words}" if found.window and not found.window.overdue else ""
    span = " đã qua hạn" if found.window and found.window.overdue else span
    if not found.rows:
        said = shorten(f"Văn bản đã nạp không nêu việc nào của {found.unit}{span}{scope}.", HEADLINE_LIMIT)
        return Answer(query.original, "list", True, 0.8, said, said)  # noqa: FBT003
    groups = _groups(found, library)
    rows = [row for _, members in groups for row in members]
    said = shorten(f"{found.unit} có {len(rows)} việc{span}{scope}.", HEADLINE_LIMIT)
    remarks = _remarks(found, library, today)
    room = ANSWER_LIMIT - sum(len(line) + 1 for line in remarks)
    body = _listed(said, groups, found, _lines(groups, found, library, today), room)
    clauses = {(task.directive, task.path): task for task, _ in rows}
    citations = tuple(
        Citation(d.key, d.number, d.title, task.path, task.quote[:QUOTE_LIMIT])
        for task in islice(clauses.values(), LISTED)
        for d in [library.directives[task.directive]]
    )
    return Answer(
        question=query.original,
        kind="list",
        abstained=False,
        confidence=0.9,
        headline=said,
        answer="\n".join([body, *remarks]),
        citations=citations,
        tasks=tuple(task.id for task, _ in rows),
    )


def _groups(found: Duties, library: Library) -> list[tuple[str, list[Row]]]:
    """Titles with their duties: months when time was asked; directives, the newest first, when several answer; else no title."""
    if found.window is not None:
        months = [(title, list(rows)) for title, rows in groupby(found.rows, key=lambda row: _month(row[1]))]
        return months if len(months) > 1 else [("", list(found.rows))]
    keys = sorted(
        dict.fromkeys(task.directive for task, _ in found.rows),
        key=lambda key: str(library.directives[key].issued_on or ""),
        reverse=True,
    )
    if len(keys) == 1 or len(found.rows) <= _FEW:
        return [("", list(found.rows))]
    by_directive: dict[str, list[Row]] = {key: [] for key in keys}
    for row in found.rows:
        by_directive[row[0].directive].append(row)
    return [(f"{name_of(library.directives[key])} ({len(rows)} việc)", rows) for key, rows in by_directive.items()]


def _month(day: date | None) -> str:
    return f"Tháng {day.month}/{day.year}" if day else "Trong kỳ, không nêu ngày"


def as_many_as_fit(said: str, lines: Iterable[tuple[str, bool]], total: int, room: int) -> tuple[list[str], int]:
    """The headline and the lines that fit whole, and how many of `total` rows are left; a line is (text, is a row)."""
    kept = [said]
    shown = 0
    for line, is_row in lines:
        if len("\n".join([*kept, line])) + _MORE_ROOM > room:
            break
        kept.append(line)
        shown += is_row
    if kept[-1].endswith(":"):  # a title whose rows no longer fit
        kept.pop()
    return kept, total - shown


def _listed(
    said: str, groups: Sequence[tuple[str, list[Row]]], found: Duties, duty_lines: Iterable[tuple[str, bool]], room: int
) -> str:
    """The headline and as many duties as fit, numbered through; the last line counts what is left."""
    lines, left = as_many_as_fit(said, duty_lines, sum(len(rows) for _, rows in groups), room)
    if left:
        narrow = " Hỏi thêm quý, tháng hoặc văn bản để thu gọn." if left > _MANY and found.window is None else ""
        lines.append(f"… còn {left} việc nữa.{narrow}")
    elif found.by_class and len("\n".join(lines)) < room - 80:
        lines.append(f"Trong đó {found.by_class} việc giao chung cho nhóm cơ quan có {found.unit}.")
    return "\n".join(lines)[:room]


def _lines(
    groups: Sequence[tuple[str, list[Row]]], found: Duties, library: Library, today: date
) -> Iterator[tuple[str, bool]]:
    number = 0
    for title, rows in groups:
        if title:
            yield f"{title}:", False
        for task, when in rows:
            number += 1
            directive = library.directives[task.directive]
            place = short_place(task.path)
            source = place if found.window is None and title else f"{directive.number or name_of(directive)}, {place}"
            role = "" if any(unit_matches(found.unit, name) is not Match.NONE for name in task.lead) else "(phối hợp) "
            yield f"{number}. {role}{duty_line(task, when, today, _DUTY_LIMIT)} ({source})", True


def short_place(path: str) -> str:
    """The place in words; from the article on where there is one, since articles are numbered through."""
    labels = path.split(".")
    article = next((at for at, label in enumerate(labels) if label.startswith("Đ")), 0)
    return path_in_words(".".join(labels[article:]))


def _remarks(found: Duties, library: Library, today: date) -> list[str]:
    """Who took over from the unit asked about, when it has ended."""
    oldest = min((library.directives[task.directive] for task, _ in found.rows), key=lambda d: str(d.issued_on or "9"))
    return [f"Lưu ý: {line}" for line in succeeded([found.unit], oldest, today)]
