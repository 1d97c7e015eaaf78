"""Forgetting a person: one transaction after which the database holds neither their id, nor their name, nor their words.

What the office must be able to account for stays under a random negative number: acts in the record, progress, who loaded
and corrected what. `deploy/docs/personal-data.md` says of every column what becomes of it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from bot.message_blocks import shorten
from bot.office.audit import ABOUT_PEOPLE, SUBJECT_LIMIT
from bot.office.tables import (
    admission_request,
    asked,
    audit_entry,
    expected_input,
    feedback,
    group_binding,
    invitation,
    membership,
    person,
    progress,
    row_draft,
    upload,
    upload_album,
    upload_notice,
    upload_page,
)
from corpus.models import CorrectionRow
from corpus.store_engine import BUSY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from corpus.database import Database

Obstacle = Literal["last_admin", "busy"]
"""Why somebody cannot be forgotten now: nobody would be left to administer, or a file of theirs is being published."""

_NUMBERS = range(100_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a person, in numbers."""

    known: bool
    questions: int
    feedback: int
    acts: int


@dataclass(frozen=True, slots=True)
class Erased:
    """The number that stands for them from now on."""

    number: int


class Erasure:
    """Forgets people. `owners` are administrators in any case."""

    def __init__(self, database: Database, owners: Collection[int] = ()) -> None:
        self._database = database
        self._owners = frozenset(owners)
        self.others: list[Callable[[Connection, int, int], object]] = []
        """Told the person and the number in their place, in the transaction that forgets them."""

    def held(self, who: int) -> Held:
        """What is known of a person."""
        with self._database.reading() as connection:

            def count(table: Any) -> int:
                query = select(func.count()).select_from(table).where(table.c.person_id == who)
                return int(connection.execute(query).scalar_one())

            known = connection.execute(select(person.c.id).where(person.c.id == who)).first() is not None
            requests = count(admission_request)
            return Held(known or bool(requests), count(asked), count(feedback), count(audit_entry))

    def erase(self, who: int, by: int, now: datetime, label: Callable[[int], str]) -> Erased | Obstacle:
        """Forgets a person at the wish of `by` (themselves, or an administrator), and notes that somebody was forgotten.

        `label` words a number for subjects in the record that held a name.
        """
        with self._database.writing() as connection:
            if self._is_last_admin(connection, who):
                return "last_admin"
            theirs = or_(upload.c.person_id == who, upload.c.settled_by == who)
            publishing = select(upload.c.id).where(theirs, upload.c.state == "publishing")
            if connection.execute(publishing).first():
                return "busy"
            number = _new_number(connection)
            names = _names(connection, who)
            _clean_record(connection, who, names, label(number))
            _forget_uploads(connection, who, number)
            for forget in self.others:
                forget(connection, who, number)
            _forget_rows(connection, who)
            _put_number(connection, who, number)
            entry = {"person_id": number if by == who else by, "action": "person.erased", "subject": label(number)}
            connection.execute(insert(audit_entry).values(at=now, detail={"about": number}, **entry))
        _empty_journal(self._database)
        return Erased(number)

    def _is_last_admin(self, connection: Connection, who: int) -> bool:
        """Locks the administrators' rows, so that no two of them leave at once."""
        query = select(person.c.id).where(person.c.role == "admin").order_by(person.c.id).with_for_update()
        admins = set(connection.execute(query).scalars()) | self._owners
        return who in admins and not {other for other in admins if other > 0} - {who}


def _empty_journal(database: Database) -> None:
    """SQLite's journal keeps pages as they were until it is emptied; for a reader in the way it waits a second."""
    if database.engine.dialect.name != "sqlite":
        return
    with database.engine.connect() as connection:
        cursor = connection.connection.cursor()
        try:
            cursor.execute("PRAGMA busy_timeout=1000")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
            cursor.close()


def _new_number(connection: Connection) -> int:
    """A number that says nothing of the person, and that nobody has had."""
    while True:
        number = -(_NUMBERS.start + secrets.randbelow(len(_NUMBERS)))
        if connection.execute(select(audit_entry.c.id).where(audit_entry.c.person_id == number)).first() is None:
            return number


