"""A confirmed upload into store and index, with its audience, its record and the notices that follow. May be repeated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.desk.loading_files import discard, keep, place_in_library
from bot.desk.loading_notices import notices
from bot.office.audit import Entry
from corpus.corrections import fingerprint
from corpus.errors import ChidaoError
from corpus.identity import content_hash
from corpus.ingest import ingest
from corpus.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from bot.office.albums import Albums
    from bot.office.office import Office
    from bot.office.uploads import Upload, Uploads
    from corpus.ingest import FileReport, SearchIndex
    from corpus.records import Directive
    from corpus.store_records import StoredTask

_BY_CONTENT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that changes when a file is loaded. `refresh` lets answers see it at once."""

    office: Office
    uploads: Uploads
    albums: Albums
    index: Callable[[], SearchIndex]
    refresh: Callable[[], object]
    read: Callable[[Path], list[Directive]] | None = None


def known_tasks(library: Library, upload: Upload) -> set[str]:
    """Marks of the tasks that stand now in the directives the upload holds: what comes beside them is new."""
    keys = [directive["key"] for directive in upload.summary["directives"]]
    return {mark for key in keys for task in library.office.store.tasks(key) for mark in _marks(task)}


def _marks(task: StoredTask) -> tuple[str, str]:
    """By what a task is known again: its id, and its words in the directive however they were read."""
    return task.id, f"{task.path}#{fingerprint(task.quote)[:16]}"


def new_tasks(library: Library, upload: Upload, keys: Iterable[str]) -> list[StoredTask]:
    """The tasks in these directives that were not there before the upload was being published."""
    standing = [task for key in keys for task in library.office.store.tasks(key)]
    return [task for task in standing if upload.known_tasks.isdisjoint(_marks(task))]


def publish(library: Library, upload: Upload, by: int) -> FileReport:
    """Loads a claimed upload, and notes it; after a crash half-way it is done again without harm.

    Returns:
        What became of it; `refused` leaves everything as it was.
    """
    office, uploads = library.office, library.uploads
    content = uploads.at_hand(upload).read_bytes()
    path = place_in_library(uploads.kept_files, content_hash(content), upload.name)
    keep(content, path)
    keys = [directive["key"] for directive in upload.summary["directives"]]
    before = {key: uploads.audience_of(key) for key in keys}
    _aim(office, upload, keys)  # before anybody can see it
    try:
        (report,) = ingest(
            [path],
            office.store,
            library.index(),
            manifest=Manifest({content_hash(content): upload.fields}) if upload.fields else None,
            read=library.read,
            replacing=frozenset(d["key"] for d in upload.summary["directives"] if d["before"]),
        )
    except ChidaoError:
        tidy_library(library, path)  # unless it got into the store it waits among the uploads alone
        raise
    tidy_library(library, path)
    if report.status == "refused":
        for key, units in before.items():
            office.visibility.set_audience(key, units)
        return report
    _aim(office, upload, [key for key in report.directives if key not in keys])
    library.refresh()
    tasks = new_tasks(library, upload, report.directives)
    now = office.clock.now()
    acts = [Entry(now, by, "directive.loaded", key, _counted(report), upload.chat) for key in report.directives]
    if upload.audience is not None:
        aimed = [key for key in report.directives if before.get(key, frozenset()) != frozenset(upload.audience)]
        detail = {"units": list(upload.audience)}
        acts += [Entry(now, by, "directive.audience", key, detail, upload.chat) for key in aimed]
    uploads.published(upload.id, notices(office, uploads, tasks), acts, now)
    return report


def _aim(office: Office, upload: Upload, keys: list[str]) -> None:
    if upload.audience is not None:
        for key in keys:
            office.visibility.set_audience(key, upload.audience)


def _counted(report: FileReport) -> dict[str, Any]:
    return {"status": report.status, "clauses": report.clauses, "targets": report.targets, "tasks": report.tasks}


def tidy_library(library: Library, loaded: Path | None = None) -> None:
    """Keeps of the library what the store knows: not what was replaced or withdrawn, nor what it has from elsewhere.

    What is being published stays, unless it is the file just `loaded`; so does what people put there themselves. What
    other machines have loaded is brought here.
    """
    files = library.office.store.files()
    shared = library.uploads.shared()
    places = {
        file.content_hash: place_in_library(library.uploads.kept_files, file.content_hash, file.name)
        for file in files
        if file.content_hash in shared
    }
    known = {file.path for file in files} | {str(place.resolve()) for place in places.values()}
    publishing = {u.content_hash for u in library.uploads.unsettled() if u.state == "publishing" and u.content_hash}
    for folder in list(library.uploads.kept_files.iterdir()) if library.uploads.kept_files.is_dir() else ():
        ours = bool(_BY_CONTENT.fullmatch(folder.name))
        busy = any(content.startswith(folder.name) for content in publishing)
        if not ours or (busy and (loaded is None or folder != loaded.parent)):
            continue
        for file in list(folder.iterdir()):
            if str(file.resolve()) not in known:
                discard(file)
    library.uploads.bring_library(places)
