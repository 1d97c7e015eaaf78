"""Reminders and the calendar: clocks that jump, days off, leap days; and places that move, close or throw the bot out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.office.progress import Mark
from bot.office.records import Place
from bot.reminders.sender import Gone, Later, Moved, Refused, Uncertain, Unreachable
from corpus.records import Clause, Directive, Metadata, Source, Target
from corpus.store_writing import IncomingFile
from tests.integration.front_desk import GROUP, OWNER, said
from tests.integration.test_reminders import BINH, CHI, Reminding, task

if TYPE_CHECKING:
    from pathlib import Path

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def front(tmp_path: Path) -> Reminding:
    front = Reminding(tmp_path, datetime(2025, 5, 1, 6, tzinfo=ZONE))
    front.admit(BINH, "officer", "Sở Nội vụ")
    return front


def days_of(front: Reminding, first: date, last: date) -> dict[date, str]:
    """What Bình is told on each day between two, digests aside."""
    front.press("v1:rg:off", BINH)
    told = {}
    day = first
    while day <= last:
        for chat, _, text in front.day(day):
            assert (chat, day in told) == (BINH, False)
            told[day] = text
        day += timedelta(days=1)
    return told


# ---- clocks


def test_a_clock_that_jumps_ahead_and_back_repeats_nothing(front):
    front.load(task("Trình đề án"))
    assert len(front.day(date(2025, 6, 11))) == 1
    front.day(date(2025, 7, 21))  # forty days ahead, by mistake
    assert front.day(date(2025, 6, 11), hour=9) == []
    assert len(front.day(date(2025, 6, 17))) == 1  # and what is still to come comes


def test_a_clock_set_back_a_day_repeats_nothing_and_goes_on_planning(front):
    front.load(task("Trình đề án"))
    assert len(front.day(date(2025, 6, 11))) == 1
    assert front.day(date(2025, 6, 10)) == []
    front.load(task("Gửi báo cáo", date(2025, 6, 11)), name="10")
    ((_, _, text),) = front.day(date(2025, 6, 10), hour=9)
    assert "Gửi báo cáo" in text
    assert "ngày mai" in text


def test_a_lease_from_a_clock_that_ran_ahead_does_not_hold_a_message_for_days(front):
    front.load(task("Trình đề án"))
    front.clock.moment = datetime(2025, 6, 11, 9, tzinfo=ZONE)
    front.engine.plan_if_due()
    assert len(front.engine.outbox.claim("ahead", front.clock.now() + timedelta(days=1))) == 1
    assert len(front.tick()) == 1


@pytest.mark.parametrize("month", [1, 3, 4, 7, 10, 11])
def test_the_hour_is_the_same_all_year(front, month):
    day = front.engine.days().on_or_before(date(2025, month, 20))
    front.load(task("Trình đề án", day))
    front.press("v1:rf:0", BINH)
    front.press("v1:rf:0", BINH)
    front.clock.moment = datetime(day.year, day.month, day.day, 0, 29, tzinfo=UTC)
    assert front.tick() == []
    front.clock.moment += timedelta(minutes=1)  # 07:30 in Hà Nội, whatever the month
    assert len(front.tick()) == 1


def test_a_day_begins_at_midnight_in_the_offices_zone(front):
    front.load(task("Trình đề án", date(2025, 6, 18)))
    front.press("v1:rg:off", BINH)
    front.press("v1:rh:06.30", BINH)
    front.day(date(2025, 6, 17))
    front.clock.moment = datetime(2025, 6, 17, 23, 30, tzinfo=UTC)  # the 18th, half past six
    ((_, _, text),) = front.tick()
    assert "Hạn hôm nay, thứ Tư 18/06/2025." in text


# ---- days off


def test_what_is_due_at_tet_is_spoken_of_before_and_only_afterwards_again(front):
    front.load(task("Trình đề án", date(2026, 2, 18)))
    told = days_of(front, date(2026, 1, 5), date(2026, 3, 5))
    # Tết 2026 is off from Saturday 14 to Sunday 22 February.
    assert not [day for day in told if date(2026, 2, 14) <= day <= date(2026, 2, 22)]
    assert "Ngày này nghỉ; nên xong trước, thứ Sáu 13/02." in told[date(2026, 2, 13)]
    assert "Đã quá hạn 5 ngày" in told[date(2026, 2, 23)]


def test_a_leap_day_is_a_day_like_any_other(front):
    front.load(
        task("Trình đề án", date(2028, 2, 29)),
        task("Báo cáo tháng", None, recurrence="monthly", recurs_before="31"),
        task("Báo cáo năm", None, recurrence="yearly", recurs_before="02-29"),
    )
    ((_, _, text),) = front.day(date(2028, 2, 29))
    assert text.count("29/02 (hôm nay)") == 3
    # The year before there is no such day: the last of February, a Sunday, is meant.
    assert "28/02 (còn 2 ngày)" in front.day(date(2027, 2, 26))[0][2]


def test_the_last_day_of_a_year_on_a_sunday_is_reminded_of_on_friday(front):
    front.load(task("Báo cáo năm", None, recurrence="yearly", recurs_before="12-31"))
    told = days_of(front, date(2028, 11, 20), date(2029, 1, 20))
    assert date(2028, 12, 31).weekday() == 6
    assert "Hạn Chủ nhật 31/12/2028, còn 2 ngày." in told[date(2028, 12, 29)]
    assert "thứ Sáu 29/12" in told[date(2028, 12, 29)]
    assert "quá hạn 2 ngày" in told[date(2029, 1, 2)]  # the first is a holiday


def test_the_offices_own_days_off_count_and_may_change_while_the_bot_runs(front, tmp_path):
    front.load(task("Trình đề án", date(2025, 6, 18)))
    front.press("v1:rg:off", BINH)
    front.day(date(2025, 6, 11))
    assert front.day(date(2025, 6, 12)) == []
    (tmp_path / "days.yaml").write_text("holidays: [2025-06-13]\nworkdays: [2025-06-21]\n")
    front.clock.moment = datetime(2025, 6, 12, 10, tzinfo=ZONE)
    ((_, _, text),) = front.tick()  # the 13th was meant: a day earlier now, so at once
    assert "còn 6 ngày" in text
    (tmp_path / "days.yaml").write_text("holidays: someday\n")
    assert not front.engine.days().is_working(date(2025, 6, 13))  # a slip in the file changes nothing
    assert front.day(date(2025, 6, 13)) == []


# ---- places


def bound(front: Reminding, chat: int = GROUP, topic: int = 0) -> Place:
    unit = front.office.people.add_unit("Sở Tư pháp")
    place = Place(chat, topic, group=True)
    front.office.groups.bind(place, "Nhóm", unit.id, OWNER, front.clock.now())
    return place


def test_a_group_that_moves_keeps_its_settings_and_hears_nothing_twice(front):
    bound(front)
    front.load(task("Thẩm định", lead=("Sở Tư pháp",)))
    front.press("v1:rg:off", OWNER, chat=GROUP)
    front.press("v1:rf:3", OWNER, chat=GROUP)
    assert [chat for chat, _, _ in front.day(date(2025, 6, 11))] == [GROUP]
    front.desk.groups.migrated(GROUP, -1009)
    assert front.day(date(2025, 6, 11), hour=12) == []
    assert front.day(date(2025, 6, 13)) == []  # three days before: switched off under the old id
    assert [chat for chat, _, _ in front.day(date(2025, 6, 17))] == [-1009]


def test_a_move_met_while_sending_is_followed_at_once(front):
    bound(front)
    front.load(task("Thẩm định", lead=("Sở Tư pháp",)))
    front.sender.next_outcomes = [Moved(-1009)]
    assert [chat for chat, _, _ in front.day(date(2025, 6, 11))] == [-1009]
    assert front.day(date(2025, 6, 11), hour=12) == []


def test_a_group_that_throws_the_bot_out_hears_nothing_until_it_takes_it_back(front):
    bound(front)
    front.load(task("Thẩm định", lead=("Sở Tư pháp",)))
    front.sender.next_outcomes = [Gone("kicked")]
    assert front.day(date(2025, 6, 11)) == []
    assert front.day(date(2025, 6, 13)) == []
    front.office.groups.seen(GROUP, "Nhóm", front.clock.now(), present=True)
    assert [chat for chat, _, _ in front.day(date(2025, 6, 17))] == [GROUP]


def test_a_closed_topic_refuses_its_own_message_only(front):
    bound(front, topic=7)
    bound(front, topic=9)
    front.load(task("Thẩm định", lead=("Sở Tư pháp",)))
    front.sender.next_outcomes = [Refused("topic closed")]
    assert [topic for _, topic, _ in front.day(date(2025, 6, 11))] == [9]
    assert front.engine.queue.counts()["failed"] == 1
    assert sorted(topic for _, topic, _ in front.day(date(2025, 6, 13))) == [7, 9]  # it is open again


def test_an_administrator_may_have_what_failed_tried_again(front):
    front.load(task("Trình đề án"))
    front.sender.next_outcomes = [Refused("nonsense")]
    front.day(date(2025, 6, 11))
    shown = front.press("v1:rz", OWNER)
    assert "không gửi được" in said(shown)
    front.press_label(shown[0].screen, "↻", OWNER)
    ((_, _, text),) = front.tick()
    assert "(nhắc lại)" in text


# ---- what is asked for, put off, and done


def test_put_off_twice_it_comes_twice(front):
    front.load(task("Trình đề án"))
    front.press("v1:rg:off", BINH)
    front.day(date(2025, 6, 4))
    front.press_label(front.sender.screens[-1], "Hoãn 3 ngày", BINH)  # until Saturday, hence Monday
    assert len(front.day(date(2025, 6, 9))) == 1
    front.press_label(front.sender.screens[-1], "Hoãn 3 ngày", BINH)
    assert front.day(date(2025, 6, 11)) == []
    assert len(front.day(date(2025, 6, 12))) == 1


def test_a_task_long_before_its_date_can_be_asked_for_and_put_off(front):
    front.load(task("Trình đề án", date(2027, 6, 18), lead=("Sở Tư pháp",)))
    front.clock.moment = datetime(2025, 6, 11, 9, tzinfo=ZONE)
    source = front.app.store.tasks()[0].id
    assert "nhắc việc này" in said(front.press(f"v1:rm:{source}", BINH))
    assert "16/06/2025" in said(front.press(f"v1:rs:{source}:3", BINH))
    ((_, _, text),) = front.day(date(2025, 6, 16))
    assert "18/06/2027" in text


def test_a_report_sent_late_is_not_next_years_report(front):
    front.load(task("Báo cáo năm", None, recurrence="yearly", recurs_before="12-15"))
    (source,) = (t.id for t in front.app.store.tasks())
    unit = front.office.people.add_unit("Sở Nội vụ")
    sent_on = datetime(2026, 1, 5, 9, tzinfo=ZONE)
    front.office.progress.mark(Mark(source, unit.id, "done", None, BINH, sent_on))
    front.press("v1:rg:off", BINH)
    assert front.day(date(2025, 12, 16)) == []
    assert len(front.day(date(2026, 12, 15))) == 1


def test_one_unit_is_done_the_other_is_still_reminded_and_nobody_twice(front):
    front.admit(CHI, "officer", "Sở Y tế")
    front.admit(22, "officer", "Sở Nội vụ", "Sở Y tế")
    front.load(task("Trình đề án", lead=("Sở Nội vụ", "Sở Y tế")))
    assert sorted(chat for chat, _, _ in front.day(date(2025, 6, 11))) == [BINH, CHI, 22]
    (source,) = (t.id for t in front.app.store.tasks())
    unit = front.office.people.add_unit("Sở Nội vụ")
    front.office.progress.mark(Mark(source, unit.id, "done", None, BINH, front.clock.now()))
    assert sorted(chat for chat, _, _ in front.day(date(2025, 6, 13))) == [CHI, 22]


def test_paused_nothing_comes_not_even_a_digest(front):
    front.load(task("Trình đề án"))
    front.press("v1:rp", BINH)
    assert front.day(date(2025, 6, 16)) == []
    front.press("v1:rp", BINH)
    assert len(front.day(date(2025, 6, 17))) == 1


def test_another_hour_moves_what_is_planned_already(front):
    front.load(task("Trình đề án"))
    front.clock.moment = datetime(2025, 6, 10, 9, tzinfo=ZONE)
    front.tick()
    front.press("v1:rh:16.30", BINH)
    assert front.day(date(2025, 6, 11), hour=9) == []
    assert len(front.day(date(2025, 6, 11), hour=17)) == 1


def test_a_topic_without_a_unit_of_its_own_may_ask_for_what_its_group_may_see(front):
    bound(front)
    key = front.load(task("Trình đề án"))
    source = front.app.store.tasks()[0].id
    front.clock.moment = datetime(2025, 6, 10, 9, tzinfo=ZONE)
    assert "nhắc việc này" in said(front.press(f"v1:rm:{source}", OWNER, chat=GROUP, topic=9))
    assert {(chat, topic) for chat, topic, _ in front.day(date(2025, 6, 11))} == {(GROUP, 9), (BINH, 0)}
    front.office.visibility.set_audience(key, [front.office.people.add_unit("Sở Nội vụ").id])
    assert [chat for chat, _, _ in front.day(date(2025, 6, 13))] == [BINH]


# ---- goals


def test_a_goal_of_some_year_gives_one_progress_notice_a_year_to_whom_it_names(front):
    said_there = "Sở Nội vụ bảo đảm đến năm 2028, 90% hồ sơ được nộp trực tuyến."
    goal = Target("I", "hồ sơ nộp trực tuyến", said_there, ">=", 90.0, unit="%", due=date(2028, 12, 31))
    clauses = (Clause("I", "I", "Mục tiêu", said_there, None, "item", (said_there,)),)
    metadata = Metadata(number="9-KH/TU", place="Hòa Sơn", issued_on=date(2025, 1, 6))
    front.admit(CHI, "officer", "Sở Y tế")
    file = IncomingFile("/hoa-son/9.txt", "9" * 64, "t")
    front.app.store.put(file, [Directive(Source(said_there), metadata, clauses, targets=(goal,))])
    told = days_of(front, date(2025, 11, 1), date(2027, 1, 31))
    assert sorted(told) == [date(2025, 12, 1), date(2026, 12, 1)]
    assert "hết năm 2025 còn 3 năm nữa" in told[date(2025, 12, 1)]


# ---- weather


def test_while_telegram_is_away_nothing_is_given_up_and_then_comes_with_the_true_days(front):
    front.load(task("Trình đề án"))
    for minute in range(0, 600, 30):
        front.sender.next_outcomes = [Unreachable("no route")]
        front.clock.moment = datetime(2025, 6, 11, 8, tzinfo=ZONE) + timedelta(minutes=minute)
        assert front.tick() == []
    ((_, _, text),) = front.day(date(2025, 6, 12))
    assert "còn 6 ngày" in text
    assert "nhắc lại" not in text


def test_being_asked_for_patience_again_and_again_loses_nothing(front):
    front.load(task("Trình đề án"))
    front.clock.moment = datetime(2025, 6, 11, 8, tzinfo=ZONE)
    for _ in range(12):
        front.sender.next_outcomes = [Later(40, "flood")]
        assert front.tick() == []
        front.clock.moment += timedelta(seconds=41)
    assert len(front.tick()) == 1


def test_a_mere_digest_that_may_have_arrived_is_not_said_twice(front):
    front.load(task("Trình đề án", date(2025, 6, 19)))
    front.press("v1:rf:3", BINH)  # so that nothing else falls on that Monday
    front.day(date(2025, 6, 13))
    front.sender.next_outcomes = [Uncertain("timed out")]
    ((_, _, text),) = front.day(date(2025, 6, 16))
    assert "bản tin" in text
    front.clock.moment += timedelta(hours=1)
    assert front.tick() == []
    assert front.engine.queue.counts()["failed"] == 1


def test_what_came_too_late_to_be_of_use_is_skipped_with_a_reason(front):
    front.load(task("Trình đề án"), task("Gửi báo cáo", date(2025, 6, 13)))
    front.press("v1:rg:off", BINH)
    front.day(date(2025, 6, 12))
    front.press("v1:rf:-1", BINH)
    front.press("v1:rf:-7", BINH)
    assert front.day(date(2025, 7, 12)) == []
    assert front.engine.queue.counts()["skipped"] == 1


def test_after_a_stop_over_a_monday_the_digest_comes_once(front):
    front.load(task("Trình đề án"))
    front.day(date(2025, 6, 13))
    ((_, _, text),) = front.day(date(2025, 6, 17))
    assert "bản tin 17/06/2025" in text
    assert "18/06 (còn 1 ngày)" in text
    assert len(front.day(date(2025, 6, 18))) == 1
