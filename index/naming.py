"""How an answer names a directive and a place in it; knows no question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.clause_places import path_in_words
from index.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.store_records import StoredDirective

_TITLE_LIMIT = 90


def name_of(directive: StoredDirective) -> str:
    """How a directive is called in a line: kind and number, or kind and the start of its title."""
    kind = directive.kind or "Văn bản"
    if directive.number:
        return f"{kind} {directive.number}"
    title = directive.title or ""
    if title.lower().startswith(kind.lower()):
        kind, title = title[: len(kind)], title[len(kind) :].strip()
    return shorten(f"{kind} {title}".strip(), _TITLE_LIMIT)


def source(directive: StoredDirective, path: str, chain: Sequence[str] = ()) -> str:
    """`(Kết luận 91-KL/TU, mục II.4, gạch đầu dòng 1, phần “Cải cách bộ máy”)`."""
    heading = chain[-1].partition("(")[0] or chain[-1] if chain else ""  # cut short, its own brackets would stay open
    under = shorten(heading.strip(" :."), 60)
    return f"({name_of(directive)}, {path_in_words(path)}{f', phần “{under}”' if under else ''})"
