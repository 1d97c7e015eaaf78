"""Rows that a person corrected or removed, found again in whatever is read later, and put in its place.

A correction knows its row by id; when the reading has changed, by the words of its quotation and its place. Knows SQL.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import select, update

from corpus.models import CorrectionRow
from corpus.records import Target, Task
from corpus.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

RowKind = Literal["target", "task"]
KINDS: tuple[RowKind, ...] = get_args(RowKind)
Row = Target | Task

CORRECTABLE: dict[RowKind, frozenset[str]] = {
    "target": frozenset(
        {"indicator", "op", "value", "value_max", "unit", "change", "due", "period", "baseline", "scope"}
    ),
    "task": frozenset(
        {"action", "lead", "coop", "due", "due_text", "recurrence", "recurs_before", "report_to", "via", "product"}
    ),
}
"""The fields of a row that a person may set; its path and quotation are the directive's own."""

_RECORDS: dict[RowKind, type[Row]] = {"target": Target, "task": Task}
_ALIKE, _ALIKE_QUOTED = 0.75, 0.5
"""How much two rows must say the same to be one row read twice: in one clause, and with the very same quotation."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said of a row. `fields` and `original` in plain JSON types; `original` is the row as last read.

    `applied` is false while no row read is the one meant.
    """

    id: int
    directive: str
    kind: RowKind
    row_id: str
    path: str
    removed: bool
    fields: dict[str, Any]
    original: dict[str, Any]
    applied: bool
    made_by: int
    made_at: datetime

    @property
    def position(self) -> int:
        """The row's place among the directive's rows of its kind, as last read."""
        return int(self.original["position"])

    def as_read(self) -> Row:
        """The row without the correction."""
        return from_json(self.kind, self.original)

    def corrected(self) -> Row:
        """The row with it."""
        return apply_fields(self.as_read(), self.fields)


@dataclass(frozen=True, slots=True)
class Settled:
    """A row as it is to stand in the store: its id, its place as read, and whether a person changed it."""

    id: str
    position: int
    row: Row
    corrected: bool = False


def fingerprint(quote: str) -> str:
    """SHA-256 of a quotation's letters and digits, so that marks and spaces read otherwise make no difference."""
    return hashlib.sha256("".join(c for c in fold(quote) if c.isalnum()).encode()).hexdigest()


def as_json(row: Row) -> dict[str, Any]:
    """A row in plain JSON types: dates as ISO text, tuples as lists."""
    return {f.name: _plain(getattr(row, f.name)) for f in fields(_RECORDS[kind_of(row)])}


def from_json(kind: RowKind, data: dict[str, Any]) -> Row:
    """The row that `as_json` wrote; other keys are passed over."""
    record = _RECORDS[kind]
    return record(**{f.name: _typed(f.name, data[f.name]) for f in fields(record) if f.name in data})


def kind_of(row: Row) -> RowKind:
    """Which kind of row it is."""
    return "task" if isinstance(row, Task) else "target"


def apply_fields(row: Row, changes: dict[str, Any]) -> Row:
    """The row with other values (plain JSON types) in some fields.

    Raises:
        ValueError: a field that may not be set.
    """
    unknown = changes.keys() - CORRECTABLE[kind_of(row)]
    if unknown:
        raise ValueError(f"not to be corrected: {', '.join(sorted(unknown))}")
    return replace(row, **{name: _typed(name, value) for name, value in changes.items()})


def settle(connection: Connection, key: str, kind: RowKind, ids: Sequence[str], rows: Sequence[Row]) -> list[Settled]:
    """The rows just read of a directive, as corrected before and without those removed; notes which corrections held.

    A corrected row keeps the id it had when it was corrected, whatever the reading calls it now.
    """
    kept = _corrections(connection, key, kind)
    matched = match(kept, ids, rows)
    settled: list[Settled] = []
    for position, (row_id, row) in enumerate(zip(ids, rows, strict=True)):
        correction = matched.get(position)
        if correction is None:
            settled.append(Settled(row_id, position, row))
            continue
        connection.execute(
            update(CorrectionRow)
            .where(CorrectionRow.id == correction.id)
            .values(
                original=as_json(row) | {"position": position},
                path=row.path,
                fingerprint=fingerprint(row.quote),
                applied=1,
            )
        )
        if not correction.removed:
            settled.append(Settled(correction.row_id, position, apply_fields(row, correction.fields), corrected=True))
    found = {correction.id for correction in matched.values()}
    lost = [correction.id for correction in kept if correction.id not in found]
    if lost:
        connection.execute(update(CorrectionRow).where(CorrectionRow.id.in_(lost)).values(applied=0))
    return settled


