"""Bulk reading on a local Ray: the same as the plain way, whatever is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("ray", reason="Ray is not installed (pip install chidao[test])")

from corpus.ingest import ingest
from corpus.store import Store
from index.embedding import HashEmbedder
from index.generations import current_generation
from index.indexing import Indexer, index_folder
from index.ray_reading import is_address
from tests.quality.bulk import cluster
from tests.quality.many_clauses import write_directives

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
FILES = 40
LISTING = """
import sys
from bot.cli import main
try:
    main(["list", "directives"])
except SystemExit:
    print("ray" in sys.modules, "pymilvus" in sys.modules)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    there = tmp_path_factory.mktemp("files")
    write_directives(there, FILES * 24, 24)
    (there / "khong-doc-duoc.docx").write_bytes(b"not a document")
    return there


def environment(home: Path) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHIDAO_", "RAY_"))}
    return clean | {"CHIDAO_HOME": str(home), "CHIDAO_EMBEDDING": "hash", "PYTHONPATH": str(ROOT), "RAY_DISABLE_IMPORT_WARNING": "1"}


def run(home: Path, *words: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        env=environment(home) | more, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip


def finished(process: subprocess.Popen[str], seconds: float = 240) -> str:
    said, _ = process.communicate(timeout=seconds)
    assert process.returncode == 1, said  # one file is refused
    return said


def contents(home: Path) -> dict[str, object]:
    with Store.open(f"sqlite:///{home / 'chidao.db'}") as store:
        return {
            "files": sorted((file.name, file.content_hash, file.directives) for file in store.files()),
            "clauses": sorted((c.directive, c.path, c.text) for c in store.clauses()),
            "targets": sorted((t.id, t.quote) for t in store.targets()),
            "tasks": sorted((t.id, t.quote) for t in store.tasks()),
        }


@pytest.fixture(scope="module")
def plain(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    home = tmp_path_factory.mktemp("plain")
    with Store.open(f"sqlite:///{home / 'chidao.db'}") as store:
        ingest([folder], store, Indexer(home, HashEmbedder))
    return contents(home)


def workers_of(process: subprocess.Popen[str]) -> Iterator[int]:
    """Processes of the run that read files."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getsid(int(entry.name)) == process.pid and b"ray::_Worker" in (entry / "cmdline").read_bytes():
                    yield int(entry.name)
            except OSError:
                continue


def end(process: subprocess.Popen[str]) -> None:
    """Ends the run with everything it has started, and nothing else."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getsid(int(entry.name)) == process.pid:
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                continue
    process.communicate()


def stored(home: Path) -> int:
    with Store.open(f"sqlite:///{home / 'chidao.db'}") as store:
        return len(store.files())


def test_files_read_on_ray_are_stored_as_those_read_here(folder: Path, plain: dict[str, object], tmp_path: Path) -> None:
    finished(run(tmp_path, "ingest", "--ray", str(folder)))
    assert contents(tmp_path) == plain
    generation = current_generation(index_folder(tmp_path))
    assert generation is not None
    assert len(generation) > FILES
    again = finished(run(tmp_path, "ingest", "--ray", str(folder), "--json"))
    assert again.count('"unchanged"') == FILES
    assert again.count('"refused"') == 1


def test_a_cluster_is_reached_by_its_address_with_its_token_and_says_what_is_missing_without(
    folder: Path, plain: dict[str, object], tmp_path: Path
) -> None:
    with cluster(1) as on:
        stranger = subprocess.run(
            [sys.executable, "-m", "bot", "ingest", "--ray", on.address, str(folder)],
            env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert stranger.returncode not in {0, 1}
        assert "RAY_AUTH_MODE=token" in stranger.stderr
        assert not (tmp_path / "chidao.db").exists() or stored(tmp_path) == 0
        finished(run(tmp_path, "ingest", "--ray", on.address, str(folder), **on.admission))
    assert contents(tmp_path) == plain


@pytest.mark.skipif("RAY_KILLS" not in os.environ, reason="slow: set RAY_KILLS to run; tests/quality/bulk.py is the long one")
def test_killed_workers_and_killed_drivers_leave_nothing_missing_and_nothing_twice(
    folder: Path, plain: dict[str, object], tmp_path: Path
) -> None:
    for number in range(2):  # a driver dies twice, each time after a worker has
        process = run(tmp_path, "ingest", "--ray", str(folder))
        deadline = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < deadline:
            if (tmp_path / "chidao.db").exists() and stored(tmp_path) >= 8 * (number + 1):
                break
            time.sleep(0.05)
        for pid in list(workers_of(process))[:1]:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        end(process)
    finished(run(tmp_path, "ingest", "--ray", str(folder)))
    assert contents(tmp_path) == plain


def test_without_the_flag_nothing_of_ray_is_imported(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", LISTING],
        env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.split()[-2:] == ["False", "False"]


@pytest.mark.parametrize(
    ("word", "address"),
    [
        ("auto", True),
        ("ray://10.0.0.1:10001", True),
        ("10.0.0.1:6379", True),
        ("máy", False),
        ("plan-12.txt", False),
        ("/srv/files", False),
    ],
)
def test_an_address_is_told_from_a_path(word: str, address: bool) -> None:
    assert is_address(word) is address
