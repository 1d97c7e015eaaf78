"""Logs never carry a secret, whoever writes them and however."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bot.composition import OPERATOR, compose
from bot.console import ConsoleChat
from bot.logs import LIBRARY, REDACTED, catch_the_rest, configure_logging, get_logger, redact
from bot.settings import Settings
from bot.watching.tracing import CarryingExecutor, about, delivering, handling
from tests.e2e.fake_service import FakeService

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "7654321098:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # invented
SECRET = "webhook-hush"


PASSWORD = 'mật "khẩu"/@kho'  # with all that a URL, JSON and Python spell otherwise


@contextmanager
def logging_to(stream: io.StringIO, *secrets: str) -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    configure_logging(secrets=secrets, level=logging.INFO, stream=stream)
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    with logging_to(stream, TOKEN, SECRET, PASSWORD):
        yield stream


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_its_action(out):
    get_logger("bot.test").info("A thing happened", action="thing.happened", số=3)
    line = json.loads(out.getvalue())
    assert (line["event"], line["action"], line["level"], line["số"]) == (
        "A thing happened",
        "thing.happened",
        "info",
        3,
    )
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("leak", [f"https://example.org/bot{TOKEN}/getMe", TOKEN.replace(":", "%3A"), f"key={SECRET};"])
def test_a_secret_in_a_message_a_field_or_a_traceback_is_blotted_out(out, leak):
    logger = get_logger("bot.test")
    logger.warning(leak, url=leak)
    logging.getLogger("other.package").error("failed at %s", leak)
    try:
        {}[leak]
    except KeyError:
        logger.exception("It broke")
        logging.getLogger("other.package").exception("It broke there too")
    text = out.getvalue()
    assert text.count(REDACTED) >= 5
    assert TOKEN.partition(":")[2] not in text
    assert SECRET not in text


def test_any_token_is_blotted_out_even_when_nobody_named_it_as_a_secret():
    assert redact("bot111222333:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe") == f"bot{REDACTED}/getMe"


def test_times_and_clause_paths_are_left_alone():
    assert (
        redact("11:05:30 II.3.3.2 2025-03-31T08:00:00Z 45-KH/TU") == "11:05:30 II.3.3.2 2025-03-31T08:00:00Z 45-KH/TU"
    )


def test_http_clients_are_quiet_because_their_lines_carry_the_token(out):
    for name in ("httpx", "httpcore.http11", "telegram.ext.Updater"):
        logging.getLogger(name).info("HTTP Request: POST https://example.org")
    assert out.getvalue() == ""


@pytest.mark.parametrize("spelt", [PASSWORD, quote(PASSWORD), quote(PASSWORD, safe="")])
def test_a_password_is_blotted_out_however_it_is_spelt(out, spelt):
    url = f"postgresql+psycopg://chidao:{spelt}@kho.example/chidao"
    logger = get_logger("bot.test")
    logger.warning(url, parts=[spelt], url=url)
    logging.getLogger("sqlalchemy.engine").error("connecting to %r", url)
    try:
        {}[url]
    except KeyError:
        logger.exception("It broke", action="test.broke")
    said = out.getvalue()
    for hidden in (spelt, PASSWORD, quote(PASSWORD), json.dumps(PASSWORD)[1:-1], repr(PASSWORD)[1:-1], "khẩu", "@kho@"):
        assert hidden not in said
    assert "kho.example/chidao" in said


def test_a_password_in_an_address_is_blotted_out_even_when_nobody_named_it():
    assert redact("at postgresql://chidao:p@ss:w0rd@kho:5432/x") == f"at postgresql://chidao:{REDACTED}@kho:5432/x"
    assert redact("sqlite:///.chidao/chidao.db https://a.example/b@c") == "sqlite:///.chidao/chidao.db https://a.example/b@c"


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=8, max_size=24))
def test_no_line_holds_a_secret_of_any_letters(secret):
    stream = io.StringIO()
    with logging_to(stream, secret):
        get_logger("bot.test").warning("It failed", action="test.failed", url=f"x={secret}&y={quote(secret)}")
        logging.getLogger("other").error("failed at %r", {"key": secret})
    spelt = (secret, quote(secret), repr(secret)[1:-1])
    for one in (*spelt, *(json.dumps(one, ensure_ascii=False)[1:-1] for one in spelt)):
        assert one not in stream.getvalue()


def test_every_line_has_an_action_a_library_s_too(out):
    get_logger("bot.test").info("Ours", action="test.ours")
    logging.getLogger("bot.test").warning("Ours as well", extra={"action": "test.plain"})
    logging.getLogger("telegram.ext").warning("theirs")
    assert [line["action"] for line in lines(out)] == ["test.ours", "test.plain", LIBRARY]


async def test_a_request_s_name_reaches_its_threads_and_no_other_request(out):
    log, waited = get_logger("bot.test"), []
    executor = CarryingExecutor("test", waited=waited.append)
    loop = asyncio.get_running_loop()

    async def handle(number: int) -> None:
        with handling("telegram", number):
            await asyncio.to_thread(log.info, "asked", action="test.asked")
            with about(number * 10):
                await loop.run_in_executor(executor, log.info, "answered")
            log.info("handled", action="test.handled")

    await asyncio.gather(handle(1), handle(2))
    await loop.run_in_executor(executor, log.info, "nobody's")
    executor.shutdown()
    told = lines(out)
    for number in (1, 2):
        mine = [(line["event"], line["surface"], line.get("question")) for line in told if line.get("request") == number]
        assert mine == [("asked", "telegram", None), ("answered", "telegram", number * 10), ("handled", "telegram", None)]
    assert "request" not in told[-1]
    assert len(waited) == 3
    assert all(seconds >= 0 for seconds in waited)


def test_a_reminder_s_lines_carry_its_reference(out):
    with delivering("A1B2C3"):
        get_logger("bot.test").warning("Refused", action="test.refused")
    assert (lines(out)[0]["delivery"], lines(out)[0]["surface"]) == ("A1B2C3", "reminders")


def test_requests_without_a_name_of_their_own_get_different_ones(out):
    for _ in range(2):
        with handling("console"):
            get_logger("bot.test").info("typed", action="test.typed")
    first, second = lines(out)
    assert first["request"] != second["request"]


def test_what_would_go_past_the_log_goes_into_it(out, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)

    class Grave:
        def __del__(self) -> None:
            raise RuntimeError(TOKEN)

    def fall() -> None:
        raise RuntimeError(TOKEN)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        try:
            catch_the_rest()
            thread = threading.Thread(target=fall)
            thread.start()
            thread.join()
            grave = Grave()
            del grave
            warnings.warn(f"old: {TOKEN}", stacklevel=1)
        finally:
            logging.captureWarnings(capture=False)
    assert [line["action"] for line in lines(out)] == ["thread.failed", "process.unraisable", LIBRARY]
    assert TOKEN not in out.getvalue()
    assert out.getvalue().count(REDACTED) >= 3


def test_at_the_terminal_too_a_question_s_lines_have_one_request_and_its_number(out, tmp_path):
    app = compose(Settings(_env_file=None, home=tmp_path), service=FakeService())
    ConsoleChat(app.desk(operator=OPERATOR), Console(file=io.StringIO())).run(["Bao nhiêu?", "câu hỏng?"])
    app.store.close()
    told = [line for line in lines(out) if "request" in line]
    assert [line["action"] for line in told] == ["question.asked", "question.answered", "question.asked", "answer.failed"]
    assert [line["question"] for line in told] == [1, 1, 2, 2]
    assert {line["surface"] for line in told} == {"console"}
    assert [len({line["request"] for line in part}) for part in (told[:2], told[2:], told)] == [1, 1, 2]
    assert not [line for line in told if "Bao nhiêu" in str(line.values())]
