"""What stands on a page put in reading order: blocks side by side, tables in their place. Knows no file format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.readers.page_paragraphs import Page
from corpus.readers.page_words import in_reading_order, lines_of
from corpus.readers.ruled_tables import inside, ruled_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.readers.page_words import Word
    from corpus.readers.ruled_tables import Rule

_BETWEEN_TABLES = 1000
"""Added to the numbers of blocks below each table, so that nothing above it goes on below."""


def arranged(words: Sequence[Word], height: float, rules: Sequence[Rule] = ()) -> Page:
    """Lines and tables of a page, from top to bottom."""
    tables = ruled_tables(rules, words) if len(rules) >= 4 else []
    lines = lines_of([word for word in words if not any(inside(word, table) for table in tables)])
    page = Page(height)
    at = 0
    for number, table in enumerate([*tables, None]):
        above = [line for line in lines[at:] if table is None or line.base < table.top + 1]
        for line in in_reading_order(above):
            line.block += number * _BETWEEN_TABLES
            page.things.append(line)
        at += len(above)
        if table is not None:
            page.things.append((table.top, table.grid))
    return page
