"""Wires the Telegram bot and runs it, polling or by webhook, until it is told to stop. Handler order stands here."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from telegram import LinkPreviewOptions, Update
from telegram.error import InvalidToken
from telegram.ext import (
    AIORateLimiter,
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    Defaults,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.logs import get_logger
from bot.telegram.delivering import TelegramSender
from bot.telegram.handlers import Handlers
from bot.telegram.processor import OrderedByChat
from bot.telegram.profile import publish_profile
from bot.telegram.sending import Messenger
from corpus.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.composition import Composition

log = get_logger(__name__)

UPDATES = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
RETRIES = 3
LAST_REMINDERS = 8.0  # seconds that a stop waits for messages on their way

# Not worth making every chat wait for when Telegram asks for patience.
_OPTIONAL = frozenset(
    {
        "sendChatAction",
        "setMyCommands",
        "getMyDescription",
        "setMyDescription",
        "getMyShortDescription",
        "setMyShortDescription",
        "setChatMenuButton",
    }
)

_Result = bool | dict[str, Any] | list[dict[str, Any]]
_App = Application[Any, Any, Any, Any, Any, Any]


class PatientLimiter(AIORateLimiter):
    """Paces what people wait for and repeats it when Telegram asks for patience; lets the ornaments fail."""

    async def process_request(  # noqa: PLR0917 - the signature is the library's
        self,
        callback: Callable[..., Coroutine[Any, Any, _Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> _Result:
        """As AIORateLimiter, but straight through for what is optional."""
        if endpoint in _OPTIONAL:
            return await callback(*args, **kwargs)
        if rate_limit_args is None:  # a reminder says 0: its own queue repeats it
            rate_limit_args = RETRIES
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)


def build_application(app: Composition) -> _App:
    """The bot with its handlers, not yet running.

    Raises:
        SettingsError: no token.
    """
    settings = app.settings
    if settings.bot_token is None:
        raise SettingsError(app.texts("bot.no_token"))
    desk = app.desk()
    processor = OrderedByChat()
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answers")
    loader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="loading")
    chores: list[asyncio.Task[None]] = []
    reminding: list[asyncio.Task[None]] = []

    async def started(application: _App) -> None:
        app.bot_name.username = application.bot.username
        await publish_profile(application.bot, app.texts, desk.table.commands.values())
        # Looked for before any update is taken: what arrives from now on is not half done.
        half_done = await asyncio.to_thread(desk.resume)
        chores.append(asyncio.create_task(handlers.look_after(half_done)))
        app.reminders.sender = TelegramSender(application.bot, processor.is_busy)
        reminding.append(asyncio.create_task(app.reminders.run()))
        log.info("The bot is ready", action="bot.started", bot=application.bot.username)

    async def stopping(_application: _App) -> None:
        app.reminders.stop()
        if reminding:
            await asyncio.wait(reminding, timeout=LAST_REMINDERS)

    async def stopped(_application: _App) -> None:
        for chore in (*chores, *reminding):
            chore.cancel()
        worker.shutdown()
        loader.shutdown()
        log.info("The bot has stopped", action="bot.stopped")

    application = (
        ApplicationBuilder()
        .token(settings.bot_token.get_secret_value())
        .base_url(f"{settings.telegram_api}/bot")
        .base_file_url(f"{settings.telegram_api}/file/bot")
        .defaults(Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True), tzinfo=settings.timezone))
        .rate_limiter(PatientLimiter(max_retries=0))
        .concurrent_updates(processor)
        .read_timeout(15)
        .pool_timeout(10)
        .post_init(started)
        .post_stop(stopping)
        .post_shutdown(stopped)
        .build()
    )
    messenger = Messenger(application.bot, app.texts)
    handlers = Handlers(desk, messenger, worker, loader)
    messenger.moved = handlers.moved
    said = filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE
    words = filters.TEXT | (filters.CAPTION & filters.ChatType.GROUPS)
    # Order matters: the first that fits takes the update. Commands are text too; the desk reads them.
    application.add_handler(TypeHandler(Update, handlers.once), group=-1)
    application.add_handler(MessageHandler(said & words, handlers.on_text))
    private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    application.add_handler(MessageHandler(private & (filters.Document.ALL | filters.PHOTO), handlers.on_file))
    application.add_handler(
        MessageHandler(
            filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL, handlers.on_other
        )
    )
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, handlers.on_migration))
    application.add_handler(ChatMemberHandler(handlers.on_membership, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(CallbackQueryHandler(handlers.on_press))
    application.add_error_handler(handlers.on_error)
    return application


def run_bot(app: Composition) -> None:
    """Runs the bot until SIGINT or SIGTERM; what is being answered is still answered.

    Raises:
        SettingsError: no token, or one that Telegram refuses.
    """
    application = build_application(app)
    app.service.refresh()
    if not app.settings.admins:
        log.warning(app.texts("bot.no_admins"), action="bot.nobody")
    try:
        if app.settings.webhook_url is None:
            application.run_polling(allowed_updates=UPDATES, bootstrap_retries=-1)
        else:
            _run_webhook(application, app, app.settings.webhook_url)
    except InvalidToken as error:
        raise SettingsError(app.texts("bot.bad_token")) from error


def _run_webhook(application: _App, app: Composition, url: str) -> None:
    settings = app.settings
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else secrets.token_urlsafe(32)
    application.run_webhook(
        listen=settings.webhook_listen.host,
        port=settings.webhook_listen.port,
        url_path=urlsplit(url).path,
        webhook_url=url,
        secret_token=secret,
        allowed_updates=UPDATES,
        bootstrap_retries=-1,
    )
