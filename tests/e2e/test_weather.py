"""What the bot makes of Telegram's refusals and silences: nothing is said twice, nothing sayable is lost, no crash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import structlog

from bot.texts import load_texts
from tests.e2e.conftest import ADMIN, bot_in_this_process

if TYPE_CHECKING:
    from tests.botapi import Control
    from tests.botapi.world import Chat, User

VI = load_texts("vi")


@pytest.fixture
def mode() -> str:
    return "polling"


@pytest.fixture
def an(telegram: Control) -> User:
    return telegram.user("An", user_id=ADMIN)


@pytest.fixture
def chat(telegram: Control, an: User) -> Chat:
    return telegram.private(an)


async def still_answers(telegram, an, chat) -> None:
    telegram.send_text(an, chat, "/start")
    assert VI("start.welcome") in (await telegram.wait_for_message(chat)).text


async def test_a_failure_inside_is_an_apology_with_the_code_of_the_log(bot, telegram, an, chat):
    with structlog.testing.capture_logs() as logged:
        question = telegram.send_text(an, chat, "câu hỏng?")
        apology = await telegram.wait_for_message(chat)
    code = re.search(r"mã ([0-9A-F]{6})", apology.text)[1]
    assert [line["reference"] for line in logged if line.get("action") == "answer.failed"] == [code]
    assert apology.reply_to is question
    assert "model" not in apology.text
    await still_answers(telegram, an, chat)


async def test_after_a_failure_the_edited_question_turns_the_apology_into_the_answer(bot, telegram, an, chat):
    question = telegram.send_text(an, chat, "câu hỏng?")
    apology = await telegram.wait_for_message(chat)
    telegram.edit(an, question, "câu lành?")
    await telegram.wait_for_edit(apology)
    assert "(câu lành?)" in apology.text


async def test_asked_for_patience_the_bot_waits_and_then_answers_once(bot, telegram, telegram_server, an, chat):
    telegram.fail_next("sendMessage", retry_after=1)
    telegram.send_text(an, chat, "Bao nhiêu?")
    await telegram.wait_for_message(chat)
    await telegram.expect_silence(chat)
    assert [call.status for call in telegram_server.calls("sendMessage")] == [429, 200]


async def test_a_message_that_may_have_arrived_is_not_sent_again(bot, telegram, an, chat):
    telegram.drop_next("sendMessage", after=True)
    with structlog.testing.capture_logs() as logged:
        telegram.send_text(an, chat, "Bao nhiêu?")
        await telegram.wait_for_message(chat)
        await telegram.expect_silence(chat)
    assert len(telegram.messages(chat)) == 1
    assert "send.uncertain" in {line.get("action") for line in logged}
    await still_answers(telegram, an, chat)


async def test_when_one_part_of_a_long_answer_is_lost_the_others_are_still_sent(bot, telegram, an, chat):
    telegram.drop_next("sendMessage")
    telegram.send_text(an, chat, "Trích dài?")
    await telegram.wait_for(lambda: len(telegram.messages(chat)) == 3, "the three other parts")
    assert telegram.messages(chat)[-1].buttons


async def test_unreadable_markup_is_sent_as_plain_words(bot, telegram, telegram_server, an, chat):
    telegram.fail_next(
        "sendMessage", 400, 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 3'
    )
    telegram.send_text(an, chat, "Bao nhiêu?")
    answer = await telegram.wait_for_message(chat)
    assert [e.type for e in answer.entities if e.type in {"bold", "italic", "expandable_blockquote"}] == []
    assert "các sở & ngành <phối hợp>." in answer.text
    assert "«- Đến năm 2030" in answer.text
    assert answer.buttons


async def test_a_person_who_blocks_the_bot_troubles_nobody(bot, telegram, telegram_server, an, chat):
    telegram_server.forgive("bot was blocked by the user")
    telegram.send_text(an, chat, "câu chậm?")
    await telegram.wait_for_call("sendChatAction")
    telegram.block_bot(an)
    await telegram.wait_for(lambda: any(c.status == 403 for c in telegram_server.calls("sendMessage")), "the refusal")
    telegram.unblock_bot(an)
    await still_answers(telegram, an, chat)


async def test_a_press_answered_too_late_still_opens_its_clause(bot, telegram, telegram_server, an, chat):
    telegram.send_text(an, chat, "Bao nhiêu?")
    answer = await telegram.wait_for_message(chat)
    telegram.fail_next(
        "answerCallbackQuery",
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    )
    query = telegram.start_press(an, answer, "mục III.2")
    assert "hằng quý" in (await telegram.wait_for_message(chat)).text
    query.answer = {"text": None}  # nobody could answer it any more


async def test_a_deleted_question_is_answered_all_the_same(bot, telegram, an, chat):
    question = telegram.send_text(an, chat, "câu chậm?")
    await telegram.wait_for_call("sendChatAction")
    telegram.delete(question)
    answer = await telegram.wait_for_message(chat)
    assert answer.reply_to is None


async def test_when_the_answer_was_deleted_an_edited_question_gets_a_new_one(bot, telegram, telegram_server, an, chat):
    telegram_server.forgive("message to edit not found")
    question = telegram.send_text(an, chat, "Năm 203?")
    answer = await telegram.wait_for_message(chat)
    telegram.delete(answer)
    telegram.edit(an, question, "Năm 2030?")
    assert "(Năm 2030?)" in (await telegram.wait_for_message(chat)).text


async def test_typing_that_fails_stops_no_answer(bot, telegram, an, chat):
    telegram.fail_next("sendChatAction", 500, times=5)
    telegram.send_text(an, chat, "câu chậm?")
    assert "(câu chậm?)" in (await telegram.wait_for_message(chat)).text


@pytest.mark.parametrize(("code", "patience"), [(500, None), (429, 30)])
async def test_a_profile_that_cannot_be_published_stops_no_start(
    telegram, telegram_server, tmp_path, an, chat, code, patience
):
    for method in ("setMyCommands", "setMyDescription", "setMyShortDescription", "setChatMenuButton"):
        telegram.fail_next(method, code, times=10, retry_after=patience)
    async with bot_in_this_process(telegram_server, tmp_path, "polling"):
        await still_answers(telegram, an, chat)


async def test_a_server_that_stumbles_while_polling_is_asked_again(bot, telegram, an, chat):
    telegram.fail_next("getUpdates", 502, times=2)
    telegram.send_text(an, chat, "Bao nhiêu?")
    await telegram.wait_for_message(chat, timeout=20)
