"""Deadlines as the items of a timeline picture, and its description for those who cannot see it. Draws nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from bot.desk.row_texts import left, source_name, units_line
from bot.message_blocks import shorten
from bot.timeline import Item, Timeline, Urgency
from corpus.row_words import capitalised, day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.desk.deadline_views import Due
    from bot.desk.seen import Seen
    from bot.texts import Texts

MOST = 24  # more than ever fit into one picture
CAPTION_LIMIT = 1000  # Telegram takes 1,024
_SOON, _NEAR = 7, 30
_WHAT_LIMIT, _ALT_LIMIT = 240, 90


def timeline_of(dues: Sequence[Due], seen: Seen, texts: Texts, today: date, subtitle: str) -> Timeline:
    """What is to be drawn of these deadlines: as many as could ever fit, and how many there are besides."""
    items = tuple(_item(due, seen, texts, today) for due in dues[:MOST])
    shown = {item.urgency for item in items}
    return Timeline(
        title=texts("timeline.title"),
        subtitle=subtitle,
        items=items,
        legend=tuple((u, texts(f"timeline.{u}")) for u in get_args(Urgency) if u in shown),
        rest=texts.sentences["timeline.rest"],
        empty=texts("timeline.empty"),
        further=len(dues) - len(items),
    )


def caption_of(dues: Sequence[Due], texts: Texts, title: str) -> str:
    """What the picture shows, in words, within what Telegram takes."""
    lines = [title]
    for due in dues:
        when = day(due.day) if due.day else texts(f"recurrence.{due.deadline.recurrence}")
        line = f"• {when}: {shorten(capitalised(due.deadline.what), _ALT_LIMIT)}"
        if len("\n".join([*lines, line])) > CAPTION_LIMIT:
            break
        lines.append(line)
    return "\n".join(lines)


def urgency(due: Due, today: date) -> Urgency:
    """How near, or how late. A target whose year is over is not late: nobody marks it done."""
    if due.done:
        return "done"
    if due.is_late(today):
        return "late"
    days = (due.day - today).days if due.day else _NEAR + 1
    return "soon" if 0 <= days <= _SOON else "near" if 0 <= days <= _NEAR else "far"


def _item(due: Due, seen: Seen, texts: Texts, today: date) -> Item:
    deadline = due.deadline
    who = units_line(deadline.who, texts, 2) or texts("deadlines.target")
    source = source_name(seen.directives.get(deadline.directive), deadline.directive)
    return Item(
        section=texts("timeline.month", month=due.day.month, year=due.day.year)
        if due.day
        else texts("timeline.no_day"),
        day=f"{due.day.day:02d}/{due.day.month:02d}" if due.day else texts(f"recurrence.{deadline.recurrence}"),
        weekday=texts(f"due.weekday.{due.day.weekday()}") if due.day else "",
        left=_left(due, texts, today),
        what=shorten(capitalised(deadline.what), _WHAT_LIMIT),
        below=f"{shorten(who, 90)} · {source}",
        urgency=urgency(due, today),
    )


def _left(due: Due, texts: Texts, today: date) -> str:
    if due.done:
        return texts("timeline.done")
    if due.day is None:
        return ""
    return left(texts, due.day, today, "due.passed" if due.is_late(today) else "due.was")
