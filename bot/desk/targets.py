"""/chitieu: the targets that may be seen, by directive, year, unit or place, and the page of one.

Areas (`<view>` as in `bot.desk.target_views`, `<to>` a way back as in `bot.desk.pages`): `kl:<view>:<page>` a page of the
list; `kf:<view>` what to filter by; `kg:<axis letter>:<view>:<page>` the choices on one axis; `kp:<target>:<to>` one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.citation_words import for_reading
from bot.desk.choosing import chosen_from
from bot.desk.corrections_screens import correct_buttons
from bot.desk.pages import Entry, Listing, facts, here, list_screen, way_back, whence
from bot.desk.replies import Say, Toast, Turn
from bot.desk.routing import Command, Press, Routes
from bot.desk.row_texts import dated, marked_by_hand, source_line, source_name, target_spans
from bot.desk.seen import Seen, directive_token
from bot.desk.target_views import (
    NO_YEAR,
    Axis,
    TargetView,
    place_token,
    targets_shown,
    units_to_choose,
    view_of,
    year_of,
)
from bot.message_blocks import paragraph, quotation, shorten
from bot.screens import Button, Screen, notice, rows_of
from corpus.identity import clause_token
from corpus.row_words import capitalised, measure, term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office
    from corpus.store_records import StoredTarget

AXES: dict[str, Axis] = {"d": "directive", "y": "year", "u": "unit", "p": "place"}
QUOTE_LIMIT = 1500
_LABEL_LIMIT, _INDICATOR_LIMIT = 40, 600


class TargetsFeature:
    """Lists of targets and the page of one."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> Routes:
        """The command and the buttons."""
        return Routes(
            commands=(Command("chitieu", self._all),),
            presses=(
                Press("kl", self._list),
                Press("kf", self._filters),
                Press("kg", self._choices),
                Press("kp", self._one),
            ),
        )

    def _all(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        return (Say(self._page(visit, TargetView(), 0)),)

    def _list(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._page(visit, view_of(arguments[0]), int(arguments[1]))),)

    def _page(self, visit: Visit, view: TargetView, page: int) -> Screen:
        texts = visit.texts
        seen = Seen(self._office, visit)
        targets = targets_shown(view, visit, self._office, seen)
        shown = here(len(targets), page)
        to = whence("kl", view, shown.start // (shown.stop - shown.start))
        entries = [
            Entry(target_spans(t, seen.directives.get(t.directive), texts), encode("kp", t.id, to))
            for t in targets[shown]
        ]
        row = [Button(texts("list.filter"), encode("kf", view))]
        if view.directive != "-":
            row.append(Button(texts("directives.one"), encode("vp", view.directive, 0)))
        listing = Listing(
            title=texts("targets.title", count=len(targets)),
            turn=lambda to_page: encode("kl", view, to_page),
            notes=self._notes(visit, view, seen),
            empty=texts("targets.none"),
            more=(tuple(row),),
        )
        return list_screen(listing, entries, page, len(targets), texts)

    def _notes(self, visit: Visit, view: TargetView, seen: Seen) -> tuple[str, ...]:
        """The filters in force, in words."""
        said: list[str] = []
        directive = seen.directive(view.directive)
        if directive:
            said.append(source_name(directive, directive.key))
        if view.year != "-":
            said.append(visit.texts("targets.no_year") if view.year == NO_YEAR else view.year)
        said += [u.name for u in units_to_choose(visit, self._office) if str(u.id) == view.unit]
        said += sorted({d.place for d in seen.directives.values() if d.place and place_token(d.place) == view.place})
        return (visit.texts("list.filters", filters="; ".join(said)),) if said else ()

    def _filters(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        texts, view = visit.texts, view_of(arguments[0])
        seen = Seen(self._office, visit)
        buttons = [
            Button(texts(f"targets.filter.{axis}"), encode("kg", letter, view, 0))
            for letter, axis in AXES.items()
            if axis != "unit" or units_to_choose(visit, self._office)
        ]
        last = (
            Button(texts("targets.filter.clear"), encode("kl", TargetView(), 0)),
            Button(texts("list.back"), encode("kl", view, 0)),
        )
        said = notice(
            texts("list.choose_filter"), *self._notes(visit, view, seen), buttons=(*rows_of(buttons, 2), last)
        )
        return (Turn(said),)

    def _choices(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        letter, written, page = arguments
        if letter not in AXES:
            raise ValueError(letter)
        texts, axis, view = visit.texts, AXES[letter], view_of(written)
        seen = Seen(self._office, visit)
        found = self._on_axis(visit, axis, view, seen)
        choices = [Button(texts("list.everything"), encode("kl", view.by(axis, "-"), 0))]
        choices += [
            Button(shorten(label, _LABEL_LIMIT), encode("kl", view.by(axis, value), 0)) for value, label in found
        ]
        rows = chosen_from(texts, choices, int(page), lambda to: encode("kg", letter, view, to))
        back = (Button(texts("list.back"), encode("kf", view)),)
        return (Turn(notice(texts(f"targets.choose.{axis}"), buttons=(*rows, back))),)

    def _on_axis(self, visit: Visit, axis: Axis, view: TargetView, seen: Seen) -> list[tuple[str, str]]:
        """The values on an axis that leave something to show, each with its words and how many targets it leaves."""
        if axis == "unit":
            return [(str(u.id), u.name) for u in units_to_choose(visit, self._office)]
        targets = targets_shown(view.by(axis, "-"), visit, self._office, seen)
        counted: dict[tuple[str, str], int] = {}
        for target in targets:
            directive = seen.directives[target.directive]
            if axis == "directive":
                value = (directive_token(directive.key), source_name(directive, directive.key))
            elif axis == "year":
                year = year_of(target)
                value = (year, visit.texts("targets.no_year") if year == NO_YEAR else year)
            else:
                value = (place_token(directive.place), directive.place) if directive.place else ("", "")
            counted[value] = counted.get(value, 0) + 1
        in_order = counted.items() if axis == "directive" else sorted(counted.items(), key=lambda pair: pair[0][1])
        return [(token, f"{label} ({count})") for (token, label), count in in_order if token]

    def _one(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        target_id, to = arguments
        target = Seen(self._office, visit).target(target_id)
        if target is None:
            return (Toast(visit.texts("list.gone"), alert=True),)
        return (Turn(self._target_page(visit, target, to)),)

    def _target_page(self, visit: Visit, target: StoredTarget, to: str) -> Screen:
        texts = visit.texts
        directive = Seen(self._office, visit).holding(target).get(target.directive)
        today = self._office.clock.today()
        period = " - ".join(target.period) if target.period else ""
        blocks = (
            paragraph(marked_by_hand(target) + shorten(capitalised(target.indicator), _INDICATOR_LIMIT), "bold"),
            facts(
                (texts("target.value"), measure(target) or texts("target.completion")),
                (texts("target.due"), dated(texts, target.due, today, "due.was") if target.due else term(target)),
                (texts("target.period"), period),
                (texts("target.cadence"), target.cadence or ""),
                (texts("target.scope"), target.scope or ""),
            ),
            quotation(shorten(for_reading(target.quote), QUOTE_LIMIT)),
            paragraph(source_line(directive, target.directive, target.path, texts), "italic"),
        )
        clause = Button(texts("list.clause"), encode("c", clause_token(target.directive, target.path)))
        return Screen(blocks, ((clause, *correct_buttons(target.id, visit)), way_back(texts, to)))
