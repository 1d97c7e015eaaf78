"""The lists over HTTP, polling and by webhook: one message turned page by page, marks, notes, a picture, files."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from icalendar import Calendar
from openpyxl import load_workbook
from PIL import Image

from bot.office.people import Newcomer
from bot.office.records import Place
from bot.texts import load_texts
from corpus.records import Clause, Directive, Metadata, Source, Target, Task
from corpus.store_writing import IncomingFile
from tests.e2e.conftest import ADMIN, RunningBot, bot_in_this_process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.botapi import BotApiServer, Control
    from tests.botapi.world import Chat, User

VI = load_texts("vi")
UNIT, OTHER = "Sở Nội vụ", "Sở Y tế"
CLERK, OFFICER, OUTSIDER = 2001, 2002, 2003
COUNT = 15


@pytest_asyncio.fixture
async def bot(telegram_server: BotApiServer, tmp_path: Path, mode: str) -> AsyncIterator[RunningBot]:
    async with bot_in_this_process(telegram_server, tmp_path, mode, embedding="hash") as running:
        admit(running, CLERK, "clerk")
        admit(running, OFFICER, "officer", UNIT)
        admit(running, OUTSIDER, "officer", OTHER)
        store_a_plan(running)
        yield running


def admit(bot: RunningBot, person: int, role: str, unit: str | None = None) -> None:
    office = bot.app.office
    number = office.people.add_unit(unit).id if unit else None
    secret = office.people.invite(role, number, ADMIN, bot.app.clock.now())
    assert office.people.accept(secret, Newcomer(person, f"Người {person}"), bot.app.clock.now())


def store_a_plan(bot: RunningBot) -> None:
    """Fifteen tasks, one due every fifth day from today on, and a target."""
    today: date = bot.app.clock.today()
    quotes = [f"Việc số {n}: rà soát <thủ tục> & báo cáo" for n in range(COUNT)]
    clauses = tuple(Clause(f"II.{n}", str(n), q, q, None, "item", (q,)) for n, q in enumerate(quotes))
    tasks = tuple(
        Task(f"II.{n}", f"rà soát <thủ tục> & báo cáo lần {n}", q, (UNIT,), due=today + timedelta(days=5 * n))
        for n, q in enumerate(quotes)
    )
    target = Target("II.0", "Tỷ lệ hồ sơ số hóa", quotes[0], ">=", 80.0, unit="%", due=date(today.year, 12, 31))
    meta = Metadata(number="7/KH-UBND", kind="Kế hoạch", place="Hòa Sơn", title="rà soát thủ tục")
    plan = Directive(Source("\n".join(quotes)), meta, clauses, (target,), tasks)
    bot.app.store.put(IncomingFile("/hoa-son/7.txt", "7" * 64, "test"), [plan])


@pytest.fixture
def binh(telegram: Control, bot: RunningBot) -> User:
    return telegram.user("Bình", user_id=OFFICER)


@pytest.fixture
def chat(telegram: Control, binh: User) -> Chat:
    return telegram.private(binh)


async def turned(telegram: Control, user: User, message, label: str) -> dict:
    """Presses a button and waits until the message has changed; what the press was answered."""
    answer = await telegram.press(user, message, label)
    await telegram.wait_for_edit(message)
    return answer


async def test_a_unit_pages_through_its_tasks_and_marks_one_in_a_single_message(bot, telegram, binh, chat):
    telegram.send_text(binh, chat, "/nhiemvu")
    message = await telegram.wait_for_message(chat)
    assert message.text.startswith(f"Nhiệm vụ của {UNIT} ({COUNT})")
    assert "rà soát <thủ tục> & báo cáo lần 0" in message.text.lower()
    assert message.buttons[0] == ["1", "2", "3", "4", "5", "6"]
    await turned(telegram, binh, message, "▶")
    await turned(telegram, binh, message, "8")
    assert "Rà soát <thủ tục> & báo cáo lần 7" in message.text
    answer = await turned(telegram, binh, message, "Đang làm")
    assert answer["text"] == "Đã ghi: đang làm"
    assert "🔸 đang làm · Người 2002 ghi" in message.text
    await turned(telegram, binh, message, "Quay lại")
    assert "8. 🔸 Rà soát" in message.text
    assert len(telegram.messages(chat)) == 1


async def test_a_note_is_asked_for_and_shown_with_the_task(bot, telegram, binh, chat):
    telegram.send_text(binh, chat, "/nhiemvu")
    message = await telegram.wait_for_message(chat)
    await turned(telegram, binh, message, "1")
    await telegram.press(binh, message, "Ghi chú")
    await telegram.wait_for_message(chat)
    telegram.send_text(binh, chat, "Đã trình <lãnh đạo> & chờ ký")
    assert "Ghi chú: Đã trình <lãnh đạo> & chờ ký" in (await telegram.wait_for_message(chat)).text


async def test_filters_narrow_the_list(bot, telegram, binh, chat):
    telegram.send_text(binh, chat, "/nhiemvu")
    message = await telegram.wait_for_message(chat)
    await turned(telegram, binh, message, "Lọc")
    await turned(telegram, binh, message, "Phối hợp (0)")
    await turned(telegram, binh, message, "Xem 0 mục")
    assert VI("tasks.none") in message.text


async def test_deadlines_come_as_a_list_and_as_pictures_until_all_are_drawn(bot, telegram, binh, chat):
    telegram.send_text(binh, chat, "/han")
    message = await telegram.wait_for_message(chat)
    assert f"({COUNT})" in message.text
    await telegram.press(binh, message, "Dòng thời gian")
    await telegram.wait_for(lambda: any(m.media for m in telegram.messages(chat)), "the picture")
    picture = next(m for m in telegram.messages(chat) if m.media)
    assert picture.media[0] == "photo"
    assert picture.text.startswith("Dòng thời gian: Sở Nội vụ")
    await telegram.wait_for(lambda: "Xem tiếp" in str(message.buttons), "the button for the rest")
    await telegram.press(binh, message, "Xem tiếp")
    await telegram.wait_for(lambda: sum(1 for m in telegram.messages(chat) if m.media) == 2, "the second picture")


async def test_the_picture_is_a_png_of_a_telephones_width(bot, telegram, telegram_server, binh, chat):
    telegram.send_text(binh, chat, "/han")
    message = await telegram.wait_for_message(chat)
    await telegram.press(binh, message, "Dòng thời gian")
    await telegram.wait_for(lambda: any(m.media for m in telegram.messages(chat)), "the picture")
    photo = next(m for m in telegram.messages(chat) if m.media).media[1]
    assert Image.open(io.BytesIO(photo.data)).size[0] == 1080


async def test_targets_are_listed_and_opened(bot, telegram, binh, chat):
    telegram.send_text(binh, chat, "/chitieu")
    message = await telegram.wait_for_message(chat)
    assert "Tỷ lệ hồ sơ số hóa: tối thiểu 80%" in message.text
    await turned(telegram, binh, message, "1")
    assert "Mức: tối thiểu 80%" in message.text


async def test_a_clerk_limits_and_withdraws_a_directive(bot, telegram, binh, chat):
    van = telegram.user("Vân", user_id=CLERK)
    private = telegram.private(van)
    telegram.send_text(van, private, "/vanban")
    message = await telegram.wait_for_message(private)
    number = next(line.split(".")[0] for line in message.text.splitlines() if line.endswith("Kế hoạch 7/KH-UBND"))
    await turned(telegram, van, message, number)
    await turned(telegram, van, message, "Đối tượng xem")
    await turned(telegram, van, message, OTHER)
    telegram.send_text(binh, chat, "/nhiemvu")
    mine = await telegram.wait_for_message(chat)
    assert VI("tasks.none") in mine.text
    await turned(telegram, van, message, "Cho mọi đơn vị xem")
    await turned(telegram, van, message, "Rút văn bản")
    await turned(telegram, van, message, "Rút văn bản này")
    assert message.text == "Đã rút 7/KH-UBND khỏi kho."
    assert [d.number for d in bot.app.store.directives()] == ["45-KH/TU"]


async def test_files_arrive_as_documents_that_open(bot, telegram, binh, chat):
    telegram.send_text(binh, chat, "/xuat")
    message = await telegram.wait_for_message(chat)
    await telegram.press(binh, message, "Nhiệm vụ: đơn vị tôi")
    book = await telegram.wait_for_message(chat)
    assert book.document.name.endswith(".xlsx")
    assert load_workbook(io.BytesIO(book.document.data)).active.max_row == COUNT + 1
    telegram.send_text(binh, chat, "/lich")
    calendar = await telegram.wait_for_message(chat)
    assert calendar.document.name.endswith(".ics")
    assert len(Calendar.from_ical(calendar.document.data).walk("VEVENT")) == COUNT


async def test_in_a_topic_everybody_reads_and_only_the_units_people_mark(bot, telegram, binh):
    an, chi = telegram.user("An", user_id=ADMIN), telegram.user("Chi", user_id=OUTSIDER)
    forum = telegram.forum("Cơ quan", [an, binh, chi], admin=True)
    topic = telegram.open_topic(an, forum, "Nội vụ")
    office = bot.app.office
    unit = next(u for u in office.people.units() if u.name == UNIT)
    office.groups.bind(Place(forum.id, topic.id, group=True), "Cơ quan", unit.id, ADMIN, bot.app.clock.now())
    asked = telegram.send_text(chi, forum, "/nhiemvu", thread=topic)
    message = await telegram.wait_for_message(forum)
    assert (message.thread_id, message.reply_to) == (asked.thread_id, asked)
    await turned(telegram, chi, message, "1")
    assert await telegram.press(chi, message, "Đã xong") == {
        "text": VI("list.not_yours"),
        "show_alert": True,
        "url": "",
    }
    await turned(telegram, binh, message, "Đã xong")
    assert "✅ đã xong" in message.text
    await telegram.press(binh, message, "Ghi chú")
    prompt = await telegram.wait_for_message(forum)
    telegram.send_text(binh, forum, "đã họp", thread=topic, reply_to=prompt)
    noted = await telegram.wait_for_message(forum)
    assert "Ghi chú: đã họp" in noted.text
    assert noted.thread_id == asked.thread_id


async def test_a_stale_button_is_answered_and_changes_nothing(bot, telegram, binh, chat):
    telegram.send_text(binh, chat, "/nhiemvu")
    message = await telegram.wait_for_message(chat)
    bot.app.store.remove("7-kh-ubnd-hoa-son")
    gone = await telegram.press(binh, message, "1")
    assert gone == {"text": VI("list.gone"), "show_alert": True, "url": ""}
    await turned(telegram, binh, message, "▶")
    assert VI("tasks.none") in message.text
