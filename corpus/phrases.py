"""Finding many fixed phrases in one linear pass; knows nothing of what the phrases mean."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from corpus.text import place_tones

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

T = TypeVar("T")

_WORD = re.compile(r"\w+", re.UNICODE)
_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "‑": "-", "‐": "-"})


def levelled(text: str) -> str:
    """Lower case with tone marks placed and dashes unified, letter for letter as long as `text` (NFC).

    Where a letter's small form is longer (outside Vietnamese), only the marks that keep the length are changed.
    """
    low = text.lower()
    if len(low) != len(text):
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    placed = place_tones(low).translate(_DASHES)
    return placed if len(placed) == len(text) else low.translate(_DASHES)


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A phrase at `start:end` of the text, and what it stands for."""

    start: int
    end: int
    value: T


class PhraseTable(Generic[T]):
    """Phrases with their values; at each word the longest phrase wins, and found phrases do not overlap.

    Phrases are compared levelled (see `levelled`): case, tone placement and dashes do not matter.
    """

    def __init__(self, phrases: Mapping[str, T]) -> None:
        by_word: defaultdict[str, list[tuple[str, T]]] = defaultdict(list)
        for phrase, value in phrases.items():
            key = levelled(phrase)
            first = _WORD.match(key)
            if first is None:
                raise ValueError(f"a phrase must begin with a word: {phrase!r}")
            by_word[first[0]].append((key, value))
        self._by_word = {w: sorted(found, key=lambda p: -len(p[0])) for w, found in by_word.items()}

    def find(self, text: str) -> Iterator[Found[T]]:
        """Phrases in `text`, from left to right."""
        yield from self.find_levelled(levelled(text))

    def find_levelled(self, low: str) -> Iterator[Found[T]]:
        """The same for a text that is levelled already."""
        position = 0
        for word in _WORD.finditer(low):
            if word.start() < position:
                continue
            found = self.at(low, word.start(), first=word[0])
            if found is not None:
                position = found.end
                yield found

    def at(self, low: str, start: int, *, first: str | None = None) -> Found[T] | None:
        """The longest phrase that begins exactly at `start` of a levelled text."""
        if first is None:
            word = _WORD.match(low, start)
            if word is None:
                return None
            first = word[0]
        for phrase, value in self._by_word.get(first, ()):
            end = start + len(phrase)
            if low.startswith(phrase, start) and not (end < len(low) and _joins(low[end - 1]) and _joins(low[end])):
                return Found(start, end, value)
        return None


def _joins(character: str) -> bool:
    return character.isalnum() or character == "_"
