"""Words and patterns of goals from `corpus/data/targets.yaml` and `measures.yaml`. Knows no grammar."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from corpus.time_words import FLAGS, alternatives

if TYPE_CHECKING:
    from collections.abc import Iterable


@cache
def _tables(name: str) -> dict[str, Any]:
    text = resources.files("corpus").joinpath(f"data/{name}.yaml").read_text(encoding="utf-8")
    tables: dict[str, Any] = yaml.safe_load(text)
    return tables


def target_words(name: str) -> Any:
    """One list or mapping of `targets.yaml`."""
    return _tables("targets")[name]


def measure_words(name: str) -> list[str]:
    """One list of `measures.yaml`."""
    words: list[str] = _tables("measures")[name]
    return words


def word_class(name: str) -> dict[str, str]:
    """A mapping of class → words turned round: word → class."""
    return {word: kind for kind, words in target_words(name).items() for word in words}


@cache
def any_of(name: str) -> str:
    """Alternatives of a list, or of all lists of a mapping, of `targets.yaml`."""
    words = target_words(name)
    return alternatives(w for ws in words.values() for w in ws) if isinstance(words, dict) else alternatives(words)


@cache
def holds(name: str) -> re.Pattern[str]:
    """Finds a word of the list anywhere in a text."""
    return re.compile(rf"(?<!\w){any_of(name)}(?!\w)", FLAGS)


@cache
def opens(name: str) -> re.Pattern[str]:
    """Matches words of the list at the place asked for, with the white space after them."""
    return re.compile(rf"{any_of(name)}(?!\w)[\s,:]*", FLAGS)


@cache
def closes(name: str) -> re.Pattern[str]:
    """Finds a word of the list right before the end of the region searched."""
    return re.compile(rf"(?<!\w){any_of(name)}[\s,:]*$", FLAGS)


def alternatives_of(words: Iterable[str]) -> str:
    """Alternatives of `time_words`, here for the other modules of this package."""
    return alternatives(words)
