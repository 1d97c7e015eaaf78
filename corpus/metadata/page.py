"""The parts of a directive's page that its metadata are read from, as shown lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.outline.furniture import page_furniture
from corpus.outline.zones import Zones, shown
from corpus.text import collapse

if TYPE_CHECKING:
    from corpus.lines import Line

_COLUMNS = re.compile(r"\s{3,}|\t+|\s*\|\s*")
NOT_BODY = re.compile(
    r"cộng h[oò][aà] xã hội|độc lập|đảng cộng sản việt nam|^số\b|^v/v|^[/-]|ngày.*tháng|^[*\W_]+$", re.IGNORECASE
)
"""What stands in a letterhead without naming the issuer."""


@dataclass(frozen=True, slots=True)
class Page:
    """The directive's parts as shown lines."""

    letterhead: list[str]
    title: list[str]
    preamble: str
    closing: list[Line]


def read_page(lines: list[Line], zones: Zones) -> Page:
    letterhead = [part for line in lines[: zones.letterhead_end] for part in _COLUMNS.split(shown(line)) if part]
    title = (
        [shown(line) for line in lines[zones.title : zones.title_end] if not line.is_rule]
        if zones.title >= zones.letterhead_end
        else []
    )
    preamble = collapse(" ".join(line.bare for line in lines[zones.title_end : zones.body]))
    last = zones.annexes[0] if zones.annexes else len(lines)
    furniture = page_furniture(lines)
    return Page(
        letterhead,
        [part for part in title if part],
        preamble,
        [lines[i] for i in range(zones.end, last) if i not in furniture],
    )
