"""Ingest: every file is stored, unchanged, replaced or refused; what is refused leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus.ingest import find_files, ingest
from corpus.manifest import load_manifest
from corpus.store import Store
from tests.integration.directive_files import FakeIndex, read
from tests.stores import store_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corpus.ingest import FileReport
    from corpus.manifest import Manifest
    from corpus.store_records import StoredFile


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(store_url(tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "van-ban"
    made.mkdir()
    (made / "a.txt").write_text("1-KH/TU|về một|Nội dung.", encoding="utf-8")
    (made / "b.txt").write_text("2-KH/TU|về hai|Nội dung.\n3-KL/TU|về ba|Nội dung.", encoding="utf-8")
    return made


def run(
    store: Store, *paths: Path, index: FakeIndex | None = None, manifest: Manifest | None = None
) -> dict[str, FileReport]:
    reports = ingest(paths, store, index or FakeIndex(), manifest=manifest, read=read)
    return {report.file.rsplit("/", 1)[-1]: report for report in reports}


def test_a_folder_is_read_in_order_and_published_once(store: Store, folder: Path) -> None:
    index = FakeIndex()
    reports = run(store, folder, index=index)
    assert [(name, r.status, len(r.directives)) for name, r in reports.items()] == [
        ("a.txt", "stored", 1),
        ("b.txt", "stored", 2),
    ]
    assert (reports["b.txt"].clauses, reports["b.txt"].targets, reports["b.txt"].tasks) == (6, 2, 2)
    assert index.prepared == 3
    assert index.revision == store.revision()


def test_the_json_line_has_the_fields_of_the_contract(store: Store, folder: Path) -> None:
    row = run(store, folder)["a.txt"].as_dict()
    assert list(row) == ["file", "status", "reason", "directives", "clauses", "targets", "tasks", "warnings"]
    assert row["file"] == str(folder / "a.txt")
    assert row["reason"] is None


def test_reading_again_changes_nothing(store: Store, folder: Path) -> None:
    first, before = run(store, folder), store.revision()
    index = FakeIndex()
    second = run(store, folder, index=index)
    assert {r.status for r in second.values()} == {"unchanged"}
    assert {n: (r.directives, r.clauses, r.tasks) for n, r in second.items()} == {
        n: (r.directives, r.clauses, r.tasks) for n, r in first.items()
    }
    assert store.revision() == before
    assert index.prepared == 0


def test_an_edited_file_replaces_its_earlier_version(store: Store, folder: Path) -> None:
    run(store, folder)
    (folder / "b.txt").write_text("2-KH/TU|về hai|Đã sửa.", encoding="utf-8")
    report = run(store, folder)["b.txt"]
    assert (report.status, report.directives) == ("replaced", ("2-kh-tu-hoa-son-2024",))
    assert {d.number for d in store.directives()} == {"1-KH/TU", "2-KH/TU"}


def test_a_refused_file_leaves_nothing_behind_and_the_others_are_stored(store: Store, folder: Path) -> None:
    (folder / "c.txt").write_text("4-KH/TU|về bốn|x\n!", encoding="utf-8")
    (folder / "d.txt").write_text("?", encoding="utf-8")
    reports = run(store, folder, folder / "khong-co.txt")
    assert {n: r.status for n, r in reports.items()} == {
        "a.txt": "stored", "b.txt": "stored", "c.txt": "refused", "d.txt": "refused", "khong-co.txt": "refused",
    }  # fmt: skip
    assert all(r.reason for r in reports.values() if r.status == "refused")
    assert {f.name for f in store.files()} == {"a.txt", "b.txt"}


def test_an_earlier_good_version_stays_when_the_new_one_is_refused(store: Store, folder: Path) -> None:
    run(store, folder)
    (folder / "a.txt").write_text("!", encoding="utf-8")
    assert run(store, folder)["a.txt"].status == "refused"
    assert "1-KH/TU" in {d.number for d in store.directives()}


def test_the_same_content_under_another_name_is_unchanged_and_says_so(store: Store, folder: Path) -> None:
    run(store, folder)
    (folder / "z.txt").write_bytes((folder / "a.txt").read_bytes())
    report = run(store, folder)["z.txt"]
    assert report.status == "unchanged"
    assert "a.txt" in report.warnings[0]
    assert len(store.directives()) == 3


def test_a_file_that_was_moved_is_unchanged_and_known_by_its_new_name(store: Store, folder: Path) -> None:
    run(store, folder)
    (folder / "a.txt").rename(folder / "z.txt")
    assert run(store, folder)["z.txt"].status == "unchanged"
    assert {f.name for f in store.files()} == {"b.txt", "z.txt"}


def test_a_file_that_now_repeats_another_one_gives_up_what_it_said_before(store: Store, folder: Path) -> None:
    run(store, folder)
    (folder / "b.txt").write_bytes((folder / "a.txt").read_bytes())
    assert run(store, folder)["b.txt"].status == "replaced"
    assert {d.number for d in store.directives()} == {"1-KH/TU"}


def test_an_edited_copy_of_the_same_name_in_another_folder_replaces_the_earlier_one(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    run(store, folder)
    (tmp_path / "moi").mkdir()
    (tmp_path / "moi" / "a.txt").write_text("1-KH/TU|về một|Đã sửa.", encoding="utf-8")
    assert run(store, tmp_path / "moi")["a.txt"].status == "replaced"
    assert len(store.directives()) == 3


def test_two_versions_of_one_directive_in_a_folder_settle_the_same_way_every_time(store: Store, folder: Path) -> None:
    (folder / "phu").mkdir()
    (folder / "phu" / "a.txt").write_text("1-KH/TU|về một|Bản khác.", encoding="utf-8")
    for expected in ("stored", "unchanged"):
        reports = ingest([folder], store, FakeIndex(), read=read)
        assert [r.status for r in reports] == [expected, expected, "refused"]
        assert reports[-1].reason is not None


def test_a_file_without_a_directive_is_refused_with_the_way_out(store: Store, folder: Path) -> None:
    (folder / "README.md").write_text("", encoding="utf-8")
    report = run(store, folder)["README.md"]
    assert report.status == "refused"
    assert "--manifest" in (report.reason or "")


def test_a_manifest_fills_in_and_is_remembered(store: Store, folder: Path) -> None:
    (folder / "e.txt").write_text("|kế hoạch không số|Nội dung.", encoding="utf-8")
    assert "number: …" in run(store, folder)["e.txt"].warnings[0]
    listed = folder / "ke-khai.yaml"
    listed.write_text("e.txt: {number: 8-KH/TU}\n", encoding="utf-8")
    reports = run(store, folder, manifest=load_manifest(listed))
    assert "ke-khai.yaml" not in reports
    assert (reports["e.txt"].status, reports["e.txt"].directives) == ("replaced", ("8-kh-tu-hoa-son-2024",))
    listed.unlink()
    assert run(store, folder)["e.txt"].status == "unchanged"
    (folder / "e.txt").write_text("|kế hoạch không số|Đã sửa.", encoding="utf-8")
    assert run(store, folder)["e.txt"].directives == ("8-kh-tu-hoa-son-2024",)


def test_entries_for_files_that_are_not_there_are_told(
    store: Store, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    listed = folder / "ke-khai.yaml"
    listed.write_text("khac.txt: {number: 8-KH/TU}\n", encoding="utf-8")
    run(store, folder, manifest=load_manifest(listed))
    assert "khac.txt" in caplog.text


def test_a_file_read_by_earlier_code_is_read_again(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(store, folder)
    monkeypatch.setattr("corpus.ingest.reading_version", lambda: "later")
    assert {r.status for r in run(store, folder).values()} == {"replaced"}
    assert {r.status for r in run(store, folder).values()} == {"unchanged"}


def test_hidden_files_and_what_programs_leave_are_passed_over_and_nothing_is_read_twice(folder: Path) -> None:
    for name in (".hidden.txt", "~$a.docx", "Thumbs.db", "desktop.ini"):
        (folder / name).touch()
    (folder / ".git").mkdir()
    (folder / ".git" / "x.txt").touch()
    assert [p.name for p in find_files([folder, folder / "a.txt", folder])] == ["a.txt", "b.txt"]


def test_a_crash_before_publishing_leaves_a_store_the_next_ingest_brings_in_step(store: Store, folder: Path) -> None:
    def crash() -> None:
        raise KeyboardInterrupt

    crashed = FakeIndex(crash)
    with pytest.raises(KeyboardInterrupt):
        run(store, folder, index=crashed)
    assert crashed.revision is None
    healed = FakeIndex()
    assert {r.status for r in run(store, folder, index=healed).values()} == {"unchanged"}
    assert healed.revision == store.revision()


def test_each_report_is_given_as_soon_as_its_file_is_settled(store: Store, folder: Path) -> None:
    told: list[tuple[str, int]] = []
    ingest([folder], store, FakeIndex(), read=read, on_report=lambda r: told.append((r.status, len(store.files()))))
    assert told == [("stored", 1), ("stored", 2)]


def test_a_file_is_compared_with_no_more_of_the_store_than_may_be_the_same(tmp_path: Path) -> None:
    class Watched(Store):
        def files(self) -> list[StoredFile]:
            raise AssertionError("every file was asked for")

        def files_like(self, content_hash: str, path: str | None = None) -> list[StoredFile]:
            found = super().files_like(content_hash, path)
            asked.append(len(found))
            return found

    asked: list[int] = []
    folder = tmp_path / "nhieu"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02}.txt").write_text(f"{number}-KH/TU|về việc {number}|Nội dung {number}.", encoding="utf-8")
    with Watched.open(store_url(tmp_path / "home")) as store:
        run(store, folder)
        assert asked == [0] * 12
        asked.clear()
        again = run(store, folder)
        assert {report.status for report in again.values()} == {"unchanged"}
        assert asked == [1] * 12
