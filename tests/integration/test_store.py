"""The store gives back what was put in, replaces and removes whole directives, and counts every change."""

from __future__ import annotations

import multiprocessing
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from corpus.errors import StoreError
from corpus.identity import clause_token
from corpus.records import Metadata
from corpus.store import Store
from corpus.store_engine import integrity_faults
from corpus.store_writing import AlreadyStoredError, IncomingFile
from tests.integration.directive_files import directive
from tests.stores import store_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "12-kh-tu-hoa-son-2024"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(store_url(tmp_path)) as opened:
        yield opened


def put(store: Store, path: str = "/van-ban/a.txt", content: str = "h1", **fields: str) -> tuple[str, ...]:
    return store.put(IncomingFile(path, content, "r1"), [directive(**fields)]).keys


def test_everything_that_was_stored_comes_back_as_it_was(store: Store) -> None:
    given = directive()
    assert put(store) == (KEY,)
    (stored,) = store.directives()
    assert Metadata(**{name: getattr(stored, name) for name in Metadata.__slots__}) == given.metadata
    assert (stored.key, stored.file) == (KEY, "a.txt")
    assert store.source(KEY) == given.source
    for kept, was in ((store.clauses(), given.clauses), (store.targets(), given.targets), (store.tasks(), given.tasks),
                      (store.rules(), given.rules)):  # fmt: skip
        assert len(kept) == len(was)
        for row, original in zip(kept, was, strict=True):
            assert type(original)(**{name: getattr(row, name) for name in type(original).__slots__}) == original
            assert row.directive == KEY


def test_clauses_keep_their_order_and_their_tokens_lead_back_to_them(store: Store) -> None:
    put(store)
    clauses = store.clauses(KEY)
    assert [c.position for c in clauses] == [0, 1, 2]
    assert store.clause_by_token(clause_token(KEY, "I.1")) == clauses[1]
    assert store.clause_by_token("0" * 16) is None


def test_rows_of_one_directive_can_be_asked_for(store: Store) -> None:
    put(store)
    put(store, "/van-ban/b.txt", "h2", number="13-KH/TU")
    assert {c.directive for c in store.clauses("13-kh-tu-hoa-son-2024")} == {"13-kh-tu-hoa-son-2024"}
    assert len(store.tasks(KEY)) == 1
    assert store.tasks(KEY)[0].coop == ("Sở Tài chính", "các sở, ban, ngành")
    assert store.counts(KEY) == (3, 1, 1)
    assert store.clauses("none") == []


def test_one_row_can_be_asked_for_by_its_id_and_one_directive_by_its_key(store: Store) -> None:
    key, other = put(store), put(store, "/van-ban/b.txt", "h2", number="13-KH/TU")
    assert [store.directive(k) for (k,) in (key, other)] == store.directives()
    assert store.directive(key[0]).cites
    assert [store.task(task.id) for task in store.tasks()] == store.tasks()
    assert [store.target(target.id) for target in store.targets()] == store.targets()
    assert store.directive("99-kh-tu") is None
    assert store.task("x") is None
    assert store.target("x") is None


def test_tasks_are_found_by_whoever_leads_or_helps_but_not_by_who_is_reported_to(store: Store) -> None:
    put(store)
    assert sorted(store.actors()) == sorted({"Sở Nội vụ", "Sở Tài chính", "các sở, ban, ngành"})
    for name in store.actors():
        assert store.tasks_given_to([name]) == store.tasks()
    assert store.tasks_given_to(["Tỉnh ủy"]) == []
    assert store.tasks_given_to(["Sở nội vu"]) == []  # folded alike, and another name
    assert store.tasks_given_to([]) == []


