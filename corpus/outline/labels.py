"""The label a line begins with: numbering of every convention in use, and bullets. Knows one line, no context."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from corpus.lines import CAPITALS, is_capital


class Family(IntEnum):
    """Families of labels, the outer before the inner where a directive does not say otherwise."""

    ANNEX = 0
    PART = 1
    CHAPTER = 2
    SECTION = 3
    ARTICLE = 4
    LETTER_CAPITAL = 5
    ROMAN = 6
    TITLE = 7
    ARABIC = 8
    DOTTED_2 = 9
    DOTTED_3 = 10
    DOTTED_4 = 11
    DOTTED_5 = 12
    BRACKET = 13
    LETTER = 14
    ROMAN_SMALL = 15
    LETTER_NUMBER = 16
    DASH = 20
    STAR = 21
    DOT = 22
    CIRCLE = 23
    PLUS = 24


BULLETS = frozenset({Family.DASH, Family.STAR, Family.DOT, Family.CIRCLE, Family.PLUS})
DIVISIONS = frozenset({Family.PART, Family.CHAPTER, Family.SECTION, Family.ARTICLE})


@dataclass(frozen=True, slots=True)
class Label:
    """A label as read: its family, its form in a path, its place in the sequence (None for bullets), the rest."""

    family: Family
    text: str
    order: int | None
    rest: str


_PREFIXES = {Family.PART: "Ph", Family.CHAPTER: "C", Family.SECTION: "M", Family.ARTICLE: "Đ"}
_ORDINALS = {
    "nhất": 1,
    "một": 1,
    "hai": 2,
    "ba": 3,
    "tư": 4,
    "bốn": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
    "mười": 10,
}
_ALPHABET = "abcdđeghiklmnopqrstuvxy"
_DIVISION = re.compile(
    r"(?P<word>PHẦN|Phần|CHƯƠNG|Chương|MỤC|Mục|ĐIỀU|Điều)\s+(?:(?:THỨ|thứ)\s+(?P<ordinal>\w+)|(?P<number>[IVXLC]+|\d{1,3}[a-zđ]?))"
    rf"(?P<after>\s*[.:\-–—]\s*|\s*$|\s+(?=[{CAPITALS}]))(?P<rest>.*)",
    re.DOTALL,
)
_FAMILY_OF_WORD = {"phần": Family.PART, "chương": Family.CHAPTER, "mục": Family.SECTION, "điều": Family.ARTICLE}
_ROMAN = re.compile(r"(?P<label>[IVXLl1]{1,7})(?P<after>\s*[.:/)]\s*|\s*[-–—]\s*|\s+)(?P<rest>\S.*)", re.DOTALL)
_ROMAN_BARE = re.compile(r"[IVX]{1,6}[.:]?")
_CAPITAL = re.compile(r"(?P<label>[A-HK-UĐ])(?:\s*[.:)]\s*|\s*[-–—]\s*|\s*/\s+)(?P<rest>\S.*)", re.DOTALL)
_DOTTED = re.compile(
    r"(?P<label>(?:\d{1,2}|[IVX]{1,5})(?:\.\d{1,2}){1,4})(?P<after>\s*[.)/:]\s*|\s*[-–—]\s+|\s+)(?P<rest>\S.*)",
    re.DOTALL,
)
_ARABIC = re.compile(r"(?P<label>\d{1,3})(?P<after>\s*[.:]\s*|\s*[-–—/]\s+)(?P<rest>\S.*)", re.DOTALL)
_BRACKET = re.compile(r"\(?(?P<label>\d{1,2})\)\s*(?P<rest>\S.*)", re.DOTALL)
_LETTER = re.compile(
    r"(?:\((?P<open>[a-zđ])\)|(?P<label>[a-zđ])(?:\s*\)|\.(?=\s)|\s?/(?=\s)))[.:]?\s*(?P<rest>\S.*)", re.DOTALL
)
_ROMAN_SMALL = re.compile(r"\((?P<label>[ivx]{1,5})\)\s*(?P<rest>\S.*)", re.DOTALL)
_LETTER_NUMBER = re.compile(r"(?P<label>[a-zđ]\.?\d{1,2})(?:\s*\)|\.(?=\s))[.:]?\s*(?P<rest>\S.*)", re.DOTALL)
_BULLET = re.compile(
    rf"(?P<glyph>[-–—−+*•●∙·▪■◾◦○►➢➤✓✔\uf0b7\uf02d\uf0a7])\s*(?P<rest>\S.*)|(?P<word>o)\s+(?P<late>[{CAPITALS}].*)",
    re.DOTALL,
)
_GLYPHS = dict.fromkeys("-–—−\uf02d", Family.DASH) | {
    "+": Family.PLUS,
    "*": Family.STAR,
    "◦": Family.CIRCLE,
    "○": Family.CIRCLE,
}


def read_label(text: str) -> Label | None:
    """The label with which `text` (a bare line) begins, or None. Ranges, dates and document numbers are not labels."""
    first = text[:1]
    if first.isdigit():
        return _dotted(text) or _arabic(text) or _bracket(text)
    if first == "(":
        return _small_roman(text) or _bracket(text) or _letter(text)
    if first in "PCMĐ":
        found = _division(text)
        if found:
            return found
    if first.isupper() or first == "l":
        found = _dotted(text) or _roman(text) or _capital(text)
        if found:
            return found
    if first.islower():
        return _letter(text) or _letter_number(text) or _bullet(text)
    return _bullet(text)


def _division(text: str) -> Label | None:
    m = _DIVISION.match(text)
    if not m:
        return None
    family = _FAMILY_OF_WORD[m["word"].lower()]
    rest = m["rest"].strip()
    # "Điều 5 Luật ..." goes on a sentence; "Điều 5. Tổ chức thực hiện" does not.
    if not m["after"].strip() and rest and not (is_capital(rest) and m["word"].isupper()):
        return None
    number = m["number"]
    if number is None:
        order = _ORDINALS.get(m["ordinal"].lower())
        if order is None:
            return None
        return Label(family, f"{_PREFIXES[family]}{order}", order, rest)
    value = roman_value(number) if not number[0].isdigit() else int(re.sub(r"\D", "", number))
    suffix = number if number[0].isdigit() else str(value)
    return Label(family, f"{_PREFIXES[family]}{suffix}", value, rest)


def _roman(text: str) -> Label | None:
    m = _ROMAN.match(text)
    if not m:
        bare = _ROMAN_BARE.fullmatch(text)
        return Label(Family.ROMAN, text.rstrip(".:"), roman_value(text.rstrip(".:")), "") if bare else None
    label = m["label"].replace("l", "I").replace("1", "I")
    rest = m["rest"]
    value = roman_value(label)
    after = m["after"].strip()
    # Without capitals after it, "Il." is a word, "I " a sentence, "V/v" no number.
    doubtful = m["label"] != label or not after or (after == "/" and not m["after"].endswith(" "))
    if not value or (doubtful and not is_capital(rest)):
        return None
    # "V - 2025", "X - quang": a dash without space on either side joins words or numbers.
    if not rest[:1].isupper() and rest[:1] not in "“\"'(" and not rest[:1].isalpha():
        return None
    if after in "-–—" and m["after"] == after and not is_capital(rest):
        return None
    return Label(Family.ROMAN, label, value, rest)


def _capital(text: str) -> Label | None:
    m = _CAPITAL.match(text)
    if not m or not is_capital(m["rest"]):
        return None
    order = _ALPHABET.find(m["label"].lower()) + 1
    return Label(Family.LETTER_CAPITAL, m["label"], order or None, m["rest"])


def _dotted(text: str) -> Label | None:
    m = _DOTTED.match(text)
    if not m:
        return None
    rest = m["rest"]
    if not m["after"].strip() and not (rest[:1].isupper() or rest[:1] in "“\"'("):
        return None
    if rest[:1] in "%,;" or (m["after"].strip() in ("-", "–", "—") and rest[:1].isdigit() and "%" in rest[:8]):
        return None
    parts = m["label"].split(".")
    family = (Family.DOTTED_2, Family.DOTTED_3, Family.DOTTED_4, Family.DOTTED_5)[len(parts) - 2]
    return Label(family, m["label"], int(parts[-1]), rest)


def _arabic(text: str) -> Label | None:
    m = _ARABIC.match(text)
    if not m:
        return None
    rest, after = m["rest"], m["after"]
    glued = after == after.strip()
    if glued and (rest[:1].isdigit() or rest[:1].islower()):
        return None
    if after.strip() not in (".", ":") and not (rest[:1].isupper() or rest[:1] in "“\"'("):
        return None
    if rest[:1] in "%,;)" or int(m["label"]) == 0:
        return None
    return Label(Family.ARABIC, str(int(m["label"])), int(m["label"]), rest)


def _bracket(text: str) -> Label | None:
    m = _BRACKET.match(text)
    if not m or m["rest"][:1] in ",;.)":
        return None
    return Label(Family.BRACKET, str(int(m["label"])), int(m["label"]), m["rest"])


def _letter(text: str) -> Label | None:
    m = _LETTER.match(text)
    if not m:
        return None
    letter = m["label"] or m["open"]
    order = _ALPHABET.find(letter) + 1
    return Label(Family.LETTER, letter, order or None, m["rest"])


def _small_roman(text: str) -> Label | None:
    m = _ROMAN_SMALL.match(text)
    if not m:
        return None
    return Label(Family.ROMAN_SMALL, m["label"], roman_value(m["label"].upper()), m["rest"])


def _letter_number(text: str) -> Label | None:
    m = _LETTER_NUMBER.match(text)
    if not m:
        return None
    return Label(Family.LETTER_NUMBER, m["label"], int(re.sub(r"\D", "", m["label"])), m["rest"])


def _bullet(text: str) -> Label | None:
    m = _BULLET.match(text)
    if not m:
        return None
    if m["word"]:
        return Label(Family.CIRCLE, "o", None, m["late"])
    glyph, rest = m["glyph"], m["rest"]
    if rest[:1] == glyph or not any(c.isalnum() for c in rest):
        return None
    return Label(_GLYPHS.get(glyph, Family.DOT), glyph, None, rest)


def roman_value(text: str) -> int:
    """The value of a Roman number; 0 when it is none."""
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    total = 0
    for this, following in zip(text, [*text[1:], ""], strict=True):
        value = values.get(this, 0)
        if not value:
            return 0
        total += -value if following and values.get(following, 0) > value else value
    return total
