"""Logs never carry a secret, whoever writes them and however."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest
import structlog

from bot.logs import REDACTED, configure_logging, get_logger, redact

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "7654321098:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # invented
SECRET = "webhook-hush"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging(secrets=(TOKEN, SECRET), level=logging.INFO, stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


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
