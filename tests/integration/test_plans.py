"""The hottest queries stay cheap however much a database holds: no table is read whole, no plan grows with the rows.

On thousands of rows; `PLANS_ROWS=1000000 pytest tests/integration/test_plans.py` takes the same tests to a million
(minutes, 2.5 GB), and `python -m tests.integration.plans` prints the figures.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.inbox.view import InboxView
from tests.integration.plans import GROWING, READ_WHOLE, filled, hot_calls, plans_of
from tests.postgres import fresh_database
from tests.stores import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.store import Store
    from tests.integration.plans import Plan

pytestmark = pytest.mark.sqlite_only("on PostgreSQL whatever the run is on")
ROWS = int(os.environ.get("PLANS_ROWS", "30000"))
FEW = ROWS // 6
BY_INDEX = ROWS < 500_000
"""In a small database indexes are preferred, so that it shows where one is missing; a large one is left to itself."""
SCANNED_WITHOUT_HARM = 1_000
"""A table of so few rows may be read whole."""
ENOUGH_ROWS, ENOUGH_PAGES = 2_000, 1_000
"""What a call may touch whatever the size; above that it must not grow."""
SERVED_BY = {
    "update: look for work": {"ix_inbox_unfinished"},
    "question: latest, after years": {"ix_asked_chat_id_topic_person_id_asked_at"},
    "question: by message": {"ix_asked_chat_id_message_id"},
    "question: reply in a chat long quiet": {"ix_asked_chat_id_id"},
    "question: waiting for clerks": {"ix_asked_unanswered", "ix_feedback_bad"},
    "press: clause by token": {"ix_clause_token"},
    "press: marks of a unit": {"ix_progress_unit_id"},
    "tick: claim and settle reminders": {"ix_delivery_state_next_try_at_id"},
    "tick: whom to plan for": {"ix_delivery_pending", "ix_reminder_watch_source_id", "ix_reminder_mute_put_off"},
    "tick: plan for some": {"ix_delivery_pending"},
    "scrape: oldest reminder due": {"ix_delivery_waiting"},
}
"""Calls with the indexes that were made for them."""


@dataclass(frozen=True)
class Measured:
    """A filled store, the plans of every hot call in it, and its tables with so many rows that a scan would hurt."""

    store: Store
    plans: dict[str, list[Plan]]
    large: frozenset[str]


@pytest.fixture(scope="module")
def two_sizes() -> Iterator[tuple[Measured, Measured]]:
    with ExitStack() as stack:
        found = []
        for rows in (FEW, ROWS):
            store = stack.enter_context(filled(stack.enter_context(fresh_database(servers.start(), f"plans{rows}")), rows))
            with store.engine.connect() as connection:
                counts = connection.execute(text("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'")).all()
            large = frozenset(name for name, count in counts if count > SCANNED_WITHOUT_HARM) & GROWING
            calls = hot_calls(store, rows)
            plans = {name: plans_of(store.engine, call, by_index=BY_INDEX) for name, call in calls.items()}
            found.append(Measured(store, plans, large))
        yield found[0], found[1]


def test_every_hot_call_sends_something(two_sizes: tuple[Measured, Measured]) -> None:
    assert [name for name, plans in two_sizes[1].plans.items() if not plans] == []


def test_no_hot_query_reads_a_growing_table_from_end_to_end(two_sizes: tuple[Measured, Measured]) -> None:
    _, many = two_sizes
    assert {"clause", "task", "person", "asked", "inbox", "delivery", "reminder_item", "progress"} <= many.large
    scanned = {
        name: [(sorted(plan.scanned()), plan.statement) for plan in plans if plan.scanned() & many.large]
        for name, plans in many.plans.items()
        if name not in READ_WHOLE
    }
    assert {name: found for name, found in scanned.items() if found} == {}


def test_the_indexes_made_for_hot_calls_serve_them(two_sizes: tuple[Measured, Measured]) -> None:
    _, many = two_sizes
    used = {name: set().union(*(plan.indexes() for plan in many.plans[name])) for name in SERVED_BY}
    assert {name: SERVED_BY[name] - found for name, found in used.items() if SERVED_BY[name] - found} == {}


def test_six_times_the_rows_cost_a_hot_call_no_more(two_sizes: tuple[Measured, Measured]) -> None:
    few, many = two_sizes
    grown = {}
    for name in many.plans.keys() - READ_WHOLE.keys():
        before, after = (sum(p.touched() for p in size.plans[name]) for size in (few, many))
        pages = [sum(p.blocks for p in size.plans[name]) for size in (few, many)]
        # An index may be a page deeper; and PostgreSQL goes another way once that is the shorter one.
        more_rows, more_pages = after > 1.5 * before + 20, pages[1] > 1.5 * pages[0] + 60
        if (more_rows and after > ENOUGH_ROWS) or (more_pages and pages[1] > ENOUGH_PAGES):
            grown[name] = (before, after, pages)
    assert grown == {}


def test_what_is_read_whole_is_read_once(two_sizes: tuple[Measured, Measured]) -> None:
    _, many = two_sizes
    with many.store.engine.connect() as connection:

        def rows(table: str) -> int:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

        directives, audiences, actors = rows("directive"), rows("audience"), rows("task_unit")
        bad = rows("feedback WHERE good = 0")
    bounds = {
        "visit: directives visible": directives + 4 * audiences,
        "question: waiting for clerks": 2 * (2 * bad + 100),  # asked twice: a page, and how many there are
        "press: tasks of a unit": 3 * actors,  # the names, the tasks, whoever else is named in these
        "tick: what composes a batch": audiences + 2_000,
    }
    assert bounds.keys() == READ_WHOLE.keys()
    touched = {name: sum(p.touched() for p in many.plans[name]) for name in bounds}
    assert {name: (touched[name], bounds[name]) for name in bounds if touched[name] > bounds[name]} == {}


def test_a_query_that_does_read_a_whole_table_is_noticed(two_sizes: tuple[Measured, Measured]) -> None:
    few, many = two_sizes
    one, other = (plans_of(size.store.engine, InboxView(size.store.database).counts) for size in (few, many))
    assert other[0].scanned() == {"inbox"}
    assert other[0].touched() > 5 * one[0].touched()
