"""The first and the last word: /start, /trogiup, /huy, /ngonngu, and strangers at the door.

Areas: `g:<page>` turns to a page of the guide; `l:<language>` chooses a language; `x` asks to be admitted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.replies import Menu, Say, Tell, Toast, Turn
from bot.desk.routing import PRIVATE, Command, Press, Rights, Routes
from bot.guide import load_guide
from bot.office.allowances import REQUESTS, REQUESTS_TOLD, TO_STRANGERS
from bot.office.records import Place
from bot.rendering import guide_screen
from bot.screens import Button, notice
from bot.texts import LANGUAGES, load_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office

_OPEN = Rights(bound=False)


class Entrance:
    """Greets, guides, and keeps the door."""

    def __init__(self, office: Office, forget: Callable[[Visit], str] = lambda _visit: "") -> None:
        """`forget` gives up what else a visitor has begun and says so, or says nothing."""
        self._office = office
        self._forget = forget

    def routes(self) -> Routes:
        """Commands and buttons of the entrance."""
        return Routes(
            commands=(
                Command("start", self.start, Rights(strangers=True, bound=False)),
                Command("trogiup", self.guide, _OPEN),
                Command("help", self.guide, _OPEN, menu=False),
                Command("huy", self.cancel, _OPEN),
                Command("ngonngu", self.languages, Rights(places=PRIVATE)),
            ),
            presses=(
                Press("g", self.turn_guide, _OPEN),
                Press("l", self.choose_language, Rights(places=PRIVATE)),
                Press("x", self.request, Rights(strangers=True, places=PRIVATE)),
            ),
        )

    def start(self, visit: Visit, _incoming: Incoming, words: str) -> Sequence[Reply]:
        """Admits the bearer of an invitation, welcomes the admitted, and turns others away."""
        if words and not visit.place.group:
            admitted = self._office.people.accept(words, visit.newcomer, self._office.clock.now())
            if admitted is not None:
                units = ", ".join(unit.name for unit in admitted.units)
                role = visit.texts(f"role.{admitted.role}")
                detail = {"role": admitted.role, "about": admitted.id}
                self._office.note(admitted.id, "person.admitted", admitted.name, detail=detail)
                key = "start.admitted" if units else "start.admitted.no_unit"
                return (
                    Say(notice(visit.texts(key, name=admitted.name, role=role, units=units))),
                    *self._welcome(visit),
                    Menu(admitted.id, admitted.role),
                )
        if visit.person.role is None:
            return self.turn_away(visit, spent=bool(words))
        self._office.people.known(visit.newcomer, self._office.clock.now())
        menu = () if visit.place.group else (Menu(visit.person.id, visit.person.role),)
        return (*self._welcome(visit), *menu)

    def turn_away(self, visit: Visit, *, spent: bool = False) -> Sequence[Reply]:
        """What a stranger gets, whatever they send: their own id, and a button to ask for admission. Not without end."""
        if visit.place.group:
            return (Toast(visit.texts("access.by_invitation.short")),)
        if not self._office.allowances.take(TO_STRANGERS, visit.person.id, self._office.clock.now()):
            return ()
        said = [visit.texts("access.invitation_spent")] if spent else []
        said.append(visit.texts("access.by_invitation", person=visit.person.id))
        button = Button(visit.texts("access.request"), encode("x"))
        return (Say(notice(*said, buttons=((button,),))),)

    def request(self, visit: Visit, _pressed: Pressed, _arguments: tuple[str, ...]) -> Sequence[Reply]:
        """Passes a stranger's wish to the administrators, once."""
        if visit.person.role is not None:
            return (Turn(notice(visit.texts("access.already"))),)
        now = self._office.clock.now()
        if not self._office.allowances.take(REQUESTS, visit.person.id, now):
            return (Toast(visit.texts("access.requested_often"), alert=True),)
        request = self._office.people.request(visit.newcomer, now)
        answer = Turn(notice(visit.texts("access.requested")))
        # However many accounts somebody makes, the administrators' chats stay readable: the rest stands in /nguoi.
        if request is None or not self._office.allowances.take(REQUESTS_TOLD, 0, now):
            return (answer,)
        name = visit.newcomer.name + (f" (@{visit.newcomer.username})" if visit.newcomer.username else "")
        screen = notice(
            visit.texts("admission.asked", name=name, person=visit.newcomer.id),
            buttons=(
                (
                    Button(visit.texts("admission.approve"), encode("ra", request.id)),
                    Button(visit.texts("admission.refuse"), encode("rr", request.id)),
                ),
            ),
        )
        admins = {p.id for p in self._office.people.everyone("admin")} | self._office.people.owners
        return (answer, *(Tell(Place(admin), screen) for admin in sorted(admins) if admin > 0))

    def guide(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """The guide from its first page."""
        return (Say(guide_screen(load_guide(visit.texts.language), 0, visit.texts)),)

    def turn_guide(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        """Another page of the guide."""
        pages = load_guide(visit.texts.language)
        page = int(arguments[0])
        if not 0 <= page < len(pages):
            raise ValueError(page)
        return (Turn(guide_screen(pages, page, visit.texts)),)

    def cancel(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """Forgets what the bot was waiting for; the desk has already done so before any command."""
        given_up = self._forget(visit) if not visit.place.group else ""
        return (Say(notice(*([given_up] if given_up else []), visit.texts("cancel.done"))),)

    def languages(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """The choice of languages."""
        buttons = tuple(Button(load_texts(each)("language.name"), encode("l", each)) for each in LANGUAGES)
        return (Say(notice(visit.texts("language.choose"), buttons=(buttons,))),)

    def choose_language(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        """Speaks the chosen language from now on."""
        chosen = next((language for language in LANGUAGES if language == arguments[0]), None)
        if chosen is None:
            raise ValueError(arguments[0])
        self._office.people.set_language(visit.newcomer, chosen, self._office.clock.now())
        return (Turn(notice(load_texts(chosen)("language.chosen"))),)

    @staticmethod
    def _welcome(visit: Visit) -> Sequence[Reply]:
        parts = ("welcome", "how", "example", "more")
        return (Say(notice(*(visit.texts(f"start.{part}") for part in parts))),)
