"""One file read whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import UnreadableFileError
from corpus.reading import read_file, read_text
from corpus.records import Source

SAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "samples"


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.txt")), ids=lambda file: file.name)
def test_every_row_of_a_sample_stands_in_one_of_its_clauses(file: Path) -> None:
    for directive in read_file(file):
        segments = {clause.path: clause.segments for clause in directive.clauses}
        for row in (*directive.targets, *directive.tasks, *directive.rules):
            assert row.path in segments


def test_an_unreadable_file_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    empty = tmp_path / "trong.txt"
    empty.write_text("")
    with pytest.raises(UnreadableFileError):
        read_file(empty)


def test_a_text_without_any_structure_is_still_one_directive() -> None:
    (directive,) = read_text(Source("Chỉ một dòng chữ."))
    assert [clause.path for clause in directive.clauses] == ["0.p1"]
    assert directive.metadata.kind is None
