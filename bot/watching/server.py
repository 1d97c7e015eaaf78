"""Serves /metrics, /healthz and /readyz over HTTP, in threads of its own: it answers while the event loop does not.

The client's WSGI application speaks every exposition format and compresses; the standard library's server is enough for
a scraper and a probe, and needs nothing of the bot's loop, whose silence it is there to report.
"""

from __future__ import annotations

import json
import socket
import threading
from http import HTTPStatus
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import make_wsgi_app

from bot.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from prometheus_client import CollectorRegistry

    from bot.watching.health import Report

log = get_logger(__name__)

AT_ONCE = 16
_SLOW_CLIENT = 10.0  # seconds after which somebody who sends or reads nothing is left


class _Handler(WSGIRequestHandler):
    timeout = _SLOW_CLIENT

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature is the library's
        """Probes come every few seconds: not worth a line."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], family: socket.AddressFamily) -> None:
        self.address_family = family
        self._places = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Without asking the name service who we are, which may take as long as it likes."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Turns away whoever comes when all places are taken."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Gives its place back in the end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the signature is the library's
        """A client that went away is no error; nothing goes to stderr past the log."""
        log.debug("A request for figures broke off", action="watch.broken_off")


class WatchServer:
    """The server, listening from its making on.

    Raises:
        OSError: the address is not ours, or the port is taken.
    """

    def __init__(
        self,
        host: str,
        port: int,
        registry: CollectorRegistry,
        *,
        alive: Callable[[], Report],
        ready: Callable[[], Report],
    ) -> None:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        self._server = _Server((str(address[0]), int(address[1])), family)
        self.port = self._server.server_port
        metrics = make_wsgi_app(registry)

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            path = environ.get("PATH_INFO")
            if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
                return _text(start_response, HTTPStatus.METHOD_NOT_ALLOWED, b"")
            if path == "/metrics":
                return metrics(environ, start_response)  # type: ignore[no-any-return]  # the client's own is untyped
            if path in {"/healthz", "/readyz"}:
                report = alive() if path == "/healthz" else ready()
                status = HTTPStatus.OK if report.good else HTTPStatus.SERVICE_UNAVAILABLE
                body = json.dumps({"ok": report.good, "checks": report.checks}) + "\n"
                return _text(start_response, status, body.encode(), "application/json")
            return _text(start_response, HTTPStatus.NOT_FOUND, b"/metrics /healthz /readyz\n")

        self._server.set_app(answer)
        self._thread = threading.Thread(target=self._server.serve_forever, name="watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listens no longer."""
        self._server.shutdown()
        self._server.server_close()


def _text(
    start_response: StartResponse, status: HTTPStatus, body: bytes, kind: str = "text/plain"
) -> Iterable[bytes]:
    headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", [*headers, ("Cache-Control", "no-store")])
    return [body]
