"""The HTTP side: tokens, parameters, envelope, method table, downloads, and the record of all that went wrong."""

from __future__ import annotations

import asyncio
import inspect
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, hdrs, web

from tests.botapi.call import METHODS, Call, Upload
from tests.botapi.control import Control
from tests.botapi.errors import ApiError, ConnectionDroppedError
from tests.botapi.faults import Fault, Faults, Flood
from tests.botapi.methods import chats, editing, profile, sending, updating  # noqa: F401 - fills the method table
from tests.botapi.methods.chats import check_download
from tests.botapi.methods.updating import Polling
from tests.botapi.spec import load_spec
from tests.botapi.webhook import Delivery
from tests.botapi.world import Bot, World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_MAX_REQUEST = 60 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the server's own pauses last; the defaults are Telegram's."""

    poll_spacing: float = 3.0
    webhook_spacing: float = 1.0
    retry_unit: float = 1.0
    webhook_timeout: float = 60.0

    @classmethod
    def brisk(cls) -> Self:
        """The same rules with pauses a test can wait for."""
        return cls(poll_spacing=0.03, webhook_spacing=0.0, retry_unit=0.02, webhook_timeout=5.0)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a test should fail for: "violation", "refusal", "unmodelled", "crash" or "unanswered"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call as it was answered; `status` 0 is a connection closed without an answer."""

    method: str
    params: dict[str, str]
    status: int
    description: str
    result: Any
    at: float


class BotApiServer:
    """A Bot API server for tests. Use `async with BotApiServer() as server`; act as people through `server.control`."""

    def __init__(
        self, *, pace: Pace | None = None, production_webhooks: bool = False, callback_window: float = 900.0
    ) -> None:
        self.pace = pace or Pace()
        self.production_webhooks = production_webhooks
        self.callback_window = callback_window
        self.world = World()
        self.world.on_update = self._check_update
        self.faults = Faults()
        self.flood = Flood(self.world.clock.now)
        self.spec = load_spec()
        self.bot = self.world.add_bot("chidao_test_bot", name="Chỉ đạo")
        self.problems: list[Problem] = []
        self.exchanges: list[Exchange] = []
        self.control = Control(self)
        self._forgiven: list[str] = []
        self._polling: dict[int, Polling] = {}
        self._deliveries: dict[int, Delivery] = {}
        self._webhook_changed: dict[int, float] = {}
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """The root: requests go to `ROOT/bot<token>/METHOD`, files to `ROOT/file/bot<token>/PATH`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def token(self) -> str:
        """The token of the bot that is there from the start."""
        return self.bot.token

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1, on a free port unless one is given."""
        app = web.Application(client_max_size=_MAX_REQUEST)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.+}", self._handle_file)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port; the world stays as it is, and `start` opens it again."""
        for delivery in self._deliveries.values():
            await delivery.stop()
        self._deliveries.clear()
        for polling in self._polling.values():
            polling.abandon()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def polling(self, bot: Bot) -> Polling:
        """The long polls of a bot."""
        return self._polling.setdefault(bot.id, Polling(self.pace.poll_spacing))

    def delivery(self, bot: Bot | None = None) -> Delivery | None:
        """The webhook deliverer of a bot, if it has a webhook."""
        return self._deliveries.get((bot or self.bot).id)

    def is_heard(self) -> bool:
        """Whether the first bot waits for updates now, in either way."""
        return self.bot.webhook is not None or self.polling(self.bot).waits

    def webhook_may_change(self, bot: Bot) -> bool:
        """Whether the last change of the webhook is long enough ago; counts this one if so."""
        now = asyncio.get_running_loop().time()
        if now < self._webhook_changed.get(bot.id, float("-inf")) + self.pace.webhook_spacing:
            return False
        self._webhook_changed[bot.id] = now
        return True

    async def restart_delivery(self, bot: Bot) -> None:
        """Deliver to the bot's present webhook, or nowhere."""
        if (old := self._deliveries.pop(bot.id, None)) is not None:
            await old.stop()
        if bot.webhook is not None:
            delivery = Delivery(
                self.world, bot, bot.webhook, self._execute_answer, self.pace.retry_unit, self.pace.webhook_timeout
            )
            self._deliveries[bot.id] = delivery
            delivery.start()

    def forgive(self, *texts: str) -> None:
        """Problems whose text contains one of `texts` (any case) are expected and do not count."""
        self._forgiven += [text.lower() for text in texts]

    def unforgiven(self) -> list[Problem]:
        """The problems so far, unanswered button presses included."""
        unanswered = [
            Problem("unanswered", f"button press {q.data!r} by {q.user.first_name} was never answered")
            for q in self.world.callbacks.values()
            if q.answer is None
        ]
        return [p for p in [*self.problems, *unanswered] if not any(text in p.text.lower() for text in self._forgiven)]

    def assert_clean(self) -> None:
        """Raise AssertionError unless every request and object fitted the schema, nothing was refused unexpectedly,
        every method called is modelled, and every button press was answered."""
        if problems := self.unforgiven():
            raise AssertionError(
                "the bot's dealings with Telegram were not clean:\n"
                + "\n".join(f"- {p.kind}: {p.text}" for p in problems)
            )

    def calls(self, method: str) -> list[Exchange]:
        """The calls of one method so far."""
        return [e for e in self.exchanges if e.method.lower() == method.lower()]

    def _check_update(self, kind: str, body: dict[str, Any]) -> None:
        self._violations(self.spec.check_object("Update", {"update_id": 1, kind: body}))

    def _violations(self, found: list[str]) -> None:
        self.problems += [Problem("violation", text) for text in found]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            params, files = await _read(request)
        except web.HTTPRequestEntityTooLarge:
            return _envelope(ApiError(413, "Request Entity Too Large"))
        except ValueError as error:
            self.problems.append(
                Problem("violation", f"{request.match_info['method']}: the body cannot be read: {error}")
            )
            return _envelope(ApiError(400, "Bad Request: can't parse the request"))
        try:
            answer, note = await self._answer(request.match_info["token"], request.match_info["method"], params, files)
        except ApiError as error:
            return _envelope(error)
        except ConnectionDroppedError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        body = {"ok": True, "result": answer} | ({"description": note} if note else {})
        return web.json_response(body)

    async def _answer(
        self, token: str, name: str, params: dict[str, str], files: dict[str, Upload]
    ) -> tuple[Any, str | None]:
        bot = self.world.bots.get(token)
        if bot is None or bot.logged_out:
            known_shape = token.partition(":")[0].isdigit() and ":" in token
            error = ApiError(401, "Unauthorized") if known_shape else ApiError(404, "Not Found")
            self.problems.append(Problem("refusal", f"{name}: {error.description}"))
            raise error
        method = self.spec.method(name)
        if method is None:
            self.problems.append(Problem("refusal", f"{name}: Not Found: method not found"))
            raise ApiError(404, "Not Found: method not found")
        self._violations(self.spec.check_request(method, params, files))
        fault = self.faults.take(method, params)
        call = Call(self, self.world, bot, method, params, files)
        status, description, result = 0, "", None
        try:
            result = await self._perform(call, fault)
            status = 200
        except ApiError as error:
            status, description = error.code, error.description
            if fault is None or error is not fault.error:
                self.problems.append(Problem("unmodelled" if status == 501 else "refusal", f"{method}: {description}"))
            raise
        finally:
            self.exchanges.append(Exchange(method, params, status, description, result, self.world.clock.now()))
            if method != "getUpdates":
                self.world.changed.fire()
        return result, call.note

    async def _perform(self, call: Call, fault: Fault | None) -> Any:
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.error is not None:
                raise fault.error
            if fault.drop == "before":
                raise ConnectionDroppedError
        handler = METHODS.get(call.method)
        if handler is None:
            raise ApiError(501, f"Not Implemented: the test server does not model {call.method}")
        try:
            result = handler(call)
            if inspect.isawaitable(result):
                result = await result
        except (ApiError, ConnectionDroppedError, asyncio.CancelledError):
            raise
        except Exception as error:
            self.problems.append(Problem("crash", f"{call.method}: the test server itself failed: {error!r}"))
            raise ApiError(500, f"Internal Server Error: {error!r}") from error
        self._violations(self.spec.check_result(call.method, result))
        if fault is not None and fault.drop == "after":
            raise ConnectionDroppedError
        return result

    async def _execute_answer(self, bot: Bot, name: str, body: dict[str, Any]) -> None:
        """A method called in the answer to a webhook POST; its result goes nowhere."""
        try:
            await self._answer(bot.token, name, {k: _as_text(v) for k, v in body.items()}, {})
        except (ApiError, ConnectionDroppedError):
            return

    async def _handle_file(self, request: web.Request) -> web.StreamResponse:
        bot = self.world.bots.get(request.match_info["token"])
        if bot is None:
            return _envelope(ApiError(401, "Unauthorized"))
        fault = self.faults.take("file", {})
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.error is not None:
                return _envelope(fault.error)
            if fault.drop and request.transport is not None:
                request.transport.abort()
        file = next((f for f in self.world.files.values() if f.path == request.match_info["path"]), None)
        if file is None:
            return _envelope(ApiError(404, "Not Found"))
        try:
            check_download(file.size)
        except ApiError as error:
            return _envelope(error)
        return web.Response(body=file.data, content_type="application/octet-stream")


