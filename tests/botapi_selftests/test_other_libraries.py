"""Unmodified aiogram and pyTelegramBotAPI bots live through one scenario: the server is not fitted to a library."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING

import aiogram
import telebot.asyncio_helper
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from telebot.async_telebot import AsyncTeleBot
from telebot.types import InputFile

from tests.botapi_selftests.smoke import BUTTON, EDITED, FILE_NAME, GREETING, PRESSED, live_through

if TYPE_CHECKING:
    import pytest


async def test_an_aiogram_bot_lives_through_the_smoke_scenario(telegram_server, telegram):
    bot = aiogram.Bot(
        telegram_server.token, session=AiohttpSession(api=TelegramAPIServer.from_base(telegram_server.url))
    )
    dispatcher = aiogram.Dispatcher()
    types = aiogram.types

    @dispatcher.message(CommandStart())
    async def start(message: types.Message) -> None:
        keyboard = types.InlineKeyboardMarkup(
            inline_keyboard=[[types.InlineKeyboardButton(text=BUTTON, callback_data="t")]]
        )
        await message.answer(GREETING.format(message.from_user.first_name), parse_mode="HTML", reply_markup=keyboard)

    @dispatcher.callback_query()
    async def pressed(query: types.CallbackQuery) -> None:
        await query.answer(PRESSED)
        await query.message.edit_text(EDITED, parse_mode="HTML")

    @dispatcher.message(aiogram.F.document)
    async def document(message: types.Message) -> None:
        data = await bot.download(message.document)
        answer = types.BufferedInputFile(data.read().decode().upper().encode(), FILE_NAME)
        await message.reply_document(answer, caption=message.caption)

    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=1))
    try:
        await live_through(telegram)
        await telegram.all_confirmed()
    finally:
        await dispatcher.stop_polling()
        await polling


async def test_a_telebot_bot_lives_through_the_smoke_scenario(
    telegram_server, telegram, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(telebot.asyncio_helper, "API_URL", telegram_server.url + "/bot{0}/{1}")
    monkeypatch.setattr(telebot.asyncio_helper, "FILE_URL", telegram_server.url + "/file/bot{0}/{1}")
    bot = AsyncTeleBot(telegram_server.token)
    types = telebot.types

    @bot.message_handler(commands=["start"])
    async def start(message: types.Message) -> None:
        keyboard = types.InlineKeyboardMarkup([[types.InlineKeyboardButton(BUTTON, callback_data="t")]])
        await bot.send_message(
            message.chat.id, GREETING.format(message.from_user.first_name), parse_mode="HTML", reply_markup=keyboard
        )

    @bot.callback_query_handler(func=lambda query: True)
    async def pressed(query: types.CallbackQuery) -> None:
        await bot.answer_callback_query(query.id, PRESSED)
        await bot.edit_message_text(EDITED, query.message.chat.id, query.message.message_id, parse_mode="HTML")

    @bot.message_handler(content_types=["document"])
    async def document(message: types.Message) -> None:
        data = await bot.download_file((await bot.get_file(message.document.file_id)).file_path)
        answer = InputFile(BytesIO(data.decode().upper().encode()), file_name=FILE_NAME)
        await bot.send_document(
            message.chat.id, answer, caption=message.caption, reply_parameters=types.ReplyParameters(message.message_id)
        )

    polling = asyncio.create_task(bot.polling(interval=0, timeout=1, request_timeout=5))
    try:
        await live_through(telegram)
        await telegram.all_confirmed()
    finally:
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await bot.close_session()
