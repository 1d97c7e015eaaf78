"""A clause path as people say it: `II.4.-1` is "mục II.4, gạch đầu dòng 1". Knows paths, not clauses.

The Vietnamese words stand in corpus/data/clause_places.yaml; another language brings its own way of saying a label.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, cast

from corpus.data_files import load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

_ROMAN = re.compile(r"[IVXLC]+")

# Labels that have a name of their own, as `corpus.outline` writes them; any other is part of a section's number.
_NAMED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"[-+](?P<number>\d+)", "bullet"),
        (r"p(?P<number>\d+)", "paragraph"),
        (r"r(?P<number>\d+)", "row"),
        (r"note(?P<number>\d*)", "note"),
        (r"PL(?P<number>\w*)", "annex"),
        (r"Ph(?P<number>\w*)", "part"),
        (r"C(?P<number>\d+)", "chapter"),
        (r"M(?P<number>\d+)", "division"),
        (r"Đ(?P<number>\d\w*)", "article"),
        (r"end(?P<number>)", "end"),
    )
)


def path_in_words(path: str, say: Callable[[str, str], str] | None = None) -> str:
    """The place in words. `say` turns a label's name (a key of clause_places.yaml) and number into words; Vietnamese by default."""
    return ", ".join((say or _in_vietnamese)(name, number).strip() for name, number in named_labels(path))


def named_labels(path: str) -> list[tuple[str, str]]:
    """The labels of a path with their names, outermost first; neighbouring section numbers are one (`path`, "II.4")."""
    labels: list[tuple[str, str]] = []
    in_article = False
    for position, label in enumerate(path.split(".")):
        name, number = _named(label, first=position == 0, in_article=in_article)
        if name == "path" and labels and labels[-1][0] == "path":
            labels[-1] = ("path", f"{labels[-1][1]}.{number}")
        else:
            labels.append((name, number))
        in_article = in_article or label.startswith("Đ")
    return labels


def _named(label: str, *, first: bool, in_article: bool) -> tuple[str, str]:
    for pattern, name in _NAMED:
        if found := pattern.fullmatch(label):
            return name, found["number"]
    if first and label == "0":
        return "front", ""
    if first and len(label) > 1 and label.isalpha() and label.isupper() and not _ROMAN.fullmatch(label):
        return "attached", ""
    if in_article and not _ROMAN.fullmatch(label):
        return ("point" if label.isalpha() else "item"), label
    return "path", label


def _in_vietnamese(name: str, number: str) -> str:
    return _words()[name].format(number=number)


@cache
def _words() -> dict[str, str]:
    return cast("dict[str, str]", load_yaml("corpus", "data/clause_places.yaml"))
