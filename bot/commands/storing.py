"""`chidao ingest` and `chidao remove`: what changes the store and the index."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.frame import (
    REFUSED,
    WrongUsageError,
    argument_help,
    command_help,
    composed,
    known_key,
    option_help,
    put,
    say,
    tell,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID

    from bot.composition import Composition
    from corpus.ingest import FileReport
    from index.indexing import Indexer
    from index.ray_reading import RayReading


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("ingest", **command_help("ingest"))(ingest_files)
    app.command("remove", **command_help("remove"))(remove_directive)


def ingest_files(
    paths: Annotated[list[Path], argument_help("cli.ingest.paths", metavar="PATH...")],
    manifest: Annotated[Path | None, option_help("cli.ingest.manifest", "--manifest", metavar="FILE")] = None,
    *,
    on_ray: Annotated[bool, option_help("cli.ingest.ray", "--ray")] = False,
    as_json: Annotated[bool, option_help("cli.option.json", "--json")] = False,
) -> None:
    """`chidao ingest`: files into store and index."""
    from corpus.ingest import ingest  # noqa: PLC0415 - SQLAlchemy
    from corpus.manifest import load_manifest  # noqa: PLC0415

    app = composed()
    known = load_manifest(manifest) if manifest else None
    for warning in known.warnings if known else ():
        tell(warning)
    address, paths = _split_address(paths) if on_ray else (None, paths)
    with _shown_progress() as bar, _read_by(app, paths, address) if on_ray else nullcontext() as workers:
        reports = ingest(
            paths,
            app.store,
            app.index_by(lambda: workers) if workers else indexer(app),
            manifest=known,
            progress=bar,
            read=workers.read if workers else None,
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


def _split_address(paths: list[Path]) -> tuple[str | None, list[Path]]:
    """What stands after --ray: the cluster's address, when the first word is one and no file, and the paths."""
    try:
        from index.ray_reading import is_address  # noqa: PLC0415 - Ray, for those who ask for it
    except ModuleNotFoundError as error:
        raise WrongUsageError(say("cli.ingest.no_ray")) from error

    first = str(paths[0])
    if is_address(first) and not paths[0].exists():
        if not paths[1:]:
            raise WrongUsageError(say("cli.ingest.nothing"))
        return first, paths[1:]
    return None, paths


@contextmanager
def _read_by(app: Composition, paths: list[Path], address: str | None) -> Iterator[RayReading]:
    """Ray workers that read and embed; gone when the block ends."""
    from corpus.identity import content_hash, reading_version  # noqa: PLC0415
    from corpus.ingest import find_files  # noqa: PLC0415
    from index.ray_reading import RayReading  # noqa: PLC0415

    settled = {file.content_hash for file in app.store.files() if file.reading == reading_version()}

    def wanted(path: Path) -> bool:
        try:
            return content_hash(path.read_bytes()) not in settled
        except OSError:
            return False

    settings = app.settings
    workers = RayReading(
        list(find_files(paths)), wanted, embedding=settings.embedding, home=settings.home.resolve(), address=address
    )
    try:
        yield workers
    finally:
        workers.close()


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
