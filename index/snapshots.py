"""The snapshot that answers are given from, and how it follows the store: at once, or beside the answers by a watcher.

One snapshot is one store revision with its index generation. The next one is made ready while the last goes on answering,
then one reference is swapped; whatever fails meanwhile, the last stays.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import StoreError
from index.mentions import DirectiveNames
from index.relevance import WordReader

if TYPE_CHECKING:
    from index.candidates import PassageRows
    from index.generations import Generation
    from index.holdings import Library, ReadableStore
    from index.indexing import Indexer
    from index.visible import Visible

log = logging.getLogger(__name__)

LOOKS_EVERY = 0.5
"""Seconds between two looks at the store's revision."""
QUIET = 1.5
"""Seconds that a revision must stand before this worker builds for it: whoever changed the store is about to."""
PATIENCE = 8.0
"""Seconds after which it builds all the same, while the store goes on changing."""
_RETRIES_EVERY = 5.0
_PARTS_KEPT = 16
_STOPS_WITHIN = 5.0


@dataclass(frozen=True)
class Snapshot:
    """One store revision with its index generation, and what is derived from them once.

    `visible` are the passages that may be seen; None when all may.
    """

    holdings: Library
    generation: Generation
    rows: PassageRows
    reader: WordReader
    names: DirectiveNames
    visible: Visible | None = None

    @classmethod
    def of(cls, library: Library, generation: Generation) -> Snapshot:
        """The whole of a library, with a generation of the same revision."""
        names = DirectiveNames.of(library.directives.values())
        return cls(library, generation, generation.rows, WordReader(library), names)

    def only(self, keys: frozenset[str]) -> Snapshot:
        """The snapshot as seen by somebody who may see only these directives."""
        library = self.holdings.only(keys)
        names = DirectiveNames.of(library.directives.values())
        return Snapshot(library, self.generation, self.rows, WordReader(library), names, self.generation.visible(keys))


@dataclass(frozen=True, slots=True)
class State:
    """What is served and what should be. `generation` has the same name in every worker; `behind` and `age` in seconds.

    `behind` is 0.0 in step; `age` counts from when the snapshot was taken up. `error` is the last failure to follow, None
    once it succeeded again.
    """

    served: str | None
    wanted: str | None
    generation: str | None
    passages: int
    age: float
    behind: float
    error: str | None
    watching: bool


class Snapshots:
    """The current snapshot of a store. Thread-safe; a snapshot once handed out never changes."""

    def __init__(self, store: ReadableStore, indexer: Indexer) -> None:
        self._store = store
        self._indexer = indexer
        self._taking = threading.Lock()
        self._parts_lock = threading.Lock()
        self._current: Snapshot | None = None
        self._parts: dict[frozenset[str], Snapshot] = {}
        self._standing: tuple[str, frozenset[str]] | None = None
        self._taken_at = 0.0
        self._wanted: str | None = None
        self._moved_at = 0.0
        self._behind_since: float | None = None
        self._error: str | None = None
        self._stop = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def current(self) -> Snapshot | None:
        """What is served now; None before the first."""
        return self._current

    def newest(self) -> Snapshot:
        """The snapshot of the store's newest revision; waits until it is there.

        Raises:
            SearchIndexError, StoreError, OSError: it cannot be had; the last one stays.
        """
        with self._taking:
            current = self._current
            if current is not None and current.holdings.revision == self._store.revision():
                return current
            library, generation = self._indexer.follow(self._store)
            fresh = Snapshot.of(library, generation)
            with self._parts_lock:
                self._current = fresh
                self._parts.clear()  # they hold on to the generation before
            self._taken_at = time.monotonic()
            self._wanted, self._behind_since, self._error = library.revision, None, None
            log.info("answers are given from a new generation", extra={
                "action": "generation.taken", "revision": library.revision, "generation": generation.name
            })  # fmt: skip
            return fresh

    def serving(self) -> Snapshot:
        """The snapshot to answer from now: the newest; while a watcher follows the store, the last that is whole.

        Of the last, directives that the store no longer holds are left out at once.
        """
        current = self._current
        if current is None or self._watcher is None:
            return self.newest()
        try:
            revision = self._store.revision()
            if revision == current.holdings.revision:
                return current
            standing = self._standing_keys(revision)
        except StoreError as error:
            log.warning("the store cannot be asked: %s", error, extra={"action": "generation.store_away"})
            return current
        return self.seen(current, standing)

    def seen(self, snapshot: Snapshot, within: frozenset[str] | None) -> Snapshot:
        """The part of a snapshot that may be seen; the last few are kept, since few audiences ask most questions."""
        if within is None or within >= snapshot.holdings.directives.keys():
            return snapshot
        within = within.intersection(snapshot.holdings.directives)
        with self._parts_lock:
            known = self._parts.get(within)
            if known is None or known.generation is not snapshot.generation:
                known = snapshot.only(within)
                if self._current is not None and self._current.generation is snapshot.generation:
                    self._parts[within] = known
                while len(self._parts) > _PARTS_KEPT:
                    self._parts.pop(next(iter(self._parts)))
        return known

    def state(self) -> State:
        """How far it has followed; asks nobody, so that it can be read at any time."""
        current, now = self._current, time.monotonic()
        return State(
            served=current.holdings.revision if current else None,
            wanted=self._wanted,
            generation=current.generation.name if current else None,
            passages=len(current.generation) if current else 0,
            age=now - self._taken_at if current else 0.0,
            behind=now - self._behind_since if self._behind_since is not None else 0.0,
            error=self._error,
            watching=self._watcher is not None,
        )

    # ---- the watcher

    def watch(self) -> None:
        """From now on follow the store beside the answers, as soon as there is a first snapshot."""
        if self._watcher is None:
            self._stop.clear()
            self._watcher = threading.Thread(target=self._follow, name="generations", daemon=True)
            self._watcher.start()

    def close(self) -> None:
        """Stops following; what is being built is given a few seconds."""
        watcher, self._watcher = self._watcher, None
        self._stop.set()
        if watcher is not None:
            watcher.join(_STOPS_WITHIN)

    def _follow(self) -> None:
        while not self._stop.wait(LOOKS_EVERY):
            try:
                if self._current is not None and self._should_take():
                    self.newest()
            except Exception as error:  # whatever it was, the last snapshot goes on serving and it is tried again
                self._error = f"{type(error).__name__}: {error}"
                log.exception("the store could not be followed", extra={"action": "generation.failed"})
                self._stop.wait(_RETRIES_EVERY)

    def _should_take(self) -> bool:
        """True when the store has moved and the next generation is there, or nobody else seems to be making it."""
        wanted, now = self._store.revision(), time.monotonic()
        current = self._current
        if current is None or wanted == current.holdings.revision:
            self._wanted, self._behind_since, self._error = wanted, None, None
            return False
        if wanted != self._wanted or self._behind_since is None:
            self._moved_at = now
        self._wanted = wanted
        self._behind_since = self._behind_since or now
        settled = now - self._moved_at >= QUIET or now - self._behind_since >= PATIENCE
        return settled or self._indexer.ready(wanted)

    def _standing_keys(self, revision: str) -> frozenset[str]:
        """Keys of the directives in the store, asked once for each revision."""
        known = self._standing
        if known is None or known[0] != revision:
            known = self._standing = (revision, frozenset(d.key for d in self._store.directives()))
        return known[1]
