"""/xuat and /lich: tasks and targets as an Excel workbook, deadlines as a calendar file.

Areas: `xt:<t|c>:<m|a>` makes the workbook of t(asks) or targets (c), of the visitor's units (m) or all that may be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.calendar_feed import as_ics
from bot.callbacks import encode
from bot.desk.deadline_views import DeadlineView, whole_calendar
from bot.desk.deadlines import whose
from bot.desk.export_rows import TARGET_COLUMNS, TASK_COLUMNS, target_rows, task_rows
from bot.desk.replies import Attach, Say
from bot.desk.routing import Command, Press, Routes
from bot.desk.seen import Seen
from bot.exports import workbook
from bot.screens import Button, notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office

KINDS = {"t": "tasks", "c": "targets"}
SCOPES = {"m": "mine", "a": "all"}


class ExportFeature:
    """Files to take away. Every one is noted in the record of acts."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> Routes:
        """The commands and the buttons."""
        return Routes(
            commands=(Command("lich", self._calendar), Command("xuat", self._choose)),
            presses=(Press("xt", self._workbook),),
        )

    def _choose(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        texts = visit.texts
        scopes = [letter for letter in SCOPES if letter == "a" or visit.units]
        buttons = tuple(
            tuple(Button(texts(f"export.{kind}.{SCOPES[s]}"), encode("xt", letter, s)) for s in scopes)
            for letter, kind in KINDS.items()
        )
        return (Say(notice(texts("export.choose"), buttons=buttons)),)

    def _workbook(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        letter, scope = arguments
        if letter not in KINDS or scope not in SCOPES or (scope == "m" and not visit.units):
            raise ValueError(arguments)
        texts, kind = visit.texts, KINDS[letter]
        seen = Seen(self._office, visit)
        units = visit.units if scope == "m" else ()
        if kind == "tasks":
            rows, columns = task_rows(visit, self._office, seen, units), TASK_COLUMNS
        else:
            rows, columns = target_rows(visit, self._office, seen, units), TARGET_COLUMNS
        content = workbook(rows, columns, texts(f"export.sheet.{kind}"), texts)
        owner = whose(visit, DeadlineView("u", scope), seen)
        self._note(visit, kind, owner, len(rows), "xlsx")
        name = f"{'nhiem-vu' if kind == 'tasks' else 'chi-tieu'}-{self._office.clock.today().isoformat()}.xlsx"
        return (Attach(name, content, texts(f"export.caption.{kind}", count=len(rows), whose=owner)),)

    def _calendar(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """The deadlines of the visitor's units in the next twelve months; of all that may be seen without a unit."""
        texts = visit.texts
        seen = Seen(self._office, visit)
        view = DeadlineView("u", "m" if visit.units else "a")
        rows = whole_calendar(view, visit, self._office, seen)
        feed, undated = as_ics(rows, seen.directives, self._office.clock.now(), texts)
        dated = len(rows) - undated
        left_out = texts("calendar.undated", count=undated) if undated else ""
        if not dated:
            return (Say(notice(texts("calendar.empty"), *([left_out] if left_out else []))),)
        owner = whose(visit, view, seen)
        self._note(visit, "deadlines", owner, dated, "ics")
        said = texts("calendar.caption", count=dated, whose=owner)
        name = f"thoi-han-{self._office.clock.today().isoformat()}.ics"
        return (Attach(name, feed.encode(), f"{said}\n{left_out}".strip()),)

    def _note(self, visit: Visit, kind: str, owner: str, rows: int, form: str) -> None:
        subject = f"{visit.texts(f'listing.{kind}')}: {owner}"
        detail = {"kind": kind, "format": form, "rows": rows}
        self._office.note(visit.person.id, "exported", subject, chat=visit.place.chat, detail=detail)
