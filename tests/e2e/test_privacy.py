"""/xoatoi over HTTP, polling and by webhook: one press, and nothing in the database knows the person any more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import MetaData, select

from bot.texts import load_texts
from tests.e2e.conftest import ADMIN

if TYPE_CHECKING:
    from tests.e2e.conftest import RunningBot

VI = load_texts("vi")
GUEST = 3_001_234_567
QUESTION = "Ai chủ trì việc trồng rừng ngập mặn?"


def sightings(bot: RunningBot, *needles: str) -> set[str]:
    """Columns of the database, as it is, in which any of the needles is met."""
    database, found = bot.app.store.database, MetaData()
    found.reflect(database.engine)
    with database.reading() as connection:
        return {
            f"{table.name}.{column}"
            for table in found.sorted_tables
            for row in connection.execute(select(table)).mappings()
            for column, value in row.items()
            if any(needle in json.dumps(value, ensure_ascii=False, default=str) for needle in needles)
        }


async def test_one_press_forgets_a_person_and_the_way_back_leads_through_an_invitation(bot, telegram):
    needles = (str(GUEST), "Khách Quý", "khach_quy", QUESTION)
    guest = telegram.user("Khách", user_id=GUEST, last_name="Quý", username="khach_quy")
    chat = telegram.private(guest)
    secret = bot.app.office.people.invite("officer", None, ADMIN, bot.app.clock.now())
    telegram.send_text(guest, chat, f"/start {secret}")
    await telegram.wait_for_message(chat, 2)
    telegram.send_text(guest, chat, QUESTION)
    await telegram.wait_for_message(chat)
    assert {"person.id", "asked.text", "asked.chat_id"} <= sightings(bot, *needles)
    telegram.send_text(guest, chat, "/xoatoi")
    question = await telegram.wait_for_message(chat)
    assert "(1)" in question.text
    await telegram.press(guest, question, "Xóa dữ liệu của tôi")
    await telegram.wait_for_edit(question)
    assert "Đã xóa dữ liệu cá nhân" in question.text
    await telegram.wait_for(lambda: sightings(bot, *needles) == set(), "the database to know nothing of them")
    telegram.send_text(guest, chat, "xin chào")
    assert (await telegram.wait_for_message(chat)).text == VI("access.by_invitation", person=GUEST)
