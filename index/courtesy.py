"""Thanks, greetings and nods: what people say without asking anything. Knows no question and no directive."""

from __future__ import annotations

import re
from functools import cache

from corpus.data_files import load_yaml
from corpus.text import fold


def is_courtesy(text: str) -> bool:
    """True when a message is thanks, a greeting or a nod and nothing else, typed with or without diacritics."""
    return bool(_pattern().fullmatch(" ".join(re.findall(r"\w+", fold(text)))))


@cache
def _pattern() -> re.Pattern[str]:
    rows: dict[str, list[str]] = load_yaml("index", "data/courtesies.yaml")
    said, around = ("|".join(map(fold, rows[name])) for name in ("said", "around"))
    return re.compile(rf"(?:(?:{around}) )*(?:{said})(?: (?:{said}|{around}))*")
