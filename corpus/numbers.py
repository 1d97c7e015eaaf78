"""Vietnamese numerals: digits with dots and commas, and small numbers in words. Knows no units and no dates."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

NUMERAL: Final = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?(?![\d])|\d+(?:[.,]\d+)?"
"""Pattern of a number in digits: `1.234,5`, `46,5`, `01`. Holds no groups, so it may stand inside other patterns."""

_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?$")
_ENGLISH_GROUPED = re.compile(r"\d{1,3}(?:,\d{3}){2,}$")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?$")


@cache
def number_words() -> dict[str, Any]:
    """The tables of `corpus/data/numbers.yaml`."""
    text = resources.files("corpus").joinpath("data/numbers.yaml").read_text(encoding="utf-8")
    tables: dict[str, Any] = yaml.safe_load(text)
    return tables


def parse_number(text: str) -> float | None:
    """The value of a numeral in Vietnamese notation, in digits or (below 1000) in words; None when it is not one.

    A dot groups thousands when three digits follow it, otherwise it is a decimal mark as the comma always is:
    `1.234,5` is 1234.5, `46.5` is 46.5, `1,234` is 1.234.
    """
    text = text.strip().lower()
    if _GROUPED.match(text):
        return float(text.replace(".", "").replace(",", "."))
    if _ENGLISH_GROUPED.match(text):
        return float(text.replace(",", ""))
    if _PLAIN.match(text):
        return float(text.replace(",", "."))
    return _parse_words(text.split())


def _parse_words(words: list[str]) -> float | None:
    tables = number_words()
    digits: dict[str, int] = tables["digits"]
    total, last = 0, None
    for word in words:
        if word in digits:
            if last is not None and digits[word] == 10:
                return None
            total, last = total + digits[word], digits[word]
        elif word in tables["ten"] and last is not None:
            total, last = total - last + last * 10, None
        elif word in tables["hundred"] and last is not None:
            total, last = total - last + last * 100, None
        elif word not in {"linh", "lẻ"}:
            return None
    return float(total) if words and (total or words == ["không"]) else None


def count_words() -> str:
    """Pattern of a small number written in one word (`một`, ... `mười`), without groups; `không` and `năm` left out.

    `năm` is also the year and `không` the negation: neither can be told from the number by itself.
    """
    words = [w for w in number_words()["digits"] if w not in ("không", "năm", "tư", "mốt", "lăm", "nhăm", "bẩy")]
    return "|".join(sorted(words, key=len, reverse=True))
