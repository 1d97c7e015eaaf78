"""Clauses with their rows on disk, read one at a time: for more clauses than a server should hold in memory.

A shelf is part of a generation, so that what is found and what is quoted are always of one revision. Records lie in
reading order, directive by directive, in one file of JSON lines; arrays beside it say where each begins.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np

from corpus.errors import SearchIndexError
from corpus.records import CitedDirective
from corpus.store_records import StoredClause, StoredDirective, StoredRule, StoredTarget, StoredTask
from index.disk_pages import about_to_read, mapped
from index.passages import clause_key, directive_of

if TYPE_CHECKING:
    import mmap
    from pathlib import Path

    from numpy.typing import NDArray

Row = TypeVar("Row", StoredTarget, StoredTask, StoredRule)

RECORDS = "shelf.records"
"""Where a generation has this file, it keeps its clauses itself."""
_KEYS = "shelf.keys"
_DIRECTIVES = "shelf.directives.json"
_NAMES = "shelf.names.json"
_ARRAYS = ("record_ends", "key_ends", "parents", "passage_ends", "name_ends", "name_clauses")
_DATES = frozenset({"due", "issued_on"})
_KEPT_RECORDS = 20_000
_KEPT_DIRECTIVES = 2_000
_KEPT_KEYS = 50_000
_AT_ONCE = 2_000
_TOP = -1


@dataclass(frozen=True, slots=True)
class Record:
    """A clause and what was read from it."""

    clause: StoredClause
    targets: list[StoredTarget]
    tasks: list[StoredTask]
    rules: list[StoredRule]


class ShelfWriter:
    """Writes a shelf, directive by directive; nothing but offsets is held in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._records = (folder / RECORDS).open("wb")
        self._keys = (folder / _KEYS).open("wb")
        self._directives: list[dict[str, Any]] = []
        self._ends: dict[str, list[int]] = {name: [] for name in ("record_ends", "key_ends", "parents", "passage_ends")}
        self._named: dict[str, list[int]] = defaultdict(list)
        self._at = 0
        self._key_at = 0
        self._passages = 0

    def add(
        self,
        directive: StoredDirective,
        clauses: Sequence[StoredClause],
        rows: tuple[Sequence[StoredTarget], Sequence[StoredTask], Sequence[StoredRule]],
        passages: Mapping[str, int],
    ) -> None:
        """One directive; `passages` says how many passages each clause key has in the index (none when it is left out)."""
        first = len(self._ends["parents"])
        numbers = {clause.path: first + n for n, clause in enumerate(clauses)}
        all_targets, all_tasks, all_rules = (_by_path(rows[0]), _by_path(rows[1]), _by_path(rows[2]))
        for clause in clauses:
            targets, tasks = all_targets.get(clause.path, []), all_tasks.get(clause.path, [])
            rules = all_rules.get(clause.path, [])
            record = {"c": clause, "t": targets, "k": tasks, "r": rules}
            self._at += self._records.write(json.dumps(record, default=_plain, ensure_ascii=False).encode() + b"\n")
            key = clause_key(directive.key, clause.path)
            self._key_at += self._keys.write(key.encode())
            self._passages += passages.get(key, 0)
            parent = numbers.get(clause.parent, _TOP) if clause.parent is not None else _TOP
            for name, value in zip(self._ends, (self._at, self._key_at, parent, self._passages), strict=True):
                self._ends[name].append(value)
            for task in tasks:
                for named in dict.fromkeys([*task.lead, *task.coop]):
                    self._named[named].append(numbers[clause.path])
        self._directives.append({"directive": directive, "first": first, "clauses": len(clauses)})

    def owners(self) -> Sequence[int]:
        """The number of each passage's directive, in the order in which they were added."""
        ends = [0, *self._ends["passage_ends"]]
        passages = [ends[d["first"] + d["clauses"]] - ends[d["first"]] for d in self._directives]
        owners: list[int] = np.repeat(np.arange(len(passages)), passages).tolist()
        return owners

    def close(self) -> None:
        """Writes what tells where things are."""
        self._records.close()
        self._keys.close()
        clauses = [sorted(set(found)) for found in self._named.values()]
        arrays: dict[str, Any] = {
            **self._ends,
            "name_ends": np.cumsum([len(found) for found in clauses]),
            "name_clauses": [number for found in clauses for number in found],
        }
        for name, values in arrays.items():
            kind = np.int32 if name in {"parents", "name_clauses"} else np.int64
            np.save(self._folder / f"shelf.{name}.npy", np.asarray(values, dtype=kind), allow_pickle=False)
        for name, content in ((_DIRECTIVES, self._directives), (_NAMES, list(self._named))):
            text = json.dumps(content, default=_plain, ensure_ascii=False)
            (self._folder / name).write_text(text, encoding="utf-8")


