"""Officials' abbreviations written out (corpus/data/abbreviations.yaml); knows no bodies and no places."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_DATA = Path(__file__).parent / "data" / "abbreviations.yaml"


@cache
def _readings() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Readings by abbreviation: those known in any case (keys in small letters), and those known only in capitals."""
    data: dict[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    anyhow = {str(k).lower(): _several(v) for k, v in data["words"].items()}
    capitals = {str(k): _several(v) for k, v in data["capitals"].items()}
    return anyhow, capitals


def _several(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@cache
def _pattern() -> re.Pattern[str]:
    anyhow, capitals = _readings()
    spelled = sorted({*anyhow, *(c.lower() for c in capitals)}, key=lambda w: (-len(w), w))
    # Not inside a document number (12-KH/TU, 5/QĐ-UBND) and not inside a longer abbreviation (KH,CN&MT).
    return re.compile(
        r"(?<![\w&])(?<![\w)][-/,])(?:" + "|".join(map(re.escape, spelled)) + r")(?![\w&])(?![-/,]\w)", re.IGNORECASE
    )


def readings(abbreviation: str) -> tuple[str, ...]:
    """What an abbreviation may stand for; empty when it is none. Capitals matter for those that are also syllables."""
    anyhow, capitals = _readings()
    return capitals.get(abbreviation) or anyhow.get(abbreviation.lower()) or ()


def expand_abbreviations(text: str) -> str:
    """`text` with abbreviations written out: "UBND" → "ủy ban nhân dân".

    An ambiguous one stays and its readings follow in brackets: "KH" → "KH (kế hoạch, khoa học, Khánh Hòa)", so that
    a search finds either. Document numbers are left as they stand.
    """

    def written_out(match: re.Match[str]) -> str:
        found = readings(match[0])
        if not found:
            return match[0]
        if len(found) == 1:
            return found[0]
        return f"{match[0]} ({', '.join(found)})"

    return _pattern().sub(written_out, text)
