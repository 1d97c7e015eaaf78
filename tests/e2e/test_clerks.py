"""Clerks at work over HTTP: one message that is edited as it goes, units told once, nobody else let in."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.desk.loading_arrival import LARGEST
from bot.office.people import Newcomer
from bot.office.records import Place
from bot.texts import load_texts
from tests.e2e.conftest import ADMIN, bot_in_this_process
from tests.integration.clerk_desk import plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.botapi import BotApiServer, Control
    from tests.botapi.world import Chat, User
    from tests.e2e.conftest import RunningBot

VI = load_texts("vi")
CLERK, OFFICER = 2001, 2002
NAME = "ke-hoach-12.txt"


@pytest_asyncio.fixture
async def bot(telegram_server: BotApiServer, tmp_path: Path, mode: str) -> AsyncIterator[RunningBot]:
    async with bot_in_this_process(telegram_server, tmp_path, mode, embedding="hash") as running:
        admit(running, CLERK, "clerk")
        admit(running, OFFICER, "officer", "Sở Nội vụ")
        yield running


def admit(bot: RunningBot, person: int, role: str, unit: str | None = None) -> None:
    office = bot.app.office
    number = office.people.add_unit(unit).id if unit else None
    secret = office.people.invite(role, number, ADMIN, bot.app.clock.now())
    assert office.people.accept(secret, Newcomer(person, f"Người {person}"), bot.app.clock.now())


@pytest.fixture
def van(telegram: Control) -> User:
    return telegram.user("Vân", user_id=CLERK)


@pytest.fixture
def officer(telegram: Control) -> User:
    return telegram.user("An", user_id=OFFICER)


@pytest.fixture
def private(telegram: Control, officer: User) -> Chat:
    """The officer's chat with the bot."""
    return telegram.started(officer)


@pytest.fixture
def chat(telegram: Control, van: User, private: Chat) -> Chat:
    """The clerk's chat with the bot."""
    return telegram.started(van)


async def summary_of(telegram: Control, user: User, chat: Chat, content: bytes, name: str = NAME):
    """Sends a file and waits until its status message has become its summary."""
    telegram.send_document(user, chat, content, name)
    status = await telegram.wait_for_message(chat)
    await telegram.wait_for(lambda: "⏳" not in status.text, "the summary")
    return status


async def settled(telegram: Control, message) -> str:
    """What a message says once nothing is being done about it."""
    await telegram.wait_for(lambda: "⏳" not in message.text, "the end of the work")
    return message.text


async def loaded(telegram: Control, message) -> None:
    """Waits until a message says that its file is loaded."""
    await telegram.wait_for(lambda: "Đã nạp" in message.text, "the end of the work")


def of_loaded(bot: RunningBot) -> list[str]:
    return sorted(d.number for d in bot.app.store.directives() if d.number != "45-KH/TU")


async def test_a_file_is_shown_confirmed_and_its_unit_told_in_its_group_and_in_private(
    bot, telegram, telegram_server, van, chat, officer, private
):
    group = telegram.supergroup("Phòng Lưu trữ", [officer])
    office = bot.app.office
    (unit,) = office.people.units()
    office.groups.bind(Place(group.id, group=True), group.title, unit.id, ADMIN, bot.app.clock.now())
    before = telegram.moment()
    status = await summary_of(telegram, van, chat, plan())
    assert "12/KH-UBND" in status.text
    assert "2 nhiệm vụ" in status.text
    assert of_loaded(bot) == []
    assert any(c.params["chat_id"] == str(chat.id) for c in telegram_server.calls("sendChatAction"))
    await telegram.press(van, status, "✅ Xác nhận")
    told = await telegram.wait_for_message(private, after=before)
    in_group = await telegram.wait_for_message(group, after=before)
    assert "Văn bản mới giao Sở Nội vụ 1 việc" in told.text
    assert in_group.text == told.text
    await loaded(telegram, status)
    assert status.buttons == []
    assert len([m for m in telegram.messages(chat) if m.sender is not van]) == 1
    assert of_loaded(bot) == ["12/KH-UBND"]
    await telegram.press(officer, told, "📖 Việc 1")
    assert "rà soát hồ sơ" in (await telegram.wait_for_message(private, n=1)).text


async def test_a_second_press_says_so_and_nobody_is_told_twice(bot, telegram, van, chat, private):
    before = telegram.moment()
    status = await summary_of(telegram, van, chat, plan())
    data = status.keyboard[0][0]["callback_data"]
    await telegram.press(van, status, "✅ Xác nhận")
    await telegram.wait_for_message(private, after=before)
    again = telegram.press_data(van, status, data)
    await telegram.wait_for(lambda: again.answer is not None, "an answer to the second press")
    assert again.answer["text"] == VI("load.is.published")
    await loaded(telegram, status)
    assert len(telegram.messages(private)) == 1


async def test_several_files_at_once_each_have_their_message(bot, telegram, van, chat):
    telegram.send_document(van, chat, plan("12/KH-UBND"), "mot.txt")
    telegram.send_document(van, chat, plan("13/KH-UBND"), "hai.txt")
    await telegram.wait_for_message(chat, n=2)
    ours = [m for m in telegram.messages(chat) if m.sender is not van]
    for message in ours:
        await settled(telegram, message)
    assert ["12/KH-UBND" in ours[0].text, "13/KH-UBND" in ours[1].text] == [True, True]


