"""A backup is whole or refused; a restore changes everything or nothing, and never writes where it should not."""

from __future__ import annotations

import hashlib
import json
import threading
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.backup import BackupError, backup, restore
from corpus.errors import StoreError
from corpus.store import Store
from corpus.store_writing import IncomingFile
from tests.integration.directive_files import directive
from tests.stores import runs_on, store_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2025, 1, 2, 3, 4, tzinfo=UTC)


def fill(home: Path, count: int = 2) -> str:
    """A home with a store, an index generation and vectors; the store's revision."""
    with Store.open(store_url(home)) as store:
        for n in range(count):
            store.put(IncomingFile(f"/{n}.txt", f"h{n}", "r"), [directive(f"{n}-KH/TU")])
        generation = home / "index" / "g1"
        generation.mkdir(parents=True, exist_ok=True)
        (generation / "manifest.json").write_text("{}")
        (home / "index" / "current").write_text("g1\n")
        (home / "library").mkdir(exist_ok=True)
        (home / "library" / "abc").mkdir(exist_ok=True)
        (home / "library" / "abc" / "ke-hoach.txt").write_text("Kế hoạch", encoding="utf-8")
        (home / "days.yaml").write_text("off: [2027-02-04]\n", encoding="utf-8")
        return store.revision()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    fill(tmp_path / "home")
    backup(tmp_path / "home", store_url(tmp_path / "home"), tmp_path / "b.zip", NOW)
    return tmp_path / "b.zip"


def put_back(saved: Path, home: Path, *, force: bool = False) -> int:
    return restore(home, store_url(home), saved, force=force).directives


