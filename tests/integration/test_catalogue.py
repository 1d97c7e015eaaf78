"""The catalogue of deadlines follows the store by reading what has changed, and is what reading everything gives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

import bot.reminders.catalogue as catalogue_module
from bot.reminders.catalogue import CatalogueReader
from corpus.store import Store
from tests.integration.test_store_revision import change, changes, put
from tests.stores import store_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(store_url(tmp_path)) as opened:
        yield opened


@pytest.mark.parametrize("at_once", [0, 1000])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(changes, max_size=8))
def test_a_catalogue_that_followed_every_change_is_that_of_a_fresh_reading(
    store: Store, monkeypatch: pytest.MonkeyPatch, at_once: int, done: list
) -> None:
    following = CatalogueReader(store)
    for one in done:
        change(store, *one)
        following.read()
        with monkeypatch.context() as patched:
            patched.setattr(catalogue_module, "_AT_ONCE", at_once)
            fresh = CatalogueReader(store).read()
        assert following.read() == fresh
        assert list(following.read().tasks) == [task.id for task in store.tasks()]
    for key in [d.key for d in store.directives()]:
        store.remove(key)
    assert following.read().deadlines == ()


def test_after_one_change_the_rows_of_one_directive_are_read(store: Store) -> None:
    for number in range(1, 31):
        put(store, number, "nội dung", [number])
    following = CatalogueReader(store)
    assert len(following.read().tasks) == 30
    read: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        read.append(statement)

    put(store, 7, "đã sửa", [7])
    event.listen(store.engine, "after_cursor_execute", note)
    try:
        assert len(following.read().tasks) == 30
    finally:
        event.remove(store.engine, "after_cursor_execute", note)
    of_rows = [statement for statement in read if "FROM task" in statement or "FROM target" in statement]
    assert len(of_rows) >= 2
    assert all(re.search(r'directive\."?key"? =', statement) for statement in of_rows)
