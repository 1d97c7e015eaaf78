"""Broken and hostile files: each is refused with one clear sentence or read in safety; nothing stays behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from corpus.errors import UnreadableFileError
from corpus.outline import outline
from corpus.outline.long_lines import LONGEST
from corpus.readers import read_source
from corpus.reading import read_text
from corpus.records import Source
from corpus.sandbox import pool
from corpus.sandbox.limits import Limits
from tests.integration.directive_formats import as_docx, as_pdf
from tests.integration.hostile_files import TEXT, Hostile, hostile_files, long_word_file

_ALL = hostile_files()
_MEMORY = 512 * 1024**2
_SECONDS = 30.0


def test_there_are_enough_of_them() -> None:
    assert len(_ALL) >= 60
    assert len({hostile.name for hostile in _ALL}) == len(_ALL)


@pytest.mark.parametrize("hostile", _ALL, ids=lambda hostile: hostile.name)
def test_a_hostile_file_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hostile: Hostile) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    file = tmp_path / hostile.name
    file.write_bytes(hostile.content)
    began = time.monotonic()
    said = None
    try:
        source = read_source(file)
    except UnreadableFileError as refusal:
        said = str(refusal)
        assert "\n" not in said
        assert 15 < len(said) < 250
        assert "Error" not in said
    else:
        assert source.text.strip()
    assert time.monotonic() - began < _SECONDS
    assert max((child.resident for child in pool._idle), default=0) < _MEMORY
    if hostile.refused is not None:
        assert said is not None
        assert re.search(hostile.refused, said), said
    pool.close_children()
    assert list(scratch.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([hostile.name, "scratch"])
    assert not Path("/tmp/chidao-leo").exists()


def test_a_reader_that_hangs_is_stopped_and_what_it_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pipe = tmp_path / "treo.pdf"
    os.mkfifo(pipe)  # opening it waits for a writer that never comes
    began = time.monotonic()
    with pytest.raises(UnreadableFileError, match="quá lâu"):
        pool.read_in_child(pipe, ".pdf", limits=Limits(silent=1.0))
    assert time.monotonic() - began < 10
    assert [path.name for path in tmp_path.iterdir()] == ["treo.pdf"]


def test_a_reader_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "to.docx"
    file.write_bytes(long_word_file(200_000))
    began = time.monotonic()
    with pytest.raises(UnreadableFileError, match=r"bộ nhớ|dừng|hỏng"):
        pool.read_in_child(file, ".docx", limits=Limits(memory=150 * 1024**2))
    assert time.monotonic() - began < _SECONDS


def test_too_much_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "dai.docx"
    file.write_bytes(as_docx(TEXT))
    with pytest.raises(UnreadableFileError, match="quá nhiều chữ"):
        pool.read_in_child(file, ".docx", limits=Limits(text=50))


def test_one_child_opens_many_files_and_sees_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pool.close_children()
    monkeypatch.setenv("CHIDAO_BOT_TOKEN", "123:bi-mat")
    file = tmp_path / "a.docx"
    file.write_bytes(as_docx(TEXT))
    processes = set()
    for _ in range(5):
        read_source(file)
        (child,) = pool._idle
        processes.add(child._process.pid)
    assert len(processes) == 1
    environment = Path(f"/proc/{processes.pop()}/environ")
    if environment.exists():
        assert b"bi-mat" not in environment.read_bytes()


def test_a_child_that_dies_does_not_stop_the_next_file(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(as_pdf(TEXT))
    read_source(file)
    (child, *_) = pool._idle
    child._process.kill()
    child._process.wait()
    assert "hợp tác xã" in read_source(file).text


def test_a_short_fuzz_breaks_nothing() -> None:
    """Some seconds of `tests.quality.fuzz_readers`, in a process of its own."""
    command = [sys.executable, "-m", "tests.quality.fuzz_readers", "--minutes", "0.15", "--seed", str(int(time.time()))]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_child_whose_parent_is_gone_removes_its_scratch(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(as_docx(TEXT))
    parent = (
        "import os, sys, tempfile; tempfile.tempdir = sys.argv[2]; from pathlib import Path; "
        "from corpus.readers import read_source; read_source(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", parent, str(file), str(scratch)], cwd=root, check=False, timeout=60)
    until = time.monotonic() + 10
    while list(scratch.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(scratch.iterdir()) == []


def test_a_macro_is_never_run_and_a_linked_file_never_fetched(tmp_path: Path) -> None:
    """The child has no network where the system allows to take it away, and no reader starts a program for these."""
    opened = [hostile for hostile in _ALL if hostile.name in {"co-macro.docm", "mau-tu-xa.docx", "anh-tu-xa.html", "co-ma-lenh.pdf"}]
    assert len(opened) == 4
    for hostile in opened:
        file = tmp_path / hostile.name
        file.write_bytes(hostile.content)
        read_source(file)
    for child in pool._idle:
        started = subprocess.run(["ps", "--ppid", str(child._process.pid), "-o", "pid="], capture_output=True, check=False)
        assert started.stdout.strip() == b""


@pytest.mark.parametrize(
    "said",
    ["1.1. ", "Sở Y tế báo cáo kết quả trước ngày 15/11/2026. ", "x", "trình tỉnh trong quý III/2025, ", "SỞ Y TẾ ", "- ", "chữ 1;"],
)
def test_a_line_without_end_becomes_clauses_no_longer_than_any_paragraph_and_loses_nothing(said: str) -> None:
    text = said * (100_000 // len(said))
    clauses = outline(Source(text))
    assert max(len(clause.text) for clause in clauses) <= LONGEST
    assert "".join(clause.text for clause in clauses).replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_a_paragraph_of_endless_short_lines_is_cut_too() -> None:
    text = "\n".join(["các cơ quan, đơn vị, địa phương tiếp tục phối hợp chặt chẽ và thường xuyên với nhau,"] * 1500)
    clauses = outline(Source(text))
    assert max(len(clause.text) for clause in clauses) <= LONGEST
    assert "".join(clause.text for clause in clauses).replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_a_line_of_twice_the_length_costs_about_twice_the_time() -> None:
    line = "1.1. 12 trạm, "

    def cost(length: int) -> float:
        source = Source(line * (length // len(line)))
        began = time.process_time()
        read_text(source)
        return time.process_time() - began

    cost(20_000)  # dictionaries load once
    assert cost(96_000) < 6.5 * cost(24_000)


def test_an_ordinary_long_paragraph_stays_whole() -> None:
    text = "1. " + "Sở Y tế chủ trì, phối hợp với các sở thực hiện nhiệm vụ được giao. " * 80
    (clause,) = outline(Source(text))
    assert clause.text == text.strip()
