"""Units: which are mine, who is in them; administrators add, rename and remove them.

Areas: `d:<page>` the list, `dd:<unit>` one unit, `da` add, `dr:<unit>` rename, `dx:<unit>` remove, `dy:<unit>` really,
`dj:<unit>` join or leave oneself. Inputs: `unit.add`, `unit.rename`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.callbacks import encode
from bot.desk.choosing import back, chosen_from, unit_choices
from bot.desk.replies import Reply, Say, Toast, Turn
from bot.desk.routing import ADMINS, PRIVATE, Command, Input, Press, Rights, Routes
from bot.message_blocks import shorten
from bot.office.records import KEEPERS, Unit
from bot.screens import Button, Screen, notice
from corpus.text import collapse, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office
    from bot.texts import Texts

NAME_LIMIT = 200
_KEEPERS = Rights(KEEPERS, PRIVATE)
_ADMINS = Rights(ADMINS, PRIVATE)


class UnitsFeature:
    """/donvi."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._people = office.people

    def routes(self) -> Routes:
        """Everybody sees their own; administrators keep the list."""
        return Routes(
            commands=(Command("donvi", self.mine),),
            presses=(
                Press("d", self._list, _KEEPERS),
                Press("dd", self._one, _KEEPERS),
                Press("dj", self._join, _KEEPERS),
                Press("da", self._add, _ADMINS),
                Press("dr", self._rename, _ADMINS),
                Press("dx", self._remove, _ADMINS),
                Press("dy", self._removed, _ADMINS),
            ),
            inputs=(Input("unit.add", self._added, _ADMINS), Input("unit.rename", self._renamed, _ADMINS)),
        )

    def mine(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """The group's unit, one's own units, or (for those who keep it) the list."""
        if visit.place.group:
            name = visit.group_unit.name if visit.group_unit else visit.texts("unit.none")
            return (Say(notice(visit.texts("unit.group", unit=name))),)
        if visit.person.role in KEEPERS:
            return (Say(self._all(visit, 0)),)
        if not visit.person.units:
            return (Say(notice(visit.texts("unit.mine_none"))),)
        return (Say(notice(visit.texts("unit.mine"), *(self._members(visit.texts, u) for u in visit.person.units))),)

    def _members(self, texts: Texts, unit: Unit) -> str:
        people = self._people.members(unit.id)
        names = ", ".join(f"{p.name} ({texts(f'role.{p.role}')})" for p in people) or texts("unit.nobody")
        return texts("unit.members", unit=unit.name, count=len(people), names=names)

    def _list(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._all(visit, int(arguments[0]))),)

    def _all(self, visit: Visit, page: int) -> Screen:
        units = self._people.units()
        rows = chosen_from(
            visit.texts, unit_choices(units, lambda n: encode("dd", n)), page, lambda to: encode("d", to)
        )
        add = ((Button(visit.texts("unit.add"), encode("da")),),) if visit.person.role == "admin" else ()
        text = visit.texts("unit.list", count=len(units)) if units else visit.texts("unit.list_empty")
        return notice(text, buttons=(*rows, *add))

    def _one(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._page(visit, self._unit(arguments[0]))),)

    def _page(self, visit: Visit, unit: Unit) -> Screen:
        texts = visit.texts
        inside = visit.person.id in {p.id for p in self._people.members(unit.id)}
        rows: list[tuple[Button, ...]] = [
            (Button(texts("unit.leave" if inside else "unit.join"), encode("dj", unit.id)),)
        ]
        if visit.person.role == "admin":
            rename = Button(texts("unit.rename"), encode("dr", unit.id))
            rows.append((rename, Button(texts("unit.remove"), encode("dx", unit.id))))
        return notice(self._members(texts, unit), buttons=(*rows, back(texts, "d", 0)))

    def _join(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        unit = self._unit(arguments[0])
        if visit.person.id in {p.id for p in self._people.members(unit.id)}:
            self._people.leave(visit.person.id, unit.id)
            action = "unit.left"
        else:
            self._people.known(visit.newcomer, self._office.clock.now(), visit.person.role)
            self._people.join(visit.newcomer, unit.id, self._office.clock.now())
            action = "unit.joined"
        subject = f"{visit.person.name} – {unit.name}"
        self._office.note(visit.person.id, action, subject, detail={"about": visit.person.id})
        return (Turn(self._page(visit, unit)),)

    def _add(self, visit: Visit, _pressed: Pressed, _arguments: tuple[str, ...]) -> Sequence[Reply]:
        self._office.expected.expect(visit.place, visit.person.id, "unit.add", {}, self._office.clock.now())
        return (Say(notice(visit.texts("unit.type_name"))),)

    def _added(self, visit: Visit, incoming: Incoming, _payload: dict[str, Any]) -> Sequence[Reply]:
        names = [collapse(line)[:NAME_LIMIT] for line in incoming.text.splitlines() if line.strip()]
        for name in names:
            known = {unit.id for unit in self._people.units()}
            if self._people.add_unit(name).id not in known:  # else it was there, or the message is handled anew
                self._office.note(visit.person.id, "unit.added", name)
        return Say(notice(visit.texts("unit.added", names=", ".join(names)))), Say(self._all(visit, 0))

    def _rename(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        unit = self._unit(arguments[0])
        payload = {"unit": unit.id}
        self._office.expected.expect(visit.place, visit.person.id, "unit.rename", payload, self._office.clock.now())
        return (Say(notice(visit.texts("unit.type_new_name", unit=unit.name))),)

    def _renamed(self, visit: Visit, incoming: Incoming, payload: dict[str, Any]) -> Sequence[Reply]:
        unit, name = self._unit(str(payload["unit"])), collapse(incoming.text)[:NAME_LIMIT]
        same = collapse(fold(name))
        if any(u.id != unit.id and collapse(fold(u.name)) == same for u in self._people.units()):
            return (Say(notice(visit.texts("unit.name_taken", name=name))),)
        if unit.name != name:
            self._people.rename_unit(unit.id, name)
            self._office.note(visit.person.id, "unit.renamed", name, detail={"from": unit.name})
        return (Say(self._page(visit, Unit(unit.id, name))),)

    def _remove(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        unit = self._unit(arguments[0])
        sure = (Button(visit.texts("unit.remove_sure"), encode("dy", unit.id)),)
        text = visit.texts("unit.remove_question", unit=unit.name)
        return (Turn(notice(text, buttons=(sure, back(visit.texts, "dd", unit.id)))),)

    def _removed(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        unit = self._unit(arguments[0])
        if not self._people.remove_unit(unit.id):
            return (Toast(visit.texts("unit.in_audience", unit=shorten(unit.name, 80)), alert=True),)
        self._office.note(visit.person.id, "unit.removed", unit.name)
        return Toast(visit.texts("unit.removed", unit=unit.name)), Turn(self._all(visit, 0))

    def _unit(self, number: str) -> Unit:
        unit = self._people.unit(int(number))
        if unit is None:
            raise ValueError(number)
        return unit
