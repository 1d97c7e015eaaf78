"""What this process counts and times while it works; `deploy/docs/monitoring.md` explains each. Reads no database.

No label may name a person, a chat or a wording: labels are few and known beforehand. The registry is our own, so that a
library that measures itself adds nothing to what is scraped.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from index.answers import AnswerKind
from index.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

disable_created_metrics()  # type: ignore[no-untyped-call]  # a sixth of all lines, for what the start time tells too
REGISTRY = CollectorRegistry()
UNKNOWN_KIND = "unknown"
"""Of a question that broke something before its kind was known."""
WAITING = "waiting"
"""The stage before all others: the model works for one question at a time."""

Outcome = Literal["answered", "abstained", "failed"]
Update = Literal["received", "handled", "failed", "repeated"]
Request = Literal["ok", "refused", "flood", "server_error", "uncertain", "unreachable", "cancelled"]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LONG_POLL = "getUpdates"

_questions = Counter(
    "chidao_questions", "Questions by kind and by what became of them.", ("kind", "outcome"), registry=REGISTRY
)
_question = Histogram(
    "chidao_question_seconds",
    "From a question's turn in its chat until its answer is shown: waiting, searching, sending.",
    buckets=_SECONDS[5:],
    registry=REGISTRY,
)
_stage = Histogram(
    "chidao_question_stage_seconds",
    "Time of a question by stage, without the stages within it.",
    ("stage",),
    buckets=_SECONDS,
    registry=REGISTRY,
)
_feedback = Counter("chidao_feedback", "Thumbs under answers.", ("rating",), registry=REGISTRY)
_updates = Counter("chidao_updates", "Updates by what became of them.", ("outcome",), registry=REGISTRY)
_sends = Counter("chidao_reminder_sends", "Reminders given to Telegram, by outcome.", ("outcome",), registry=REGISTRY)
_planned = Gauge(
    "chidao_reminder_planned_timestamp_seconds",
    "When this process last looked at what is to be reminded of.",
    registry=REGISTRY,
)
_requests = Counter(
    "chidao_telegram_requests", "Requests to Telegram by method and outcome.", ("method", "outcome"), registry=REGISTRY
)
_request_time = Histogram(
    "chidao_telegram_request_seconds",
    "Time of a request to Telegram, except the long poll for updates.",
    ("method",),
    buckets=_SECONDS[4:],
    registry=REGISTRY,
)
_problems = Counter(
    "chidao_log_problems", "Warnings and errors in the log by action key.", ("level", "action"), registry=REGISTRY
)

# Known from the start, so that a rate over them begins at nought and not with a gap.
for _name in get_args(AnswerKind):
    _questions.labels(_name, "answered")
    _questions.labels(_name, "abstained")
_questions.labels(UNKNOWN_KIND, "failed")
for _name in (WAITING, *STAGES):
    _stage.labels(_name)
for _name in ("up", "down"):
    _feedback.labels(_name)
for _name in get_args(Update):
    _updates.labels(_name)
for _name in ("sent", "later", "unreachable", "uncertain", "refused", "gone", "moved"):
    _sends.labels(_name)


def question_settled(kind: str, outcome: Outcome) -> None:
    """A question was answered, was not, or broke something."""
    _questions.labels(kind, outcome).inc()


def stage_took(stage: str, seconds: float) -> None:
    """A stage of a question lasted so long."""
    _stage.labels(stage).observe(seconds)


@contextmanager
def whole_question() -> Iterator[None]:
    """Times a question until its answer is shown."""
    with _question.time():
        yield


def rated(*, good: bool) -> None:
    """A thumb was pressed."""
    _feedback.labels("up" if good else "down").inc()


def update(outcome: Update) -> None:
    """What became of an update."""
    _updates.labels(outcome).inc()


def reminder_sent(outcome: object) -> None:
    """What became of a reminder; an outcome is known by its class (`bot.reminders.sender`)."""
    _sends.labels(type(outcome).__name__.lower()).inc()


def reminders_planned() -> None:
    """The planner has looked at what is due."""
    _planned.set(time.time())


def telegram_request(method: str, outcome: Request, seconds: float) -> None:
    """A request to Telegram has ended. `method` is the Bot API's own name, or `file`."""
    _requests.labels(method, outcome).inc()
    if method != _LONG_POLL:
        _request_time.labels(method).observe(seconds)


def problem(level: str, action: str) -> None:
    """A line of the log at WARNING or above."""
    _problems.labels(level, action).inc()
