"""One scenario for bots written with different libraries: greet, press, edit, file in, file out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.botapi.control import Control

GREETING = "Xin chào <b>{}</b>"
BUTTON = "Xem chỉ tiêu"
PRESSED = "Đã nhận"
EDITED = "Chỉ tiêu: <i>90&lt;%</i>"
FILE_NAME = "trả lời.txt"


async def live_through(telegram: Control) -> None:
    """What Lan does, and what she must see."""
    lan = telegram.user("Lan", username="lan_hs")
    chat = telegram.private(lan)
    telegram.send_text(lan, chat, "/start")
    menu = await telegram.wait_for_message(chat)
    assert (menu.text, [e.type for e in menu.entities], menu.buttons) == ("Xin chào Lan", ["bold"], [[BUTTON]])

    answer = await telegram.press(lan, menu, BUTTON)
    assert answer["text"] == PRESSED
    await telegram.wait_for_edit(menu)
    assert (menu.text, menu.entities[0].offset, menu.buttons) == ("Chỉ tiêu: 90<%", 10, [])

    telegram.send_document(lan, chat, "Số: 01/VB".encode(), "văn bản.txt", mime="text/plain", caption="đọc giúp")
    back = await telegram.wait_for_message(chat)
    assert back.document is not None
    assert (back.document.name, back.document.data.decode()) == (FILE_NAME, "SỐ: 01/VB")
    assert back.text == "đọc giúp"
    assert back.reply_to is not None
    assert back.reply_to.document is not None
    assert back.reply_to.document.name == "văn bản.txt"
    assert telegram.transcript(chat) == [
        "Lan: /start",
        f"Chỉ đạo: {menu.text}",
        "Lan: <document văn bản.txt> đọc giúp",
        f"Chỉ đạo: <document {FILE_NAME}> đọc giúp",
    ]
