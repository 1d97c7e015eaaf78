"""`chidao chat` and `chidao bot`: conversations, in the terminal and on Telegram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.commands.frame import command_help, composed

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("chat", **command_help("chat"))(chat)
    app.command("bot", **command_help("bot"))(serve)


def chat() -> None:
    """`chidao chat`: the bot in the terminal."""
    from bot.console import run_chat  # noqa: PLC0415

    run_chat(composed())


def serve() -> None:
    """`chidao bot`: the Telegram bot."""
    import logging  # noqa: PLC0415

    from bot.logs import catch_the_rest, configure_logging  # noqa: PLC0415
    from bot.telegram.application import run_bot  # noqa: PLC0415 - python-telegram-bot
    from bot.telegram.running import stop_at_once  # noqa: PLC0415

    stop_at_once()
    app = composed()
    level = min(logging.getLogger().level, logging.INFO)  # a service tells its log what it does
    configure_logging(secrets=app.settings.secrets(), level=level)
    catch_the_rest()
    with app.keeping_up():
        run_bot(app)
