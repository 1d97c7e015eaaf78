"""Whose plans to look at: the chats that an agenda may have something for, and those that were promised something.

Rather too many than too few: what is said to whom the plan itself decides. Decides nothing, writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import literal_column, select

from bot.office.tables import group_binding, membership
from bot.reminders.tables import delivery, reminder_item, reminder_mute, reminder_setting, reminder_watch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Connection, Select

    from bot.reminders.agenda import Agenda, Window

_CHUNK = 400
is_pending = delivery.c.state == literal_column("'pending'")
"""In words, not as a parameter: only so can the database see that a partial index applies."""


def concerned(connection: Connection, agenda: Agenda, window: Window) -> list[int]:
    """Every chat once, those of one unit beside each other."""
    found: dict[int, None] = {}  # in the order of coming
    for query in _queries(agenda, window):
        found.update(dict.fromkeys(connection.execute(query).scalars()))
    return list(found)


def promised(connection: Connection, sources: Collection[str]) -> list[int]:
    """The chats that something is planned for which speaks of these tasks and targets."""
    found: dict[int, None] = {}
    planned = select(reminder_item.c.chat_id).join(delivery).where(is_pending, reminder_item.c.cancelled.is_(None))
    for some in _chunks(sources):
        found.update(dict.fromkeys(connection.execute(planned.where(reminder_item.c.source_id.in_(some))).scalars()))
    return list(found)


def _queries(agenda: Agenda, window: Window) -> Iterator[Select[Any]]:
    people = select(membership.c.person_id).order_by(membership.c.unit_id)
    groups = select(group_binding.c.chat_id).order_by(group_binding.c.unit_id)
    for some in _chunks(agenda.loud):
        yield people.where(membership.c.unit_id.in_(some))
        yield groups.where(group_binding.c.unit_id.in_(some))
    wish = reminder_setting.c
    reads_daily = wish.wishes["digest"].as_string() == "daily"
    same_topic = (wish.chat_id == group_binding.c.chat_id) & (wish.topic == group_binding.c.topic)
    for some in _chunks(agenda.quiet):
        here = people.join(reminder_setting, wish.chat_id == membership.c.person_id)
        yield here.where(reads_daily, membership.c.unit_id.in_(some))
        yield groups.join(reminder_setting, same_topic).where(reads_daily, group_binding.c.unit_id.in_(some))
    for sources in _chunks(agenda.sources):
        yield select(reminder_watch.c.chat_id).where(reminder_watch.c.source_id.in_(sources))
    yield select(reminder_mute.c.chat_id).where(reminder_mute.c.until.between(*window))
    yield select(delivery.c.chat_id).where(is_pending)


def _chunks(values: Collection[Any]) -> Iterator[list[Any]]:
    listed = sorted(values)
    for begin in range(0, len(listed), _CHUNK):
        yield listed[begin : begin + _CHUNK]
