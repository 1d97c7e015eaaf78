"""Saying a figure, a date, a goal or a duty in one short Vietnamese phrase; takes structured rows, invents nothing.

The one wording of rows, for answers, deadlines and reminders alike; its words stand in corpus/data/row_words.yaml.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from corpus.data_files import load_yaml
from corpus.phrases import levelled
from corpus.text import collapse, comparable
from corpus.units import unit_at

if TYPE_CHECKING:
    from datetime import date

    from corpus.records import Target, Task


_DAY_OF_ROUND = re.compile(r"\bngày (?:mùng )?\d|\bthứ (?:hai|ba|tư|năm|sáu|bảy)\b|\bchủ nhật\b")
_SHORT_TIME = 80  # characters


def number(value: float) -> str:
    """A figure as Vietnamese write it: 46,5 and 1.200."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".")


def day(value: date) -> str:
    """31/12/2025."""
    return f"{value.day:02d}/{value.month:02d}/{value.year}"


def amount(target: Target) -> str:
    """Comparator, value and unit: "tối thiểu 20%", "35 - 40%", "trong nhóm 25"; empty for a completion goal."""
    if target.value is None:
        return ""
    most = number(target.value_max) if target.value_max is not None else ""
    said = _words()["operators"][target.op].format(value=number(target.value), value_max=most)
    if most and target.op != "range":
        said += f" - {most}"
    unit = target.unit or ""
    return f"{said}{'' if unit.startswith('%') or not unit else ' '}{unit}"


def term(target: Target) -> str:
    """By when: "giai đoạn 2022 - 2026", "đến hết năm 2025", "đến ngày 30/06/2026"; empty when the text does not say."""
    if target.period and target.period[0] and target.period[0] != target.period[1]:
        return f"giai đoạn {target.period[0]} - {target.period[1]}"
    if target.due is None:
        return ""
    whole_year = (target.due.month, target.due.day) == (12, 31)
    return f"đến hết năm {target.due.year}" if whole_year else f"đến ngày {day(target.due)}"


def measure(target: Target) -> str:
    """Change, amount and baseline: "giảm tối thiểu 20% so với năm 2015"; empty for a completion goal."""
    value = amount(target)
    if not value:
        return ""
    return " ".join(part for part in (_change(target), value, target.baseline) if part)


def goal(target: Target) -> str:
    """A target without its term: indicator, measure, scope."""
    indicator = collapse(target.indicator).strip(" .;,:")
    said = measure(target)
    line = f"{indicator}: {said}" if said else indicator
    scope = target.scope
    if scope and comparable(scope) not in comparable(indicator) and scope not in _words()["whole_province"]:
        line += f" ({scope})"
    return capitalised(line)


def target_line(target: Target) -> str:
    """A target in one line: indicator, change, amount, baseline, term."""
    return ", ".join(part for part in (goal(target), term(target)) if part)


def target_fact(target: Target, limit: int = 150) -> str:
    """`target_line`, or with a long indicator last, so that a line cut short keeps the figure and its term."""
    line = target_line(target)
    if len(line) <= limit or not measure(target):
        return line
    figure = ", ".join(part for part in (measure(target), term(target)) if part)
    return capitalised(f"{figure} — {lowered(collapse(target.indicator).strip(' .;,:'))}")


def _change(target: Target) -> str:
    """The change in words, "giảm xuống" when the directive means a level; empty when the indicator says it already."""
    if not target.change or comparable(target.indicator).startswith(target.change):
        return ""
    words = "|".join(map(re.escape, _words()["to_a_level"]))
    level = re.search(rf"\b{target.change}\b[^\d;]{{0,80}}?\b({words})(?:\s+[^\W\d]+){{0,4}}\s+\d", comparable(target.quote))
    return f"{target.change} {level[1]}" if level and target.value is not None else target.change


