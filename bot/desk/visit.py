"""Who speaks, where, and what they did: plain records made by a surface and completed by the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.office.people import Newcomer
    from bot.office.records import Person, Place, Unit
    from bot.texts import Texts


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message. `replied_to` and `replied_text` are of the bot's message it replies to; `title` is the group's."""

    newcomer: Newcomer
    place: Place
    text: str
    message: int | None = None
    replied_to: int | None = None
    replied_text: str | None = None
    title: str = ""
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """One pressed button: its data, the message it is on and that message's text. `again`: a worker had it before, and died."""

    newcomer: Newcomer
    place: Place
    data: str
    shown: str
    message: int | None = None
    title: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """A file or photo somebody sent, not fetched yet. `name` is as sent, `size` (bytes) as announced: not to be trusted.

    The surface gives it again under `reference`; `width` and `height` are a photo's, in pixels.
    """

    newcomer: Newcomer
    place: Place
    name: str
    size: int | None = None
    photo: bool = False
    caption: str = ""
    message: int | None = None
    album: str | None = None
    title: str = ""
    reference: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """The speaker as the office knows them, the place, whose place it is, and the language to answer in."""

    person: Person
    place: Place
    texts: Texts
    group_unit: Unit | None = None
    title: str = ""
    newcomer: Newcomer = field(kw_only=True)

    @property
    def units(self) -> tuple[Unit, ...]:
        """For whom "my unit" stands here: the group's unit in a group, else the person's own."""
        if self.place.group:
            return (self.group_unit,) if self.group_unit else ()
        return self.person.units
