"""Writes one file's directives inside an open transaction: chooses keys, settles conflicts."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from corpus.corrections import corrections_digest, count_lost, follow_key, settle
from corpus.errors import ChidaoError
from corpus.identity import base_key, clause_token, is_key_of, number_key, rule_ids, suffixed_key, target_ids, task_ids
from corpus.models import (
    CitedRow,
    ClauseRow,
    DirectiveRow,
    FileRow,
    RuleRow,
    TargetRow,
    TaskRow,
    TaskUnitRow,
)
from corpus.store_revision import moving_revision
from corpus.text import collapse, fold

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from corpus.corrections import RowKind, Settled
    from corpus.records import Directive, Metadata

_ROLES = ("lead", "coop", "report_to", "via")


class AlreadyStoredError(ChidaoError):
    """A directive that is stored already from another file; the sentence names both and the way out."""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file about to be stored. `sealed` are paths of files that this same run has read: those are not superseded.

    `replacing` are keys of directives that a person agreed to replace, whatever file they came from.
    """

    path: str
    content_hash: str
    reading: str
    manifest: dict[str, Any] = field(default_factory=dict)
    sealed: Collection[str] = ()
    replacing: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What a write did: the directives' keys, whether an earlier version went, and what a person should know.

    `changed` has the keys of all directives that came, went or were replaced.
    """

    keys: tuple[str, ...]
    replaced: bool
    warnings: tuple[str, ...] = ()
    changed: frozenset[str] = frozenset()


def put_file(connection: Connection, file: IncomingFile, directives: Sequence[Directive]) -> Stored:
    """Replaces what `file` held before by `directives`. May raise AlreadyStoredError: roll back."""
    own = connection.execute(select(FileRow.id).where(FileRow.path == file.path)).scalar()
    earlier = _keys_in(connection, own) if own is not None else []
    keys: list[str] = []
    warnings: list[str] = []
    superseded: set[int] = set()
    for directive in directives:
        key = _choose_key(directive, earlier, taken=keys)
        other = _other_holder(connection, key, own)
        if other and not _same_title(directive.metadata, other):
            warnings.append(f"Cùng số hiệu với {key} (tệp {other.name}) nhưng khác trích yếu: giữ cả hai.")
            key = suffixed_key(key, directive)
            other = _other_holder(connection, key, own)  # the same text from another file
        if other:
            superseded.add(_superseded_file(file, key, other))
        keys.append(key)
    gone = superseded | ({own} if own is not None else set())
    leaving = {file_id: _keys_in(connection, file_id) for file_id in sorted(gone)}
    for file_id in sorted(superseded):
        left = [key for key in leaving[file_id] if key not in keys]
        if left:
            name = connection.execute(select(FileRow.name).where(FileRow.id == file_id)).scalar_one()
            raise AlreadyStoredError(
                f"Một phần nội dung đã có từ tệp {name}, tệp đó còn chứa {', '.join(left)}; "
                "gỡ bằng `chidao remove` trước khi nạp tệp này."
            )
    changing = set(keys).union(*leaving.values())
    with moving_revision(connection, changing):
        if len(earlier) == len(keys) == 1 and earlier != keys:
            follow_key(connection, earlier[0], keys[0])
        if gone:
            connection.execute(delete(FileRow).where(FileRow.id.in_(gone)))
        file_id = _insert(
            connection,
            FileRow,
            path=file.path,
            name=Path(file.path).name,
            content_hash=file.content_hash,
            reading=file.reading,
            manifest=file.manifest,
        )
        for position, (key, directive) in enumerate(zip(keys, directives, strict=True)):
            _insert_directive(connection, key, directive, file_id=file_id, position=position, digest="")
            refresh_digest(connection, key)
    lost = count_lost(connection, keys)
    if lost:
        warnings.append(f"{lost} chỗ đã sửa bằng tay không còn tìm thấy dòng tương ứng; xem lại bằng lệnh /sua của bot.")
    return Stored(tuple(keys), bool(gone), tuple(warnings), frozenset(changing))


def _keys_in(connection: Connection, file_id: int) -> list[str]:
    query = select(DirectiveRow.key).where(DirectiveRow.file_id == file_id).order_by(DirectiveRow.position)
    return list(connection.execute(query).scalars())


def _other_holder(connection: Connection, key: str, own: int | None) -> Any:
    """The directive that has this key already, with its file, unless that is the one now read again."""
    query = select(DirectiveRow.key, DirectiveRow.title, DirectiveRow.file_id, FileRow.path, FileRow.name).join(FileRow)
    row = connection.execute(query.where(DirectiveRow.key == key)).one_or_none()
    return None if row is None or row.file_id == own else row


def refresh_digest(connection: Connection, key: str) -> None:
    """Hashes what makes a directive's content: its file, how it was read, what people said of it."""
    query = (
        select(FileRow.content_hash, FileRow.reading, FileRow.manifest).join(DirectiveRow).where(DirectiveRow.key == key)
    )
    file = connection.execute(query).one()
    content = f"{file.content_hash}|{file.reading}|{sorted(file.manifest.items())}|{key}"
    corrected = corrections_digest(connection, key)
    if corrected:
        content += f"|{corrected}"
    digest = hashlib.sha256(content.encode()).hexdigest()
    connection.execute(update(DirectiveRow).where(DirectiveRow.key == key).values(digest=digest))


