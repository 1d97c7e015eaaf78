"""Every refusal a bot must be ready for, with Telegram's own words and status."""

from __future__ import annotations

import json
import struct

import pytest

KEYBOARD = {"inline_keyboard": [[{"text": "Đồng ý", "callback_data": "y"}]]}


def keyboard(**button):
    return {"inline_keyboard": [[button]]}


def png(width: int, height: int) -> bytes:
    """The head of a PNG file, enough to measure it."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(9)


@pytest.fixture
def lan(telegram, bold):
    return telegram.user("Lan", username="lan")


@pytest.fixture
def chat(telegram, lan):
    return telegram.started(lan)


async def test_a_wrong_token_or_method_is_refused(api, bold):
    assert await api.refused("getMe", token="khong-phai-token") == "404 Not Found"
    assert await api.refused("getMe", token="1:abc") == "401 Unauthorized"
    assert await api.refused("sendNothing") == "404 Not Found: method not found"
    assert (await api.ok("GETME"))["username"] == "chidao_test_bot"


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({}, "message text is empty"),
        ({"text": "x" * 32_769}, "text is too long"),
        (
            {"text": "<b>", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"text": "x", "parse_mode": "latex"}, "unsupported parse_mode"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": "[]"}, "object expected as reply markup"),
        (
            {"text": "x", "reply_markup": keyboard(text="a")},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": keyboard(text="", callback_data="y")},
            "inline keyboard button text must be non-empty",
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]] * 101}},
            "reply markup is too long",
        ),
        ({"text": "x"}, "chat_id is empty"),
        ({"text": "x", "chat_id": "999"}, "chat not found"),
        ({"text": "x", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "x", "chat_id": "me", "message_thread_id": 7}, "message thread not found"),
        ({"text": "x", "chat_id": "me", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": " \n ", "chat_id": "me"}, "text must be non-empty"),
        ({"text": "<b> </b>", "chat_id": "me", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097, "chat_id": "me"}, "message is too long"),
        (
            {"text": "x", "chat_id": "me", "reply_markup": keyboard(text="a", callback_data="đ" * 33)},
            "BUTTON_DATA_INVALID",
        ),
        ({"text": "x", "chat_id": "me", "reply_markup": keyboard(text="a", callback_data="")}, "BUTTON_DATA_INVALID"),
    ],
)
async def test_send_message_refuses_in_the_official_order(api, chat, params, refusal):
    if params.get("chat_id") == "me":
        params = params | {"chat_id": str(chat.id)}
    assert await api.refused("sendMessage", **params) == f"400 Bad Request: {refusal}"


async def test_an_earlier_check_wins_over_a_later_one(api, bold):
    everything_wrong = {"text": "<b", "parse_mode": "HTML", "reply_markup": "{", "chat_id": "999"}
    assert "can't parse entities" in await api.refused("sendMessage", **everything_wrong)
    assert "can't parse reply keyboard" in await api.refused("sendMessage", **everything_wrong | {"parse_mode": ""})
    assert "chat not found" in await api.refused(
        "sendMessage", **everything_wrong | {"parse_mode": "", "reply_markup": KEYBOARD}
    )


async def test_length_counts_code_points_after_the_mark_up_is_read(api, chat):
    await api.ok("sendMessage", chat_id=chat.id, text="😀" * 4096)
    await api.ok("sendMessage", chat_id=chat.id, text="<b>" + "đ" * 4096 + "</b>", parse_mode="HTML")
    assert await api.refused("sendMessage", chat_id=chat.id, text="😀" * 4097) == "400 Bad Request: message is too long"


async def test_a_person_who_never_started_blocked_or_left_telegram_cannot_be_written_to(api, telegram, bold):
    minh = telegram.user("Minh")
    assert await api.refused("sendMessage", chat_id=minh.id, text="x") == "400 Bad Request: chat not found"
    group = telegram.group("Phòng Tổng hợp", [minh])
    assert (
        await api.refused("sendMessage", chat_id=minh.id, text="x")
        == "403 Forbidden: bot can't initiate conversation with a user"
    )
    telegram.send_text(minh, telegram.private(minh), "/start")
    await api.ok("sendMessage", chat_id=minh.id, text="x")
    telegram.block_bot(minh)
    assert await api.refused("sendMessage", chat_id=minh.id, text="x") == "403 Forbidden: bot was blocked by the user"
    telegram.unblock_bot(minh)
    telegram.deactivate(minh)
    assert await api.refused("sendMessage", chat_id=minh.id, text="x") == "403 Forbidden: user is deactivated"
    await api.ok("sendMessage", chat_id=group.id, text="x")


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_a_group_the_bot_is_not_in_refuses_it(api, telegram, lan, kind):
    chat = getattr(telegram, kind)("Phòng", [lan], bot=False)
    assert (
        await api.refused("sendMessage", chat_id=chat.id, text="x")
        == f"403 Forbidden: bot is not a member of the {kind} chat"
    )
    telegram.add_bot(lan, chat)
    await api.ok("sendMessage", chat_id=chat.id, text="x")
    telegram.kick_bot(lan, chat)
    assert (
        await api.refused("sendMessage", chat_id=chat.id, text="x")
        == f"403 Forbidden: bot was kicked from the {kind} chat"
    )
    telegram.add_bot(lan, chat)
    telegram.delete_group(chat)
    assert await api.refused("sendMessage", chat_id=chat.id, text="x") == "403 Forbidden: the group chat was deleted"


async def test_a_group_that_became_a_supergroup_names_its_new_id(api, telegram, lan):
    group = telegram.group("Phòng", [lan])
    new = telegram.migrate(lan, group)
    answer = await api("sendMessage", chat_id=group.id, text="x")
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": new.id}
    await api.ok("sendMessage", chat_id=new.id, text="x")


async def test_a_restricted_bot_may_not_send(api, telegram, lan):
    group = telegram.supergroup("Phòng", [lan])
    telegram.restrict_bot(lan, group, can_send_messages=False, can_send_documents=False)
    refusal = "400 Bad Request: not enough rights to send {} to the chat"
    assert await api.refused("sendMessage", chat_id=group.id, text="x") == refusal.format("text messages")
    assert await api.refused("sendDocument", chat_id=group.id, document=("a.txt", b"x")) == refusal.format("documents")


async def test_topics_refuse_when_missing_deleted_closed_or_general(api, telegram, lan):
    forum = telegram.forum("Diễn đàn", [lan])
    topic = telegram.open_topic(lan, forum, "Đất đai")
    sent = await api.ok("sendMessage", chat_id=forum.id, text="x", message_thread_id=topic.id)
    assert sent["is_topic_message"] is True
    for thread in (1, 999):
        assert await api.refused("sendMessage", chat_id=forum.id, text="x", message_thread_id=thread) == (
            "400 Bad Request: message thread not found"
        )
    telegram.close_topic(lan, forum, topic)
    assert (
        await api.refused("sendMessage", chat_id=forum.id, text="x", message_thread_id=topic.id)
        == "400 Bad Request: TOPIC_CLOSED"
    )
    telegram.delete_topic(forum, topic)
    assert await api.refused("sendMessage", chat_id=forum.id, text="x", message_thread_id=topic.id) == (
        "400 Bad Request: message thread not found"
    )
    plain = telegram.supergroup("Phòng", [lan], admin=True)
    sent = await api.ok("sendMessage", chat_id=plain.id, text="x", message_thread_id=5)
    assert "message_thread_id" not in sent
    assert (
        await api.refused("createForumTopic", chat_id=plain.id, name="A") == "400 Bad Request: the chat is not a forum"
    )


async def test_forum_topics_are_made_closed_opened_and_deleted_by_an_administrator(api, telegram, lan):
    forum = telegram.forum("Diễn đàn", [lan])
    assert "not enough rights" in await api.refused("createForumTopic", chat_id=forum.id, name="A")
    telegram.add_bot(lan, forum, admin=True)
    topic = await api.ok("createForumTopic", chat_id=forum.id, name="Nhắc việc")
    place = {"chat_id": forum.id, "message_thread_id": topic["message_thread_id"]}
    await api.ok("closeForumTopic", **place)
    assert "TOPIC_NOT_MODIFIED" in await api.refused("closeForumTopic", **place)
    await api.ok("reopenForumTopic", **place)
    await api.ok("deleteForumTopic", **place)
    assert "message thread not found" in await api.refused("closeForumTopic", **place)


async def test_editing_refuses_what_it_must(api, telegram, lan, chat):
    hers = telegram.send_text(lan, chat, "chào")
    text = await api.ok("sendMessage", chat_id=chat.id, text="<b>a</b>", parse_mode="HTML", reply_markup=KEYBOARD)
    file = await api.ok("sendDocument", chat_id=chat.id, document=("a.txt", b"x"), caption="c")
    place = {"chat_id": chat.id, "message_id": text["message_id"]}
    assert (
        await api.refused("editMessageText", chat_id=chat.id, message_id=999, text="b")
        == "400 Bad Request: message to edit not found"
    )
    assert await api.refused("editMessageText", chat_id=chat.id, message_id=hers.id, text="b") == (
        "400 Bad Request: message can't be edited"
    )
    assert await api.refused("editMessageText", chat_id=chat.id, message_id=file["message_id"], text="b") == (
        "400 Bad Request: there is no text in the message to edit"
    )
    assert await api.refused("editMessageCaption", **place, caption="b") == (
        "400 Bad Request: there is no caption in the message to edit"
    )
    same = (
        "400 Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )
    assert (
        await api.refused("editMessageText", **place, text="<b>a</b>", parse_mode="HTML", reply_markup=KEYBOARD) == same
    )
    assert await api.refused("editMessageReplyMarkup", **place, reply_markup=KEYBOARD) == same
    assert "reply_markup" not in await api.ok("editMessageText", **place, text="<b>a</b>", parse_mode="HTML")
    assert (await api.ok("editMessageText", **place, text="a"))["edit_date"]
    assert await api.refused("editMessageReplyMarkup", **place) == same


async def test_deleting_refuses_what_it_must(api, telegram, bold, lan, chat):
    old = await api.ok("sendMessage", chat_id=chat.id, text="a")
    bold.world.clock.advance(49 * 3600)
    place = {"chat_id": chat.id}
    assert await api.refused("deleteMessage", **place, message_id=999) == "400 Bad Request: message to delete not found"
    assert await api.refused("deleteMessage", **place, message_id=old["message_id"]) == (
        "400 Bad Request: message can't be deleted for everyone"
    )
    group = telegram.group("Phòng", [lan])
    hers = telegram.send_text(lan, group, "chào")
    assert (
        await api.refused("deleteMessage", chat_id=group.id, message_id=hers.id)
        == "400 Bad Request: message can't be deleted"
    )
    fresh = await api.ok("sendMessage", **place, text="b")
    assert await api.ok("deleteMessage", **place, message_id=fresh["message_id"]) is True
    assert (
        await api.refused("deleteMessage", **place, message_id=fresh["message_id"])
        == "400 Bad Request: message to delete not found"
    )


@pytest.mark.parametrize(
    ("method", "verb"),
    [
        ("forwardMessage", "forward"),
        ("copyMessage", "copy"),
        ("pinChatMessage", "pin"),
        ("setMessageReaction", "react"),
    ],
)
async def test_a_message_that_is_gone_is_not_found(api, chat, method, verb):
    source = {"from_chat_id": chat.id} if verb in {"forward", "copy"} else {}
    assert (
        await api.refused(method, chat_id=chat.id, message_id=999, **source)
        == f"400 Bad Request: message to {verb} not found"
    )


async def test_a_reply_without_its_target_is_sent_when_allowed(api, chat):
    sent = await api.ok(
        "sendMessage",
        chat_id=chat.id,
        text="x",
        reply_parameters={"message_id": 99, "allow_sending_without_reply": True},
    )
    assert "reply_to_message" not in sent


async def test_a_press_is_answered_once_and_in_time(api, telegram, bold, lan, chat):
    await api.ok("sendMessage", chat_id=chat.id, text="x", reply_markup=KEYBOARD)
    message = telegram.messages(chat)[-1]
    gone = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await api.refused("answerCallbackQuery", callback_query_id="5") == gone
    first = telegram.start_press(lan, message, "Đồng ý")
    assert (
        await api.refused("answerCallbackQuery", callback_query_id=first.id, text="x" * 201)
        == "400 Bad Request: MESSAGE_TOO_LONG"
    )
    await api.ok("answerCallbackQuery", callback_query_id=first.id, text="rồi", show_alert=True)
    assert first.answer == {"text": "rồi", "show_alert": True, "url": ""}
    assert await api.refused("answerCallbackQuery", callback_query_id=first.id) == gone
    late = telegram.start_press(lan, message, "Đồng ý")
    bold.world.clock.advance(bold.callback_window + 1)
    assert await api.refused("answerCallbackQuery", callback_query_id=late.id) == gone


@pytest.mark.parametrize(
    ("commands", "refusal"),
    [
        ([{"command": "Tìm", "description": "d"}], "BOT_COMMAND_INVALID"),
        ([{"command": "a" * 33, "description": "d"}], "command length must not exceed 32"),
        ([{"command": "tim", "description": ""}], "command description must be non-empty"),
        ([{"command": "tim", "description": "d" * 257}], "command description length must not exceed 256"),
    ],
)
async def test_commands_are_checked(api, bold, commands, refusal):
    assert await api.refused("setMyCommands", commands=commands) == f"400 Bad Request: {refusal}"


async def test_command_scopes_and_the_clearing_trap(api, bold):
    assert await api.refused("setMyCommands", commands=[], scope={"type": "planet"}) == (
        "400 Bad Request: can't parse BotCommandScope: Unsupported type specified"
    )
    assert (
        await api.refused("setMyCommands", commands=[], scope={"type": "chat", "chat_id": 5})
        == "400 Bad Request: chat not found"
    )
    commands = [{"command": "tim", "description": "Tìm"}]
    await api.ok("setMyCommands", commands=commands)
    assert await api.ok("getMyCommands") == commands
    assert await api.ok("getMyCommands", language_code="vi") == []
    assert await api.ok("setMyCommands") is True
    assert await api.ok("getMyCommands") == []


async def test_files_are_refused_by_size_shape_and_id(api, bold, chat):
    place = {"chat_id": chat.id}
    assert await api.refused("sendDocument", **place) == "400 Bad Request: there is no document in the request"
    assert (
        await api.refused("sendDocument", **place, document=("a.txt", b"")) == "400 Bad Request: file must be non-empty"
    )
    assert await api.refused("sendDocument", **place, document="abc") == (
        "400 Bad Request: wrong file identifier/HTTP URL specified"
    )
    assert await api.refused("sendDocument", **place, document=("a.txt", b"x"), caption="x" * 1025) == (
        "400 Bad Request: message caption is too long"
    )
    assert (
        await api.refused("sendPhoto", **place, photo=("a.png", png(9000, 1001)))
        == "400 Bad Request: PHOTO_INVALID_DIMENSIONS"
    )
    assert (
        await api.refused("sendPhoto", **place, photo=("a.png", png(2100, 100)))
        == "400 Bad Request: PHOTO_INVALID_DIMENSIONS"
    )
    assert await api.refused("sendPhoto", **place, photo=("a.png", b"x")) == "400 Bad Request: IMAGE_PROCESS_FAILED"
    photo = await api.ok("sendPhoto", **place, photo=("a.png", png(640, 480)))
    assert [(p["width"], p["height"]) for p in photo["photo"]] == [(640, 480)]
    assert await api.refused("getFile", file_id="abc") == "400 Bad Request: invalid file_id"
    big = bold.world.add_file("a.bin", "x/y", bytes(20 * 1024 * 1024 + 1), "documents")
    assert await api.refused("getFile", file_id=bold.world.file_id(bold.bot, big)) == "400 Bad Request: file is too big"
    too_large = ("a.bin", bytes(50 * 1024 * 1024 + 1))
    assert await api.refused("sendDocument", **place, document=too_large) == "413 Request Entity Too Large"


async def test_a_file_id_is_worth_nothing_to_another_bot(api, bold, chat):
    sent = await api.ok("sendDocument", chat_id=chat.id, document=("a.txt", b"x"))
    other = bold.world.add_bot("other_bot")
    file_id = sent["document"]["file_id"]
    assert (await api.ok("getFile", file_id=file_id))["file_size"] == 1
    assert await api.refused("getFile", token=other.token, file_id=file_id) == "400 Bad Request: invalid file_id"


async def test_albums_hold_one_to_ten_files(api, chat):
    item = {"type": "document", "media": "attach://f"}
    file = {"f": ("a.txt", b"x")}
    assert (
        await api.refused("sendMediaGroup", chat_id=chat.id, media=[])
        == "400 Bad Request: there are no messages to send"
    )
    assert await api.refused("sendMediaGroup", chat_id=chat.id, media=[item] * 11, **file) == (
        "400 Bad Request: too many messages to send as an album"
    )
    sent = await api.ok("sendMediaGroup", chat_id=chat.id, media=[item] * 2, **file)
    assert len({m["media_group_id"] for m in sent}) == 1


async def test_chat_actions_are_checked(api, chat):
    await api.ok("sendChatAction", chat_id=chat.id, action="typing")
    assert (
        await api.refused("sendChatAction", chat_id=chat.id, action="sleeping")
        == "400 Bad Request: wrong parameter action in request"
    )


async def test_a_method_that_is_not_modelled_says_so(api, bold):
    answer = await api("sendDice", chat_id=1)
    assert answer["status"] == 501
    assert [p.kind for p in bold.problems if "sendDice" in p.text] == ["unmodelled"]


async def test_parameters_may_come_in_the_query_or_as_json(api, telegram, chat):
    url = f"{api.server.url}/bot{api.server.token}/sendMessage"
    async with api.session.get(url, params={"chat_id": chat.id, "text": "qua truy vấn"}) as response:
        assert (await response.json())["result"]["text"] == "qua truy vấn"
    async with api.session.post(
        url,
        data=json.dumps({"chat_id": chat.id, "text": "qua JSON", "protect_content": True}),
        headers={"Content-Type": "application/json"},
    ) as response:
        assert (await response.json())["result"]["has_protected_content"] is True
