"""/nhiemvu and every list of tasks: a unit's, a directive's, those of an answer; what one of them says is elsewhere.

Areas (`<view>` as in `bot.desk.task_views`): `tl:<view>:<page>` a page of a list; `tf:<view>` its filters;
`tu:<page>` the choice of units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.choosing import chosen_from, unit_choices
from bot.desk.pages import Entry, Listing, here, list_screen, whence
from bot.desk.replies import Say, Turn
from bot.desk.routing import Command, Press, Routes
from bot.desk.row_texts import source_name, task_spans
from bot.desk.seen import Seen, is_keeper_here
from bot.desk.task_views import FILTERS, TaskView, duties_of_origin, duties_shown, filtered, unit_shown, view_of
from bot.screens import Button, notice, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office
    from bot.screens import Screen
    from bot.texts import Texts


def related_tasks_button(texts: Texts, question: int) -> Button:
    """The button under an answer that lists the tasks in the clauses it cites; `question` is its row in the record."""
    return Button(texts("tasks.related"), encode("tl", TaskView(f"q{question}"), 0))


class TasksFeature:
    """Lists of tasks, filtered, a page at a time."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> Routes:
        """The command and the buttons."""
        return Routes(
            commands=(Command("nhiemvu", self._mine),),
            presses=(Press("tl", self._list), Press("tf", self._filters), Press("tu", self._units)),
        )

    def _mine(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        if len(visit.units) == 1:
            return (Say(self._page(visit, TaskView(f"u{visit.units[0].id}"), 0)),)
        return (Say(self._choice(visit, 0)),)

    def _units(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._choice(visit, int(arguments[0]))),)

    def _choice(self, visit: Visit, page: int) -> Screen:
        """Whose tasks: the visitor's units first; a keeper may look into any, in private."""
        texts = visit.texts
        keeper = is_keeper_here(visit)
        others = [u for u in self._office.people.units() if u not in visit.units] if keeper else []
        units = [*visit.units, *others]
        choices = unit_choices(units, lambda number: encode("tl", TaskView(f"u{number}"), 0))
        rows = chosen_from(texts, choices, page, lambda to: encode("tu", to))
        everything = Button(texts("tasks.all_button"), encode("tl", TaskView("a"), 0))
        key = "tasks.choose_unit" if units else "tasks.no_unit_yet" if keeper else "tasks.no_unit"
        return notice(texts(key), buttons=(*rows, (everything,)))

    def _list(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._page(visit, view_of(arguments[0]), int(arguments[1]))),)

    def _page(self, visit: Visit, view: TaskView, page: int) -> Screen:
        texts, today = visit.texts, self._office.clock.today()
        seen = Seen(self._office, visit)
        duties = duties_shown(view, visit, self._office, seen)
        shown = here(len(duties), page)
        to = whence("tl", view, shown.start // (shown.stop - shown.start))
        entries = [
            Entry(
                task_spans(duty, seen.directives.get(duty.task.directive), texts, today),
                encode("tt", duty.task.id, duty.unit.id if duty.unit else 0, to),
            )
            for duty in duties[shown]
        ]
        chosen = ", ".join(texts(f"tasks.filter.{axis}.{name}").lower() for axis, name in view.chosen())
        listing = Listing(
            title=self._title(visit, view, seen, len(duties)),
            turn=lambda to_page: encode("tl", view, to_page),
            notes=(texts("list.filters", filters=chosen),) if chosen else (),
            empty=texts("tasks.none"),
            more=self._below(visit, view),
        )
        return list_screen(listing, entries, page, len(duties), texts)

    def _title(self, visit: Visit, view: TaskView, seen: Seen, count: int) -> str:
        texts = visit.texts
        if view.origin.startswith("u"):
            unit = unit_shown(view, visit, self._office)
            return texts("tasks.of_unit", unit=unit.name if unit else "", count=count)
        if view.origin.startswith("d"):
            directive = seen.directive(view.origin[1:])
            name = source_name(directive, directive.key) if directive else ""
            return texts("tasks.of_directive", directive=name, count=count)
        return texts("tasks.of_question" if view.origin.startswith("q") else "tasks.of_all", count=count)

    def _below(self, visit: Visit, view: TaskView) -> tuple[tuple[Button, ...], ...]:
        texts = visit.texts
        row = [Button(texts("list.filter"), encode("tf", view))]
        if view.origin.startswith("d"):
            row.append(Button(texts("list.back"), encode("vp", view.origin[1:], 0)))
        elif not view.origin.startswith("q") and (len(visit.units) > 1 or is_keeper_here(visit)):
            row.append(Button(texts("tasks.other_unit"), encode("tu", 0)))
        return (tuple(row),)

    def _filters(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        """Every filter with the number of tasks it would leave."""
        texts, view = visit.texts, view_of(arguments[0])
        seen = Seen(self._office, visit)

        duties, today = duties_of_origin(view, visit, self._office, seen), self._office.clock.today()

        def count(of: TaskView) -> int:
            return len(filtered(duties, of, seen, today))

        rows: list[tuple[Button, ...]] = []
        for axis, letters in FILTERS.items():
            buttons = []
            for letter, name in letters.items():
                to = view.filtered(axis, letter)
                label = f"{texts(f'tasks.filter.{axis}.{name}')} ({count(to)})"
                buttons.append(
                    Button(texts("deadlines.chosen", label=label) if to == view else label, encode("tf", to))
                )
            rows += rows_of(buttons, 2 if len(buttons) > 3 else 3)
        rows.append((Button(texts("list.shown", count=count(view)), encode("tl", view, 0)),))
        title = self._title(visit, view, seen, count(view))
        return (Turn(notice(title, texts("list.choose_filter"), buttons=rows)),)