def match(kept: Sequence[Correction], ids: Sequence[str], rows: Sequence[Row]) -> dict[int, Correction]:
    """Which correction is meant for which of the rows, by position; each correction and each row at most once."""
    at = {row_id: position for position, row_id in enumerate(ids)}
    found = {at[correction.row_id]: correction for correction in kept if correction.row_id in at}
    placed = {correction.id for correction in found.values()}
    for correction in kept:
        if correction.id in placed:
            continue
        position = _same_row(correction, [(n, row) for n, row in enumerate(rows) if n not in found])
        if position is not None:
            found[position] = correction
    return found


def _same_row(correction: Correction, rows: Sequence[tuple[int, Row]]) -> int | None:
    """The row a correction is meant for: with the same quotation, the nearest in words; else a like one in its clause."""
    was = correction.as_read()
    quoted = [(n, row) for n, row in rows if fingerprint(row.quote) == fingerprint(was.quote)]
    here = [(n, row) for n, row in quoted if row.path == was.path]
    if len(here) == 1:
        return here[0][0]
    candidates = here or quoted or [(n, row) for n, row in rows if row.path == was.path]
    likeness = {n: _likeness(was, row) for n, row in candidates}
    best = max(likeness, key=likeness.__getitem__, default=None)
    enough = _ALIKE_QUOTED if quoted else _ALIKE
    return best if best is not None and likeness[best] >= enough else None


def _likeness(one: Row, other: Row) -> float:
    return difflib.SequenceMatcher(None, _gist(one), _gist(other), autojunk=False).ratio()


def _gist(row: Row) -> str:
    if isinstance(row, Task):
        return fold(" | ".join([row.action, *row.lead]))
    return fold(f"{row.indicator} | {row.value} | {row.due}")


def corrections_digest(connection: Connection, key: str) -> str:
    """What was corrected of a directive, as part of the hash of its content; empty when nothing was."""
    said = sorted(
        json.dumps([c.row_id, c.removed, c.fields], sort_keys=True, ensure_ascii=False)
        for kind in KINDS
        for c in _corrections(connection, key, kind)
    )
    return "|".join(said)


def follow_key(connection: Connection, earlier: str, key: str) -> None:
    """A directive goes by another key now: what was corrected in it goes with it."""
    connection.execute(update(CorrectionRow).where(CorrectionRow.directive_key == earlier).values(directive_key=key))


def count_lost(connection: Connection, keys: Iterable[str]) -> int:
    """How many corrections of these directives found no row when they were last read."""
    query = select(CorrectionRow.id).where(CorrectionRow.directive_key.in_(list(keys)), CorrectionRow.applied == 0)
    return len(connection.execute(query).all())


def correction_of(row: Any) -> Correction:
    """A line of the table as a record."""
    return Correction(
        id=row.id,
        directive=row.directive_key,
        kind=row.kind,
        row_id=row.row_id,
        path=row.path,
        removed=bool(row.removed),
        fields=dict(row.fields),
        original=dict(row.original),
        applied=bool(row.applied),
        made_by=row.made_by,
        made_at=row.made_at,
    )


def _corrections(connection: Connection, key: str, kind: RowKind) -> list[Correction]:
    query = select(CorrectionRow.__table__).where(CorrectionRow.directive_key == key, CorrectionRow.kind == kind)
    return [correction_of(row) for row in connection.execute(query.order_by(CorrectionRow.id))]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _typed(name: str, value: Any) -> Any:
    if name == "due" and isinstance(value, str):
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value
