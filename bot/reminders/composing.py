"""What a delivery says when its turn comes: its items as things stand then. Knows the roll, and nothing of sending."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.message_blocks import paragraph
from bot.reminders.dues import Due, dues
from bot.reminders.messages import Reminded, digest_items, list_screen, one_screen, span_of
from bot.reminders.outbox import DIGEST
from bot.reminders.wishes import DEFAULT
from bot.screens import Screen

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from bot.reminders.catalogue import Catalogue
    from bot.reminders.outbox import Claim
    from bot.reminders.recipients import Recipient, Roll
    from bot.reminders.wishes import Wishes
    from bot.reminders.working_days import WorkingDays
    from bot.texts import Texts


@dataclass(frozen=True, slots=True)
class Standing:
    """Things as they stand at one moment."""

    catalogue: Catalogue
    roll: Roll
    wishes: dict[Recipient, Wishes]
    days: WorkingDays
    today: date


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes the deliveries of one batch. `concerns` has what each of its recipients may hear of on that day."""

    standing: Standing
    concerns: dict[Recipient, list[Due]]

    def wishes_of(self, claim: Claim) -> Wishes:
        """What the recipient of a claim has chosen."""
        return self.standing.wishes.get((claim.place.chat, claim.place.topic), DEFAULT)

    def compose(self, claim: Claim, texts: Texts) -> Screen | None:
        """What is still to be said; None when that is nothing."""
        if not self.wishes_of(claim).reminders:
            return None
        asked = {(item.source, item.due) for item in claim.items}
        said = any(item.source == DIGEST for item in claim.items)
        heard = self.concerns.get((claim.place.chat, claim.place.topic), ())
        here = [reminded(due, self.standing.catalogue) for due in heard]
        items = [r for r in here if (r.source, r.due.day) in asked]
        if said:
            listed = digest_items(here, self.standing.today)
            items = [*listed, *(r for r in items if r not in listed)]
        if not items:
            return None
        mark = texts("reminder.again") if claim.repeat else ""
        if len(items) == 1 and not said:
            worked = self.standing.days.on_or_before(items[0].due.day)
            screen = one_screen(items[0], self.standing.today, worked, texts, mark=mark)
        else:
            title = texts(
                "digest.title" if said else "reminder.several", count=len(items), day=f"{self.standing.today:%d/%m/%Y}"
            )
            screen = list_screen(title, items, self.standing.today, texts, mark=mark)
        reference = paragraph(texts("reminder.reference", reference=claim.reference), "italic")
        return Screen((*screen.blocks, reference), screen.buttons)


def composer(standing: Standing, claims: Collection[Claim]) -> Composer:
    """Composes these claims as things stand."""
    first, last = span_of(standing.today)
    concerns: dict[Recipient, list[Due]] = defaultdict(list)

    def note(due: Due, asked: frozenset[Recipient]) -> None:
        for here in standing.roll.recipients(due, standing.catalogue.names(due.deadline)) & asked:
            if not standing.roll.silence(here, due.deadline, standing.today):
                concerns[here].append(due)

    everybody = frozenset((claim.place.chat, claim.place.topic) for claim in claims)
    for due in dues(standing.catalogue.deadlines, first, last):
        note(due, everybody)
    for claim in claims:
        here = frozenset({(claim.place.chat, claim.place.topic)})
        for item in claim.items:
            if not first <= item.due <= last:  # put off long before it is due
                for due in dues(standing.catalogue.by_source.get(item.source, ()), item.due, item.due):
                    note(due, here)
    return Composer(standing, concerns)


def reminded(due: Due, catalogue: Catalogue) -> Reminded:
    """An occurrence with its task and directive."""
    deadline = due.deadline
    return Reminded(due, catalogue.tasks.get(deadline.source_id), catalogue.directives.get(deadline.directive))
