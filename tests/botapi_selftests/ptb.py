"""A python-telegram-bot application pointed at the test server."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, TelegramObject, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from tests.botapi_selftests.smoke import BUTTON, EDITED, FILE_NAME, GREETING, PRESSED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.botapi.server import BotApiServer

Context = ContextTypes.DEFAULT_TYPE


def application(server: BotApiServer, **timeouts: float) -> Application:
    """An application without handlers."""
    builder = (
        Application.builder().token(server.token).base_url(f"{server.url}/bot").base_file_url(f"{server.url}/file/bot")
    )
    if "read" in timeouts:
        builder = builder.read_timeout(timeouts["read"])
    return builder.build()


@asynccontextmanager
async def polling(app: Application, **options: Any) -> AsyncIterator[Application]:
    """The application at work, by long polling."""
    async with app:
        await app.start()
        await app.updater.start_polling(timeout=1, **options)
        try:
            yield app
        finally:
            await app.updater.stop()
            await app.stop()


def invented_fields(thing: Any) -> dict[str, Any]:
    """Every field anywhere inside a PTB object that PTB does not know, by path."""
    if isinstance(thing, (list, tuple)):
        return {f"{i}.{k}": v for i, item in enumerate(thing) for k, v in invented_fields(item).items()}
    if not isinstance(thing, TelegramObject):
        return {}
    found = dict(thing.api_kwargs)
    for name in thing.__slots__ if hasattr(thing, "__slots__") else ():
        if not name.startswith("_") and name != "api_kwargs":
            found |= {f"{name}.{k}": v for k, v in invented_fields(getattr(thing, name, None)).items()}
    return found


def add_smoke_handlers(app: Application) -> Application:
    """The scenario's bot."""

    async def start(update: Update, context: Context) -> None:
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton(BUTTON, callback_data="t")]])
        await update.message.reply_text(
            GREETING.format(update.effective_user.first_name), parse_mode="HTML", reply_markup=keyboard
        )

    async def pressed(update: Update, context: Context) -> None:
        await update.callback_query.answer(PRESSED)
        await update.callback_query.edit_message_text(EDITED, parse_mode="HTML")

    async def document(update: Update, context: Context) -> None:
        data = await (await update.message.document.get_file()).download_as_bytearray()
        await update.message.reply_document(
            bytes(data).decode().upper().encode(), filename=FILE_NAME, caption=update.message.caption, do_quote=True
        )

    app.add_handler(CommandHandler("start", start))
    app.add_handler(CallbackQueryHandler(pressed))
    app.add_handler(MessageHandler(filters.Document.ALL, document))
    return app
