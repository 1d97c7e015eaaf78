"""Saying a figure, a date, a period or a duty in one short Vietnamese phrase; takes structured rows, invents nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.text import collapse, comparable

if TYPE_CHECKING:
    from datetime import date

    from corpus.records import Target, Task

_OPERATORS = {">=": "tối thiểu ", "<=": "tối đa ", "~": "khoảng ", "=": "", "range": "", "top": "trong nhóm "}
_RECURRENCE = {
    "yearly": "hằng năm", "half-yearly": "6 tháng một lần", "quarterly": "hằng quý", "monthly": "hằng tháng", "weekly": "hằng tuần",
    "ad-hoc": "đột xuất khi có yêu cầu", "yearly+ad-hoc": "hằng năm và đột xuất", "ongoing": "thường xuyên",
}  # fmt: skip


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
    value = number(target.value) + (f" - {number(target.value_max)}" if target.value_max is not None else "")
    unit = target.unit or ""
    tight = "" if unit.startswith("%") or not unit else " "
    return f"{_OPERATORS[target.op]}{value}{tight}{unit}"


def term(target: Target) -> str:
    """By when: "giai đoạn 2022 - 2026", "đến hết năm 2025", "đến ngày 30/06/2026"; empty when the text does not say."""
    if target.period and target.period[0] and target.period[0] != target.period[1]:
        return f"giai đoạn {target.period[0]} - {target.period[1]}"
    if target.due is None:
        return ""
    return (
        f"đến hết năm {target.due.year}"
        if (target.due.month, target.due.day) == (12, 31)
        else f"đến ngày {day(target.due)}"
    )


def target_line(target: Target) -> str:
    """One line: indicator, change, amount, baseline, term."""
    indicator = collapse(target.indicator).strip(" .;,:")
    change = f"{target.change} " if target.change and not comparable(indicator).startswith(target.change) else ""
    value = amount(target)
    parts = [f"{indicator}: {change}{value}" if value else indicator]
    if target.baseline:
        parts[0] += f" {target.baseline}"
    if target.scope and comparable(target.scope) not in comparable(indicator) and target.scope != "toàn tỉnh":
        parts[0] += f" ({target.scope})"
    if when := term(target):
        parts.append(when)
    line = ", ".join(parts)
    return line[:1].upper() + line[1:]


def when(task: Task, today: date | None = None) -> str:
    """The time of a duty in words, with a note when a single date has passed; empty when the text gives none."""
    if task.due is not None:
        said = f"hạn {day(task.due)}"
        if task.due_text and not any(c.isdigit() for c in task.due_text):
            said += f" ({task.due_text})"
        return said + (" (đã qua hạn)" if today and task.due < today else "")
    words = [_RECURRENCE[task.recurrence]] if task.recurrence else []
    if task.recurs_before:
        parts = task.recurs_before.split("-")
        words.insert(0, f"trước ngày {parts[1]}/{parts[0]}" if len(parts) == 2 else f"trước ngày {parts[0]}")
    if words:
        return " ".join(words)
    return collapse(task.due_text or "")


def task_line(task: Task, today: date | None = None) -> str:
    """One line: what, by when, reporting to whom."""
    action = collapse(task.action).strip(" .;,:")
    line = action[:1].upper() + action[1:]
    extras = [said for said in (when(task, today), _report(task)) if said]
    return f"{line} — {'; '.join(extras)}" if extras else line


def _report(task: Task) -> str:
    if not task.report_to:
        return ""
    through = f" (qua {', '.join(task.via)})" if task.via else ""
    return f"báo cáo {', '.join(task.report_to)}{through}"


def actors(task: Task) -> str:
    """Who leads and with whom: "Sở Nội vụ; phối hợp: Sở Tài chính"."""
    lead = ", ".join(task.lead)
    return f"{lead}; phối hợp: {', '.join(task.coop)}" if task.coop else lead
