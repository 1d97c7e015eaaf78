"""/xoatoi: a person has what is known of them deleted; administrators do it for those who have left. And the hourly tidying.

Areas: `zx:<minute>` delete what is known of the presser, `zk` keep it; `zl:<page>` who was dismissed, `zp:<person>` delete
what is known of somebody else?, `zq:<person>:<minute>` really. A confirmation counts for half an hour from its minute
(since 1970), so that no button in an old message deletes anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.choosing import back, chosen_from
from bot.desk.replies import Menu, Reply, Say, Turn
from bot.desk.routing import ADMINS, PRIVATE, Chores, Command, Press, Rights, Routes
from bot.logs import get_logger
from bot.office.allowances import TO_STRANGERS
from bot.office.erasure import Erased
from bot.office.retention import tidy_office
from bot.screens import Button, Screen, notice
from corpus.errors import ChidaoError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.erasure import Held
    from bot.office.office import Office
    from bot.texts import Texts

log = get_logger(__name__)

CONFIRMED_WITHIN = timedelta(minutes=30)
_ADMINS = Rights(ADMINS, PRIVATE)
# Who was dismissed or refused may want it too.
_ANYBODY = Rights(places=PRIVATE, strangers=True)


class PrivacyFeature:
    """Forgets people, and what has been kept long enough.

    `put_away` deletes the files of what is no longer known, wherever they are kept; `tidying` is called every hour with
    the moment.
    """

    def __init__(
        self,
        office: Office,
        texts: Texts,
        put_away: Callable[[], object],
        tidying: Sequence[Callable[[datetime], object]] = (),
    ) -> None:
        self._office = office
        self._texts = texts
        self._put_away = put_away
        self._tidying = tidying

    def routes(self) -> Routes:
        """The command, its confirmation, the administrators' way, and the tidying."""
        return Routes(
            commands=(Command("xoatoi", self.ask, _ANYBODY),),
            presses=(
                Press("zx", self._erase_self, _ANYBODY),
                Press("zk", self._keep, _ANYBODY),
                Press("zl", self._dismissed, _ADMINS),
                Press("zp", self._ask_for, _ADMINS),
                Press("zq", self._erase_other, _ADMINS),
            ),
            chores=Chores(lambda: (), self.tidy),
        )

    def tidy(self) -> None:
        """Lets go of what has been kept long enough."""
        now = self._office.clock.now()
        tidy_office(self._office.store.database, self._office.audit, now)
        for tidy in self._tidying:
            tidy(now)

    # ---- oneself

    def ask(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """What would be deleted, what stays and why; nothing is deleted before it is confirmed."""
        now = self._office.clock.now()
        if visit.person.role is None and not self._office.allowances.take(TO_STRANGERS, visit.person.id, now):
            return ()
        return (Say(self._question(visit)),)

    def _question(self, visit: Visit) -> Screen:
        texts, who = visit.texts, visit.person.id
        if who <= 0:
            return notice(texts("privacy.terminal"))
        held = self._office.erasure.held(who)
        if not self._is_held(visit, held):
            return notice(texts("privacy.nothing"))
        said = texts("privacy.deleted", questions=held.questions, feedback=held.feedback)
        buttons = (
            (Button(texts("privacy.sure"), encode("zx", self._minute())),),
            (Button(texts("privacy.keep"), encode("zk")),),
        )
        stays = texts("privacy.stays", acts=held.acts)
        return notice(texts("privacy.question"), said, stays, texts("privacy.after"), buttons=buttons)

    def _keep(self, visit: Visit, _pressed: Pressed, _arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(notice(visit.texts("privacy.kept"))),)

    def _erase_self(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        who = visit.person.id
        held = self._office.erasure.held(who)
        if who <= 0 or not self._is_fresh(arguments[0]) or not self._is_held(visit, held):
            return (Turn(self._question(visit)),)
        outcome = self._erase(who, who)
        if not isinstance(outcome, Erased):
            return (Turn(notice(visit.texts(f"privacy.{outcome}"))),)
        said = [visit.texts("privacy.done")]
        said += [visit.texts("privacy.owner", person=who)] if who in self._office.people.owners else []
        return Turn(notice(*said)), Menu(who, None)

    # ---- somebody who has left

    def _dismissed(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._dismissed_list(visit.texts, int(arguments[0]))),)

    def _dismissed_list(self, texts: Texts, page: int, *first: str) -> Screen:
        choices = [Button(p.name, encode("zp", p.id)) for p in self._office.people.dismissed()]
        said = texts("privacy.dismissed", count=len(choices)) if choices else texts("privacy.dismissed_none")
        rows = chosen_from(texts, choices, page, lambda to: encode("zl", to))
        return notice(*first, said, buttons=(*rows, back(texts, "n", 0)))

    def _ask_for(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._question_for(visit, int(arguments[0]))),)

    def _question_for(self, visit: Visit, who: int) -> Screen:
        texts, person = visit.texts, self._office.people.kept(who)
        if person is None or who == visit.person.id or who <= 0:
            raise ValueError(who)
        held = self._office.erasure.held(who)
        said = texts("privacy.question_for", name=person.name, questions=held.questions, feedback=held.feedback)
        sure = (Button(texts("privacy.sure_for"), encode("zq", who, self._minute())),)
        whence = back(texts, "nn", who) if person.role else back(texts, "zl", 0)
        return notice(said, texts("privacy.stays", acts=held.acts), buttons=(sure, whence))

    def _erase_other(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        who, texts = int(arguments[0]), visit.texts
        if who == visit.person.id or self._office.people.kept(who) is None:
            raise ValueError(who)
        if not self._is_fresh(arguments[1]):
            return (Turn(self._question_for(visit, who)),)
        outcome = self._erase(who, visit.person.id)
        if not isinstance(outcome, Erased):
            return (Turn(notice(texts(f"privacy.{outcome}"), buttons=(back(texts, "n", 0),))),)
        said = [texts("privacy.done_for")]
        said += [texts("privacy.owner_for", person=who)] if who in self._office.people.owners else []
        return Turn(self._dismissed_list(texts, 0, *said)), Menu(who, None)

    # ---- parts

    def _erase(self, who: int, by: int) -> Erased | str:
        outcome = self._office.erasure.erase(who, by, self._office.clock.now(), self._label)
        if isinstance(outcome, Erased):
            try:
                self._put_away()
            except ChidaoError as error:  # they are forgotten; the next round asks again
                log.warning("Could not put things in order", action="tidy.failed", error=str(error))
        return outcome

    @staticmethod
    def _is_held(visit: Visit, held: Held) -> bool:
        """False for a stranger of whom nothing is kept: the record notes no deletion of nothing."""
        return bool(held.known or held.questions or held.feedback or held.acts or visit.person.role)

    def _label(self, number: int) -> str:
        return self._texts("privacy.number", number=-number)

    def _minute(self) -> int:
        return int(self._office.clock.now().timestamp() // 60)

    def _is_fresh(self, minute: str) -> bool:
        return 0 <= self._minute() - int(minute) <= CONFIRMED_WITHIN.total_seconds() // 60


def doer(person: int, names: Mapping[int, str], texts: Texts) -> str:
    """Who did something: by name, as somebody whose data were deleted, or by id."""
    if person < 0:
        return texts("privacy.number", number=-person)
    return names.get(person, str(person))
