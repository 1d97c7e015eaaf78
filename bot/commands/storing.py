"""`chidao ingest` and `chidao remove`: what changes the store and the index."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.frame import REFUSED, argument_help, command_help, composed, known_key, option_help, put, say, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID

    from bot.composition import Composition
    from corpus.ingest import FileReport
    from index.indexing import Indexer


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("ingest", **command_help("ingest"))(ingest_files)
    app.command("remove", **command_help("remove"))(remove_directive)


def ingest_files(
    paths: Annotated[list[Path], argument_help("cli.ingest.paths", metavar="PATH...")],
    manifest: Annotated[Path | None, option_help("cli.ingest.manifest", "--manifest", metavar="FILE")] = None,
    *,
    as_json: Annotated[bool, option_help("cli.option.json", "--json")] = False,
) -> None:
    """`chidao ingest`: files into store and index."""
    from corpus.ingest import ingest  # noqa: PLC0415 - SQLAlchemy
    from corpus.manifest import load_manifest  # noqa: PLC0415

    app = composed()
    known = load_manifest(manifest) if manifest else None
    for warning in known.warnings if known else ():
        tell(warning)
    with _shown_progress() as bar:
        reports = ingest(
            paths,
            app.store,
            indexer(app),
            manifest=known,
            progress=bar,
            on_report=lambda report: _show(report, as_json=as_json),
        )
    if not reports:
        tell(say("cli.ingest.nothing"))
    elif not as_json:
        counts = {
            status: sum(r.status == status for r in reports)
            for status in ("stored", "replaced", "unchanged", "refused")
        }
        put(say("cli.ingest.summary", **counts))
    if any(report.status == "refused" for report in reports):
        raise typer.Exit(REFUSED)


def remove_directive(key: Annotated[str, argument_help("cli.remove.key", metavar="KEY")]) -> None:
    """`chidao remove`: one directive out of store and index."""
    app = composed()
    found = known_key(app.store, key)
    app.store.remove(found)
    indexer(app).publish(app.store)
    put(say("cli.remove.done", key=found))


def indexer(app: Composition) -> Indexer:
    """The index of CHIDAO_HOME, whose model loads when first needed."""
    return app.index


def _show(report: FileReport, *, as_json: bool) -> None:
    if as_json:
        put(json.dumps(report.as_dict(), ensure_ascii=False))
        sys.stdout.flush()
        return
    fields = {"file": report.file, "keys": ", ".join(report.directives), "reason": report.reason}
    counts = {"clauses": report.clauses, "targets": report.targets, "tasks": report.tasks}
    put(say(f"cli.ingest.{report.status}", **fields, **counts))
    for warning in report.warnings:
        tell(f"  ! {warning}")


class _Bar:
    """Three lines on the terminal: files, and the pages and clauses of the present one."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._files: TaskID = progress.add_task(say("cli.ingest.reading"), total=None)
        self._pages: TaskID = progress.add_task(say("cli.ingest.opening"), total=None, visible=False)
        self._clauses: TaskID = progress.add_task(say("cli.ingest.embedding"), total=None, visible=False)

    def file(self, name: str, done: int, total: int) -> None:
        """See `corpus.ingest.Progress`."""
        self._progress.update(self._files, description=name, completed=done, total=total)
        self._progress.update(self._pages, visible=False)
        self._progress.update(self._clauses, visible=False)

    def pages(self, done: int, total: int) -> None:
        """See `corpus.ingest.Progress`."""
        self._progress.update(self._pages, completed=done, total=total, visible=True)

    def clauses(self, done: int, total: int) -> None:
        """See `corpus.ingest.Progress`."""
        self._progress.update(self._clauses, completed=done, total=total, visible=True)


@contextmanager
def _shown_progress() -> Iterator[_Bar | None]:
    """A progress bar on a terminal; nothing in a pipe or a log."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Bar(progress)
