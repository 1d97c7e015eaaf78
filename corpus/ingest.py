"""Files into the store: find, read, complete, prepare the search index, store, publish. Knows the index as a protocol.

Order is what makes a crash harmless: vectors are prepared before anything is stored, each file is one transaction, and
the index generation is published last; a store ahead of its index is put right by the next `publish`.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from corpus.errors import ChidaoError, UnreadableFileError
from corpus.identity import content_hash, reading_version
from corpus.manifest import Manifest, complete, explain_missing
from corpus.secrecy import refuse_secret
from corpus.store_writing import AlreadyStoredError, IncomingFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from corpus.manifest import Entry
    from corpus.records import Directive
    from corpus.store import Store
    from corpus.store_records import StoredFile

_log = logging.getLogger(__name__)

Status = Literal["stored", "unchanged", "replaced", "refused"]
_LEFT_BY_PROGRAMS = frozenset({"thumbs.db", "desktop.ini"})


class SearchIndex(Protocol):
    """What ingest needs of search. `progress` is called with (clauses done, clauses in all)."""

    def prepare(self, directives: Sequence[Directive], progress: Callable[[int, int], None] | None = None) -> object:
        """Makes whatever is slow ready for these directives; nothing that a search could already see."""

    def publish(self, store: Store, progress: Callable[[int, int], None] | None = None) -> object:
        """Makes search agree with the store; at once when it already does."""


class Progress(Protocol):
    """Told how an ingest goes on; a progress bar, or nothing."""

    def file(self, name: str, done: int, total: int) -> None:
        """The file about to be read, the number already done and the number in all."""

    def pages(self, done: int, total: int) -> None:
        """Pages of the present file that are opened, for a format that has pages."""

    def clauses(self, done: int, total: int) -> None:
        """Clauses of the present file that are ready for search."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file; `reason` says why it was refused. Fields as the line of `ingest --json`."""

    file: str
    status: Status
    reason: str | None = None
    directives: tuple[str, ...] = ()
    clauses: int = 0
    targets: int = 0
    tasks: int = 0
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON line of `chidao ingest --json`."""
        return {
            "file": self.file,
            "status": self.status,
            "reason": self.reason,
            "directives": list(self.directives),
            "clauses": self.clauses,
            "targets": self.targets,
            "tasks": self.tasks,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class _Run:
    store: Store
    index: SearchIndex
    manifest: Manifest
    progress: Progress | None
    read: Callable[[Path], list[Directive]]
    replacing: Collection[str]
    sealed: set[str]
    seen: list[tuple[str, str]]


def ingest(
    paths: Iterable[Path],
    store: Store,
    index: SearchIndex,
    *,
    manifest: Manifest | None = None,
    progress: Progress | None = None,
    read: Callable[[Path], list[Directive]] | None = None,
    on_report: Callable[[FileReport], None] | None = None,
    replacing: Collection[str] = (),
) -> list[FileReport]:
    """Reads files and folders into the store, then brings the index in step; one report a file, in order.

    A file whose bytes (and manifest entry, and the program's reading) are as before is `unchanged`. `on_report` is told
    of each file as soon as it is settled. `replacing` are keys of directives that may be replaced from whatever file.

    Raises:
        StoreError, SearchIndexError: the store or the index failed; files stored before that stay.
    """
    manifest = manifest or Manifest()
    run = _Run(store, index, manifest, progress, read or _reader(progress), replacing, set(), [])
    files = [path for path in find_files(paths) if path.resolve() != manifest.path]
    reports: list[FileReport] = []
    for done, path in enumerate(files):
        if progress:
            progress.file(path.name, done, len(files))
        report = _ingest_file(path, run)
        reports.append(report)
        if on_report:
            on_report(report)
    index.publish(store, progress.clauses if progress else None)
    for entry in run.manifest.unused(run.seen):
        said = "Tệp kê khai có mục %s nhưng không có tệp nào như vậy trong lần nạp này."
        _log.warning(said, entry, extra={"action": "manifest.unused"})
    return reports


def _reader(progress: Progress | None = None) -> Callable[[Path], list[Directive]]:
    from corpus.reading import read_file  # noqa: PLC0415 - the readers' data files load when first needed

    return partial(read_file, on_page=progress.pages) if progress else read_file


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and those under the folders named (sorted, without hidden ones), each once."""
    found: set[Path] = set()
    for given in paths:
        for path in _walk(given) if given.is_dir() else (given,):
            real = path.resolve()
            if real not in found:
                found.add(real)
                yield path


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith((".", "~$")) and name.lower() not in _LEFT_BY_PROGRAMS:
                yield Path(root) / name


def _ingest_file(path: Path, run: _Run) -> FileReport:
    try:
        return _settle(path, run)
    except (UnreadableFileError, AlreadyStoredError) as refusal:
        return FileReport(str(path), "refused", str(refusal))


def _settle(path: Path, run: _Run) -> FileReport:
    try:
        content = content_hash(path.read_bytes())
    except OSError as error:
        raise UnreadableFileError(f"Không mở được tệp: {error.strerror or error}.") from error
    where = str(path.resolve())
    run.seen.append((path.name, content))
    files = run.store.files_like(content, where)
    same = next((file for file in files if file.content_hash == content), None)
    earlier = next((file for file in files if file.path == where), None)
    entries = _entries(run.manifest.entries_for(path.name, content), same or earlier)
    if same and same.reading == reading_version() and _entries(None, same) == entries:
        return _unchanged(path, run, same, earlier)
    reading = examine(path, entries, run.read)
    directives = reading.directives
    run.index.prepare(directives, run.progress.clauses if run.progress else None)
    fields = {"directives": list(entries)} if entries else {}
    incoming = IncomingFile(
        same.path if same else where, content, reading_version(), fields, frozenset(run.sealed), run.replacing
    )
    stored = run.store.put(incoming, directives)
    run.sealed.update({where, incoming.path})
    return FileReport(
        str(path),
        "replaced" if stored.replaced else "stored",
        directives=stored.keys,
        clauses=sum(len(d.clauses) for d in directives),
        targets=sum(len(d.targets) for d in directives),
        tasks=sum(len(d.tasks) for d in directives),
        warnings=(*reading.remarks, *reading.gaps(path.name), *stored.warnings),
    )


def _unchanged(path: Path, run: _Run, same: StoredFile, earlier: StoredFile | None) -> FileReport:
    where = str(path.resolve())
    warnings: tuple[str, ...] = ()
    status: Status = "unchanged"
    if same.path != where and not same.exists():
        run.store.move_file(same.path, where)
    elif same.path != where:
        warnings = (f"Nội dung trùng với tệp {same.path} đã nạp.",)
    if (
        earlier and earlier.path != same.path
    ):  # the file now repeats another one: what it said before is no longer there
        for key in earlier.directives:
            run.store.remove(key)
        status = "replaced"
    run.sealed.update({where, same.path})
    counts = [run.store.counts(key) for key in same.directives]
    clauses, targets, tasks = (sum(column) for column in zip(*counts, strict=True))
    return FileReport(str(path), status, None, same.directives, clauses, targets, tasks, warnings)


def _entries(given: tuple[Entry, ...] | None, stored: StoredFile | None) -> tuple[Entry, ...]:
    """What a person said of the file: now, or when it was read before."""
    if given is not None:
        return given
    return tuple(stored.manifest.get("directives", ())) if stored else ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read and completed, before anything is stored; `remarks` are on what a person said of it."""

    directives: list[Directive]
    remarks: tuple[str, ...] = ()

    def gaps(self, name: str) -> list[str]:
        """What is missing or doubtful in each directive, and how to supply it in a manifest."""
        return [warning for directive in self.directives for warning in explain_missing(directive.metadata, name)]


def examine(
    path: Path, entries: Sequence[Entry] = (), read: Callable[[Path], list[Directive]] | None = None
) -> Reading:
    """The directives in a file, completed by what a person said of each (`corpus.manifest`); stores nothing.

    Raises:
        SecretFileError: it bears a mark of secrecy.
        UnreadableFileError: it cannot be read, or holds no directive.
    """
    try:
        directives = (read or _reader())(path)
    except ChidaoError:
        raise
    except Exception as error:
        _log.exception("reading failed", extra={"action": "reading.broke", "file": str(path)})
        raise UnreadableFileError(
            f"Lỗi không lường trước khi đọc tệp ({type(error).__name__}); các tệp khác vẫn được nạp."
        ) from error
    for directive in directives:
        refuse_secret(directive.source.text)
    completed: list[Directive] = []
    remarks: list[str] = []
    if len(entries) > len(directives):
        remarks.append(f"Tệp kê khai có {len(entries)} mục cho {path.name} nhưng tệp chỉ có {len(directives)} văn bản.")
    for position, directive in enumerate(directives):
        entry = entries[position] if position < len(entries) else {}
        meta, said = complete(directive.metadata, entry, path.name)
        completed.append(replace(directive, metadata=meta))
        remarks += said
    if not any(_is_directive(d) for d in completed):
        raise UnreadableFileError(
            "Không thấy văn bản chỉ đạo trong tệp: không số hiệu, loại văn bản, nơi ban hành, nhiệm vụ hay chỉ tiêu. "
            "Nếu đúng là văn bản, khai số hiệu hoặc loại văn bản bằng --manifest."
        )
    return Reading(completed, tuple(remarks))


def _is_directive(directive: Directive) -> bool:
    meta = directive.metadata
    says_so = meta.number or meta.kind or meta.issuer or meta.issued_on or meta.issued_month or meta.signer
    return bool(directive.clauses) and bool(says_so or directive.targets or directive.tasks or directive.rules)
