"""The control side: it fails loudly where a person could not have acted, and tells what went wrong with a bot."""

from __future__ import annotations

import asyncio
import io

import aiohttp
import pytest
from PIL import Image

from tests.botapi.call import METHODS
from tests.botapi.faults import FloodLimits

KEYBOARD = {
    "inline_keyboard": [[{"text": "Đồng ý", "callback_data": "y"}, {"text": "Trang", "url": "https://vidu.vn"}]]
}


@pytest.fixture
def lan(telegram):
    return telegram.user("Lan")


@pytest.fixture
def chat(telegram, lan):
    return telegram.started(lan)


async def test_a_button_that_is_not_there_cannot_be_pressed(api, telegram, lan, chat):
    await api.ok("sendMessage", chat_id=chat.id, text="x", reply_markup=KEYBOARD)
    message = telegram.messages(chat)[0]
    with pytest.raises(AssertionError, match="no button 'Thôi'"):
        await telegram.press(lan, message, "Thôi")
    with pytest.raises(AssertionError, match="does not call back"):
        await telegram.press(lan, message, "Trang")
    telegram.delete(message)
    with pytest.raises(AssertionError, match="was deleted"):
        await telegram.press(lan, message, "Đồng ý")


async def test_an_unanswered_press_is_reported_at_once_and_at_the_end(telegram_server, api, telegram, lan, chat):
    await api.ok("sendMessage", chat_id=chat.id, text="x", reply_markup=KEYBOARD)
    with pytest.raises(AssertionError, match="in vain for an answer"):
        await telegram.press(lan, telegram.messages(chat)[0], "Đồng ý", answered_within=0.05)
    with pytest.raises(AssertionError, match="unanswered: button press 'y' by Lan was never answered"):
        telegram_server.assert_clean()
    telegram_server.forgive("never answered")
    telegram_server.assert_clean()


@pytest.mark.parametrize(
    ("method", "params", "complaint"),
    [
        ("sendMessage", {"chat_id": 5, "text": "x"}, "refusal: sendMessage: Bad Request: chat not found"),
        (
            "sendMessage",
            {"chat_id": "me", "text": "x", "colour": "red"},
            "violation: sendMessage: unknown parameter 'colour'",
        ),
        (
            "sendMessage",
            {"chat_id": "me", "text": "x", "message_thread_id": "2b"},
            "violation: sendMessage.message_thread_id",
        ),
        ("sendDice", {"chat_id": "me"}, "unmodelled: sendDice"),
        ("sendNothing", {}, "refusal: sendNothing: Not Found"),
    ],
)
async def test_whatever_was_not_clean_fails_the_test(telegram_server, api, chat, method, params, complaint):
    if params.get("chat_id") == "me":
        params = params | {"chat_id": chat.id}
    await api(method, **params)
    with pytest.raises(AssertionError, match=complaint):
        telegram_server.assert_clean()
    telegram_server.forgive(complaint.split(": ", 1)[1], "thread not found")


async def test_a_violation_does_not_change_the_answer(telegram_server, api, chat):
    telegram_server.forgive("unknown parameter")
    assert (await api.ok("sendMessage", chat_id=chat.id, text="x", colour="red"))["text"] == "x"


async def test_the_servers_own_objects_are_checked_too(telegram_server, api, telegram, lan, chat, monkeypatch):
    monkeypatch.setitem(METHODS, "getMe", lambda call: {"id": "1", "is_bot": True, "first_name": "Bot"})
    await api.ok("getMe")
    lan.language_code = 5
    telegram.send_text(lan, chat, "chào")
    with pytest.raises(AssertionError) as caught:
        telegram_server.assert_clean()
    assert "getMe result.id: Integer expected, not '1'" in str(caught.value)
    assert "Update.message.from.language_code: String expected, not 5" in str(caught.value)
    telegram_server.forgive("expected, not")


