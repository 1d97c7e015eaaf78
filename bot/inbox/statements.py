"""The inbox's statements that are more than a line: what may be claimed, and what a claim that ends without an answer
leaves behind. Made once for each worker, since to put them together takes longer than to run them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, func, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.inbox.tables import inbox
from bot.office.tables import Moment

_NO_GAP = 2**62

# Literals, not parameters: only so can the database see that a partial index applies.
WAITING = inbox.c.state == literal_column("'waiting'")
WORKING = inbox.c.state == literal_column("'working'")
UNFINISHED = inbox.c.done_at.is_(None)

GIVEN_BACK: dict[str, Any] = {
    "state": "waiting",
    "repeat": case((inbox.c.begun_at.is_(None), inbox.c.repeat), else_=1),
    "begun_at": None,
    "lease_until": None,
    "claim_token": None,
}


def ready(bot: int) -> Select[Any]:
    """What may be claimed, up to `room`, locked."""
    other = inbox.alias()
    before = (
        select(other.c.update_id)
        .where(
            other.c.bot_id == bot,
            other.c.place == inbox.c.place,
            other.c.done_at.is_(None),
            or_(other.c.update_id < inbox.c.update_id, other.c.state == literal_column("'working'")),
        )
        .exists()
    )
    return (
        select(inbox)
        .where(inbox.c.bot_id == bot, UNFINISHED, WAITING, ~before)
        .order_by(inbox.c.update_id)
        .limit(bindparam("room"))
        .with_for_update(skip_locked=True)
    )


def ready_in_order(bot: int) -> Select[Any]:
    """The same below the first gap; above it what arrived before `since` has waited enough.

    The gap is the lowest number that arrived after `since` and whose predecessor has not; the first of all needs none.
    It is found in the same statement: what arrives while one looks must not be claimed unlooked at.
    """
    since = bindparam("since", type_=Moment)
    recent, other, lowest = inbox.alias(), inbox.alias(), inbox.alias()
    predecessor = (
        select(other.c.update_id).where(other.c.bot_id == bot, other.c.update_id == recent.c.update_id - 1).exists()
    )
    first = select(func.min(lowest.c.update_id)).where(lowest.c.bot_id == bot).scalar_subquery()
    gap = (
        select(func.min(recent.c.update_id))
        .where(recent.c.bot_id == bot, recent.c.received_at > since, recent.c.update_id > first, ~predecessor)
        .scalar_subquery()
    )
    return ready(bot).where(or_(inbox.c.update_id < func.coalesce(gap, _NO_GAP), inbox.c.received_at <= since))


KEEP = {
    "sqlite": sqlite.insert(inbox).on_conflict_do_nothing().returning(inbox.c.update_id),
    "postgresql": postgresql.insert(inbox).on_conflict_do_nothing().returning(inbox.c.update_id),
}


def note_act(connection: Connection, bot: int, number: int, token: str) -> None:
    """Notes, in a transaction that changes something on behalf of an update, that it has been acted on."""
    its = (inbox.c.bot_id == bot) & (inbox.c.update_id == number) & (inbox.c.claim_token == token)
    connection.execute(update(inbox).where(its).values(acted=1))
