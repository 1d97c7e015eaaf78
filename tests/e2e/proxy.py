"""What stands between Telegram and several workers in tests: a reverse proxy, and a post that shuffles its letters."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
from collections import Counter
from typing import TYPE_CHECKING, Self

import aiohttp
from aiohttp import web

if TYPE_CHECKING:
    import random

    from tests.botapi import BotApiServer
    from tests.botapi.updates import Update

WINDOW = 0.25
"""Seconds for which updates are gathered before they go out in another order."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    """Hands each request to the next backend in turn, and to another one when that one does not answer."""

    def __init__(self) -> None:
        self._port = free_port()
        self.backends: list[int] = []
        self._turns = itertools.count()
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/hook"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/hook", self._pass_on)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        assert self._session is not None
        await self._runner.cleanup()
        await self._session.close()

    async def _pass_on(self, request: web.Request) -> web.Response:
        assert self._session is not None
        body, first = await request.read(), next(self._turns)
        headers = {k: v for k, v in request.headers.items() if k.startswith("X-") or k == "Content-Type"}
        for step in range(len(self.backends)):
            port = self.backends[(first + step) % len(self.backends)]
            try:
                async with self._session.post(f"http://127.0.0.1:{port}/hook", data=body, headers=headers) as answer:
                    return web.Response(status=answer.status, body=await answer.read())
            except (aiohttp.ClientError, TimeoutError):
                continue
        return web.Response(status=502)


class Deliverer:
    """Posts every update twice, those of a short while in any order, each again until it is accepted.

    As Telegram, it sends a chat nothing further before what came earlier has been accepted once.
    """

    def __init__(self, server: BotApiServer, url: str, session: aiohttp.ClientSession, chance: random.Random) -> None:
        self._server = server
        self._url = url
        self._session = session
        self._random = chance
        self.delivered = self.retried = 0
        self._posting: set[asyncio.Task[None]] = set()
        self._unaccepted: Counter[tuple[str, int]] = Counter()

    async def run(self) -> None:
        """Until cancelled. The server's own deliverer, which keeps order, never begins."""

        async def nobody(_bot: object) -> None:
            return

        self._server.restart_delivery = nobody
        taken: set[int] = set()
        while True:
            await asyncio.sleep(WINDOW)
            free = [lane for lane, count in self._unaccepted.items() if not count]
            for lane in free:
                del self._unaccepted[lane]
            waiting = [update for update in self._server.bot.updates.pending if update.id not in taken]
            fresh = [update for update in waiting if update.lane not in self._unaccepted]
            taken |= {update.id for update in fresh}
            self._unaccepted.update(update.lane for update in fresh)
            letters = [(update, copy) for update in fresh for copy in (1, 2)]
            self._random.shuffle(letters)
            for update, copy in letters:
                task = asyncio.create_task(self._post(update, copy))
                self._posting.add(task)
                task.add_done_callback(self._posting.discard)

    async def _post(self, update: Update, copy: int) -> None:
        webhook = self._server.bot.webhook
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": webhook.secret_token}
        body = json.dumps(update.as_json()).encode()
        await asyncio.sleep(self._random.uniform(0, WINDOW) if copy == 2 else 0)
        while True:
            try:
                async with self._session.post(self._url, data=body, headers=headers) as answer:
                    if answer.status == 200:
                        break
            except (aiohttp.ClientError, TimeoutError):
                pass
            self.retried += 1
            await asyncio.sleep(0.1)
        self.delivered += 1
        if copy == 1:
            self._server.bot.updates.confirm(update)
            self._unaccepted[update.lane] -= 1
