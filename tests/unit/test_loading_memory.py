"""Scans are read once while they are remembered; everything else is read when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.desk.loading_memory import KEPT, ReadOnce
from corpus.errors import UnreadableFileError
from corpus.records import Directive, Metadata, Source

if TYPE_CHECKING:
    from pathlib import Path


class Reader:
    """Counts what it reads; names with "scan" are scans."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, path: Path) -> list[Directive]:
        if not path.is_file():
            raise UnreadableFileError("không có tệp")
        self.read.append(path.name)
        return [Directive(Source(path.name, scanned="scan" in path.name), Metadata(), ())]


def test_a_scan_is_recognised_once_wherever_it_lies(tmp_path: Path) -> None:
    reader = Reader()
    once = ReadOnce(reader)
    for name in ("scan-1.tif", "scan-2.tif"):
        (tmp_path / name).write_bytes(b"same")
        assert once(tmp_path / name)[0].source.text == "scan-1.tif"
    (tmp_path / "scan-1.tif").write_bytes(b"another")
    once(tmp_path / "scan-1.tif")
    assert reader.read == ["scan-1.tif", "scan-1.tif"]


def test_what_is_no_scan_is_read_each_time(tmp_path: Path) -> None:
    reader = Reader()
    once = ReadOnce(reader)
    (tmp_path / "a.txt").write_bytes(b"x")
    assert [once(tmp_path / "a.txt") for _ in range(2)]
    assert reader.read == ["a.txt", "a.txt"]


def test_only_so_many_are_remembered_and_the_oldest_go(tmp_path: Path) -> None:
    reader = Reader()
    once = ReadOnce(reader)
    for number in range(KEPT + 1):
        (tmp_path / f"scan-{number}").write_bytes(bytes([number]))
        once(tmp_path / f"scan-{number}")
    once(tmp_path / f"scan-{KEPT}")
    assert len(reader.read) == KEPT + 1
    once(tmp_path / "scan-0")
    assert len(reader.read) == KEPT + 2


def test_a_file_that_is_not_there_is_the_readers_to_refuse(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="không có tệp"):
        ReadOnce(Reader())(tmp_path / "none.tif")
