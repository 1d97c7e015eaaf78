"""What people correct or remove stays so: at once, after every reading, and until they take it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from corpus.corrections import as_json, from_json, match
from corpus.records import Task
from corpus.store import Store
from corpus.store_corrections import Corrections
from corpus.store_writing import IncomingFile
from tests.integration.directive_files import directive
from tests.stores import store_url

KEY = "12-kh-tu-hoa-son-2024"
NOW = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    with Store.open(store_url(tmp_path)) as opened:
        yield opened


@pytest.fixture
def corrections(store):
    return Corrections(store.database)


def put(store, content="h1", path="/a.txt", tasks=None, targets=None, **fields):
    read = directive(**fields)
    read = replace(
        read, tasks=read.tasks if tasks is None else tasks, targets=read.targets if targets is None else targets
    )
    return store.put(IncomingFile(path, content, "r1"), [read])


def test_a_correction_stands_at_once_keeps_the_id_and_moves_the_revision(store, corrections):
    put(store)
    (task,) = store.tasks()
    before = store.revision()
    assert corrections.correct(task.id, {"lead": ["Sở Y tế"], "due": "2025-06-30"}, 7, NOW)
    (now,) = store.tasks()
    assert (now.id, now.lead, now.due, now.corrected) == (task.id, ("Sở Y tế",), date(2025, 6, 30), True)
    assert now.coop == task.coop
    assert store.revision() != before


def test_it_stands_after_the_file_is_read_again_and_after_the_directive_was_withdrawn(store, corrections):
    put(store)
    (target,) = store.targets()
    corrections.correct(target.id, {"value": 70.0, "op": "="}, 7, NOW)
    put(store, "h2")
    assert [(t.id, t.value, t.op, t.corrected) for t in store.targets()] == [(target.id, 70.0, "=", True)]
    store.remove(KEY)
    put(store, "h3")
    assert [(t.id, t.value, t.corrected) for t in store.targets()] == [(target.id, 70.0, True)]


def test_it_finds_its_row_when_the_reading_words_it_otherwise_or_puts_it_elsewhere(store, corrections):
    put(store)
    (task,) = store.tasks()
    corrections.correct(task.id, {"product": "Báo cáo"}, 7, NOW)
    (read,) = directive().tasks
    put(store, "h2", tasks=(replace(read, action="báo cáo kết quả thực hiện hằng năm", lead=("Sở Nội vụ tỉnh",)),))
    assert [(t.id, t.product) for t in store.tasks()] == [(task.id, "Báo cáo")]
    put(store, "h3", tasks=(replace(read, path="III.1", quote=f" {read.quote.upper()} "),))
    assert [(t.id, t.product, t.path) for t in store.tasks()] == [(task.id, "Báo cáo", "III.1")]


def test_among_rows_of_one_quotation_it_finds_the_one_that_was_meant(store, corrections):
    (read,) = directive().tasks
    rows = (read, replace(read, action="kiểm tra, giám sát việc thực hiện", lead=("Thanh tra tỉnh",)))
    put(store, tasks=rows)
    meant = store.tasks()[1]
    corrections.correct(meant.id, {"due": "2025-09-01"}, 7, NOW)
    put(store, "h2", tasks=(rows[0], replace(rows[1], action="kiểm tra và giám sát việc thực hiện")))
    assert [(t.lead, t.due) for t in store.tasks()] == [
        (("Sở Nội vụ",), None),
        (("Thanh tra tỉnh",), date(2025, 9, 1)),
    ]


def test_a_removed_row_stays_away_and_comes_back_as_it_was(store, corrections):
    put(store)
    (task,) = store.tasks()
    assert corrections.remove(task.id, 7, NOW)
    assert store.tasks() == []
    put(store, "h2")
    assert store.tasks() == []
    assert not corrections.remove(task.id, 7, NOW)
    assert corrections.undo(task.id)
    assert store.tasks() == [task]
    assert not corrections.undo(task.id)


def test_taking_a_correction_back_gives_the_row_as_last_read(store, corrections):
    put(store)
    (task,) = store.tasks()
    corrections.correct(task.id, {"action": "việc khác"}, 7, NOW)
    (read,) = directive().tasks
    put(store, "h2", tasks=(replace(read, recurs_before="11-30"),))
    corrections.undo(task.id)
    assert [(t.action, t.recurs_before, t.corrected) for t in store.tasks()] == [(read.action, "11-30", False)]


def test_a_value_as_read_takes_the_correction_back(store, corrections):
    put(store)
    (task,) = store.tasks()
    corrections.correct(task.id, {"lead": ["Sở Y tế"]}, 7, NOW)
    corrections.correct(task.id, {"lead": list(task.lead)}, 7, NOW)
    assert store.tasks() == [task]
    assert corrections.get(task.id) is None


def test_a_correction_whose_row_is_gone_is_kept_reported_and_works_again_when_the_row_returns(store, corrections):
    put(store)
    (task,) = store.tasks()
    corrections.correct(task.id, {"due": "2025-06-30"}, 7, NOW)
    stored = put(store, "h2", tasks=())
    assert any("/sua" in warning for warning in stored.warnings)
    assert [c.row_id for c in corrections.lost()] == [task.id]
    assert not corrections.correct(task.id, {"due": "2025-07-01"}, 7, NOW)
    put(store, "h3")
    assert [(t.id, t.due) for t in store.tasks()] == [(task.id, date(2025, 6, 30))]
    assert corrections.lost() == []


def test_a_quite_different_row_is_not_taken_for_the_corrected_one(store, corrections):
    put(store)
    (task,) = store.tasks()
    corrections.remove(task.id, 7, NOW)
    other = Task("II.1", "xây dựng trường học mới", "Một câu khác hẳn.", ("Sở Giáo dục",))
    put(store, "h2", tasks=(other,))
    assert [t.action for t in store.tasks()] == ["xây dựng trường học mới"]
    assert [c.row_id for c in corrections.lost()] == [task.id]


def test_it_follows_a_directive_whose_number_was_put_right(store, corrections):
    put(store)
    (task,) = store.tasks()
    corrections.correct(task.id, {"product": "Báo cáo"}, 7, NOW)
    put(store, "h2", number="21-KH/TU")
    assert [(t.directive, t.id, t.product) for t in store.tasks()] == [("21-kh-tu-hoa-son-2024", task.id, "Báo cáo")]


def test_what_may_not_be_set_and_rows_nobody_knows_are_refused(store, corrections):
    put(store)
    (task,) = store.tasks()
    with pytest.raises(ValueError, match="quote"):
        corrections.correct(task.id, {"quote": "khác"}, 7, NOW)
    assert store.tasks() == [task]
    assert not corrections.correct("task-000000000000", {"due": None}, 7, NOW)
    assert not corrections.remove("target-000000000000", 7, NOW)


def test_what_put_foresees_it_does_not_do(store, corrections):
    put(store)
    (task,) = store.tasks()
    corrections.remove(task.id, 7, NOW)
    before = store.revision(), store.files(), corrections.of_directive(KEY)
    foreseen = store.foresee(IncomingFile("/b.txt", "h9", "r1", replacing={KEY}), [directive(body="Mới.")])
    assert (foreseen.keys, foreseen.replaced) == ((KEY,), True)
    assert (store.revision(), store.files(), corrections.of_directive(KEY)) == before


def test_rows_survive_their_plain_form():
    read = directive()
    for row, kind in ((read.tasks[0], "task"), (read.targets[0], "target")):
        assert from_json(kind, as_json(row)) == row
    assert match([], ["a"], [read.tasks[0]]) == {}
