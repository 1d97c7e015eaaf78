"""Groups and forum topics over HTTP: whose they are, what the bot hears, and what Telegram does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.office.people import Newcomer
from bot.office.records import Place
from bot.texts import load_texts
from tests.e2e.conftest import ADMIN
from tests.e2e.fake_service import PLAN

if TYPE_CHECKING:
    from tests.botapi import Control
    from tests.botapi.world import User
    from tests.e2e.conftest import RunningBot

VI = load_texts("vi")
OFFICER, OUTSIDER = 2001, 2002


@pytest.fixture
def an(telegram: Control) -> User:
    return telegram.user("An", user_id=ADMIN)


@pytest.fixture
def binh(telegram: Control, bot: RunningBot) -> User:
    """An officer of Sở Nội vụ."""
    admit(bot, OFFICER, "Bình", "Sở Nội vụ")
    return telegram.user("Bình", user_id=OFFICER)


def admit(bot: RunningBot, person: int, name: str, unit: str) -> int:
    people, now = bot.app.office.people, bot.app.clock.now()
    number = people.add_unit(unit).id
    people.accept(people.invite("officer", number, ADMIN, now), Newcomer(person, name), now)
    return number


async def bound_group(telegram: Control, an: User, group, thread=None) -> None:
    telegram.send_text(an, group, "/gannhom", thread=thread)
    choice = await telegram.wait_for_message(group)
    await telegram.press(an, choice, "Sở Nội vụ")
    await telegram.wait_for_edit(choice)


async def test_a_group_is_welcomed_bound_and_answered(bot, telegram, telegram_server, an, binh):
    group = telegram.group("Phòng Tổ chức", [an, binh], bot=False)
    telegram.add_bot(an, group)
    welcome = await telegram.wait_for_message(group)
    assert "chế độ riêng tư đang bật" in welcome.text
    assert VI("group.not_bound") in welcome.text
    assert welcome.buttons == [[VI("group.private")]]
    await bound_group(telegram, an, group)
    question = telegram.send_text(binh, group, "/hoi@chidao_test_bot Ai chủ trì?")
    answer = await telegram.wait_for_message(group)
    assert answer.reply_to is question
    assert "(Ai chủ trì?)" in answer.text
    telegram.send_text(binh, group, "Còn 2030?", reply_to=answer)
    assert "Câu trước: Ai chủ trì?" in (await telegram.wait_for_message(group)).text
    assert bot.service.asked[0].unit == "Sở Nội vụ"


async def test_with_privacy_off_a_mention_asks_in_text_and_in_a_caption_and_talk_is_left_alone(
    bot, telegram, telegram_server, an, binh
):
    telegram_server.bot.can_read_all_group_messages = True
    group = telegram.group("Phòng", [an, binh], admin=True)
    await bound_group(telegram, an, group)
    telegram.send_text(binh, group, "Mai họp nhé?")
    await telegram.expect_silence(group)
    telegram.send_text(binh, group, "@chidao_test_bot Ai chủ trì?")
    assert "(Ai chủ trì?)" in (await telegram.wait_for_message(group)).text
    telegram.send_document(binh, group, b"%PDF", "van-ban.pdf", caption="@chidao_test_bot Báo cáo ai?")
    assert "(Báo cáo ai?)" in (await telegram.wait_for_message(group)).text


async def test_an_answer_stays_in_its_topic_and_a_topic_may_have_a_unit_of_its_own(bot, telegram, an, binh):
    forum = telegram.forum("Cơ quan", [an, binh], admin=True)
    personnel, finance = telegram.open_topic(an, forum, "Cán bộ"), telegram.open_topic(an, forum, "Tài chính")
    await bound_group(telegram, an, forum, thread=personnel)
    question = telegram.send_text(binh, forum, "/hoi Ai chủ trì?", thread=personnel)
    answer = await telegram.wait_for_message(forum, after=None)
    assert (answer.thread_id, answer.reply_to) == (question.thread_id, question)
    telegram.send_text(binh, forum, "/hoi Ai chủ trì?", thread=finance)
    refused = await telegram.wait_for_message(forum)
    assert (refused.text, refused.thread_id != question.thread_id) == (VI("access.unbound"), True)
    telegram.send_text(binh, forum, "/hoi Ai chủ trì?")
    assert (await telegram.wait_for_message(forum)).text == VI("access.unbound")


async def test_only_the_bots_administrators_bind_a_group_by_word_or_by_button(bot, telegram, an, binh):
    group = telegram.group("Phòng", [an, binh], admin=True)
    telegram.send_text(binh, group, "/gannhom")
    assert (await telegram.wait_for_message(group)).text == VI("access.role")
    telegram.send_text(an, group, "/gannhom")
    choice = await telegram.wait_for_message(group)
    told = await telegram.press(binh, choice, "Sở Nội vụ")
    assert told["text"] == VI("access.role")
    assert bot.app.office.groups.unit_of(Place(group.id, group=True)) is None


async def test_a_stranger_in_a_group_gets_nothing_by_word_or_by_button(bot, telegram, an, binh):
    stranger = telegram.user("Khách", user_id=OUTSIDER)
    group = telegram.group("Phòng", [an, binh, stranger], admin=True)
    await bound_group(telegram, an, group)
    telegram.send_text(binh, group, "/hoi Ai chủ trì?")
    answer = await telegram.wait_for_message(group)
    assert (await telegram.press(stranger, answer, "III.2"))["text"] == VI("access.by_invitation.short")
    telegram.send_text(stranger, group, "/hoi Ai chủ trì?")
    assert (await telegram.wait_for_message(group)).text == VI("access.by_invitation.short")
    assert len(bot.service.asked) == 1


async def test_a_group_sees_only_what_its_unit_may_see_whoever_asks(bot, telegram, an, binh):
    other = admit(bot, OUTSIDER, "Chi", "Sở Y tế")
    bot.app.office.visibility.set_audience(PLAN, [other])
    group = telegram.group("Phòng", [an, binh], admin=True)
    await bound_group(telegram, an, group)
    telegram.send_text(an, group, "/hoi Ai chủ trì?")
    answer = await telegram.wait_for_message(group)
    assert bot.service.asked[0].within == frozenset()
    assert (await telegram.press(an, answer, "III.2"))["text"] == VI("clause.gone")


async def test_settings_survive_removal_re_adding_and_a_move_to_a_supergroup(bot, telegram, an, binh):
    group = telegram.group("Phòng", [an, binh], admin=True)
    await bound_group(telegram, an, group)
    telegram.kick_bot(an, group)
    telegram.add_bot(an, group)
    assert VI("group.bound", unit="Sở Nội vụ") in (await telegram.wait_for_message(group)).text
    supergroup = telegram.migrate(an, group)
    await telegram.wait_for(
        lambda: bot.app.office.groups.unit_of(Place(supergroup.id, group=True)) is not None, "the move is kept"
    )
    telegram.send_text(binh, supergroup, "/hoi Ai chủ trì?")
    assert "(Ai chủ trì?)" in (await telegram.wait_for_message(supergroup)).text


async def test_a_closed_topic_or_a_missing_right_costs_one_answer_and_no_setting(
    bot, telegram, telegram_server, an, binh
):
    forum = telegram.forum("Cơ quan", [an, binh], admin=False)
    topic = telegram.open_topic(an, forum, "Cán bộ")
    await bound_group(telegram, an, forum, thread=topic)
    telegram_server.forgive("TOPIC_CLOSED")
    telegram_server.forgive("not enough rights")
    telegram_server.forgive("have no write access")
    telegram.close_topic(an, forum, topic)
    telegram.send_text(an, forum, "/hoi Câu một?", thread=topic)
    await telegram.wait_for(lambda: len(bot.service.asked) == 1, "the question is heard")
    await telegram.expect_silence(forum)
    telegram.reopen_topic(an, forum, topic)
    telegram.restrict_bot(an, forum, can_send_messages=False)
    telegram.send_text(binh, forum, "/hoi Câu hai?", thread=topic)
    await telegram.expect_silence(forum)
    telegram.add_bot(an, forum, admin=True)
    telegram.send_text(binh, forum, "/hoi Câu ba?", thread=topic)
    assert "(Câu ba?)" in (await telegram.wait_for_message(forum)).text


async def test_a_person_who_blocks_the_bot_is_known_to(bot, telegram, an, binh):
    private = telegram.private(binh)
    telegram.send_text(binh, private, "/start")
    await telegram.wait_for_message(private)
    telegram.block_bot(binh)
    await telegram.wait_for(lambda: OFFICER in bot.app.office.people.unreachable(), "the block is noted")
    telegram.unblock_bot(binh)
    await telegram.wait_for(lambda: OFFICER not in bot.app.office.people.unreachable(), "the return is noted")
