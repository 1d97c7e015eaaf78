"""Rows of the store's tables made into plain records; knows what each query gives, and sends none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corpus.store_records import StoredClause, StoredDirective, StoredFile, StoredRule, StoredTarget, StoredTask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.records import CitedDirective


def file_of(row: Any, keys: Sequence[str]) -> StoredFile:
    """A file with the keys of the directives it holds."""
    return StoredFile(
        path=row.path,
        name=row.name,
        content_hash=row.content_hash,
        reading=row.reading,
        manifest=row.manifest,
        directives=tuple(keys),
    )


def directive_of(row: Any, cites: tuple[CitedDirective, ...]) -> StoredDirective:
    """A directive (with its file's name) and what it cites."""
    return StoredDirective(
        key=row.key,
        file=row.name,
        number=row.number,
        kind=row.kind,
        issuer=row.issuer,
        place=row.place,
        issued_on=row.issued_on,
        issued_month=row.issued_month,
        title=row.title,
        signer=row.signer,
        signer_role=row.signer_role,
        cites=cites,
        recipients=tuple(row.recipients),
        warnings=tuple(row.warnings),
    )


def clause_of(row: Any) -> StoredClause:
    """A clause, from the columns `Store` reads, in their order."""
    key, file, position, token, path, label, heading, text, parent, kind, segments, page, cells = row
    return StoredClause(
        path,
        label,
        heading,
        text,
        parent,
        kind,
        (text,) if segments is None else tuple(segments),
        page,
        tuple((title, cell) for title, cell in cells) if cells else (),
        directive=key,
        file=file,
        position=position,
        token=token,
    )


def target_of(row: Any) -> StoredTarget:
    """A target with its directive's key and its file's name."""
    return StoredTarget(
        row.path,
        row.indicator,
        row.quote,
        row.op,
        row.value,
        row.value_max,
        row.unit,
        row.change,
        row.due,
        (row.period_from, row.period_to) if row.period_from is not None else None,
        row.cadence,
        row.baseline,
        row.scope,
        id=row.id,
        directive=row.key,
        file=row.name,
        corrected=bool(row.corrected),
    )


def task_of(row: Any, units: dict[str, list[str]]) -> StoredTask:
    """A task as `target_of`; `units` are its actors and recipients by role."""
    return StoredTask(
        row.path,
        row.action,
        row.quote,
        tuple(units.get("lead", ())),
        tuple(units.get("coop", ())),
        row.due,
        row.due_text,
        row.recurrence,
        row.recurs_before,
        tuple(units.get("report_to", ())),
        tuple(units.get("via", ())),
        row.product,
        id=row.id,
        directive=row.key,
        file=row.name,
        corrected=bool(row.corrected),
    )


def rule_of(row: Any) -> StoredRule:
    """A rule as `target_of`."""
    return StoredRule(row.path, row.condition, row.consequence, row.quote, id=row.id, directive=row.key, file=row.name)
