"""Whether a document bears a mark of secrecy (MẬT, TỐI MẬT, TUYỆT MẬT): such a document is not to be read or kept here.

A mark is a line or a cell of its own, or the value of "Độ mật:"; the words of running text and of titles are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from corpus.data_files import load_yaml
from corpus.errors import UnreadableFileError
from corpus.text import fold, nfc

_HEADER_LINES = 40
_RUNNING_TEXT = 110
"""Characters of a line. Letterhead, stamps and titles are shorter; the first longer line opens the running text."""
_LONGEST_MARK = 60
_CELL = re.compile(r"\||\t|\s{3,}")
_BRACKETED = re.compile(r"[(\[]\s*([^()\[\]]{2,24})\s*[)\]]\s*$")
_AROUND = " \t*_|[](){}<>“”\"'.,;:–—-•☒☑■□"
_NOT_LETTERS = re.compile(r"[^\w|!]+|_+")


class SecretFileError(UnreadableFileError):
    """A file that bears a mark of secrecy. `level` is the mark as the law writes it."""

    def __init__(self, level: str) -> None:
        super().__init__(
            f"Văn bản có dấu độ mật “{level}”: không được nạp vào hệ thống này; nội dung không được đọc tiếp và không lưu."
        )
        self.level = level


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    levels: dict[str, str]
    fields: frozenset[str]
    number_line: str
    continued_after: frozenset[str]
    misread: dict[int, str]


@cache
def _vocabulary() -> _Vocabulary:
    data = load_yaml("corpus", "data/secrecy.yaml")
    return _Vocabulary(
        levels={folded.replace(" ", ""): level["name"] for level in data["levels"] for folded in level["folded"]},
        fields=frozenset(data["fields"]),
        number_line=data["number_line"],
        continued_after=frozenset(data["continued_after"]),
        misread=str.maketrans({str(wrong): right for wrong, right in data["misread"].items()}),
    )


def secrecy_mark(text: str) -> str | None:
    """The level of secrecy that a document's text is marked with ("Mật", "Tối mật", "Tuyệt mật"), or None.

    In the header (letterhead to title) spaced, misread and lower-case marks count; farther down only a mark in capitals
    on a line of its own, unless several levels stand there: that is a list of what marks look like.
    """
    lines = [line.strip() for line in nfc(text).split("\n") if line.strip()]
    header = _header_length(lines)
    for number, line in enumerate(lines[:header]):
        before = lines[number - 1] if number else ""
        found = _field_mark(line) or _loose_mark(line, before)
        if found:
            return found
    further = {found for line in lines[header:] if (found := _field_mark(line) or _stamp(line)) is not None}
    return further.pop() if len(further) == 1 else None


def refuse_secret(text: str) -> None:
    """Raises SecretFileError when the text bears a mark of secrecy."""
    level = secrecy_mark(text)
    if level is not None:
        raise SecretFileError(level)


def _header_length(lines: list[str]) -> int:
    for number, line in enumerate(lines[:_HEADER_LINES]):
        if len(line) > _RUNNING_TEXT and not _CELL.search(line):
            return number
    return min(len(lines), _HEADER_LINES)


def _loose_mark(line: str, before: str) -> str | None:
    """The mark that a header line is, or that one of its cells or its last brackets hold."""
    wrapped = _words(before)[-1:]
    if not (wrapped and wrapped[0] in _vocabulary().continued_after):
        found = _level(line, spaced=True)
        if found:
            return found
    if _words(line)[:1] == [_vocabulary().number_line] and any(c.isdigit() for c in line):
        behind = [level for level in _levels() if line.rstrip(_AROUND).endswith(f" {level.upper()}")]
        if behind:
            return behind[0]
    cells = [cell for cell in _CELL.split(line) if cell.strip()]
    bracketed = _BRACKETED.search(line)
    pieces = [*(cells if len(cells) > 1 else []), *([bracketed[1]] if bracketed else [])]
    return next((found for piece in pieces if (found := _level(piece)) is not None), None)


def _field_mark(line: str) -> str | None:
    """The level in "Độ mật: Tối mật" when the line (or a cell of it) says nothing else."""
    for piece in (line, *_CELL.split(line)):
        name, colon, value = piece.partition(":")
        if colon and " ".join(_words(name)) in _vocabulary().fields and (found := _level(value)):
            return found
    return None


def _stamp(line: str) -> str | None:
    """The level of a line in capitals that is nothing but its mark, rightly spelt."""
    return _level(line) if line.isupper() and _spelt(line) else None


def _level(text: str, *, spaced: bool = False) -> str | None:
    """The level whose letters these are and nothing more; `spaced`: they may stand apart ("M Ậ T").

    Without its right diacritics it must be in capitals, as a misread stamp is.
    """
    letters = text.strip(_AROUND)
    if len(letters) > _LONGEST_MARK or not letters[:1].isupper() or not (letters.isupper() or _spelt(letters)):
        return None
    vocabulary = _vocabulary()
    words = _words(letters)
    joined = "".join(words)
    level = vocabulary.levels.get(joined) or vocabulary.levels.get(joined.translate(vocabulary.misread))
    if level is None:
        return None
    return level if spaced or len(words) == len(level.split()) else None


def _spelt(text: str) -> bool:
    """True for the mark's own words, whatever their case."""
    said = " ".join(re.findall(r"\w+", text)).lower()
    return any(level.lower() == said for level in _levels())


def _levels() -> tuple[str, ...]:
    """The levels by name, the longer before those that end like them."""
    return tuple(dict.fromkeys(_vocabulary().levels.values()))


def _words(text: str) -> list[str]:
    return [word for word in _NOT_LETTERS.sub(" ", fold(text)).split() if word.strip("|!")]
