"""Administrators admit people: invitations, requests, roles, units, dismissal.

Areas: `ra:<request>` approve (choose a role), `rr:<request>` refuse, `rl:<request>:<role>:<page>` choose a unit,
`ru:<request>:<role>:<unit>` decide; `iv:<role>:<page>` invite (choose a unit), `iu:<role>:<unit>` make the link,
`ii:<page>` open invitations, `ix:<invitation>` revoke; `ri` open requests; `n:<page>` people, `nn:<person>` one of
them, `nr:<person>:<role>` give a role, `nu:<person>:<page>` units, `nt:<person>:<unit>:<page>` in or out of a unit,
`nd:<person>` dismiss, `ny:<person>` really. Unit 0 is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.choosing import back, chosen_from, chosen_page, page_of, unit_choices
from bot.desk.replies import Menu, Reply, Say, Tell, Toast, Turn
from bot.desk.routing import ADMINS, PRIVATE, Command, Press, Rights, Routes
from bot.office.people import INVITATION_LASTS, Newcomer
from bot.office.records import ROLES, Person, Place, Role
from bot.screens import Button, Screen, notice, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.desk.links import BotName
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office
    from bot.texts import Texts

_RIGHTS = Rights(ADMINS, PRIVATE)
_LADDER: tuple[Role, ...] = ("officer", "leader", "clerk", "admin")


class PeopleFeature:
    """The administrators' register of people."""

    def __init__(self, office: Office, bot: BotName) -> None:
        self._office = office
        self._people = office.people
        self._bot = bot

    def routes(self) -> Routes:
        """For administrators, in private."""
        handlers = {
            "ra": self._approve,
            "rr": self._refuse,
            "rl": self._approve_role,
            "ru": self._approve_unit,
            "ri": self._requests,
            "iv": self._invite_role,
            "iu": self._invite_unit,
            "ii": self._invitations,
            "ix": self._revoke,
            "n": self._list,
            "nn": self._one,
            "nr": self._role,
            "nu": self._units,
            "nt": self._toggle_unit,
            "nd": self._dismiss,
            "ny": self._dismissed,
        }
        return Routes(
            commands=(Command("moi", self.invite, _RIGHTS), Command("nguoi", self.everyone, _RIGHTS)),
            presses=tuple(Press(area, handle, _RIGHTS, turns=area == "nt") for area, handle in handlers.items()),
        )

    # ---- invitations

    def invite(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """Begins an invitation: in which role?"""
        return (Say(_choose_role(visit.texts, visit.texts("invite.role"), lambda role: encode("iv", role, 0))),)

    def _invite_role(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        role, page = _role_of(arguments[0]), int(arguments[1])
        text = visit.texts("invite.unit", role=visit.texts(f"role.{role}"))
        return (Turn(self._choose_unit(visit.texts, text, page, ("iv", role), ("iu", role))),)

    def _invite_unit(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        role, unit = _role_of(arguments[0]), self._unit(arguments[1])
        secret = self._people.invite(role, unit, visit.person.id, self._office.clock.now())
        name = self._unit_name(visit.texts, unit)
        self._office.note(visit.person.id, "invitation.made", name, detail={"role": role})
        text = visit.texts("invite.made", role=visit.texts(f"role.{role}"), unit=name, days=INVITATION_LASTS.days)
        return (Turn(notice(text, self._bot.start_link(secret))),)

    def _invitations(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._invitation_list(visit.texts, int(arguments[0]))),)

    def _revoke(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        self._people.revoke(int(arguments[0]), self._office.clock.now())
        self._office.note(visit.person.id, "invitation.revoked", arguments[0])
        return Toast(visit.texts("invite.revoked")), Turn(self._invitation_list(visit.texts, 0))

    def _invitation_list(self, texts: Texts, page: int) -> Screen:
        choices = [
            Button(
                texts(
                    "invite.one",
                    role=texts(f"role.{each.role}"),
                    unit=each.unit.name if each.unit else texts("unit.none"),
                    until=f"{each.expires_at:%d/%m}",
                ),
                encode("ix", each.id),
            )
            for each in self._people.invitations(self._office.clock.now())
        ]
        text = texts("invite.open") if choices else texts("invite.none")
        return notice(
            text, buttons=(*chosen_from(texts, choices, page, lambda to: encode("ii", to)), back(texts, "n", 0))
        )

    # ---- requests

    def _requests(self, visit: Visit, _pressed: Pressed, _arguments: tuple[str, ...]) -> Sequence[Reply]:
        waiting = self._people.requests()
        choices = [Button(f"🙋 {r.newcomer.name} · {r.asked_at:%d/%m}", encode("ra", r.id)) for r in waiting]
        text = visit.texts("admission.open") if choices else visit.texts("admission.none")
        rows = chosen_from(visit.texts, choices, 0, lambda _to: encode("ri"))
        return (Turn(notice(text, buttons=(*rows, back(visit.texts, "n", 0)))),)

    def _approve(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        request = next((r for r in self._people.requests() if r.id == int(arguments[0])), None)
        if request is None:
            return (Turn(notice(visit.texts("admission.decided"))),)
        text = visit.texts("admission.role", name=request.newcomer.name)
        screen = _choose_role(visit.texts, text, lambda role: encode("rl", request.id, role, 0))
        refuse = (Button(visit.texts("admission.refuse"), encode("rr", request.id)),)
        return (Turn(Screen(screen.blocks, (*screen.buttons, refuse))),)

    def _approve_role(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        request, role, page = int(arguments[0]), _role_of(arguments[1]), int(arguments[2])
        text = visit.texts("admission.unit", role=visit.texts(f"role.{role}"))
        return (Turn(self._choose_unit(visit.texts, text, page, ("rl", request, role), ("ru", request, role))),)

    def _approve_unit(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        role, unit = _role_of(arguments[1]), self._unit(arguments[2])
        request = self._people.decide(
            int(arguments[0]), visit.person.id, self._office.clock.now(), role=role, unit_number=unit
        )
        if request is None:
            return (Turn(notice(visit.texts("admission.decided"))),)
        name, words = self._unit_name(visit.texts, unit), visit.texts(f"role.{role}")
        detail = {"role": role, "about": request.newcomer.id}
        self._office.note(visit.person.id, "person.admitted", request.newcomer.name, detail=detail)
        return (
            Turn(notice(visit.texts("admission.approved", name=request.newcomer.name, role=words, unit=name))),
            Tell(Place(request.newcomer.id), notice(visit.texts("admission.welcome", role=words, unit=name))),
            Menu(request.newcomer.id, role),
        )

    def _refuse(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        request = self._people.decide(int(arguments[0]), visit.person.id, self._office.clock.now(), role=None)
        if request is None:
            return (Turn(notice(visit.texts("admission.decided"))),)
        self._office.note(visit.person.id, "person.refused", request.newcomer.name, detail={"about": request.newcomer.id})
        return (
            Turn(notice(visit.texts("admission.refused", name=request.newcomer.name))),
            Tell(Place(request.newcomer.id), notice(visit.texts("admission.sorry"))),
        )

    # ---- people

    def everyone(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """Everybody admitted, with the requests and invitations that wait."""
        return (Say(self._everyone(visit.texts, 0)),)

    def _list(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._everyone(visit.texts, int(arguments[0]))),)

    def _everyone(self, texts: Texts, page: int) -> Screen:
        count = self._people.count()
        here = page_of(count, page)[2]
        people = self._people.some(here.stop - here.start, here.start)
        choices = [Button(f"{p.name} · {texts(f'role.{p.role}')}", encode("nn", p.id)) for p in people]
        waiting, invited = self._people.requests(), self._people.invitations(self._office.clock.now())
        doors = (
            Button(texts("people.requests", count=len(waiting)), encode("ri")),
            Button(texts("people.invitations", count=len(invited)), encode("ii", 0)),
        )
        left = self._people.dismissed()
        gone = ((Button(texts("privacy.left", count=len(left)), encode("zl", 0)),),) if left else ()
        rows = chosen_page(texts, choices, page, count, lambda to: encode("n", to))
        return notice(texts("people.list", count=count), buttons=(*rows, doors, *gone))

    def _one(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._page(visit, int(arguments[0]))),)

    def _page(self, visit: Visit, number: int) -> Screen:
        person, texts = self._person(number), visit.texts
        units = ", ".join(unit.name for unit in person.units) or texts("unit.none")
        lines = texts("people.one", name=person.name, role=texts(f"role.{person.role}"), units=units, person=person.id)
        untouchable = number == visit.person.id or number in self._people.owners
        roles = (
            ()
            if untouchable
            else rows_of(
                [
                    Button(f"→ {texts(f'role.{role}')}", encode("nr", number, role))
                    for role in _LADDER
                    if role != person.role
                ]
            )
        )
        actions = [Button(texts("people.units"), encode("nu", number, 0))]
        actions += [] if untouchable else [Button(texts("people.dismiss"), encode("nd", number))]
        forget = (Button(texts("privacy.erase"), encode("zp", number)),)
        others = () if number == visit.person.id or number <= 0 else (forget,)
        return notice(lines, buttons=(*roles, tuple(actions), *others, back(texts, "n", 0)))

    def _role(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        person, role = self._other(visit, arguments[0]), _role_of(arguments[1])
        self._people.set_role(person.id, role)
        detail = {"from": person.role, "to": role, "about": person.id}
        self._office.note(visit.person.id, "person.role", person.name, detail=detail)
        told = notice(visit.texts("people.role_changed", role=visit.texts(f"role.{role}")))
        return Turn(self._page(visit, person.id)), Tell(Place(person.id), told), Menu(person.id, role)

    def _units(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._unit_page(visit.texts, self._person(int(arguments[0])), int(arguments[1]))),)

    def _toggle_unit(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        person, unit, page = self._person(int(arguments[0])), self._unit(arguments[1]), int(arguments[2])
        name = self._unit_name(visit.texts, unit)
        if unit in {u.id for u in person.units}:
            self._people.leave(person.id, unit or 0)
            action = "unit.left"
        else:
            newcomer = Newcomer(person.id, person.name, person.username)
            self._people.join(newcomer, unit or 0, self._office.clock.now())
            action = "unit.joined"
        self._office.note(visit.person.id, action, f"{person.name} – {name}", detail={"about": person.id})
        return (Turn(self._unit_page(visit.texts, self._person(person.id), page)),)

    def _unit_page(self, texts: Texts, person: Person, page: int) -> Screen:
        mine = frozenset(unit.id for unit in person.units)
        choices = unit_choices(self._people.units(), lambda unit: encode("nt", person.id, unit, page), mine)
        rows = chosen_from(texts, choices, page, lambda to: encode("nu", person.id, to))
        return notice(texts("people.choose_units", name=person.name), buttons=(*rows, back(texts, "nn", person.id)))

    def _dismiss(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        person = self._other(visit, arguments[0])
        sure = (Button(visit.texts("people.dismiss_sure"), encode("ny", person.id)),)
        text = visit.texts("people.dismiss_question", name=person.name)
        return (Turn(notice(text, buttons=(sure, back(visit.texts, "nn", person.id)))),)

    def _dismissed(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        person = self._other(visit, arguments[0])
        self._people.set_role(person.id, None)
        self._office.note(visit.person.id, "person.dismissed", person.name, detail={"about": person.id})
        return (
            Toast(visit.texts("people.dismissed", name=person.name)),
            Turn(self._everyone(visit.texts, 0)),
            Menu(person.id, None),
        )

    # ---- parts

    def _choose_unit(
        self, texts: Texts, text: str, page: int, turn: tuple[object, ...], choose: tuple[object, ...]
    ) -> Screen:
        units = self._people.units()
        choices = unit_choices(units, lambda unit: encode(str(choose[0]), *choose[1:], unit))
        choices.append(Button(texts("unit.none"), encode(str(choose[0]), *choose[1:], 0)))
        hint = () if units else (texts("unit.none_yet"),)
        rows = chosen_from(texts, choices, page, lambda to: encode(str(turn[0]), *turn[1:], to))
        return notice(text, *hint, buttons=rows)

    def _unit(self, number: str) -> int | None:
        """The unit a button names, None for 0.

        Raises:
            ValueError: there is no such unit any more.
        """
        if number == "0":
            return None
        if self._people.unit(int(number)) is None:
            raise ValueError(number)
        return int(number)

    def _unit_name(self, texts: Texts, number: int | None) -> str:
        unit = self._people.unit(number) if number is not None else None
        return unit.name if unit else texts("unit.none")

    def _person(self, number: int) -> Person:
        person = self._people.admitted(number)
        if person is None:
            raise ValueError(number)
        return person

    def _other(self, visit: Visit, number: str) -> Person:
        """Somebody else, and no owner: nobody takes their own key away."""
        if int(number) == visit.person.id or int(number) in self._people.owners:
            raise ValueError(number)
        return self._person(int(number))


def _choose_role(texts: Texts, text: str, data: Callable[[Role], str]) -> Screen:
    buttons = [Button(texts(f"role.{role}"), data(role)) for role in _LADDER]
    return notice(text, buttons=rows_of(buttons, 2))


def _role_of(name: str) -> Role:
    role = next((role for role in ROLES if role == name), None)
    if role is None:
        raise ValueError(name)
    return role
