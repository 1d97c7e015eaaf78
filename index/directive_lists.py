"""All duties or all targets of one directive, when a question asks for them and names nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from corpus.row_words import capitalised, target_line
from corpus.text import comparable
from index.answers import ANSWER_LIMIT, HEADLINE_LIMIT, QUOTE_LIMIT, Answer, Citation
from index.duties import duty_line
from index.duty_answers import LISTED, as_many_as_fit, short_place
from index.naming import name_of
from index.query import content_words
from index.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from corpus.store_records import StoredDirective, StoredTarget, StoredTask
    from index.holdings import Library
    from index.query import Query

Rows = Literal["tasks", "targets"]

_TASKS = re.compile(r"\b(?:nhiệm vụ|đầu việc|công việc|việc)\b")
_TARGETS = re.compile(r"\bchỉ tiêu\b")
_ASKS = re.compile(r"\b(?:những|các|bao nhiêu|mấy|liệt kê|danh sách|kể|toàn bộ|tất cả)\b")
_LIST_WORDS = frozenset("nhiệm vụ đầu việc công chỉ tiêu giao đặt nêu có gồm liệt kê danh sách toàn bộ tất cả gì nào kể".split())  # noqa: SIM905
_LINE_LIMIT = 110


def asked_rows(query: Query) -> Rows | None:
    """Which rows of a directive a question wants all of; None when it asks about a subject, a unit or something else."""
    low = comparable(query.focus)
    if not _ASKS.search(low) or query.units or query.years or query.follow_up:
        return None
    rest = re.sub(r"\b(?:19|20)\d\d\b", " ", low)
    for named in (*query.places, *query.document_kinds, *query.issuers):
        rest = rest.replace(comparable(named), " ")
    if [word for word in content_words(rest) if word not in _LIST_WORDS and not word.isdigit()]:
        return None
    if _TARGETS.search(low):
        return "targets"
    return "tasks" if _TASKS.search(low) else None


def directive_rows_answer(
    query: Query, wanted: Rows, directive: StoredDirective, library: Library, today: date
) -> Answer | None:
    """The counted list of a directive's rows in their order, all ids with it; None when it has none."""
    keys = library.by_directive.get(directive.key, ())
    tasks = [t for key in keys for t in library.tasks.get(key, ())] if wanted == "tasks" else []
    targets = [t for key in keys for t in library.targets.get(key, ())] if wanted == "targets" else []
    rows: Sequence[StoredTask | StoredTarget] = tasks or targets
    if not rows:
        return None
    what = f"{len(rows)} việc ghi rõ cơ quan hoặc thời hạn" if tasks else f"{len(rows)} chỉ tiêu"
    said = shorten(f"{name_of(directive)} có {what}.", HEADLINE_LIMIT)
    lines, left = as_many_as_fit(said, _lines(tasks, targets, today), len(rows), ANSWER_LIMIT)
    if left:
        lines.append(f"… còn {left} {'việc' if tasks else 'chỉ tiêu'} nữa.")
    first_of = {row.path: row for row in reversed(rows)}
    citations = tuple(
        Citation(directive.key, directive.number, directive.title, path, first_of[path].quote[:QUOTE_LIMIT])
        for path in dict.fromkeys(row.path for row in rows)
    )
    return Answer(
        question=query.original,
        kind="list",
        abstained=False,
        confidence=0.85,
        headline=said,
        answer="\n".join(lines)[:ANSWER_LIMIT],
        citations=citations[:LISTED],
        targets=tuple(t.id for t in targets),
        tasks=tuple(t.id for t in tasks),
    )


def _lines(tasks: Sequence[StoredTask], targets: Sequence[StoredTarget], today: date) -> Iterator[tuple[str, bool]]:
    for number, task in enumerate(tasks, 1):
        who = f"{capitalised(task.lead[0])}{' và cơ quan khác' if len(task.lead) > 1 else ''}: " if task.lead else ""
        yield f"{number}. {who}{duty_line(task, None, today, _LINE_LIMIT)} ({short_place(task.path)})", True
    for number, target in enumerate(targets, 1):
        yield f"{number}. {shorten(target_line(target), _LINE_LIMIT)} ({short_place(target.path)})", True
