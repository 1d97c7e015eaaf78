"""Wires the Telegram bot and runs it, polling or by webhook, until it is told to stop. Handler order stands here."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from telegram import LinkPreviewOptions, Update
from telegram.error import InvalidToken
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    Defaults,
    MessageHandler,
    filters,
)

from bot.inbox.pace import LocalPace, SharedPace
from bot.inbox.share import Share
from bot.logs import get_logger
from bot.telegram.bounds import bound_webhook
from bot.telegram.delivering import TelegramSender
from bot.telegram.handlers import Handlers
from bot.telegram.held import watch_acts
from bot.telegram.intake import AT_ONCE, Intake
from bot.telegram.limiting import PatientLimiter, Turns
from bot.telegram.measuring import MeasuredRequest
from bot.telegram.processor import InboxProcessor
from bot.telegram.profile import publish_profile
from bot.telegram.recovering import Recovery
from bot.telegram.running import run
from bot.telegram.sending import Messenger
from bot.watching.instruments import WAITING, stage_took
from bot.watching.tracing import CarryingExecutor
from corpus.errors import SettingsError

if TYPE_CHECKING:
    from telegram.error import TelegramError

    from bot.composition import Composition
    from bot.desk.desk import Desk
    from bot.desk.replies import Reply
    from bot.inbox.pace import Pace
    from bot.office.records import Place
    from bot.settings import Settings

log = get_logger(__name__)

UPDATES = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
LAST_REMINDERS = 8.0  # seconds that a stop waits for messages on their way

_App = Application[Any, Any, Any, Any, Any, Any]


def build_application(app: Composition, pace: Pace | None = None) -> _App:
    """The bot with its handlers, not yet running; `pace` other than Telegram's own is for measurements.

    Raises:
        SettingsError: no token.
    """
    settings = app.settings
    if settings.bot_token is None:
        raise SettingsError(app.texts("bot.no_token"))
    bound_webhook()
    desk = app.desk()
    token, database = settings.bot_token.get_secret_value(), app.store.database
    number = int(token.partition(":")[0])
    shared = database.engine.dialect.name == "postgresql"
    pace = pace or (SharedPace(database, number) if shared else LocalPace())
    share = Share(database, number, unordered=settings.webhook_url is not None, tidying=pace.tidy)
    intake = Intake(share, threads=4 if shared else 1)
    processor = InboxProcessor(intake, AT_ONCE)
    turns = Turns(pace)
    watch_acts(database.engine)
    worker = CarryingExecutor("answers", waited=partial(stage_took, WAITING))
    loader = CarryingExecutor("loading")
    chores: list[asyncio.Task[None]] = []
    reminding: list[asyncio.Task[None]] = []

    async def started(application: _App) -> None:
        app.bot_name.username = application.bot.username
        chores.append(asyncio.create_task(app.watch.heart.beat()))
        await publish_profile(application.bot, app.texts, desk.table.commands.values(), app.store)
        # Looked for before any update is taken: what arrives from now on is not half done.
        half_done = await asyncio.to_thread(_half_done, desk, share)
        intake.open(application.bot)
        chores.append(asyncio.create_task(handlers.look_after(half_done)))
        app.reminders.sender = TelegramSender(application.bot, intake.is_busy, turns)
        reminding.append(asyncio.create_task(app.reminders.run()))
        app.watch.telegram_reached(lambda: application.updater is not None and application.updater.running)
        log.info("The bot is ready", action="bot.started", bot=application.bot.username)

    async def stopping(_application: _App) -> None:
        app.reminders.stop()
        if reminding:
            await asyncio.wait(reminding, timeout=LAST_REMINDERS)

    async def stopped(_application: _App) -> None:
        for chore in (*chores, *reminding):
            chore.cancel()
        intake.close()
        worker.shutdown()
        loader.shutdown(wait=False, cancel_futures=True)
        app.watch.close()
        log.info("The bot has stopped", action="bot.stopped")

    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{settings.telegram_api}/bot")
        .base_file_url(f"{settings.telegram_api}/file/bot")
        .defaults(Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True), tzinfo=settings.timezone))
        .rate_limiter(PatientLimiter(turns))
        .concurrent_updates(processor)
        .update_queue(intake)
        .request(MeasuredRequest(connection_pool_size=256, read_timeout=15, pool_timeout=10))
        .get_updates_request(MeasuredRequest(connection_pool_size=1))
        .post_init(started)
        .post_stop(stopping)
        .post_shutdown(stopped)
        .build()
    )
    messenger = Messenger(application.bot, app.texts)
    handlers = Handlers(desk, messenger, worker, loader)
    messenger.moved = handlers.moved
    processor.recovery = Recovery(desk, messenger, handlers)
    _route(application, handlers)
    application.add_error_handler(handlers.on_error)
    return application


def _route(application: _App, handlers: Handlers) -> None:
    """Order matters: the first that fits takes the update. Commands are text too; the desk reads them."""
    said = filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE
    words = filters.TEXT | (filters.CAPTION & filters.ChatType.GROUPS)
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


def run_bot(app: Composition) -> None:
    """Runs the bot until SIGINT or SIGTERM; what is being answered is still answered.

    Raises:
        SettingsError: no token, or one that Telegram refuses.
    """
    app.watch.open()
    application = build_application(app)
    app.watch.built()
    app.service.refresh()
    if not app.settings.admins:
        log.warning(app.texts("bot.no_admins"), action="bot.nobody")
    listen = _poll if app.settings.webhook_url is None else partial(_hook, app, app.settings.webhook_url)
    try:
        asyncio.run(run(application, partial(listen, application)))
    except InvalidToken as error:
        raise SettingsError(app.texts("bot.bad_token")) from error


def webhook_secret(settings: Settings) -> str:
    """What Telegram's calls must carry: as set, else made from the token, so that all workers expect the same."""
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value()
    token = settings.bot_token.get_secret_value() if settings.bot_token else ""
    return hmac.new(token.encode(), b"chidao webhook", hashlib.sha256).hexdigest()


def _half_done(desk: Desk, share: Share) -> list[tuple[Place, tuple[Reply, ...]]] | None:
    """What an earlier run left half done; None: to be asked again, when the updates still in hand have been handled, for
    whoever handles one that a dead worker left goes on with what it had begun."""
    if share.inbox.anything_waits() or share.inbox.holders():
        return None
    return desk.resume()


async def _poll(application: _App) -> None:
    def failed(error: TelegramError) -> None:
        application.create_task(application.process_error(update=None, error=error))

    if application.updater is not None:
        await application.updater.start_polling(
            allowed_updates=UPDATES, bootstrap_retries=-1, error_callback=failed
        )


async def _hook(app: Composition, url: str, application: _App) -> None:
    settings = app.settings
    if application.updater is None:
        return
    await application.updater.start_webhook(
        listen=settings.webhook_listen.host,
        port=settings.webhook_listen.port,
        url_path=urlsplit(url).path,
        webhook_url=url,
        secret_token=webhook_secret(settings),
        allowed_updates=UPDATES,
        bootstrap_retries=-1,
    )
