"""The rows of the workbooks that officials take away: in words and dates, not in the program's own codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.citation_words import for_reading, place_in_words
from bot.desk.duties import by_date, duty_of
from bot.desk.row_texts import source_name, who_when
from bot.desk.seen import is_keeper_here
from bot.desk.target_views import TargetView, targets_shown
from corpus.row_words import capitalised, measure, term, when
from corpus.text import collapse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.desk.duties import Duty
    from bot.desk.seen import Seen
    from bot.desk.visit import Visit
    from bot.office.office import Office
    from bot.office.progress import Mark
    from bot.office.records import Unit
    from bot.texts import Texts

Row = dict[str, Any]

TASK_COLUMNS: tuple[str, ...] = (
    "ordinal",
    "action",
    "lead",
    "coop",
    "role",
    "due",
    "days",
    "when",
    "report_to",
    "via",
    "product",
    "state",
    "note",
    "marked",
    "document",
    "where",
    "quote",
)
TARGET_COLUMNS: tuple[str, ...] = (
    "ordinal",
    "indicator",
    "measure",
    "due",
    "when",
    "scope",
    "baseline",
    "document",
    "where",
    "quote",
)


def task_rows(visit: Visit, office: Office, seen: Seen, units: Sequence[Unit]) -> list[Row]:
    """Tasks of these units, a row for each task and unit it falls on; without units all that may be seen.

    The state is that of the row's unit; in the list of all, that of the visitor's units, or for keepers of every unit.
    """
    marks = office.progress.marks([unit.id for unit in units])
    now = office.clock.now()
    duties: list[Duty] = []
    for unit in units or (None,):
        found = (duty_of(t, unit, marks.get(t.id, ()), seen.directives, now) for t in seen.tasks.values())
        duties += by_date(duty for duty in found if unit is None or duty.role)
    told = _told(visit, office) if not units else {}
    rows = []
    for number, duty in enumerate(duties, 1):
        task = duty.task
        row = {
            "ordinal": number,
            "action": capitalised(collapse(task.action)),
            "lead": list(task.lead),
            "coop": list(task.coop),
            "role": _role(duty, visit.texts, several=len(units) > 1),
            "due": duty.next_due.isoformat() if duty.next_due else None,
            "days": (duty.next_due - now.date()).days if duty.next_due else None,
            "when": when(task) if task.recurrence else task.due_text,
            "report_to": list(task.report_to),
            "via": list(task.via),
            "product": task.product,
            **_source(task.directive, task.path, seen, visit.texts),
            "quote": for_reading(task.quote),
        }
        rows.append(
            row | (_marked(duty, visit.texts, now) if units else _all_marks(told.get(task.id, []), visit.texts, now))
        )
    return rows


def target_rows(visit: Visit, office: Office, seen: Seen, units: Sequence[Unit]) -> list[Row]:
    """Targets that concern one of these units; without units all that may be seen."""
    if units:
        of_units = (targets_shown(TargetView(unit=str(unit.id)), visit, office, seen) for unit in units)
        targets = list({t.id: t for found in of_units for t in found}.values())
    else:
        targets = targets_shown(TargetView(), visit, office, seen)
    return [
        {
            "ordinal": number,
            "indicator": capitalised(collapse(t.indicator)),
            "measure": measure(t) or visit.texts("target.completion"),
            "due": t.due.isoformat() if t.due else None,
            "when": term(t) or t.cadence,
            "scope": t.scope,
            "baseline": t.baseline,
            **_source(t.directive, t.path, seen, visit.texts),
            "quote": for_reading(t.quote),
        }
        for number, t in enumerate(targets, 1)
    ]


def _role(duty: Duty, texts: Texts, *, several: bool) -> str:
    if duty.role is None or duty.unit is None:
        return ""
    said = texts(f"task.role.{duty.role}")
    if duty.match.value in {"alias", "successor", "class"}:
        said += f" ({texts(f'task.match.{duty.match.value}', named=duty.named)})"
    return f"{duty.unit.name}: {said}" if several else said


def _marked(duty: Duty, texts: Texts, now: datetime) -> Row:
    mark = duty.mark
    return {
        "state": texts(f"state.{duty.state}"),
        "note": mark.note if mark else None,
        "marked": who_when(mark, texts, now) if mark else None,
    }


def _told(visit: Visit, office: Office) -> dict[str, list[tuple[str, Mark]]]:
    """By task, the units whose marks the visitor may see with those marks."""
    keeper = is_keeper_here(visit)
    units = office.people.units() if keeper else visit.units
    names = {unit.id: unit.name for unit in units}
    marks = office.progress.marks(list(names))
    return {task: [(names[mark.unit], mark) for mark in found] for task, found in marks.items()}


def _all_marks(told: Sequence[tuple[str, Mark]], texts: Texts, now: datetime) -> Row:
    return {
        "state": [f"{name}: {texts(f'state.{mark.state}')}" for name, mark in told],
        "note": [f"{name}: {mark.note}" for name, mark in told if mark.note],
        "marked": [who_when(mark, texts, now) for _, mark in told],
    }


def _source(key: str, path: str, seen: Seen, texts: Texts) -> Row:
    return {"document": source_name(seen.directives.get(key), key), "where": place_in_words(path, texts)}
