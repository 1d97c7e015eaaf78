"""Numbers as people say them ("hai mươi phần trăm", "ba trăm") written in digits; knows no units and no questions."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from corpus.numbers import number_words, parse_number

_LEAST = 10  # below, directives write words as often as digits ("hai lần"), and "năm" is mostly a year
_YEARS = range(1980, 2080)  # written without a dot
_THOUSANDS = {"nghìn": 1_000, "ngàn": 1_000}
_PERCENT = re.compile(r"(?<=\d)\s+phần trăm\b")
_HALF = re.compile(r"(?<!\w)(?:một nửa|phân nửa|nửa)(?= (?:số|dân|hộ|xã|phường|huyện|tổng))", re.IGNORECASE)


@cache
def _run() -> re.Pattern[str]:
    tables = number_words()
    digit = "|".join(tables["digits"])
    more = "|".join([*tables["digits"], *tables["ten"], *tables["hundred"], "linh", "lẻ", *_THOUSANDS])
    return re.compile(rf"(?<![\w-])(?:{digit})(?: (?:{more}))+(?![\w-])|(?<![\w-])(?:mười|chục)(?![\w-])", re.IGNORECASE)


def in_digits(text: str) -> str:
    """`text` with spoken numbers of ten and more in digits, and "nửa số" as 50%.

    Examples: "mười nghìn dân" → "10.000 dân"; "hai mươi phần trăm" → "20%"; "chục triệu" → "10 triệu".
    """
    text = _HALF.sub("50%", _run().sub(_digits, text))
    return _PERCENT.sub("%", text)


def _digits(match: re.Match[str]) -> str:
    words = ["mười" if word == "chục" else word for word in match[0].lower().split()]
    if _run_together(words):
        return match[0]
    head = words[: next((at for at, word in enumerate(words) if word in _THOUSANDS), len(words))]
    factor = _THOUSANDS[words[len(head)]] if len(head) < len(words) else 1
    value, rest = parse_number(" ".join(head)), words[len(head) + 1 :]
    after = parse_number(" ".join(rest)) if rest else 0.0
    if value is None or after is None:
        return match[0]
    total = int(value * factor + after)
    if total < _LEAST:
        return match[0]
    return str(total) if total in _YEARS else f"{total:,}".replace(",", ".")


def _run_together(words: list[str]) -> bool:
    """Two digits one after the other ("hai ba mươi"): not a number anyone can be sure of."""
    digits = number_words()["digits"]
    return any(a in digits and b in digits and digits[a] < _LEAST for a, b in pairwise(words))
