"""Scans: what is read is right or marked, what may be missing is told; recognition itself is tried where it is installed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw, ImageFont

from corpus.readers import read_source, scans, second_look
from corpus.readers.pieces import DOUBT, Cell, Grid
from corpus.readers.roman_numerals import numeral, numeral_expected
from corpus.readers.serial_numbers import with_serials
from corpus.readers.tesseract import ENGLISH, Seen
from corpus.reading import read_file, read_text
from corpus.records import Source
from tests.integration.directive_formats import as_scan, font_file
from tests.integration.test_readers_formats import SAMPLES, word_accuracy, written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corpus.records import Target, Task


def drawn(text: str, size: int = 44) -> Image.Image:
    """The text in serif type of about eleven points at 300 dpi."""
    font = ImageFont.truetype(font_file(), size)
    left, top, right, bottom = font.getbbox(text)
    picture = Image.new("L", (round(right - left) + 4, round(bottom - top) + 4), 255)
    ImageDraw.Draw(picture).text((2 - left, 2 - top), text, font=font, fill=0)
    return picture


@pytest.mark.parametrize("size", [30, 44, 60])
@pytest.mark.parametrize(
    ("printed", "read", "mended", "agrees"),
    [
        ("III/2025,", "II/2025,", "III/2025,", False),
        ("III/2023.", "IH/2023.", "III/2023.", False),
        ("II/2026", "II/2026", "II/2026", True),
        ("I/2026", "1/2026", "1/2026", True),
        ("II.", "IL.", "II.", False),
        ("IV/2026", "IV/2026", "IV/2026", True),
        ("VI", "VỊ", "VI", True),
        ("H.", "H.", "H.", False),
    ],
)
def test_the_strokes_in_the_picture_prove_a_roman_numeral(size: int, printed: str, read: str, mended: str, agrees: bool) -> None:
    assert numeral(read, drawn(printed, size)) == (mended, agrees)


def test_a_numeral_is_looked_for_only_where_one_may_stand() -> None:
    assert numeral_expected("quý", "IH/2025", first=False, alone=False)
    assert numeral_expected("Quý", "1/2025", first=False, alone=False)
    assert numeral_expected(None, "II.", first=True, alone=False)
    assert not numeral_expected("tỉnh", "II.", first=False, alone=False)
    assert not numeral_expected(None, "1.", first=True, alone=False)
    assert not numeral_expected(None, "11.", first=True, alone=False)
    assert not numeral_expected(None, "Hội", first=True, alone=False)


def seen(text: str, left: int, right: int) -> Seen:
    """A word on the one line of a page."""
    return Seen(text, left, 10, right, 40, 96.0, line=("1",))


class OtherReadings:
    """Stands for Tesseract: what the English and then the Vietnamese model make of each figure cut out."""

    def __init__(self, english: str, vietnamese: str) -> None:
        self.said = {"eng": english, "vie": vietnamese}

    def recognise(self, pictures: Sequence[Image.Image], layout: str, language: str) -> list[Seen]:
        """The same word in the middle of every picture."""
        word = self.said[language]
        return [
            Seen(word, 50, 50, picture.width - 50, 80, 90.0, number) for number, picture in enumerate(pictures) if word
        ]


@pytest.mark.parametrize(
    ("first", "english", "vietnamese", "text", "sure"),
    [
        ("15/3/2025", "15/3/2025", "", "15/3/2025", True),
        ("15/5/2025", "15/3/2025", "15/3/2025", "15/3/2025", False),
        ("15/5/2025", "15/3/2025", "15/5/2025", "15/5/2025", False),
        ("95", "9,5", "9,5", "9,5", False),
        ("187-KH/TU", "197-KH/TU", "197-KH/TU", "187-KH/TU", False),
        ("45%", "", "", "45%", False),
        ("3S", "3", "3", "3", False),
        ("3S", "3", "3S", "3S", False),
        ("lÍ", "1", "1", "1", False),
        ("Sở", "S6", "Sở", "Sở", True),
        ("=", "5", "=", "=", True),
        ("15/3/2025,", "15/3/2025.", "15/3/2025.", "15/3/2025.", True),
        ("15/3/2025,", "15/3/2025.", "15/3/2025,", "15/3/2025,", True),
        ("2025", "2025.", "2025.", "2025", True),
        ("2.", "2,", "2,", "2.", True),
    ],
)
def test_two_readings_that_part_leave_a_figure_to_a_person(
    monkeypatch: pytest.MonkeyPatch, first: str, english: str, vietnamese: str, text: str, sure: bool
) -> None:
    monkeypatch.setattr(second_look.tesseract, "recognise", OtherReadings(english, vietnamese).recognise)
    monkeypatch.setattr(second_look.tesseract, "languages", lambda: frozenset({ENGLISH, "vie"}))
    page = Image.new("L", (400, 60), 255)
    (((word),),) = second_look.looked_at_again(page, [[seen(first, 100, 300)]])
    assert (word.text, word.sure) == (text, sure)


def test_words_without_figures_are_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_look.tesseract, "recognise", lambda pictures, layout, language: [1 / 0] if pictures else [])
    page = Image.new("L", (400, 60), 255)
    line = [seen("Ủy", 10, 60), seen("ban", 70, 120)]
    assert second_look.looked_at_again(page, [line]) == [line]


def table(*serials: str) -> Grid:
    """A table whose first column says so."""
    return Grid(tuple((Cell(serial), Cell("nội dung")) for serial in ("TT", *serials)), heads=1)


@pytest.mark.parametrize(
    ("read", "mended"),
    [
        (("1", "2", "3S", "4"), ("1", "2", "(3)", "4")),
        (("=", "2", "3"), ("(1)", "2", "3")),
        (("1", "2", "¡"), ("1", "2", "(3)")),
        (("1", "2", "II", "3", "4"), ("1", "2", "II", "3", "4")),
        (("1", "2", "", "3"), ("1", "2", "", "3")),
        (("Xã", "Thôn", "Bản", "1"), ("Xã", "Thôn", "Bản", "1")),
    ],
)
def test_a_serial_number_between_its_neighbours_is_put_right_and_marked(read: tuple[str, ...], mended: tuple[str, ...]) -> None:
    found = [row[0].text.replace(DOUBT[0], "(").replace(DOUBT[1], ")") for row in with_serials(table(*read)).rows[1:]]
    assert found == list(mended)


SCANNED = """KẾ HOẠCH

