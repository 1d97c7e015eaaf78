"""How a bot gets its updates: long polling, or a webhook."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.botapi.call import Call, method
from tests.botapi.errors import ApiError, ConnectionDroppedError, bad_request, conflict, too_many_requests
from tests.botapi.spec import load_spec
from tests.botapi.world import Bot, Webhook

if TYPE_CHECKING:
    from tests.botapi.updates import UpdateQueue

_KINDS = load_spec().fields("Update") - {"update_id"}
_PORTS = {80, 88, 443, 8443}
_TERMINATED = "terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


class Polling:
    """One bot's polls: at most one waits, and a client that repeats itself is slowed down."""

    def __init__(self, spacing: float) -> None:
        self._spacing = spacing
        self._waiting: asyncio.Future[Exception] | None = None
        self._last_offset: int | None = None
        self._last_start = float("-inf")
        self._next_conflict = float("-inf")

    @property
    def waits(self) -> bool:
        """Whether a poll is open."""
        return self._waiting is not None and not self._waiting.done()

    async def conflict(self, text: str) -> ApiError:
        """A 409; repeats within the spacing are held back for its length."""
        now = asyncio.get_running_loop().time()
        if now < self._next_conflict:
            await asyncio.sleep(self._spacing)
        else:
            self._next_conflict = now + self._spacing
        return conflict(text)

    def interrupt(self, text: str) -> None:
        """End the poll that waits now."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(conflict(text))

    def abandon(self) -> None:
        """The server goes down: the poll that waits now ends without an answer."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(ConnectionDroppedError())

    async def poll(self, queue: UpdateQueue, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """Updates from `offset` on, at once or when the first arrives. Raises ApiError 409 when another takes over."""
        self.interrupt(_TERMINATED)
        now = asyncio.get_running_loop().time()
        if offset == self._last_offset and seconds < self._spacing and now < self._last_start + self._spacing:
            seconds = self._spacing
        if offset == self._last_offset and now < self._last_start + self._spacing / 6:
            limit = 1
        self._last_offset, self._last_start = offset, now
        interrupted = self._waiting = asyncio.get_running_loop().create_future()
        while not queue.available(offset) and (left := now + seconds - asyncio.get_running_loop().time()) > 0:
            arrival = queue.arrived.next()
            try:
                await asyncio.wait({arrival, interrupted}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                interrupted.cancel()
                raise
            finally:
                arrival.cancel()
            if interrupted.done():
                raise await self._ended_by(interrupted.result())
        if self._waiting is interrupted:
            self._waiting = None
        updates = queue.available(offset)[:limit]
        for update in updates:
            update.deliveries += 1
        return [update.as_json() for update in updates]

    async def _ended_by(self, cause: Exception) -> Exception:
        if isinstance(cause, ApiError):
            return await self.conflict(cause.description.removeprefix("Conflict: "))
        return cause


def _allow(call: Call) -> None:
    """`allowed_updates` stays until changed; an empty list means the default kinds."""
    kinds = call.json("allowed_updates", "allowed updates")
    if isinstance(kinds, list):
        call.bot.updates.allowed = frozenset(k for k in kinds if k in _KINDS) or None


@method("getUpdates")
async def get_updates(call: Call) -> list[dict[str, Any]]:
    """Long polling; the offset confirms everything below it."""
    polling = call.server.polling(call.bot)
    if call.bot.webhook is not None:
        raise await polling.conflict(_WEBHOOK_ACTIVE)
    _allow(call)
    limit = min(max(call.integer("limit", 100), 1), 100)
    seconds = min(max(call.integer("timeout"), 0), 50)
    return await polling.poll(call.bot.updates, call.integer("offset"), limit, seconds)


@method("setWebhook", "deleteWebhook")
async def set_webhook(call: Call) -> bool:
    """An empty URL deletes the webhook."""
    url = call.text("url") if call.method == "setWebhook" else ""
    wanted = _wanted(call, url) if url else None
    if wanted == call.bot.webhook and not call.boolean("drop_pending_updates") and "allowed_updates" not in call.params:
        call.note = "Webhook is already set" if url else "Webhook is already deleted"
        return True
    if not call.server.webhook_may_change(call.bot):
        raise too_many_requests(1)
    if wanted is not None:
        _check_address(wanted, production=call.server.production_webhooks)
        call.server.polling(call.bot).interrupt("terminated by setWebhook request")
        _allow(call)
    if call.boolean("drop_pending_updates"):
        call.bot.updates.clear()
    call.bot.webhook = wanted
    await call.server.restart_delivery(call.bot)
    call.note = "Webhook was set" if url else "Webhook was deleted"
    return True


def _wanted(call: Call, url: str) -> Webhook:
    secret = call.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    connections = min(max(call.integer("max_connections", 40), 1), 100)
    return Webhook(url, secret, connections, call.text("ip_address"), "certificate" in call.files)


def _check_address(webhook: Webhook, *, production: bool) -> None:
    parts = urlsplit(webhook.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("bad webhook: invalid webhook URL specified")
    if production and parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if production and (parts.port or 443) not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


@method("getWebhookInfo")
def get_webhook_info(call: Call) -> dict[str, Any]:
    """The webhook as set, and how delivery goes."""
    bot: Bot = call.bot
    info: dict[str, Any] = {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates.pending),
    }
    if bot.webhook is not None:
        info |= {
            "url": bot.webhook.url,
            "has_custom_certificate": bot.webhook.certificate,
            "max_connections": bot.webhook.max_connections,
        }
        if bot.webhook.ip_address:
            info["ip_address"] = bot.webhook.ip_address
        if bot.last_webhook_error is not None:
            info |= dict(zip(("last_error_date", "last_error_message"), bot.last_webhook_error, strict=True))
    if bot.updates.allowed is not None:
        info["allowed_updates"] = sorted(bot.updates.allowed)
    return info
