"""Which directives may be seen, decided in SQL before anything is searched or listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, insert, or_, select

from bot.office.tables import audience, unit
from corpus.database import take_turn
from corpus.models import DirectiveRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.office.records import Scope
    from corpus.database import Database


class Visibility:
    """The audiences of directives."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def visible(self, scopes: Sequence[Scope]) -> frozenset[str] | None:
        """Keys of the directives that every scope allows; None when all of them do not limit anything."""
        limits = [scope for scope in scopes if scope is not None]
        if not limits:
            return None
        query = select(DirectiveRow.key)
        limited = exists().where(audience.c.directive_key == DirectiveRow.key)
        for scope in limits:
            query = query.where(or_(~limited, limited.where(audience.c.unit_id.in_(scope))))
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def audience(self, directive: str) -> tuple[str, ...]:
        """Names of the units a directive is for; empty when it is for all."""
        query = select(unit.c.name).join(audience).where(audience.c.directive_key == directive).order_by(unit.c.name)
        with self._database.reading() as connection:
            return tuple(connection.execute(query).scalars())

    def set_audience(self, directive: str, units: Collection[int]) -> None:
        """Makes a directive visible to these units only; to all when there are none."""
        with self._database.writing() as connection:
            take_turn(connection, "audience")  # a unit that is just being removed would take its row along
            connection.execute(delete(audience).where(audience.c.directive_key == directive))
            if units:
                rows = [{"directive_key": directive, "unit_id": number} for number in sorted(units)]
                connection.execute(insert(audience), rows)