def rewritten(saved: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The backup with other contents but a manifest that agrees with them, as an attacker would make it."""
    with zipfile.ZipFile(saved) as packed:
        files = {name: packed.read(name) for name in packed.namelist() if name != "manifest.json"}
        manifest = json.loads(packed.read("manifest.json"))
    change(files)
    manifest["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    with zipfile.ZipFile(saved, "w") as packed:
        packed.writestr("manifest.json", json.dumps(manifest))
        for name, content in files.items():
            packed.writestr(name, content)
    return saved


def test_a_state_comes_back_whole_in_an_empty_home(saved: Path, tmp_path: Path) -> None:
    assert put_back(saved, tmp_path / "new") == 2
    with Store.open(store_url(tmp_path / "home")) as was, Store.open(store_url(tmp_path / "new")) as now:
        assert now.revision() == was.revision()
        assert now.clauses() == was.clauses()
    assert (tmp_path / "new" / "index" / "current").read_text() == "g1\n"
    assert (tmp_path / "new" / "index" / "g1" / "manifest.json").is_file()
    assert (tmp_path / "new" / "library" / "abc" / "ke-hoach.txt").read_text(encoding="utf-8") == "Kế hoạch"
    assert (tmp_path / "new" / "days.yaml").is_file()
    assert not list((tmp_path / "new").glob(".chidao-restore-*"))


def test_a_state_with_content_is_not_overwritten_unless_told_to(saved: Path, tmp_path: Path) -> None:
    home = tmp_path / "other"
    revision = fill(home, 1)
    with pytest.raises(BackupError, match="--force"):
        put_back(saved, home)
    with Store.open(store_url(home)) as store:
        assert store.revision() == revision
    assert put_back(saved, home, force=True) == 2
    with Store.open(store_url(home)) as store:
        assert len(store.directives()) == 2


def test_an_empty_store_is_no_content(saved: Path, tmp_path: Path) -> None:
    Store.open(store_url(tmp_path / "new")).close()
    assert put_back(saved, tmp_path / "new") == 2


def test_an_open_program_sees_the_restored_state(saved: Path, tmp_path: Path) -> None:
    home = tmp_path / "running"
    fill(home, 1)
    with Store.open(store_url(home)) as running:
        assert len(running.directives()) == 1
        put_back(saved, home, force=True)
        assert len(running.directives()) == 2


@pytest.mark.sqlite_only("a file that is no database")
def test_a_damaged_database_can_be_replaced_and_is_kept_aside(saved: Path, tmp_path: Path) -> None:
    home = tmp_path / "new"
    home.mkdir()
    (home / "chidao.db").write_bytes(b"no database" * 1000)
    with pytest.raises(BackupError):
        put_back(saved, home)
    assert put_back(saved, home, force=True) == 2
    assert (home / "chidao.db.damaged").is_file()


def test_a_backup_taken_while_others_write_is_consistent(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fill(home, 1)
    stop = threading.Event()

    def write() -> None:
        with Store.open(store_url(home)) as store:
            for n in range(2, 200):
                if stop.is_set():
                    return
                store.put(IncomingFile(f"/{n}.txt", f"h{n}", "r"), [directive(f"{n}-KH/TU")])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            backup(home, store_url(home), tmp_path / f"{n}.zip", NOW)
    finally:
        stop.set()
        writer.join()
    for n in range(3):
        count = put_back(tmp_path / f"{n}.zip", tmp_path / f"new{n}")
        with Store.open(store_url(tmp_path / f"new{n}")) as store:
            assert store.revision().startswith(f"{count}-")
            assert len(store.clauses()) == 3 * count


def test_a_backup_is_private_and_replaces_an_older_one_of_its_name(saved: Path, tmp_path: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0
    size = backup(tmp_path / "home", store_url(tmp_path / "home"), saved, NOW)
    assert saved.stat().st_size == size
    assert not list(tmp_path.glob(".chidao-backup-*"))


def test_there_is_nothing_to_back_up_before_the_first_ingest(tmp_path: Path, both_stores: str) -> None:
    with pytest.raises(BackupError, match="ingest"):
        backup(tmp_path, both_stores, tmp_path / "b.zip", NOW)


def test_a_database_out_of_reach_is_one_clear_sentence(saved: Path, tmp_path: Path) -> None:
    nowhere = "postgresql://127.0.0.1:9/name"
    with pytest.raises(StoreError) as caught:
        backup(tmp_path, nowhere, tmp_path / "b.zip", NOW)
    assert "\n" not in str(caught.value)
    with pytest.raises(StoreError):
        restore(tmp_path / "new", nowhere, saved)


@pytest.mark.parametrize("damage", ["cut", "flip", "text", "missing"])
def test_a_damaged_backup_changes_nothing(saved: Path, tmp_path: Path, damage: str) -> None:
    content = saved.read_bytes()
    middle = len(content) // 2
    if damage == "missing":
        saved.unlink()
    else:
        flipped = content[:middle] + bytes(b ^ 0xFF for b in content[middle : middle + 64]) + content[middle + 64 :]
        saved.write_bytes({"cut": content[:middle], "flip": flipped, "text": b"x" * 100}[damage])
    home = tmp_path / "other"
    revision = fill(home, 1)
    with pytest.raises(BackupError):
        put_back(saved, home, force=True)
    with Store.open(store_url(home)) as store:
        assert store.revision() == revision


@pytest.mark.parametrize(
    "name", ["../outside", "/outside", "index/../../outside", "index\\..\\outside", "evil.py", "index/a/b/c"]
)
def test_a_backup_never_writes_where_it_should_not(saved: Path, tmp_path: Path, name: str) -> None:
    made = rewritten(saved, lambda files: files.update({name: b"x"}))
    home = tmp_path / "new"
    with pytest.raises(BackupError):
        put_back(made, home)
    assert not (home / "chidao.db").exists()
    assert not (tmp_path / "outside").exists()


def test_a_pointer_that_leads_elsewhere_is_not_followed(saved: Path, tmp_path: Path) -> None:
    made = rewritten(saved, lambda files: files.update({"index/current": b"../../elsewhere\n"}))
    put_back(made, tmp_path / "new")
    assert not (tmp_path / "new" / "index" / "current").exists()


def test_a_database_from_a_newer_program_is_refused(saved: Path, tmp_path: Path) -> None:
    with Store.open(store_url(tmp_path / "home")) as store, store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    if runs_on("postgresql"):  # whose rows can only be taken by a program that knows their tables
        with pytest.raises(BackupError, match="9999"):
            backup(tmp_path / "home", store_url(tmp_path / "home"), saved, NOW)
        return
    backup(tmp_path / "home", store_url(tmp_path / "home"), saved, NOW)
    with pytest.raises(StoreError, match="9999"):
        put_back(saved, tmp_path / "new")


def test_a_backup_of_another_format_is_refused(saved: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(saved, "w") as packed:
        packed.writestr("manifest.json", json.dumps({"format": 99, "created": "x", "files": {}}))
    with pytest.raises(BackupError):
        put_back(saved, tmp_path / "new")
