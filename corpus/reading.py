"""One file read whole: opened, split into directives, and each directive's outline, metadata and structured rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.metadata import read_metadata
from corpus.outline import outline
from corpus.readers import read_source
from corpus.records import Directive, Source
from corpus.rules import extract_rules
from corpus.splitting import split_directives
from corpus.targets import extract_targets
from corpus.tasks import extract_tasks

if TYPE_CHECKING:
    from pathlib import Path


def read_file(path: Path) -> list[Directive]:
    """The directives in one file, in order.

    Raises:
        UnreadableFileError: the file cannot be read as text.
    """
    return read_text(read_source(path))


def read_text(source: Source) -> list[Directive]:
    """The directives in a text already opened, in order."""
    return [_read(part) for part in split_directives(source)]


def _read(source: Source) -> Directive:
    clauses = outline(source)
    metadata = read_metadata(source, clauses)
    return Directive(
        source=source,
        metadata=metadata,
        clauses=clauses,
        targets=tuple(extract_targets(clauses, metadata)),
        tasks=tuple(extract_tasks(clauses, metadata)),
        rules=tuple(extract_rules(clauses)),
    )
