"""Which feature answers what, and who may call it: the table of commands, presses and expected inputs, with its gate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from bot.callbacks import decode
from bot.office.records import ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, OfferedFile, Pressed, Visit
    from bot.office.records import Place

Kind = Literal["private", "group"]
EVERYWHERE: frozenset[Kind] = frozenset({"private", "group"})
PRIVATE: frozenset[Kind] = frozenset({"private"})
GROUP: frozenset[Kind] = frozenset({"group"})
EVERYONE: frozenset[Role] = frozenset(ROLES)
ADMINS: frozenset[Role] = frozenset({"admin"})
CLERKS: frozenset[Role] = frozenset({"admin", "clerk"})

_COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may, and where. `strangers` too; `bound`: in a group only once it belongs to a unit (it shows directives)."""

    roles: frozenset[Role] = EVERYONE
    places: frozenset[Kind] = EVERYWHERE
    strangers: bool = False
    bound: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """`/name words`; `handle` gets the words. `menu`: offered in Telegram's list of commands (text `command.<name>`)."""

    name: str
    handle: Callable[[Visit, Incoming, str], Sequence[Reply]]
    rights: Rights = Rights()
    menu: bool = True


@dataclass(frozen=True, slots=True)
class Press:
    """A button's area; `handle` gets the arguments of its data and raises ValueError for ones it never made.

    `turns`: a second press turns back what the first one turned, so that one press must never count twice.
    """

    area: str
    handle: Callable[[Visit, Pressed, tuple[str, ...]], Sequence[Reply]]
    rights: Rights = Rights()
    turns: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """A message that was asked for (`bot.office.expected_input`); `handle` gets what was kept with the request."""

    kind: str
    handle: Callable[[Visit, Incoming, dict[str, Any]], Sequence[Reply]]
    rights: Rights = Rights()


@dataclass(frozen=True, slots=True)
class Files:
    """Files sent in private; `handle` decides before anything is fetched."""

    handle: Callable[[Visit, OfferedFile], Sequence[Reply]]
    rights: Rights = Rights()


@dataclass(frozen=True, slots=True)
class Chores:
    """What nobody asks for: `resume` gives, at the start, what an earlier run left half done, with where; `tidy` is
    called now and then."""

    resume: Callable[[], Sequence[tuple[Place, Sequence[Reply]]]]
    tidy: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Routes:
    """What one feature answers."""

    commands: tuple[Command, ...] = ()
    presses: tuple[Press, ...] = ()
    inputs: tuple[Input, ...] = ()
    files: Files | None = None
    chores: Chores | None = None


class Feature(Protocol):
    """A part of the desk."""

    def routes(self) -> Routes:
        """What it answers."""


Refusal = Literal["stranger", "role", "private_only", "group_only", "unbound"]


def refusal(rights: Rights, visit: Visit) -> Refusal | None:
    """Why a visitor may not; None when they may."""
    role = visit.person.role
    if role is None:
        here = "group" if visit.place.group else "private"
        return None if rights.strangers and here in rights.places else "stranger"
    if role not in rights.roles:
        return "role"
    if visit.place.group and "group" not in rights.places:
        return "private_only"
    if not visit.place.group and "private" not in rights.places:
        return "group_only"
    if visit.place.group and rights.bound and visit.group_unit is None:
        return "unbound"
    return None


class Table:
    """All routes by name.

    Raises:
        ValueError: two features claim the same name.
    """

    def __init__(self, features: Iterable[Feature]) -> None:
        self.commands: dict[str, Command] = {}
        self.presses: dict[str, Press] = {}
        self.inputs: dict[str, Input] = {}
        self.files: Files | None = None
        self.chores: list[Chores] = []
        for feature in features:
            routes = feature.routes()
            _add(self.commands, ((c.name, c) for c in routes.commands))
            _add(self.presses, ((p.area, p) for p in routes.presses))
            _add(self.inputs, ((i.kind, i) for i in routes.inputs))
            self.files = routes.files or self.files
            self.chores += [routes.chores] if routes.chores else []

    def press(self, data: str) -> tuple[Press, tuple[str, ...]] | None:
        """The route of a button and its arguments; None for data that no feature makes (any more)."""
        found = decode(data)
        route = self.presses.get(found[0]) if found else None
        return (route, found[1]) if route and found else None


def command_in(text: str) -> tuple[str, str] | None:
    """The command a message gives, in lower case, and the words after it; None for other text."""
    found = _COMMAND.fullmatch(text.strip())
    return (found["name"].lower(), (found["rest"] or "").strip()) if found else None


def bot_named_in(text: str) -> str | None:
    """The bot that a command is meant for (`/hoi@Bot`), if it says."""
    found = _COMMAND.fullmatch(text.strip())
    return found["bot"] if found else None


def _add(table: dict[str, Any], routes: Iterable[tuple[str, Any]]) -> None:
    for name, route in routes:
        if name in table:
            raise ValueError(f"two features answer {name!r}")
        table[name] = route
