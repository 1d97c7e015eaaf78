"""Groups and topics: joining and leaving, whose group it is, and moves to a supergroup.

Areas: `gb:<page>:<topic>` choose a unit for the group (topic 0) or a topic, `gu:<unit>:<topic>` bind, `gx:<topic>` unbind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.choosing import chosen_from, unit_choices
from bot.desk.replies import Reply, Say, Toast, Turn
from bot.desk.routing import ADMINS, GROUP, Command, Press, Rights, Routes
from bot.message_blocks import shorten
from bot.screens import Button, Screen, notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk.links import BotName
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office
    from bot.office.records import Place
    from bot.texts import Texts

_RIGHTS = Rights(ADMINS, GROUP, bound=False)


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot was added to a group, and whether it hears every message there (privacy mode off, or admin)."""

    place: Place
    title: str
    hears_all: bool
    may_write: bool = True


class GroupsFeature:
    """/gannhom, and what Telegram tells about groups."""

    def __init__(self, office: Office, bot: BotName) -> None:
        self._office = office
        self._bot = bot

    def routes(self) -> Routes:
        """For the bot's administrators, in groups."""
        return Routes(
            commands=(Command("gannhom", self.bind, _RIGHTS),),
            presses=(
                Press("gb", self._turn, _RIGHTS),
                Press("gu", self._bound, _RIGHTS),
                Press("gx", self._unbound, _RIGHTS),
            ),
        )

    def joined(self, joined: Joined, texts: Texts) -> Sequence[Reply]:
        """The bot was added, or given other rights: settings are as before; a greeting when it may write."""
        self._office.groups.seen(joined.place.chat, joined.title, self._office.clock.now())
        unit = self._office.groups.unit_of(joined.place)
        if not joined.may_write:
            return ()
        hears = texts(
            "group.hears_all" if joined.hears_all else "group.hears_commands", bot=self._bot.username or "bot"
        )
        whose = texts("group.bound", unit=unit.name) if unit else texts("group.not_bound")
        link = f"https://t.me/{self._bot.username}?start=nhom" if self._bot.username else ""
        buttons = ((Button(texts("group.private"), url=link),),) if link else ()
        return (Say(notice(texts("group.welcome"), hears, whose, buttons=buttons)),)

    def left(self, chat: int, title: str) -> None:
        """The bot was removed: settings wait for its return."""
        self._office.groups.seen(chat, title, self._office.clock.now(), present=False)

    def migrated(self, old: int, new: int) -> None:
        """The group has a new id."""
        self._office.groups.migrate(old, new, self._office.clock.now())

    def bind(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """Which unit does this group, or this topic, belong to?"""
        return (Say(self._choose(visit, 0, visit.place.topic)),)

    def _turn(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._choose(visit, int(arguments[0]), self._topic(visit, arguments[1]))),)

    def _choose(self, visit: Visit, page: int, topic: int) -> Screen:
        texts = visit.texts
        units = self._office.people.units()
        if not units:
            return notice(texts("group.no_units"))
        rows = chosen_from(
            texts, unit_choices(units, lambda n: encode("gu", n, topic)), page, lambda to: encode("gb", to, topic)
        )
        others = []
        if topic:
            others.append(Button(texts("group.whole"), encode("gb", 0, 0)))
        if self._office.groups.unit_of(replace(visit.place, topic=topic)):
            others.append(Button(texts("group.unbind"), encode("gx", topic)))
        key = "group.choose_topic" if topic else "group.choose"
        now = self._office.groups.unit_of(replace(visit.place, topic=topic))
        hint = (texts("group.bound", unit=now.name),) if now else ()
        return notice(texts(key), *hint, buttons=(*rows, *((tuple(others),) if others else ())))

    def _bound(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        unit = self._office.people.unit(int(arguments[0]))
        if unit is None:
            raise ValueError(arguments[0])
        place = replace(visit.place, topic=self._topic(visit, arguments[1]))
        self._office.groups.bind(place, visit.title, unit.id, visit.person.id, self._office.clock.now())
        self._office.note(visit.person.id, "group.bound", f"{visit.title} – {unit.name}", chat=place.chat)
        key = "group.now_bound_topic" if place.topic else "group.now_bound"
        return (Turn(notice(visit.texts(key, unit=unit.name), visit.texts("group.how_to_ask"))),)

    def _unbound(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        place = replace(visit.place, topic=self._topic(visit, arguments[0]))
        if not self._office.groups.unbind(place):
            return (Toast(visit.texts("group.not_bound"), alert=True),)
        self._office.note(visit.person.id, "group.unbound", shorten(visit.title, 80), chat=place.chat)
        return (Turn(notice(visit.texts("group.now_unbound"))),)

    @staticmethod
    def _topic(visit: Visit, topic: str) -> int:
        """The topic a button is for: the whole group, or the topic it is pressed in."""
        if int(topic) not in {0, visit.place.topic}:
            raise ValueError(topic)
        return int(topic)
