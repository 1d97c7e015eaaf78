"""Who is admitted, in what role, in which units: persons, invitations, requests. Every change is one transaction."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, or_, select, update

from bot.office.records import Person, Role, Unit
from bot.office.tables import admission_request, audience, invitation, membership, person, unit
from bot.texts import LANGUAGES, Language
from corpus.database import take_turn
from corpus.text import collapse, fold

if TYPE_CHECKING:
    from collections.abc import Collection

    from corpus.database import Database

INVITATION_LASTS = timedelta(days=7)
_SECRET_BYTES = 24


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A Telegram account as it presents itself."""

    id: int
    name: str
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation, without its secret."""

    id: int
    role: Role
    unit: Unit | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A stranger's wish to be admitted."""

    id: int
    newcomer: Newcomer
    asked_at: datetime
    state: str


class People:
    """The admitted. `owners` (CHIDAO_ADMINS) are administrators whatever the tables say."""

    def __init__(self, database: Database, owners: Collection[int] = ()) -> None:
        self._database = database
        self.owners = frozenset(owners)

    # ---- persons

    def person(self, newcomer: Newcomer) -> Person:
        """The account as the office knows it; a stranger has no role."""
        with self._database.reading() as connection:
            row = connection.execute(select(person).where(person.c.id == newcomer.id)).one_or_none()
            units = _units_of(connection, [newcomer.id]).get(newcomer.id, ())
        role: Role | None = "admin" if newcomer.id in self.owners else (row.role if row else None)
        if row is None or role is None:
            return Person(newcomer.id, newcomer.name, role, (), row.language if row else None, newcomer.username)
        return Person(newcomer.id, newcomer.name or row.name, role, units, row.language, newcomer.username)

    def known(self, newcomer: Newcomer, now: datetime, role: Role | None = None) -> None:
        """Keeps an admitted account's present name, and that it can be written to again.

        With `role`, one that is an administrator without having been admitted (an owner, the terminal) gets its row.
        """
        with self._database.writing() as connection:
            _remember(connection, newcomer, now, self.owners, role)

    def everyone(self, role: Role | None = None) -> list[Person]:
        """The admitted, by name; of one role only when given."""
        return [p for p in self._admitted() if role in {None, p.role}]

    def some(self, limit: int, offset: int = 0) -> list[Person]:
        """A page of the admitted, by name."""
        page = select(person.c.id).where(self._is_admitted()).order_by(person.c.name, person.c.id)
        return self._admitted(person.c.id.in_(page.limit(limit).offset(offset)))

    def count(self) -> int:
        """How many are admitted."""
        with self._database.reading() as connection:
            counted = select(func.count()).select_from(person).where(self._is_admitted())
            return int(connection.execute(counted).scalar_one())

    def admitted(self, who: int) -> Person | None:
        """One of the admitted, by id."""
        return next(iter(self._admitted(person.c.id == who)), None)

    def names(self, people: Collection[int]) -> dict[int, str]:
        """What those of these people are called who are admitted."""
        named = select(person.c.id, person.c.name).where(person.c.id.in_(people), self._is_admitted())
        with self._database.reading() as connection:
            return {row.id: row.name for row in connection.execute(named)}

    def _is_admitted(self) -> ColumnElement[bool]:
        return or_(person.c.role.is_not(None), person.c.id.in_(self.owners))

    def _admitted(self, *which: ColumnElement[bool]) -> list[Person]:
        with self._database.reading() as connection:
            rows = connection.execute(select(person).where(*which).order_by(person.c.name, person.c.id)).all()
            units = _units_of(connection, select(person.c.id).where(*which))
        everyone = [
            Person(
                row.id,
                row.name,
                "admin" if row.id in self.owners else row.role,
                units.get(row.id, ()),
                row.language,
                row.username,
            )
            for row in rows
        ]
        return [p for p in everyone if p.role is not None]

    def dismissed(self) -> list[Person]:
        """Those of whom something is kept though they are admitted no longer, by name."""
        with self._database.reading() as connection:
            gone = select(person).where(person.c.role.is_(None)).order_by(person.c.name, person.c.id)
            rows = connection.execute(gone).all()
        return [Person(r.id, r.name, None, (), r.language, r.username) for r in rows if r.id not in self.owners]

    def kept(self, who: int) -> Person | None:
        """Somebody admitted or dismissed, by id."""
        with self._database.reading() as connection:
            row = connection.execute(select(person).where(person.c.id == who)).one_or_none()
            units = _units_of(connection, [who]).get(who, ())
        if row is None:
            return None
        role: Role | None = "admin" if who in self.owners else row.role
        return Person(row.id, row.name, role, units if role else (), row.language, row.username)

    def set_role(self, who: int, role: Role | None) -> None:
        """Gives a role; None dismisses, and takes the units away."""
        with self._database.writing() as connection:
            connection.execute(update(person).where(person.c.id == who).values(role=role))
            if role is None:
                connection.execute(delete(membership).where(membership.c.person_id == who))

    def set_language(self, newcomer: Newcomer, language: str, now: datetime) -> None:
        """The language in which the bot speaks to somebody."""
        with self._database.writing() as connection:
            _remember(connection, newcomer, now, self.owners)
            connection.execute(update(person).where(person.c.id == newcomer.id).values(language=language))

    def language(self, who: int) -> Language | None:
        """The language somebody has chosen, if they have."""
        with self._database.reading() as connection:
            chosen = connection.execute(select(person.c.language).where(person.c.id == who)).scalar()
        return next((language for language in LANGUAGES if language == chosen), None)

    def set_reachable(self, who: int, reachable: bool) -> None:  # noqa: FBT001 - the very thing that is set
        """Notes that somebody has blocked the bot, or lets it write again."""
        with self._database.writing() as connection:
            connection.execute(update(person).where(person.c.id == who).values(reachable=int(reachable)))

    def unreachable(self) -> frozenset[int]:
        """Ids of the people who block the bot at present."""
        with self._database.reading() as connection:
            return frozenset(connection.execute(select(person.c.id).where(person.c.reachable == 0)).scalars())

    # ---- units

    def units(self) -> list[Unit]:
        """Every unit, by name."""
        with self._database.reading() as connection:
            return [Unit(row.id, row.name) for row in connection.execute(select(unit).order_by(unit.c.name))]

    def unit(self, number: int) -> Unit | None:
        """The unit with this id."""
        return next((u for u in self.units() if u.id == number), None)

    def add_unit(self, name: str) -> Unit:
        """The unit of this name, made when there is none (case and diacritics aside)."""
        with self._database.writing() as connection:
            return _unit(connection, name)

    def rename_unit(self, number: int, name: str) -> None:
        """Gives a unit another name."""
        with self._database.writing() as connection:
            connection.execute(update(unit).where(unit.c.id == number).values(name=collapse(name), folded=_key(name)))

    def remove_unit(self, number: int) -> bool:
        """Takes a unit out, with its memberships, bindings and marks; False while a directive is for it alone or partly.

        Without its audience such a directive would be for all.
        """
        with self._database.writing() as connection:
            take_turn(connection, "audience")
            if connection.execute(select(audience.c.unit_id).where(audience.c.unit_id == number)).first():
                return False
            connection.execute(delete(unit).where(unit.c.id == number))
        return True

    def members(self, number: int) -> list[Person]:
        """The admitted people of a unit, by name."""
        return self._admitted(person.c.id.in_(select(membership.c.person_id).where(membership.c.unit_id == number)))

    def join(self, newcomer: Newcomer, number: int, now: datetime) -> None:
        """Puts an admitted person into a unit; nothing happens when they are in it."""
        with self._database.writing() as connection:
            _remember(connection, newcomer, now, self.owners)
            _join(connection, newcomer.id, number)

    def leave(self, who: int, number: int) -> None:
        """Takes a person out of a unit."""
        here = and_(membership.c.person_id == who, membership.c.unit_id == number)
        with self._database.writing() as connection:
            connection.execute(delete(membership).where(here))

    # ---- invitations

    def invite(self, role: Role, unit_number: int | None, by: int, now: datetime) -> str:
        """The secret of a new single-use invitation, to go into a deep link (at most 64 of `A-Za-z0-9_-`)."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        with self._database.writing() as connection:
            connection.execute(
                insert(invitation).values(
                    secret_hash=_hash(secret),
                    unit_id=unit_number,
                    role=role,
                    made_by=by,
                    made_at=now,
                    expires_at=now + INVITATION_LASTS,
                )
            )
        return secret

    def accept(self, secret: str, newcomer: Newcomer, now: datetime) -> Person | None:
        """Admits the bearer of an invitation and uses it up; None when it is spent, revoked, expired or made up."""
        with self._database.writing() as connection:
            row = connection.execute(
                update(invitation)
                .where(
                    invitation.c.secret_hash == _hash(secret),
                    invitation.c.used_by.is_(None),
                    invitation.c.revoked_at.is_(None),
                    invitation.c.expires_at > now,
                )
                .values(used_by=newcomer.id, used_at=now)
                .returning(invitation.c.role, invitation.c.unit_id)
            ).one_or_none()
            if row is None:
                return None
            _admit(connection, newcomer, row.role, row.unit_id, now)
        return self.person(newcomer)

    def invitations(self, now: datetime) -> list[Invitation]:
        """Invitations that somebody can still use, the one that ends first first."""
        query = (
            select(invitation, unit.c.name.label("unit_name"))
            .join(unit, unit.c.id == invitation.c.unit_id, isouter=True)
            .where(invitation.c.used_by.is_(None), invitation.c.revoked_at.is_(None), invitation.c.expires_at > now)
            .order_by(invitation.c.expires_at, invitation.c.id)
        )
        with self._database.reading() as connection:
            return [
                Invitation(r.id, r.role, Unit(r.unit_id, r.unit_name) if r.unit_name else None, r.expires_at)
                for r in connection.execute(query)
            ]

    def revoke(self, number: int, now: datetime) -> None:
        """Makes an invitation useless."""
        open_one = and_(invitation.c.id == number, invitation.c.used_by.is_(None))
        with self._database.writing() as connection:
            connection.execute(update(invitation).where(open_one).values(revoked_at=now))

    # ---- requests

    def request(self, newcomer: Newcomer, now: datetime) -> Request | None:
        """Notes a stranger's wish; None when theirs is pending already."""
        pending = and_(admission_request.c.person_id == newcomer.id, admission_request.c.state == "pending")
        with self._database.writing() as connection:
            take_turn(connection, "request", newcomer.id)
            if connection.execute(select(admission_request.c.id).where(pending)).first():
                return None
            number = connection.execute(
                insert(admission_request)
                .values(
                    person_id=newcomer.id,
                    name=newcomer.name,
                    username=newcomer.username,
                    asked_at=now,
                    state="pending",
                )
                .returning(admission_request.c.id)
            ).scalar_one()
        return Request(number, newcomer, now, "pending")

    def requests(self) -> list[Request]:
        """Wishes that nobody has decided, oldest first."""
        pending = select(admission_request).where(admission_request.c.state == "pending")
        with self._database.reading() as connection:
            return [_request(r) for r in connection.execute(pending.order_by(admission_request.c.id))]

    def decide(
        self, number: int, by: int, now: datetime, *, role: Role | None, unit_number: int | None = None
    ) -> Request | None:
        """Approves a wish with a role, or refuses it with None; None when somebody has already decided it."""
        with self._database.writing() as connection:
            row = connection.execute(
                update(admission_request)
                .where(admission_request.c.id == number, admission_request.c.state == "pending")
                .values(state="approved" if role else "refused", decided_by=by, decided_at=now)
                .returning(*admission_request.c)
            ).one_or_none()
            if row is None:
                return None
            request = _request(row)
            if role:
                _admit(connection, request.newcomer, role, unit_number, now)
        return request


