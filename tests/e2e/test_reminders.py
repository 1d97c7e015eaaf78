"""Reminders as people get them, over HTTP: they arrive, their buttons work, and nobody waits for an answer behind them."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from bot.office.people import Newcomer
from bot.office.records import Place
from bot.office.tables import membership, person
from bot.texts import load_texts
from tests.e2e.conftest import ADMIN, bot_in_this_process
from tests.integration.test_reminders import store_tasks, task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.botapi import BotApiServer, Control
    from tests.e2e.conftest import RunningBot

VI = load_texts("vi")
MORNING = "2025-06-11T08:00:00+07:00"


@asynccontextmanager
async def reminding(server: BotApiServer, home: Path, mode: str, now: str = MORNING) -> AsyncIterator[RunningBot]:
    async with bot_in_this_process(server, home, mode, now=now) as running:
        running.unit = running.app.office.people.add_unit("Sở Nội vụ")
        yield running


def admit(running: Any, who: int, name: str) -> None:
    people, now = running.app.office.people, running.app.clock.now()
    secret = people.invite("officer", running.unit.id, ADMIN, now)
    assert people.accept(secret, Newcomer(who, name), now)


def load(running: Any, *tasks: Any) -> None:
    store_tasks(running.app.store, *tasks)
    running.app.reminders.replan()


async def test_a_reminder_arrives_with_its_buttons_and_they_work(telegram_server, telegram: Control, tmp_path, mode):
    async with reminding(telegram_server, tmp_path, mode) as bot:
        binh = telegram.user("Bình")
        chat = telegram.started(binh)
        admit(bot, binh.id, "Bình")
        load(bot, task("Trình đề án"), task("Gửi báo cáo", date(2025, 6, 12)))
        several = await telegram.wait_for_message(chat)
        assert "Nhắc 2 việc" in several.text
        assert several.buttons == [["1", "2"]]
        after = telegram.moment()
        await telegram.press(binh, several, "2")
        one = await telegram.wait_for_message(chat, after=after)
        assert "Hạn thứ Tư 18/06/2025, còn 7 ngày." in one.text
        assert one.buttons[0] == ["✅ Đã xong"]
        toast = await telegram.press(binh, one, "💤 Hoãn 3 ngày")
        assert toast["text"] == "Sẽ nhắc lại ngày 16/06/2025."
        await telegram.press(binh, one, "✅ Đã xong")
        await telegram.wait_for_edit(one)
        assert "✅ Đã xong – Bình" in one.text
        assert one.buttons == []
        telegram.send_text(binh, chat, "/nhac")
        shown = await telegram.wait_for_message(chat)
        assert "Đã gửi:\n• 08:00 11/06: nhắc 2 việc" in shown.text
        await telegram.press(binh, shown, "○ hằng ngày")
        await telegram.wait_for_edit(shown)
        assert "Bản tin: hằng ngày" in shown.text


async def test_a_group_and_its_topic_are_reminded_and_set_by_those_who_answer_for_it(
    telegram_server, telegram: Control, tmp_path, mode
):
    async with reminding(telegram_server, tmp_path, mode) as bot:
        an, binh = telegram.user("An", user_id=ADMIN), telegram.user("Bình")
        forum = telegram.forum("Sở Nội vụ", [an, binh])
        topic = telegram.open_topic(an, forum, "Nhắc việc")
        admit(bot, binh.id, "Bình")
        telegram.started(binh)
        now = bot.app.clock.now()
        bot.app.office.groups.bind(Place(forum.id, topic.id, group=True), forum.title, bot.unit.id, ADMIN, now)
        load(bot, task("Trình đề án"))
        reminder = await telegram.wait_for_message(forum, thread=topic)
        assert "Trình đề án" in reminder.text
        telegram.send_text(binh, forum, "/nhac", thread=topic)
        shown = await telegram.wait_for_message(forum, thread=topic)
        assert "Đã gửi:" in shown.text
        assert shown.buttons == []  # an officer looks; who answers for the group chooses
        telegram.send_text(an, forum, "/nhac", thread=topic)
        shown = await telegram.wait_for_message(forum, thread=topic)
        await telegram.press(an, shown, "⏸ Tạm dừng")
        await telegram.wait_for_edit(shown)
        assert "tạm dừng" in shown.text


async def test_a_closed_topic_and_a_blocked_chat_disturb_nobody_else(telegram_server, telegram: Control, tmp_path):
    async with reminding(telegram_server, tmp_path, "polling") as bot:
        an, binh, chi = telegram.user("An", user_id=ADMIN), telegram.user("Bình"), telegram.user("Chi")
        forum = telegram.forum("Sở Nội vụ", [an])
        topic = telegram.open_topic(an, forum, "Nhắc việc")
        telegram.close_topic(an, forum, topic)
        for who in (binh, chi):
            admit(bot, who.id, who.first_name)
        telegram.started(binh)
        telegram.started(chi)
        telegram.block_bot(chi)
        telegram_server.forgive("TOPIC_CLOSED", "blocked by the user")
        now = bot.app.clock.now()
        bot.app.office.groups.bind(Place(forum.id, topic.id, group=True), forum.title, bot.unit.id, ADMIN, now)
        load(bot, task("Trình đề án"))
        await telegram.wait_for_message(telegram.private(binh))
        queue = bot.app.reminders.queue

        def refused() -> bool:
            return any("topic_closed" in (row.error or "").lower() for row in queue.in_trouble())

        await telegram.wait_for(refused, "the topic's refusal")
        await telegram.wait_for(lambda: bot.app.office.people.unreachable() != set(), "the block to be known")
        assert bot.app.office.people.unreachable() == {chi.id}
        assert bot.app.office.groups.groups()[0].present


async def test_whoever_asks_is_answered_while_a_hundred_reminders_go_out(telegram_server, telegram: Control, tmp_path):
    async with reminding(telegram_server, tmp_path, "polling") as bot:
        an = telegram.user("An", user_id=ADMIN)
        chat = telegram.started(an)
        people = [telegram.user(f"Người {n}") for n in range(100)]
        now = bot.app.clock.now()
        with bot.app.store.database.writing() as connection:
            rows = [{"id": p.id, "name": p.first_name, "role": "officer", "since": now} for p in people]
            connection.execute(insert(person), rows)
            members = [{"person_id": p.id, "unit_id": bot.unit.id} for p in people]
            connection.execute(insert(membership), members)
        chats = [telegram.started(p) for p in people]
        load(bot, task("Trình đề án"))
        began = time.monotonic()
        await telegram.wait_for(lambda: any(telegram.messages(c) for c in chats), "the first reminder")
        waits = []
        for n in range(5):
            asked = time.monotonic()
            telegram.send_text(an, chat, f"Ai chủ trì việc {n}?")
            await telegram.wait_for_message(chat)
            waits.append(time.monotonic() - asked)
        underway = sum(bool(telegram.messages(c)) for c in chats)
        assert underway < 100  # they were still going out
        assert max(waits) < 1.5, waits
        await telegram.wait_for(lambda: all(telegram.messages(c) for c in chats), "the last reminder", timeout=60)
        assert [len(telegram.messages(c)) for c in chats] == [1] * 100
        spent = time.monotonic() - began
        assert 100 / spent < 30  # what Telegram allows
        print(f"100 reminders in {spent:.1f} s; answers after {[round(w, 2) for w in waits]} s")
        queue = bot.app.reminders.queue
        await telegram.wait_for(lambda: queue.counts()["sent"] == 100, "the marks")
        assert queue.oldest_due(bot.app.clock.now()) is None


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_a_bot_that_ends_amid_its_reminders_goes_on_where_it_was(
    telegram_server, telegram, tmp_path, start_bot, how
):
    del telegram_server
    import signal

    from bot.composition import compose
    from bot.settings import Settings
    from tests.e2e.fake_service import FakeService

    app = compose(Settings(_env_file=None, home=tmp_path / "home", now=MORNING), service=FakeService())
    unit = app.office.people.add_unit("Sở Nội vụ")
    people = [telegram.user(f"Người {n}") for n in range(40)]
    with app.store.database.writing() as connection:
        rows = [{"id": p.id, "name": p.first_name, "role": "officer", "since": app.clock.now()} for p in people]
        connection.execute(insert(person), rows)
        connection.execute(insert(membership), [{"person_id": p.id, "unit_id": unit.id} for p in people])
    chats = [telegram.started(p) for p in people]
    store_tasks(app.store, task("Trình đề án"))
    first = await start_bot(CHIDAO_NOW=MORNING)
    await telegram.wait_for(lambda: sum(bool(telegram.messages(c)) for c in chats) > 5, "some reminders", timeout=30)
    await first.stop(signal.SIGTERM if how == "stop" else signal.SIGKILL)
    assert any(not telegram.messages(c) for c in chats)
    counts = app.reminders.queue.counts()
    assert how == "kill" or "claimed" not in counts  # an orderly stop leaves nothing in doubt
    await start_bot(CHIDAO_NOW="2025-06-11T09:00:00+07:00")
    await telegram.wait_for(lambda: all(telegram.messages(c) for c in chats), "the rest", timeout=60)
    await asyncio.sleep(1)
    repeated = [m for c in chats for m in telegram.messages(c)[1:]]
    assert all("(nhắc lại)" in m.text for m in repeated)
    assert how == "kill" or repeated == []
    app.store.close()
