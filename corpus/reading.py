"""One file read whole: opened, split into directives, and each directive's outline, metadata and structured rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.metadata import read_metadata
from corpus.outline import outline
from corpus.readers import read_source
from corpus.records import Directive, Source
from corpus.rules import extract_rules
from corpus.scanned_rows import to_confirm
from corpus.splitting import split_directives
from corpus.targets import extract_targets
from corpus.tasks import extract_tasks

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.readers.progress import OnPage


def read_file(path: Path, on_page: OnPage | None = None) -> list[Directive]:
    """The directives in one file, in order; `on_page` is told of each page opened (done, in all).

    Raises:
        UnreadableFileError: the file cannot be read as text.
    """
    return read_text(read_source(path, on_page))


def read_text(source: Source) -> list[Directive]:
    """The directives in a text already opened, in order."""
    return [_read(part) for part in split_directives(source)]


def _read(source: Source) -> Directive:
    clauses = outline(source)
    metadata = read_metadata(source, clauses)
    targets = tuple(extract_targets(clauses, metadata))
    tasks = tuple(extract_tasks(clauses, metadata))
    remarks = (*source.warnings, *to_confirm(source, clauses, targets, tasks))
    return Directive(
        source=source,
        metadata=replace(metadata, warnings=(*metadata.warnings, *remarks)),
        clauses=clauses,
        targets=targets,
        tasks=tasks,
        rules=tuple(extract_rules(clauses)),
    )
