"""How a citation reads to people: number, title and place in the directive, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.document import shorten

if TYPE_CHECKING:
    from bot.texts import Texts
    from index.answers import Citation

TITLE_LIMIT = 140
LABEL_LIMIT = 40

_BULLET = re.compile(r"-(\d+)")
_PARAGRAPH = re.compile(r"p(\d+)")
_ANNEX = re.compile(r"PL(\d*)")


def place_in_words(path: str, texts: Texts) -> str:
    """A clause path (CONTRACT.md) as people say it: `II.4.-1` is "mục II.4, gạch đầu dòng 1"."""
    parts: list[str] = []
    numbers: list[str] = []
    for label in path.split("."):
        if found := _BULLET.fullmatch(label):
            words = texts("cite.bullet", number=found[1])
        elif found := _PARAGRAPH.fullmatch(label):
            words = texts("cite.paragraph", number=found[1])
        elif found := _ANNEX.fullmatch(label):
            words = texts("cite.annex", number=found[1]) if found[1] else texts("cite.annex.only")
        elif label == "end":
            words = texts("cite.end")
        elif label == "0" and not numbers:
            words = texts("cite.front")
        else:
            numbers.append(label)
            continue
        parts += _section(numbers, texts)
        numbers.clear()
        parts.append(words)
    return ", ".join([*parts, *_section(numbers, texts)])


def citation_line(citation: Citation, texts: Texts) -> str:
    """`số hiệu – trích yếu – mục`, leaving out what the directive does not say."""
    title = shorten(citation.title, TITLE_LIMIT) if citation.title else None
    place = place_in_words(citation.path, texts)
    if citation.page is not None:
        place += f", {texts('cite.page', number=citation.page)}"
    names = [name for name in (citation.number, title) if name] or [citation.directive]
    return " – ".join([*names, place])


def citation_label(citation: Citation, texts: Texts) -> str:
    """A citation on a button: the directive and the place, in few characters."""
    name = citation.number or citation.title or citation.directive
    place = place_in_words(citation.path, texts)
    return f"{shorten(name, LABEL_LIMIT - min(len(place), 20))} · {place}"


def _section(numbers: list[str], texts: Texts) -> list[str]:
    return [texts("cite.path", number=".".join(numbers))] if numbers else []
