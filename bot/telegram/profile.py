"""What Telegram shows of the bot before anybody writes: commands, descriptions, menu button. Never fatal at start."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
    MenuButtonCommands,
)
from telegram.error import TelegramError

from bot.logs import get_logger
from bot.texts import LANGUAGES, load_texts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from telegram import Bot

    from bot.desk.routing import Command
    from bot.texts import Texts
    from corpus.store import Store

log = get_logger(__name__)

AGAIN_AFTER = timedelta(days=1)
_PUBLISHED = "telegram_profile"

_Scope = BotCommandScopeDefault | BotCommandScopeAllPrivateChats | BotCommandScopeAllGroupChats


async def publish_profile(bot: Bot, texts: Texts, commands: Iterable[Command], store: Store) -> None:
    """Publishes commands and texts for people of any language (in the bot's own), and for each language we speak.

    The menus offer what every official may use; what only clerks and administrators may is shown in their own chats.
    What was published within a day, by any worker, is not published again.
    """
    offered = [command for command in commands if command.menu and "officer" in command.rights.roles]
    private = [command.name for command in offered if "private" in command.rights.places]
    group = [command.name for command in offered if "group" in command.rights.places]
    menus: tuple[tuple[_Scope, list[str]], ...] = (
        (BotCommandScopeDefault(), private),
        (BotCommandScopeAllPrivateChats(), private),
        (BotCommandScopeAllGroupChats(), group),
    )
    said = json.dumps([_sayings(words, private, group) for words in (texts, *map(load_texts, LANGUAGES))])
    digest = hashlib.sha256(f"{bot.id} {said}".encode()).hexdigest()
    if await asyncio.to_thread(_is_known, store, digest):
        return
    steps: list[tuple[str, Callable[[], Awaitable[object]]]] = []
    for language, words in ((None, texts), *((language, load_texts(language)) for language in LANGUAGES)):
        steps += [
            (f"commands {language} {scope.type}", _commands(bot, language, words, scope, names))
            for scope, names in menus
        ]
        steps += [(f"description {language}", _description(bot, language, words))]
    steps.append(("menu", lambda: bot.set_chat_menu_button(menu_button=MenuButtonCommands())))
    whole = True
    for name, step in steps:
        try:
            await step()
        except TelegramError as error:
            whole = False
            log.warning("Part of the profile was not published", action="profile.failed", part=name, error=repr(error))
    if whole:
        await asyncio.to_thread(store.set_meta, _PUBLISHED, f"{digest} {datetime.now(UTC).isoformat()}")


def _sayings(words: Texts, *menus: Sequence[str]) -> list[list[str]]:
    """All that one language's profile says."""
    commands = [[words(f"command.{name}") for name in names] for names in menus]
    return [*menus, *commands, [words("profile.description"), words("profile.short")]]  # type: ignore[list-item]


def _is_known(store: Store, digest: str) -> bool:
    known, _, moment = (store.meta(_PUBLISHED) or "").partition(" ")
    return known == digest and datetime.now(UTC) - datetime.fromisoformat(moment) < AGAIN_AFTER


def _commands(
    bot: Bot, language: str | None, texts: Texts, scope: _Scope, names: Sequence[str]
) -> Callable[[], Awaitable[object]]:
    commands = [BotCommand(name, texts(f"command.{name}")) for name in names]
    return lambda: bot.set_my_commands(commands, scope=scope, language_code=language)


def _description(bot: Bot, language: str | None, texts: Texts) -> Callable[[], Awaitable[None]]:
    """Telegram limits how often these change, so they are set only when they differ."""

    async def publish() -> None:
        long, short = texts("profile.description"), texts("profile.short")
        if (await bot.get_my_description(language)).description != long:
            await bot.set_my_description(long, language)
        if (await bot.get_my_short_description(language)).short_description != short:
            await bot.set_my_short_description(short, language)

    return publish
