"""Lists a page at a time, each entry under a number that opens it, and the way back from what was opened.

The way back (`whence`) is a list's own callback data with `_` for `:`, so that it fits into one argument of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.choosing import page_of
from bot.message_blocks import Block, Span, paragraph, shorten
from bot.screens import Button, Screen, page_targets, paging, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.texts import Texts

IN_PAGE = 6
FACT_LIMIT = 300
NUMBERS_IN_ROW = 6  # one or two digits each: they fit side by side on a telephone

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: what it says (the number comes before it), and the data of the button that opens it."""

    spans: tuple[Span, ...]
    data: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list to be shown: its title, notes below that, and the data that turns to a page of it."""

    title: str
    turn: Callable[[int], str]
    notes: tuple[str, ...] = ()
    empty: str = ""
    more: Rows = ()


def list_screen(listing: Listing, entries: Sequence[Entry], page: int, count: int, texts: Texts) -> Screen:
    """The page (from 0) of a list of `count` entries; `entries` are those on the page that `here` gives."""
    page, pages, here = page_of(count, page, IN_PAGE)
    blocks = [paragraph(listing.title, "bold"), *(paragraph(note, "italic") for note in listing.notes)]
    if not entries:
        blocks.append(paragraph(listing.empty))
    numbered = list(enumerate(entries, here.start + 1))
    blocks += [Block((Span(f"{number}. ", "bold"), *entry.spans)) for number, entry in numbered]
    row = paging(texts, page, pages, [listing.turn(to) for to in page_targets(page, pages)])
    numbers = [Button(str(number), entry.data) for number, entry in numbered]
    return Screen(tuple(blocks), (*rows_of(numbers, NUMBERS_IN_ROW), *((row,) if row else ()), *listing.more))


def here(count: int, page: int) -> slice:
    """Which entries stand on a page."""
    return page_of(count, page, IN_PAGE)[2]


def whence(area: str, *arguments: object) -> str:
    """The way back to a list, as one argument."""
    return "_".join([area, *map(str, arguments)])


def way_back(texts: Texts, to: str) -> tuple[Button, ...]:
    """The row that leads back to where `whence` says.

    Raises:
        ValueError: it says nothing that could be a button.
    """
    return (Button(texts("list.back"), encode(*to.split("_"))),)


def facts(*pairs: tuple[str, str]) -> Block:
    """Lines of `label: value`, those without a value left out, long ones cut: a page is to stay one message."""
    spans: list[Span] = []
    for label, value in pairs:
        if value:
            said = "\n".join(shorten(line, FACT_LIMIT) for line in value.split("\n"))
            spans += [Span(("\n" if spans else "") + f"{label}: ", "bold"), Span(said)]
    return Block(tuple(spans))
