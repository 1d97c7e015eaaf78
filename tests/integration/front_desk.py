"""A desk over a real store with a fake search service and a clock moved by hand, and short ways to act at it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.composition import Composition
from bot.desk.replies import Asking, Reply, Say, Toast, Turn
from bot.desk.visit import Incoming, Pressed
from bot.office.people import Newcomer
from bot.office.records import Place, Role, Unit
from bot.settings import Settings
from tests.e2e.fake_service import FakeService
from tests.stores import store_url

if TYPE_CHECKING:
    from pathlib import Path

    from bot.screens import Screen

OWNER, AN, STRANGER = 1, 7, 8
GROUP = -1001


class HandClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.moment = datetime(2025, 3, 31, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def today(self):
        return self.moment.date()


class FrontDesk:
    """The desk as composed, with everything in `home`. The owner is an administrator; An is admitted as an officer."""

    def __init__(self, home: Path, service: Any | None = None) -> None:
        self.clock = HandClock()
        self.service = service or FakeService()
        settings = Settings(_env_file=None, home=home, database_url=store_url(home), admins=frozenset({OWNER}))
        self.app = Composition(settings, clock=self.clock, service=self.service)
        self.desk = self.app.desk()
        self.office = self.app.office
        self.texts = self.desk.texts
        self._numbers = itertools.count(10, 10)
        self.admit(AN, "officer")

    def admit(self, person: int, role: Role = "officer", *units: str) -> list[Unit]:
        """Admits a person with a role into units, made when missing."""
        made = [self.office.people.add_unit(name) for name in units]
        for unit in made or [None]:
            secret = self.office.people.invite(role, unit.id if unit else None, OWNER, self.clock.now())
            assert self.office.people.accept(secret, Newcomer(person, f"Người {person}"), self.clock.now())
        return made

    def place(self, person: int, chat: int | None = None, topic: int = 0) -> Place:
        where = chat if chat is not None else person
        return Place(where, topic, group=where < 0)

    def say(
        self, text: str, person: int = AN, *, chat: int | None = None, topic: int = 0, message: int | None = None, **how
    ) -> tuple[Reply, ...]:
        """A message; in the person's private chat unless `chat` says otherwise."""
        number = message if message is not None else next(self._numbers)
        place = self.place(person, chat, topic)
        return self.desk.receive(Incoming(Newcomer(person, f"Người {person}"), place, text, number, **how))

    def press(
        self, data: str, person: int = AN, *, chat: int | None = None, topic: int = 0, shown: str = ""
    ) -> tuple[Reply, ...]:
        """A pressed button, by its data."""
        place = self.place(person, chat, topic)
        return self.desk.press(Pressed(Newcomer(person, f"Người {person}"), place, data, shown, 5))

    def press_label(self, screen: Screen, label: str, person: int = AN, **where: Any) -> tuple[Reply, ...]:
        """A pressed button, by (a part of) its label on a screen."""
        button = next(b for row in screen.buttons for b in row if label in b.label)
        return self.press(button.data, person, shown=words(screen), **where)

    def asking(self, text: str, person: int = AN, **how: Any) -> Asking:
        """A question up to the point where it would be looked for."""
        (asking,) = self.say(text, person, **how)
        assert isinstance(asking, Asking)
        return asking


def words(screen: Screen) -> str:
    """What a screen says, without its buttons."""
    return "\n\n".join(block.text for block in screen.blocks)


def said(replies: tuple[Reply, ...]) -> str:
    """What replies say in the chat itself."""
    parts = [
        words(r.screen) if isinstance(r, Say | Turn) else r.text for r in replies if isinstance(r, Say | Turn | Toast)
    ]
    return "\n\n".join(parts)


def labels(screen: Screen) -> list[list[str]]:
    """The buttons of a screen."""
    return [[button.label for button in row] for row in screen.buttons]
