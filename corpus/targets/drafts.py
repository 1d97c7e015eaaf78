"""Goals while they are being read: drafts with places in a clause's text, and how the members of a list share words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from corpus.time_words import FLAGS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from corpus.records import Change, Operator
    from corpus.targets.statements import Piece

PREDICATE: Final = re.compile(r"\s(?:được|đạt|có|hoàn thành|thực hiện|bảo đảm|sử dụng|tham gia)\s", FLAGS)
"""Finds where the predicate of an object begins ("hồ sơ được xử lý")."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A goal as read from one clause; `start:end` is the stretch of the clause's text to quote."""

    start: int
    end: int
    indicator: str
    op: Operator = "="
    value: float | None = None
    value_max: float | None = None
    unit: str | None = None
    change: Change | None = None
    due: date | None = None
    period: tuple[str, str] | None = None
    cadence: str | None = None
    baseline: str | None = None
    scope: str | None = None
    place_only: bool = False
    """True for a rank whose words name only who is ranked, not by what."""


def share(groups: list[list[Draft]], cut: Sequence[Piece]) -> None:
    """Lets the goals of one statement (a group for each figure) share what the sentence says once."""
    _share_predicate(groups, cut)
    _share_baseline(groups, cut)
    _share_later_name(groups)
    _share_per(groups)
    _share_rank(groups, cut)


def _share_predicate(groups: list[list[Draft]], cut: Sequence[Piece]) -> None:
    """Gives the predicate after the last object of a list ("... và 60% ... được xử lý") to those before it."""
    if len(groups) < 2 or not cut[-1].joined or not all(d.indicator for g in groups for d in g):
        return
    predicate = PREDICATE.search(groups[-1][-1].indicator)
    if not predicate or any(PREDICATE.search(d.indicator) for group in groups[:-1] for d in group):
        return
    tail = groups[-1][-1].indicator[predicate.start() :]
    groups[:-1] = [[replace(d, indicator=d.indicator + tail) for d in group] for group in groups[:-1]]


def _share_baseline(groups: list[list[Draft]], cut: Sequence[Piece]) -> None:
    """A baseline at the end of "giảm 10% A và 10% B so với năm 2021" holds for both."""
    for i in range(len(groups) - 2, -1, -1):
        after = groups[i + 1][0]
        if cut[i + 1].joined and after.baseline and groups[i][0].change == after.change:
            groups[i] = [
                replace(d, baseline=d.baseline or after.baseline, end=max(d.end, after.end)) for d in groups[i]
            ]


def _share_later_name(groups: list[list[Draft]]) -> None:
    """Figures before their indicator ("năm 2025 đạt 60%, năm 2026 đạt 70% số hộ ...") take the name that follows."""
    for i in range(len(groups) - 2, -1, -1):
        after = groups[i + 1]
        if not groups[i][0].indicator and after[0].unit == groups[i][0].unit:
            groups[i] = [replace(groups[i][0], indicator=d.indicator) for d in after]


def _share_per(groups: list[list[Draft]]) -> None:
    """ "30 giường bệnh và 9,5 bác sĩ trên 10.000 dân": the whole list is per 10.000 people."""
    _, slash, per = (groups[-1][-1].unit or "").partition("/")
    if slash and per.endswith("dân"):
        groups[:] = [
            [d if "/" in (d.unit or "") else replace(d, unit=f"{d.unit}/{per}", end=groups[-1][-1].end) for d in group]
            for group in groups
        ]


def _share_rank(groups: list[list[Draft]], cut: Sequence[Piece]) -> None:
    """ "Nước ta thuộc nhóm 3 nước dẫn đầu khu vực, nhóm 50 nước đứng đầu thế giới về X": both ranks are of X."""
    for i in range(len(groups) - 2, -1, -1):
        first, second = groups[i], groups[i + 1]
        both = cut[i].quantity.kind == cut[i + 1].quantity.kind == "top"
        if both and len(first) == len(second) == 1 and first[0].place_only and not second[0].place_only:
            groups[i] = [replace(first[0], indicator=second[0].indicator, end=second[0].end, place_only=False)]
