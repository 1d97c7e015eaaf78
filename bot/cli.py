"""The `chidao` command: gathers the commands and turns every failure into one line and an exit code."""

from __future__ import annotations

import logging
import os
import secrets
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn, cast

import typer

from bot.commands import asking, benching, keeping, listing, serving, storing
from bot.commands.frame import REFUSED, WRONG, WrongUsageError, option_help, say
from corpus.errors import ChidaoError

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTERRUPTED = 130
# Typer carries its own copy of click from some version on: the common base of usage errors is found, not imported.
_ClickError = cast(
    "type[Exception]", next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")
)
_log = logging.getLogger("chidao")

app = typer.Typer(
    name="chidao",
    help=say("cli.help"),
    epilog=say("cli.epilog"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
for module in (storing, listing, asking, benching, serving, keeping):
    module.register(app)


@app.callback()
def _everywhere(*, debug: Annotated[bool, option_help("cli.option.debug", "--debug")] = False) -> None:
    from bot.logs import configure_logging  # noqa: PLC0415 - `--help` must not wait for structlog

    configure_logging(level=logging.DEBUG if debug else logging.WARNING)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs one command and exits: 0 done, 1 part of the work was refused, 2 wrong usage or configuration."""
    # Threads of the matrix library that wait do so by spinning; on a small server they take the processor from those that
    # work: a third of a question's processor time. Read when NumPy is loaded, which no module does before its command runs.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):  # Vietnamese on a terminal that claims another encoding
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if {"-h", "--help"} & set(given) or not given:
        _translate_headings()
    sys.exit(_run(given))


def _run(given: list[str]) -> int:
    try:
        code = app(args=given, prog_name="chidao", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:  # `chidao list … | head`: the reader has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, typer.Abort):
        _complain(say("cli.interrupted"))
        return _INTERRUPTED
    except ChidaoError as error:
        _complain(str(error))
        return WRONG
    except _ClickError as error:
        return _usage(error)
    except Exception:  # noqa: BLE001 - the last net: one line for the person, everything for the log
        return _unexpected(debug="--debug" in given)
    return int(code or 0)


def _usage(error: BaseException) -> int:
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        return 0
    name = getattr(error, "option_name", None) or _parameter(error)
    if kind == "UsageError" and "No such command" in str(error):  # older and newer click alike give it no class
        kind = "NoSuchCommand"
    known = {
        "NoSuchOption": "cli.usage.no_such_option",
        "BadOptionUsage": "cli.usage.no_value",
        "MissingParameter": "cli.usage.missing",
        "BadParameter": "cli.usage.bad_value",
        "NoSuchCommand": "cli.usage.no_such_command",
    }
    if isinstance(error, WrongUsageError) or kind not in known:
        message = error.format_message() if not isinstance(error, WrongUsageError) else error.message  # type: ignore[attr-defined]
        _complain(message if isinstance(error, WrongUsageError) else say("cli.usage.other", reason=message))
    else:
        _complain(say(known[kind], name=name))
    return WRONG


def _parameter(error: BaseException) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return str(getattr(error, "param_hint", None) or "")
    if parameter.param_type_name == "option":
        return str(parameter.opts[0])
    return str(parameter.metavar or parameter.name)


def _unexpected(*, debug: bool) -> int:
    reference = secrets.token_hex(4)
    if debug:
        _log.exception("unexpected failure %s", reference, extra={"action": "command.failed"})
    kind = sys.exc_info()[0]
    _complain(say("cli.unexpected", kind=kind.__name__ if kind else "", reference=reference))
    return WRONG


def _complain(sentence: str) -> None:
    from bot.logs import redact  # noqa: PLC0415 - only a failure needs it

    print(redact(" ".join(sentence.split())), file=sys.stderr)  # noqa: T201 - the one line a failure gives


def _translate_headings() -> None:
    from typer import rich_utils  # noqa: PLC0415

    rich_utils.ARGUMENTS_PANEL_TITLE = say("cli.panel.arguments")
    rich_utils.OPTIONS_PANEL_TITLE = say("cli.panel.options")
    rich_utils.REQUIRED_LONG_STRING = say("cli.panel.required")
    rich_utils.COMMANDS_PANEL_TITLE = say("cli.panel.commands")


__all__ = ["REFUSED", "WRONG", "app", "main"]
