"""Deadlines as an iCalendar file (RFC 5545): all-day events with alarms, repeating ones for yearly or monthly dates."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from corpus.deadlines import occurrences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from icalendar import Event

    from bot.texts import Texts
    from corpus.deadlines import Deadline
    from corpus.store_records import StoredDirective

_ALARMS = (
    timedelta(days=-3, hours=8),
    timedelta(days=-1, hours=8),
)  # at eight in the morning, three days and one before
_SUMMARY_LIMIT = 120


def as_ics(
    rows: Iterable[Deadline], directives: Mapping[str, StoredDirective], now: datetime, texts: Texts
) -> tuple[str, int]:
    """The calendar, and how many deadlines it leaves out because the directive states no day for them.

    A deadline keeps its UID as long as its row keeps its id, so importing again updates events, not doubles them.
    """
    from icalendar import Calendar  # noqa: PLC0415 - only this format needs it

    feed = Calendar()
    feed.add("prodid", "-//Chi dao//chidao//VI")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", texts("listing.deadlines"))
    undated = 0
    for deadline in rows:
        event = _event(deadline, directives.get(deadline.directive), now, texts)
        if event is None:
            undated += 1
        else:
            feed.add_component(event)
    return feed.to_ical().decode(), undated


def _event(deadline: Deadline, directive: StoredDirective | None, now: datetime, texts: Texts) -> Event | None:
    from icalendar import Alarm, Event  # noqa: PLC0415

    day, rule = _when(deadline, now.date())
    if day is None:
        return None
    event = Event()
    event.add("uid", f"{deadline.id}@chidao")
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    if rule:
        event.add("rrule", rule)
    summary = _cut(deadline.what)
    event.add("summary", summary)
    event.add("description", _description(deadline, directive, texts))
    event.add("categories", [texts(f"calendar.{deadline.source}")])
    event.add("transp", "TRANSPARENT")
    for before in _ALARMS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", before)
        event.add_component(alarm)
    return event


def _when(deadline: Deadline, today: date) -> tuple[date | None, dict[str, object]]:
    """The first day and the repetition. An occurrence (`id@date`) and a dated deadline stand alone."""
    start = deadline.since or date(today.year, 1, 1)
    first = next(occurrences(deadline, start, start + timedelta(days=366)), None)
    if "@" in deadline.id or first is None or deadline.recurs_before is None:
        return deadline.due, {}
    month, _, day = deadline.recurs_before.rpartition("-")
    rule: dict[str, object] = {"freq": "yearly" if month else "monthly"}
    days = list(range(28, int(day) + 1)) or [int(day)]
    rule["bymonthday"] = days
    if len(days) > 1:  # the 31st, or the last day of a month that has none
        rule["bysetpos"] = -1
    if month:
        rule["bymonth"] = int(month)
        if int(day) <= calendar.monthrange(2023, int(month))[1]:
            rule["bymonthday"] = int(day)
            rule.pop("bysetpos", None)
    if deadline.due:
        rule["until"] = deadline.due
    return first, rule


def _description(deadline: Deadline, directive: StoredDirective | None, texts: Texts) -> str:
    source = (directive.number or directive.title or directive.key) if directive else deadline.directive
    lines = [
        texts("calendar.who", who="; ".join(deadline.who)) if deadline.who else "",
        f"“{deadline.quote}”",
        texts("calendar.source", source=source, path=deadline.path),
    ]
    return "\n".join(line for line in lines if line)


def _cut(text: str) -> str:
    return text if len(text) <= _SUMMARY_LIMIT else text[: _SUMMARY_LIMIT - 1].rstrip() + "…"
