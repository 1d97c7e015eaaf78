"""The automatic numbers of a Word file, written out as the labels they print. Source: ECMA-376 part 1, §17.9."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_BULLETS = {"\uf0b7": "•", "\uf02d": "-", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf076": "•", "": "•"}
"""Symbols of Word's fonts by the sign that prints the same."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROMANS = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
           (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_LEVELS = 9
_LARGEST = 3000


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    pattern: str
    start: int
    legal: bool
    style: str


class Numbering:
    """Counts a document's numbered paragraphs in the order in which `label` is asked for."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        """Takes the roots of `numbering.xml` and `styles.xml`; either may be missing."""
        self._abstracts: dict[str, dict[int, _Level]] = {}
        self._abstract_of: dict[str, str] = {}
        self._overrides: dict[str, dict[int, _Level | int]] = {}
        self._counters: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[tuple[str, int]] = set()
        self._style_numbers: dict[str, tuple[str | None, int | None, str]] = {}
        self._list_styles: dict[str, str] = {}
        if numbering is not None:
            self._read_numbering(numbering)
        if styles is not None:
            self._read_styles(styles)

    def label(self, properties: etree._Element | None, style: str) -> str:
        """The label that the paragraph prints with a space after it, or an empty text."""
        number, level = self._place(properties, style)
        if not number or number == "0":
            return ""
        abstract = self._abstract_of.get(number)
        levels = self._abstracts.get(abstract or "", {})
        override = self._overrides.get(number, {})
        here = self._level(levels, override, level)
        if abstract is None or here is None:
            return ""
        counters = self._counters[abstract]
        self._count(counters, number, level, here, override)
        if here.form == "none":
            return ""
        if here.form == "bullet":
            return f"{_BULLETS.get(here.pattern, here.pattern)} "

        def value(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            shown = self._level(levels, override, place) or here
            count = counters.get(place, shown.start)
            return written(count, "decimal" if here.legal else shown.form)

        text = _PLACE.sub(value, here.pattern).strip()
        return f"{text} " if text else ""

    def _count(
        self, counters: dict[int, int], number: str, level: int, here: _Level, override: dict[int, _Level | int]
    ) -> None:
        restarted = (number, level) not in self._begun and level in override
        self._begun.add((number, level))
        counters[level] = here.start if restarted or level not in counters else counters[level] + 1
        for deeper in [each for each in counters if each > level]:
            del counters[deeper]

    @staticmethod
    def _level(levels: dict[int, _Level], override: dict[int, _Level | int], level: int) -> _Level | None:
        change = override.get(level)
        if isinstance(change, _Level):
            return change
        found = levels.get(level)
        if found is None or change is None:
            return found
        return _Level(found.form, found.pattern, change, found.legal, found.style)

    def _place(self, properties: etree._Element | None, style: str) -> tuple[str | None, int]:
        own = properties.find(f"{_W}numPr") if properties is not None else None
        number, level = _numbered(own) if own is not None else (None, None)
        seen: set[str] = set()
        based = style
        while (number is None or level is None) and based and based not in seen:
            seen.add(based)
            styled, at, parent = self._style_numbers.get(based, (None, None, ""))
            if number is None and styled is not None:
                number = styled
                abstract = self._abstracts.get(self._abstract_of.get(styled, ""), {})
                linked = next((n for n, each in abstract.items() if each.style == based), None)
                level = linked if linked is not None else at if level is None else level
            based = parent
        return number, max(0, min(level or 0, _LEVELS - 1))

    def _read_numbering(self, root: etree._Element) -> None:
        links: dict[str, str] = {}
        for abstract in root.iter(f"{_W}abstractNum"):
            name = abstract.get(f"{_W}abstractNumId", "")
            self._abstracts[name] = dict(map(_read_level, abstract.iter(f"{_W}lvl")))
            link, own = abstract.find(f"{_W}numStyleLink"), abstract.find(f"{_W}styleLink")
            if link is not None:
                links[name] = link.get(f"{_W}val", "")
            if own is not None:
                self._list_styles[own.get(f"{_W}val", "")] = name
        for name, style in links.items():
            self._abstracts[name] = self._abstracts.get(self._list_styles.get(style, ""), self._abstracts[name])
        for num in root.iter(f"{_W}num"):
            number = num.get(f"{_W}numId", "")
            link = num.find(f"{_W}abstractNumId")
            self._abstract_of[number] = "" if link is None else link.get(f"{_W}val", "")
            self._overrides[number] = {}
            for change in num.iter(f"{_W}lvlOverride"):
                level = _whole(change.get(f"{_W}ilvl"), 0)
                start, whole = change.find(f"{_W}startOverride"), change.find(f"{_W}lvl")
                if whole is not None:
                    self._overrides[number][level] = _read_level(whole)[1]
                elif start is not None:
                    self._overrides[number][level] = _whole(start.get(f"{_W}val"), 1)

    def _read_styles(self, root: etree._Element) -> None:
        for style in root.iter(f"{_W}style"):
            based = style.find(f"{_W}basedOn")
            own = style.find(f"{_W}pPr/{_W}numPr")
            number, level = _numbered(own) if own is not None else (None, None)
            parent = "" if based is None else based.get(f"{_W}val", "")
            self._style_numbers[style.get(f"{_W}styleId", "")] = (number, level, parent)


def written(value: int, form: str) -> str:
    """A number in one of Word's forms: decimal, lowerRoman, upperRoman, lowerLetter, upperLetter, decimalZero."""
    value = max(0, min(value, _LARGEST))
    if form in {"lowerRoman", "upperRoman"}:
        roman = ""
        for unit, sign in _ROMANS:
            count, value = divmod(value, unit)
            roman += sign * count
        return roman.upper() if form == "upperRoman" else roman
    if form in {"lowerLetter", "upperLetter"} and value:
        times, at = divmod(value - 1, len(_LETTERS))
        letters = _LETTERS[at] * (times + 1)
        return letters.upper() if form == "upperLetter" else letters
    return f"{value:02d}" if form == "decimalZero" else str(value)


def _read_level(level: etree._Element) -> tuple[int, _Level]:
    def value(name: str, default: str) -> str:
        node = level.find(f"{_W}{name}")
        return default if node is None else node.get(f"{_W}val", default)

    legal = level.find(f"{_W}isLgl")
    return _whole(level.get(f"{_W}ilvl"), 0), _Level(
        value("numFmt", "decimal"), value("lvlText", ""), _whole(value("start", "1"), 1), legal is not None, value("pStyle", "")
    )


def _numbered(properties: etree._Element) -> tuple[str | None, int | None]:
    number, level = properties.find(f"{_W}numId"), properties.find(f"{_W}ilvl")
    return (
        None if number is None else number.get(f"{_W}val"),
        None if level is None else _whole(level.get(f"{_W}val"), 0),
    )


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else default
