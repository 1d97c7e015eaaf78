"""What the engine needs of a sender, and what can become of a message. Knows no Telegram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.office.records import Place
    from bot.screens import Screen


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived as this message."""

    message: int


@dataclass(frozen=True, slots=True)
class Later:
    """It certainly did not arrive: this chat again after `seconds`."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """It never left: the service cannot be reached at all, so that nobody's message would."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody can know whether it arrived."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """This message will not be taken, however often it is tried; the chat itself may be in order."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The person blocks the bot, or the bot is out of the group."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has another id now."""

    chat: int


Outcome = Sent | Later | Unreachable | Uncertain | Refused | Gone | Moved


class Sender(Protocol):
    """Sends one message; never raises for what the service or the network does."""

    async def turn(self, place: Place) -> None:
        """Waits until a message may go there without offending against the service's limits."""

    async def send(self, place: Place, screen: Screen) -> Outcome:
        """What became of it."""
