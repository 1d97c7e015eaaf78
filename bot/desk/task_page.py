"""The page of one task and what is done there: a unit's state, its note, the way to the clause and to a reminder.

Areas (`<to>` a way back as in `bot.desk.pages`): `tt:<task>:<unit or 0>:<to>` the page; `tm:<task>:<t|d|x>:<unit>:<to>`
marks the unit's state; `tn:<task>:<unit>:<to>` asks for its note; `td:<task>:<unit>:<to>` drops the note.
Input: `task.note`. The page offers `rm:<task>` ("remind me") only when some feature takes that area.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.desk.duties import duty_of
from bot.desk.replies import Say, Toast, Turn
from bot.desk.routing import Input, Press, Routes
from bot.desk.seen import Seen, is_keeper_here
from bot.desk.task_screen import LETTERS, may_mark, task_screen
from bot.desk.task_views import TaskView, own_duties, unit_shown
from bot.message_blocks import shorten
from bot.office.progress import Mark
from bot.screens import notice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.desk.duties import Duty
    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office
    from bot.office.progress import State
    from bot.office.records import Unit
    from bot.screens import Screen
    from corpus.store_records import StoredTask

NOTE_LIMIT = 500


class TaskFeature:
    """One task at a time. `offers` says whether some feature takes an area."""

    def __init__(self, office: Office, offers: Callable[[str], bool]) -> None:
        self._office = office
        self._offers = offers

    def routes(self) -> Routes:
        """The buttons, and the note that was asked for."""
        return Routes(
            presses=(
                Press("tt", self._one),
                Press("tm", self._mark),
                Press("tn", self._ask_note),
                Press("td", self._drop_note),
            ),
            inputs=(Input("task.note", self._note),),
        )

    def _one(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        task_id, number, to = arguments
        seen = Seen(self._office, visit)
        task = seen.task(task_id)
        if task is None:
            return (Toast(visit.texts("list.gone"), alert=True),)
        return (Turn(self._task_page(visit, task, int(number), to, seen)),)

    def _task_page(self, visit: Visit, task: StoredTask, number: int, to: str, seen: Seen) -> Screen:
        """The page of a task for the unit with this id, or for the first of the visitor's that it falls on."""
        office = self._office
        unit = self._unit(visit, number) if number else None
        mine = own_duties(task, visit, office, seen)
        marks = office.progress.of_task(task.id)
        if unit is None and mine:
            unit = mine[0].unit
        holding = seen.holding(task)
        duty = duty_of(task, unit, marks, holding, office.clock.now())
        keeper = is_keeper_here(visit)
        names = {u.id: u.name for u in office.people.units()} if keeper else {}
        return task_screen(
            duty,
            holding.get(task.directive),
            to,
            visit,
            office.clock.now(),
            others=[(names[m.unit], m) for m in marks if m.unit in names and (unit is None or m.unit != unit.id)],
            choices=[d.unit for d in mine if d.unit and d.unit != unit],
            # Nobody can be reminded of what has no day to come.
            reminds=self._offers("rm") and duty.next_due is not None and duty.next_due >= office.clock.today(),
        )

    def _unit(self, visit: Visit, number: int) -> Unit | None:
        return unit_shown(TaskView(f"u{number}"), visit, self._office)

    def _mark(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        task_id, letter, number, to = arguments
        state = next((state for state, own in LETTERS.items() if own == letter), None)
        if state is None:
            raise ValueError(letter)
        return self._changed(visit, task_id, int(number), to, state=state)

    def _drop_note(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        task_id, number, to = arguments
        return self._changed(visit, task_id, int(number), to, note="")

    def _ask_note(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        task_id, number, to = arguments
        found = self._to_mark(visit, Seen(self._office, visit), task_id, int(number))
        if isinstance(found, Toast):
            return (found,)
        task, _ = found
        payload = {"task": task_id, "unit": int(number), "to": to}
        self._office.expected.expect(visit.place, visit.person.id, "task.note", payload, self._office.clock.now())
        key = "task.type_note.group" if visit.place.group else "task.type_note"
        return (Say(notice(visit.texts(key, task=shorten(task.action, 120), limit=NOTE_LIMIT)), quoting=True),)

    def _note(self, visit: Visit, incoming: Incoming, payload: dict[str, Any]) -> Sequence[Reply]:
        note = " ".join(incoming.text.split())
        if len(note) > NOTE_LIMIT:
            self._office.expected.expect(visit.place, visit.person.id, "task.note", payload, self._office.clock.now())
            return (Say(notice(visit.texts("task.note_too_long", length=len(note), limit=NOTE_LIMIT))),)
        return self._changed(visit, payload["task"], payload["unit"], payload["to"], note=note)

    def _changed(
        self, visit: Visit, task_id: str, number: int, to: str, *, state: State | None = None, note: str | None = None
    ) -> Sequence[Reply]:
        """Keeps a new state or note (the other stays as it is), and shows the task again."""
        office, texts = self._office, visit.texts
        seen = Seen(office, visit)
        found = self._to_mark(visit, seen, task_id, number)
        if isinstance(found, Toast):
            return (found,)
        task, before = found
        kept_note = before.mark.note if before.mark else None
        new_note = (note or None) if note is not None else kept_note
        mark = Mark(task.id, number, state or before.state, new_note, visit.person.id, office.clock.now())
        office.progress.mark(mark)
        detail = {
            "task": task.id,
            "unit": before.unit.name if before.unit else "",
            "from": before.state,
            "to": mark.state,
        }
        if note is not None:
            detail["note"] = note
        if note is None or new_note != kept_note:  # a message may be handled anew
            office.note(
                visit.person.id, "progress.changed", shorten(task.action, 200), chat=visit.place.chat, detail=detail
            )
        page = self._task_page(visit, task, number, to, seen)
        if note:  # it came as a message: the page follows it
            return (Say(replace(page, blocks=(*notice(texts("task.note_kept")).blocks, *page.blocks))),)
        said = texts("task.marked", state=texts(f"state.{mark.state}")) if state else texts("task.note_dropped")
        return Toast(said), Turn(page)

    def _to_mark(self, visit: Visit, seen: Seen, task_id: str, number: int) -> tuple[StoredTask, Duty] | Toast:
        """A task as the duty of a unit whose state the visitor may set; else what they are told."""
        task, unit = seen.task(task_id), self._unit(visit, number)
        if task is None:
            return Toast(visit.texts("list.gone"), alert=True)
        if unit is None or not may_mark(visit, unit):
            return Toast(visit.texts("list.not_yours"), alert=True)
        marks = self._office.progress.of_task(task.id)
        duty = duty_of(task, unit, marks, seen.holding(task), self._office.clock.now())
        # Another reading of the directive may have given the task to others since the button was made.
        return (task, duty) if duty.role else Toast(visit.texts("list.gone"), alert=True)
