"""The revision's digest is kept in step change by change, and is what counting everything anew gives; also beside older programs."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, select, update

from corpus.models import DirectiveRow, FileRow, RevisionRow
from corpus.store import Store
from corpus.store_corrections import Corrections
from corpus.store_revision import digest_of
from corpus.store_writing import AlreadyStoredError, IncomingFile
from tests.integration.directive_files import directive
from tests.stores import store_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SUBJECTS = ("về chuyển đổi số", "phòng, chống thiên tai mùa mưa bão")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(store_url(tmp_path)) as opened:
        yield opened


def standing(connection: Connection) -> list[tuple[str, str]]:
    return [(row.key, row.digest) for row in connection.execute(select(DirectiveRow.key, DirectiveRow.digest))]


def kept_and_counted(store: Store) -> tuple[str | None, str]:
    """The digest that is kept, and that of everything counted anew."""
    with store.engine.connect() as connection:
        return connection.execute(select(RevisionRow.digest)).scalar(), digest_of(standing(connection))


def put(store: Store, file: int, content: str, numbers: list[int], subject: int = 0) -> None:
    read = [directive(f"{number}-KH/TU", SUBJECTS[subject], content) for number in numbers]
    store.put(IncomingFile(f"/khong-con/{file}.txt", f"{file} {content} {subject} {numbers}", "r"), read)


def older_program_counts(connection: Connection) -> None:
    """What programs did before: the hash of the list of all."""
    digest = hashlib.sha256()
    for key, content in sorted(standing(connection)):
        digest.update(f"{key} {content}\n".encode())
    counter = connection.execute(select(RevisionRow.counter)).scalar() or 0
    connection.execute(delete(RevisionRow))
    connection.execute(insert(RevisionRow).values(id=1, counter=counter + 1, digest=digest.hexdigest()))


def change(store: Store, what: str, file: int, numbers: list[int], content: str, subject: int) -> None:
    present = [d.key for d in store.directives()]
    corrections = Corrections(store.database)
    if what == "put":
        try:
            put(store, file, content, sorted(set(numbers)), subject)
        except AlreadyStoredError:
            return
    elif what == "remove" and present:
        store.remove(present[file % len(present)])
    elif what == "move":
        store.move_file(f"/khong-con/{file}.txt", f"/khong-con/{numbers[0]}.txt")
    elif what == "correct" and store.tasks():
        task = store.tasks()[0]
        corrections.correct(task.id, {"action": f"việc khác {content}"}, 1, NOW)
    elif what == "take back" and store.tasks():
        corrections.undo(store.tasks()[0].id)
    elif what == "strike" and store.targets():
        corrections.remove(store.targets()[0].id, 1, NOW)
    elif what == "older program":
        with store.database.changing() as connection:
            connection.execute(update(DirectiveRow).where(DirectiveRow.key.in_(present[:1])).values(digest=content * 64))
            older_program_counts(connection)


changes = st.tuples(
    st.sampled_from(["put"] * 5 + ["remove", "remove", "move", "correct", "take back", "strike", "older program"]),
    st.integers(0, 3),
    st.lists(st.integers(1, 5), min_size=1, max_size=3),
    st.sampled_from("abc"),
    st.integers(0, 1),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(changes, max_size=12))
def test_whatever_is_changed_in_whatever_order_the_digest_is_that_of_what_stands(store: Store, done: list) -> None:
    for one in done:
        before = store.revision()
        change(store, *one)
        if store.revision() != before and one[0] != "older program":
            kept, counted = kept_and_counted(store)
            assert kept == counted
    for key in [d.key for d in store.directives()]:
        store.remove(key)


@given(st.sets(st.tuples(st.text(max_size=8), st.text("0123456789abcdef", min_size=4, max_size=4)), max_size=6), st.randoms())
def test_the_digest_knows_no_order_and_tells_sets_apart(held: set, chance) -> None:
    listed = sorted(held)
    chance.shuffle(listed)
    assert digest_of(listed) == digest_of(sorted(held))
    assert len(digest_of(listed)) == 63
    for one in held:
        assert digest_of(held - {one}) != digest_of(held)


def test_stores_that_came_to_the_same_directives_by_different_ways_have_the_same_digest(tmp_path: Path) -> None:
    found = set()
    for way, order in enumerate(permutations((1, 2, 3))):
        with Store.open(store_url(tmp_path / str(way))) as store:
            put(store, 9, "sẽ gỡ", [9])
            for number in order:
                put(store, number, "trước khi sửa", [number])
            for number in reversed(order):
                put(store, number, "sau khi sửa", [number])
            store.remove(store.keys_by_number("9-KH/TU")[0])
            found.add(store.revision())
    assert len(found) == 1


def test_what_an_older_program_left_is_counted_once_and_then_only_what_changes(store: Store) -> None:
    for number in range(1, 6):
        put(store, number, "nội dung", [number])
    with store.database.changing() as connection:
        older_program_counts(connection)
        left = connection.execute(select(RevisionRow.digest)).scalar_one()
    assert len(left) == 64
    assert store.revision() == f"6-{left[:16]}"
    put(store, 6, "nội dung", [6])
    assert kept_and_counted(store)[0] == kept_and_counted(store)[1]
    assert store.revision().startswith("7-")
    with store.database.writing() as connection:  # nobody tells: so only one who counts everything would see it
        unseen = DirectiveRow.key == store.keys_by_number("1-KH/TU")[0]
        was = connection.execute(select(DirectiveRow.digest).where(unseen)).scalar_one()
        connection.execute(update(DirectiveRow).where(unseen).values(digest="0" * 64))
    put(store, 7, "nội dung", [7])
    with store.database.writing() as connection:
        connection.execute(update(DirectiveRow).where(unseen).values(digest=was))
    assert kept_and_counted(store)[0] == kept_and_counted(store)[1]


def test_programs_old_and_new_that_take_turns_never_give_two_contents_one_revision(store: Store) -> None:
    seen = {store.revision()}
    for number in range(1, 5):
        put(store, number, "nội dung", [number])
        seen.add(store.revision())
        with store.database.changing() as connection:
            connection.execute(update(FileRow).values(reading=f"bản {number}"))
            older_program_counts(connection)
        seen.add(store.revision())
    assert len(seen) == 9
    assert [revision.split("-")[0] for revision in sorted(seen)] == [str(n) for n in range(9)]


def test_storing_one_file_reads_as_many_rows_whether_ten_stand_beside_it_or_fifty(store: Store) -> None:
    costs = []
    for number in range(1, 52):
        if number in {11, 51}:
            costs.append(rows_read(store, number))
        else:
            put(store, number, "nội dung", [number])
    assert costs[0] == costs[1] > 0


def rows_read(store: Store, number: int) -> int:
    """How many rows the questions about directives give back that storing a file and replacing it asks."""
    seen: list[tuple[str, tuple]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: tuple, *_: object) -> None:
        if "directive" in statement and statement.startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(store.engine, "after_cursor_execute", note)
    try:
        put(store, number, "nội dung", [number])
        put(store, number, "đã sửa", [number])
    finally:
        event.remove(store.engine, "after_cursor_execute", note)
    with store.engine.connect() as connection:
        return sum(len(connection.exec_driver_sql(*one).all()) for one in seen)
