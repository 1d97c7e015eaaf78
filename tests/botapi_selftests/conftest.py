"""A bare HTTP client for the test server, and a server whose refusals are looked at rather than counted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest_asyncio

from tests.botapi.fixtures import telegram, telegram_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.botapi.control import Control
    from tests.botapi.server import BotApiServer

__all__ = ["api", "telegram", "telegram_server"]


@dataclass
class Api:
    """Calls methods as plain form posts."""

    server: BotApiServer
    session: aiohttp.ClientSession

    async def __call__(self, method: str, token: str | None = None, **params: Any) -> dict[str, Any]:
        """The whole envelope, with the HTTP status and headers beside it."""
        form = aiohttp.FormData()
        for name, value in params.items():
            if isinstance(value, tuple):
                form.add_field(name, value[1], filename=value[0])
            elif value is not None:
                form.add_field(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        async with self.session.post(
            f"{self.server.url}/bot{token or self.server.token}/{method}", data=form
        ) as response:
            return await response.json() | {"status": response.status, "headers": response.headers}

    async def ok(self, method: str, **params: Any) -> Any:
        """The result of a call that must succeed."""
        answer = await self(method, **params)
        assert answer["ok"], answer
        assert answer["status"] == 200
        return answer["result"]

    async def refused(self, method: str, **params: Any) -> str:
        """The description of a call that must be refused; the status and the code must agree."""
        answer = await self(method, **params)
        assert answer["ok"] is False, answer
        assert answer["status"] == answer["error_code"]
        return f"{answer['error_code']} {answer['description']}"


@pytest_asyncio.fixture
async def api(telegram_server: BotApiServer) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(telegram_server, session)


@pytest_asyncio.fixture
async def bold(telegram_server: BotApiServer, telegram: Control) -> BotApiServer:
    """The server with every refusal and violation forgiven: for tests that provoke them."""
    telegram_server.forgive("")
    return telegram_server
