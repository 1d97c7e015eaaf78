"""Names of kinds, bodies and places as a sentence writes them, from the data files."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

import yaml

from corpus.lines import CAPITALS, is_capital
from corpus.text import comparable, place_tones

_AREA = re.compile(
    r"\b(tỉnh ủy|thành ủy|huyện ủy|thị ủy|quận ủy|đảng ủy|đảng bộ|tỉnh|thành phố|huyện|quận|thị xã|xã|phường|thị trấn"
    r"|đặc khu)\s+(?=\S)"
)
_NO_NAMES = ("và", "về", "khóa", "khoá", "tỉnh", "thành", "huyện", "xã", "phường")
_ORDINAL = re.compile(r"(?:khóa|khoá|thứ)\s+([ivxlc]+)\b")
_PROPER = rf"[{CAPITALS}]\w*"
_PROVINCE = re.compile(
    r"(?:\b[Tt]ỉnh(?: ủy| uỷ)?|\b[Tt]hành (?:ủy|uỷ|phố)|\bTP\.?)\s+"
    rf"({_PROPER}(?:\s+-\s+{_PROPER}\s+{_PROPER}|(?:\s+{_PROPER}){{1,2}}))"
)


@cache
def _load(name: str) -> Any:
    return yaml.safe_load(resources.files("corpus").joinpath(f"data/{name}.yaml").read_text(encoding="utf-8"))


@cache
def kinds() -> tuple[str, ...]:
    """Every kind of document, longest name first."""
    return tuple(sorted((kind["name"] for kind in _load("kinds")), key=len, reverse=True))


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for kind in _load("kinds"):
        for code in kind["codes"]:
            codes.setdefault(code, kind["name"])
    return codes


def kind_of_code(code: str) -> str | None:
    """The kind that a number's code stands for ("NQ" → "Nghị quyết"), or None."""
    return _codes().get(code)


def kind_named(text: str) -> str | None:
    """The kind whose name `text` begins with, whatever its case."""
    lower = comparable(text)
    return next((kind for kind in kinds() if re.match(rf"{re.escape(kind.lower())}(?!\w)", lower)), None)


@cache
def bodies(group: str = "") -> tuple[str, ...]:
    """Names of issuing bodies (all, or the `central` or `local` ones), longest first."""
    data = _load("issuers")
    names = data[group] if group else [*data["central"], *data["local"]]
    return tuple(sorted(names, key=len, reverse=True))


def title_words() -> tuple[str, ...]:
    """Words with which a document's title goes on after a comma."""
    return tuple(_load("issuers")["title_goes_on"])


def is_central(issuer: str | None) -> bool:
    """True for a body of the whole country."""
    if not issuer:
        return False
    lower = comparable(issuer)
    return any(comparable(name) in lower for name in bodies("central")) or bool(re.match(r"bộ (?!chỉ huy)", lower))


def sentence_case(text: str) -> str:
    """A name set in capitals as a sentence writes it: "BAN THƯỜNG VỤ TỈNH ỦY" → "Ban Thường vụ Tỉnh ủy"."""
    text = re.sub(r"\s+", " ", text).strip(" .:*")
    if not is_capital(text):
        return text
    lower = place_tones(text.lower()).replace("uỷ", "ủy")
    cased = list(lower)
    spans: list[tuple[int, int]] = []
    for name in bodies():
        wanted = place_tones(name.lower())
        for m in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", lower):
            if not any(start < m.end() and m.start() < end for start, end in spans):
                spans.append(m.span())
                cased[m.start() : m.end()] = place_tones(name)
    for m in _AREA.finditer(lower):
        _name_after(cased, lower, m.end(), spans)
    small = set(_load("issuers")["small"])
    first = re.match(r"\w+", lower)
    if first and not any(start == 0 for start, _ in spans):
        cased[0] = cased[0].upper()
        # "Sở Nội vụ", "Bộ Tài chính": the first word and the one after it.
        second = re.match(r"(?:sở|bộ|cục|hội|đoàn)\s+(\w)(\w*)", lower)
        if second and second[1] + second[2] not in small:
            cased[second.start(1)] = second[1].upper()
    for m in _ORDINAL.finditer(lower):
        cased[m.start(1) : m.end(1)] = m[1].upper()
    return "".join(cased)


def _name_after(cased: list[str], lower: str, at: int, spans: list[tuple[int, int]]) -> None:
    for m in re.finditer(r"[\w.]+", lower[at:]):
        start = at + m.start()
        if any(a <= start < b for a, b in spans) or m.group() in _NO_NAMES:
            return
        cased[start] = lower[start].upper()


def provinces_in(text: str) -> list[str]:
    """Names that follow "tỉnh", "Tỉnh ủy" or "thành phố" in running text, in order, tone marks placed."""
    return [place_tones(re.sub(r"\s+", " ", m[1])) for m in _PROVINCE.finditer(text)]
