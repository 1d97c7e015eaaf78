"""What every command shares: words, settings, parsed dates, exit codes. Heavy libraries load inside commands only."""

from __future__ import annotations

import difflib
import os
import sys
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.texts import LANGUAGES, Language, load_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.composition import Composition
    from corpus.store import Store

REFUSED = 1
WRONG = 2


class WrongUsageError(typer.BadParameter):
    """A wrong argument, with a sentence that is shown as it stands."""


def say(key: str, /, **fields: object) -> str:
    """A sentence in the language of this run (CHIDAO_LANG, also from `.env`), known before the settings are."""
    return load_texts(_language())(key, **fields)


@cache
def _language() -> Language:
    wanted = os.environ.get("CHIDAO_LANG")
    if not wanted and Path(".env").is_file():
        from dotenv import dotenv_values  # noqa: PLC0415 - only where there is such a file

        try:
            wanted = dotenv_values(".env", encoding="utf-8").get("CHIDAO_LANG")
        except (OSError, UnicodeDecodeError):
            wanted = None  # load_settings complains of it in words
    return next((language for language in LANGUAGES if language == wanted), "vi")


def option_help(key: str, *names: str, **options: Any) -> Any:
    """An option whose help is the sentence under `key`."""
    return typer.Option(*names, help=say(key), show_default=False, **options)


def argument_help(key: str, *, metavar: str, **options: Any) -> Any:
    """A positional argument whose help is the sentence under `key`."""
    return typer.Argument(help=say(key), metavar=metavar, show_default=False, **options)


def command_help(name: str) -> dict[str, Any]:
    """Help and examples of a command: the sentences `cli.<name>.help` and `cli.<name>.examples`."""
    return {
        "help": say(f"cli.{name}.help") + "\n\n" + say(f"cli.{name}.examples"),
        "short_help": say(f"cli.{name}.help"),
    }


def composed() -> Composition:
    """The parts of this run, from the settings; from here on the log hides their secrets.

    Raises:
        SettingsError: a setting is unknown or malformed.
    """
    import logging  # noqa: PLC0415

    from bot.composition import compose  # noqa: PLC0415 - the settings' libraries cost a fifth of a second
    from bot.logs import configure_logging  # noqa: PLC0415
    from bot.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    configure_logging(secrets=settings.secrets(), level=logging.getLogger().level)
    return compose(settings)


def parsed_day(value: str | None, option: str) -> date | None:
    """An ISO date, or day/month/year as Vietnam writes it.

    Raises:
        WrongUsageError: neither.
    """
    if value is None:
        return None
    parts = value.strip().split("/")
    iso = "-".join(f"{part:0>2}" for part in reversed(parts)) if len(parts) == 3 else value.strip()
    try:
        return date.fromisoformat(iso)
    except ValueError:
        raise WrongUsageError(say("cli.usage.bad_date", option=option, value=value)) from None


def one_of(value: str, allowed: Iterable[str], option: str) -> str:
    """`value` when it is allowed.

    Raises:
        WrongUsageError: it is not; the sentence lists what is.
    """
    choices = list(allowed)
    if value not in choices:
        raise WrongUsageError(say("cli.usage.bad_choice", option=option, value=value, allowed=", ".join(choices)))
    return value


def known_key(store: Store, asked: str) -> str:
    """The key of the stored directive meant by `asked`: a key, or a number that only one directive has.

    Raises:
        WrongUsageError: none, or several; the sentence names the nearest.
    """
    keys = [directive.key for directive in store.directives()]
    if asked in keys:
        return asked
    numbered = store.keys_by_number(asked)
    if len(numbered) == 1:
        return numbered[0]
    near = numbered or difflib.get_close_matches(asked, keys, n=3, cutoff=0.4)
    hint = say("cli.usage.near_keys", keys=", ".join(near)) if near else say("cli.usage.list_keys")
    raise WrongUsageError(say("cli.usage.no_such_directive", key=asked, hint=hint))


def put(text: str) -> None:
    """A result, to stdout."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def tell(text: str) -> None:
    """Progress or advice, to stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
