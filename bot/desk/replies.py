"""What the desk answers with, whatever the surface: things to say, to show in place, to hand over, to look for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.office.records import Place, Role
    from bot.screens import Screen
    from bot.texts import Texts
    from index.answers import Question


@dataclass(frozen=True, slots=True)
class Say:
    """A new message. `quoting`: as a reply to the message (or the pressed one) that it answers."""

    screen: Screen
    quoting: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """The message whose button was pressed becomes this; a new message when nothing was pressed."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class Toast:
    """A line over the screen after a press; `alert` waits for a tap. A message when nothing was pressed."""

    text: str
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Attach:
    """A file (or a picture) with a caption. `name` is ASCII."""

    name: str
    content: bytes
    caption: str
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Tell:
    """A message to another chat than the one being answered. `once` is asked right before: False if it was told."""

    place: Place
    screen: Screen
    once: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands offered in a person's private chat become those of their role; None: the general ones."""

    person: int
    role: Role | None


@dataclass(frozen=True, slots=True)
class Asking:
    """A question still to be answered (slow): `Desk.answer` gives what to show.

    `number` is its row in the record; `shown` are the messages that carry an earlier answer to the same message;
    `pressed` is true when the person did not type it, so that the answer repeats it.
    """

    place: Place
    question: Question
    number: int
    texts: Texts
    shown: tuple[int, ...] = ()
    pressed: bool = False


@dataclass(frozen=True, slots=True)
class Working:
    """Something slow: the chat shows `screen` until `work` has answered; its first Say or Turn takes that place.

    The pressed message shows it, or `message`, or a new one; `shown` is told which one does.
    """

    screen: Screen
    work: Callable[[], Sequence[Reply]]
    shown: Callable[[int], object] | None = None
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """The file that was offered is wanted at `path`; then comes the work, or `lost` when it could not be fetched."""

    path: Path
    working: Working
    lost: Callable[[], Sequence[Reply]]


@dataclass(frozen=True, slots=True)
class Status:
    """The chat shows `screen`, in `message` or a new one; `shown` is told which message does."""

    screen: Screen
    shown: Callable[[int], object]
    message: int | None = None


@dataclass(frozen=True, slots=True)
class FetchPhoto:
    """The photo that the surface knows as `reference` is wanted at `path`; `came` is told whether it is there."""

    reference: str
    path: Path
    came: Callable[[bool], object]


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is to be done for so many seconds."""

    seconds: float


Step = Status | FetchPhoto | Pause | Working


@dataclass(frozen=True, slots=True)
class Gather:
    """Photos that come one by one: `step` is asked for the next thing to do (it may block), until it gives None.

    It goes on beside the chat's next messages: the next photo is one of them.
    """

    step: Callable[[], Step | None]


Reply = Say | Turn | Toast | Attach | Tell | Menu | Working | Fetch | Gather | Asking
