"""The planner looks at those whom the days concern, a page at a time: nobody who should hear is passed over, few others read."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

import bot.reminders.planner as planner_module
from bot.office.progress import Mark
from bot.office.records import Place
from bot.office.tables import group_binding, group_chat, membership, person, progress
from bot.reminders.concerned import concerned
from bot.reminders.silence import Silence
from bot.reminders.tables import delivery, reminder_item, reminder_mute, reminder_setting, reminder_watch
from bot.reminders.wishes import DIGESTS, OFFSETS, WishBook
from tests.integration.test_reminders import ZONE, Reminding, task

UNITS = ("Sở Nội vụ", "Sở Y tế", "Sở Tài chính", "Sở Xây dựng")
SILENT = "Sở Xây dựng"
"""Has nothing to do, whatever happens."""
PEOPLE = range(12, 24)
GROUPS = (-100, -200)
WEDNESDAY = date(2025, 6, 11)


class Office(Reminding):
    """A desk with people, groups and duties by chance."""

    def __init__(self, home, chance: random.Random) -> None:
        super().__init__(home, datetime.combine(WEDNESDAY, time(9), ZONE))
        self.chance = chance
        self.units = [self.office.people.add_unit(name) for name in UNITS]
        with self.app.store.database.writing() as connection:
            now = self.clock.now()
            rows = [{"id": n, "name": f"Người {n}", "role": "officer", "since": now} for n in PEOPLE]
            connection.execute(insert(person), rows)
            connection.execute(insert(membership), [{"person_id": n, "unit_id": self.units[n % 4].id} for n in PEOPLE])
            chats = [{"id": n, "title": "Nhóm", "present": 1, "since": now} for n in GROUPS]
            connection.execute(insert(group_chat), chats)
            bound = [
                {"chat_id": n, "topic": t, "unit_id": self.units[n % 3].id, "bound_by": 1, "bound_at": now}
                for n in GROUPS
                for t in (0, 7)
            ]
            connection.execute(insert(group_binding), bound)

    @property
    def planner(self) -> planner_module.Planner:
        return self.engine.planner

    def load_some(self, name: str) -> None:
        days = self.chance.sample([-9, -6, -1, 0, 1, 2, 3, 4, 7, 8, 15, 30, 31, 60], 4)
        duties = [
            task(f"Việc {name}.{n}", self.clock.today() + timedelta(days=n), lead=(self.chance.choice(UNITS[:3]),))
            for n in days
        ]
        self.load(*duties, task(f"Báo cáo {name}", None, recurrence="monthly", recurs_before="13"), name=name)

    def change(self) -> None:
        """One change by chance, of what a plan depends on."""
        database, chance = self.app.store.database, self.chance
        place = chance.choice([Place(n, 0) for n in PEOPLE] + [Place(n, t, group=True) for n in GROUPS for t in (0, 7, 9)])
        tasks = self.app.store.tasks()
        one = chance.choice(tasks) if tasks else None
        match chance.randrange(9):
            case 0:
                self.load_some(str(chance.randrange(20, 23)))
            case 1 if one:
                self.app.store.remove(one.directive)
            case 2:
                chosen = {"digest": chance.choice(DIGESTS), "reminders": chance.random() > 0.2}
                WishBook(database).change(place, offsets=tuple(chance.sample(OFFSETS, 4)), **chosen)
            case 3 if one:
                Silence(database).watch(place, one.id, 1)
            case 4 if one:
                until = chance.choice([None, self.clock.today() + timedelta(days=chance.randrange(4))])
                Silence(database).mute(place, chance.choice([one.id, one.directive]), until)
            case 5 if one:
                unit = chance.choice(self.units).id
                with database.writing() as connection:
                    connection.execute(delete(progress).where(progress.c.task_id == one.id, progress.c.unit_id == unit))
                self.office.progress.mark(Mark(one.id, unit, "done", None, 1, self.clock.now()))
            case 6:
                with database.writing() as connection:
                    here = person.c.id == chance.choice(PEOPLE)
                    connection.execute(update(person).where(here).values(reachable=chance.randrange(2)))
            case 7:
                who = chance.choice(PEOPLE)
                with database.writing() as connection:
                    connection.execute(delete(membership).where(membership.c.person_id == who))
                    belong = [{"person_id": who, "unit_id": u.id} for u in chance.sample(self.units, chance.randrange(1, 3))]
                    connection.execute(insert(membership), belong)
            case _:
                self.clock.moment += timedelta(hours=chance.choice([1, 20, 24, 49, 80]))

    def everybody(self) -> list[int]:
        """Every chat that is known in any way."""
        columns = (
            person.c.id, group_chat.c.id, delivery.c.chat_id, reminder_setting.c.chat_id,
            reminder_watch.c.chat_id, reminder_mute.c.chat_id,
        )  # fmt: skip
        with self.app.store.database.reading() as connection:
            return sorted({n for column in columns for n in connection.execute(select(column)).scalars()})

    def planned(self) -> list[tuple]:
        """What stands in the outbox, without the numbers of its rows."""
        item = reminder_item.c
        columns = (item.chat_id, item.topic, item.source_id, item.due, item.days_before, item.day, item.cancelled)
        query = select(*columns, delivery.c.day, delivery.c.due_at, delivery.c.state, delivery.c.kind).join(delivery)
        with self.app.store.database.reading() as connection:
            return sorted(map(tuple, connection.execute(query)), key=repr)


@pytest.mark.parametrize("seed", range(6))
def test_looking_at_everybody_finds_nothing_more_to_plan(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(planner_module, "PAGE", 3)
    office = Office(tmp_path, random.Random(seed))
    office.load_some("20")
    added = 0
    for step in range(25):
        if step:
            office.change()
        now = office.clock.now()
        added += office.planner.plan(now).added
        before = office.planned()
        assert office.planner.plan_for(now, office.everybody()) == planner_module.Planned(0, 0)
        assert office.planned() == before
        if office.chance.random() < 0.2:
            office.tick()  # and much of it is sent
    assert added > 20


def test_pages_of_one_and_of_all_plan_the_same(tmp_path, monkeypatch):
    planned = []
    for size in (1, 1000):
        monkeypatch.setattr(planner_module, "PAGE", size)
        office = Office(tmp_path / str(size), random.Random(5))
        office.load_some("20")
        for _ in range(12):
            office.change()
            office.planner.plan(office.clock.now())
        planned.append(office.planned())
    assert planned[0] == planned[1] != []


def looked_at(office: Office) -> set[int]:
    """The chats a plan of this moment reads."""
    run = office.planner._run(office.clock.now())
    with office.app.store.database.reading() as connection:
        found = concerned(connection, run.agenda, run.window)
    assert len(found) == len(set(found))
    return set(found)


def of_unit(office: Office, name: str) -> set[int]:
    return {n for n in PEOPLE if UNITS[n % 4] == name} | {n for n in GROUPS if UNITS[n % 3] == name}


def test_only_those_are_looked_at_whom_the_days_concern(tmp_path):
    office = Office(tmp_path, random.Random(1))
    assert looked_at(office) == set()
    office.load(task("Trình đề án", date(2025, 6, 18)))  # a week, and it is Wednesday
    assert looked_at(office) == of_unit(office, "Sở Nội vụ")
    office.load(task("Gửi báo cáo", date(2025, 8, 18), lead=("Sở Y tế",)), name="10")
    assert looked_at(office) == of_unit(office, "Sở Nội vụ")
    coming = next(one for one in office.app.store.tasks() if one.due == date(2025, 6, 18))
    Silence(office.app.store.database).watch(Place(15, 0), coming.id, 15)
    assert UNITS[15 % 4] == SILENT
    assert looked_at(office) == of_unit(office, "Sở Nội vụ") | {15}


def test_on_a_day_of_mere_daily_digests_only_those_who_read_them_are_looked_at(tmp_path):
    office = Office(tmp_path, random.Random(1))
    office.clock.moment = datetime(2025, 6, 10, 9, tzinfo=ZONE)  # a Tuesday
    office.load(task("Trình đề án", date(2025, 6, 16)))  # spoken of on the Monday before and on the Friday
    assert looked_at(office) == set()
    book = WishBook(office.app.store.database)
    reader = min(n for n in of_unit(office, "Sở Nội vụ") if n > 0)
    book.change(Place(reader, 0), digest="daily")
    book.change(Place(15, 0), digest="daily")  # of a unit that it does not concern
    book.change(Place(-200, 7, group=True), digest="daily")
    group = {-200} & of_unit(office, "Sở Nội vụ")
    assert looked_at(office) == {reader} | group
    assert office.planner.plan(office.clock.now()).added == 3 * (1 + len(group))
    office.clock.moment = datetime(2025, 6, 13, 9, tzinfo=ZONE)
    assert looked_at(office) == of_unit(office, "Sở Nội vụ")


def test_what_was_promised_is_looked_at_until_it_is_taken_back(tmp_path):
    office = Office(tmp_path, random.Random(1))
    office.load(task("Trình đề án", date(2025, 6, 18)))
    office.planner.plan(office.clock.now())
    with office.app.store.database.writing() as connection:
        connection.execute(delete(membership))
        connection.execute(delete(group_binding))
    assert looked_at(office) == of_unit(office, "Sở Nội vụ")
    assert office.planner.plan(office.clock.now()).cancelled > 0
    assert looked_at(office) == set()


def test_who_chooses_is_planned_for_at_once_and_nobody_else_is_read(tmp_path):
    office = Office(tmp_path, random.Random(1))
    office.load(task("Trình đề án", date(2025, 6, 18)))
    office.engine.plan_if_due()
    hours = WishBook(office.app.store.database)
    first, second = sorted(n for n in of_unit(office, "Sở Nội vụ") if n > 0)[:2]

    def hour(chat: int) -> int:
        query = select(delivery.c.due_at).where(delivery.c.chat_id == chat, delivery.c.state == "pending")
        with office.app.store.database.reading() as connection:
            return connection.execute(query.order_by(delivery.c.day)).scalars().first().astimezone(ZONE).hour

    for chat in (first, second):
        hours.change(Place(chat, 0), hour="16:30")
    office.engine.replan(first)
    office.engine.plan_if_due()
    assert (hour(first), hour(second)) == (16, 7)
    office.clock.moment += timedelta(minutes=6)
    office.engine.plan_if_due()
    assert hour(second) == 16


def test_what_is_done_is_taken_back_from_all_who_were_to_hear_of_it(tmp_path):
    office = Office(tmp_path, random.Random(1))
    office.load(task("Trình đề án", date(2025, 6, 18)))
    office.engine.plan_if_due()
    (one,) = office.app.store.tasks()
    office.office.progress.mark(Mark(one.id, office.units[0].id, "done", None, 4, office.clock.now()))
    office.engine.replan(source=one.id)
    office.engine.plan_if_due()
    with office.app.store.database.reading() as connection:
        pending = select(func.count()).select_from(delivery).where(delivery.c.state == "pending")
        assert connection.execute(pending).scalar() == 0


def test_a_hasty_plan_that_fails_is_made_up_for_by_the_next_for_everybody(tmp_path, monkeypatch):
    office = Office(tmp_path, random.Random(1))
    office.load(task("Trình đề án", date(2025, 6, 18)))
    office.engine.plan_if_due()
    before = office.planned()
    with office.app.store.database.writing() as connection:
        connection.execute(delete(membership))
    office.engine.replan(16)
    with monkeypatch.context() as broken:
        broken.setattr(planner_module, "read_units", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            office.engine.plan_if_due()
    assert office.planned() == before
    office.engine.plan_if_due()
    assert office.planned() != before
