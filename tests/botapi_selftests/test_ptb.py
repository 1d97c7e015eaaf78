"""python-telegram-bot, unmodified: polling and webhook, no invented fields, each error as its own exception."""

from __future__ import annotations

import socket

import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.ext import MessageHandler, TypeHandler, filters
from telegram.request import HTTPXRequest

from tests.botapi_selftests.ptb import add_smoke_handlers, application, invented_fields, polling
from tests.botapi_selftests.smoke import live_through


@pytest.fixture
async def bot(telegram_server):
    async with application(telegram_server).bot as bot:
        yield bot


@pytest.fixture
def chat(telegram):
    return telegram.started(telegram.user("Lan"))


async def test_a_polling_bot_lives_through_the_smoke_scenario(telegram_server, telegram):
    async with polling(add_smoke_handlers(application(telegram_server))):
        await live_through(telegram)
        await telegram.all_confirmed()


async def test_a_webhook_bot_lives_through_the_smoke_scenario(telegram_server, telegram):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = add_smoke_handlers(application(telegram_server))
    async with app:
        await app.start()
        await app.updater.start_webhook(
            "127.0.0.1", port, "hook", secret_token="Bi-mat_1", webhook_url=f"http://127.0.0.1:{port}/hook"
        )
        await live_through(telegram)
        await telegram.all_confirmed()
        assert {a.outcome for a in telegram_server.delivery().attempts} == {200}
        await app.updater.stop()
        await app.stop()


async def test_updates_hold_no_field_that_the_library_does_not_know(telegram_server, telegram):
    seen: list[Update] = []
    app = application(telegram_server)

    async def note(update: Update, context: object) -> None:
        seen.append(update)
        if update.callback_query:
            await update.callback_query.answer()

    app.add_handler(TypeHandler(Update, note))
    lan = telegram.user("Lan", username="lan", last_name="Trần")
    chat = telegram.private(lan)
    group = telegram.group("Phòng", [lan], bot=False)
    forum = telegram.forum("Diễn đàn", [lan], admin=True)
    async with polling(app, allowed_updates=Update.ALL_TYPES):
        await telegram.bot_listens()
        hello = telegram.send_text(lan, chat, "/start @lan #việc https://vidu.vn")
        telegram.edit(lan, hello, "sửa")
        telegram.send_document(lan, chat, b"x", "a.txt", caption="c")
        telegram.add_bot(lan, group)
        telegram.send_text(lan, telegram.migrate(lan, group), "/start")
        topic = telegram.open_topic(lan, forum, "Đất đai")
        question = telegram.send_text(lan, forum, "hỏi", thread=topic)
        telegram.send_text(lan, forum, "thêm", reply_to=question)
        telegram.close_topic(lan, forum, topic)
        telegram.add_member(lan, forum, telegram.user("Minh"))
        telegram.block_bot(lan)
        telegram.unblock_bot(lan)
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="b")]])
        await app.bot.send_message(chat.id, "x", reply_markup=keyboard)
        await telegram.press(lan, telegram.messages(chat)[-1], "a")
        await telegram.all_confirmed()
    kinds = {name for update in seen for name in Update.ALL_TYPES if getattr(update, name)}
    assert kinds == {"message", "edited_message", "callback_query", "my_chat_member", "chat_member"}
    known_later = {"can_send_welcome_messages"}  # in the schema (Bot API 10.3), not yet in python-telegram-bot 22.8
    assert {key.rpartition(".")[2] for update in seen for key in invented_fields(update)} <= known_later


async def test_results_hold_no_field_that_the_library_does_not_know(telegram, bot, chat):
    lan = chat.user
    group = telegram.supergroup("Phòng", [lan], admin=True)
    results = [
        await bot.get_me(),
        await bot.get_chat(chat.id),
        await bot.get_chat(group.id),
        await bot.get_chat_administrators(group.id),
        await bot.get_chat_member(group.id, lan.id),
        await bot.get_webhook_info(),
        await bot.send_document(chat.id, b"x", filename="a.txt"),
        await bot.send_message(chat.id, "<blockquote expandable>x</blockquote>", parse_mode="HTML"),
        await bot.get_my_commands(),
        await bot.get_my_name(),
        await bot.get_my_description(),
        await bot.get_chat_menu_button(),
    ]
    copied = await bot.copy_message(
        group.id, chat.id, results[-6].message_id if hasattr(results[-6], "message_id") else 1
    )
    forwarded = await bot.forward_message(group.id, chat.id, 1)
    assert forwarded.forward_origin.sender_user.id == bot.id
    assert {k.rpartition(".")[2] for k in invented_fields([*results, copied, forwarded])} <= {
        "can_send_welcome_messages"
    }


