"""The roll of a few recipients says of them what the roll of everybody says: who is reminded, who sees, who is silent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from bot.office.tables import audience, group_binding, group_chat, membership, person, progress, unit
from bot.reminders.dues import Due
from bot.reminders.recipients import meant, read_roll, read_units
from bot.reminders.tables import reminder_mute, reminder_watch
from corpus.deadlines import Deadline
from corpus.store import Store
from tests.stores import store_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NAMES = {1: "Sở Nội vụ", 2: "Sở Tài chính", 3: "Sở Y tế"}
GROUP, LEFT = -100, -200
EVERYBODY = {(1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (GROUP, 0), (GROUP, 7), (LEFT, 0)}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Store]:
    with Store.open(store_url(tmp_path)) as store:
        with store.database.writing() as connection:
            connection.execute(insert(unit), [{"id": n, "name": name, "folded": name} for n, name in NAMES.items()])
            people = [(1, "officer", 1), (2, "officer", 1), (3, "clerk", 1), (4, "officer", 0), (5, None, 1)]
            rows = [{"id": n, "name": f"Người {n}", "role": r, "reachable": w, "since": NOW} for n, r, w in people]
            connection.execute(insert(person), rows)
            belong = [(1, 1), (1, 2), (2, 2), (3, 3), (4, 1)]
            connection.execute(insert(membership), [{"person_id": p, "unit_id": u} for p, u in belong])
            chats = [{"id": GROUP, "title": "a", "present": 1, "since": NOW}, {"id": LEFT, "title": "b", "present": 0, "since": NOW}]
            connection.execute(insert(group_chat), chats)
            bound = [{"chat_id": c, "topic": 0, "unit_id": 3, "bound_by": 3, "bound_at": NOW} for c in (GROUP, LEFT)]
            connection.execute(insert(group_binding), bound)
            connection.execute(insert(audience), [{"directive_key": "kin", "unit_id": n} for n in (1, 3)])
            done = [("t1", 1), ("t1", 3), ("t2", 2)]
            marks = [{"task_id": t, "unit_id": u, "state": "done", "person_id": 1, "changed_at": NOW} for t, u in done]
            connection.execute(insert(progress), marks)
            watching = [(2, 0, "t1"), (GROUP, 7, "t2"), (3, 0, "t2")]
            asked = [{"chat_id": c, "topic": t, "source_id": s, "person_id": 3} for c, t, s in watching]
            connection.execute(insert(reminder_watch), asked)
            muting = [(1, 0, "t2", None), (3, 0, "kin", NOW.date() + timedelta(days=3))]
            silent = [{"chat_id": c, "topic": t, "subject": s, "until": u} for c, t, s, u in muting]
            connection.execute(insert(reminder_mute), silent)
        yield store


def duties() -> Iterator[tuple[Due, tuple[str, ...]]]:
    for source, directive, who in (
        ("t1", "ho", ("Sở Nội vụ", "Sở Tài chính")),
        ("t2", "kin", ("Sở Tài chính", "Sở Y tế")),
        ("t3", "kin", ("các sở, ban, ngành",)),
    ):
        due = date(2026, 3, 9)
        deadline = Deadline(source, "task", source, directive, "I", "báo cáo", who, due, None, "báo cáo")
        yield Due(deadline, due, "once"), who


def test_of_its_recipients_a_small_roll_says_what_the_whole_one_says(office: Store) -> None:
    whole = read_roll(office.database, UTC)
    reminded = set()
    for among in (set(some) for count in (1, 2, 8) for some in combinations(sorted(EVERYBODY), count)):
        some = read_roll(office.database, UTC, among)
        for due, names in duties():
            assert some.recipients(due, names) & among == whole.recipients(due, names) & among, (among, due)
            reminded |= some.recipients(due, names) & among
            for here in among:
                assert some.may_see(here, due.deadline.directive) == whole.may_see(here, due.deadline.directive)
                assert some.silence(here, due.deadline, NOW.date()) == whole.silence(here, due.deadline, NOW.date())
    assert reminded == {(1, 0), (2, 0), (3, 0), (GROUP, 0), (GROUP, 7)}


def test_a_small_roll_holds_nobody_else(office: Store) -> None:
    some = read_roll(office.database, UTC, {(2, 0)})
    assert set(some.scopes) == {(2, 0)}
    assert some.units == {2: "Sở Tài chính"}
    assert read_roll(office.database, UTC, ()).scopes == {}


def test_whom_a_name_means_needs_only_the_units(office: Store) -> None:
    assert meant(read_units(office.database), ["Sở Tài chính"]) == {2}
    assert meant(read_units(office.database), ["các sở, ban, ngành"]) == {1, 2, 3}
    assert meant(read_units(office.database), ["các sở"]) == read_roll(office.database, UTC).responsible(["các sở"])
