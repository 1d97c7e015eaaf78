"""The desk: takes what people send on any surface, asks who they are and what they may, and lets a feature answer."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from bot.desk.replies import Asking, Reply, Say, Toast
from bot.desk.routing import Rights, Table, command_in, refusal
from bot.desk.visit import Visit
from bot.logs import get_logger
from bot.office.allowances import ALBUM_REFUSED
from bot.office.records import Person
from bot.screens import notice
from bot.texts import LANGUAGES, load_texts
from corpus.errors import ChidaoError, SettingsError, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk.asking import AskingFeature
    from bot.desk.entrance import Entrance
    from bot.desk.groups import GroupsFeature
    from bot.desk.routing import Feature, Refusal
    from bot.desk.visit import Incoming, OfferedFile, Pressed
    from bot.office.office import Office
    from bot.office.people import Newcomer
    from bot.office.records import Place, Role
    from bot.texts import Texts

log = get_logger(__name__)

ASKING = Rights()
_PLACE = re.compile(r"""(?:^|[\s"'(“])(?:~?/|[A-Za-z]:\\)[^\s/]|\w://""")
"""A path on this machine, or an address."""


class Desk:
    """One for all chats. Every method may block on the database, and `answer` on the model: not for an event loop."""

    def __init__(
        self,
        office: Office,
        texts: Texts,
        *,
        entrance: Entrance,
        asking: AskingFeature,
        groups: GroupsFeature,
        features: Sequence[Feature] = (),
        operator: int | None = None,
    ) -> None:
        self.office = office
        self.texts = texts
        self.groups = groups
        self.table = Table((asking, *features, groups, entrance))
        self._entrance = entrance
        self._asking = asking
        self._operator = operator

    def receive(self, incoming: Incoming) -> tuple[Reply, ...]:
        """What to do about a message."""
        visit = self.visit(incoming.newcomer, incoming.place, incoming.title)
        command = command_in(incoming.text)
        if command is not None:
            return self._command(visit, incoming, *command)
        if incoming.edited and incoming.message is not None:
            # Only a question is asked again; a sentence that once answered the bot's own question is not one.
            if self.office.questions.by_message(visit.place.chat, incoming.message) is None:
                return ()
        elif (given := self._given(visit, incoming)) is not None:
            return given
        refused = refusal(ASKING, visit)
        if refused:
            return self._turned_away(visit, refused)
        return tuple(self._asking.ask(visit, incoming, incoming.text.strip()))

    def press(self, pressed: Pressed) -> tuple[Reply, ...]:
        """What to do about a pressed button; the presser's rights count, not those of whoever made it appear."""
        visit = self.visit(pressed.newcomer, pressed.place, pressed.title)
        found = self.table.press(pressed.data)
        refused = refusal(found[0].rights if found else Rights(bound=False), visit)
        if refused:
            return (Toast(self._refused(visit, refused, short=True), alert=True),)
        if found is None:
            return (Toast(visit.texts("button.outdated"), alert=True),)
        route, arguments = found
        try:
            return tuple(route.handle(visit, pressed, arguments))
        except (ValueError, IndexError, OverflowError):
            log.info("A button carried what no feature makes", action="press.outdated", data=pressed.data)
            return (Toast(visit.texts("button.outdated"), alert=True),)

    def turns(self, data: str) -> bool:
        """Whether a button turns something, so that its press must not count twice."""
        found = self.table.press(data)
        return found is not None and found[0].turns

    def offered(self, offered: OfferedFile) -> tuple[Reply, ...]:
        """What to do about a file or a photo in a private chat, before it is fetched."""
        visit = self.visit(offered.newcomer, offered.place, offered.title)
        route = self.table.files
        refused = refusal(route.rights if route else ASKING, visit)
        if refused and offered.album is not None:
            together = f"{offered.place.chat}:{offered.album}"
            if not self.office.allowances.take(ALBUM_REFUSED, together, self.office.clock.now()):
                return ()  # said to the first of them
        if refused == "role" and not offered.photo:
            return (Say(notice(visit.texts("load.only_clerks")), quoting=True),)
        if route is None or refused:
            return self.not_text(offered.newcomer, offered.place, offered.title)
        return tuple(route.handle(visit, offered))

    def resume(self) -> list[tuple[Place, tuple[Reply, ...]]]:
        """What an earlier run left half done, to be carried out where it belongs."""
        return [(place, tuple(replies)) for chores in self.table.chores for place, replies in chores.resume()]

    def tidy(self) -> None:
        """Lets every feature put its things in order."""
        for chores in self.table.chores:
            chores.tidy()

    def not_text(self, newcomer: Newcomer, place: Place, title: str = "") -> tuple[Reply, ...]:
        """The reply to a private message without words."""
        visit = self.visit(newcomer, place, title)
        refused = refusal(ASKING, visit)
        if refused:
            return self._turned_away(visit, refused)
        return (Say(notice(visit.texts("ask.only_text")), quoting=True),)

    def answer(self, asking: Asking) -> tuple[Reply, ...]:
        """The answer to a question. Blocks while searching."""
        return tuple(self._asking.answer(asking))

    def shown(self, asking: Asking, messages: tuple[int, ...]) -> None:
        """Notes the messages that carry an answer, for replies to them and for edits of the question."""
        self.office.questions.shown(asking.number, messages)

    def visit(self, newcomer: Newcomer, place: Place, title: str = "") -> Visit:
        """The speaker and the place as the office knows them."""
        person = self.office.people.person(newcomer)
        if newcomer.id == self._operator:  # whoever runs the program can read the store anyway
            person = Person(person.id, person.name, "admin", person.units, person.language)
        chosen = next((language for language in LANGUAGES if language == person.language), None)
        texts = load_texts(chosen) if chosen and not place.group else self.texts
        unit = self.office.groups.unit_of(place) if place.group else None
        return Visit(person, place, texts, unit, title, newcomer=newcomer)

    def commands_of(self, role: Role) -> tuple[str, ...]:
        """The commands a role is offered in private, in order."""
        return tuple(
            command.name
            for command in self.table.commands.values()
            if command.menu and role in command.rights.roles and "private" in command.rights.places
        )

    def apologise(self, error: BaseException, texts: Texts | None = None) -> Say:
        """A sentence for a failure: an expected error's own, otherwise one with a code that the log carries too.

        What is wrong with the server, its folders and addresses is for those who run it.
        """
        code = secrets.token_hex(3).upper()
        if isinstance(error, StoreError | SettingsError) or (isinstance(error, ChidaoError) and _PLACE.search(str(error))):
            log.warning("The server let a request down", action="answer.failed", reference=code, error=str(error))
            return Say(notice((texts or self.texts)("error.server", code=code)))
        if isinstance(error, ChidaoError):
            log.warning("A request met an expected error", action="answer.refused", error=str(error))
            return Say(notice(str(error)))
        log.error("A request could not be handled", action="answer.failed", reference=code, exc_info=error)
        return Say(notice((texts or self.texts)("error.unexpected", code=code)))

    def _command(self, visit: Visit, incoming: Incoming, name: str, words: str) -> tuple[Reply, ...]:
        route = self.table.commands.get(name)
        refused = refusal(route.rights if route else Rights(bound=False), visit)
        if refused:
            return self._turned_away(visit, refused)
        if route is None:
            return (Say(notice(visit.texts("ask.unknown_command", command=f"/{name}"))),)
        self.office.expected.clear(visit.place, visit.person.id)
        return tuple(route.handle(visit, incoming, words))

    def _given(self, visit: Visit, incoming: Incoming) -> tuple[Reply, ...] | None:
        """What a feature makes of a message it asked for; None when nothing is expected of the person there."""
        now, inputs = self.office.clock.now(), self.table.inputs
        expected = self.office.expected.take(visit.place, visit.person.id, incoming.message, now, inputs)
        if expected is None:
            return None
        route = inputs[expected.kind]
        refused = refusal(route.rights, visit)
        if refused:
            return self._turned_away(visit, refused)
        return tuple(route.handle(visit, incoming, expected.payload))

    def _turned_away(self, visit: Visit, refused: Refusal) -> tuple[Reply, ...]:
        if refused == "stranger" and not visit.place.group:
            return tuple(self._entrance.turn_away(visit))
        return (Say(notice(self._refused(visit, refused)), quoting=visit.place.group),)

    @staticmethod
    def _refused(visit: Visit, refused: Refusal, *, short: bool = False) -> str:
        if refused == "stranger":
            key = "access.by_invitation.short" if short or visit.place.group else "access.by_invitation"
            return visit.texts(key, person=visit.person.id)
        return visit.texts(f"access.{refused}")
