"""What a reminder and a digest say: what, by when, who leads, to whom to report, and the clause. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.citation_words import for_reading, place_in_words
from bot.message_blocks import Block, Span, paragraph, quotation, shorten
from bot.reminders.agenda import in_digest
from bot.screens import Button, Screen, rows_of
from corpus.identity import clause_token
from corpus.row_words import capitalised
from corpus.text import collapse, comparable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.reminders.dues import Due
    from bot.texts import Texts
    from corpus.deadlines import Deadline
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
        Block((Span(f"{icon} {shorten(_what(deadline), _WHAT_LIMIT)}", "bold"), *_mark(mark))),
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
    quote = for_reading(deadline.quote)
    if comparable(quote) != comparable(deadline.what):
        blocks.append(quotation(shorten(quote, _QUOTE_LIMIT)))
    blocks.append(paragraph(f"📄 {_where(item, texts)}", "italic"))
    return Screen(tuple(blocks), buttons_of(item, texts))


def buttons_of(item: Reminded, texts: Texts) -> tuple[tuple[Button, ...], ...]:
    """What can be done about a reminder."""
    source = item.source
    done = (Button(texts("reminder.done"), encode("rd", source)),) if item.task else ()
    snooze = Button(texts("reminder.snooze"), encode("rs", source, 3))
    deadline = item.due.deadline
    # A task's own page turns back to the reminder; a goal has none: its clause is all there is.
    clause = encode("c", clause_token(deadline.directive, deadline.path))
    opened = encode("tt", source, 0, f"rb_{source}") if item.task else clause
    details = Button(texts("reminder.details"), opened)
    silence = Button(texts("reminder.mute"), encode("rt", source))
    return (*((done,) if done else ()), (snooze, details), (silence,))


def list_screen(
    title: str, items: Sequence[Reminded], today: date, texts: Texts, *, mark: str = "", more: int = 0
) -> Screen:
    """Several at once: the overdue first, what nobody dated last, each a line that its number opens."""
    parts: dict[str, list[Reminded]] = {"digest.overdue": [], "digest.coming": [], "digest.undated": []}
    for item in sorted(items, key=lambda item: item.due.day):
        late = item.due.day < today
        part = "digest.undated" if not item.due.stated else "digest.overdue" if late else "digest.coming"
        parts[part].append(item)
    blocks = [Block((Span(title, "bold"), *_mark(mark)))]
    shown: list[Reminded] = []
    for key, part_items in parts.items():
        fitting = part_items[: LISTED - len(shown)]
        if fitting:
            numbered = enumerate(fitting, len(shown) + 1)
            lines = [f"{number}. {_line(item, today, texts)}" for number, item in numbered]
            blocks.append(Block((Span(texts(key), "bold"), Span("\n" + "\n".join(lines)))))
            shown += fitting
    hidden = len(items) - len(shown) + more
    if hidden:
        blocks.append(paragraph(texts("digest.more", count=hidden), "italic"))
    buttons = [Button(str(n), encode("ro", item.source)) for n, item in enumerate(shown, 1)]
    return Screen(tuple(blocks), rows_of(buttons, 6))


def digest_items(found: Sequence[Reminded], today: date) -> list[Reminded]:
    """What a digest of that day lists, once each, by date."""
    listed = [item for item in found if in_digest(item.due, today)]
    return sorted(listed, key=lambda item: (item.due.day, item.due.deadline.directive, item.due.deadline.path))


def _line(item: Reminded, today: date, texts: Texts) -> str:
    due, goal = item.due, item.due.deadline.due
    days = (due.day - today).days
    if due.manner == "period":
        when = texts("digest.period", day=f"{due.day:%d/%m}")
    elif due.manner == "progress":
        when = texts("digest.goal", year=goal.year) if goal else texts("digest.every_year")
    else:
        key = "digest.late" if days < 0 else "digest.today" if days == 0 else "digest.left"
        when = f"{due.day:%d/%m} ({texts(key, days=abs(days))})"
    number = item.directive.number if item.directive and item.directive.number else ""
    what = shorten(_what(due.deadline), _LINE_LIMIT)
    return f"{when}: {what}" + (f" – {number}" if number else "")


def _what(deadline: Deadline) -> str:
    return capitalised(collapse(deadline.what))


def _mark(mark: str) -> tuple[Span, ...]:
    return (Span(f" {mark}", "italic"),) if mark else ()


def _where(item: Reminded, texts: Texts) -> str:
    directive = item.directive
    name = (directive.number or shorten(directive.title or directive.key, 60)) if directive else ""
    return ", ".join(part for part in (name, place_in_words(item.due.deadline.path, texts)) if part)


def span_of(today: date) -> tuple[date, date]:
    """The days whose occurrences a message of today may speak of."""
    return today - timedelta(days=60), today + timedelta(days=60)
