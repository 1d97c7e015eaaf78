"""Follows one question through the search: its stages' times, its outcome, a line in the log. Never its words."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bot.logs import get_logger
from bot.watching.instruments import UNKNOWN_KIND, question_settled, stage_took
from index.stages import watching

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.answers import Answer, Question

log = get_logger(__name__)


def asked(number: int) -> None:
    """A question was noted in the record under this number."""
    log.info("A question was asked", action="question.asked", question=number)


def watched(ask: Callable[[Question], Answer], question: Question) -> Answer:
    """What `ask` makes of the question; whatever it raises is counted and goes on."""
    began = time.perf_counter()
    try:
        with watching() as watch:
            answer = ask(question)
    except Exception:
        question_settled(UNKNOWN_KIND, "failed")
        raise
    for stage, seconds in watch.seconds.items():
        stage_took(stage, seconds)
    question_settled(answer.kind, "abstained" if answer.abstained else "answered")
    log.info(
        "A question was answered",
        action="question.answered",
        kind=answer.kind,
        abstained=answer.abstained,
        seconds=round(time.perf_counter() - began, 3),
    )
    return answer
