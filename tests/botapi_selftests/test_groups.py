"""Groups: what a bot hears under privacy mode, topics and threads, membership updates, shared message numbers."""

from __future__ import annotations

import pytest


@pytest.fixture
def lan(telegram):
    return telegram.user("Lan")


async def heard(api):
    updates = await api.ok("getUpdates", allowed_updates=[])
    return [u["message"].get("text", "<service>") for u in updates if "message" in u]


def say_everything(telegram, user, group, bots_own):
    telegram.send_text(user, group, "chuyện riêng")
    telegram.send_text(user, group, "@chidao_test_bot cho hỏi")
    telegram.send_text(user, group, "/tim hạn chót")
    telegram.send_text(user, group, "/tim@chidao_test_bot hạn chót")
    telegram.send_text(user, group, "/tim@other_bot hạn chót")
    telegram.send_text(user, group, "trả lời bot", reply_to=bots_own)


async def test_with_privacy_on_a_bot_hears_commands_and_replies_to_it_but_no_mentions(api, telegram, lan):
    group = telegram.group("Phòng", [lan])
    await api.ok("sendMessage", chat_id=group.id, text="chào")
    say_everything(telegram, lan, group, telegram.messages(group)[0])
    assert await heard(api) == ["/tim hạn chót", "/tim@chidao_test_bot hạn chót", "trả lời bot"]


@pytest.mark.parametrize("way", ["privacy off", "administrator"])
async def test_with_privacy_off_or_as_administrator_a_bot_hears_everything_people_say(
    telegram_server, api, telegram, lan, way
):
    telegram_server.bot.can_read_all_group_messages = way == "privacy off"
    group = telegram.group("Phòng", [lan], admin=way == "administrator")
    await api.ok("sendMessage", chat_id=group.id, text="chào")
    say_everything(telegram, lan, group, telegram.messages(group)[0])
    assert len(await heard(api)) == 6


async def test_a_bot_never_hears_bots(telegram_server, api, telegram, lan):
    telegram_server.bot.can_read_all_group_messages = True
    group = telegram.group("Phòng", [lan])
    other = telegram_server.world.add_bot("other_bot", reads_all=True)
    telegram.add_bot(lan, group, bot=other)
    assert await heard(api) == ["<service>"]
    assert (await api("sendMessage", token=other.token, chat_id=group.id, text="/tim"))["ok"]
    await api.ok("sendMessage", chat_id=group.id, text="chào")
    assert await heard(api) == ["<service>"]


async def test_message_numbers_are_shared_by_all_in_a_chat(api, telegram, lan):
    chat = telegram.private(lan)
    first = telegram.send_text(lan, chat, "một")
    second = await api.ok("sendMessage", chat_id=chat.id, text="hai")
    third = telegram.send_text(lan, chat, "ba")
    assert [first.id, second["message_id"], third.id] == [1, 2, 3]


async def test_messages_in_a_topic_say_so_and_answers_to_them_stay_there(api, telegram, lan):
    forum = telegram.forum("Diễn đàn", [lan], admin=True)
    topic = telegram.open_topic(lan, forum, "Đất đai")
    question = telegram.send_text(lan, forum, "hỏi", thread=topic)
    general = telegram.send_text(lan, forum, "chung")
    opened, asked, said = (u["message"] for u in await api.ok("getUpdates"))
    assert opened["forum_topic_created"]["name"] == "Đất đai"
    assert (asked["message_thread_id"], asked["is_topic_message"]) == (topic.id, True)
    assert asked["reply_to_message"]["message_id"] == topic.id
    assert "message_thread_id" not in said
    answer = await api.ok("sendMessage", chat_id=forum.id, text="đáp", reply_parameters={"message_id": question.id})
    assert (answer["message_thread_id"], answer["is_topic_message"]) == (topic.id, True)
    plain = await api.ok("sendMessage", chat_id=forum.id, text="đáp chung", reply_parameters={"message_id": general.id})
    assert plain["message_thread_id"] == general.id
    assert "is_topic_message" not in plain


async def test_coming_going_and_blocking_reach_the_bot_as_my_chat_member(api, telegram, lan):
    group = telegram.group("Phòng", [lan], bot=False)
    telegram.add_bot(lan, group)
    telegram.add_bot(lan, group, admin=True)
    telegram.kick_bot(lan, group)
    telegram.started(lan)
    telegram.block_bot(lan)
    telegram.unblock_bot(lan)
    changes = [u["my_chat_member"] for u in await api.ok("getUpdates") if "my_chat_member" in u]
    assert [(c["old_chat_member"]["status"], c["new_chat_member"]["status"]) for c in changes] == [
        ("left", "member"),
        ("member", "administrator"),
        ("administrator", "kicked"),
        ("member", "kicked"),
        ("kicked", "member"),
    ]
    assert [c["chat"]["type"] for c in changes] == ["group"] * 3 + ["private"] * 2


async def test_migration_is_told_on_both_sides_and_members_move(api, telegram, lan):
    group = telegram.group("Phòng", [lan])
    new = telegram.migrate(lan, group)
    out, back = (u["message"] for u in await api.ok("getUpdates"))
    assert (out["chat"]["id"], out["migrate_to_chat_id"]) == (group.id, new.id)
    assert (back["chat"]["id"], back["migrate_from_chat_id"]) == (new.id, group.id)
    assert await api.ok("getChatMemberCount", chat_id=new.id) == 2
    assert (await api.ok("getChatMember", chat_id=new.id, user_id=lan.id))["status"] == "creator"


async def test_a_callback_shows_the_message_as_it_stands_now(api, telegram, lan):
    chat = telegram.started(lan)
    sent = await api.ok(
        "sendMessage",
        chat_id=chat.id,
        text="cũ",
        reply_markup={"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]},
    )
    message = telegram.messages(chat)[0]
    await api.ok(
        "editMessageText",
        chat_id=chat.id,
        message_id=sent["message_id"],
        text="mới",
        reply_markup={"inline_keyboard": [[{"text": "a", "callback_data": "c"}]]},
    )
    query = telegram.start_press(lan, message, "a")
    update = (await api.ok("getUpdates"))[-1]["callback_query"]
    assert (update["data"], update["message"]["text"], update["id"]) == ("c", "mới", query.id)
    await api.ok("answerCallbackQuery", callback_query_id=query.id)


async def test_pinning_needs_the_right_in_a_supergroup_and_leaves_a_service_message(
    telegram_server, api, telegram, lan
):
    telegram_server.forgive("not enough rights to manage pinned messages")
    group = telegram.supergroup("Phòng", [lan])
    sent = await api.ok("sendMessage", chat_id=group.id, text="nhớ")
    place = {"chat_id": group.id, "message_id": sent["message_id"]}
    assert "not enough rights" in await api.refused("pinChatMessage", **place)
    telegram.add_bot(lan, group, admin=True)
    await api.ok("pinChatMessage", **place)
    assert (await api.ok("getChat", chat_id=group.id))["pinned_message"]["text"] == "nhớ"
    await api.ok("unpinChatMessage", **place)
    assert "pinned_message" not in await api.ok("getChat", chat_id=group.id)
