"""Corrects, removes and restores rows of the store, each in one transaction that also moves the revision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from corpus.corrections import (
    CORRECTABLE,
    Correction,
    RowKind,
    Settled,
    apply_fields,
    as_json,
    correction_of,
    fingerprint,
    from_json,
)
from corpus.models import CorrectionRow, DirectiveRow, TargetRow, TaskRow, TaskUnitRow
from corpus.store_revision import moving_revision
from corpus.store_writing import insert_rows, refresh_digest

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from corpus.corrections import Row
    from corpus.database import Database

_TABLES: dict[RowKind, Any] = {"target": TargetRow, "task": TaskRow}


@dataclass(frozen=True, slots=True)
class _Standing:
    """A row as it stands: where, as read, and what was corrected of it so far."""

    kind: RowKind
    directive: str
    directive_id: int
    original: dict[str, Any]
    earlier: Correction | None

    @property
    def as_read(self) -> Row:
        return from_json(self.kind, self.original)


class Corrections:
    """The corrections of all directives. What changes a row keeps its id, so that what hangs on the id stays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, row_id: str) -> Correction | None:
        """What was said of a row, if anything."""
        with self._database.reading() as connection:
            return _earlier(connection, row_id)

    def of_directive(self, key: str) -> list[Correction]:
        """What was said of a directive's rows, oldest first."""
        query = select(CorrectionRow.__table__).where(CorrectionRow.directive_key == key).order_by(CorrectionRow.id)
        with self._database.reading() as connection:
            return [correction_of(row) for row in connection.execute(query)]

    def lost(self) -> list[Correction]:
        """Corrections of stored directives whose row was not there any more when the directive was last read."""
        query = (
            select(CorrectionRow.__table__)
            .join(DirectiveRow, DirectiveRow.key == CorrectionRow.directive_key)
            .where(CorrectionRow.applied == 0)
            .order_by(CorrectionRow.id)
        )
        with self._database.reading() as connection:
            return [correction_of(row) for row in connection.execute(query)]

    def correct(self, row_id: str, changes: dict[str, Any], by: int, at: datetime) -> bool:
        """Sets fields of a row (plain JSON types); values as read take the correction back. False: no such row.

        Raises:
            ValueError: a field that may not be set.
        """
        with self._database.changing() as connection:
            standing = _standing(connection, row_id)
            if standing is None:
                return False
            said = (standing.earlier.fields if standing.earlier else {}) | changes
            unknown = said.keys() - CORRECTABLE[standing.kind]
            if unknown:
                raise ValueError(f"not to be corrected: {', '.join(sorted(unknown))}")
            differing = {name: value for name, value in said.items() if value != standing.original[name]}
            _keep(connection, row_id, standing, differing, removed=False, by=by, at=at)
            row = apply_fields(standing.as_read, differing)
            _stand(connection, standing, Settled(row_id, _position(standing), row, corrected=bool(differing)))
        return True

    def remove(self, row_id: str, by: int, at: datetime) -> bool:
        """Takes a row out, now and whenever the directive is read again. False: no such row."""
        with self._database.changing() as connection:
            standing = _standing(connection, row_id)
            if standing is None or (standing.earlier and standing.earlier.removed):
                return False
            said = standing.earlier.fields if standing.earlier else {}
            _keep(connection, row_id, standing, said, removed=True, by=by, at=at)
            _stand(connection, standing, None, row_id=row_id)
        return True

    def undo(self, row_id: str) -> bool:
        """Forgets what was said of a row: it stands as read again, if it was read. False: nothing was said."""
        with self._database.changing() as connection:
            standing = _standing(connection, row_id, lost=True)
            if standing is None or standing.earlier is None:
                return False
            connection.execute(delete(CorrectionRow).where(CorrectionRow.row_id == row_id))
            if standing.directive_id and standing.earlier.applied:
                _stand(connection, standing, Settled(row_id, _position(standing), standing.as_read))
            elif standing.directive_id:
                with moving_revision(connection, [standing.directive]):
                    refresh_digest(connection, standing.directive)
        return True


def _standing(connection: Connection, row_id: str, *, lost: bool = False) -> _Standing | None:
    earlier = _earlier(connection, row_id)
    if earlier is not None:
        owner = select(DirectiveRow.id).where(DirectiveRow.key == earlier.directive)
        directive_id = connection.execute(owner).scalar()
        if (directive_id is None or not earlier.applied) and not lost:
            return None
        return _Standing(earlier.kind, earlier.directive, directive_id or 0, earlier.original, earlier)
    for kind, table in _TABLES.items():
        query = select(table.__table__, DirectiveRow.key).join(DirectiveRow).where(table.id == row_id)
        row = connection.execute(query).mappings().one_or_none()
        if row is not None:
            original = _as_stored(connection, kind, row)
            return _Standing(kind, row["key"], row["directive_id"], original, None)
    return None


def _as_stored(connection: Connection, kind: RowKind, row: Any) -> dict[str, Any]:
    data = dict(row)
    if kind == "target":
        data["period"] = [data["period_from"], data["period_to"]] if data["period_from"] is not None else None
    else:
        parts = select(TaskUnitRow.__table__).where(TaskUnitRow.task_id == row["id"]).order_by(TaskUnitRow.position)
        for unit in connection.execute(parts):
            data[unit.role] = [*data.get(unit.role, []), unit.name]
    return as_json(from_json(kind, data)) | {"position": row["position"]}


def _earlier(connection: Connection, row_id: str) -> Correction | None:
    row = connection.execute(select(CorrectionRow.__table__).where(CorrectionRow.row_id == row_id)).one_or_none()
    return correction_of(row) if row is not None else None


def _position(standing: _Standing) -> int:
    return int(standing.original["position"])


def _keep(
    connection: Connection,
    row_id: str,
    standing: _Standing,
    changes: dict[str, Any],
    *,
    removed: bool,
    by: int,
    at: datetime,
) -> None:
    connection.execute(delete(CorrectionRow).where(CorrectionRow.row_id == row_id))
    if not changes and not removed:
        return
    connection.execute(
        insert(CorrectionRow).values(
            directive_key=standing.directive,
            kind=standing.kind,
            row_id=row_id,
            path=standing.original["path"],
            fingerprint=fingerprint(standing.original["quote"]),
            removed=int(removed),
            fields=changes,
            original=standing.original,
            applied=1,
            made_by=by,
            made_at=at,
        )
    )


def _stand(connection: Connection, standing: _Standing, row: Settled | None, *, row_id: str = "") -> None:
    """Puts a row in the place of the one with its id (None: in nobody's place), and moves the revision."""
    table = _TABLES[standing.kind]
    connection.execute(delete(table).where(table.id == (row.id if row else row_id)))
    if row is not None:
        insert_rows(connection, standing.directive_id, standing.kind, [row])
    with moving_revision(connection, [standing.directive]):
        refresh_digest(connection, standing.directive)
