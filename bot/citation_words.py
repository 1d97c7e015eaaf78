"""How a citation reads to people: number, title and place in the directive, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.message_blocks import shorten
from corpus.clause_places import path_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.texts import Texts
    from index.answers import Citation

TITLE_LIMIT = 140
LABEL_LIMIT = 40

_ROW = re.compile(r"\|(?P<cells>.*)\|", re.DOTALL)
_MARKS = re.compile(r"^#{1,6} +|\*\*|__")
_KEYS = {
    "path": "cite.path",
    "bullet": "cite.bullet",
    "paragraph": "cite.paragraph",
    "row": "cite.row",
    "note": "cite.note",
    "annex": "cite.annex",
    "part": "cite.part",
    "chapter": "cite.chapter",
    "division": "cite.division",
    "article": "cite.article",
    "item": "cite.item",
    "point": "cite.point",
    "attached": "cite.attached",
    "front": "cite.front",
    "end": "cite.end",
}


def place_in_words(path: str, texts: Texts) -> str:
    """A clause path as people say it in the catalogue's language: `II.4.-1` is "mục II.4, gạch đầu dòng 1"."""
    return path_in_words(path, lambda name, number: texts(_KEYS[name], number=number))


def for_reading(text: str) -> str:
    """A clause without marks that only a machine wants: Markdown emphasis, heading signs, the bars of a table row."""
    row = _ROW.fullmatch(text.strip())
    if row:
        return " · ".join(cell.strip() for cell in row["cells"].split("|") if cell.strip())
    return _MARKS.sub("", text.strip())


def row_for_reading(cells: Sequence[tuple[str, str]]) -> str:
    """A table row as one line a column, with the column's title; empty cells are left out."""
    return "\n".join(f"{title}: {cell}" if title else cell for title, cell in cells if cell.strip())


def citation_line(citation: Citation, texts: Texts, title_limit: int = TITLE_LIMIT) -> str:
    """`số hiệu – trích yếu – mục`, leaving out what the directive does not say; the title cut to `title_limit`."""
    title = shorten(_capitalised(citation.title), title_limit) if citation.title else None
    place = place_in_words(citation.path, texts)
    if citation.page is not None:
        place += f", {texts('cite.page', number=citation.page)}"
    names = [name for name in (citation.number, title) if name] or [citation.directive]
    return " – ".join([*names, place])


def citation_label(citation: Citation, texts: Texts) -> str:
    """A citation on a button: the directive and the place, in few characters."""
    name = citation.number or _capitalised(citation.title or citation.directive)
    place = place_in_words(citation.path, texts)
    return f"{shorten(name, LABEL_LIMIT - min(len(place), 20))} · {place}"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