async def test_commands_and_profile_are_kept_per_scope_and_language(bot):
    commands = [BotCommand("tim", "Tìm trong văn bản")]
    await bot.set_my_commands(commands, scope=BotCommandScopeAllGroupChats(), language_code="vi")
    assert await bot.get_my_commands() == ()
    assert list(await bot.get_my_commands(scope=BotCommandScopeAllGroupChats(), language_code="vi")) == commands
    await bot.delete_my_commands(scope=BotCommandScopeAllGroupChats(), language_code="vi")
    assert await bot.get_my_commands(scope=BotCommandScopeAllGroupChats(), language_code="vi") == ()
    await bot.set_my_description("Trả lời về văn bản chỉ đạo", language_code="vi")
    assert (await bot.get_my_description("vi")).description == "Trả lời về văn bản chỉ đạo"
    assert (await bot.get_my_description()).description == ""


@pytest.mark.parametrize(
    ("code", "description", "error", "text"),
    [
        (400, "Bad Request: BUTTON_DATA_INVALID", BadRequest, "Button_data_invalid"),
        (401, "Unauthorized", InvalidToken, "Unauthorized"),
        (403, "Forbidden: bot was blocked by the user", Forbidden, "Forbidden: bot was blocked by the user"),
        (404, "Not Found", InvalidToken, "Not Found"),
        (
            409,
            "Conflict: terminated by other getUpdates request",
            Conflict,
            "Conflict: terminated by other getUpdates request",
        ),
        (413, "Request Entity Too Large", NetworkError, "Request Entity Too Large"),
        (502, "Bad Gateway", NetworkError, "Bad Gateway"),
        (503, "Service Unavailable", NetworkError, "Service Unavailable"),
    ],
)
async def test_each_status_becomes_its_own_exception(telegram, bot, chat, code, description, error, text):
    telegram.fail_next("sendMessage", code, description)
    with pytest.raises(error) as caught:
        await bot.send_message(chat.id, "x")
    assert type(caught.value) is error
    assert text.lower() in str(caught.value).lower()
    assert (await bot.send_message(chat.id, "y")).text == "y"


async def test_real_refusals_become_the_same_exceptions(telegram_server, telegram, bot, chat):
    telegram_server.forgive("BUTTON_DATA_INVALID", "upgraded", "blocked", "unauthorized")
    too_long = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="x" * 65)]])
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        await bot.send_message(chat.id, "x", reply_markup=too_long)
    group = telegram.group("Phòng", [chat.user])
    new = telegram.migrate(chat.user, group)
    with pytest.raises(ChatMigrated) as migrated:
        await bot.send_message(group.id, "x")
    assert migrated.value.new_chat_id == new.id
    telegram.block_bot(chat.user)
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(chat.id, "x")
    with pytest.raises(InvalidToken):
        await Bot("1:wrong", base_url=f"{telegram_server.url}/bot").initialize()


async def test_too_many_requests_tells_how_long_to_wait(telegram, bot, chat):
    telegram.fail_next("sendMessage", retry_after=7)
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(chat.id, "x")
    assert "retry in 7 seconds" in str(caught.value).lower()


async def test_a_dropped_or_slow_answer_is_a_network_error_and_a_time_out(telegram_server, telegram, chat):
    request = HTTPXRequest(read_timeout=1.0)
    async with Bot(telegram_server.token, base_url=f"{telegram_server.url}/bot", request=request) as bot:
        telegram.drop_next("sendMessage")
        with pytest.raises(NetworkError):
            await bot.send_message(chat.id, "mất")
        assert telegram.messages(chat) == []
        telegram.drop_next("sendMessage", after=True)
        with pytest.raises(NetworkError):
            await bot.send_message(chat.id, "tới nơi, không ai báo lại")
        assert [m.text for m in telegram.messages(chat)] == ["tới nơi, không ai báo lại"]
        telegram.delay_next("sendMessage", 1.5)
        with pytest.raises(TimedOut):
            await bot.send_message(chat.id, "chậm")


async def test_an_update_not_confirmed_is_delivered_again_after_a_restart(telegram_server, telegram):
    heard: list[str] = []
    lan = telegram.user("Lan")
    chat = telegram.private(lan)

    async def hear(update: Update, context: object) -> None:
        heard.append(update.message.text)

    def listener():
        app = application(telegram_server)
        app.add_handler(MessageHandler(filters.TEXT, hear))
        return app

    async with polling(listener()):
        telegram.send_text(lan, chat, "một")
        await telegram.all_confirmed()
    telegram.send_text(lan, chat, "hai")
    assert len(telegram_server.bot.updates.pending) == 1
    async with polling(listener()):
        await telegram.all_confirmed()
    telegram.redeliver()
    async with polling(listener()):
        await telegram.all_confirmed()
    assert heard == ["một", "hai", "hai"]
