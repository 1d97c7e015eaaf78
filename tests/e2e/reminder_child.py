"""A bot's reminders as a process of their own, that says where it is, so that it can be killed right there."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING

from telegram.ext import ExtBot

from bot.composition import compose
from bot.logs import configure_logging
from bot.settings import Settings
from bot.telegram.delivering import TelegramSender
from bot.telegram.limiting import PatientLimiter, Turns
from tests.e2e.fake_service import FakeService

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bot.reminders.engine import Engine

STAGES = ("plan", "claim", "begin", "send", "mark")


def remind(given: dict[str, str], say: int) -> None:
    """Runs the engine for ever; `given` are settings, `say` the descriptor that stages are written to."""
    configure_logging(level=logging.CRITICAL)
    app = compose(Settings(_env_file=None, **given), service=FakeService())
    engine = app.reminders
    _announce(engine, lambda stage: os.write(say, stage[:1].encode()))
    asyncio.run(_run(given, engine))


async def _run(given: dict[str, str], engine: Engine) -> None:
    turns = Turns()
    bot = ExtBot(given["bot_token"], base_url=f"{given['telegram_api']}/bot", rate_limiter=PatientLimiter(turns))
    async with bot:
        engine.sender = _Announced(TelegramSender(bot, lambda: False, turns), engine.announce)
        await engine.run(seconds=0.25)


class _Announced:
    """A sender that says when it sends."""

    def __init__(self, sender: TelegramSender, say: Callable[[str], object]) -> None:
        self._sender = sender
        self._say = say

    async def turn(self, place: Any) -> None:
        await self._sender.turn(place)

    async def send(self, place: Any, screen: Any) -> Any:
        self._say("send")
        return await self._sender.send(place, screen)


def _announce(engine: Any, say: Callable[[str], object]) -> None:
    """Says each stage as it begins: `p`, `c`, `b`, `s`, `m`."""
    engine.announce = say

    def before(owner: Any, name: str, stage: str) -> None:
        method = getattr(owner, name)

        def announced(*arguments: Any, **named: Any) -> Any:
            say(stage)
            return method(*arguments, **named)

        setattr(owner, name, announced)

    before(engine.planner, "plan", "plan")
    before(engine.outbox, "claim", "claim")
    before(engine.outbox, "begin", "begin")
    before(engine.outbox, "sent", "mark")
