"""Numbers of documents in every spelling in use, brought to one: `91-KL/TU`, `254/QĐ-UBND`, `55/2022/QH15`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.metadata.wording import kind_of_code

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE = r"[A-ZĐÐƯ][A-Za-zĐÐđưƯ]{1,5}"
_BODY = r"[A-ZĐÐƯÔ][A-Za-zĐÐđưƯ&]{0,9}\d{0,3}"
_NUMBER = re.compile(
    rf"(?<![\w/,.])(?P<serial>\d{{1,5}}[a-z]?)\s?(?:"
    rf"[-–]\s?(?P<party>{_CODE})\s?/\s?(?P<committee>{_BODY}(?:[-–.]{_BODY})*)"
    rf"|(?P<year>/\d{{4}})?/\s?(?P<code>{_BODY})(?P<office>(?:\s?[-–]\s?{_BODY})*)"
    rf")(?![\w/])"
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Number:
    """A document number found in a text: its one spelling, the kind its code stands for, and where it stands."""

    text: str
    kind: str | None
    start: int
    end: int


def find_numbers(text: str) -> Iterator[Number]:
    """The document numbers in `text`, in order. Fractions, dates and ranges are not numbers of documents."""
    for m in _NUMBER.finditer(text):
        if m["party"]:
            kind = kind_of_code(m["party"])
            if kind is None and not m["party"].isupper():
                continue
            yield Number(f"{m['serial']}-{m['party']}/{m['committee']}", kind, m.start(), m.end())
            continue
        code = m["code"]
        if not (code[:2].isupper() or kind_of_code(code)) or len(code) < 2:
            continue
        if not (m["year"] or m["office"] or kind_of_code(code)) and _YEAR.fullmatch(m["serial"]):
            continue  # "KH 2026/TH 2025": a title that compares years
        office = re.sub(r"\s", "", m["office"]).replace("–", "-")
        yield Number(f"{m['serial']}{m['year'] or ''}/{code}{office}", kind_of_code(code), m.start(), m.end())


def first_number(text: str) -> Number | None:
    """The first document number in `text`, or None."""
    return next(find_numbers(text), None)
