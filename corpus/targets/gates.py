"""Whether a figure of a statement is a goal at all: not a result, a rule, a description or a list number."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from corpus.targets.statements import BASELINE
from corpus.targets.vocabulary import any_of, closes, holds, opens
from corpus.time_citations import MASK
from corpus.time_words import FLAGS

if TYPE_CHECKING:
    from datetime import date

    from corpus.targets.context import Section
    from corpus.targets.quantities import Quantity
    from corpus.times import TimeReading


def speaks_of_past(statement: str, times: tuple[TimeReading, ...], section: Section, issued_on: date | None) -> bool:
    """True for results and shortcomings: past words outside a section of goals, or only dates before the directive."""
    if holds("past_always").search(statement):
        return True
    told = BASELINE.sub(" ", statement)  # "tăng 9,5% so với ước thực hiện năm 2026" looks ahead
    if section.kind != "goal" and (holds("past").search(told) or opens("past_openers").match(statement)):
        return True
    dues = [t.due for t in times if t.due]
    return bool(dues) and issued_on is not None and max(dues) < issued_on


def ends_year(time: TimeReading) -> bool:
    """True for a date given by its year ("đến năm 2030"); a day or month is the deadline of a task."""
    return time.due is not None and (time.due.month, time.due.day) == (12, 31)


def states_rule(statement: str) -> bool:
    """True for a threshold with its consequence."""
    return bool(holds("rules").search(statement))


def is_goal(statement: str, quantity: Quantity, section: Section, offset: int, *, timed: bool) -> bool:
    """True when the figure at `quantity` states a goal.

    `statement` begins at `offset` of the text that the figure's places refer to; `timed` when it has a year of its own
    ("đến năm 2030") or recurs ("mỗi năm").
    """
    before = statement[: quantity.start - offset]
    if _describes(quantity, section, before):
        return False
    if quantity.kind in ("percent", "top", "duration", "bare"):
        plain = section.kind == "goal" and _is_named_figure(quantity, before)
        rate = quantity.kind == "duration" and quantity.said and "/" in (quantity.unit or "")  # "tối thiểu 40 giờ/tuần"
        return quantity.kind in ("percent", "top") or plain or rate
    # "lắp thêm 500 điểm ... đến hết năm 2026" is a goal even among the assignments of the bodies; so many inspections a
    # year are a duty.
    pledged = timed and (quantity.said or "thêm" in quantity.lead.split()) and not holds("inspecting").search(before)
    assigned = section.kind == "organization" and not pledged
    if assigned or _DISTANCE.search(before) or _BENEFIT.search(before):
        return False
    return _is_goal_amount(quantity, section, before, timed=timed)


def _describes(quantity: Quantity, section: Section, before: str) -> bool:
    """True for a figure that tells what or who is meant, or that others have set."""
    if closes("describing").search(before) or _CITED.search(before) or _set_by_others(before):
        return True
    if quantity.unit == "tuổi" and not _AGE.search(before):
        return True  # "thanh niên 18 tuổi" tells who is meant
    if section.kind == "goal":
        return False
    if quantity.tail > quantity.end and not holds("strong_goal_words").search(f"{before} {quantity.lead}"):
        return True  # "sử dụng từ 30% lao động ... trở lên" tells which ones are meant
    return "dưới" in quantity.lead.split() and bool(_laggards_pattern().search(before))


@cache
def _laggards_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of('laggards')}\s[^,;:]{{2,60}}$", FLAGS)


def _set_by_others(before: str) -> bool:
    """True inside parentheses that open with another's goal or the present state ("(cả nước: 45%)")."""
    opened = before.rfind("(")
    return opened > before.rfind(")") and bool(opens("others_goals").match(before, opened + 1))


def _is_named_figure(quantity: Quantity, before: str) -> bool:
    """Durations and figures without a unit count only with a comparator or after the name of an indicator."""
    if quantity.kind == "bare":
        return quantity.value < _YEARS_BEGIN and bool(_BARE_INDICATOR.search(before))
    return quantity.said or quantity.before is not None or bool(_TIME_INDICATOR.search(before))


def _is_goal_amount(quantity: Quantity, section: Section, before: str, *, timed: bool) -> bool:
    """Money, measures and counts: goals near the beginning of a thought among goals; elsewhere they need a cue."""
    since = re.split(r"[,;:]|\svà\s", before)[-1]
    if section.kind == "goal" and _ASIDE_CHANGE.search(f"{since}{quantity.lead}"):
        return True
    if section.kind == "goal" and (quantity.kind != "count" or quantity.said or len(since.split()) <= 8):
        return True
    if "(" in since or quantity.unit == "điểm":
        return False
    if (quantity.said and (quantity.unit or "").startswith("lần/")) or _RAISED.search(since):
        return True
    if "có" in quantity.lead.split() and _EACH.search(since):
        return True
    return timed or bool(holds("strong_goal_words").search(f"{before[-40:]} {quantity.lead}"))


_AGE = re.compile(r"(?<!\d )(?<!\w)tuổi", re.IGNORECASE)
_EACH = re.compile(r"(?<!\w)mỗi\s", re.IGNORECASE)
_RAISED = re.compile(r"(?<!\w)nâng\s.*\slên\s*$", re.IGNORECASE)
_ASIDE_CHANGE = re.compile(
    r"\((?:bình quân|tăng|tăng thêm|giảm)\s*(?:mỗi năm\s*)?$|\((?:bình quân|tăng|giảm)\s*bình quân$", re.IGNORECASE
)
_YEARS_BEGIN = 1900
_BARE_INDICATOR = re.compile(r"(?:chỉ số|hệ số|điểm số|thứ hạng|số [^,;]*/)[^,;]*$", re.IGNORECASE)
_TIME_INDICATOR = re.compile(r"\b(?:thời gian|số ngày|số giờ)\b[^,;]*$", re.IGNORECASE)
_CITED = re.compile(rf"\bsố\s*{MASK}+[^,;]*\bvề\b[^,;]*$", re.IGNORECASE)
_BENEFIT = re.compile(r"\bđược (?:giảm|hỗ trợ|miễn|cộng|thưởng)\b[^,;]*$", re.IGNORECASE)
_DISTANCE = re.compile(r"\bcách\b[^,;]*$", re.IGNORECASE)
