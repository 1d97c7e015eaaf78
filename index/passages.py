"""What is indexed: each clause with its headings as context, each of its sentences alone, and each target's own words.

A passage's key is `directive#path` for the clause and `directive#path@n` for a part of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from corpus.text import collapse
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BOOKMARK = re.compile(r"\[bookmark:[^\]\n]{0,80}\]\s*")
_RULE = re.compile(r"(?<!\S)[-–—_]{3,}(?!\S)")  # a line drawn under a title
CONTEXT_LIMIT = 220
HEADING_LIMIT = 110
CLAUSE_LIMIT = 1400


@dataclass(frozen=True, slots=True)
class Passage:
    """One searchable text. `key` is unique; `embed_text` is what the model sees (it may carry headings)."""

    key: str
    text: str
    embed_text: str


class IndexedClause(Protocol):
    """The fields of a clause, stored or just read, that indexing needs."""

    @property
    def path(self) -> str: ...
    @property
    def parent(self) -> str | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...


def clause_key(directive: str, path: str) -> str:
    """The key of a clause's passage, unique in the index."""
    return f"{directive}#{path}"


def owner_key(passage_key: str) -> str:
    """The key of the clause that a passage belongs to."""
    return passage_key.partition("@")[0]


def directive_of(clause_or_passage_key: str) -> str:
    """The directive that a key belongs to."""
    return clause_or_passage_key.partition("#")[0]


def plain(text: str) -> str:
    """Text without Markdown emphasis, heading marks, table bars and Word's bookmarks: for reading and embedding, never for quoting."""
    bare = _RULE.sub(" ", _BOOKMARK.sub("", text)).replace("**", "").replace("__", "").replace("|", " ")
    return collapse(bare.lstrip("# "))


def heading_chain(path: str, by_path: Mapping[str, IndexedClause]) -> list[str]:
    """Headings of the ancestors, outermost first, each shortened."""
    chain: list[str] = []
    parent = by_path[path].parent if path in by_path else None
    while parent is not None and parent in by_path:
        chain.append(plain(by_path[parent].heading)[:HEADING_LIMIT])
        parent = by_path[parent].parent
    return chain[::-1]


def is_furniture(clause: IndexedClause) -> bool:
    """A page number or running header: kept so that nothing of the source is lost, never found."""
    return clause.kind == "note" and clause.path.startswith("page")


def passages_of(directive: str, title: str | None, clauses: Sequence[IndexedClause]) -> Iterator[Passage]:
    """All passages of the directive with this key and title, in reading order."""
    by_path = {c.path: c for c in clauses}
    for clause in clauses:
        key = clause_key(directive, clause.path)
        chain = heading_chain(clause.path, by_path)
        text = plain(clause.text)
        if not text or is_furniture(clause):
            continue
        context = ". ".join([*([plain(title)[:HEADING_LIMIT]] if title else []), *chain[-2:]])[:CONTEXT_LIMIT]
        in_context = f"{context}. {text[:CLAUSE_LIMIT]}" if context else text[:CLAUSE_LIMIT]
        yield Passage(key=key, text=f"{'. '.join(chain)} {text}", embed_text=in_context)
        if clause.kind in {"end", "front"} and len(text) > CLAUSE_LIMIT:
            continue
        for n, part in enumerate(sentences(text)):
            yield Passage(key=f"{key}@{n}", text=part, embed_text=part[:CLAUSE_LIMIT])
