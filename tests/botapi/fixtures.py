"""Pytest fixtures: a Bot API server per test, failed at the end of the test unless the bot behaved.

Use in a test module or conftest: `from tests.botapi.fixtures import telegram_server, telegram  # noqa: F401`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.botapi.server import BotApiServer, running_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.botapi.control import Control


@pytest_asyncio.fixture
async def telegram_server() -> AsyncIterator[BotApiServer]:
    """A running server with one bot (`.token`, `.url`, `.control`); `assert_clean` runs when the test is over."""
    async with running_server() as server:
        yield server


@pytest_asyncio.fixture
async def telegram(telegram_server: BotApiServer) -> Control:
    """What people do: `telegram.user("Lan")`, `telegram.send_text(...)`."""
    return telegram_server.control
