"""What clerks and administrators do to a directive from its page, in private: withdraw it, and say who may see it.

Areas: `vw:<token>:<page>` asks whether to withdraw; `vx:<token>` withdraws; `va:<token>:<page of the list>:<page>` the
units that may see it; `vt:<token>:<page of the list>:<page>:<unit>` adds a unit or takes it away; `vl:<token>:<page>`
opens it to all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.choosing import chosen_from, unit_choices
from bot.desk.directives import directive_page
from bot.desk.replies import Toast, Turn
from bot.desk.routing import CLERKS, PRIVATE, Press, Rights, Routes
from bot.desk.row_texts import source_name
from bot.desk.seen import Seen, directive_token
from bot.message_blocks import shorten
from bot.screens import Button, notice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.desk.replies import Reply
    from bot.desk.visit import Pressed, Visit
    from bot.office.office import Office
    from bot.screens import Screen
    from corpus.store_records import StoredDirective

_NAMES_LIMIT = 400
_KEEPING = Rights(roles=CLERKS, places=PRIVATE)


class DirectiveKeeping:
    """Withdrawing and audiences. `publish` brings the search index in step with the store; it may take seconds."""

    def __init__(self, office: Office, publish: Callable[[], object]) -> None:
        self._office = office
        self._publish = publish

    def routes(self) -> Routes:
        """The buttons."""
        handlers = {
            "vw": self._ask_to_withdraw,
            "vx": self._withdraw,
            "va": self._audience,
            "vt": self._toggle,
            "vl": self._open_to_all,
        }
        return Routes(presses=tuple(Press(area, handle, _KEEPING, turns=area == "vt") for area, handle in handlers.items()))

    def _ask_to_withdraw(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        token, page = arguments
        directive = Seen(self._office, visit).directive(token)
        if directive is None:
            return _gone(visit)
        texts = visit.texts
        clauses, targets, tasks = self._office.store.counts(directive.key)
        name = source_name(directive, directive.key)
        sure = texts("directives.withdraw_sure", directive=name, clauses=clauses, targets=targets, tasks=tasks)
        buttons = (
            (Button(texts("directives.withdraw_no"), encode("vp", token, int(page))),),
            (Button(texts("directives.withdraw_yes"), encode("vx", token)),),
        )
        return (Turn(notice(sure, buttons=buttons)),)

    def _withdraw(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        directive = Seen(self._office, visit).directive(arguments[0])
        if directive is None or not self._office.store.remove(directive.key):
            return _gone(visit)
        name = source_name(directive, directive.key)
        # Noted before the index follows: should that fail, the directive is gone from the store all the same.
        self._office.note(visit.person.id, "directive.withdrawn", name, detail={"key": directive.key})
        self._publish()
        back = (Button(visit.texts("directives.to_list"), encode("vb", 0)),)
        return (Turn(notice(visit.texts("directives.withdrawn", directive=name), buttons=(back,))),)

    def _audience(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        token, page, within = arguments
        directive = Seen(self._office, visit).directive(token)
        if directive is None:
            return _gone(visit)
        return (Turn(self._audience_screen(visit, directive, int(page), int(within))),)

    def _audience_screen(self, visit: Visit, directive: StoredDirective, page: int, within: int) -> Screen:
        """Every unit with a tick where it may see the directive; `page` leads back, `within` is the page of units."""
        texts, token = visit.texts, directive_token(directive.key)
        names = self._office.visibility.audience(directive.key)
        units = self._office.people.units()
        ticked = frozenset(u.id for u in units if u.name in names)
        choices = unit_choices(units, lambda number: encode("vt", token, page, within, number), ticked)
        rows = chosen_from(texts, choices, within, lambda to: encode("va", token, page, to))
        said = texts(
            "directives.audience_now",
            directive=source_name(directive, directive.key),
            units=shorten(", ".join(names), _NAMES_LIMIT) or texts("directives.for_all"),
        )
        last = [Button(texts("list.back"), encode("vp", token, page))]
        if names:
            last.insert(0, Button(texts("directives.audience_all"), encode("vl", token, page)))
        return notice(said, *(() if units else (texts("tasks.no_unit_yet"),)), buttons=(*rows, tuple(last)))

    def _toggle(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        token, page, within, number = arguments
        directive = Seen(self._office, visit).directive(token)
        if directive is None:
            return _gone(visit)
        unit = self._office.people.unit(int(number))
        if unit is None:
            raise ValueError(number)
        names = self._office.visibility.audience(directive.key)
        kept = {u.id for u in self._office.people.units() if u.name in names} ^ {unit.id}
        if not kept:  # no unit at all would mean everybody
            return (Toast(visit.texts("directives.audience_last"), alert=True),)
        self._set(visit, directive, kept)
        return (Turn(self._audience_screen(visit, directive, int(page), int(within))),)

    def _open_to_all(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        token, page = arguments
        seen = Seen(self._office, visit)
        directive = seen.directive(token)
        if directive is None:
            return _gone(visit)
        self._set(visit, directive, ())
        return (Turn(directive_page(directive, int(page), visit, self._office, seen)),)

    def _set(self, visit: Visit, directive: StoredDirective, units: Collection[int]) -> None:
        before = list(self._office.visibility.audience(directive.key))
        self._office.visibility.set_audience(directive.key, units)
        after = list(self._office.visibility.audience(directive.key))
        detail = {"key": directive.key, "from": before, "to": after}
        name = source_name(directive, directive.key)
        self._office.note(visit.person.id, "directive.audience", name, detail=detail)


def _gone(visit: Visit) -> Sequence[Reply]:
    return (Toast(visit.texts("list.gone"), alert=True),)
