"""How tasks, targets and their dates read in lists and on their own pages; takes records, decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.citation_words import place_in_words
from bot.message_blocks import Span, shorten
from corpus.row_words import capitalised, day, lowered, measure, term, when
from corpus.text import collapse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from bot.desk.duties import Duty
    from bot.office.progress import Mark
    from bot.texts import Texts
    from corpus.store_records import StoredDirective, StoredTarget, StoredTask

BY_HAND = "✍"
"""Before a row that a person has corrected."""
SIGNS = {"todo": "▫️", "doing": "🔸", "done": "✅"}
ENTRY_LIMIT = 220
_NAME_LIMIT = 48
_UNITS_SHOWN = 6


def left(texts: Texts, due: date, today: date, passed: str = "due.passed") -> str:
    """How many days are left, or have passed (under the text key `passed`); beyond a year, how many years."""
    days = (due - today).days
    if abs(days) > 365:
        return texts("due.left_years" if days > 0 else f"{passed}_years", years=abs(days) // 365)
    if days == 0:
        return texts("due.today")
    if days == 1:
        return texts("due.tomorrow")
    return texts("due.left", days=days) if days > 0 else texts(passed, days=-days)


def dated(texts: Texts, due: date, today: date, passed: str = "due.passed") -> str:
    """`Thứ Sáu 05/12/2025 · còn 3 ngày`."""
    return f"{texts(f'due.weekday.{due.weekday()}')} {day(due)} · {left(texts, due, today, passed)}"


def time_of(duty: Duty, texts: Texts, today: date) -> str:
    """When a duty is due: its next day, else the directive's own words, else that there are none."""
    task = duty.task
    if duty.next_due is not None:
        settled = duty.state == "done" or duty.overdue_on is None
        said = dated(texts, duty.next_due, today, "due.was" if settled else "due.passed")
        return f"{said} ({texts(f'recurrence.{task.recurrence}')})" if task.recurrence else said
    if task.recurrence and task.recurrence != "ongoing":
        return texts("due.no_day", cycle=texts(f"recurrence.{task.recurrence}"))
    return when(task) or texts("due.none")


def task_spans(duty: Duty, directive: StoredDirective | None, texts: Texts, today: date) -> tuple[Span, ...]:
    """A task in a list: state and action, time, the unit's part in it and the source."""
    late = duty.is_overdue(today)
    sign = ("🔴" if late else "") + (SIGNS[duty.state] if not late or duty.state != "todo" else "")
    part = [texts(f"task.role.{duty.role}")] if duty.role else [units_line(duty.task.lead, texts, 2)]
    if duty.role and duty.match.value in {"successor", "class"}:
        part.append(texts(f"task.match.{duty.match.value}", named=shorten(duty.named, _NAME_LIMIT)))
    source = source_name(directive, duty.task.directive)
    below = " · ".join(words for words in (*part, source) if words)
    return (
        Span(f"{sign} {marked_by_hand(duty.task)}{shorten(capitalised(duty.task.action), ENTRY_LIMIT)}\n"),
        Span(f"⏰ {time_of(duty, texts, today)}\n"),
        Span(below, "italic"),
    )


def target_spans(target: StoredTarget, directive: StoredDirective | None, texts: Texts) -> tuple[Span, ...]:
    """A target in a list: indicator and level, term and source."""
    level = shorten(measure(target), 120) or texts("target.completion")
    below = " · ".join(words for words in (term(target), source_name(directive, target.directive)) if words)
    return (
        Span(f"{marked_by_hand(target)}{shorten(capitalised(collapse(target.indicator)), ENTRY_LIMIT)}: "),
        Span(level, "bold"),
        Span(f"\n{below}", "italic"),
    )


def marked_by_hand(row: StoredTask | StoredTarget) -> str:
    """The mark before what a person has corrected; empty before what stands as read."""
    return f"{BY_HAND} " if row.corrected else ""


def who_when(mark: Mark, texts: Texts, now: datetime) -> str:
    """Who said how far a unit is, and on which day where `now` is told."""
    made = mark.changed_at.astimezone(now.tzinfo).date()
    return texts("task.marked_by", who=mark.by or mark.person, when=day(made))


def source_name(directive: StoredDirective | None, key: str) -> str:
    """A directive in few words: its number, else its kind and title."""
    if directive is None:
        return key
    named = f"{directive.kind} {lowered(directive.title)}" if directive.kind and directive.title else directive.title
    return directive.number or shorten(capitalised(named or key), _NAME_LIMIT)


def source_line(directive: StoredDirective | None, key: str, path: str, texts: Texts) -> str:
    """Where a row comes from, for below its quotation."""
    title = shorten(capitalised(directive.title), 100) if directive and directive.title else None
    named = [name for name in (directive.number if directive else None, title) if name] or [key]
    return "📄 " + " – ".join([*named, place_in_words(path, texts)])


def units_line(names: Sequence[str], texts: Texts, shown: int = _UNITS_SHOWN) -> str:
    """Bodies in a row, the first few by name."""
    line = "; ".join(names[:shown])
    rest = len(names) - shown
    return f"{line} {texts('task.more', count=rest)}" if rest > 0 else line
