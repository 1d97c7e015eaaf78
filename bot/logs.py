"""Logging for every surface: structlog and the standard library through one handler that blots out secrets last.

Every line has an `action`, the stable key to search and alert on; a library's own lines have `library`.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote, unquote

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

REDACTED = "[redacted]"
LIBRARY = "library"

# The password in an address: between the user and the last at sign before the host.
_PASSWORD = re.compile(r"(?<=://)([^\s/:@]*):[^\s/]+@")

# The shape BotFather gives tokens, also as it looks inside a URL (`:` may be percent-encoded).
_TOKEN = re.compile(r"(?<!\d)\d{3,20}(?::|%3[Aa])[A-Za-z0-9_-]{20,}")

# At INFO these write every request's URL (and Telegram's carry the token), or how they were built.
_TALKATIVE = (
    "alembic.runtime.plugins",
    "faiss",
    "httpx",
    "httpcore",
    "telegram",
    "apscheduler",
    "tornado.access",
    "sentence_transformers",
    "urllib3",
)


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Formats a record, traceback included, then replaces known secrets and whatever is shaped like a bot token."""

    def __init__(self, *, secrets: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        self._secrets = _spellings(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The finished line without secrets."""
        return _blotted(super().format(record), self._secrets)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without `secrets`, the passwords in addresses and whatever is shaped like a bot token."""
    return _blotted(text, _spellings(secrets))


def _blotted(text: str, spellings: Iterable[str]) -> str:
    for spelling in spellings:
        text = text.replace(spelling, REDACTED)
    return _TOKEN.sub(REDACTED, _PASSWORD.sub(rf"\1:{REDACTED}@", text))


def _spellings(secrets: Iterable[str]) -> list[str]:
    """Secrets as they may stand in a line: bare, in a URL, in JSON, in a traceback.

    Longest first, so that one that contains another leaves no tail behind.
    """
    spelled = set()
    for secret in filter(None, secrets):
        for form in (secret, quote(secret, safe=""), quote(secret), unquote(secret)):
            for said in (form, repr(form)[1:-1]):
                spelled |= {said, json.dumps(said)[1:-1], json.dumps(said, ensure_ascii=False)[1:-1]}
    return sorted(spelled, key=len, reverse=True)


def configure_logging(
    *, secrets: Iterable[str] = (), level: int = logging.WARNING, stream: TextIO | None = None
) -> None:
    """Send all logs to `stream` (stderr): coloured lines on a terminal, otherwise one JSON object a line.

    Calling it again replaces the earlier arrangement.
    """
    out = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        _with_action,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        RedactingFormatter(
            secrets=secrets,
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_finish(out)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Loggers made at import must follow a later configuration (tests, `chidao bot` after `chidao doctor`).
        cache_logger_on_first_use=False,
    )


def catch_the_rest() -> None:
    """Sends to the log what would go to stderr past it, and past the blotting: warnings, and failures nobody caught."""
    logging.captureWarnings(capture=False)  # a library may have asked for it and others undone it since
    logging.captureWarnings(capture=True)
    log = get_logger(__name__)

    def in_a_thread(given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None and not isinstance(given.exc_value, SystemExit):
            name = given.thread.name if given.thread else None
            log.error("A thread ended by a failure", action="thread.failed", thread=name, exc_info=given.exc_value)

    def unraisable(given: sys.UnraisableHookArgs) -> None:
        log.error("A failure that nobody could catch", action="process.unraisable", exc_info=given.exc_value)

    threading.excepthook = in_a_thread
    sys.unraisablehook = unraisable


def action_of(record: logging.LogRecord) -> str:
    """The action key of a line, whoever wrote it."""
    fields = record.msg if isinstance(record.msg, dict) else vars(record)
    return str(fields.get("action") or LIBRARY)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of one module. Events are sentences; `action=` is the stable key to search and alert on."""
    return structlog.stdlib.get_logger(name)


def _with_action(
    _logger: Any, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    event.setdefault("action", LIBRARY)
    return event


def _finish(out: TextIO) -> list[structlog.typing.Processor]:
    """The last steps before redaction. Tracebacks show no local variables: they may hold questions and secrets."""
    if out.isatty():
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
