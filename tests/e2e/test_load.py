"""Two hundred people in forty groups ask at once: nothing is lost, order is kept in each group, and how long it takes.

pytest tests/e2e/test_load.py -s      # prints the figures
"""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import TYPE_CHECKING

import pytest

from bot.office.people import Newcomer
from bot.office.records import Place
from tests.e2e.conftest import ADMIN

if TYPE_CHECKING:
    from tests.botapi import Control

GROUPS, PEOPLE_IN_EACH, QUESTIONS_OF_EACH = 40, 5, 1
PEOPLE = GROUPS * PEOPLE_IN_EACH


def groups_of_officials(bot, telegram: Control) -> list:
    office, now = bot.app.office, bot.app.clock.now()
    unit = office.people.add_unit("Sở Nội vụ")
    groups = []
    for number in range(GROUPS + 1):
        people = []
        for seat in range(PEOPLE_IN_EACH):
            person = 10_000 + number * PEOPLE_IN_EACH + seat
            secret = office.people.invite("officer", unit.id, ADMIN, now)
            assert office.people.accept(secret, Newcomer(person, f"Người {person}"), now)
            people.append(telegram.user(f"Người {person}", user_id=person))
        group = telegram.group(f"Phòng {number}", people, admin=True)
        office.groups.bind(Place(group.id, group=True), group.title, unit.id, ADMIN, now)
        groups.append((group, people))
    return groups


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_two_hundred_people_in_forty_groups_are_all_answered_in_order(bot, telegram: Control, mode):
    *groups, (group, people) = groups_of_officials(bot, telegram)
    alone = []
    for number in range(5):
        began = time.perf_counter()
        telegram.send_text(people[number], group, f"/hoi Câu một mình {number}?")
        await telegram.wait_for_message(group, timeout=20)
        alone.append(time.perf_counter() - began)

    asked: dict[str, float] = {}
    answered: dict[str, float] = {}
    order: dict[int, list[str]] = {}
    before = {group.id: len(telegram.messages(group)) for group, _ in groups}
    for seat in range(PEOPLE_IN_EACH):
        for number, (group, people) in enumerate(groups):
            text = f"Câu {number}.{seat}?"
            order.setdefault(group.id, []).append(text)
            asked[text] = time.perf_counter()
            telegram.send_text(people[seat], group, f"/hoi {text}")

    async with asyncio.timeout(120):
        while len(answered) < PEOPLE * QUESTIONS_OF_EACH:
            for group, _ in groups:
                for message in telegram.messages(group)[before[group.id] :]:
                    for text in order[group.id]:
                        if f"({text})" in message.text and text not in answered:
                            answered[text] = time.perf_counter()
            await asyncio.sleep(0.02)

    for group, _ in groups:
        told = [m.text for m in telegram.messages(group)[before[group.id] :]]
        assert [next(t for t in order[group.id] if f"({t})" in text) for text in told] == order[group.id]
    assert len(bot.service.asked) == PEOPLE * QUESTIONS_OF_EACH + 5
    waits = sorted(answered[text] - asked[text] for text in asked)
    figures = f"alone {statistics.median(alone):.3f} s, among {PEOPLE}: p50 {waits[len(waits) // 2]:.2f} s, p95 {waits[int(len(waits) * 0.95)]:.2f} s"
    print(f"\n{mode}: {figures}, {len(waits) / max(waits):.0f} answers/s")