class Shelf:
    """A shelf opened for reading; any thread may read. Clauses are numbered from 0 in the order they were added."""

    def __init__(self, folder: Path) -> None:
        try:
            self._records, self._keys = _mapped(folder / RECORDS), (folder / _KEYS).read_bytes()
            arrays: dict[str, NDArray[Any]] = {
                name: np.load(folder / f"shelf.{name}.npy", allow_pickle=False) for name in _ARRAYS
            }
            listed = json.loads((folder / _DIRECTIVES).read_text(encoding="utf-8"))
            self.names: list[str] = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SearchIndexError(f"Chỉ mục {folder.name} bị hỏng: {error}") from error
        self._record_ends, self._key_ends = arrays["record_ends"], arrays["key_ends"]
        self._parents, self._name_ends, self._name_clauses = (arrays[n] for n in ("parents", "name_ends", "name_clauses"))
        self.passage_ends: NDArray[np.int64] = np.asarray(arrays["passage_ends"])
        """Row after the last passage of each clause, shape (clauses,)."""
        self.directives = {raw["directive"]["key"]: _directive(raw["directive"]) for raw in listed}
        self.spans = {raw["directive"]["key"]: range(raw["first"], raw["first"] + raw["clauses"]) for raw in listed}
        self.record = lru_cache(maxsize=_KEPT_RECORDS)(self._record)
        self._numbers_of = lru_cache(maxsize=_KEPT_DIRECTIVES)(self._read_numbers)
        self._named: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._record_ends)

    @property
    def keys(self) -> Sequence[str]:
        """Keys of the clauses by number."""
        return _ClauseKeys(self)

    def key(self, number: int) -> str:
        """The key of a clause."""
        start = int(self._key_ends[number - 1]) if number else 0
        return self._keys[start : int(self._key_ends[number])].decode()

    def number(self, key: str) -> int | None:
        """The number of the clause with this key; None when there is none."""
        if (known := self._named.get(key)) is not None:
            return known
        directive = directive_of(key)
        return self._numbers_of(directive).get(key) if directive in self.spans else None

    def named(self, number: int) -> str:
        """The key of a clause that is asked for by it next: whose it is is remembered a while."""
        if len(self._named) > _KEPT_KEYS:
            self._named = {}
        key = self.key(number)
        self._named[key] = number
        return key

    def numbers(self, directive: str) -> Mapping[str, int]:
        """The clauses of a directive by key, in reading order."""
        return self._numbers_of(directive) if directive in self.spans else {}

    def children(self, directive: str, parent: int | None) -> list[str]:
        """Keys of the clauses directly under one, or of those under none."""
        span = self.spans[directive]
        own = self._parents[span.start : span.stop]
        return [self.key(span.start + int(n)) for n in np.flatnonzero(own == (_TOP if parent is None else parent))]

    def about_to_read(self, numbers: Iterable[int]) -> None:
        """Tells the disk of all these records and of those above them, before the first is waited for."""
        wanted: set[int] = set()
        for number in numbers:
            at = number
            while at >= 0 and at not in wanted:
                wanted.add(at)
                at = int(self._parents[at])
        for number in wanted:
            self.named(number)
        self._tell_disk(np.array(sorted(wanted), dtype=np.int64))

    def naming(self, number: int) -> NDArray[np.int32]:
        """Clauses, ascending, with a task that the name of this number leads or shares."""
        start = int(self._name_ends[number - 1]) if number else 0
        found: NDArray[np.int32] = self._name_clauses[start : int(self._name_ends[number])]
        return found

    def of_directives(self, numbers: NDArray[np.integer], directives: Collection[str]) -> NDArray[np.integer]:
        """Those of some clauses, ascending, that belong to the given directives."""
        if len(directives) == len(self.spans):
            return numbers
        spans = [self.spans[key] for key in directives if key in self.spans]
        inside = np.zeros(len(self) + 1, dtype=np.int8)
        for span in spans:
            inside[span.start : span.stop] = 1
        kept: NDArray[np.integer] = numbers[inside[numbers] > 0]
        return kept

    def tasks(self, numbers: NDArray[np.integer]) -> Iterator[StoredTask]:
        """The tasks of some clauses, ascending. Maybe of very many: none of them is kept in memory for the next question."""
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE].astype(np.int64)
            self._tell_disk(some)
            for number in some.tolist():
                yield from (StoredTask(**_frozen(row)) for row in self._raw(number)["k"])

    def passages_within(self, directives: frozenset[str]) -> NDArray[np.bool_]:
        """Which passages belong to these directives, shape (passages,)."""
        mask = np.zeros(int(self.passage_ends[-1]) if len(self) else 0, dtype=np.bool_)
        for directive in directives & self.spans.keys():
            span = self.spans[directive]
            if len(span):
                start = int(self.passage_ends[span.start - 1]) if span.start else 0
                mask[start : int(self.passage_ends[span.stop - 1])] = True
        return mask

    def _tell_disk(self, ascending: NDArray[np.int64]) -> None:
        if not isinstance(self._records, bytes):
            starts = np.where(ascending > 0, self._record_ends[ascending - 1], 0)
            about_to_read(self._records, starts, self._record_ends[ascending])

    def _raw(self, number: int) -> dict[str, Any]:
        start = int(self._record_ends[number - 1]) if number else 0
        raw: dict[str, Any] = json.loads(self._records[start : int(self._record_ends[number])].decode())
        return raw

    def _record(self, number: int) -> Record:
        raw = self._raw(number)
        return Record(
            StoredClause(**_frozen(raw["c"])),
            [StoredTarget(**_frozen(row)) for row in raw["t"]],
            [StoredTask(**_frozen(row)) for row in raw["k"]],
            [StoredRule(**_frozen(row)) for row in raw["r"]],
        )

    def _read_numbers(self, directive: str) -> dict[str, int]:
        span = self.spans[directive]
        if not span:
            return {}
        ends = self._key_ends[span.start : span.stop].tolist()
        starts = [int(self._key_ends[span.start - 1]) if span.start else 0, *ends]
        keys, first = self._keys[starts[0] : ends[-1]], starts[0]
        return {keys[a - first : b - first].decode(): n for a, b, n in zip(starts, ends, span, strict=False)}


