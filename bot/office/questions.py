"""Every question with its answer: the record, the follow-ups' memory, feedback, and what nobody could answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import CompoundSelect, Select, delete, func, insert, literal_column, select, union, update

from bot.office.records import Place
from bot.office.tables import asked, feedback
from corpus.database import take_turn

if TYPE_CHECKING:
    from corpus.database import Database
    from index.answers import Answer

FOLLOWED_UP_WITHIN = timedelta(minutes=10)
"""How long a question without a reply counts as following the one before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what became of it. `resolved` is it in words that stand alone; `abstained` None: not answered."""

    id: int
    place: Place
    person: int
    message: int | None
    asked_at: datetime
    text: str
    previous: str | None
    resolved: str | None = None
    kind: str | None = None
    abstained: bool | None = None
    confidence: float | None = None
    headline: str | None = None
    citations: tuple[dict[str, Any], ...] = ()
    tasks: tuple[str, ...] = ()
    answers: tuple[int, ...] = ()

    @property
    def subject(self) -> str:
        """What a next question follows."""
        return self.resolved or self.text


class Questions:
    """The questions of every chat, in SQL, so that a restart forgets none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(
        self, place: Place, person: int, text: str, *, previous: str | None, now: datetime, message: int | None
    ) -> int:
        """Notes a question before it is answered; one asked by the same message (an edit) takes its place."""
        values: dict[str, Any] = {
            "chat_id": place.chat,
            "topic": place.topic,
            "person_id": person,
            "message_id": message,
            "asked_at": now,
            "text": text,
            "previous": previous,
        }
        with self._database.writing() as connection:
            if message is not None:
                take_turn(connection, "asked", place.chat, message)
                same = (asked.c.chat_id == place.chat) & (asked.c.message_id == message)
                row = connection.execute(select(asked.c.id).where(same)).first()
                if row is not None:
                    blank = dict.fromkeys(("resolved", "kind", "abstained", "confidence", "headline", "citations", "tasks"))
                    connection.execute(update(asked).where(asked.c.id == row.id).values(**values, **blank))
                    connection.execute(delete(feedback).where(feedback.c.asked_id == row.id))
                    return int(row.id)
            return int(connection.execute(insert(asked).values(**values).returning(asked.c.id)).scalar_one())

    def answered(self, number: int, answer: Answer, resolved: str | None = None) -> None:
        """Keeps the answer beside its question."""
        cited = [{"directive": c.directive, "number": c.number, "path": c.path} for c in answer.citations]
        values = {
            "resolved": resolved,
            "kind": answer.kind,
            "abstained": int(answer.abstained),
            "confidence": answer.confidence,
            "headline": answer.headline,
            "citations": cited,
            "tasks": list(answer.tasks),
        }
        with self._database.writing() as connection:
            connection.execute(update(asked).where(asked.c.id == number).values(**values))

    def shown(self, number: int, messages: tuple[int, ...]) -> None:
        """Notes which messages carry the answer."""
        with self._database.writing() as connection:
            connection.execute(update(asked).where(asked.c.id == number).values(answer_messages=list(messages)))

    def get(self, number: int) -> Asked | None:
        """The question with this id."""
        return self._one(select(asked).where(asked.c.id == number))

    def latest(self, place: Place, person: int, now: datetime) -> Asked | None:
        """What the person asked last in that place, if it is recent enough to be followed up."""
        recent = (
            select(asked.c.id)
            .where(
                asked.c.chat_id == place.chat,
                asked.c.topic == place.topic,
                asked.c.person_id == person,
                asked.c.asked_at >= now - FOLLOWED_UP_WITHIN,
            )
            .offset(0)  # found first, then ordered: else PostgreSQL may look for them from the newest question of all on
            .subquery()
        )
        return self._one(select(asked).where(asked.c.id == select(func.max(recent.c.id)).scalar_subquery()))

    def by_message(self, chat: int, message: int) -> Asked | None:
        """The question that a person's message asked."""
        return self._one(select(asked).where(asked.c.chat_id == chat, asked.c.message_id == message))

    def touching(self, chat: int, message: int, among: int = 200) -> Asked | None:
        """The question a message belongs to, as its question or as one of its answers, among the chat's last ones."""
        # By their ids, which stand in an index: else PostgreSQL may look for them among the questions of all chats.
        last = select(asked.c.id).where(asked.c.chat_id == chat).order_by(asked.c.id.desc()).limit(among).subquery()
        recent = select(asked).join(last, last.c.id == asked.c.id).order_by(asked.c.id.desc())
        with self._database.reading() as connection:
            for row in connection.execute(recent):
                if row.message_id == message or message in (row.answer_messages or ()):
                    return _asked(row)
        return None

    # ---- feedback, and what could not be answered

    def rate(self, number: int, person: int, good: bool, now: datetime) -> None:  # noqa: FBT001 - the rating itself
        """A person's thumb up or down; the last one counts."""
        with self._database.writing() as connection:
            take_turn(connection, "feedback", number, person)
            connection.execute(delete(feedback).where(feedback.c.asked_id == number, feedback.c.person_id == person))
            connection.execute(insert(feedback).values(asked_id=number, person_id=person, good=int(good), given_at=now))

    def explain(self, number: int, person: int, reason: str) -> None:
        """Why the thumb points down."""
        mine = (feedback.c.asked_id == number) & (feedback.c.person_id == person)
        with self._database.writing() as connection:
            connection.execute(update(feedback).where(mine).values(reason=reason))

    def open_ones(self, limit: int, offset: int = 0) -> list[tuple[Asked, str | None]]:
        """Questions for the clerks, newest first: unanswered, or found wrong (with the reason), and not yet handled."""
        page = _open_ids().subquery()
        return self._with_reasons(select(page.c.id).order_by(page.c.id.desc()).limit(limit).offset(offset))

    def open_one(self, number: int) -> tuple[Asked, str | None] | None:
        """One of these, by its number; None when it does not wait (any more)."""
        bad = select(feedback.c.asked_id).where(feedback.c.asked_id == asked.c.id, feedback.c.good == 0).exists()
        waits = asked.c.handled_at.is_(None) & ((asked.c.abstained == 1) | bad)
        return next(iter(self._with_reasons(select(asked.c.id).where(asked.c.id == number, waits))), None)

    def _with_reasons(self, which: Select[tuple[int]]) -> list[tuple[Asked, str | None]]:
        shown = which.subquery()
        reason = (
            select(func.max(feedback.c.reason))
            .where(feedback.c.asked_id == asked.c.id, feedback.c.good == 0)
            .scalar_subquery()
        )
        query = select(asked, reason.label("reason")).join(shown, shown.c.id == asked.c.id).order_by(asked.c.id.desc())
        with self._database.reading() as connection:
            return [(_asked(row), row.reason) for row in connection.execute(query)]

    def count_open(self) -> int:
        """How many questions wait for the clerks."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(_open_ids().subquery())).scalar_one())

    def newest(self, limit: int, offset: int = 0) -> list[Asked]:
        """What everybody asked, newest first."""
        query = select(asked).order_by(asked.c.id.desc()).limit(limit).offset(offset)
        with self._database.reading() as connection:
            return [_asked(row) for row in connection.execute(query)]

    def count(self) -> int:
        """How many questions are kept."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(asked)).scalar_one())

    def handle(self, number: int, by: int, now: datetime, note: str | None = None) -> None:
        """Takes a question off the clerks' list."""
        values = {"handled_by": by, "handled_at": now, "handled_note": note}
        with self._database.writing() as connection:
            connection.execute(update(asked).where(asked.c.id == number).values(**values))

    def _one(self, query: Select[Any]) -> Asked | None:
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return _asked(row) if row else None


def _open_ids() -> CompoundSelect[tuple[int]]:
    # Literals, not parameters, and a way in for each: only so can the database see that a partial index applies.
    unanswered = select(asked.c.id).where(asked.c.handled_at.is_(None), asked.c.abstained == literal_column("1"))
    handled = select(asked.c.handled_at).where(asked.c.id == feedback.c.asked_id).scalar_subquery()
    bad = select(feedback.c.asked_id).where(feedback.c.good == literal_column("0"), handled.is_(None))
    return union(unanswered, bad)


def _asked(row: Any) -> Asked:
    return Asked(
        id=row.id,
        place=Place(row.chat_id, row.topic, group=row.chat_id < 0),
        person=row.person_id,
        message=row.message_id,
        asked_at=row.asked_at,
        text=row.text,
        previous=row.previous,
        resolved=row.resolved,
        kind=row.kind,
        abstained=None if row.abstained is None else bool(row.abstained),
        confidence=row.confidence,
        headline=row.headline,
        citations=tuple(row.citations or ()),
        tasks=tuple(row.tasks or ()),
        answers=tuple(row.answer_messages or ()),
    )
