"""Requests to the Bot API, timed and counted by method and outcome. The URL carries the token and goes no further."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

from bot.watching.instruments import telegram_request

if TYPE_CHECKING:
    from bot.watching.instruments import Request

_FILE = "file"
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class MeasuredRequest(HTTPXRequest):
    """The library's own requests, each told to the instruments."""

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As the library's."""
        began, outcome = time.perf_counter(), _outcome(0)
        try:
            code, body = await super().do_request(url, *args, **kwargs)
            outcome = _outcome(code)
        except NetworkError as error:
            outcome = "unreachable" if isinstance(error.__cause__, _NEVER_LEFT) else "uncertain"
            raise
        finally:
            telegram_request(_method(url), outcome, time.perf_counter() - began)
        return code, body


def _method(url: str) -> str:
    """`sendMessage` of `ROOT/bot<token>/sendMessage`; files have paths of their own."""
    return _FILE if "/file/bot" in url else url.rsplit("/", 1)[-1].partition("?")[0]


def _outcome(code: int) -> Request:
    if code == 429:
        return "flood"
    if code >= 500:
        return "server_error"
    if code >= 400:
        return "refused"
    return "ok" if code else "cancelled"
