"""The vocabulary of time expressions from `corpus/data/times.yaml`, as pieces of patterns. Knows no grammar."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
MONTH: Final = r"(?:0?[1-9]|1[0-2])"
YEAR: Final = r"(?:19|20)\d\d"
FLAGS: Final = re.IGNORECASE


@cache
def time_words() -> dict[str, Any]:
    """The tables of `corpus/data/times.yaml`."""
    text = resources.files("corpus").joinpath("data/times.yaml").read_text(encoding="utf-8")
    tables: dict[str, Any] = yaml.safe_load(text)
    return tables


def alternatives(words: Iterable[str]) -> str:
    """A non-capturing group of the words, longest first, any white space between their syllables."""
    ordered = sorted({str(w) for w in words}, key=lambda w: (-len(w), w))
    return "(?:" + "|".join(r"\s+".join(map(re.escape, w.split())) for w in ordered) + ")"


def words_of(*names: str) -> str:
    """Alternatives of one or several lists of the data file."""
    tables = time_words()
    return alternatives(w for name in names for w in tables[name])


def marker_words() -> dict[str, str]:
    """Each marker word (lower case, single spaces) → its class."""
    return {word: name for name, words in time_words()["markers"].items() for word in words}
