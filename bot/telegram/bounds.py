"""Bounds on what anybody may post to the webhook's port, before the secret is looked at. Knows no update."""

from __future__ import annotations

from functools import partial

from telegram.ext._utils import webhookhandler
from tornado.httpserver import HTTPServer

LARGEST_UPDATE = 1024 * 1024
"""Bytes. Telegram's updates have some kilobytes; left to itself the server would read 100 MB from anybody."""
_BODY_SECONDS = 20.0
_IDLE_SECONDS = 90.0


def bound_webhook() -> None:
    """Lets the library's webhook server take small bodies only, and no connection that says nothing.

    The library offers no setting for it; should its insides change, `tests/e2e/test_hardening.py` says so.
    """
    webhookhandler.HTTPServer = partial(  # type: ignore[assignment, attr-defined]
        HTTPServer, max_body_size=LARGEST_UPDATE, body_timeout=_BODY_SECONDS, idle_connection_timeout=_IDLE_SECONDS
    )
