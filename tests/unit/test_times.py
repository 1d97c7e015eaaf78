"""Time expressions: a table of readings, citations, and properties that hold for any date."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corpus.time_words import time_words
from corpus.times import mask_citations, read_time, read_times

TABLE = yaml.safe_load((Path(__file__).parent / "time_expressions.yaml").read_text(encoding="utf-8"))
ISSUED = date(2025, 1, 31)
DATES = st.dates(date(2000, 1, 1), date(2049, 12, 31))


def as_date(value: Any) -> date | None:
    return value if value is None or isinstance(value, date) else date.fromisoformat(value)


def test_the_table_holds_at_least_120_readings() -> None:
    assert len(TABLE["readings"]) >= 120


@pytest.mark.parametrize("row", TABLE["readings"], ids=lambda row: str(row[0]))
def test_an_expression_reads_as_the_table_says(row: list[Any]) -> None:
    text, due, recurrence, recurs_before, period, starts_on = [*row, *[None] * (6 - len(row))]
    reading = read_time(str(text), issued_on=ISSUED)
    assert reading is not None
    found = (reading.due, reading.recurrence, reading.recurs_before, reading.period, reading.starts_on)
    assert found == (as_date(due), recurrence, recurs_before, tuple(period) if period else None, as_date(starts_on))


@pytest.mark.parametrize("text", TABLE["words"])
def test_an_uncertain_time_keeps_its_words_and_gets_no_date(text: str) -> None:
    reading = read_time(text, issued_on=ISSUED)
    assert reading is not None
    assert reading.text
    assert (reading.due, reading.recurrence, reading.starts_on) == (None, None, None)


@pytest.mark.parametrize("text", TABLE["silent"])
def test_a_citation_or_a_baseline_is_no_time_to_act(text: str) -> None:
    assert read_times(text, issued_on=ISSUED) == ()


@pytest.mark.parametrize(
    "text",
    [
        "trong vòng 90 ngày kể từ ngày Quyết định này có hiệu lực",
        "trong thời hạn 90 ngày, kể từ ngày Nghị quyết này có hiệu lực thi hành",
        "chậm nhất 90 ngày kể từ ngày Quyết định có hiệu lực",
    ],
)
def test_a_term_counts_from_the_day_of_effect_when_it_is_known(text: str) -> None:
    reading = read_time(text, issued_on=ISSUED, effective_on=date(2025, 3, 1))
    assert reading is not None
    assert reading.due == date(2025, 5, 30)


@pytest.mark.parametrize("decision", ["quyết định phê duyệt phương án", "bản án", "quyết định"])
def test_another_papers_effect_starts_no_term(decision: str) -> None:
    text = f"trong vòng 30 ngày kể từ ngày {decision} có hiệu lực"
    reading = read_time(text, issued_on=ISSUED, effective_on=date(2025, 3, 1))
    assert reading is not None
    assert reading.due is None


def test_a_deadline_after_a_citation_is_still_found() -> None:
    text = "Thực hiện Nghị quyết số 41-NQ/TW ngày 25/10/2017, Sở Y tế ban hành Kế hoạch chậm nhất ngày 15/6/2025."
    assert [r.due for r in read_times(text)] == [date(2025, 6, 15)]


def test_a_deadline_in_the_name_of_the_document_to_write_is_no_citation() -> None:
    assert [r.due for r in read_times("trình dự thảo Kế hoạch trước ngày 20/3/2026")] == [date(2026, 3, 20)]


def test_the_reporting_days_of_half_a_year_and_a_year_stay_apart() -> None:
    readings = read_times("báo cáo định kỳ 6 tháng (trước ngày 15/6) và hằng năm (trước ngày 15/12)")
    assert [(r.recurrence, r.recurs_before) for r in readings] == [("half-yearly", "06-15"), ("yearly", "12-15")]


def test_a_day_counted_from_the_signing_needs_the_date_of_the_signing() -> None:
    reading = read_time("trong vòng 30 ngày kể từ ngày ký")
    assert reading is not None
    assert reading.due is None
    assert reading.conditional


def test_text_and_place_are_those_of_the_input() -> None:
    text = "Sở Nội vụ gửi báo cáo  trước ngày 31/12\nhàng năm về Tỉnh ủy"
    (reading,) = read_times(text)
    assert text[reading.start : reading.end] == reading.text == "trước ngày 31/12\nhàng năm"


def test_a_vision_is_told_from_the_goal() -> None:
    goal, vision = read_times("Mục tiêu đến năm 2030, tầm nhìn đến năm 2045")
    assert (goal.is_vision, vision.is_vision) == (False, True)


def test_masking_keeps_the_length_and_hides_only_citations() -> None:
    text = "Kế hoạch số 12-KH/TU ngày 03/4/2024; hạn 30/6/2025"
    masked = mask_citations(text)
    assert len(masked) == len(text)
    assert "2024" not in masked
    assert masked.endswith("; hạn 30/6/2025")


def test_every_list_of_the_data_file_is_filled() -> None:
    assert all(time_words().values())


@given(DATES)
def test_any_written_day_reads_back(day: date) -> None:
    for text in (
        f"trước ngày {day.day}/{day.month}/{day.year}",
        f"ngày {day.day:02d} tháng {day.month:02d} năm {day.year}",
    ):
        reading = read_time(text)
        assert reading is not None
        assert reading.due == day


@given(DATES)
def test_any_month_is_due_on_its_last_day(day: date) -> None:
    reading = read_time(f"trong tháng {day.month}/{day.year}")
    assert reading is not None
    assert reading.due is not None
    assert (reading.due + timedelta(days=1)).day == 1
    assert (reading.due.year, reading.due.month) == (day.year, day.month)


@given(DATES)
def test_any_yearly_day_keeps_month_and_day_and_has_no_due(day: date) -> None:
    if (day.month, day.day) == (2, 29):
        return
    reading = read_time(f"trước ngày {day.day}/{day.month} hằng năm")
    assert reading is not None
    assert (reading.due, reading.recurrence, reading.recurs_before) == (None, "yearly", f"{day:%m-%d}")


@given(DATES, st.integers(1, 120))
def test_days_after_the_signing_are_counted(signed: date, days: int) -> None:
    reading = read_time(f"trong vòng {days} ngày kể từ ngày ký", issued_on=signed)
    assert reading is not None
    assert reading.due == signed + timedelta(days=days)


@given(st.integers(2000, 2040), st.integers(1, 10))
def test_a_period_is_due_at_its_end(first: int, length: int) -> None:
    reading = read_time(f"giai đoạn {first} - {first + length}")
    assert reading is not None
    assert reading.due == date(first + length, 12, 31)
    assert reading.period == (str(first), str(first + length))


@given(
    st.lists(
        st.sampled_from([*map(str, (r[0] for r in TABLE["readings"])), "báo cáo", ",", "và", "(", ")", "\n", "2025"]),
        max_size=12,
    )
)
def test_readings_never_overlap_and_lie_within_the_text(parts: list[str]) -> None:
    text = " ".join(parts)
    end = 0
    for reading in read_times(text, issued_on=ISSUED):
        assert end <= reading.start < reading.end <= len(text)
        assert text[reading.start : reading.end] == reading.text
        end = reading.end


@given(st.text(max_size=200))
def test_any_text_is_read_without_error_and_masked_to_its_length(text: str) -> None:
    read_times(text)
    assert len(mask_citations(text)) == len(text)