class _Keys(Sequence[str]):
    """Keys made when they are asked for."""

    def __init__(self, shelf: Shelf, size: int) -> None:
        self._shelf = shelf
        self._size = size

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self._key(n) for n in range(*row.indices(self._size))]
        if not 0 <= row < self._size:
            raise IndexError(row)
        return self._key(int(row))

    @abstractmethod
    def _key(self, row: int) -> str: ...


class _ClauseKeys(_Keys):
    """Keys of the clauses of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf, len(shelf))

    def _key(self, row: int) -> str:
        return self._shelf.named(row)


class PassageKeys(_Keys):
    """Keys of the passages of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf, int(shelf.passage_ends[-1]) if len(shelf) else 0)

    def _key(self, row: int) -> str:
        ends = self._shelf.passage_ends
        clause = int(np.searchsorted(ends, row, side="right"))
        part = row - (int(ends[clause - 1]) if clause else 0)
        return f"{self._shelf.key(clause)}@{part - 1}" if part else self._shelf.key(clause)


def _by_path(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.path, []).append(row)
    return found


def _plain(value: Any) -> Any:
    """What JSON does not know by itself: records, and days."""
    return value.isoformat() if isinstance(value, date) else asdict(value)


def _frozen(raw: dict[str, Any]) -> dict[str, Any]:
    """A record's fields as they were: lists are tuples again, and days days."""
    for name, value in raw.items():
        if type(value) is list:
            raw[name] = _tuple(value)
        elif name in _DATES and value is not None:
            raw[name] = date.fromisoformat(value)
    return raw


def _tuple(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return tuple(map(_tuple, value)) if value and type(value[0]) is not str else tuple(value)


def _directive(raw: dict[str, Any]) -> StoredDirective:
    values = _frozen({**raw, "cites": []})
    return StoredDirective(**{**values, "cites": tuple(CitedDirective(**_frozen(cited)) for cited in raw["cites"])})


def _mapped(path: Path) -> mmap.mmap | bytes:
    """A file's bytes, brought into memory page by page as they are read."""
    return mapped(path) if path.stat().st_size else b""
