"""What scans held when they were last read: recognising a page takes seconds, and what a clerk types changes no byte of it."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from corpus.identity import content_hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from corpus.records import Directive

KEPT = 8
"""Scans. A clerk reads the summary, corrects a field or two, confirms: each would recognise every page anew."""


class ReadOnce:
    """Reads files, the scans among them once while they are remembered. A mere saving: a restart reads again."""

    def __init__(self, read: Callable[[Path], list[Directive]] | None = None) -> None:
        self._read = read or _read_file
        self._known: OrderedDict[tuple[str, str], list[Directive]] = OrderedDict()

    def __call__(self, path: Path) -> list[Directive]:
        """The directives in a file.

        Raises:
            UnreadableFileError: as `corpus.reading.read_file`.
        """
        try:
            key = content_hash(path.read_bytes()), path.suffix.lower()
        except OSError:
            return self._read(path)  # which says what is wrong
        if key in self._known:
            return self._known[key]
        directives = self._read(path)
        if any(directive.source.scanned for directive in directives):
            self._known[key] = directives
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return directives


def _read_file(path: Path) -> list[Directive]:
    from corpus.reading import read_file  # noqa: PLC0415 - the readers' data files load when first needed

    return read_file(path)
