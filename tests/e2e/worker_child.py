"""The bot as a child of a process that has everything imported already: it starts at once, so that it can die often."""

from __future__ import annotations

import logging
import os
import socket
import sys
from pathlib import Path

from bot.composition import compose
from bot.logs import configure_logging
from bot.settings import Settings
from bot.telegram import application as telegram_application
from bot.telegram import run_bot
from bot.texts import load_texts
from tests.e2e.fake_service import FakeService


class Unpaced:
    """No limits: for measuring what the bot can do where Telegram would let it."""

    def turn(self, lanes: object) -> float:
        return 0.0

    def hold(self, lane: object, seconds: float) -> None:
        return

    def tidy(self) -> None:
        return


def _on_threads(count: int) -> None:
    """Sessions of ONNX Runtime that are made from now on."""
    import onnxruntime

    options = onnxruntime.SessionOptions

    def bounded() -> onnxruntime.SessionOptions:
        made = options()
        made.intra_op_num_threads = count
        return made

    onnxruntime.SessionOptions = bounded


def serve(
    given: dict[str, str],
    log: str,
    *,
    machine: str = "",
    paced: bool = True,
    thinks: float = 0.0,
    searches: bool = False,
    threads: int = 0,
) -> None:
    """What `chidao bot` does, under the settings `given`, as if on a machine of that name.

    `thinks` are seconds of processor time for each answer of the stand-in. Who `searches` answers from its store with
    its model instead, on so many `threads`; 0 leaves them to ONNX Runtime, which takes one for each core.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `bot.cli` does
    if machine:
        socket.gethostname = lambda: machine
    os.setsid()  # signals meant for the test's own group are not meant for it
    out = Path(log).open("a", buffering=1, encoding="utf-8")  # noqa: SIM115 - open for as long as the process lives
    sys.stdout = sys.stderr = out
    os.chdir(given["home"])
    settings = Settings(_env_file=None, **given)
    configure_logging(secrets=settings.secrets(), level=logging.INFO, stream=out)
    load_texts(settings.lang)
    if threads:
        _on_threads(threads)
    app = compose(settings, service=None if searches else FakeService(thinks=thinks))
    if not paced:
        build = telegram_application.build_application
        telegram_application.build_application = lambda app: build(app, Unpaced())
    run_bot(app)
