"""The office as one object: everything a feature may need of people, groups, questions and the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.office.allowances import Allowances
from bot.office.audit import Audit, Entry
from bot.office.erasure import Erasure
from bot.office.expected_input import ExpectedInputs
from bot.office.groups import Groups
from bot.office.people import People
from bot.office.progress import Progress
from bot.office.questions import Questions
from bot.office.records import scopes
from bot.office.visibility import Visibility

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from bot.clock import Clock
    from bot.desk.visit import Visit
    from corpus.store import Store


@dataclass(frozen=True, slots=True)
class Office:
    """People, groups, audiences, questions, progress and the record, over one store and one clock."""

    store: Store
    clock: Clock
    people: People
    groups: Groups
    visibility: Visibility
    questions: Questions
    audit: Audit
    progress: Progress
    expected: ExpectedInputs
    erasure: Erasure
    allowances: Allowances

    def visible(self, visit: Visit) -> frozenset[str] | None:
        """Keys of the directives that may be seen on a visit; None when nothing is kept from it."""
        return self.visibility.visible(scopes(visit.person, visit.place, visit.group_unit))

    def note(
        self, person: int, action: str, subject: str, *, chat: int | None = None, detail: dict[str, Any] | None = None
    ) -> None:
        """Adds an act to the record, now."""
        self.audit.note(Entry(self.clock.now(), person, action, subject, detail, chat))


def open_office(store: Store, clock: Clock, owners: Collection[int]) -> Office:
    """The office kept in the store's database; `owners` are administrators in any case."""
    database = store.database
    return Office(
        store=store,
        clock=clock,
        people=People(database, owners),
        groups=Groups(database),
        visibility=Visibility(database),
        questions=Questions(database),
        audit=Audit(database),
        progress=Progress(database),
        expected=ExpectedInputs(database),
        erasure=Erasure(database, owners),
        allowances=Allowances(database),
    )
