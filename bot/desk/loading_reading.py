"""What a file holds and what it would replace, as a summary in plain JSON types; reads and foresees, changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.desk.loading_files import place_in_library
from bot.desk.loading_screens import ACTION_LIMIT
from corpus.identity import content_hash, reading_version
from corpus.ingest import examine
from corpus.row_words import states_time, when
from corpus.store_writing import IncomingFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.office.uploads import Upload, Uploads
    from corpus.records import Directive, Task
    from corpus.store import Store
    from corpus.store_records import StoredFile

TASKS_SHOWN = 3
IMPORTANT = ("number", "kind", "issuer", "issued_on", "title")

Summary = dict[str, Any]


def inspect(
    store: Store, uploads: Uploads, upload: Upload, read: Callable[[Path], list[Directive]] | None = None
) -> tuple[str, Summary]:
    """The SHA-256 of an upload's bytes and what it holds.

    Raises:
        SecretFileError: it bears a mark of secrecy.
        UnreadableFileError: it cannot be read, or holds no directive.
        AlreadyStoredError: it repeats only a part of another file.
    """
    path = uploads.path(upload)
    content = content_hash(path.read_bytes())
    same = next(iter(store.files_like(content)), None)
    entries = entries_of(upload, same)
    directives = examine(path, entries, read).directives
    where = same.path if same else str(place_in_library(uploads.kept_files, content, upload.name).resolve())
    present = {directive.key: directive for directive in store.directives()}
    fields = {"directives": list(entries)} if entries else {}
    incoming = IncomingFile(where, content, reading_version(), fields, replacing=frozenset(present))
    foreseen = store.foresee(incoming, directives)
    before = {key: store.counts(key) for key in foreseen.keys if key in present}
    return content, {
        "unchanged": same is not None and same.reading == reading_version() and not upload.fields,
        "remarks": list(foreseen.warnings),
        "directives": [
            _directive(directive, key, before.get(key))
            for key, directive in zip(foreseen.keys, directives, strict=True)
        ],
    }


def entries_of(upload: Upload, same: StoredFile | None) -> tuple[dict[str, Any], ...]:
    """What people said of the directives in a file: now, or when the same bytes were loaded before."""
    if upload.fields:
        return upload.fields
    return tuple(same.manifest.get("directives", ())) if same else ()


def _directive(directive: Directive, key: str, before: tuple[int, int, int] | None) -> Summary:
    meta = directive.metadata
    issued = meta.issued_on.strftime("%d/%m/%Y") if meta.issued_on else None
    return {
        "key": key,
        "number": meta.number,
        "kind": meta.kind,
        "issuer": meta.issuer,
        "place": meta.place,
        "issued_on": issued or ("/".join(reversed(meta.issued_month.split("-"))) if meta.issued_month else None),
        "title": meta.title,
        "signer": meta.signer,
        "signer_role": meta.signer_role,
        "missing": [name for name in IMPORTANT if getattr(meta, name) is None],
        "warnings": list(meta.warnings),
        "counts": [len(directive.clauses), len(directive.targets), len(directive.tasks)],
        "before": list(before) if before else None,
        "first": [_task(task) for task in directive.tasks[:TASKS_SHOWN]],
    }


def _task(task: Task) -> Summary:
    return {"action": task.action, "units": list(task.lead or task.coop), "when": time_to_say(task)}


def time_to_say(task: Task) -> str:
    """When a task is due; empty when its own words, shown whole, say so."""
    said = states_time(task) and len(task.action) <= ACTION_LIMIT
    return "" if said else when(task) or task.due_text or ""
