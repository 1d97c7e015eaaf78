"""The bot as a process: signals, restarts, refused tokens, and a log without secrets."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from bot.texts import load_texts
from tests.e2e.conftest import ADMIN, HERE, SECRET, webhook_environment

if TYPE_CHECKING:
    from tests.botapi import Control
    from tests.botapi.world import Chat, User

VI = load_texts("vi")


@pytest.fixture
def an(telegram: Control) -> User:
    return telegram.user("An", user_id=ADMIN)


@pytest.fixture
def chat(telegram: Control, an: User) -> Chat:
    return telegram.private(an)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_the_bot_finishes_what_it_is_answering(start_bot, telegram, an, chat, mode, stop):
    process = await start_bot(mode)
    await process.until_logged("bot.started")
    telegram.send_text(an, chat, "câu chậm?")
    await telegram.wait_for_call("sendChatAction")
    assert await process.stop(stop) == 0
    assert "(câu chậm?)" in telegram.messages(chat)[-1].text
    assert "bot.stopped" in process.log


async def test_killed_while_it_thinks_the_bot_answers_after_its_restart_once(start_bot, telegram, an, chat, mode):
    # The second one has the first one's place: by webhook at its address.
    settings = webhook_environment() if mode == "webhook" else {}
    process = await start_bot(mode, **settings)
    await process.until_logged("bot.started", seconds=60)
    telegram.send_text(an, chat, "câu chậm?")
    await telegram.wait_for_call("sendChatAction")
    await telegram.all_confirmed()
    await process.stop(signal.SIGKILL)
    assert telegram.messages(chat) == []
    telegram.send_text(an, chat, "Rồi sao?")
    await start_bot(mode, **settings)
    await telegram.wait_for(lambda: len(telegram.messages(chat)) == 2, "both answers", timeout=60)
    first, second = (message.text for message in telegram.messages(chat))
    assert first.startswith("Tối thiểu 80% vào năm 2030 (câu chậm?)")
    assert "(Rồi sao?)" in second


async def test_a_second_process_that_polls_says_so_in_one_line_and_nothing_is_answered_twice(
    start_bot, telegram, telegram_server, an, chat
):
    telegram_server.forgive("terminated by other getUpdates")
    first = await start_bot()
    await first.until_logged("bot.started", seconds=60)
    second = await start_bot()
    await second.until_logged("bot.started", seconds=60)
    for number in range(5):
        telegram.send_text(an, chat, f"Câu {number}?")
    await telegram.wait_for(lambda: len(telegram.messages(chat)) == 5, "answers", timeout=60)
    assert [f"(Câu {n}?)" in m.text for n, m in enumerate(telegram.messages(chat))] == [True] * 5
    for process in (first, second):
        assert process.log.count("poll.conflict") <= 1
    assert "poll.conflict" in first.log + second.log
    assert "Traceback" not in first.log + second.log


async def test_what_was_asked_while_the_bot_was_away_is_answered_and_old_buttons_still_work(
    start_bot, telegram, an, chat
):
    process = await start_bot()
    telegram.send_text(an, chat, "Bao nhiêu?")
    answer = await telegram.wait_for_message(chat, timeout=20)
    telegram.send_text(an, chat, "không nêu?")
    abstention = await telegram.wait_for_message(chat)
    await process.stop()
    telegram.send_text(an, chat, "Còn 2030?", reply_to=answer)
    await start_bot()
    late = await telegram.wait_for_message(chat, timeout=20)
    assert "Câu trước: Bao nhiêu?." in late.text
    await telegram.press(an, abstention, "1")
    assert "Câu hỏi: Nguồn lực thực hiện Kế hoạch 45 lấy từ đâu?" in (await telegram.wait_for_message(chat)).text
    told = await telegram.press(an, answer, "mục III.2")
    assert told["text"] == VI("clause.gone")  # nothing is stored in this home


async def test_the_log_never_shows_the_token_or_the_secret_whatever_happens(
    start_bot, telegram, telegram_server, an, chat, mode
):
    process = await start_bot(mode, CHIDAO_ADMINS=f"{ADMIN}")
    await process.until_logged("bot.started")
    telegram.send_text(an, chat, "câu hỏng?")
    await telegram.wait_for_message(chat)
    telegram.drop_next("sendMessage")
    telegram.send_text(an, chat, "Bao nhiêu?")
    await process.until_logged("send.uncertain")
    telegram.fail_next("sendMessage", 500)
    telegram.send_text(an, chat, "Trích dài?")
    await telegram.wait_for(lambda: len(telegram.messages(chat)) >= 3, "the rest")
    if mode == "polling":
        telegram.drop_next("getUpdates")
        telegram.send_text(an, chat, "Bao nhiêu?")  # ends the poll that waits now, so that the next is the one dropped
        await process.until_logged("poll.failed")
    await telegram_server.stop()
    assert await process.stop() == 0
    await telegram_server.start()
    log = process.log
    assert "Traceback" in log
    assert telegram_server.token not in log
    assert telegram_server.token.partition(":")[2] not in log
    assert SECRET not in log


async def test_a_refused_token_is_one_clear_sentence(start_bot, telegram_server):
    telegram_server.forgive("")
    process = await start_bot(CHIDAO_BOT_TOKEN="111111:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert await process.ended() != 0
    assert VI("bot.bad_token") in process.log


async def test_without_a_token_the_bot_says_where_to_get_one(start_bot):
    process = await start_bot(CHIDAO_BOT_TOKEN="")
    assert await process.ended() != 0
    assert process.log.strip() == VI("bot.no_token")


async def test_with_nobody_admitted_the_start_says_so(start_bot, telegram, an, chat):
    process = await start_bot(CHIDAO_ADMINS="")
    await process.until_logged(VI("bot.no_admins"))
    telegram.send_text(an, chat, "/start")
    assert (await telegram.wait_for_message(chat, timeout=20)).text == VI("access.by_invitation", person=ADMIN)


async def test_a_webhook_call_without_the_secret_is_turned_away(start_bot, telegram_server, telegram):
    import httpx

    process = await start_bot("webhook")
    await process.until_logged("bot.started")
    await telegram.wait_for_call("setWebhook")
    url = telegram_server.calls("setWebhook")[-1].params["url"]
    async with httpx.AsyncClient() as stranger:
        assert (await stranger.post(url, json={"update_id": 1})).status_code == 403
        wrong = {"X-Telegram-Bot-Api-Secret-Token": "guess"}
        assert (await stranger.post(url, json={"update_id": 1}, headers=wrong)).status_code == 403


@pytest.mark.parametrize("method", ["getMe", "setMyCommands", "deleteWebhook", "setWebhook"])
async def test_told_to_stop_amid_its_start_the_bot_ends_well(start_bot, telegram, telegram_server, method):
    telegram.delay_next(method, 30)
    process = await start_bot("webhook" if method == "setWebhook" else "polling")
    async with asyncio.timeout(60):
        while telegram_server.faults.scheduled:  # noqa: ASYNC110 - the call is being waited for, in another process
            await asyncio.sleep(0.05)
    assert await process.stop() == 0
    assert "bot.stopped" in process.log
    assert "Traceback" not in process.log


async def test_told_to_stop_while_telegram_cannot_be_reached_the_bot_ends_well(start_bot):
    process = await start_bot(CHIDAO_TELEGRAM_API="http://127.0.0.1:9")
    await process.until_logged("start.retried", seconds=60)
    assert await process.stop() == 0
    assert "Traceback" not in process.log


async def test_told_to_stop_before_anything_has_begun_the_bot_ends_well():
    code = "import time; from bot.telegram.running import stop_at_once; stop_at_once(); print('here', flush=True); time.sleep(60)"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, env=os.environ | {"PYTHONPATH": str(HERE.parents[1])}, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline()
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 20) == 0
