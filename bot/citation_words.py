"""How a citation reads to people: number, title and place in the directive, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.message_blocks import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.texts import Texts
    from index.answers import Citation

TITLE_LIMIT = 140
LABEL_LIMIT = 40

_ROW = re.compile(r"\|(?P<cells>.*)\|", re.DOTALL)
_MARKS = re.compile(r"^#{1,6} +|\*\*|__")
_ROMAN = re.compile(r"[IVXLC]+")

# Labels that have a name of their own, as `corpus.outline` writes them; any other is part of a section's number.
_NAMED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"[-+](?P<number>\d+)", "cite.bullet"),
        (r"p(?P<number>\d+)", "cite.paragraph"),
        (r"r(?P<number>\d+)", "cite.row"),
        (r"note(?P<number>\d*)", "cite.note"),
        (r"PL(?P<number>\w*)", "cite.annex"),
        (r"Ph(?P<number>\w*)", "cite.part"),
        (r"C(?P<number>\d+)", "cite.chapter"),
        (r"M(?P<number>\d+)", "cite.division"),
        (r"Đ(?P<number>\d\w*)", "cite.article"),
        (r"end(?P<number>)", "cite.end"),
    )
)


def place_in_words(path: str, texts: Texts) -> str:
    """A clause path as people say it: `II.4.-1` is "mục II.4, gạch đầu dòng 1"."""
    parts: list[str] = []
    numbers: list[str] = []
    in_article = False
    for position, label in enumerate(path.split(".")):
        words = _in_words(label, texts, first=position == 0, in_article=in_article)
        if words is None:
            numbers.append(label)
            continue
        parts += _section(numbers, texts)
        numbers.clear()
        parts.append(words)
        in_article = in_article or label.startswith("Đ")
    return ", ".join([*parts, *_section(numbers, texts)])


def _in_words(label: str, texts: Texts, *, first: bool, in_article: bool) -> str | None:
    """The words for one label; None when it belongs to a section's number."""
    for pattern, key in _NAMED:
        if found := pattern.fullmatch(label):
            return texts(key, number=found["number"]).strip()
    if first and label == "0":
        return texts("cite.front")
    if first and len(label) > 1 and label.isalpha() and label.isupper() and not _ROMAN.fullmatch(label):
        return texts("cite.attached")
    if in_article and not _ROMAN.fullmatch(label):
        return texts("cite.point" if label.isalpha() else "cite.item", number=label)
    return None


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


def _section(numbers: list[str], texts: Texts) -> list[str]:
    return [texts("cite.path", number=".".join(numbers))] if numbers else []