async def test_a_fault_of_the_server_itself_is_told_apart(telegram_server, api, monkeypatch):
    monkeypatch.setitem(METHODS, "getMe", lambda call: 1 // 0)
    assert "500 Internal Server Error" in await api.refused("getMe")
    with pytest.raises(AssertionError, match="crash: getMe: the test server itself failed"):
        telegram_server.assert_clean()
    telegram_server.forgive("division")


async def test_scheduled_faults_do_not_count_as_refusals(telegram_server, api, telegram, chat):
    telegram.fail_next("sendMessage", 403, "Forbidden: bot was blocked by the user", chat=chat)
    assert "blocked" in await api.refused("sendMessage", chat_id=chat.id, text="x")
    await api.ok("sendMessage", chat_id=chat.id, text="x")
    telegram_server.assert_clean()


async def test_a_fault_waits_for_its_method_and_chat(api, telegram, chat):
    telegram.fail_next("sendDocument", 502)
    telegram.fail_next("sendMessage", retry_after=3, chat=telegram.started(telegram.user("Minh")))
    await api.ok("sendMessage", chat_id=chat.id, text="x")
    assert "502" in await api.refused("sendDocument", chat_id=chat.id, document=("a.txt", b"x"))
    await api.ok("sendDocument", chat_id=chat.id, document=("a.txt", b"x"))


async def test_flood_limits_answer_with_the_time_to_wait(telegram_server, api, telegram, chat):
    for _ in range(40):
        await api.ok("sendMessage", chat_id=chat.id, text="x")
    telegram.flood_limits(FloodLimits(per_chat=(2, 10.0)))
    telegram_server.forgive("too many requests")
    await api.ok("sendMessage", chat_id=chat.id, text="x")
    await api.ok("sendMessage", chat_id=chat.id, text="x")
    answer = await api("sendMessage", chat_id=chat.id, text="x")
    assert answer["status"] == 429
    assert 9 <= answer["parameters"]["retry_after"] <= 11
    telegram_server.world.clock.advance(answer["parameters"]["retry_after"])
    await api.ok("sendMessage", chat_id=chat.id, text="x")


async def test_waiting_counts_from_what_a_person_did_last(api, telegram, lan, chat):
    await api.ok("sendMessage", chat_id=chat.id, text="cũ")
    telegram.send_text(lan, chat, "hỏi")
    waiting = asyncio.create_task(telegram.wait_for_message(chat, n=2))
    for text in ("một", "hai"):
        await api.ok("sendMessage", chat_id=chat.id, text=text)
    assert (await waiting).text == "hai"
    with pytest.raises(AssertionError, match=r"waited 0\.05 s in vain for message 3"):
        await telegram.wait_for_message(chat, n=3, timeout=0.05)
    with pytest.raises(AssertionError, match="silence was expected"):
        await asyncio.gather(telegram.expect_silence(chat, 0.4), api.ok("sendMessage", chat_id=chat.id, text="x"))


async def test_the_transcript_reads_as_people_see_the_chat(api, telegram, lan, chat):
    telegram.send_text(lan, chat, "/start")
    await api.ok("sendMessage", chat_id=chat.id, text="Chào", reply_markup=KEYBOARD)
    gone = telegram.send_text(lan, chat, "nhầm")
    telegram.delete(gone)
    telegram.send_document(lan, chat, b"x", "a.pdf", caption="đây")
    assert telegram.transcript(chat) == ["Lan: /start", "Chỉ đạo: Chào [Đồng ý | Trang]", "Lan: <document a.pdf> đây"]


async def test_the_server_restarts_on_the_same_port_with_its_state(telegram_server, api, telegram, lan, chat):
    port = int(telegram_server.url.rpartition(":")[2])
    await telegram_server.stop()
    telegram.send_text(lan, chat, "trong lúc tắt")
    await telegram_server.start(port)
    assert [u["message"]["text"] for u in await api.ok("getUpdates")] == ["trong lúc tắt"]


async def test_a_poll_ends_without_an_answer_when_the_server_goes_down(telegram_server, api, telegram):
    poll = asyncio.create_task(api("getUpdates", timeout=30))
    await telegram.bot_listens()
    await telegram_server.stop()
    with pytest.raises(aiohttp.ClientError):
        await poll
    assert telegram_server.exchanges[-1].status == 0


async def test_photos_sent_together_are_messages_of_one_group_each_in_several_sizes(api, telegram, lan, chat):
    photos = [picture(1280, 960), picture(400, 300)]
    telegram.send_album(lan, chat, photos, caption="hai trang")
    updates = [update["message"] for update in await api.ok("getUpdates")]
    assert len({message["media_group_id"] for message in updates}) == 1
    assert [message.get("caption") for message in updates] == ["hai trang", None]
    assert [message["message_id"] for message in updates] == sorted(message["message_id"] for message in updates)
    sizes = [[(size["width"], size["height"]) for size in message["photo"]] for message in updates]
    assert sizes == [[(90, 68), (320, 240), (800, 600), (1280, 960)], [(90, 68), (320, 240), (400, 300)]]
    for message, sent in zip(updates, photos, strict=True):
        path = (await api.ok("getFile", file_id=message["photo"][-1]["file_id"]))["file_path"]
        async with api.session.get(f"{api.server.url}/file/bot{api.server.token}/{path}") as response:
            assert await response.read() == sent
    with pytest.raises(ValueError, match="2 to 10"):
        telegram.send_album(lan, chat, photos[:1])


async def test_writing_to_a_blocked_bot_unblocks_it_first(api, telegram, lan, chat):
    telegram.block_bot(lan)
    telegram.send_text(lan, chat, "quay lại")
    kinds = [next(k for k in u if k != "update_id") for u in await api.ok("getUpdates")]
    assert kinds == ["my_chat_member", "my_chat_member", "message"]
    await api.ok("sendMessage", chat_id=chat.id, text="chào lại")


async def test_a_file_comes_back_as_it_was_sent(api, telegram, lan, chat):
    sent = telegram.send_document(lan, chat, "nội dung".encode(), "văn bản.txt", mime="text/plain")
    update = (await api.ok("getUpdates"))[0]["message"]
    assert (update["document"]["file_name"], update["document"]["mime_type"]) == ("văn bản.txt", "text/plain")
    path = (await api.ok("getFile", file_id=update["document"]["file_id"]))["file_path"]
    async with api.session.get(f"{api.server.url}/file/bot{api.server.token}/{path}") as response:
        assert await response.read() == sent.document.data
    async with api.session.get(f"{api.server.url}/file/bot{api.server.token}/documents/none.txt") as response:
        assert response.status == 404


def picture(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(buffer, "JPEG")
    return buffer.getvalue()
