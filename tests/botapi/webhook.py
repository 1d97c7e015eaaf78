"""Posts updates to a bot's webhook: in order within a chat or user, side by side across them, again until accepted."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.botapi.world import Bot, Webhook, World

if TYPE_CHECKING:
    from tests.botapi.updates import Update

MAX_RETRY_AFTER = 3600
MAX_DELAY = 60
GIVE_UP_AFTER = 23 * 3600
# Methods that a webhook's own answer may not call (WebhookActor.cpp).
_NOT_IN_ANSWER = ("deletewebhook", "setwebhook", "close", "logout")
Execute = Callable[[Bot, str, dict[str, Any]], Awaitable[None]]


@dataclass(slots=True)
class Attempt:
    """One POST and what came of it: an HTTP status, or the name of the error."""

    update_id: int
    outcome: int | str


@dataclass(eq=False)
class Delivery:
    """The deliverer of one bot's updates to one webhook."""

    world: World
    bot: Bot
    webhook: Webhook
    execute: Execute
    retry_unit: float
    timeout: float
    attempts: list[Attempt] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    _gone_since: float | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _busy: set[tuple[str, int]] = field(default_factory=set)
    _runner: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Deliver in the background until `stop`."""
        self._runner = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Abandon what is under way; unaccepted updates stay queued."""
        tasks = [*self._tasks, *([self._runner] if self._runner else [])]
        tasks = [t for t in tasks if t is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=self.timeout)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                self._launch(session)
                await self.bot.updates.arrived.wait()

    def _launch(self, session: aiohttp.ClientSession) -> None:
        self.bot.updates.expire()
        for update in self.bot.updates.pending:
            if update.lane in self._busy:
                continue
            if len(self._busy) >= self.webhook.max_connections:
                return
            self._busy.add(update.lane)
            task = asyncio.create_task(self._deliver(session, update))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, session: aiohttp.ClientSession, update: Update) -> None:
        delay, failures = 1.0, 0
        try:
            while update in self.bot.updates.pending:
                retry_after = await self._post(session, update)
                if retry_after is None:
                    return
                wait = float(min(retry_after, MAX_RETRY_AFTER))
                if not retry_after and failures:
                    delay = min(random.uniform(MAX_DELAY, 2 * MAX_DELAY), delay * 2)
                    wait = delay
                failures += 1
                await asyncio.sleep(wait * self.retry_unit)
        finally:
            self._busy.discard(update.lane)
            self.bot.updates.arrived.fire()

    async def _post(self, session: aiohttp.ClientSession, update: Update) -> int | None:
        """None when the update was accepted, otherwise the seconds the bot asked to wait."""
        headers = {"Content-Type": "application/json"}
        if self.webhook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook.secret_token
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        update.deliveries += 1
        try:
            body = json.dumps(update.as_json()).encode()
            async with session.post(self.webhook.url, data=body, headers=headers, ssl=False) as response:
                answer = await response.read()
                self.attempts.append(Attempt(update.id, response.status))
                if 200 <= response.status <= 299:
                    self.bot.updates.confirm(update)
                    self._gone_since = None
                    await self._run_answer(response, answer)
                    return None
                self._note_error(f"Wrong response from the webhook: {response.status} {response.reason}")
                self._note_gone(response.status)
                return _seconds(response.headers.get("Retry-After"))
        except (aiohttp.ClientError, TimeoutError) as error:
            self.attempts.append(Attempt(update.id, type(error).__name__))
            self._note_error("Read timeout expired" if isinstance(error, TimeoutError) else "Connection refused")
            return 0
        finally:
            self.in_flight -= 1
            self.world.changed.fire()

    async def _run_answer(self, response: aiohttp.ClientResponse, answer: bytes) -> None:
        """A method called in the answer to the POST."""
        if response.content_type != "application/json" or not answer:
            return
        try:
            body = json.loads(answer)
        except ValueError:
            return
        name = str(body.pop("method", "")).lower() if isinstance(body, dict) else ""
        if name and name not in _NOT_IN_ANSWER and not name.startswith("get"):
            await self.execute(self.bot, name, body)

    def _note_error(self, text: str) -> None:
        self.bot.last_webhook_error = (self.world.now(), text)

    def _note_gone(self, status: int) -> None:
        """23 hours of HTTP 410 end the webhook."""
        now = self.world.clock.now()
        if status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now - self._gone_since > GIVE_UP_AFTER:
            self.bot.webhook = None
            if self._runner:
                self._runner.cancel()


def _seconds(header: str | None) -> int:
    return int(header) if header and header.isdigit() else 0
