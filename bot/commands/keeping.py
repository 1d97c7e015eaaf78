"""`chidao doctor`, `backup` and `restore`: whether the state is sound, and keeping it safe."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.frame import REFUSED, argument_help, command_help, composed, option_help, put, say
from bot.commands.storing import indexer

if TYPE_CHECKING:
    from bot.doctor import Check

_MARKS = {"ok": "✓", "note": "·", "bad": "✗"}


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("doctor", **command_help("doctor"))(examine)
    app.command("backup", **command_help("backup"))(back_up)
    app.command("restore", **command_help("restore"))(bring_back)


def examine(*, as_json: Annotated[bool, option_help("cli.option.json", "--json")] = False) -> None:
    """`chidao doctor`: every check; exit code 1 when something needs mending."""
    from bot.doctor import examine as checks_of  # noqa: PLC0415

    app = composed()
    checks = list(checks_of(app, indexer(app)))
    if as_json:
        put(json.dumps({"sound": _sound(checks), "checks": [check.as_dict() for check in checks]}, ensure_ascii=False))
    else:
        for check in checks:
            put(f"{_MARKS[check.status]} {check.what}: {check.found}")
            if check.mend:
                put(f"    → {check.mend}")
        put(say("cli.doctor.sound" if _sound(checks) else "cli.doctor.mend"))
    if not _sound(checks):
        raise typer.Exit(REFUSED)


def back_up(file: Annotated[Path, argument_help("cli.backup.file", metavar="FILE")]) -> None:
    """`chidao backup`: the state into one file."""
    from bot.backup import backup  # noqa: PLC0415
    from bot.backup_database import note_backup  # noqa: PLC0415
    from bot.logs import get_logger  # noqa: PLC0415
    from corpus.errors import StoreError  # noqa: PLC0415

    app, log = composed(), get_logger(__name__)
    moment = app.clock.now()
    size = backup(app.settings.home, app.settings.database_url, file, moment)
    try:
        note_backup(app.settings.database_url, moment)
    except StoreError as error:  # the backup itself is whole
        log.warning("A backup could not be noted", action="backup.unnoted", error=str(error))
    put(say("cli.backup.done", file=file, size=f"{size / 1e6:.1f}"))


def bring_back(
    file: Annotated[Path, argument_help("cli.restore.file", metavar="FILE")],
    *,
    force: Annotated[bool, option_help("cli.restore.force", "--force")] = False,
) -> None:
    """`chidao restore`: the state out of one file."""
    from bot.backup import restore  # noqa: PLC0415

    app = composed()
    restored = restore(app.settings.home, app.settings.database_url, file, force=force)
    put(say("cli.restore.done", file=file, made=restored.created, directives=restored.directives))


def _sound(checks: list[Check]) -> bool:
    return all(check.status != "bad" for check in checks)
