"""/han with its picture, /lich and /xuat over the sample directives: what they hold, and for whom."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from PIL import Image

from bot.desk.replies import Attach, Toast
from bot.office.progress import Mark
from corpus.records import Clause, Directive, Metadata, Source, Task
from tests.integration.front_desk import AN, GROUP, labels, said, words
from tests.integration.list_desk import (
    BINH,
    CHI,
    CLERK,
    HEALTH,
    ListDesk,
    attached,
    first,
    read_samples,
    token_of,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return read_samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture
def desk(tmp_path: Path, samples: Path) -> ListDesk:
    return ListDesk(tmp_path / "home", samples)


# ---- deadlines


def dated(desk: ListDesk, *days: date) -> None:
    clause = Clause("I.1", "1", "Việc", "Việc phải làm", None, "item", ("Việc phải làm",))
    tasks = tuple(
        Task("I.1", f"việc hạn {day:%d/%m/%Y}", "Việc phải làm", ("Thanh tra tỉnh",), due=day) for day in days
    )
    meta = Metadata(number="6/KH-UBND", kind="Kế hoạch", title="việc có hạn")
    desk.put(Directive(Source("6"), meta, (clause,), tasks=tasks), "/hoa-son/6.txt", "6" * 64)
    desk.admit(40, "officer", "Thanh tra tỉnh")


def test_windows_hold_what_falls_due_in_them(desk):
    # Thursday 12 March 2026
    days = ((2026, 3, 11), (2026, 3, 15), (2026, 3, 16), (2026, 4, 1), (2025, 7, 1), (2027, 3, 12), (2027, 3, 13))
    dated(desk, *(date(*day) for day in days))
    windows = first(desk.press(f"v1:hn:um.{token_of(desk, '6/KH-UBND')}:0", 40))
    counts = {"Tuần này": 2, "Tháng này": 3, "Quý này": 3, "Quá hạn": 2, "Sắp tới": 4}
    for label, count in counts.items():
        screen = first(desk.press_label(windows, label, 40))
        assert f"({count})" in words(screen).splitlines()[0], label
        assert f"● {label} ({count})" in str(labels(screen))
    overdue = words(first(desk.press_label(windows, "Quá hạn", 40)))
    assert overdue.index("01/07/2025 · quá hạn 254 ngày") < overdue.index("11/03/2026 · quá hạn 1 ngày")


def test_what_the_unit_has_done_is_not_overdue_and_shown_as_done_elsewhere(desk):
    dated(desk, date(2026, 3, 11))
    unit = next(u for u in desk.office.people.units() if u.name == "Thanh tra tỉnh")
    task = next(t for t in desk.office.store.tasks() if "11/03/2026" in t.action)
    desk.office.progress.mark(Mark(task.id, unit.id, "done", None, 40, desk.clock.now()))
    screen = first(desk.say("/han", 40))
    assert desk.texts("deadlines.none_overdue") in said(desk.press_label(screen, "Quá hạn", 40))
    week = words(first(desk.press_label(screen, "Tuần này", 40)))
    assert "✅ Thứ Tư 11/03/2026 · đã qua 1 ngày" in week


def test_a_mark_counts_for_the_occurrence_of_its_round_only(desk):
    clause = Clause("I.1", "1", "Việc", "Việc phải làm", None, "item", ("Việc phải làm",))
    monthly = Task("I.1", "báo cáo tháng", "Việc phải làm", (HEALTH,), recurrence="monthly", recurs_before="20")
    desk.put(Directive(Source("7"), Metadata(number="7/KH-UBND"), (clause,), tasks=(monthly,)))
    task = next(t for t in desk.office.store.tasks() if t.action == "báo cáo tháng")
    desk.office.progress.mark(Mark(task.id, desk.health.id, "done", None, BINH, desk.clock.now()))
    view = f"v1:hn:ua.{token_of(desk, '7/KH-UBND')}:0"
    assert re.findall(r"(\S+) Thứ \S+ (20/\d\d)|(\S+) Chủ nhật", said(desk.press(view, BINH)))[0][0] == "✅"
    assert said(desk.press(view, BINH)).count("✅") == 1
    desk.clock.moment = datetime(2026, 3, 21, 2, tzinfo=UTC)
    month = said(desk.press(view.replace(":ua", ":ma"), BINH))
    assert "✅ Thứ Sáu 20/03/2026 · đã qua 1 ngày" in month


def test_a_keeper_sees_as_done_what_every_unit_it_falls_on_has_done(desk):
    clause = Clause("I.1", "1", "Việc", "Việc phải làm", None, "item", ("Việc phải làm",))
    both = Task("I.1", "việc chung", "Việc phải làm", (HEALTH, "Sở Tài chính"), due=date(2026, 3, 1))
    desk.put(Directive(Source("7"), Metadata(number="7/KH-UBND"), (clause,), tasks=(both,)))
    task = next(t for t in desk.office.store.tasks() if t.action == "việc chung")
    overdue = f"v1:hn:oa.{token_of(desk, '7/KH-UBND')}:0"
    listed = f"v1:tl:d{token_of(desk, '7/KH-UBND')}.aaa:0"
    for unit, late, sign in ((desk.health, True, "🔸"), (desk.finance, False, "✅")):
        desk.office.progress.mark(Mark(task.id, unit.id, "done", None, BINH, desk.clock.now()))
        assert (desk.texts("deadlines.none_overdue") not in said(desk.press(overdue, CLERK))) is late
        assert f"{sign} Việc chung" in said(desk.press(listed, CLERK))
    assert "✅ Việc chung" in said(desk.press(listed, BINH))
    assert "Việc chung" in said(desk.press(overdue, AN))


def test_targets_and_tasks_of_all_directives_are_there_for_whoever_asks_for_all(desk):
    screen = first(desk.say("/han", BINH))
    everything = first(desk.press_label(screen, "Mọi văn bản", BINH))
    assert desk.texts("deadlines.whose.all") in words(everything)
    assert "Đơn vị tôi" in str(labels(everything))
    assert desk.texts("deadlines.whose.all") in said(desk.say("/han", AN))
    assert "Đơn vị tôi" not in str(labels(first(desk.say("/han", AN))))


def test_numbers_open_the_task_or_the_target_and_come_back(desk):
    everything = first(desk.press("v1:hn:ua:0", BINH))
    areas = {b.data.split(":")[1] for row in everything.buttons for b in row if b.label.isdigit()}
    assert areas <= {"tt", "kp"}
    page = first(desk.press_label(everything, "1", BINH))
    assert words(first(desk.press_label(page, "Quay lại", BINH))) == words(everything)


def test_the_picture_goes_on_until_every_deadline_has_been_drawn(desk):
    screen = first(desk.say("/han", BINH))
    count = int(re.search(r"\((\d+)\)", words(screen))[1])
    days: list[str] = []
    label = "Dòng thời gian"
    for _ in range(count):
        picture, turned = desk.press_label(screen, label, BINH)
        assert picture.picture
        assert Image.open(io.BytesIO(picture.content)).width == 1080
        assert len(picture.caption) <= 1024
        days += re.findall(r"^• ", picture.caption, re.MULTILINE)
        screen, label = turned.screen, "Xem tiếp"
        if label not in str(labels(screen)):
            break
    assert "Dòng thời gian" in str(labels(screen))
    assert len(days) == count


def test_a_picture_of_nothing_left_is_still_a_picture(desk):
    picture, _ = desk.press("v1:hp:um:0:5000", BINH)
    assert Image.open(io.BytesIO(picture.content)).width == 1080
    assert "Dòng thời gian" not in str(labels(first(desk.press(f"v1:hn:wa.{token_of(desk, '12-NQ/TU')}:0", BINH))))


# ---- files


def rows(reply: Attach) -> list[tuple]:
    return list(load_workbook(io.BytesIO(reply.content)).active.values)


def test_the_workbook_of_tasks_has_their_state_and_computes_nothing(desk):
    clause = Clause("I.1", "1", "Việc", "=1+1", None, "item", ("=1+1",))
    desk.put(
        Directive(Source("8"), Metadata(number="=8/KH"), (clause,), tasks=(Task("I.1", "=1+1", "=1+1", (HEALTH,)),))
    )
    task = next(t for t in desk.office.store.tasks() if t.action == "=1+1")
    desk.office.progress.mark(Mark(task.id, desk.health.id, "doing", "=cmd()", BINH, desk.clock.now()))
    choice = first(desk.say("/xuat", BINH))
    reply = attached(desk.press_label(choice, "Nhiệm vụ: đơn vị tôi", BINH))
    assert reply.name == "nhiem-vu-2026-03-12.xlsx"
    sheet = load_workbook(io.BytesIO(reply.content)).active
    assert (sheet.freeze_panes, sheet.auto_filter.ref.split(":")[0]) == ("A2", "A1")
    assert {cell.data_type for line in sheet for cell in line} <= {"s", "n", "d"}
    head, *lines = rows(reply)
    for title in ("Nội dung công việc", "Tình trạng", "Ghi chú", "Chủ trì", "Vai trò"):
        assert title in head
    mine = next(dict(zip(head, line, strict=True)) for line in lines if line[1] == "=1+1")
    assert (mine["Tình trạng"], mine["Ghi chú"], mine["Vai trò"]) == ("đang làm", "=cmd()", "chủ trì")
    assert mine["Người ghi, ngày ghi"] == "Người 20 ghi 12/03/2026"
    entry = desk.office.audit.entries(1)[0]
    assert (entry.action, entry.detail["rows"], entry.detail["format"]) == ("exported", len(lines), "xlsx")


def test_in_the_workbook_of_all_tasks_a_keeper_reads_every_units_state_and_others_their_own(desk):
    task = next(t for t in desk.office.store.tasks() if HEALTH in t.lead)
    desk.office.progress.mark(Mark(task.id, desk.health.id, "done", "mật", BINH, desk.clock.now()))
    everything = {p: str(rows(attached(desk.press("v1:xt:t:a", p)))) for p in (CLERK, BINH, CHI)}
    assert f"{HEALTH}: đã xong" in everything[CLERK]
    assert f"{HEALTH}: đã xong" in everything[BINH]
    assert "đã xong" not in everything[CHI]
    assert "mật" not in everything[CHI]


def test_the_workbooks_of_targets_hold_what_may_be_seen(desk):
    assert len(rows(attached(desk.press("v1:xt:c:a", BINH)))) == 1 + len(desk.office.store.targets())
    mine = rows(attached(desk.press("v1:xt:c:m", BINH)))
    assert 1 < len(mine) < 1 + len(desk.office.store.targets())
    assert isinstance(desk.press("v1:xt:c:m", AN)[0], Toast)
    assert "đơn vị tôi" not in str(labels(first(desk.say("/xuat", AN))))


def test_the_calendar_has_the_units_dated_deadlines_of_twelve_months(desk):
    reply = attached(desk.say("/lich", BINH))
    events = Calendar.from_ical(reply.content).walk("VEVENT")
    today = desk.clock.today()
    days = [event.decoded("dtstart") for event in events]
    assert days
    assert all(today <= day <= today + timedelta(days=365) for day in days)
    assert len({str(event["uid"]) for event in events}) == len(events)
    assert f"{len(events)} thời hạn" in reply.caption
    assert desk.office.audit.entries(1)[0].action == "exported"
    assert reply.name.isascii()


def test_files_go_to_groups_with_what_the_groups_unit_may_see(desk):
    desk.bind(GROUP, desk.finance.id, topic=3)
    reply = attached(desk.press("v1:xt:t:m", BINH, chat=GROUP, topic=3))
    assert "Sở Tài chính" in reply.caption
    assert "Sở Tài chính" in attached(desk.say("/lich", BINH, chat=GROUP, topic=3)).caption
