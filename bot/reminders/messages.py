"""What a reminder and a digest say: what, by when, who leads, to whom to report, and the clause. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.citation_words import for_reading, place_in_words
from bot.message_blocks import Block, Span, paragraph, quotation, shorten
from bot.reminders.planning import in_digest
from bot.screens import Button, Screen, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.reminders.dues import Due
    from bot.texts import Texts
    from corpus.store_records import StoredDirective, StoredTask

LISTED = 12
_WHAT_LIMIT = 300
_LINE_LIMIT = 110
_QUOTE_LIMIT = 900


@dataclass(frozen=True, slots=True)
class Reminded:
    """One thing to say: the occurrence, the task when it is one, and its directive."""

    due: Due
    task: StoredTask | None
    directive: StoredDirective | None

    @property
    def source(self) -> str:
        """The id of the task or target."""
        return self.due.deadline.source_id


def when_words(due: Due, today: date, worked: date, texts: Texts) -> str:
    """By when, with the weekday and the true number of days left; and the working day before a day off."""
    day = due.day
    shown = {"day": f"{day:%d/%m/%Y}", "weekday": texts(f"weekday.{day.weekday()}")}
    if due.manner == "progress":
        goal = due.deadline.due
        if goal is None:
            return texts("reminder.every_year", year=day.year)
        return texts("reminder.progress", goal=f"{goal:%d/%m/%Y}", years=goal.year - day.year, year=day.year)
    if due.manner == "period":
        return texts("reminder.period", **shown)
    days = (day - today).days
    if days < 0:
        return texts("reminder.overdue", days=-days, **shown)
    key = "reminder.today" if days == 0 else "reminder.tomorrow" if days == 1 else "reminder.in_days"
    said = texts(key, days=days, **shown)
    if worked != day:
        said += " " + texts("reminder.day_off", day=f"{worked:%d/%m}", weekday=texts(f"weekday.{worked.weekday()}"))
    return said


def one_screen(item: Reminded, today: date, worked: date, texts: Texts, *, mark: str = "") -> Screen:
    """A single reminder, with its buttons."""
    deadline = item.due.deadline
    icon = "🔴" if item.due.stated and item.due.day < today else "⏰"
    blocks = [
        Block((Span(f"{icon} {shorten(deadline.what, _WHAT_LIMIT)}", "bold"), *_mark(mark))),
        paragraph(when_words(item.due, today, worked, texts)),
    ]
    lines = []
    if deadline.who:
        lines.append(texts("reminder.lead", who=", ".join(deadline.who)))
    if deadline.coop:
        lines.append(texts("reminder.coop", who=shorten(", ".join(deadline.coop), _WHAT_LIMIT)))
    if item.task and item.task.report_to:
        lines.append(texts("reminder.report", who=", ".join(item.task.report_to)))
    if item.task and item.task.via:
        lines.append(texts("reminder.via", who=", ".join(item.task.via)))
    if item.task and item.task.product:
        lines.append(texts("reminder.product", what=item.task.product))
    blocks += [paragraph("\n".join(lines))] if lines else []
    blocks += [
        quotation(shorten(for_reading(deadline.quote), _QUOTE_LIMIT)),
        paragraph(f"📄 {_where(item, texts)}", "italic"),
    ]
    return Screen(tuple(blocks), buttons_of(item, texts))


def buttons_of(item: Reminded, texts: Texts) -> tuple[tuple[Button, ...], ...]:
    """What can be done about a reminder."""
    source = item.source
    done = (Button(texts("reminder.done"), encode("rd", source)),) if item.task else ()
    snooze = Button(texts("reminder.snooze"), encode("rs", source, 3))
    details = Button(texts("reminder.details"), encode("rc", source))
    silence = Button(texts("reminder.mute"), encode("rt", source))
    return (*((done,) if done else ()), (snooze, details), (silence,))


def list_screen(
    title: str, items: Sequence[Reminded], today: date, texts: Texts, *, mark: str = "", more: int = 0
) -> Screen:
    """Several at once: the overdue first, each a line that its number opens."""
    late = [item for item in items if item.due.stated and item.due.day < today]
    coming = [item for item in items if item not in late]
    shown = [*late, *coming][:LISTED]
    blocks = [Block((Span(title, "bold"), *_mark(mark)))]
    number = 0
    for key, part in (("digest.overdue", late), ("digest.coming", coming)):
        lines = []
        for item in part:
            if item not in shown:
                continue
            number += 1
            lines.append(f"{number}. {_line(item, today, texts)}")
        if lines:
            blocks.append(Block((Span(texts(key) + "\n" + "\n".join(lines)),)))
    hidden = len(items) - len(shown) + more
    if hidden:
        blocks.append(paragraph(texts("digest.more", count=hidden), "italic"))
    buttons = [Button(str(n), encode("ro", item.source)) for n, item in enumerate([*late, *coming][:LISTED], 1)]
    return Screen(tuple(blocks), rows_of(buttons, 6))


def digest_items(found: Sequence[Reminded], today: date) -> list[Reminded]:
    """What a digest of that day lists, once each, by date."""
    listed = [item for item in found if in_digest(item.due, today)]
    return sorted(listed, key=lambda item: (item.due.day, item.due.deadline.directive, item.due.deadline.path))


def _line(item: Reminded, today: date, texts: Texts) -> str:
    due = item.due
    days = (due.day - today).days
    left = texts("digest.left", days=days) if days >= 0 else texts("digest.late", days=-days)
    if due.manner in {"period", "progress"}:
        left = texts("digest.unstated")
    number = item.directive.number if item.directive and item.directive.number else ""
    what = shorten(due.deadline.what, _LINE_LIMIT)
    return f"{due.day:%d/%m} ({left}): {what}" + (f" – {number}" if number else "")


def _mark(mark: str) -> tuple[Span, ...]:
    return (Span(f" {mark}", "italic"),) if mark else ()


def _where(item: Reminded, texts: Texts) -> str:
    directive = item.directive
    name = (directive.number or shorten(directive.title or directive.key, 60)) if directive else ""
    return ", ".join(part for part in (name, place_in_words(item.due.deadline.path, texts)) if part)


def span_of(today: date) -> tuple[date, date]:
    """The days whose occurrences a message of today may speak of."""
    return today - timedelta(days=60), today + timedelta(days=60)