def _units_of(connection: Connection, people: Collection[int] | Select[tuple[int]]) -> dict[int, tuple[Unit, ...]]:
    query = select(membership.c.person_id, unit.c.id, unit.c.name).join(unit).order_by(unit.c.name)
    query = query.where(membership.c.person_id.in_(people))
    found: dict[int, tuple[Unit, ...]] = {}
    for who, number, name in connection.execute(query):
        found[who] = (*found.get(who, ()), Unit(number, name))
    return found


def _unit(connection: Connection, name: str) -> Unit:
    take_turn(connection, "unit", _key(name))
    row = connection.execute(select(unit).where(unit.c.folded == _key(name))).one_or_none()
    if row is None:
        made = insert(unit).values(name=collapse(name), folded=_key(name)).returning(unit.c.id, unit.c.name)
        row = connection.execute(made).one()
    return Unit(row.id, row.name)


def _remember(
    connection: Connection, newcomer: Newcomer, now: datetime, owners: Collection[int], role: Role | None = None
) -> None:
    """Makes the row of an owner who has none; keeps the name of whoever has one. Nobody writes to the terminal."""
    take_turn(connection, "person", newcomer.id)
    reachable = int(newcomer.id > 0)
    values: dict[str, Any] = {"name": newcomer.name, "username": newcomer.username, "reachable": reachable}
    kept = connection.execute(update(person).where(person.c.id == newcomer.id).values(**values))
    if not kept.rowcount and (newcomer.id in owners or role is not None):
        connection.execute(insert(person).values(id=newcomer.id, role=role or "admin", since=now, **values))


