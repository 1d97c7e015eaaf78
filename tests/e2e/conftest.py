"""The bot against the Bot API server over HTTP: in this process for scenarios, as its own process for its lifecycle."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from bot.composition import Composition, compose
from bot.settings import Settings
from bot.telegram.application import UPDATES, build_application
from corpus.records import Clause, Directive, Metadata, Source
from corpus.store_writing import IncomingFile
from tests.botapi.fixtures import telegram, telegram_server  # noqa: F401
from tests.e2e.fake_service import PLAN, SECOND, TITLE, FakeService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.botapi import BotApiServer

HERE = Path(__file__).resolve().parent
ADMIN, SECOND_ADMIN = 1001, 1002
ITEM = "- Quý IV báo cáo cả năm."
SECRET = "e2e-webhook-secret"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def webhook_environment() -> dict[str, str]:
    port = free_port()
    return {
        "CHIDAO_WEBHOOK_URL": f"http://127.0.0.1:{port}/hook",
        "CHIDAO_WEBHOOK_LISTEN": f"127.0.0.1:{port}",
        "CHIDAO_WEBHOOK_SECRET": SECRET,
    }


def environment(server: BotApiServer, home: Path, mode: str) -> dict[str, str]:
    return {
        "CHIDAO_BOT_TOKEN": server.token,
        "CHIDAO_TELEGRAM_API": server.url,
        "CHIDAO_ADMINS": f"{ADMIN},{SECOND_ADMIN}",
        "CHIDAO_HOME": str(home),
        **(webhook_environment() if mode == "webhook" else {}),
    }


def store_a_directive(app: Composition) -> None:
    """The directive that the fake service cites, so that its buttons find their clauses."""
    clauses = (
        Clause(
            "III", "III", "Tổ chức thực hiện", "III. Tổ chức thực hiện", None, "heading", ("III. Tổ chức thực hiện",)
        ),
        Clause("III.2", "2", "Báo cáo", SECOND.quote, "III", "item", (SECOND.quote,), page=4),
        Clause("III.2.-1", "-", "Quý IV", ITEM, "III.2", "bullet", (ITEM,)),
    )
    metadata = Metadata(number="45-KH/TU", place="Hòa Sơn", issued_month="2023-05", title=TITLE)
    text = "\n".join(clause.text for clause in clauses)
    stored = app.store.put(
        IncomingFile("/hoa-son/45.txt", "0" * 64, "test"), [Directive(Source(text), metadata, clauses)]
    )
    assert stored.keys == (PLAN,)


@dataclass
class RunningBot:
    """The bot in this process, and the service it asks."""

    service: FakeService
    app: Composition


@pytest.fixture(params=["polling", "webhook"])
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("CHIDAO_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def bot_in_this_process(
    server: BotApiServer, home: Path, mode: str, **settings: Any
) -> AsyncIterator[RunningBot]:
    """What `run_bot` does, without taking over the process's signals and its loop."""
    given = {k.removeprefix("CHIDAO_").lower(): v for k, v in environment(server, home, mode).items()} | settings
    app = compose(Settings(_env_file=None, **given), service=FakeService())
    store_a_directive(app)
    application = build_application(app)
    await application.initialize()
    await application.post_init(application)
    if mode == "webhook":
        url = app.settings.webhook_url
        listen = app.settings.webhook_listen
        await application.updater.start_webhook(
            listen.host, listen.port, urlsplit(url).path, webhook_url=url, secret_token=SECRET, allowed_updates=UPDATES
        )
    else:
        await application.updater.start_polling(allowed_updates=UPDATES)
    await application.start()
    try:
        yield RunningBot(app.service, app)
    finally:
        await application.updater.stop()
        await application.stop()
        await application.post_stop(application)
        await application.shutdown()
        await application.post_shutdown(application)
        app.store.close()


@pytest_asyncio.fixture
async def bot(telegram_server: BotApiServer, tmp_path: Path, mode: str) -> AsyncIterator[RunningBot]:  # noqa: F811
    async with bot_in_this_process(telegram_server, tmp_path, mode) as running:
        yield running


class BotProcess:
    """The bot as its own process; its log is kept whole."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    async def until_logged(self, words: str, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while words not in self.log:
                assert self._process.returncode is None, self.log
                await asyncio.sleep(0.05)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self._process.returncode is None:
            self._process.send_signal(how)
        return await self.ended()

    async def ended(self, seconds: float = 20) -> int:
        async with asyncio.timeout(seconds):
            return await self._process.wait()


@pytest_asyncio.fixture
async def start_bot(
    telegram_server: BotApiServer,  # noqa: F811
    tmp_path: Path,
) -> AsyncIterator[Callable[..., Any]]:
    """Starts the bot as a process; every one started is ended with the test."""
    started: list[BotProcess] = []

    async def start(mode: str = "polling", **changes: str) -> BotProcess:
        log = tmp_path / f"bot-{len(started)}.log"
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CHIDAO_")}
        given = clean | environment(telegram_server, tmp_path / "home", mode) | changes
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                sys.executable, str(HERE / "run_bot.py"), env=given, cwd=tmp_path, stdout=out, stderr=out
            )
        started.append(BotProcess(process, log))
        return started[-1]

    yield start
    for process in started:
        await process.stop()
