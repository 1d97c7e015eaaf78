"""The clock: the office's own day, and a start that can be chosen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import ShiftedClock, SystemClock, make_clock

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def test_without_a_start_the_machine_tells_the_time_in_the_office_zone():
    clock = make_clock(HANOI)
    assert isinstance(clock, SystemClock)
    assert clock.now().utcoffset() == timedelta(hours=7)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_start_without_a_zone_is_read_in_the_office_zone():
    clock = make_clock(HANOI, datetime(2025, 3, 31, 8, 0))  # noqa: DTZ001
    assert clock.now().isoformat().startswith("2025-03-31T08:00:0")
    assert clock.now().tzinfo is HANOI


def test_a_start_with_a_zone_is_moved_to_the_office_zone_and_so_is_its_day():
    clock = make_clock(HANOI, datetime(2025, 3, 31, 20, 0, tzinfo=UTC))
    assert clock.today().isoformat() == "2025-04-01"


def test_a_shifted_clock_runs_on():
    clock = ShiftedClock(datetime(2025, 12, 31, 23, 59, 30, tzinfo=HANOI), made_at=0.0)
    later = ShiftedClock(clock.start, made_at=clock.made_at - 60)
    assert later.now() - clock.now() >= timedelta(seconds=59)
