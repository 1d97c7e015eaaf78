"""The printed lines of a text: where each stands, what it says without mark-up, and how the page broke its sentences.

Knows typography only; what a heading or a signature is, is the outline's business.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

import yaml

CAPITALS = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝÐĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
"""Capital letters of Vietnamese, for use inside a character class (the range À-Ỹ holds small letters too)."""
SMALLS = "a-z" + CAPITALS[3:].lower()
"""Small letters of Vietnamese, likewise."""
_BOOKMARK = re.compile(r"\[bookmark:[^\]\n]{0,80}\]")
_HASHES = re.compile(r"^(?:>\s*)*#{1,6}\s*")
_ESCAPE = re.compile(r"\\([-.()*_#+\[\]!&~])")
_UPPER = re.compile(f"[{CAPITALS}]")
_LOWER = re.compile(f"[{SMALLS}]")
_ENOUGH = 400
"""Characters that tell capitals from ordinary writing."""
_RULE = re.compile(r"^[-–—_=*.·•~\s]{3,}$")
_MARKDOWN_RULE = re.compile(r"^\|?(?:\s*:?-{2,}:?\s*\|)*\s*:?-{2,}:?\s*\|?$")
_SINGLE_MARK = re.compile(r"^[*_](?=\S)(.+?)(?<=\S)[*_]$")
_WORD = re.compile(r"\w+")
_NUMBER_FIRST = re.compile(r"\d|[IVX]{1,5}(?!\w)")
_MID_SENTENCE = re.compile(rf"(?<=[{SMALLS}0-9] )([{CAPITALS}]\w*) (\w+)")
_TERMINAL = (".", ";", ":", "!", "?", "…", "./", ".”", '."', ";”")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line with something on it.

    `start` and `end` are offsets into the source, without surrounding white space; `bare` is the line without Markdown
    and converter's debris; `gap` counts the empty lines above, `feed` says that a new page begins here.
    """

    start: int
    end: int
    raw: str
    bare: str
    indent: int
    gap: int
    feed: bool

    @property
    def is_rule(self) -> bool:
        """True for a line drawn with dashes, stars or the like."""
        return bool(_RULE.match(self.raw) or _MARKDOWN_RULE.match(self.raw)) and len(self.raw) >= 3

    @property
    def is_bold(self) -> bool:
        """True when the whole line is marked as bold or as a Markdown heading."""
        return self.raw.startswith("#") or (self.raw.startswith("**") and self.raw.rstrip(" :.").endswith("**"))

    @property
    def is_capital(self) -> bool:
        """True when the letters are capitals (one OCR slip in ten allowed)."""
        return is_capital(self.bare)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of a text were broken.

    `wrapped`: sentences run over several lines, as a PDF gives them. `reach`: where a line and the first word of the
    next together are longer than this, the word did not fit any more and the break may be the printer's.
    `spaced`: an empty line means a new paragraph, because lines within one have none between them.
    `names`: pairs of words seen with a capital inside sentences, so that a line beginning so may go on a sentence.
    """

    wrapped: bool
    reach: int
    spaced: bool
    names: frozenset[str]


@cache
def markers(key: str) -> tuple[str, ...]:
    """The words listed under `key` in `data/headings.yaml`."""
    return tuple(_headings()[key])


@cache
def _headings() -> dict[str, list[str]]:
    text = resources.files("corpus").joinpath("data/headings.yaml").read_text(encoding="utf-8")
    loaded: dict[str, list[str]] = yaml.safe_load(text)
    return loaded


def is_capital(text: str) -> bool:
    """True when at least nine letters in ten are capitals, and there are at least two."""
    upper = len(_UPPER.findall(text, 0, _ENOUGH))
    lower = len(_LOWER.findall(text, 0, _ENOUGH))
    return upper >= 2 and lower * 9 <= upper


def bare(raw: str) -> str:
    """The line without Markdown marks, escapes and bookmarks, white space trimmed."""
    text = raw
    if "[" in text:
        text = _BOOKMARK.sub("", text)
    if "#" in text or ">" in text:
        text = _HASHES.sub("", text.lstrip())
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    if "*" in text or "_" in text:
        text = text.replace("**", "").replace("__", "").strip()
        text = _SINGLE_MARK.sub(r"\1", text)
    return text.strip()


def read_lines(text: str) -> list[Line]:
    """The lines of `text` that hold something, in order."""
    lines: list[Line] = []
    gap, feed, position = 0, False, 0
    for piece in text.split("\n"):
        for part_at, part in _pages(piece):
            if part_at:
                feed = True
            stripped = part.strip()
            if not stripped:
                continue
            lead = len(part) - len(part.lstrip())
            start = position + part_at + lead
            lines.append(Line(start, start + len(stripped), stripped, bare(stripped), _indent(part[:lead]), gap, feed))
            gap, feed = -1, False
        gap += 1
        position += len(piece) + 1
    return lines


def _pages(piece: str) -> list[tuple[int, str]]:
    if "\f" not in piece:
        return [(0, piece)]
    parts, at = [], 0
    for part in piece.split("\f"):
        parts.append((at, part))
        at += len(part) + 1
    return parts


def _indent(lead: str) -> int:
    return len(lead.expandtabs(4))


def layout(lines: list[Line]) -> Layout:
    """How the lines of one directive were broken, judged from all of them together."""
    prose = [line for line in lines if not line.is_rule and "|" not in line.raw and len(line.bare) > 25]
    if not prose:
        return Layout(wrapped=False, reach=0, spaced=False, names=frozenset())
    lengths = sorted(len(line.bare) for line in prose)
    lower = sum(line.bare[0].islower() and line.bare[1:2] not in (")", ".") for line in prose)
    wrapped = lower >= 0.25 * len(prose) and lengths[int(len(lengths) * 0.75)] <= 180
    spaced = sum(line.gap == 0 for line in prose) >= 0.5 * len(prose)
    return Layout(wrapped, _reach(prose), spaced, _names(lines))


def _reach(prose: list[Line]) -> int:
    """Judged from lines that certainly go on, those followed by a small letter: four in five reach farther."""
    lengths = sorted(
        len(line.bare) + 1 + len(following.bare.split(" ", 1)[0])
        for line, following in pairwise(prose)
        if following.bare[0].islower() and following.bare[1:2] not in (")", ".")
    )
    return lengths[len(lengths) // 5] if lengths else 0


def _names(lines: list[Line]) -> frozenset[str]:
    seen: Counter[str] = Counter()
    for line in lines:
        if not line.is_capital:
            seen.update(f"{first} {second}" for first, second in _MID_SENTENCE.findall(line.bare))
    return frozenset(seen)


def finished(text: str) -> bool:
    """True when the text ends as a sentence, a listed item or an introduction does."""
    stripped = text.rstrip("*_ ”\"'»)")
    return text.rstrip("*_ ").endswith(_TERMINAL) or stripped.endswith((".", ";", ":", "!", "?", "…", "/"))


def must_go_on(text: str, following: str = "") -> bool:
    """True when the text cannot end before `following`: a comma, an open bracket, a word that needs another."""
    stripped = text.rstrip("*_ ")
    if stripped.endswith((",", "(", "“")):
        return True
    words = _WORD.findall(stripped[-24:])
    if not words or not stripped[-1:].isalpha():
        return False
    return words[-1] in markers("unfinished") or (
        bool(_NUMBER_FIRST.match(following)) and words[-1] in markers("unfinished_before_number")
    )


def goes_on(previous: str, following: str, *, full: bool, heading: bool, gap: int, layout: Layout) -> bool:
    """Whether an unlabelled line continues the block above it.

    `previous` is the last printed line, `following` the next; `full` says whether the next word would not have fitted;
    `heading` that the block so far reads as a title, so that a capital after it may well begin a paragraph.
    """
    first = following.lstrip("“\"'(*_ ")[:1]
    if first.islower() or (must_go_on(previous, following) and is_capital(previous) <= is_capital(following)):
        return True
    if finished(previous):
        return layout.wrapped and full and (gap == 0 or not layout.spaced) and not previous.endswith(("./.", ":", ";"))
    if is_capital(previous) and is_capital(following):
        return layout.wrapped or gap == 0
    if not layout.wrapped:
        return gap > 0 and not heading and len(previous) > 150 and _named(following, layout)
    if not full:
        return not heading or not (first.isalpha() or layout.reach == 0 or len(previous) < 0.5 * layout.reach)
    return not heading or _named(following, layout) or not first.isalpha()


def _named(text: str, layout: Layout) -> bool:
    """True when the text begins with what is written with capitals inside sentences."""
    words = _WORD.findall(text[:60])[:2]
    if len(words) < 2:
        return True
    return words[1][:1].isupper() or f"{words[0]} {words[1]}" in layout.names


def is_full(previous: str, following: str, layout: Layout) -> bool:
    """Whether the next line's first word would not have fitted on the line above, in this layout."""
    first = following.split(" ", 1)[0]
    return len(previous) + 1 + len(first) > layout.reach
