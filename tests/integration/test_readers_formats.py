"""The same directive in every format says the same: outline, targets and tasks as read from its text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import corpus.samples
from corpus.readers import read_source, scans
from corpus.reading import read_file, read_text
from corpus.text import comparable
from tests.integration.directive_formats import as_docx, as_html, as_pdf, as_scan, as_word97, encoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.records import Directive

SAMPLES = sorted(
    path for path in Path(next(iter(corpus.samples.__path__))).iterdir() if path.suffix in {".txt", ".md"}
)
PRINTED_LINES = "05_"
"""The sample whose text keeps the lines of a print, footnotes among them: as Word or PDF it would be another document."""
FORMATS: dict[str, Callable[[str], bytes]] = {
    "docx": as_docx,
    "html": as_html,
    "md": str.encode,
    "pdf": as_pdf,
    "unindented.pdf": lambda text: as_pdf(text, running_head="Văn phòng tỉnh Hòa Sơn", justified=False, indent=0),
    "vni.txt": lambda text: encoded(text, "vni"),
    "cp1258.txt": lambda text: encoded(text, "cp1258"),
    "utf16.txt": lambda text: text.encode("utf-16"),
}


def facts(directives: list[Directive]) -> dict[str, Any]:
    """What must not depend on the format."""
    return {
        "paths": [[(c.path, c.kind) for c in d.clauses] for d in directives],
        "meta": [(d.metadata.number, d.metadata.kind, d.metadata.issued_on, d.metadata.title) for d in directives],
        "targets": [
            (t.path, t.indicator, t.op, t.value, t.value_max, t.unit, t.due, t.period, t.change)
            for d in directives
            for t in d.targets
        ],
        "tasks": [
            (t.path, t.action, t.lead, t.coop, t.due, t.recurrence, t.recurs_before, t.report_to)
            for d in directives
            for t in d.tasks
        ],
    }


def written(folder: Path, name: str, content: bytes) -> Path:
    """A file with these bytes."""
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem[:2])
@pytest.mark.parametrize("name", FORMATS)
def test_a_directive_says_the_same_in_every_format(tmp_path: Path, sample: Path, name: str) -> None:
    if sample.name.startswith(PRINTED_LINES) and name.endswith("pdf"):
        pytest.skip("this sample is printed lines already")
    text = sample.read_text(encoding="utf-8")
    made = written(tmp_path, f"van-ban.{name}", FORMATS[name](text))
    expected, found = facts(read_file(sample)), facts(read_file(made))
    for key, value in expected.items():
        if key != "meta" or name != "md":
            assert found[key] == value, key


@pytest.mark.parametrize("suffix", [".doc", ".rtf"])
def test_an_old_word_file_says_the_same_its_tables_included(tmp_path: Path, suffix: str) -> None:
    sample = SAMPLES[2]
    try:
        content = as_word97(sample.read_text(encoding="utf-8"), suffix, tmp_path)
    except FileNotFoundError:
        pytest.skip("LibreOffice (soffice) is not installed")
    made = written(tmp_path, f"van-ban{suffix}", content)
    assert facts(read_file(made)) == facts(read_file(sample))


@pytest.mark.parametrize("sample", SAMPLES[:4], ids=lambda path: path.stem[:2])
def test_tcvn3_text_says_the_same_but_for_capitals_that_it_has_no_code_for(tmp_path: Path, sample: Path) -> None:
    made = written(tmp_path, "cu.txt", encoded(sample.read_text(encoding="utf-8"), "tcvn3"))
    source = read_source(made)
    assert "TCVN3" in source.warnings[0]
    expected, found = read_file(sample), read_file(made)
    assert [c.path for d in found for c in d.clauses] == [c.path for d in expected for c in d.clauses]
    for one, other in zip(expected, found, strict=True):
        assert [(t.path, t.value, t.due) for t in one.targets] == [(t.path, t.value, t.due) for t in other.targets]
        assert [comparable(t.action) for t in one.tasks] == [comparable(t.action) for t in other.tasks]


def test_the_pages_of_a_pdf_are_kept_for_citations(tmp_path: Path) -> None:
    sample = SAMPLES[0]
    made = written(tmp_path, "a.pdf", as_pdf(sample.read_text(encoding="utf-8")))
    told: list[tuple[int, int]] = []
    (directive,) = read_file(made, lambda done, total: told.append((done, total)))
    pages = [clause.page or 0 for clause in directive.clauses]
    count = len(directive.source.page_starts)
    assert count >= 3
    assert pages[0] == 1
    assert max(pages) >= 3
    assert told == [(number, count) for number in range(1, count + 1)]
    body = [clause.page or 0 for clause in directive.clauses if clause.kind != "end"]
    assert body == sorted(body)


def word_accuracy(expected: str, found: str) -> float:
    """Share of the expected words that stand in the found text in their order."""
    import difflib
    import re

    wanted, got = re.findall(r"\w+", expected), re.findall(r"\w+", found)
    matcher = difflib.SequenceMatcher(None, wanted, got, autojunk=False)
    return sum(match.size for match in matcher.get_matching_blocks()) / len(wanted)


def test_a_scan_is_read_and_its_figures_and_dates_are_right_or_flagged(tmp_path: Path) -> None:
    if not scans.available():
        pytest.skip("tesseract with its Vietnamese data (tesseract-ocr-vie) is not installed")
    sample = SAMPLES[0]
    text = sample.read_text(encoding="utf-8")
    made = written(tmp_path, "chup.pdf", as_scan(text))
    source = read_source(made)
    assert word_accuracy(text, source.text) >= 0.97
    assert source.scanned
    (directive,) = read_file(made)
    assert any("xin văn thư" in warning for warning in directive.metadata.warnings)
    (expected,) = read_file(sample)
    figures = len(directive.targets)
    assert any(f"của {figures} chỉ tiêu" in warning for warning in directive.metadata.warnings)
    assert figures == len(expected.targets)
    assert sum(a.value == b.value for a, b in zip(directive.targets, expected.targets, strict=True)) >= figures - 1


def test_figures_in_the_table_of_a_scan_are_right_or_doubtful_and_its_rows_are_named(tmp_path: Path) -> None:
    if not scans.available():
        pytest.skip("tesseract with its Vietnamese data (tesseract-ocr-vie) is not installed")
    text = """KẾ HOẠCH