Phát triển thủy sản năm 2026

I. CHỈ TIÊU

1. Diện tích nuôi đạt ít nhất 45 ha.

2. Sản lượng tăng 12% so với năm 2025.

4. Có 3 hợp tác xã mới, theo Nghị quyết số 15/NQ-HĐND ngày 12/3/2025.

II. NHIỆM VỤ

1. Sở Tài chính bố trí kinh phí trước ngày 35/13/2026.

2. Sở Y tế báo cáo trong quý IU/2026.

3. Sở Nội vụ trình kế hoạch trước ngày

| TT | Chỉ tiêu | Đơn vị tính | Năm 2026 |
|---|---|---|---|
| 1 | Hộ nuôi cá | hộ | 120 |
| 2 | Hộ nuôi tôm | hộ | lí |
| 4 | Trại giống | trại | 4 |
| 5 | Bến cá | bến |  |
| 6 | Tàu cá | chiếc | 30 |
"""


def warnings_of(source: Source) -> str:
    """What a clerk is told of the directive in it."""
    (directive,) = read_text(source)
    return "\n".join(directive.metadata.warnings)


def test_what_may_be_missing_or_wrong_in_a_scan_is_told_with_its_clause() -> None:
    said = warnings_of(Source(SCANNED, scanned=True))
    for part in (
        "I.4: số mục nhảy từ 2 sang 4",
        "“35/13/2026” không phải ngày tháng",
        "“quý IU” không phải tên quý",
        "II.3: câu dừng ở chỗ phải có thời gian",
        "số thứ tự nhảy từ 2 sang 4, bảng có thể đọc thiếu dòng",
        "ô “Năm 2026” ghi “lí”, không có số",
        "ô “Năm 2026” trống",
    ):
        assert part in said, part
    assert "số mục nhảy từ 1" not in said
    assert "12/3/2025" not in said
    assert warnings_of(Source(SCANNED)).count("mục I") == 0


def test_every_row_taken_from_a_scan_is_named_and_every_figure_that_gave_none() -> None:
    text = SCANNED.replace("4. Có 3", "3. Có 3").replace("| 4 |", "| 3 |")
    said = warnings_of(Source(text + "\nIII. KINH PHÍ\n\nTổng vốn là 2.860 triệu.\n\nTheo Nghị quyết số 15/NQ-HĐND.\n", scanned=True))
    assert "chỉ tiêu (mục I.1 đến 3" in said
    assert "xin xem có sót không (mục" in said
    assert "III.p1" in said
    assert "III.p2" not in said


def test_a_doubtful_word_is_shown_with_its_neighbours_and_its_clause() -> None:
    at = SCANNED.index("45 ha")
    said = warnings_of(Source(SCANNED, scanned=True, doubtful=((at, at + 2),)))
    assert "45 ha.” (mục I.1)" in said


def due(row: Target | Task) -> tuple[object, ...]:
    """What of a row must be right or named: its value, its date, its round."""
    return tuple(getattr(row, name, None) for name in ("value", "value_max", "due", "recurrence", "recurs_before"))


@pytest.mark.parametrize("sample", [SAMPLES[1], SAMPLES[2]], ids=lambda path: path.stem[:2])
def test_every_value_and_date_of_a_scan_is_right_or_named(tmp_path: Path, sample: Path) -> None:
    if not scans.available():
        pytest.skip("tesseract with its Vietnamese data (tesseract-ocr-vie) is not installed")
    text = sample.read_text(encoding="utf-8")
    made = written(tmp_path, "chup.pdf", as_scan(text))
    source = read_source(made)
    assert word_accuracy(text, source.text) >= 0.97
    expected, found = read_file(sample), read_text(source)
    doubts = "\n".join(w for d in found for w in d.metadata.warnings if w.startswith(("Số đọc", "Chỗ có thể")))
    for kind in ("targets", "tasks"):
        read = {(row.path, due(row)) for d in found for row in getattr(d, kind)}
        for row in (row for d in expected for row in getattr(d, kind)):
            assert (row.path, due(row)) in read or row.path in doubts, (row.path, due(row), doubts)


def test_a_scan_drawn_in_its_own_dots_is_as_large_as_any_page() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(as_scan("KẾ HOẠCH\n\n1. Sở Y tế báo cáo.", dpi=150))
    page = document[0]
    assert scans.rendered(page).size == pytest.approx([round(side * 300 / 72) for side in page.get_size()], abs=1)


def test_the_cells_that_gave_nothing_are_told_by_page() -> None:
    assert scans.unread_cells([(1, 0), (4, 2)]) == [
        "Bảng ở trang 4 có thể đọc thiếu: 2 ô có chữ mà không nhận dạng được; xin xem bản gốc."
    ]


def test_words_of_a_line_share_its_baseline_and_its_height() -> None:
    line = [seen("Ủy", 10, 60), replace(seen("năm", 70, 120), top=18)]
    words = scans.words_of([line], 0.24)
    assert {word.base for word in words} == {40 * 0.24}
    assert len({word.size for word in words}) == 1
