"""The store: directives with their clauses and structured rows, behind plain records. Knows SQL, no search, no bot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from corpus import store_engine
from corpus.database import Database, take_turn
from corpus.identity import number_key
from corpus.models import (
    CitedRow,
    ClauseRow,
    DirectiveRow,
    FileRow,
    MetaRow,
    RevisionRow,
    RuleRow,
    TargetRow,
    TaskRow,
    TaskUnitRow,
)
from corpus.records import CitedDirective, Source
from corpus.store_revision import moving_revision
from corpus.store_rows import clause_of, directive_of, file_of, rule_of, target_of, task_of
from corpus.store_writing import Stored, put_file
from corpus.text import collapse, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from types import TracebackType

    from sqlalchemy import Connection

    from corpus.records import Directive
    from corpus.store_records import StoredClause, StoredDirective, StoredFile, StoredRule, StoredTarget, StoredTask
    from corpus.store_writing import IncomingFile

_CLAUSE_COLUMNS = (
    DirectiveRow.key,
    FileRow.name,
    ClauseRow.position,
    ClauseRow.token,
    ClauseRow.path,
    ClauseRow.label,
    ClauseRow.heading,
    ClauseRow.text,
    ClauseRow.parent,
    ClauseRow.kind,
    ClauseRow.segments,
    ClauseRow.page,
    ClauseRow.cells,
)


class Store:
    """An open store. A read is one query (two where rows have parts) and may run in any thread; writes take turns."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.database = Database(engine)
        self.watchers: list[Callable[[Connection, Collection[str]], object]] = []
        """Called at the end of every transaction that stores or removes directives, inside it, with their keys."""

    @classmethod
    def open(cls, url: str, *, migrate: bool = True) -> Self:
        """Opens the database at `url`, creating and upgrading its tables unless `migrate` is false.

        Raises:
            StoreError: unreachable, damaged, too new to serve this program, or older and not to be migrated (without
                `migrate`, or without the right to).
        """
        engine = store_engine.create(url)
        try:
            store_engine.bring_up_to_date(engine, migrate_it=migrate)
        except DBAPIError as error:
            engine.dispose()
            raise store_engine.as_store_error(error) from error
        except Exception:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Lets go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- what stands in the store

    def revision(self) -> str:
        """Changes with every change of content, and only then: `counter-hash`."""
        with self.database.reading() as connection:
            row = connection.execute(select(RevisionRow.counter, RevisionRow.digest)).one_or_none()
        return f"{row.counter}-{row.digest[:16]}" if row else "0-empty"

    def files(self) -> list[StoredFile]:
        """Every file as last read, by name and path, with the keys of the directives it holds."""
        return self._files()

    def files_like(self, content_hash: str, path: str | None = None) -> list[StoredFile]:
        """The file with this content and the one read from this path: none, one that is both, or two."""
        same = FileRow.content_hash == content_hash
        return self._files(same if path is None else same | (FileRow.path == path))

    def _files(self, *which: Any) -> list[StoredFile]:
        listed = select(FileRow.__table__).where(*which).order_by(FileRow.name, FileRow.path)
        held = select(FileRow.id, DirectiveRow.key).join(DirectiveRow).where(*which).order_by(DirectiveRow.position)
        keys: dict[int, list[str]] = {}
        with self.database.reading() as connection:
            rows = connection.execute(listed).all()
            for file_id, key in connection.execute(held):
                keys.setdefault(file_id, []).append(key)
        return [file_of(row, keys.get(row.id, ())) for row in rows]

    def directives(self) -> list[StoredDirective]:
        """Every directive with what it cites, by key."""
        return self._directives()

    def directive(self, key: str) -> StoredDirective | None:
        """The directive with this key, or None."""
        return next(iter(self._directives(DirectiveRow.key == key)), None)

    def latest(self) -> list[str]:
        """Keys of all directives, the latest issued first; those of whose day nothing is known last."""
        query = select(DirectiveRow.key, DirectiveRow.issued_on, DirectiveRow.issued_month).order_by(DirectiveRow.key)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        rows = sorted(rows, key=lambda r: r.issued_on.isoformat() if r.issued_on else r.issued_month or "", reverse=True)
        return [row.key for row in rows]

    def some_directives(self, keys: Sequence[str]) -> list[StoredDirective]:
        """The directives with these keys that are stored, in their order."""
        found = {directive.key: directive for directive in self._directives(DirectiveRow.key.in_(keys))}
        return [found[key] for key in keys if key in found]

    def _directives(self, *which: Any) -> list[StoredDirective]:
        columns = [c for c in DirectiveRow.__table__.columns if c.name not in {"text", "page_starts", "digest"}]
        listed = select(*columns, FileRow.name).join(FileRow).where(*which).order_by(DirectiveRow.key)
        cited = select(CitedRow.__table__).order_by(CitedRow.directive_id, CitedRow.position)
        if which:
            cited = cited.join(DirectiveRow).where(*which)
        cites: dict[int, list[CitedDirective]] = {}
        with self.database.reading() as connection:
            rows = connection.execute(listed).all()
            for c in connection.execute(cited):
                one = CitedDirective(c.number, c.kind, c.issued_on, c.issuer, c.title, c.relation)
                cites.setdefault(c.directive_id, []).append(one)
        return [directive_of(row, tuple(cites.get(row.id, ()))) for row in rows]

    def standing(self) -> dict[str, str]:
        """For each directive's key what changes with anything that is stored of it."""
        query = select(DirectiveRow.key, DirectiveRow.digest, FileRow.name).join(FileRow).order_by(DirectiveRow.key)
        with self.database.reading() as connection:
            return {row.key: f"{row.digest} {row.name}" for row in connection.execute(query)}

    def source(self, key: str) -> Source | None:
        """The text a directive was read from, with its page starts; None when there is no such directive."""
        with self.database.reading() as connection:
            query = select(DirectiveRow.text, DirectiveRow.page_starts).where(DirectiveRow.key == key)
            row = connection.execute(query).one_or_none()
        return Source(row.text, tuple(row.page_starts)) if row else None

    def clauses(self, directive: str | None = None) -> list[StoredClause]:
        """Clauses of one directive or of all, by directive key, then in reading order."""
        query = select(*_CLAUSE_COLUMNS).select_from(ClauseRow)
        return [clause_of(row) for row in self._rows(query, ClauseRow, directive)]

    def clause_by_token(self, token: str) -> StoredClause | None:
        """The clause a token stands for (`corpus.identity.clause_token`), or None when it is no longer stored."""
        query = (
            select(*_CLAUSE_COLUMNS)
            .select_from(ClauseRow)
            .join(DirectiveRow)
            .join(FileRow)
            .where(ClauseRow.token == token)
        )
        with self.database.reading() as connection:
            row = connection.execute(query).first()
        return clause_of(row) if row else None

    def targets(self, directive: str | None = None) -> list[StoredTarget]:
        """Targets of one directive or of all, by directive key, then in reading order."""
        query = select(TargetRow.__table__, DirectiveRow.key, FileRow.name)
        return [target_of(row) for row in self._rows(query, TargetRow, directive)]

    def target(self, number: str) -> StoredTarget | None:
        """The target with this id, or None."""
        query = select(TargetRow.__table__, DirectiveRow.key, FileRow.name).where(TargetRow.id == number)
        return next((target_of(row) for row in self._rows(query, TargetRow, None)), None)

    def tasks(self, directive: str | None = None) -> list[StoredTask]:
        """Tasks of one directive or of all, by directive key, then in reading order."""
        query = select(TaskRow.__table__, DirectiveRow.key, FileRow.name)
        rows = self._rows(query, TaskRow, directive)
        parts = select(TaskUnitRow.__table__)
        if directive is not None:
            parts = parts.join(TaskRow).join(DirectiveRow).where(DirectiveRow.key == directive)
        return self._with_units(rows, parts)

    def actors(self) -> list[str]:
        """Every name under which a task is given to somebody, as leading it or helping; each once."""
        query = select(TaskUnitRow.name).where(TaskUnitRow.role.in_(("lead", "coop"))).distinct()
        with self.database.reading() as connection:
            return list(connection.execute(query).scalars())

    def tasks_given_to(self, names: Collection[str]) -> list[StoredTask]:
        """Tasks that one of these names leads or helps with, by directive key, then in reading order."""
        folded = {collapse(fold(name)) for name in names}
        given = select(TaskUnitRow.task_id).where(
            TaskUnitRow.folded.in_(folded), TaskUnitRow.role.in_(("lead", "coop")), TaskUnitRow.name.in_(names)
        )
        query = select(TaskRow.__table__, DirectiveRow.key, FileRow.name).where(TaskRow.id.in_(given))
        parts = select(TaskUnitRow.__table__).where(TaskUnitRow.task_id.in_(given))
        return self._with_units(self._rows(query, TaskRow, None), parts)

    def task(self, number: str) -> StoredTask | None:
        """The task with this id, or None."""
        query = select(TaskRow.__table__, DirectiveRow.key, FileRow.name).where(TaskRow.id == number)
        parts = select(TaskUnitRow.__table__).where(TaskUnitRow.task_id == number)
        return next(iter(self._with_units(self._rows(query, TaskRow, None), parts)), None)

    def _with_units(self, rows: Sequence[Any], parts: Any) -> list[StoredTask]:
        units: dict[str, dict[str, list[str]]] = {}
        parts = parts.order_by(TaskUnitRow.task_id, TaskUnitRow.role, TaskUnitRow.position)
        with self.database.reading() as connection:
            for part in connection.execute(parts):
                units.setdefault(part.task_id, {}).setdefault(part.role, []).append(part.name)
        return [task_of(row, units.get(row.id, {})) for row in rows]

    def rules(self, directive: str | None = None) -> list[StoredRule]:
        """Rules of one directive or of all, by directive key, then in reading order."""
        query = select(RuleRow.__table__, DirectiveRow.key, FileRow.name)
        return [rule_of(row) for row in self._rows(query, RuleRow, directive)]

    def keys_by_number(self, number: str) -> list[str]:
        """Keys of the directives with this number, in whatever spelling."""
        query = select(DirectiveRow.key).where(DirectiveRow.number_key == number_key(number)).order_by(DirectiveRow.key)
        with self.database.reading() as connection:
            return list(connection.execute(query).scalars())

    def size(self) -> int:
        """The number of clauses."""
        with self.database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(ClauseRow)).scalar_one())

    def counts(self, key: str) -> tuple[int, int, int]:
        """How many clauses, targets and tasks a directive has."""
        owner = select(DirectiveRow.id).where(DirectiveRow.key == key).scalar_subquery()
        tables: tuple[Any, ...] = (ClauseRow, TargetRow, TaskRow)
        counted = (select(func.count()).where(table.directive_id == owner).scalar_subquery() for table in tables)
        with self.database.reading() as connection:
            clauses, targets, tasks = connection.execute(select(*counted)).one()
        return clauses, targets, tasks

    def meta(self, name: str) -> str | None:
        """A named value of the whole state, or None."""
        with self.database.reading() as connection:
            value: str | None = connection.execute(select(MetaRow.value).where(MetaRow.name == name)).scalar()
        return value

    # ---- what changes it

    def put(self, file: IncomingFile, directives: Sequence[Directive]) -> Stored:
        """Stores a file's directives in one transaction, in place of what the same file held before.

        Raises:
            AlreadyStoredError: one of its directives is stored already from another file that still stands.
            StoreError: the database failed; nothing was stored.
        """
        with self.database.changing() as connection:
            stored = put_file(connection, file, directives)
            self._tell(connection, stored.changed)
        return stored

    def foresee(self, file: IncomingFile, directives: Sequence[Directive]) -> Stored:
        """What `put` would do, without doing it.

        Raises:
            AlreadyStoredError, StoreError: as `put`.
        """
        try:
            with store_engine.writing(self.engine).connect() as connection, connection.begin() as transaction:
                take_turn(connection, "directives")
                foreseen = put_file(connection, file, directives)
                transaction.rollback()
        except DBAPIError as error:
            raise store_engine.as_store_error(error) from error
        return foreseen

    def remove(self, key: str) -> bool:
        """Takes a directive out (and its file's record with the last one of the file); False when there is none."""
        with self.database.changing() as connection:
            row = connection.execute(
                select(DirectiveRow.id, DirectiveRow.file_id).where(DirectiveRow.key == key)
            ).one_or_none()
            if row is None:
                return False
            with moving_revision(connection, [key]):
                connection.execute(delete(DirectiveRow).where(DirectiveRow.id == row.id))
            if not connection.execute(select(DirectiveRow.id).where(DirectiveRow.file_id == row.file_id)).first():
                connection.execute(delete(FileRow).where(FileRow.id == row.file_id))
            else:  # the file no longer stands here whole: reading it again must not find it `unchanged`
                connection.execute(update(FileRow).where(FileRow.id == row.file_id).values(reading=""))
            self._tell(connection, {key})
        return True

    def _tell(self, connection: Connection, changed: Collection[str]) -> None:
        for watcher in self.watchers:
            watcher(connection, changed)

    def move_file(self, path: str, to: str) -> None:
        """Notes that a file's content now stands at another path."""
        with self.database.changing() as connection:
            held = select(DirectiveRow.key).join(FileRow).where(FileRow.path == to)
            leaving = connection.execute(held).scalars().all()
            with moving_revision(connection, leaving):
                connection.execute(delete(FileRow).where(FileRow.path == to))
            connection.execute(update(FileRow).where(FileRow.path == path).values(path=to, name=Path(to).name))
            if leaving:
                self._tell(connection, leaving)

    def set_meta(self, name: str, value: str) -> None:
        """Keeps a named value of the whole state; the content's revision stays."""
        with self.database.writing() as connection:
            take_turn(connection, "meta", name)
            connection.execute(delete(MetaRow).where(MetaRow.name == name))
            connection.execute(insert(MetaRow).values(name=name, value=value))

    def _rows(self, query: Any, table: Any, directive: str | None) -> Sequence[Any]:
        query = query.join(DirectiveRow, DirectiveRow.id == table.directive_id).join(
            FileRow, FileRow.id == DirectiveRow.file_id
        )
        if directive is not None:
            query = query.where(DirectiveRow.key == directive)
        with self.database.reading() as connection:
            return connection.execute(query.order_by(DirectiveRow.key, table.position)).all()
