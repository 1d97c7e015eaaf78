"""Clerks correct or remove tasks and targets that were misread; the correction outlives every reading of the file.

Areas: `cr:<row>` one row with what can be corrected (any page of a task or target may offer it to clerks in private),
`crl:<page>` directives, `crd:<directive>:<page>` rows of one, `crk:<page>` corrections whose row was not found again,
`crf:<row>:<field>` type or choose a value, `crv:<row>:<field>:<n>` the n-th choice, `crc:<draft>` make it,
`crx:<row>` remove, `cry:<row>` really, `cru:<row>` take a correction back. Input: `fix.value`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.callbacks import encode
from bot.desk.corrections_screens import (
    Shown,
    ask_screen,
    line_of,
    preview_screen,
    removal_screen,
    row_screen,
    row_spans,
)
from bot.desk.corrections_values import CHOICES, FIELDS, changes_for, field_typed
from bot.desk.pages import Entry, Listing, here, list_screen
from bot.desk.replies import Say, Toast, Turn, Working
from bot.desk.routing import CLERKS, PRIVATE, Command, Input, Press, Rights, Routes
from bot.desk.row_texts import source_name
from bot.desk.seen import directive_token
from bot.message_blocks import Span, shorten
from bot.office.uploads import Drafts
from bot.screens import Button, notice
from corpus.corrections import kind_of
from corpus.row_words import capitalised
from corpus.store_corrections import Corrections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office
    from bot.screens import Screen
    from bot.texts import Texts
    from corpus.store_records import StoredDirective

_RIGHTS = Rights(CLERKS, PRIVATE)
_TITLE = 110
_SUBJECT = 120


class CorrectionsFeature:
    """Rows put right by people. `republish` brings search in step with the store; it is slow."""

    def __init__(self, office: Office, republish: Callable[[], object]) -> None:
        self._office = office
        self._store = office.store
        self._corrections = Corrections(office.store.database)
        self._drafts = Drafts(office.store.database)
        self._republish = republish

    def routes(self) -> Routes:
        """The command, the buttons and the typed value."""
        presses = {
            "crl": self._turn_directives,
            "crd": self._turn_rows,
            "crk": self._turn_lost,
            "cr": self._open,
            "crf": self._ask,
            "crv": self._choose,
            "crc": self._make,
            "crx": self._ask_removal,
            "cry": self._remove,
            "cru": self._undo,
        }
        return Routes(
            commands=(Command("sua", self._start, _RIGHTS),),
            presses=tuple(Press(area, handle, _RIGHTS) for area, handle in presses.items()),
            inputs=(Input("fix.value", self._typed, _RIGHTS),),
        )

    # ---- finding a row

    def _start(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        return (Say(self._directives(0, visit.texts)),)

    def _turn_directives(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._directives(int(arguments[0]), visit.texts)),)

    def _directives(self, page: int, texts: Texts) -> Screen:
        keys = self._store.latest()
        entries = [
            Entry(_named(directive), encode("crd", directive_token(directive.key), 0))
            for directive in self._store.some_directives(keys[here(len(keys), page)])
        ]
        lost = len(self._corrections.lost())
        more = ((Button(texts("fix.lost_button", count=lost), encode("crk", 0)),),) if lost else ()
        listing = Listing(texts("fix.which"), partial(encode, "crl"), empty=texts("fix.nothing_loaded"), more=more)
        return list_screen(listing, entries, page, len(keys), texts)

    def _turn_rows(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        token, page, texts = arguments[0], int(arguments[1]), visit.texts
        key = next((key for key in self._store.latest() if directive_token(key) == token), None)
        directive = self._store.directive(key) if key is not None else None
        if directive is None:
            return (Toast(texts("fix.gone"), alert=True),)
        rows = self._rows(directive.key)
        entries = [Entry(row_spans(one, texts), encode("cr", one.id)) for one in rows[here(len(rows), page)]]
        listing = Listing(
            texts("fix.rows", name=source_name(directive, directive.key)),
            partial(encode, "crd", token),
            empty=texts("fix.no_rows"),
            more=((Button(texts("button.back"), encode("crl", 0)),),),
        )
        return (Turn(list_screen(listing, entries, page, len(rows), texts)),)

    def _turn_lost(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        page, texts = int(arguments[0]), visit.texts
        lost = [Shown(c.row_id, c.directive, c.corrected(), c) for c in self._corrections.lost()]
        entries = [Entry(row_spans(one, texts), encode("cr", one.id)) for one in lost[here(len(lost), page)]]
        listing = Listing(
            texts("fix.lost_title"),
            partial(encode, "crk"),
            empty=texts("fix.no_lost"),
            more=((Button(texts("button.back"), encode("crl", 0)),),),
        )
        return (Turn(list_screen(listing, entries, page, len(lost), texts)),)

    def _rows(self, key: str) -> list[Shown]:
        """A directive's tasks and targets, then what people removed."""
        said = {correction.row_id: correction for correction in self._corrections.of_directive(key)}
        rows: list[Any] = [*self._store.tasks(key), *self._store.targets(key)]
        standing = [Shown(row.id, key, row, said.get(row.id)) for row in rows]
        removed = [Shown(c.row_id, key, c.as_read(), c) for c in said.values() if c.removed and c.applied]
        return [*standing, *removed]

    # ---- one row

    def _open(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        one = self._row(arguments[0])
        if one is None:
            return (Toast(visit.texts("fix.gone"), alert=True),)
        return (Turn(self._page(one, visit.texts)),)

    def _page(self, one: Shown, texts: Texts, said: str = "") -> Screen:
        directive = self._store.directive(one.directive)
        back = Button(texts("button.back"), encode("crd", directive_token(one.directive), 0))
        return row_screen(one, directive, back, texts, said)

    def _row(self, row_id: str) -> Shown | None:
        """A row as it stands, or as it was said to be when it does not stand; None when nobody knows it."""
        correction = self._corrections.get(row_id)
        row = self._store.task(row_id) or self._store.target(row_id)
        if row is not None:
            return Shown(row_id, row.directive, row, correction)
        if correction is None:
            return None
        return Shown(row_id, correction.directive, correction.as_read(), correction)

    def _ask(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        one, field = self._standing(arguments[0]), arguments[1]
        if one is None:
            return (Toast(visit.texts("fix.gone"), alert=True),)
        if field not in FIELDS[kind_of(one.row)]:
            raise ValueError(field)
        if field not in CHOICES:
            payload = {"row": one.id, "field": field}
            self._office.expected.expect(visit.place, visit.person.id, "fix.value", payload, self._office.clock.now())
        return (Turn(ask_screen(one, field, visit.texts)),)

    def _choose(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        one, field, number = self._standing(arguments[0]), arguments[1], int(arguments[2])
        if one is None:
            return (Toast(visit.texts("fix.gone"), alert=True),)
        if field not in FIELDS[kind_of(one.row)] or field not in CHOICES or number < 0:
            raise ValueError(field)
        return (Turn(self._preview(visit, one, field, CHOICES[field][number])),)

    def _typed(self, visit: Visit, incoming: Incoming, payload: dict[str, Any]) -> Sequence[Reply]:
        one, field = self._standing(str(payload["row"])), str(payload["field"])
        if one is None:
            return (Say(notice(visit.texts("fix.gone"))),)
        value = field_typed(field, incoming.text)
        if value is False:
            self._office.expected.expect(visit.place, visit.person.id, "fix.value", payload, self._office.clock.now())
            asked = ask_screen(one, field, visit.texts)
            return (Say(notice(visit.texts("fix.bad"), asked.blocks[-1].text, buttons=asked.buttons)),)
        return (Say(self._preview(visit, one, field, value)),)

    def _preview(self, visit: Visit, one: Shown, field: str, value: Any) -> Screen:
        changes = changes_for(kind_of(one.row), field, value)
        draft = self._drafts.keep(visit.person.id, one.id, changes, self._office.clock.now())
        return preview_screen(one, field, value, draft, visit.texts)

    def _standing(self, row_id: str) -> Shown | None:
        one = self._row(row_id)
        return None if one is None or one.removed or one.lost else one

    # ---- making it so

    def _make(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        taken = self._drafts.take(int(arguments[0]), visit.person.id)
        if taken is None:
            return (Toast(visit.texts("fix.made_before"), alert=True),)
        row_id, changes = taken
        before = self._row(row_id)
        now = self._office.clock.now()
        if before is None or not self._corrections.correct(row_id, changes, visit.person.id, now):
            return (Toast(visit.texts("fix.gone"), alert=True),)
        self._note(visit, "row.corrected", before, {"changes": changes})
        return (self._in_step(row_id, visit.texts, "fix.corrected"),)

    def _ask_removal(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        one = self._standing(arguments[0])
        if one is None:
            return (Toast(visit.texts("fix.gone"), alert=True),)
        return (Turn(removal_screen(one, visit.texts)),)

    def _remove(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        one = self._standing(arguments[0])
        if one is None or not self._corrections.remove(one.id, visit.person.id, self._office.clock.now()):
            return (Toast(visit.texts("fix.gone"), alert=True),)
        self._note(visit, "row.removed", one, {})
        return (self._in_step(one.id, visit.texts, "fix.taken_out"),)

    def _undo(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        one = self._row(arguments[0])
        if one is None or not self._corrections.undo(one.id):
            return (Toast(visit.texts("fix.gone"), alert=True),)
        self._note(visit, "row.corrected", one, {"undone": True})
        return (self._in_step(one.id, visit.texts, "fix.undone"),)

    def _note(self, visit: Visit, action: str, one: Shown, detail: dict[str, Any]) -> None:
        directive = self._store.directive(one.directive)
        subject = f"{source_name(directive, one.directive)} · {shorten(line_of(one.row), _SUBJECT)}"
        said = {"row": one.id, "directive": one.directive, **detail}
        self._office.note(visit.person.id, action, subject, chat=visit.place.chat, detail=said)

    def _in_step(self, row_id: str, texts: Texts, key: str) -> Working:
        """The row stands as said; search follows."""

        def work() -> Sequence[Reply]:
            self._republish()
            one = self._row(row_id)
            return (Turn(self._page(one, texts, texts(key)) if one else notice(texts(key))),)

        return Working(notice(texts("fix.saving")), work)


def _named(directive: StoredDirective) -> tuple[Span, ...]:
    title = shorten(capitalised(directive.title or ""), _TITLE)
    named = " ".join(part for part in (directive.kind, directive.number) if part) or directive.key
    return (Span(named, "bold"), *((Span(f"\n{title}"),) if title else ()))

