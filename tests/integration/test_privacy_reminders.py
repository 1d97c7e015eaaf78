"""Letting go of old messages of the outbox never makes the planner say anything again."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.office.retention import DELIVERIES_KEPT
from bot.reminders.dues import REACH
from bot.reminders.planner import AHEAD, CATCH_UP
from bot.reminders.tables import delivery
from tests.integration.test_reminders import BINH, ZONE, Reminding, task

if TYPE_CHECKING:
    from pathlib import Path

START = date(2025, 5, 1)
DAYS = 250


def history(home: Path, *, tidied: bool) -> tuple[list[tuple[date, int, str]], Reminding]:
    """What is sent on each day of eight months, its reference numbers left out."""
    front = Reminding(home, datetime(START.year, START.month, START.day, 6, tzinfo=ZONE))
    front.admit(BINH, "officer", "Sở Nội vụ")
    front.load(
        task("Trình đề án"),
        task("Báo cáo năm", None, recurrence="yearly", recurs_before="12-15"),
        task("Báo cáo quý", None, recurrence="quarterly"),
    )
    sent = []
    for number in range(DAYS):
        day = START + timedelta(days=number)
        sent += [(day, chat, re.sub(r"\b[0-9A-F]{6}\b", "", text)) for chat, _, text in front.day(day)]
        if tidied:
            front.desk.tidy()
    return sent, front


def test_what_is_sent_is_the_same_with_and_without_letting_go(tmp_path):
    whole, untidied = history(tmp_path / "one", tidied=False)
    sent, front = history(tmp_path / "two", tidied=True)
    assert sent == whole
    assert len(sent) > 20

    def kept(desk: Reminding) -> int:
        with desk.app.store.database.reading() as connection:
            return connection.execute(select(func.count()).select_from(delivery)).scalar_one()

    assert kept(front) < kept(untidied)
    # A clock set back by a month and a half, as far as a plan can reach, finds everything said.
    assert front.day(START + timedelta(days=DAYS - 45)) == []


def test_messages_are_kept_far_longer_than_a_plan_reaches():
    assert CATCH_UP + REACH + AHEAD + timedelta(days=60) < DELIVERIES_KEPT