def when(task: Task, today: date | None = None) -> str:
    """The time of a duty in words, with a note when a single date has passed; empty when the text gives none."""
    if task.due is not None:
        said = f"hạn {day(task.due)}"
        if task.due_text and not any(c.isdigit() for c in task.due_text):
            said += f" ({task.due_text})"
        return said + (" (đã qua hạn)" if today and task.due < today else "")
    cycle = _words()["recurrences"][task.recurrence] if task.recurrence else ""
    if task.recurs_before:
        month, _, of_month = task.recurs_before.rpartition("-")
        before = f"trước ngày {of_month}/{month}" if month else f"trước ngày {of_month}"
        joint = ", " if cycle[:1].isdigit() else " "
        return f"{before}{joint}{cycle}".strip()
    said = collapse(task.due_text or "").strip(" .;,:")
    told = comparable(said).rpartition("; ")[2] in comparable(collapse(task.action))
    return lowered(said) if _says_day(said) and not (cycle and told) else cycle or said


def _says_day(time: str) -> bool:
    """True when a time says which day of its round is meant ("hằng quý, trước ngày 20 của tháng cuối quý")."""
    return len(time) <= _SHORT_TIME and bool(_DAY_OF_ROUND.search(comparable(time)))


def task_line(task: Task, today: date | None = None) -> str:
    """One line: what, by when, reporting to whom; a time or recipient that the duty's own words state is not said twice."""
    action = collapse(task.action).strip(" .;,:")
    said = comparable(action)
    time = "" if states_time(task) and not _is_past(task, today) else when(task, today)
    report = "" if task.report_to and all(comparable(name) in said for name in (*task.report_to, *task.via)) else _report(task)
    extras = [words for words in (time, report) if words]
    return f"{capitalised(action)} — {'; '.join(extras)}" if extras else capitalised(action)


def states_time(task: Task) -> bool:
    """True when the duty's own words state its time ("... trước ngày 30/11/2026")."""
    time = comparable(collapse(task.due_text or ""))
    return bool(time) and time in comparable(collapse(task.action))


def without_time(task: Task) -> str:
    """The duty's words, less the date at their end: for a line that gives the date itself.

    Only a plain date goes ("trước ngày 30/11/2026"); a time that says more ("ngày 05 của tháng đầu quý") stays.
    """
    action = collapse(task.action).strip(" .;,:")
    time = collapse(task.due_text or "").strip(" .;,:")
    if not time or not comparable(action).endswith(comparable(time)) or not _is_plain_date(time):
        return action
    rest = action[: len(action) - len(time)].strip(" .;,:(")
    dangling = "|".join(map(re.escape, _words()["before_a_date"]))
    rest = re.sub(rf"[\s,;]+(?:{dangling})$", "", rest, flags=re.IGNORECASE).strip(" .;,:")
    return rest if re.search(r"\w", rest) and not re.search(r"\b(?:và|hoặc|từ|của)$", rest) else action


def _is_plain_date(time: str) -> bool:
    low = comparable(time)
    words = re.sub(r"(?:\bngày )?\d{1,2}/\d{1,2}(?:/\d{4})?|\bngày \d{1,2}\b", " ", low).split()
    return any(c.isdigit() for c in low) and set(words) <= set(_words()["date_words"])


def _is_past(task: Task, today: date | None) -> bool:
    return task.due is not None and today is not None and task.due < today


def _report(task: Task) -> str:
    if not task.report_to:
        return ""
    through = f" (qua {', '.join(task.via)})" if task.via else ""
    return f"báo cáo {', '.join(task.report_to)}{through}"


def actors(task: Task) -> str:
    """Who leads and with whom: "Sở Nội vụ; phối hợp: Sở Tài chính"."""
    lead = ", ".join(task.lead)
    return f"{lead}; phối hợp: {', '.join(task.coop)}" if task.coop else lead


def capitalised(text: str) -> str:
    """The text beginning with a capital."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """The text going on from something else: its first letter small, unless it opens a name or an abbreviation."""
    first, _, rest = text.partition(" ")
    is_name = (not first[1:].islower() and len(first) > 1) or rest[:1].isupper()
    return text if is_name or unit_at(text, levelled(text), 0) is not None else text[:1].lower() + text[1:]


@cache
def _words() -> dict[str, Any]:
    return cast("dict[str, Any]", load_yaml("corpus", "data/row_words.yaml"))
