"""What people see of the bot in a private chat, over HTTP, polling and by webhook."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from bot.message_blocks import units
from bot.office.people import Newcomer
from bot.texts import load_texts
from tests.e2e.conftest import ADMIN, ITEM, SECOND_ADMIN
from tests.e2e.fake_service import SECOND
from tests.photos import photo

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


def styled(message, kind: str) -> list[str]:
    data = message.text.encode("utf-16-le")
    found = [e for e in message.entities if e.type == kind]
    return [data[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le") for e in found]


async def test_start_greets_and_shows_the_way(bot, telegram, an, chat):
    telegram.send_text(an, chat, "/start")
    greeting = await telegram.wait_for_message(chat)
    assert VI("start.welcome") in greeting.text
    assert "/trogiup" in greeting.text
    assert greeting.reply_to is None


async def test_a_question_is_answered_with_headline_clause_source_and_buttons(bot, telegram, an, chat):
    question = telegram.send_text(an, chat, "Hồ sơ trực tuyến <2030> & sau đó?")
    answer = await telegram.wait_for_message(chat)
    assert answer.reply_to is question
    assert styled(answer, "bold") == ["Tối thiểu 80% vào năm 2030 (Hồ sơ trực tuyến <2030> & sau đó?)"]
    assert styled(answer, "expandable_blockquote")[0].startswith("- Đến năm 2030, tối thiểu 80% hồ sơ")
    assert styled(answer, "italic")[0].endswith("mục II.4, gạch đầu dòng 1, trang 3")
    assert answer.buttons == [
        ["📖 Xem cả mục II.4, gạch đầu dòng 1"],
        ["📄 45-KH/TU · mục III.2"],
        ["📄 Biểu phân công nhiệm… · Phụ lục 2, mục I.7"],
        ["👍", "👎"],
    ]
    assert answer.link_preview_options["is_disabled"] is True
    assert bot.service.asked[0].today == bot.app.clock.today()


async def test_the_command_asks_as_plain_text_does(bot, telegram, an, chat):
    telegram.send_text(an, chat, "/hoi Ai chủ trì?")
    assert "(Ai chủ trì?)" in (await telegram.wait_for_message(chat)).text
    telegram.send_text(an, chat, "/hoi")
    assert (await telegram.wait_for_message(chat)).text == VI("ask.empty")


async def test_while_a_slow_answer_is_looked_for_the_bot_is_seen_typing(bot, telegram, telegram_server, an, chat):
    telegram.send_text(an, chat, "câu chậm?")
    call = await telegram.wait_for_call("sendChatAction")
    assert call.params["action"] == "typing"
    assert telegram.messages(chat) == []
    await telegram.wait_for_message(chat)


async def test_a_button_opens_its_clause_from_the_store(bot, telegram, an, chat):
    telegram.send_text(an, chat, "Bao nhiêu?")
    answer = await telegram.wait_for_message(chat)
    acknowledged = await telegram.press(an, answer, "mục III.2")
    clause = await telegram.wait_for_message(chat)
    assert not acknowledged["text"]
    assert styled(clause, "expandable_blockquote") == [f"{SECOND.quote}\n{ITEM}"]
    assert clause.text.endswith("mục III.2, trang 4")
    assert clause.reply_to is answer


async def test_a_button_whose_clause_is_gone_says_so(bot, telegram, an, chat):
    telegram.send_text(an, chat, "Bao nhiêu?")
    answer = await telegram.wait_for_message(chat)
    assert await telegram.press(an, answer, "Phụ lục 2") == {"text": VI("clause.gone"), "show_alert": True, "url": ""}
    await telegram.expect_silence(chat)


async def test_an_abstention_offers_questions_that_a_button_asks(bot, telegram, an, chat):
    telegram.send_text(an, chat, "kinh phí không nêu?")
    abstention = await telegram.wait_for_message(chat)
    assert styled(abstention, "bold") == ["Văn bản đã nạp không nêu kinh phí của việc này."]
    assert abstention.buttons == [["1", "2"], ["👍", "👎"]]
    await telegram.press(an, abstention, "2")
    answer = await telegram.wait_for_message(chat)
    assert styled(answer, "italic")[0] == "Câu hỏi: Ai chủ trì số hóa hồ sơ?"
    assert bot.service.asked[-1].text == "Ai chủ trì số hóa hồ sơ?"
    # What was asked by button is followed up like any question.
    telegram.send_text(an, chat, "Còn phối hợp?")
    await telegram.wait_for_message(chat)
    assert bot.service.asked[-1].previous == "Ai chủ trì số hóa hồ sơ?"


async def test_the_guide_turns_its_pages_in_one_message(bot, telegram, an, chat):
    telegram.send_text(an, chat, "/trogiup")
    guide = await telegram.wait_for_message(chat)
    assert guide.text.startswith("Hướng dẫn sử dụng")
    await telegram.press(an, guide, "Hỏi tiếp")
    await telegram.wait_for_edit(guide)
    assert guide.text.startswith("Hỏi tiếp")
    assert ["Hướng dẫn sử dụng", "Hỏi thế nào"] in guide.buttons
    assert len(telegram.messages(chat)) == 1


async def test_pressing_the_same_page_twice_harms_nothing(bot, telegram, telegram_server, an, chat):
    telegram_server.forgive("message is not modified")
    telegram.send_text(an, chat, "/trogiup")
    guide = await telegram.wait_for_message(chat)
    for _ in range(2):
        query = telegram.press_data(an, guide, "v1:g:1")
        await telegram.wait_for(lambda query=query: query.answer is not None, "an answer")
    telegram.send_text(an, chat, "/start")
    assert VI("start.welcome") in (await telegram.wait_for_message(chat)).text


async def test_a_follow_up_carries_the_question_before_it(bot, telegram, an, chat):
    telegram.send_text(an, chat, "Đến năm 2025?")
    first = await telegram.wait_for_message(chat)
    telegram.send_text(an, chat, "Ai chủ trì?")
    await telegram.wait_for_message(chat)
    telegram.send_text(an, chat, "Còn 2030?", reply_to=first)
    await telegram.wait_for_message(chat)
    assert [q.previous for q in bot.service.asked] == [None, "Đến năm 2025?", "Đến năm 2025?"]


async def test_editing_a_question_edits_its_answer(bot, telegram, an, chat):
    question = telegram.send_text(an, chat, "Năm 203?")
    answer = await telegram.wait_for_message(chat)
    telegram.edit(an, question, "Năm 2030?")
    await telegram.wait_for_edit(answer)
    assert "(Năm 2030?)" in answer.text
    assert len(answer.buttons) == 4
    assert len(telegram.messages(chat)) == 1


async def test_a_long_answer_comes_in_whole_pieces_and_shrinks_again_when_the_question_is_edited(
    bot, telegram, an, chat
):
    question = telegram.send_text(an, chat, "Trích dài?")
    last = await telegram.wait_for_message(chat, 4)
    pieces = telegram.messages(chat)
    assert len(pieces) == 4
    assert all(units(piece.text) <= 4096 for piece in pieces)
    assert [bool(piece.buttons) for piece in pieces] == [False, False, False, True]
    assert [piece.reply_to for piece in pieces] == [question, None, None, None]
    telegram.edit(an, question, "Trích gọn?")
    await telegram.wait_for_deletion(last)
    await telegram.wait_for(lambda: len(telegram.messages(chat)) == 1, "one message to be left")
    assert telegram.messages(chat)[0].buttons


async def test_a_stranger_is_told_politely_and_gets_nothing_else(bot, telegram, an, chat):
    stranger = telegram.user("Bình", user_id=5555)
    theirs = telegram.private(stranger)
    for text in ("/start", "/trogiup", "Ai chủ trì?", "/hoi Ai chủ trì?"):
        telegram.send_text(stranger, theirs, text)
        assert (await telegram.wait_for_message(theirs)).text == VI("access.by_invitation", person=5555)
    shown = telegram.messages(theirs)[-1]
    for data in ("v1:g:0", "v1:s:1", "v1:c:0123456789abcdef"):
        query = telegram.press_data(stranger, shown, data)
        await telegram.wait_for(lambda query=query: query.answer is not None, "an answer")
        assert query.answer["text"] == VI("access.by_invitation.short")
    await telegram.expect_silence(theirs)
    assert bot.service.asked == []


async def test_an_old_or_forged_button_is_answered(bot, telegram, an, chat):
    telegram.send_text(an, chat, "/start")
    greeting = await telegram.wait_for_message(chat)
    query = telegram.press_data(an, greeting, "v0:whatever")
    await telegram.wait_for(lambda: query.answer is not None, "an answer")
    assert query.answer["text"] == VI("button.outdated")


async def test_something_without_words_gets_a_word(bot, telegram):
    people, now = bot.app.office.people, bot.app.clock.now()
    people.accept(people.invite("officer", None, ADMIN, now), Newcomer(3003, "Bình"), now)
    officer = telegram.user("Bình", user_id=3003)
    chat = telegram.started(officer)
    telegram.send_photo(officer, chat, photo(1))
    assert (await telegram.wait_for_message(chat)).text == VI("ask.only_text")


async def test_a_group_that_belongs_to_nobody_is_told_so_and_what_is_not_for_the_bot_is_left_in_peace(
    bot, telegram, an
):
    group = telegram.group("Phòng", [an], admin=True)
    telegram.send_text(an, group, "Ai chủ trì?")
    telegram.send_text(an, group, "/hoi@another_bot Ai chủ trì?")
    await telegram.expect_silence(group)
    question = telegram.send_text(an, group, "/hoi Ai chủ trì?")
    answer = await telegram.wait_for_message(group)
    assert (answer.text, answer.reply_to) == (VI("access.unbound"), question)
    assert bot.service.asked == []


async def test_a_slow_question_in_one_chat_does_not_hold_up_another_and_order_is_kept_within_one(
    bot, telegram, an, chat
):
    binh = telegram.user("Bình", user_id=SECOND_ADMIN)
    other = telegram.private(binh)
    telegram.send_text(an, chat, "câu chậm?")
    telegram.send_text(an, chat, "/start")
    telegram.send_text(binh, other, "/start")
    await telegram.wait_for_message(other, timeout=0.8)
    assert telegram.messages(chat) == []
    await telegram.wait_for(lambda: len(telegram.messages(chat)) == 2, "both answers")
    slow, quick = telegram.messages(chat)
    assert "(câu chậm?)" in slow.text
    assert VI("start.welcome") in quick.text


async def test_forty_questions_in_two_chats_are_each_answered_once_and_in_order(bot, telegram):
    people = [telegram.user(f"Người {n}", user_id=SECOND_ADMIN if n else ADMIN) for n in range(2)]
    chats = [telegram.private(person) for person in people]
    for number in range(20):
        for person, private in zip(people, chats, strict=True):
            telegram.send_text(person, private, f"Câu {number}?")
    for private in chats:
        await telegram.wait_for(lambda private=private: len(telegram.messages(private)) == 20, "20 answers", timeout=30)
        asked = [message.text.split("(")[1].split(")")[0] for message in telegram.messages(private)]
        assert asked == [f"Câu {number}?" for number in range(20)]


async def test_an_update_delivered_twice_is_answered_once(bot, telegram, an, chat):
    telegram.duplicate_next_update()
    telegram.send_text(an, chat, "Bao nhiêu?")
    await telegram.wait_for_message(chat)
    await telegram.expect_silence(chat)
    assert len(bot.service.asked) == 1


async def test_the_profile_is_published_for_everybody_and_per_language(bot, telegram_server):
    commands = telegram_server.bot.commands
    assert {language for _, language in commands} == {"", "vi", "en"}
    by_language = {}
    for (scope, language), rows in commands.items():
        scope_type = json.loads(scope)["type"] if scope.startswith("{") else scope
        by_language.setdefault(language, {})[scope_type] = [(row["command"], row["description"]) for row in rows]
    for language in ("", "vi"):
        assert set(by_language[language]) == {"default", "all_private_chats", "all_group_chats"}
        for rows in by_language[language].values():
            assert rows[0] == ("hoi", VI("command.hoi"))
    assert next(iter(by_language["en"].values()))[0] == ("hoi", load_texts("en")("command.hoi"))
    assert telegram_server.calls("setChatMenuButton")
    texts = {call.params.get("description") for call in telegram_server.calls("setMyDescription")}
    assert VI("profile.description") in texts


async def test_questions_wait_for_one_model_but_the_loop_does_not(bot, telegram, an, chat):
    telegram.send_text(an, chat, "câu chậm?")
    started = asyncio.get_running_loop().time()
    await asyncio.sleep(0.05)
    assert asyncio.get_running_loop().time() - started < 0.5
    await telegram.wait_for_message(chat)
