"""Tables, CSV, workbooks and calendars: nothing lost, nothing computed, and readable where Vietnamese is read."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from bot.calendar_feed import as_ics
from bot.exports import COLUMNS, TABLE_COLUMNS, as_csv, as_jsonl, as_xlsx, cell_text
from bot.list_rows import KINDS, clause_row, directive_row, rule_row, target_row, task_row
from bot.texts import LANGUAGES, load_texts
from corpus.deadlines import Deadline
from corpus.records import CitedDirective
from corpus.store_records import StoredClause, StoredDirective, StoredRule, StoredTarget, StoredTask

TEXTS = load_texts("vi")
NOW = datetime(2025, 1, 2, 3, 4, tzinfo=UTC)
OWN = {"directive": "12-kh-tu-hoa-son-2024", "file": "a.txt"}
FORMULA = '=HYPERLINK("http://x")'


def deadline(**fields: Any) -> Deadline:
    given = {
        "id": "deadline-task-1", "source": "task", "source_id": "task-1", "directive": "d", "path": "III.1",
        "what": "nộp báo cáo; tổng hợp",
        "who": ("Sở Nội vụ",), "due": date(2025, 12, 15), "recurrence": None, "quote": "trước ngày 15/12, nộp báo cáo",
        "since": date(2024, 5, 31),
    } | fields  # fmt: skip
    return Deadline(**given)


def events(*rows: Deadline) -> list[Any]:
    feed, _ = as_ics(rows, {"d": StoredDirective(key="d", file="d.txt", number="12-KH/TU")}, NOW, TEXTS)
    return list(Calendar.from_ical(feed).walk("VEVENT"))


def test_every_column_of_every_kind_has_a_title_in_every_language() -> None:
    for language in LANGUAGES:
        texts = load_texts(language)
        for kind in KINDS:
            assert texts(f"listing.{kind}")
            assert all(texts(f"column.{column}") for column in (*COLUMNS[kind], *TABLE_COLUMNS[kind]))


def test_rows_have_the_columns_of_their_exports() -> None:
    rows = {
        "directives": directive_row(StoredDirective(key="d", file="a.txt")),
        "clauses": clause_row(StoredClause("I", "I", "x", "x", None, "item", ("x",), 3, position=0, token="0", **OWN)),
        "targets": target_row(StoredTarget("I", "x", "x", id="t", **OWN)),
        "tasks": task_row(StoredTask("I", "x", "x", id="t", **OWN)),
        "rules": rule_row(StoredRule("I", "x", "x", "x", id="r", **OWN)),
        "deadlines": deadline().as_dict(),
    }
    for kind in KINDS:
        assert set(rows[kind]) == set(COLUMNS[kind]) - {"match"}


def test_a_page_stands_in_a_clause_row_only_when_it_is_known() -> None:
    clause = StoredClause("I", "I", "x", "x", None, "item", ("x",), None, position=0, token="0", **OWN)
    assert "page" not in clause_row(clause)


def test_whole_numbers_are_written_whole() -> None:
    assert (
        json.dumps(target_row(StoredTarget("I", "x", "x", value=65.0, value_max=70.5, id="t", **OWN))["value"]) == "65"
    )


def test_json_lines_keep_vietnamese_readable_and_come_back_the_same() -> None:
    row = task_row(StoredTask("I", "tổng hợp\nbáo cáo", "x", ("Sở Nội vụ",), id="t", **OWN))
    text = as_jsonl([row, row])
    assert "Sở Nội vụ" in text
    assert [json.loads(line) for line in text.splitlines()] == [row, row]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_spreadsheet_never_takes_a_text_for_a_formula(start: str) -> None:
    row = rule_row(StoredRule("I", f"{start}1+1", "x", "x", id="r", **OWN))
    header, line = list(csv.reader(io.StringIO(as_csv([row], "rules", TEXTS), newline="")))
    assert line[header.index("Điều kiện")] == f"'{start}1+1"


def test_a_csv_file_keeps_lines_quotes_and_commas_of_a_cell() -> None:
    row = rule_row(StoredRule("I", 'a, "b"\nc', "x", "x", id="r", **OWN))
    header, line = list(csv.reader(io.StringIO(as_csv([row], "rules", TEXTS), newline="")))
    assert line[header.index("Điều kiện")] == 'a, "b"\nc'


def test_a_workbook_holds_every_cell_as_what_it_is() -> None:
    row = target_row(StoredTarget("-1", FORMULA, "\x07x" * 20000, ">=", 46.5, due=date(2025, 12, 31), id="t", **OWN))
    sheet = load_workbook(io.BytesIO(as_xlsx([row], "targets", TEXTS))).active
    assert sheet is not None
    head = [cell.value for cell in sheet[1]]
    cell = dict(zip(head, sheet[2], strict=True))
    assert cell["Chỉ tiêu"].value == FORMULA
    assert cell["Chỉ tiêu"].data_type == "s"
    assert cell["Chỉ tiêu"].quotePrefix
    assert (cell["Giá trị"].value, cell["Giá trị"].data_type) == (46.5, "n")
    assert cell["Thời hạn"].value.date() == date(2025, 12, 31)
    assert len(cell["Trích nguyên văn"].value) <= 32767
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(2, len(head)).coordinate}"
    assert all(5 < dimension.width <= 62 for dimension in sheet.column_dimensions.values())


def test_an_empty_workbook_still_has_its_header() -> None:
    sheet = load_workbook(io.BytesIO(as_xlsx([], "deadlines", TEXTS))).active
    assert sheet is not None
    assert sheet["A1"].value == "Thời hạn"


def test_the_column_of_matches_appears_only_when_a_unit_was_asked_for() -> None:
    row = deadline().as_dict()
    assert "Khớp đơn vị" not in as_csv([row], "deadlines", TEXTS)
    assert "Khớp đơn vị" in as_csv([row | {"match": "class"}], "deadlines", TEXTS)


def test_a_cited_directive_reads_as_its_number_or_title() -> None:
    cites = (
        CitedDirective("3-NQ/TU", None, None, None, "x"),
        CitedDirective(None, "Nghị quyết", None, None, "về y tế"),
    )
    assert cell_text(directive_row(StoredDirective(key="d", file="f", cites=cites))["cites"]) == "3-NQ/TU; về y tế"


def test_a_dated_deadline_is_an_all_day_event_with_alarms_and_its_source() -> None:
    (event,) = events(deadline())
    assert event["DTSTART"].dt == date(2025, 12, 15)
    assert event["DTEND"].dt == date(2025, 12, 16)
    assert event["DTSTAMP"].dt == NOW
    assert str(event["UID"]) == "deadline-task-1@chidao"
    assert "trước ngày 15/12" in str(event["DESCRIPTION"])
    assert "12-KH/TU" in str(event["DESCRIPTION"])
    assert len(event.walk("VALARM")) == 2
    assert "RRULE" not in event


def test_a_yearly_deadline_is_one_repeating_event() -> None:
    (event,) = events(deadline(due=None, recurrence="yearly", recurs_before="12-15"))
    assert event["DTSTART"].dt == date(2024, 12, 15)
    assert event["RRULE"].to_ical() == b"FREQ=YEARLY;BYMONTHDAY=15;BYMONTH=12"


def test_a_repeating_event_ends_with_the_last_day_of_its_task() -> None:
    (event,) = events(deadline(due=date(2026, 12, 31), recurrence="yearly", recurs_before="12-15"))
    assert event["RRULE"]["UNTIL"] == [date(2026, 12, 31)]


def test_the_last_day_of_each_month_skips_no_month() -> None:
    (event,) = events(deadline(due=None, recurrence="monthly", recurs_before="31"))
    assert event["DTSTART"].dt == date(2024, 5, 31)
    assert event["RRULE"]["BYMONTHDAY"] == [28, 29, 30, 31]
    assert event["RRULE"]["BYSETPOS"] == [-1]


def test_a_deadline_without_a_day_is_left_out_and_counted() -> None:
    feed, undated = as_ics([deadline(due=None, recurrence="quarterly")], {}, NOW, TEXTS)
    assert undated == 1
    assert "VEVENT" not in feed


def test_an_occurrence_in_a_window_stands_alone_under_its_own_uid() -> None:
    (event,) = events(deadline(id="deadline-task-1@2025-12-15", recurrence="yearly", recurs_before="12-15"))
    assert "RRULE" not in event
    assert str(event["UID"]) == "deadline-task-1@2025-12-15@chidao"


def test_long_lines_of_a_calendar_are_folded_at_75_octets() -> None:
    feed, _ = as_ics([deadline(quote="tổng hợp, báo cáo " * 40)], {}, NOW, TEXTS)
    assert max(len(line.encode()) for line in feed.split("\r\n")) <= 75
