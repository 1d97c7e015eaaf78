"""What a button carries: short, versioned, stateless data of at most 64 bytes, so that buttons survive restarts.

=============== ==================================================================
`v1:c:<token>`  open a clause; the token is `corpus.identity.clause_token`
`v1:s:<number>` ask the suggestion with that number in the message the button is on
`v1:g:<number>` turn to that page of the guide (0 is the introduction)
=============== ==================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass

VERSION = "v1"
DATA_LIMIT = 64

_DATA = re.compile(r"v1:(?:c:(?P<token>[0-9a-f]{16})|s:(?P<suggestion>[1-9]\d?)|g:(?P<page>\d{1,2}))")


@dataclass(frozen=True, slots=True)
class OpenClause:
    """Show the clause that a token stands for."""

    token: str


@dataclass(frozen=True, slots=True)
class AskSuggestion:
    """Ask the suggestion that stands under `number` (from 1) in the message."""

    number: int


@dataclass(frozen=True, slots=True)
class TurnGuide:
    """Show page `page` (from 0) of the guide."""

    page: int


Press = OpenClause | AskSuggestion | TurnGuide


def encode(press: Press) -> str:
    """The callback data of a button."""
    match press:
        case OpenClause(token):
            return f"{VERSION}:c:{token}"
        case AskSuggestion(number):
            return f"{VERSION}:s:{number}"
        case TurnGuide(page):
            return f"{VERSION}:g:{page}"


def decode(data: str) -> Press | None:
    """What a press means; None for data of another version or of somebody else's making."""
    found = _DATA.fullmatch(data)
    if found is None:
        return None
    if found["token"]:
        return OpenClause(found["token"])
    if found["suggestion"]:
        return AskSuggestion(int(found["suggestion"]))
    return TurnGuide(int(found["page"]))