def _admit(connection: Connection, newcomer: Newcomer, role: Role, unit_number: int | None, now: datetime) -> None:
    take_turn(connection, "person", newcomer.id)
    row = connection.execute(select(person.c.role).where(person.c.id == newcomer.id)).one_or_none()
    values: dict[str, Any] = {"name": newcomer.name, "username": newcomer.username, "reachable": 1}
    if row is None:
        connection.execute(insert(person).values(id=newcomer.id, role=role, since=now, **values))
    else:  # an invitation to a further unit never takes a higher role away
        kept = _higher(row.role, role)
        connection.execute(update(person).where(person.c.id == newcomer.id).values(role=kept, **values))
    if unit_number is not None:
        _join(connection, newcomer.id, unit_number)


def _higher(one: Role | None, other: Role) -> Role:
    order: dict[Role | None, int] = {"admin": 4, "clerk": 3, "leader": 2, "officer": 1, None: 0}
    return one if one is not None and order[one] > order[other] else other


def _join(connection: Connection, who: int, number: int) -> None:
    here = and_(membership.c.person_id == who, membership.c.unit_id == number)
    if not connection.execute(select(func.count()).select_from(membership).where(here)).scalar():
        connection.execute(insert(membership).values(person_id=who, unit_id=number))


def _request(row: Any) -> Request:
    return Request(row.id, Newcomer(row.person_id, row.name, row.username), row.asked_at, row.state)


def _key(name: str) -> str:
    return collapse(fold(name))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
