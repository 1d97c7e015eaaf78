"""Admission, roles, feedback and the record over HTTP, polling and by webhook."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.texts import load_texts
from tests.e2e.conftest import ADMIN, SECOND_ADMIN

if TYPE_CHECKING:
    from tests.botapi import Control
    from tests.botapi.world import User

VI = load_texts("vi")
GUEST = 3001


@pytest.fixture
def an(telegram: Control) -> User:
    return telegram.user("An", user_id=ADMIN)


@pytest.fixture
def guest(telegram: Control) -> User:
    return telegram.user("Khách", user_id=GUEST, username="khach")


async def open_screen(telegram: Control, user: User, chat, command: str):
    telegram.send_text(user, chat, command)
    return await telegram.wait_for_message(chat)


async def press(telegram: Control, user: User, message, label: str):
    await telegram.press(user, message, label)
    await telegram.wait_for_edit(message)
    return message


async def test_a_link_admits_one_person_with_role_unit_and_their_menu(bot, telegram, telegram_server, an, guest):
    office = telegram.private(an)
    await open_screen(telegram, an, office, "/donvi")
    await telegram.press(an, telegram.messages(office)[-1], "Thêm đơn vị")
    await telegram.wait_for_message(office)
    telegram.send_text(an, office, "Sở Nội vụ\nSở Y tế")
    await telegram.wait_for_message(office, 2)
    screen = await open_screen(telegram, an, office, "/moi")
    screen = await press(telegram, an, screen, "văn thư")
    screen = await press(telegram, an, screen, "Sở Nội vụ")
    link = screen.text.rpartition("https://t.me/")[2]
    assert link.startswith("chidao_test_bot?start=")
    chat = telegram.private(guest)
    telegram.send_text(guest, chat, "/start " + link.partition("start=")[2])
    greeting = await telegram.wait_for_message(chat)
    assert "văn thư" in greeting.text
    assert "Sở Nội vụ" in greeting.text
    await telegram.wait_for(
        lambda: any(
            str(GUEST) in scope and "nap" in json.dumps(rows)
            for (scope, _), rows in telegram_server.bot.commands.items()
        ),
        "a clerk's own menu",
    )
    telegram.send_text(an, office, "/start " + link.partition("start=")[2])  # an admin who tries it spends nothing
    await telegram.wait_for_message(office)
    other = telegram.user("Người khác", user_id=3002)
    again = telegram.private(other)
    telegram.send_text(other, again, "/start " + link.partition("start=")[2])
    assert VI("access.invitation_spent") in (await telegram.wait_for_message(again)).text


async def test_a_request_reaches_every_administrator_and_the_first_decision_counts(bot, telegram, an, guest):
    binh = telegram.user("Bình", user_id=SECOND_ADMIN)
    first, second = telegram.private(an), telegram.private(binh)
    for user, chat in ((an, first), (binh, second)):
        await open_screen(telegram, user, chat, "/start")
    door = await open_screen(telegram, guest, telegram.private(guest), "/start")
    moment = telegram.moment()
    await telegram.press(guest, door, "Xin được dùng")
    asked = await telegram.wait_for_message(first, after=moment)
    other = await telegram.wait_for_message(second, after=moment)
    assert "Khách (@khach)" in asked.text
    moment = telegram.moment()
    asked = await press(telegram, an, asked, "Duyệt")
    asked = await press(telegram, an, asked, "cán bộ")
    asked = await press(telegram, an, asked, "không đơn vị")
    welcome = await telegram.wait_for_message(telegram.private(guest), after=moment)
    assert "Anh/chị đã được duyệt" in welcome.text
    other = await press(telegram, binh, other, "Từ chối")
    assert other.text == VI("admission.decided")
    telegram.send_text(guest, telegram.private(guest), "Ai chủ trì?")
    assert "(Ai chủ trì?)" in (await telegram.wait_for_message(telegram.private(guest))).text


async def test_a_poor_answer_is_explained_reaches_the_clerks_and_is_handled(bot, telegram, an):
    chat = telegram.private(an)
    answer = await open_screen(telegram, an, chat, "Bao nhiêu?")
    assert answer.buttons[-1] == ["👍", "👎"]
    assert (await telegram.press(an, answer, "👍"))["text"] == VI("feedback.thanks")
    await telegram.press(an, answer, "👎")
    why = await telegram.wait_for_message(chat)
    await press(telegram, an, why, "Lý do khác")
    telegram.send_text(an, chat, "Số của năm ngoái")
    assert (await telegram.wait_for_message(chat)).text == VI("feedback.passed_on")
    waiting = await open_screen(telegram, an, chat, "/cauhoi")
    waiting = await press(telegram, an, waiting, "Bao nhiêu?")
    assert "Số của năm ngoái" in waiting.text
    waiting = await press(telegram, an, waiting, "Đã xử lý")
    assert waiting.text == VI("questions.none")
    record = await open_screen(telegram, an, chat, "/nhatky")
    assert "xử lý câu hỏi: Bao nhiêu?" in record.text


async def test_a_dismissed_person_is_a_stranger_at_once_even_on_old_buttons(bot, telegram, an, guest):
    office, now = bot.app.office, bot.app.clock.now()
    from bot.office.people import Newcomer

    office.people.accept(office.people.invite("officer", None, ADMIN, now), Newcomer(GUEST, "Khách"), now)
    chat = telegram.private(guest)
    answer = await open_screen(telegram, guest, chat, "Bao nhiêu?")
    office.people.set_role(GUEST, None)
    assert (await telegram.press(guest, answer, "III.2"))["text"] == VI("access.by_invitation.short")
    asked = await open_screen(telegram, guest, chat, "Ai chủ trì?")
    assert asked.text == VI("access.by_invitation", person=GUEST)


async def test_a_language_is_chosen_with_a_button(bot, telegram, an):
    chat = telegram.private(an)
    choice = await open_screen(telegram, an, chat, "/ngonngu")
    await press(telegram, an, choice, "English")
    assert (await open_screen(telegram, an, chat, "/huy")).text == load_texts("en")("cancel.done")