async def _read(request: web.Request) -> tuple[dict[str, str], dict[str, Upload]]:
    """Parameters of query and body as text, and uploads. A GET may have a body too: pyTelegramBotAPI sends one."""
    params = dict(request.query)
    files: dict[str, Upload] = {}
    if not request.can_read_body:
        return params, files
    if request.content_type == "application/json":
        raw = await request.read()
        body = json.loads(raw) if raw.strip() else {}
        params |= {name: _as_text(value) for name, value in body.items()}
    elif request.content_type == "multipart/form-data":
        await _read_parts(request, params, files)
    else:
        params |= dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
    return params, files


async def _read_parts(request: web.Request, params: dict[str, str], files: dict[str, Upload]) -> None:
    received = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise ValueError("a part of the form has no name")
        data = bytes(await part.read())
        received += len(data)
        if received > _MAX_REQUEST:
            raise web.HTTPRequestEntityTooLarge(_MAX_REQUEST, received)
        if part.filename is None:
            params[part.name] = data.decode()
        else:
            files[part.name] = Upload(
                part.filename, part.headers.get(hdrs.CONTENT_TYPE, "application/octet-stream"), data
            )


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _envelope(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    headers = {}
    if error.parameters:
        body["parameters"] = error.parameters
    if "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return web.json_response(body, status=error.code, headers=headers)


@asynccontextmanager
async def running_server(**options: Any) -> AsyncIterator[BotApiServer]:
    """A brisk server for one test, checked for cleanness when the test has passed."""
    options.setdefault("pace", Pace.brisk())
    async with BotApiServer(**options) as server:
        yield server
        server.assert_clean()