def test_files_like_one_have_its_content_or_its_path(store: Store) -> None:
    put(store)
    put(store, "/van-ban/b.txt", "h2", number="13-KH/TU")
    first, second = store.files()
    assert store.files_like("h1") == [first]
    assert store.files_like("h1", "/van-ban/b.txt") == [first, second]
    assert store.files_like("h2", "/van-ban/b.txt") == [second]
    assert store.files_like("h3", "/van-ban/c.txt") == []
    assert store.files_like("h3") == []


def test_an_edited_file_replaces_its_earlier_version(store: Store) -> None:
    put(store)
    stored = store.put(IncomingFile("/van-ban/a.txt", "h2", "r1"), [directive(body="Đã sửa.")])
    assert stored.replaced
    assert len(store.directives()) == 1
    assert "Đã sửa." in store.clauses()[1].text
    assert [f.content_hash for f in store.files()] == ["h2"]


def test_an_unnumbered_directive_keeps_its_key_when_its_file_is_edited(store: Store) -> None:
    first = store.put(IncomingFile("/a.txt", "h1", "r"), [directive(number=None)]).keys
    assert store.put(IncomingFile("/a.txt", "h2", "r"), [directive(number=None, body="Đã sửa.")]).keys == first


def test_the_same_directive_from_another_standing_file_is_refused_and_leaves_nothing(
    store: Store, tmp_path: Path
) -> None:
    standing = tmp_path / "ban-dau.txt"
    standing.touch()
    put(store, str(standing))
    before = store.revision()
    with pytest.raises(AlreadyStoredError, match=KEY):
        put(store, str(tmp_path / "ban-sao.txt"), "h2")
    assert store.revision() == before
    assert [f.path for f in store.files()] == [str(standing)]


def test_the_same_directive_from_a_file_that_took_the_place_of_a_vanished_one_replaces_it(store: Store) -> None:
    put(store, "/khong-con/ban-dau.txt")
    put(store, "/moi/ban-moi.txt", "h2")
    assert [f.path for f in store.files()] == ["/moi/ban-moi.txt"]


def test_a_file_that_would_tear_another_one_apart_is_refused(store: Store) -> None:
    both = [directive(), directive(number="13-KH/TU", title="về cải cách")]
    store.put(IncomingFile("/khong-con/hai.txt", "h1", "r"), both)
    with pytest.raises(AlreadyStoredError, match="13-kh-tu"):
        put(store, "/mot.txt", "h2")
    assert len(store.directives()) == 2


def test_two_directives_that_share_a_number_but_not_a_subject_are_both_kept(store: Store, tmp_path: Path) -> None:
    standing = tmp_path / "a.txt"
    standing.touch()
    put(store, str(standing))
    stored = store.put(IncomingFile("/b.txt", "h2", "r"), [directive(title="phòng, chống thiên tai mùa mưa bão")])
    assert stored.keys[0].startswith(f"{KEY}-")
    assert stored.warnings
    assert len(store.directives()) == 2


def test_a_copy_of_the_second_of_two_that_share_a_number_is_known_for_a_copy(store: Store, tmp_path: Path) -> None:
    other = directive(title="phòng, chống thiên tai mùa mưa bão")
    first, second, copy = (tmp_path / name for name in ("a.txt", "b.txt", "ban-sao.txt"))
    first.touch()
    second.touch()
    put(store, str(first))
    (key,) = store.put(IncomingFile(str(second), "h2", "r"), [other]).keys
    with pytest.raises(AlreadyStoredError, match=key):
        store.put(IncomingFile(str(copy), "h3", "r"), [other])
    assert len(store.directives()) == 2


def test_one_file_may_hold_the_same_number_twice(store: Store) -> None:
    stored = store.put(IncomingFile("/a.txt", "h1", "r"), [directive(), directive(body="Khác."), directive()])
    assert len(set(stored.keys)) == 3
    assert len({t.id for t in store.targets()}) == 3


def test_removing_takes_the_directive_with_all_its_rows(store: Store) -> None:
    put(store)
    assert store.remove(KEY)
    assert not store.remove(KEY)
    assert (
        store.directives()
        == store.clauses()
        == store.targets()
        == store.tasks()
        == store.rules()
        == store.files()
        == []
    )
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM task_unit")).scalar() == 0