def _names(connection: Connection, who: int) -> frozenset[str]:
    """The names under which they are known."""
    queries = (
        select(person.c.name).where(person.c.id == who),
        select(admission_request.c.name).where(admission_request.c.person_id == who),
    )
    return frozenset(name for query in queries for name in connection.execute(query).scalars() if name)


def _clean_record(connection: Connection, who: int, names: Collection[str], label: str) -> None:
    """Takes their name and their questions' words out of what acts are about.

    Acts from before `about` was kept are found by the name; a namesake's loses its name with them.
    """
    questions = connection.execute(select(asked.c.id, asked.c.text).where(asked.c.person_id == who)).all()
    numbers, texts = {q.id for q in questions}, {shorten(q.text, SUBJECT_LIMIT) for q in questions}
    query = select(audit_entry).where(audit_entry.c.action.in_(ABOUT_PEOPLE | {"question.handled"}))
    for row in connection.execute(query).all():
        detail = dict(row.detail or {})
        if row.action == "question.handled":
            if detail.get("asked") in numbers or row.subject in texts:
                _word(connection, row.id, "–", detail)
            continue
        named = any(row.subject == name or row.subject.startswith(f"{name} – ") for name in names)
        if detail.get("about") == who or ("about" not in detail and named):
            _, dash, unit = row.subject.rpartition(" – ") if row.action.startswith("unit.") else ("", "", "")
            _word(connection, row.id, label + dash + unit, {k: v for k, v in detail.items() if k != "about"} or None)


def _word(connection: Connection, number: int, subject: str, detail: dict[str, Any] | None) -> None:
    connection.execute(update(audit_entry).where(audit_entry.c.id == number).values(subject=subject, detail=detail))


def _forget_uploads(connection: Connection, who: int, number: int) -> None:
    """Drops what they sent and nobody published (their files are then nobody's), keeps who published what, by number."""
    theirs = and_(upload.c.person_id == who, upload.c.state != "published")
    connection.execute(delete(upload).where(theirs))
    sent = select(upload.c.id).where(upload.c.person_id == who)
    connection.execute(delete(upload_page).where(upload_page.c.upload_id.in_(sent)))
    published = {"person_id": number, "chat_id": 0, "message_id": None, "album": None}
    connection.execute(update(upload).where(upload.c.person_id == who).values(**published))
    for table in (upload_notice, upload_album):
        connection.execute(delete(table).where(table.c.chat_id == who))


def _forget_rows(connection: Connection, who: int) -> None:
    """Drops everything that is theirs alone."""
    open_ones = and_(invitation.c.made_by == who, invitation.c.used_by.is_(None))
    connection.execute(delete(invitation).where(or_(open_ones, invitation.c.used_by == who)))
    # A follow-up of somebody else's carries the words of the question it followed.
    words = select(asked.c.text).where(asked.c.person_id == who)
    resolved = select(asked.c.resolved).where(asked.c.person_id == who, asked.c.resolved.is_not(None))
    followed = or_(asked.c.previous.in_(words), asked.c.previous.in_(resolved))
    connection.execute(update(asked).where(asked.c.person_id != who, followed).values(previous=None))
    connection.execute(delete(feedback).where(feedback.c.person_id == who))
    connection.execute(delete(asked).where(or_(asked.c.person_id == who, asked.c.chat_id == who)))
    here = or_(expected_input.c.person_id == who, expected_input.c.chat_id == who)
    connection.execute(delete(expected_input).where(here))
    for table in (row_draft, admission_request, membership):
        connection.execute(delete(table).where(table.c.person_id == who))
    connection.execute(delete(person).where(person.c.id == who))


def _put_number(connection: Connection, who: int, number: int) -> None:
    """The number takes the place of their id where an act must stay accountable."""
    columns: tuple[tuple[Any, str], ...] = (
        (audit_entry, "person_id"),
        (progress, "person_id"),
        (asked, "handled_by"),
        (admission_request, "decided_by"),
        (group_binding, "bound_by"),
        (invitation, "made_by"),
        (upload, "settled_by"),
        (CorrectionRow.__table__, "made_by"),
    )
    for table, name in columns:
        connection.execute(update(table).where(table.c[name] == who).values({name: number}))
    connection.execute(update(audit_entry).where(audit_entry.c.chat_id == who).values(chat_id=None))
