"""/han: what is due this week, month, quarter, what is overdue and what lies ahead, as a list and as a picture.

Areas (`<view>` as in `bot.desk.deadline_views`): `hn:<view>:<page>` a page of the list; `hp:<view>:<page>:<from>` the
timeline picture from the deadline with that number (from 0), below that page.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.deadline_views import SCOPES, WINDOWS, DeadlineView, dues_by_window, dues_shown, view_of
from bot.desk.pages import Entry, Listing, here, list_screen, whence
from bot.desk.replies import Attach, Say, Turn
from bot.desk.routing import Command, Press, Routes
from bot.desk.row_texts import dated, source_name, units_line
from bot.desk.seen import Seen
from bot.desk.timeline_items import caption_of, timeline_of, urgency
from bot.message_blocks import Span, shorten
from bot.screens import Button, rows_of
from corpus.row_words import capitalised, day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.desk.deadline_views import Due
    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office
    from bot.screens import Screen
    from bot.texts import Texts

_SIGNS = {"late": "🔴", "soon": "🟠", "near": "🟡", "far": "🔵", "done": "✅"}
_WHAT_LIMIT, _WHO_LIMIT, _WHOSE_LIMIT = 200, 90, 120


class DeadlinesFeature:
    """Lists and pictures of deadlines."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> Routes:
        """The command and the buttons."""
        return Routes(
            commands=(Command("han", self._ahead),),
            presses=(Press("hn", self._list), Press("hp", self._picture)),
        )

    def _ahead(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        view = DeadlineView(scope="m" if visit.units else "a")
        return (Say(self._page(visit, view, 0)),)

    def _list(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._page(visit, view_of(arguments[0]), int(arguments[1]))),)

    def _page(self, visit: Visit, view: DeadlineView, page: int, drawn: int = 0) -> Screen:
        """A page of the list; `drawn` deadlines stand in pictures already sent."""
        texts, today = visit.texts, self._office.clock.today()
        seen = Seen(self._office, visit)
        dues = dues_shown(view, visit, self._office, seen)
        shown = here(len(dues), page)
        number = shown.start // (shown.stop - shown.start)
        to = whence("hn", view, number)
        entries = [Entry(_spans(due, seen, texts, today), _opened(due, to)) for due in dues[shown]]
        named = f"deadlines.in.{WINDOWS[view.window]}"
        title = texts("deadlines.title", window=texts(named), whose=whose(visit, view, seen), count=len(dues))
        missing = (
            texts("deadlines.none_overdue") if view.window == "o" else texts("deadlines.none", window=texts(named))
        )
        listing = Listing(
            title=title,
            turn=lambda to_page: encode("hn", view, to_page),
            empty=missing,
            more=(*self._pictures(texts, view, number, len(dues), drawn), *self._windows(visit, view, seen)),
        )
        return list_screen(listing, entries, page, len(dues), texts)

    @staticmethod
    def _pictures(
        texts: Texts, view: DeadlineView, page: int, count: int, drawn: int
    ) -> tuple[tuple[Button, ...], ...]:
        if not count:
            return ()
        if 0 < drawn < count:
            label = texts("deadlines.picture_next", count=count - drawn)
            return ((Button(label, encode("hp", view, page, drawn)),),)
        return ((Button(texts("deadlines.picture"), encode("hp", view, page, 0)),),)

    def _windows(self, visit: Visit, view: DeadlineView, seen: Seen) -> tuple[tuple[Button, ...], ...]:
        """The other windows with how much is in each; whose deadlines, when there is a choice; the way back."""
        texts = visit.texts
        buttons = []
        dues = dues_by_window(view, visit, self._office, seen)
        for letter, name in WINDOWS.items():
            to = replace(view, window=letter)
            count = len(dues(letter))
            label = texts("deadlines.counted", label=texts(f"deadlines.window.{name}"), count=count)
            buttons.append(Button(texts("deadlines.chosen", label=label) if to == view else label, encode("hn", to, 0)))
        scopes = [
            Button(texts(f"deadlines.scope.{name}"), encode("hn", replace(view, scope=letter), 0))
            for letter, name in SCOPES.items()
            if letter != view.scope and (letter != "m" or visit.units)
        ]
        if view.directive:
            scopes.append(Button(texts("directives.one"), encode("vp", view.directive, 0)))
        return (*rows_of(buttons), *((tuple(scopes),) if scopes else ()))

    def _picture(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        from bot.timeline import draw_timeline  # noqa: PLC0415 - Pillow, which only this needs

        written, page, start = arguments
        view = view_of(written)
        texts, today = visit.texts, self._office.clock.today()
        seen = Seen(self._office, visit)
        dues = dues_shown(view, visit, self._office, seen)[int(start) :] if int(start) >= 0 else []
        window = texts(f"deadlines.in.{WINDOWS[view.window]}")
        owner = capitalised(whose(visit, view, seen))
        subtitle = texts("timeline.subtitle", whose=owner, window=window, day=day(today))
        picture = timeline_of(dues, seen, texts, today, subtitle)
        drawing = draw_timeline(picture)
        caption = caption_of(dues[: drawing.drawn], texts, f"{picture.title}: {picture.subtitle}")
        attached = Attach(f"han-{today.isoformat()}.png", drawing.png, caption, picture=True)
        return attached, Turn(self._page(visit, view, int(page), int(start) + drawing.drawn))


def whose(visit: Visit, view: DeadlineView, seen: Seen) -> str:
    """Whose deadlines a view shows, in words."""
    directive = seen.directive(view.directive) if view.directive else None
    if directive is not None and view.scope == "a":
        return source_name(directive, directive.key)
    units = shorten(", ".join(unit.name for unit in visit.units), _WHOSE_LIMIT) if view.scope == "m" else ""
    said = units or visit.texts("deadlines.whose.all")
    return f"{said}, {source_name(directive, directive.key)}" if directive else said


def _spans(due: Due, seen: Seen, texts: Texts, today: date) -> tuple[Span, ...]:
    deadline = due.deadline
    if due.day is not None:
        when = dated(texts, due.day, today, "due.passed" if due.is_late(today) else "due.was")
    else:
        when = texts("due.no_day", cycle=texts(f"recurrence.{deadline.recurrence}"))
    who = shorten(units_line(deadline.who, texts, 3), _WHO_LIMIT) or texts("deadlines.target")
    source = source_name(seen.directives.get(deadline.directive), deadline.directive)
    return (
        Span(f"{_SIGNS[urgency(due, today)]} {when}\n", "bold"),
        Span(f"{shorten(capitalised(deadline.what), _WHAT_LIMIT)}\n"),
        Span(f"{who} · {source}", "italic"),
    )


def _opened(due: Due, to: str) -> str:
    """The data that opens the task or target a deadline is of."""
    if due.deadline.source == "task":
        return encode("tt", due.deadline.source_id, 0, to)
    return encode("kp", due.deadline.source_id, to)
