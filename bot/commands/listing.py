"""`chidao list`: what was read, as a table or a file."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, cast

from bot.commands.frame import (
    WrongUsageError,
    argument_help,
    command_help,
    composed,
    known_key,
    one_of,
    option_help,
    parsed_day,
    say,
    tell,
)

if TYPE_CHECKING:
    import typer

    from bot.composition import Composition
    from bot.exports import Format
    from bot.list_rows import Kind, Selection

_NO_TERMINAL_WIDTH = 200


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("list", **command_help("list"))(list_rows)


def list_rows(
    what: Annotated[str, argument_help("cli.list.what", metavar="directives|clauses|targets|tasks|rules|deadlines")],
    *,
    directive: Annotated[str | None, option_help("cli.list.directive", "--directive", metavar="KEY")] = None,
    unit: Annotated[str | None, option_help("cli.list.unit", "--unit", metavar="U")] = None,
    place: Annotated[str | None, option_help("cli.list.place", "--place", metavar="P")] = None,
    first: Annotated[str | None, option_help("cli.list.from", "--from", metavar="D")] = None,
    last: Annotated[str | None, option_help("cli.list.to", "--to", metavar="D")] = None,
    shape: Annotated[str, option_help("cli.list.format", "--format", metavar="table|jsonl|csv|xlsx|ics")] = "table",
    output: Annotated[Path | None, option_help("cli.list.output", "--output", "-o", metavar="FILE")] = None,
) -> None:
    """`chidao list`: rows of one kind, filtered."""
    from bot.exports import FORMATS  # noqa: PLC0415
    from bot.list_rows import KINDS, Selection  # noqa: PLC0415 - SQLAlchemy

    kind = cast("Kind", one_of(what, KINDS, "list"))
    form = cast("Format", one_of(shape, FORMATS, "--format"))
    if form == "ics" and kind != "deadlines":
        raise WrongUsageError(say("cli.list.ics_only_deadlines"))
    if form == "xlsx" and output is None and sys.stdout.isatty():
        raise WrongUsageError(say("cli.list.xlsx_needs_file"))
    app = composed()
    key = known_key(app.store, directive) if directive else None
    selection = Selection(key, unit, place, parsed_day(first, "--from"), parsed_day(last, "--to"))
    if selection.first and selection.last and selection.first > selection.last:
        raise WrongUsageError(say("cli.usage.empty_window"))
    if form == "table":
        _print_table(app, kind, selection, output)
        return
    content = _rendered(app, kind, form, selection, to_file=output is not None)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise WrongUsageError(say("cli.list.unwritable", file=output, reason=error.strerror or error)) from error
    tell(say("cli.list.written", file=output))


def _rendered(app: Composition, kind: Kind, form: Format, selection: Selection, *, to_file: bool) -> bytes:
    from bot import exports  # noqa: PLC0415
    from bot.list_rows import select_deadlines, select_rows  # noqa: PLC0415

    if form == "ics":
        from bot.calendar_feed import as_ics  # noqa: PLC0415

        directives = {d.key: d for d in app.store.directives()}
        feed, undated = as_ics(select_deadlines(app.store, selection), directives, app.clock.now(), app.texts)
        if undated:
            tell(say("cli.list.undated", count=undated))
        return feed.encode()
    rows = select_rows(app.store, kind, selection)
    if form == "jsonl":
        return exports.as_jsonl(rows).encode()
    if form == "xlsx":
        return exports.as_xlsx(rows, kind, app.texts)
    # Excel takes a file for UTF-8 only when it begins with a byte-order mark; programs at a pipe do not want one.
    return exports.as_csv(rows, kind, app.texts).encode("utf-8-sig" if to_file else "utf-8")


def _print_table(app: Composition, kind: Kind, selection: Selection, output: Path | None) -> None:
    from rich.console import Console  # noqa: PLC0415

    from bot.directive_links import chain_lines  # noqa: PLC0415
    from bot.exports import as_table  # noqa: PLC0415
    from bot.list_rows import select_rows  # noqa: PLC0415

    rows = select_rows(app.store, kind, selection)
    target = output.open("w", encoding="utf-8") if output else sys.stdout
    try:
        wide = None if target.isatty() else _NO_TERMINAL_WIDTH
        console = Console(file=target, width=wide, highlight=False)
        if not rows:
            console.print(say("cli.list.empty"))
            return
        console.print(as_table(rows, kind, app.texts))
        if kind == "directives":
            lines = chain_lines(app.store.directives(), {row["key"] for row in rows}, app.texts)
            console.print("\n".join(lines), markup=False, soft_wrap=True)
    finally:
        if output:
            target.close()
