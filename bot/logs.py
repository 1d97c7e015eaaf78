"""Logging for every surface: structlog and the standard library through one handler that blots out secrets last."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Any, TextIO

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

REDACTED = "[redacted]"

# The shape BotFather gives tokens, also as it looks inside a URL (`:` may be percent-encoded).
_TOKEN = re.compile(r"(?<!\d)\d{3,20}(?::|%3[Aa])[A-Za-z0-9_-]{20,}")

# At INFO these write every request's URL (and Telegram's carry the token), or how they were built.
_TALKATIVE = (
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
        # Longest first, so that a secret that contains another leaves no tail behind.
        self._secrets = sorted({s for s in secrets if s}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The finished line without secrets."""
        return redact(super().format(record), self._secrets)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with each of `secrets` and anything shaped like a bot token replaced."""
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return _TOKEN.sub(REDACTED, text)


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


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of one module. Events are sentences; `action=` is the stable key to search and alert on."""
    return structlog.stdlib.get_logger(name)


def _finish(out: TextIO) -> list[structlog.typing.Processor]:
    """The last steps before redaction. Tracebacks show no local variables: they may hold questions and secrets."""
    if out.isatty():
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
