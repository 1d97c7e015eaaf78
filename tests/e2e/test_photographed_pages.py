"""Clerks photograph pages, over HTTP: one message from the first photo to the loaded directive, through kills and failures."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from bot.office.albums import KEPT
from bot.texts import load_texts
from corpus.readers import scans
from tests.e2e.conftest import ADMIN
from tests.e2e.test_clerks import bot, chat, loaded, of_loaded, officer, private, settled, van  # noqa: F401
from tests.integration.clerk_desk import plan
from tests.integration.directive_formats import as_pdf
from tests.photos import parts, photo, photographed, recognise_as

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.botapi import Control

VI = load_texts("vi")
THREE = parts(plan().decode(), 3)
POLLING = pytest.mark.parametrize("mode", ["polling"])
"""For what does not depend on how updates come."""
PATIENT = KEPT.total_seconds() + 90


@pytest.fixture
def read(monkeypatch) -> list[list[int]]:
    """The pages of each document that was read."""
    return recognise_as(monkeypatch, THREE)


def of_bot(telegram: Control, where) -> list:
    return [message for message in telegram.messages(where) if message.sender.is_bot]


async def card(telegram: Control, where, seconds: float = 30):
    """The one message about the photos, once they are read."""
    status = await telegram.wait_for_message(where)
    await telegram.wait_for(lambda: "⏳" not in status.text, "the summary", seconds)
    return status


async def test_a_photo_is_shown_confirmed_and_loaded_in_one_message(
    bot, telegram, telegram_server, van, chat, monkeypatch  # noqa: F811
):
    recognise_as(monkeypatch, [plan().decode()])
    sent = telegram.send_photo(van, chat, photo(0), caption="Kế hoạch số hóa")
    status = await card(telegram, chat)
    assert "📄 Kế hoạch số hóa.jpg (1 trang ảnh)" in status.text
    assert "12/KH-UBND" in status.text
    assert "xin văn thư xác nhận" in status.text
    assert status.reply_to is sent
    (asked,) = telegram_server.calls("getFile")
    assert asked.result["file_size"] == len(photo(0))  # the largest of the sizes
    assert of_loaded(bot) == []
    await telegram.press(van, status, "✅ Xác nhận")
    await loaded(telegram, status)
    assert of_loaded(bot) == ["12/KH-UBND"]
    assert of_bot(telegram, chat) == [status]


async def test_photos_sent_together_become_one_document_in_one_message(
    bot, telegram, telegram_server, van, chat, read  # noqa: F811
):
    telegram.send_album(van, chat, [photo(page) for page in range(3)])
    status = await card(telegram, chat)
    assert "(3 trang ảnh)" in status.text
    assert "2 nhiệm vụ" in status.text
    assert read == [[0, 1, 2]]
    assert len(telegram_server.calls("getFile")) == 3
    await telegram.press(van, status, "✅ Xác nhận")
    await loaded(telegram, status)
    assert of_loaded(bot) == ["12/KH-UBND"]
    assert of_bot(telegram, chat) == [status]


@POLLING
async def test_while_photos_come_the_message_says_how_many_are_there(
    bot, telegram, telegram_server, van, chat, read  # noqa: F811
):
    telegram.delay_next("getFile", 0.7, times=3)
    telegram.send_album(van, chat, [photo(page) for page in range(3)])
    await card(telegram, chat)
    edits = [call.params["text"] for call in telegram_server.calls("editMessageText")]
    assert any(VI("load.photos_coming", here=here, known=3) in edits for here in (1, 2, 3))
    assert VI("load.reading_photos", count=3) in edits


async def test_photos_delivered_twice_and_backwards_are_the_same_document(bot, telegram, van, chat, read):  # noqa: F811
    with telegram.held_updates(backwards=True):
        telegram.duplicate_next_update(times=3)
        telegram.send_album(van, chat, [photo(page) for page in range(3)])
    status = await card(telegram, chat)
    assert read == [[0, 1, 2]]
    await telegram.expect_silence(chat)
    assert of_bot(telegram, chat) == [status]


@POLLING
async def test_the_chat_goes_on_while_photos_are_gathered(bot, telegram, van, chat, read):  # noqa: F811
    telegram.delay_next("getFile", 1.5, times=2)
    telegram.send_album(van, chat, [photo(0), photo(1)])
    status = await telegram.wait_for_message(chat)
    telegram.send_text(van, chat, "Chỉ tiêu năm 2030 là bao nhiêu?")
    await telegram.wait_for_message(chat)
    assert "⏳" in status.text
    await settled(telegram, status)


async def test_an_officer_gets_the_polite_sentence_and_nothing_is_fetched(
    bot, telegram, telegram_server, officer, private, read  # noqa: F811
):
    telegram.send_photo(officer, private, photo(0))
    assert (await telegram.wait_for_message(private)).text == VI("ask.only_text")
    assert telegram_server.calls("getFile") == []
    assert read == []


@POLLING
async def test_a_photo_that_telegram_does_not_give_is_asked_for_with_a_button(
    bot, telegram, van, chat, read  # noqa: F811
):
    telegram.fail_next("getFile", 400, "Bad Request: file is temporarily unavailable", times=3)
    telegram.send_photo(van, chat, photo(0))
    status = await card(telegram, chat)
    assert status.text == VI("load.photo_lost")
    await telegram.press(van, status, "🔄 Tải lại")
    await telegram.wait_for(lambda: "12/KH-UBND" in status.text, "the summary", 30)
    assert read == [[0]]
    assert of_bot(telegram, chat) == [status]


@POLLING
async def test_a_small_photo_warns_that_a_file_is_sharper(bot, telegram, van, chat, read):  # noqa: F811
    telegram.send_photo(van, chat, photo(0, (480, 640)))
    status = await card(telegram, chat)
    assert "dưới dạng tệp để nét hơn" in status.text


async def test_an_album_cut_in_two_by_a_kill_is_one_document_after_the_restart(
    start_bot: Callable, telegram: Control, mode: str
):
    admin = telegram.user("Quản trị", user_id=ADMIN)
    where = telegram.started(admin)
    photos = [picture for part in parts(plan().decode(), 2) for picture in photographed(as_pdf(part))]
    first = await start_bot(mode, CHIDAO_EMBEDDING="hash")
    await first.until_logged("bot.started", PATIENT)
    telegram.delay_next("getFile", 5.0, times=2)
    telegram.send_album(admin, where, photos)
    status = await telegram.wait_for_message(where)
    assert "⏳ Đang nhận ảnh" in status.text
    await telegram.expect_silence(where, 1.0)  # which message tells is noted, and the photos are being fetched
    await first.stop(signal.SIGKILL)
    second = await start_bot(mode, CHIDAO_EMBEDDING="hash")
    await second.until_logged("bot.started", PATIENT)
    await telegram.wait_for(lambda: "⏳" not in status.text, "the summary", PATIENT)
    if not scans.available():
        assert "tesseract-ocr-vie" in status.text
        return
    assert "12/KH-UBND" in status.text
    assert f"({len(photos)} trang ảnh)" in status.text
    await telegram.press(admin, status, "✅ Xác nhận")
    await telegram.wait_for(lambda: "Đã nạp" in status.text, "the end of the work", PATIENT)
    assert of_bot(telegram, where) == [status]