def _choose_key(directive: Directive, earlier: Sequence[str], taken: Sequence[str]) -> str:
    """The base key if it is free in this file; the key of the file's earlier version where that still fits."""
    base = base_key(directive.metadata)
    kept = next((key for key in earlier if is_key_of(base, key) and key not in taken), None)
    if kept:
        return kept
    if number_key(directive.metadata.number) and base not in taken:
        return base
    key = suffixed_key(base, directive)
    while key in taken:  # the same unnumbered text twice in one file
        key = f"{key}-{len(taken) + 1}"
    return key


def _same_title(meta: Metadata, other: Any) -> bool:
    if not meta.title or not other.title:
        return True
    one, two = collapse(fold(meta.title)), collapse(fold(other.title))
    return one == two or difflib.SequenceMatcher(None, one, two).ratio() >= 0.6  # a scan's slips, not another subject


def _superseded_file(file: IncomingFile, key: str, other: Any) -> int:
    """The id of the file that `file` replaces: an earlier copy of the same name, or one that is gone from the disk."""
    gone = not Path(other.path).is_file() or other.key in file.replacing
    if (gone or other.name == Path(file.path).name) and other.path not in file.sealed:
        return int(other.file_id)
    raise AlreadyStoredError(
        f"Văn bản {key} đã nạp từ tệp {other.path}; nếu tệp này mới đúng, chạy `chidao remove {key}` rồi nạp lại."
    )


def _insert(connection: Connection, table: Any, **values: Any) -> int:
    result = connection.execute(insert(table).values(**values).returning(table.id))
    return int(result.scalar_one())


def _insert_directive(connection: Connection, key: str, directive: Directive, **place: Any) -> None:
    meta = directive.metadata
    directive_id = _insert(
        connection,
        DirectiveRow,
        key=key,
        number=meta.number,
        **place,
        number_key=number_key(meta.number),
        kind=meta.kind,
        issuer=meta.issuer,
        place=meta.place,
        issued_on=meta.issued_on,
        issued_month=meta.issued_month,
        title=meta.title,
        signer=meta.signer,
        signer_role=meta.signer_role,
        recipients=list(meta.recipients),
        warnings=list(meta.warnings),
        text=directive.source.text,
        page_starts=list(directive.source.page_starts),
    )
    tables = (
        (CitedRow, _cited_rows(directive)),
        (ClauseRow, _clause_rows(key, directive)),
        (RuleRow, _rule_rows(key, directive)),
    )
    for table, rows in tables:
        if rows:
            numbered = [{"directive_id": directive_id, "position": n} | row for n, row in enumerate(rows)]
            connection.execute(insert(table), numbered)
    targets = settle(connection, key, "target", target_ids(key, directive.targets), directive.targets)
    insert_rows(connection, directive_id, "target", targets)
    tasks = settle(connection, key, "task", task_ids(key, directive.tasks), directive.tasks)
    insert_rows(connection, directive_id, "task", tasks)


def insert_rows(connection: Connection, directive_id: int, kind: RowKind, rows: Sequence[Settled]) -> None:
    """Puts targets, or tasks with their units, into a directive, each at its place."""
    if not rows:
        return
    values = _target_values if kind == "target" else _task_values
    table = TargetRow if kind == "target" else TaskRow
    placed = [
        {"directive_id": directive_id, "position": r.position, "id": r.id, "corrected": int(r.corrected)} | values(r.row)
        for r in rows
    ]
    connection.execute(insert(table), placed)
    if kind == "target":
        return
    units = [
        {"task_id": r.id, "role": role, "position": n, "name": name, "folded": collapse(fold(name))}
        for r in rows
        for role in _ROLES
        for n, name in enumerate(getattr(r.row, role))
    ]
    if units:
        connection.execute(insert(TaskUnitRow), units)


def _cited_rows(directive: Directive) -> list[dict[str, Any]]:
    return [
        {
            "number": c.number,
            "number_key": number_key(c.number),
            "kind": c.kind,
            "issued_on": c.issued_on,
            "issuer": c.issuer,
            "title": c.title,
            "relation": c.relation,
        }
        for c in directive.metadata.cites
    ]


def _clause_rows(key: str, directive: Directive) -> list[dict[str, Any]]:
    return [
        {
            "token": clause_token(key, c.path),
            "path": c.path,
            "label": c.label,
            "heading": c.heading,
            "text": c.text,
            "parent": c.parent,
            "kind": c.kind,
            "segments": None if c.segments == (c.text,) else list(c.segments),
            "page": c.page,
            "cells": [list(cell) for cell in c.cells] or None,
        }
        for c in directive.clauses
    ]


def _target_values(t: Any) -> dict[str, Any]:
    return {
        "path": t.path,
        "indicator": t.indicator,
        "quote": t.quote,
        "op": t.op,
        "value": t.value,
        "value_max": t.value_max,
        "unit": t.unit,
        "change": t.change,
        "due": t.due,
        "period_from": t.period[0] if t.period else None,
        "period_to": t.period[1] if t.period else None,
        "cadence": t.cadence,
        "baseline": t.baseline,
        "scope": t.scope,
    }


def _task_values(t: Any) -> dict[str, Any]:
    return {
        "path": t.path,
        "action": t.action,
        "quote": t.quote,
        "due": t.due,
        "due_text": t.due_text,
        "recurrence": t.recurrence,
        "recurs_before": t.recurs_before,
        "product": t.product,
    }


def _rule_rows(key: str, directive: Directive) -> list[dict[str, Any]]:
    return [
        {"id": row_id, "path": r.path, "condition": r.condition, "consequence": r.consequence, "quote": r.quote}
        for row_id, r in zip(rule_ids(key, directive.rules), directive.rules, strict=True)
    ]
