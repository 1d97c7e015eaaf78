"""`chidao ask` and `chidao search`: questions from the command line, one or a file of them."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.frame import (
    REFUSED,
    WrongUsageError,
    argument_help,
    command_help,
    composed,
    option_help,
    parsed_day,
    put,
    say,
)
from corpus.errors import ChidaoError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.composition import Composition, SearchService
    from bot.texts import Texts
    from index.answers import Answer, Question

_TOGETHER = 64
"""Questions answered at once in a batch: enough for the model to work in batches, few enough to write as it goes."""
_LONGEST = 4000
_log = logging.getLogger(__name__)


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("ask", **command_help("ask"))(ask)
    app.command("search", **command_help("search"))(search)


def ask(
    question: Annotated[str | None, argument_help("cli.ask.question", metavar="QUESTION")] = None,
    batch: Annotated[Path | None, option_help("cli.ask.batch", "--batch", metavar="FILE.jsonl")] = None,
    *,
    previous: Annotated[str | None, option_help("cli.ask.previous", "--previous", metavar="Q")] = None,
    place: Annotated[str | None, option_help("cli.list.place", "--place", metavar="P")] = None,
    unit: Annotated[str | None, option_help("cli.ask.unit", "--unit", metavar="U")] = None,
    today: Annotated[str | None, option_help("cli.ask.today", "--today", metavar="YYYY-MM-DD")] = None,
    as_json: Annotated[bool, option_help("cli.option.json", "--json")] = False,
) -> None:
    """`chidao ask`: one question, or a batch of them."""
    from bot.watching.tracing import handling  # noqa: PLC0415 - structlog
    from index.answers import Question  # noqa: PLC0415

    if (question is None) == (batch is None):
        raise WrongUsageError(say("cli.ask.one_or_batch"))
    if question is not None and not question.strip():
        raise WrongUsageError(say("cli.ask.empty"))
    day = parsed_day(today, "--today")
    app = composed()
    defaults = Question("", previous=previous, place=place, unit=unit, today=day or app.clock.today())
    if batch is not None:
        with handling("ask"):
            _ask_batch(app, batch, defaults)
        return
    with handling("ask"):
        answer = app.service.ask(replace(defaults, text=question or ""))
    if as_json:
        put(json.dumps(answer.as_dict(), ensure_ascii=False))
    else:
        _print_answer(answer, app.texts)


def search(
    query: Annotated[str, argument_help("cli.search.query", metavar="QUERY")],
    k: Annotated[int, option_help("cli.search.k", "-k", min=1, max=1000)] = 10,
    *,
    as_json: Annotated[bool, option_help("cli.option.json", "--json")] = False,
) -> None:
    """`chidao search`: ranked clauses."""
    if not query.strip():
        raise WrongUsageError(say("cli.ask.empty"))
    hits = composed().service.search(query, k)
    if as_json:
        for hit in hits:
            put(json.dumps({name: getattr(hit, name) for name in hit.__slots__}, ensure_ascii=False))
        return
    if not hits:
        put(say("cli.search.nothing"))
    for rank, hit in enumerate(hits, 1):
        put(f"{rank:>2}. {hit.score:.3f}  {hit.number or hit.directive} · {hit.path}")
        put(f"    {' '.join(hit.text.split())[:300]}")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a batch: its id as given, and its question or what is wrong with it."""

    id: Any
    question: Question | None
    error: str | None = None


def _ask_batch(app: Composition, batch: Path, defaults: Question) -> None:
    refused = False
    try:
        with sys.stdin if str(batch) == "-" else batch.open(encoding="utf-8-sig") as lines:
            read = (_line(text, number, defaults) for number, text in enumerate(lines, 1) if text.strip())
            while together := list(islice(read, _TOGETHER)):
                for row in _answers(app.service, together):
                    refused |= "error" in row
                    put(json.dumps(row, ensure_ascii=False))
                sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WrongUsageError(say("cli.ask.unreadable_batch", file=batch, reason=reason)) from error
    if refused:
        raise typer.Exit(REFUSED)


def _line(text: str, number: int, defaults: Question) -> _Line:
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        return _Line(None, None, say("cli.ask.not_json", line=number, reason=error.msg))
    if not isinstance(row, dict):
        return _Line(None, None, say("cli.ask.not_object", line=number))
    question = row.get("q")
    if not isinstance(question, str) or not question.strip():
        return _Line(row.get("id"), None, say("cli.ask.no_question", line=number))
    if len(question) > _LONGEST:
        return _Line(row.get("id"), None, say("cli.ask.too_long", line=number, limit=_LONGEST))
    given = {"previous": row.get("prev"), "place": row.get("place"), "unit": row.get("unit")}
    wrong = [name for name, value in given.items() if not isinstance(value, str | None)]
    if wrong:
        return _Line(row.get("id"), None, say("cli.ask.not_text", line=number, field=wrong[0]))
    known = {name: value for name, value in given.items() if value}
    return _Line(row.get("id"), replace(defaults, text=question, **known))


def _answers(service: SearchService, lines: Iterable[_Line]) -> Iterator[dict[str, Any]]:
    """One row a line, in order; a question that fails alone does not take the others with it."""
    lines = list(lines)
    questions = [line.question for line in lines if line.question is not None]
    answers = iter(_answered(service, questions))
    for line in lines:
        result = next(answers) if line.question is not None else line.error
        if isinstance(result, str | None):
            yield {"id": line.id, "error": result}
        else:
            yield result.as_dict() | {"id": line.id}


def _answered(service: SearchService, questions: list[Question]) -> list[Answer | str]:
    try:
        return list(service.ask_many(questions)) if questions else []
    except ChidaoError:
        raise
    except Exception:  # noqa: BLE001 - logged in full; one question must not stop the others
        _log.exception("a batch failed; its questions are asked one by one", extra={"action": "ask.batch_failed"})
    return [_alone(service, question) for question in questions]


def _alone(service: SearchService, question: Question) -> Answer | str:
    try:
        return service.ask(question)
    except ChidaoError:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        _log.exception("a question failed", extra={"action": "ask.failed"})
        return say("cli.ask.failed", kind=type(error).__name__)


def _print_answer(answer: Answer, texts: Texts) -> None:
    """As in the chat on a terminal; as plain text, its lines unbroken, in a pipe."""
    from bot.drawing import drawn, reading_console  # noqa: PLC0415 - rich
    from bot.message_blocks import plain  # noqa: PLC0415
    from bot.rendering import answer_page  # noqa: PLC0415

    blocks = answer_page(answer, texts)
    if sys.stdout.isatty():
        reading_console().print(*drawn(blocks), sep="\n")
    else:
        put(plain(blocks))