def test_removing_one_of_several_keeps_the_others_and_lets_the_file_be_read_again(store: Store) -> None:
    store.put(IncomingFile("/a.txt", "h1", "r"), [directive(), directive(number="13-KH/TU", title="về cải cách")])
    store.remove(KEY)
    (file,) = store.files()
    assert file.directives == ("13-kh-tu-hoa-son-2024",)
    assert file.reading == ""


def test_the_revision_changes_with_content_and_only_then(store: Store) -> None:
    seen = [store.revision()]
    put(store)
    seen.append(store.revision())
    store.clauses()
    store.set_meta("k", "v")
    assert store.revision() == seen[-1]
    assert store.meta("k") == "v"
    assert store.meta("none") is None
    put(store, content="h2")
    seen.append(store.revision())
    store.remove(KEY)
    seen.append(store.revision())
    assert len(set(seen)) == 4


def test_two_stores_of_different_content_never_share_a_revision(tmp_path: Path) -> None:
    with Store.open(store_url(tmp_path / "1")) as one, Store.open(store_url(tmp_path / "2")) as two:
        put(one)
        put(two, content="h2")
        assert one.revision() != two.revision()


def test_a_number_finds_its_directive_in_every_spelling(store: Store) -> None:
    put(store)
    assert store.keys_by_number("Số 12 -KH/TU") == [KEY]
    assert store.keys_by_number("99-KH/TU") == []


def test_segments_and_cells_are_kept_only_where_they_say_more_than_the_text(store: Store) -> None:
    put(store)
    with store.engine.connect() as connection:
        kept = connection.execute(text("SELECT segments, cells FROM clause ORDER BY position")).all()
    assert kept[0] == (None, None)
    assert kept[1][0] is not None
    assert kept[2][1] is not None


def test_a_write_that_fails_half_way_leaves_the_old_state(store: Store) -> None:
    put(store)
    before = store.revision()
    bad = replace(directive(number="14-KH/TU", title="khác hẳn"), targets=(replace(directive().targets[0], op=None),))  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        store.put(IncomingFile("/b.txt", "h2", "r"), [bad])
    assert store.revision() == before
    assert [d.key for d in store.directives()] == [KEY]


def test_readers_go_on_while_another_writes(store: Store) -> None:
    put(store)
    failures: list[Exception] = []

    def read() -> None:
        try:
            for _ in range(20):
                assert len(store.clauses()) in {3, 6, 9, 12, 15, 18}
        except Exception as error:  # noqa: BLE001 - handed to the main thread
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for n in range(5):
        put(store, f"/{n}.txt", f"c{n}", number=f"{n + 20}-KH/TU")
    for thread in readers:
        thread.join()
    assert failures == []


def _write(url: str, offset: int) -> None:
    with Store.open(url) as store:
        for n in range(5):
            put(store, f"/{offset + n}.txt", f"c{offset + n}", number=f"{offset + n}-KH/TU")


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    url = store_url(tmp_path)
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(url, offset)) for offset in (100, 200)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(60)
    assert [process.exitcode for process in writers] == [0, 0]
    with Store.open(url) as store:
        assert len(store.directives()) == 10
        assert store.revision().startswith("10-")
        assert integrity_faults(store.engine) == []


@pytest.mark.parametrize("url", ["not a url", "nosuchdb://x/y", "sqlite:////proc/none/x.db"])
def test_an_address_that_leads_nowhere_is_one_clear_sentence(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    assert "\n" not in str(caught.value)


@pytest.mark.sqlite_only("a file that is no database")
def test_a_file_that_is_no_database_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "chidao.db").write_bytes(b"this is no database at all" * 200)
    with pytest.raises(StoreError, match="restore"):
        Store.open(store_url(tmp_path))
