"""Rows of task tables: which column is who, what, when; each row one duty."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus.phrases import levelled
from corpus.records import Task
from corpus.tasks.quoting import quote_of
from corpus.tasks.reading import read
from corpus.tasks.reporting import coop_in, recipients_in, units_named
from corpus.tasks.timing import When, when_in, when_of_cell
from corpus.tasks.words import words

if TYPE_CHECKING:
    from corpus.records import Clause
    from corpus.tasks.reading import Origin
    from corpus.tasks.sections import Context

_NOTHING = re.compile(r"[\s\-–—.…/xX0]*")
_DITTO = re.compile(r"\s*[-–]?\s*(?:nt|n\.t|như trên|[\"”″']{1,2}|〃)\s*[-–.]?\s*", re.IGNORECASE)
_INDEX_TITLE = 14
_INDEX = re.compile(r"\s*(?:\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,6}|[a-zđ])[.)]?\s*")


def task_of_row(clause: Clause, context: Context, *, origin: Origin, above: Task | None = None) -> Task | None:
    """The duty of a table's row; None when the table has neither a column of actors nor one of times.

    `above` is the duty of the row above in the same table: an empty cell of actors is merged with that row's, and so is
    an empty time when the actors' cell is empty too.
    """
    cells = _by_role(clause.cells)
    action = " ".join(cells.get("action", "").split()) or _longest_unknown(clause)
    if "target" in cells and "action" not in cells:
        return None
    merged = above if above is not None and _is_empty(cells.get("lead")) else None
    if not action or _NOTHING.fullmatch(action) or not (merged or {"lead", "when"} & cells.keys()):
        return None
    lead, coop = _actors({role: text for role, text in cells.items() if not _DITTO.fullmatch(text)})
    when = _when_of(cells.get("when"), above=above, merged=merged is not None, origin=origin)
    reading = read(action, origin=origin)
    if not when.text:
        when = when_in(reading, 0, len(action))
    lead = lead or (merged.lead if merged else ())
    if not lead and not when.text:
        return None
    if above and _DITTO.fullmatch(cells.get("coop", "")):
        coop = above.coop
    report_to, via = recipients_in(reading, 0, len(action))
    if cells.get("report_to"):
        report_to = units_named(cells["report_to"])
    return Task(
        path=clause.path,
        action=action[:300].rstrip(" ,;."),
        quote=quote_of(clause, action) or quote_of(clause, clause.text),
        lead=lead or context.lead,
        coop=coop,
        due=when.due,
        due_text=when.text,
        recurrence=when.recurrence,
        recurs_before=when.recurs_before,
        report_to=report_to,
        via=via,
        product=cells.get("product") or None,
    )


def _is_empty(cell: str | None) -> bool:
    return cell is None or _DITTO.fullmatch(cell) is not None


def _when_of(cell: str | None, *, above: Task | None, merged: bool, origin: Origin) -> When:
    """The time of the row's own cell, or that of the row above when the cell says "nt" or is merged with it."""
    if cell and not _DITTO.fullmatch(cell):
        return when_of_cell(cell, origin=origin)
    if above is None or not (cell or merged):
        return When()
    return When(above.due, above.due_text, above.recurrence, above.recurs_before)


def _by_role(cells: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Cell text by role; cells of one role are joined, those that hold nothing left out."""
    roles: dict[str, str] = {}
    for title, text in cells:
        role = role_of(title)
        value = " ".join(text.split())
        if role is None or _NOTHING.fullmatch(value):
            continue
        if role == "index" and roles.get("index"):
            role = "action"
        roles[role] = f"{roles[role]}; {value}" if role in roles and role != "action" else roles.get(role) or value
    return roles


def role_of(title: str) -> str | None:
    """What a column with this title holds; None when its words do not say."""
    low = levelled(" ".join(title.split()))
    for columns in (words().columns, words().weak_columns):
        firsts = {role: next(table.find_levelled(low), None) for role, table in columns.items()}
        stands = {role: found.start for role, found in firsts.items() if found is not None}
        if len(low) > _INDEX_TITLE:
            stands.pop("index", None)
        if stands:
            return min(stands, key=lambda role: stands[role])
    return None


def _longest_unknown(clause: Clause) -> str:
    """The wordiest cell whose title says nothing: a table without a title for its duties."""
    texts = [" ".join(text.split()) for title, text in clause.cells if role_of(title) is None]
    longest = max(texts, key=len, default="")
    return longest if len(longest.split()) > 3 and not _INDEX.fullmatch(longest) else ""


def _actors(cells: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leads and helpers; a cell may hold both: "Sở Nội vụ chủ trì, phối hợp với Sở Tài chính"."""
    lead_cell, coop_cell = cells.get("lead", ""), cells.get("coop", "")
    split = re.split(r"[,;.]?\s*(?:phối hợp(?:\s+với)?)\s*:?\s*", lead_cell, maxsplit=1, flags=re.IGNORECASE)
    lead_text = re.sub(r"(?i)^\s*(?:cơ quan |đơn vị )?(?:chủ trì)\s*:?\s*|\s*(?:chủ trì)\s*$", "", split[0])
    coop = units_named(split[1]) if len(split) > 1 else ()
    coop_reading = read(coop_cell)
    named, _ = coop_in(coop_reading, 0, len(coop_cell))
    return units_named(lead_text), coop + (named or units_named(coop_cell))
