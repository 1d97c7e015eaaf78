"""What a person sees of one reply: message blocks and rows of buttons. Knows no Telegram and no terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.message_blocks import Block, paragraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.texts import Texts

BUTTONS_IN_ROW = 3


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it says, and either its callback data or a link it opens."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """One thing shown: its blocks in order, and rows of buttons."""

    blocks: tuple[Block, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()


def notice(*paragraphs: str, buttons: Sequence[Sequence[Button]] = ()) -> Screen:
    """Sentences of the bot's own, one paragraph each."""
    return Screen(tuple(paragraph(text) for text in paragraphs), tuple(tuple(row) for row in buttons))


def rows_of(buttons: Sequence[Button], width: int = BUTTONS_IN_ROW) -> tuple[tuple[Button, ...], ...]:
    """Buttons in rows of at most `width`."""
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))


def paging(texts: Texts, page: int, pages: int, data: Sequence[str]) -> tuple[Button, ...]:
    """The four buttons under every list: first, previous, next, last page.

    `data` holds their callback data for those pages in that order. Empty for a list of one page; a button that would
    lead nowhere new stays in its place, so that thumbs find the others where they were.
    """
    if pages <= 1:
        return ()
    keys = ("page.first", "page.previous", "page.next", "page.last")
    return tuple(Button(texts(key, page=page + 1, pages=pages), where) for key, where in zip(keys, data, strict=True))


def page_targets(page: int, pages: int) -> tuple[int, int, int, int]:
    """The pages (from 0) that the four buttons lead to."""
    return 0, max(page - 1, 0), min(page + 1, pages - 1), pages - 1
