"""The record of acts: who did what, when. Questions are recorded by `bot.office.questions`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select

from bot.office.tables import asked, audit_entry
from corpus.database import take_turn
from corpus.models import MetaRow

if TYPE_CHECKING:
    from corpus.database import Database

DAYS_IN_MONTH = 31
SUBJECT_LIMIT = 80
"""Characters of a question or a title by which an act names its object."""
_KEPT = "record.kept_months"

ACTIONS = frozenset(
    {
        "person.admitted",
        "person.refused",
        "person.role",
        "person.dismissed",
        "invitation.made",
        "invitation.revoked",
        "unit.added",
        "unit.renamed",
        "unit.removed",
        "unit.joined",
        "unit.left",
        "group.bound",
        "group.unbound",
        "directive.loaded",
        "directive.withdrawn",
        "directive.audience",
        "row.corrected",
        "row.removed",
        "file.refused",
        "progress.changed",
        "question.handled",
        "exported",
        "record.kept",
        "person.erased",
    }
)
"""Every action there is; each has a text `audit.<action>`."""

ABOUT_PEOPLE = frozenset(
    {"person.admitted", "person.refused", "person.role", "person.dismissed", "unit.joined", "unit.left"}
)
"""Actions whose subject is a person's name (and a unit); `detail` says under `about` whose."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act; `subject` names its object in words, `detail` holds what changed."""

    at: datetime
    person: int
    action: str
    subject: str
    detail: dict[str, Any] | None = None
    chat: int | None = None


class Audit:
    """The record of acts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, entry: Entry) -> None:
        """Adds an act."""
        if entry.action not in ACTIONS:
            raise ValueError(f"unknown action {entry.action!r}")
        with self._database.writing() as connection:
            connection.execute(
                insert(audit_entry).values(
                    at=entry.at,
                    person_id=entry.person,
                    chat_id=entry.chat,
                    action=entry.action,
                    subject=entry.subject,
                    detail=entry.detail,
                )
            )

    def entries(self, limit: int, offset: int = 0) -> list[Entry]:
        """Acts, newest first."""
        query = select(audit_entry).order_by(audit_entry.c.id.desc()).limit(limit).offset(offset)
        with self._database.reading() as connection:
            return [
                Entry(r.at, r.person_id, r.action, r.subject, r.detail, r.chat_id) for r in connection.execute(query)
            ]

    def count(self) -> int:
        """How many acts are kept."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(audit_entry)).scalar_one())

    def is_term_chosen(self) -> bool:
        """Whether somebody has decided how long acts and questions are kept; if not, `bot.office.retention` says so."""
        with self._database.reading() as connection:
            return connection.execute(select(MetaRow.value).where(MetaRow.name == _KEPT)).first() is not None

    def kept_months(self) -> int:
        """For how many months acts and questions are kept; 0 for ever, or when nobody has chosen."""
        query = select(MetaRow.value).where(MetaRow.name == _KEPT)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar() or 0)

    def keep_months(self, months: int) -> None:
        """Keeps acts and questions for this long; 0 for ever."""
        with self._database.writing() as connection:
            take_turn(connection, "meta", _KEPT)
            connection.execute(delete(MetaRow).where(MetaRow.name == _KEPT))
            connection.execute(insert(MetaRow).values(name=_KEPT, value=str(months)))

    def forget(self, now: datetime) -> int:
        """Deletes acts and questions that have been kept long enough; how many."""
        months = self.kept_months()
        if not months:
            return 0
        moment = now - timedelta(days=months * DAYS_IN_MONTH)
        with self._database.writing() as connection:
            acts = connection.execute(delete(audit_entry).where(audit_entry.c.at < moment)).rowcount
            return acts + connection.execute(delete(asked).where(asked.c.asked_at < moment)).rowcount
