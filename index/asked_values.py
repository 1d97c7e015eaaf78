"""Figures and days that a question states itself, and how they stand to a row's: met, missed, the same; knows no search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from corpus.data_files import load_yaml
from corpus.text import comparable

if TYPE_CHECKING:
    from corpus.records import Target, Task

_FIGURE = re.compile(r"(?<![\w/.,-])(\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?)(?![\d/])\s*(%|[^\W\d_]+(?:\s+[^\W\d_]+)?)?")
_DAY = re.compile(r"(?<![\d/])(\d{1,2})\s*(?:/|tháng)\s*(\d{1,2})(?:\s*(?:/|năm)\s*((?:19|20)\d\d))?(?![\d/])")
_MONEY = "đồng"


@dataclass(frozen=True, slots=True)
class AskedValue:
    """A figure of a question: its `value` in whole units, the `unit` words after it, and where it stands in the text."""

    value: float
    unit: str
    start: int


def asked_values(text: str) -> list[AskedValue]:
    """Figures of comparable text that are no years and no part of a date."""
    dates = [match.span() for match in _DAY.finditer(text)]
    found = []
    for match in _FIGURE.finditer(text):
        if any(start <= match.start() < end for start, end in dates) or re.fullmatch(r"(?:19|20)\d\d", match[1]):
            continue
        scale, unit = _scaled(match[2] or "")
        before = text[: match.start()].rstrip().rsplit(" ", 1)[-1]
        if before in words()["ranks"]:
            unit = before
        found.append(AskedValue(_read(match[1]) * scale, unit, match.start()))
    return found


def _read(figure: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", figure):
        figure = figure.replace(".", "")
    return float(figure.replace(",", "."))


def _scaled(unit: str) -> tuple[float, str]:
    """"triệu đồng" is a million "đồng"."""
    first, _, rest = unit.strip().partition(" ")
    scale = words()["scales"].get(first)
    return (float(scale), rest if rest.startswith(_MONEY) else _MONEY) if scale else (1.0, unit.strip())


def of_target(asked: AskedValue, target: Target) -> tuple[float, float, float] | None:
    """(asked, value, most) in one unit, or None when the two are not measured alike."""
    if target.value is None:
        return None
    scale, unit = _scaled(comparable(target.unit or ""))
    most = target.value_max if target.value_max is not None else target.value
    values = asked.value, target.value * scale, most * scale
    if target.op == "top":
        return values if asked.unit in words()["ranks"] else None
    if unit.startswith("%"):
        return values if asked.unit == "%" or asked.unit.startswith("phần trăm") else None
    if not unit or not asked.unit or asked.unit in words()["ranks"]:
        return values if not unit and not asked.unit else None
    same = unit.split("/")[0].split()[0] == asked.unit.split("/")[0].split()[0]
    return values if same else None


def meets(asked: AskedValue, target: Target) -> bool | None:
    """Whether the asked value keeps the target; None when the text does not settle it."""
    held = of_target(asked, target)
    if held is None:
        return None
    value, least, most = held
    match target.op:
        case ">=":
            return value >= least
        case "<=" | "top":
            return value <= least
        case "range":
            return least <= value <= most
        case _:
            return True if value == least else (False if target.op == "=" and value < least and not target.change else None)


def equals(asked: AskedValue, target: Target) -> bool | None:
    """Whether the asked value is the target's own; None when the two are not measured alike."""
    held = of_target(asked, target)
    return None if held is None else held[0] in held[1:]


def passes_threshold(asked: AskedValue, condition: str) -> bool | None:
    """Whether the asked value reaches the one threshold of a condition ("từ 10% trở lên", "quá 5 ngày"); None when unclear."""
    stated = [value for value in asked_values(condition) if value.unit[:3] == asked.unit[:3]]
    if len({value.value for value in stated}) != 1:
        return None
    threshold, before = stated[0].value, condition[: stated[0].start]
    if re.search(pattern("at_most").pattern + r"\W*$", before):
        return asked.value <= threshold if "trở xuống" in condition else asked.value < threshold
    if re.search(pattern("over").pattern + r"\W*$", before):
        return asked.value > threshold
    return asked.value >= threshold if re.search(pattern("at_least").pattern, condition) else None


def asked_days(text: str) -> list[tuple[int, int, int | None]]:
    """Days of comparable text as (day, month, year or None)."""
    found = [(int(d), int(m), int(y) if y else None) for d, m, y in _DAY.findall(text)]
    return [(d, m, y) for d, m, y in found if 1 <= d <= 31 and 1 <= m <= 12]


def days_after(asked: tuple[int, int, int | None], task: Task) -> int | None:
    """Days (signed) from the duty's date to the asked one; None when the duty states no day, or not in that year."""
    d, m, year = asked
    try:
        if task.due is not None:
            return (date(year or task.due.year, m, d) - task.due).days
        if task.recurs_before and "-" in task.recurs_before:
            month, of_month = (int(part) for part in task.recurs_before.split("-"))
            return (date(2028, m, d) - date(2028, month, of_month)).days  # any leap year: only day and month are told
        if task.recurs_before:
            return d - int(task.recurs_before)
    except ValueError:
        return None
    return None


@cache
def words() -> dict[str, Any]:
    """The words of index/data/yes_no.yaml."""
    return cast("dict[str, Any]", load_yaml("index", "data/yes_no.yaml"))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """One pattern for a list of words, the longest first."""
    listed = sorted(words()[name], key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, listed))})\b")
