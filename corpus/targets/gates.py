"""Whether a figure of a statement is a goal at all: not a result, a rule, a description or a list number."""

from __future__ import annotations

import re
from datetime import date

from corpus.targets.context import Section
from corpus.targets.quantities import Quantity
from corpus.targets.vocabulary import closes, holds
from corpus.times import TimeReading


def speaks_of_past(statement: str, times: tuple[TimeReading, ...], issued_on: date | None) -> bool:
    """True for results and shortcomings: past words, or every date before the directive was issued."""
    if holds("past").search(statement):
        return True
    dues = [t.due for t in times if t.due]
    return bool(dues) and issued_on is not None and max(dues) < issued_on


def states_rule(statement: str) -> bool:
    """True for a threshold with its consequence."""
    return bool(holds("rules").search(statement))


def is_goal(statement: str, quantity: Quantity, section: Section, offset: int) -> bool:
    """True when the figure at `quantity` (offsets of the clause; the statement begins at `offset`) states a goal."""
    before = statement[: quantity.start - offset]
    if closes("describing").search(before):
        return False
    if quantity.kind in ("percent", "top"):
        return True
    strong = bool(holds("strong_goal_words").search(statement))
    if quantity.kind == "bare":
        return section.kind == "goal" and bool(re.search(r"chỉ số|hệ số|điểm|thứ hạng", before.lower())) and quantity.value < 1900
    if quantity.kind == "duration":
        return section.kind == "goal" and quantity.said
    if section.kind == "goal":
        return quantity.kind != "count" or strong or quantity.said or bool(holds("goal_words").search(statement))
    if section.kind == "organization":
        return False
    near = holds("strong_goal_words").search(f"{before[-40:]} {quantity.lead}")
    return bool(near) or quantity.said and quantity.op != "range"