Phát triển kinh tế tập thể năm 2026

I. CHỈ TIÊU

| TT | Chỉ tiêu | Đơn vị tính | Năm 2026 | Năm 2027 |
|---|---|---|---|---|
| 1 | Tỷ lệ hợp tác xã hoạt động tốt | % | 45 | 52,5 |
| 2 | Số hợp tác xã thành lập mới | hợp tác xã | 18 | 24 |
"""
    source = read_source(written(tmp_path, "bieu.pdf", as_scan(text)))
    flagged = {source.text[start:end] for start, end in source.doubtful}
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in source.text.split("\n") if line.startswith("|")]
    assert len(rows) == 4
    assert "Số hợp tác xã thành lập mới" in rows[3][1]
    for row, figures in ((rows[2], ["45", "52,5"]), (rows[3], ["18", "24"])):
        assert all(read == printed or read in flagged for read, printed in zip(row[3:], figures, strict=True))
    (directive,) = read_text(source)
    assert any("giá trị và thời hạn của 4 chỉ tiêu (mục " in warning for warning in directive.metadata.warnings)


def test_without_recognition_a_scan_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corpus.errors import UnreadableFileError
    from corpus.readers import read_content

    monkeypatch.setattr(scans, "available", lambda: False)
    pdf = as_scan("Kế hoạch số 1\n\n1. Sở Y tế báo cáo.", dpi=72)
    with pytest.raises(UnreadableFileError, match="tesseract-ocr-vie"):
        read_content(pdf, ".pdf")
