"""Lists to choose from: one row a choice, the four paging buttons below. Knows no feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.message_blocks import shorten
from bot.screens import Button, page_targets, paging, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.office.records import Unit
    from bot.texts import Texts

IN_PAGE = 8
LABEL_LIMIT = 40

Rows = tuple[tuple[Button, ...], ...]


def page_of(count: int, page: int, in_page: int = IN_PAGE) -> tuple[int, int, slice]:
    """The page that exists nearest to `page` (from 0), how many there are, and which items stand on it."""
    pages = max(1, -(-count // in_page))
    page = min(max(page, 0), pages - 1)
    return page, pages, slice(page * in_page, (page + 1) * in_page)


def chosen_from(
    texts: Texts, choices: Sequence[Button], page: int, turn: Callable[[int], str], *, width: int = 1
) -> Rows:
    """A page of choices, `width` a row, and the paging buttons; `turn` gives the callback data of a page."""
    here = page_of(len(choices), page)[2]
    return chosen_page(texts, choices[here], page, len(choices), turn, width=width)


def chosen_page(
    texts: Texts, choices: Sequence[Button], page: int, count: int, turn: Callable[[int], str], *, width: int = 1
) -> Rows:
    """As `chosen_from`, when only the choices of that page are at hand, of `count` in all."""
    page, pages, _ = page_of(count, page)
    row = paging(texts, page, pages, [turn(to) for to in page_targets(page, pages)])
    return (*rows_of(choices, width), *((row,) if row else ()))


def unit_choices(
    units: Sequence[Unit], data: Callable[[int], str], ticked: frozenset[int] | None = None
) -> list[Button]:
    """A button for each unit; with `ticked`, marked as in or out."""
    marks = {True: "☑ ", False: "☐ "} if ticked is not None else {True: "", False: ""}
    return [Button(marks[unit.id in (ticked or ())] + shorten(unit.name, LABEL_LIMIT), data(unit.id)) for unit in units]


def back(texts: Texts, area: str, *arguments: object) -> tuple[Button, ...]:
    """The row that leads back."""
    return (Button(texts("button.back"), encode(area, *arguments)),)