async def test_an_album_is_confirmed_with_one_press(bot, telegram, van, chat):
    for number in ("12/KH-UBND", "13/KH-UBND"):
        file = telegram._world.add_file(f"{number[:2]}.txt", "text/plain", plan(number), "documents")
        telegram._post(van, chat, None, None, text="", entities=[], media=("document", file), media_group_id="a1")
    await telegram.wait_for_message(chat, n=2)
    ours = [m for m in telegram.messages(chat) if m.sender is not van]
    for message in ours:
        await settled(telegram, message)
    await telegram.press(van, ours[1], "tất cả tệp gửi cùng")
    for message in ours:
        await loaded(telegram, message)
    assert of_loaded(bot) == ["12/KH-UBND", "13/KH-UBND"]


async def test_what_the_clerk_types_is_read_into_the_summary(bot, telegram, van, chat):
    status = await summary_of(telegram, van, chat, plan(number="    /KH-UBND"))
    await telegram.press(van, status, "✏️ Sửa thông tin")
    await telegram.wait_for_edit(status)
    await telegram.press(van, status, "Số hiệu")
    await telegram.wait_for(lambda: "12/KH-UBND" in status.text, "the question")
    telegram.send_text(van, chat, "15/KH-UBND")
    summary = await telegram.wait_for_message(chat)
    assert "Số hiệu: 15/KH-UBND" in await settled(telegram, summary)
    await telegram.press(van, summary, "✅ Xác nhận")
    await loaded(telegram, summary)
    assert of_loaded(bot) == ["15/KH-UBND"]


async def test_a_cancelled_file_is_deleted(bot, telegram, van, chat, tmp_path):
    status = await summary_of(telegram, van, chat, plan())
    await telegram.press(van, status, "❌ Hủy")
    await telegram.wait_for(lambda: "Đã hủy" in status.text, "the end")
    assert list((tmp_path / "uploads").iterdir()) == []
    assert of_loaded(bot) == []


async def test_a_secret_file_is_refused_and_nothing_of_it_stays(bot, telegram, van, chat, tmp_path):
    content = plan(stamp="TỐI MẬT")
    status = await summary_of(telegram, van, chat, content, "viec-rieng.txt")
    assert "dấu độ mật “Tối mật”" in status.text
    assert "viec-rieng" not in status.text
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and "lưu trữ lịch sử".encode() in path.read_bytes()]
    assert kept == []


async def test_others_are_refused_and_nothing_is_fetched(bot, telegram, telegram_server, officer):
    stranger = telegram.user("Lạ")
    for person, key in ((officer, "load.only_clerks"), (stranger, "access.by_invitation")):
        chat = telegram.started(person)
        telegram.send_document(person, chat, plan(), NAME)
        assert (await telegram.wait_for_message(chat)).text == VI(key, person=person.id)
    assert telegram_server.calls("getFile") == []


@pytest.mark.parametrize(("size", "name"), [(LARGEST + 1, NAME), (5, "nhac.mp3")])
async def test_what_cannot_be_read_is_not_fetched(bot, telegram, telegram_server, van, chat, size, name):
    telegram.send_document(van, chat, b"x" * size, name)
    answer = await telegram.wait_for_message(chat)
    assert ("20 MB" if size > LARGEST else ".txt") in answer.text
    assert telegram_server.calls("getFile") == []


async def test_a_file_that_telegram_does_not_give_is_asked_for_again(bot, telegram, van, chat, tmp_path):
    telegram.fail_next("getFile", 400, "Bad Request: file is temporarily unavailable")
    status = await summary_of(telegram, van, chat, plan())
    assert "gửi lại" in status.text
    assert list((tmp_path / "uploads").iterdir()) == []


async def test_binary_rubbish_and_names_with_tricks_do_no_harm(bot, telegram, van, chat, tmp_path):
    status = await summary_of(telegram, van, chat, b"\x00\xff\xfe\x01" * 500, "van-ban.txt")
    assert "Không nhận “van-ban.txt”" in status.text
    status = await summary_of(telegram, van, chat, plan(), "../../ngoai.txt")
    await telegram.press(van, status, "✅ Xác nhận")
    await loaded(telegram, status)
    assert [p.parent.parent.name for p in tmp_path.rglob("ngoai.txt")] == ["library"]


async def test_a_wrong_row_is_corrected_in_one_message(bot, telegram, van, chat):
    status = await summary_of(telegram, van, chat, plan())
    await telegram.press(van, status, "✅ Xác nhận")
    await loaded(telegram, status)
    telegram.send_text(van, chat, "/sua")
    page = await telegram.wait_for_message(chat)
    for label in ("1", "1", "Hạn"):
        await telegram.press(van, page, label)
        await telegram.wait_for_edit(page)
    telegram.send_text(van, chat, "31/7/2025")
    preview = await telegram.wait_for_message(chat)
    assert "→ 31/07/2025" in preview.text
    await telegram.press(van, preview, "✅ Sửa")
    await telegram.wait_for(lambda: "Đã sửa" in preview.text, "the corrected row")
    assert [t.corrected for t in bot.app.store.tasks()] == [True, False]


async def test_what_waits_outlives_a_killed_bot(start_bot: Callable, telegram: Control, mode: str):
    admin = telegram.user("Quản trị", user_id=ADMIN)
    chat = telegram.started(admin)
    first = await start_bot(mode, CHIDAO_EMBEDDING="hash")
    await first.until_logged("bot.started")
    status = await summary_of(telegram, admin, chat, plan())
    assert "12/KH-UBND" in status.text
    await first.stop(signal.SIGKILL)
    second = await start_bot(mode, CHIDAO_EMBEDDING="hash")
    await second.until_logged("bot.started")
    await telegram.press(admin, status, "✅ Xác nhận")
    await loaded(telegram, status)
