"""A year of reminders with the clock moved by hand: what was sent is compared, thing by thing, with the oracle.

The whole: `python -m tests.integration.reminder_year [--people 300 --units 30 --groups 20] [--seeds FOLDER]`.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from bot.composition import Composition
from bot.logs import configure_logging
from bot.office.progress import Mark
from bot.office.records import Place
from bot.office.tables import group_binding, group_chat, membership, person
from bot.reminders.queue_view import QueueView
from bot.reminders.sender import Sent
from bot.reminders.silence import Silence
from bot.reminders.tables import delivery, reminder_item
from bot.reminders.wishes import WishBook
from bot.settings import Settings
from corpus.reading import read_file
from corpus.store_writing import IncomingFile
from tests.integration.front_desk import HandClock, words
from tests.integration.reminder_oracle import DAY, LONG, Oracle, World, occasions

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "samples"
UNITS = (
    "Sở Y tế", "Sở Nội vụ", "Sở Tài chính", "Sở Nông nghiệp và Môi trường", "Bảo hiểm xã hội tỉnh", "Công an tỉnh",
    "UBND xã An Lộc", "Sở Giáo dục và Đào tạo", "Đảng ủy xã An Lộc", "Sở Khoa học và Công nghệ", "Sở Xây dựng",
    "Văn phòng UBND tỉnh", "Văn phòng Tỉnh ủy", "UBND phường Tân Hòa", "Ban Tổ chức Tỉnh ủy", "Sở Công Thương",
    "Bệnh viện Đa khoa tỉnh", "Ủy ban Kiểm tra Tỉnh ủy", "Sở Dân tộc và Tôn giáo", "Đảng ủy phường Tân Hòa",
    "Trung tâm Kiểm soát bệnh tật tỉnh", "Sở Tư pháp", "Thanh tra tỉnh", "UBND xã Suối Vàng", "Thống kê tỉnh",
    "Ban Tuyên giáo và Dân vận Tỉnh ủy", "Đảng ủy UBND tỉnh", "Sở Văn hóa, Thể thao và Du lịch", "Sở Ngoại vụ",
    "Trung tâm Phục vụ hành chính công tỉnh",
)  # fmt: skip
CHOSEN = (LONG, (7, 1, 0, -1), (30, 14, 7), (3, 1, 0, -1, -7), LONG, ())
HOURS = ("07:30", "06:30", "08:30", "13:30", "16:30")
DIGESTS = ("weekly", "weekly", "daily", "off")
TICKS = (5, 9, 17)
ADMIN = 1


@dataclass
class Result:
    """What a year gave; `wrong` has a line for each difference, at most as many as fit on a screen."""

    expected: int = 0
    sent: int = 0
    messages: int = 0
    repeated: int = 0
    states: dict[str, int] = field(default_factory=dict)
    acts: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Year:
    """The office, its people and groups, and what happens to them."""

    def __init__(self, home: Path, start: date, *, people: int, units: int, groups: int, extra: list[Path]) -> None:
        self.clock = HandClock()
        self.clock.today = lambda: self.clock.moment.astimezone(ZONE).date()
        self.clock.moment = datetime(start.year, start.month, start.day, 4, tzinfo=ZONE)
        self.app = Composition(Settings(_env_file=None, home=home, admins=frozenset({ADMIN})), clock=self.clock)
        self.store, self.office = self.app.store, self.app.office
        self.engine = self.app.reminders
        self.engine.sender = self
        self.sent: list[tuple[date, tuple[int, int], str, set[str]]] = []
        self.random = random.Random(6)
        self.result = Result()
        for path in [*sorted(SAMPLES.iterdir()), *extra]:
            self.store.put(IncomingFile(str(path), path.name.rjust(64, "0")[-64:], "t"), read_file(path))
        self.world = World(list(UNITS[:units]))
        self._admit(people, groups)

    async def turn(self, place: Place) -> None:
        """Never waits."""

    async def send(self, place: Place, screen) -> Sent:
        data = [b.data.split(":") for row in screen.buttons for b in row if b.data]
        buttons = [parts for parts in data if parts[1] in {"ro", "rd", "rs", "rt"}]
        self.sent.append((self.clock.today(), (place.chat, place.topic), words(screen), {b[2] for b in buttons}))
        return Sent(len(self.sent))

    def _admit(self, people: int, groups: int) -> None:
        world, now = self.world, self.clock.now()
        numbers = {name: self.office.people.add_unit(name).id for name in world.units}
        self.numbers = numbers
        book = WishBook(self.store.database)
        rows, joined, bound, chats = [], [], [], []
        for n in range(people):
            here = (1000 + n, 0)
            role = "clerk" if n % 25 == 3 else "leader" if n % 10 == 1 else "officer"
            rows.append({"id": here[0], "name": f"Người {n}", "role": role, "since": now})
            own = [] if n % 17 == 5 else [n % len(world.units)] + ([(n * 7 + 3) % len(world.units)] * (n % 7 == 0))
            world.members[here] = {world.units[u] for u in own}
            joined += [{"person_id": here[0], "unit_id": numbers[name]} for name in world.members[here]]
            world.reachable.add(here)
            if role == "clerk":
                world.keepers.add(here)
        for g in range(groups):
            chat = -(5000 + g)
            chats.append({"id": chat, "title": f"Nhóm {g}", "since": now})
            for topic in (0,) if g % 3 == 0 else (3, 5) if g % 3 == 1 else (0, 4):
                name = world.units[(g + topic) % len(world.units)]
                world.members[chat, topic] = {name}
                world.reachable.add((chat, topic))
                bound.append(
                    {"chat_id": chat, "topic": topic, "unit_id": numbers[name], "bound_by": ADMIN, "bound_at": now}
                )
        with self.store.database.writing() as connection:
            for table, values in ((person, rows), (membership, joined), (group_chat, chats), (group_binding, bound)):
                connection.execute(insert(table), values)
        for n, here in enumerate(sorted(world.reachable)):
            changes = {"offsets": CHOSEN[n % 6], "digest": DIGESTS[n % 4], "hour": HOURS[n % 5]}
            if n % 29 == 4:
                changes["reminders"] = False
                world.paused.add(here)
            world.offsets[here], world.digest[here] = changes["offsets"], changes["digest"]
            book.change(Place(*here), **changes)
        for n, directive in enumerate(d.key for d in self.store.directives()):
            if n % 3 == 1:
                world.audience[directive] = set(world.units[: len(world.units) // 2])
                self.office.visibility.set_audience(directive, [numbers[u] for u in world.audience[directive]])

    def _act(self, day: date) -> None:
        """People mute, put off, finish and watch things; groups throw the bot out and take it back."""
        tasks, anyone = self.store.tasks(), sorted(self.world.reachable)
        for _ in range(max(1, len(anyone) // 60)):
            self._person(self.random.choice(anyone), self.random.choice(tasks), day)
        world, now = self.world, self.clock.now()
        if (day.month, day.day) == (8, 9):
            key = self.random.choice([d.key for d in self.store.directives()])
            self.store.remove(key)
            world.withdrawn.add(key)
            self.result.acts["withdrawn"] += 1
        groups = sorted({here[0] for here in world.members if here[0] < 0})
        if groups and day.day in {11, 14}:
            chat = groups[day.month % len(groups)]
            self.office.groups.seen(chat, "", now, present=day.day == 14)
            there = {here for here in world.members if here[0] == chat}
            world.reachable = world.reachable | there if day.day == 14 else world.reachable - there
            self.result.acts["kicked or back"] += 1
        if day.day == 20:
            who = self.random.choice([here for here in sorted(world.reachable) if here[0] > 0])
            self.office.people.set_reachable(who[0], False)
            world.reachable.discard(who)
            self.result.acts["blocked"] += 1

    def _person(self, here: tuple[int, int], task, day: date) -> None:
        world, silence, place = self.world, Silence(self.store.database), Place(*here)
        act = self.random.choice(("mute", "mute", "mute all", "put off", "put off", "done", "done", "watch", "wake"))
        if act == "mute":
            silence.mute(place, task.id)
            world.muted[here, task.id] = None
        elif act == "mute all" and self.random.random() < 0.2:
            silence.mute(place, task.directive)
            world.muted[here, task.directive] = None
        elif act == "put off":
            world.muted[here, task.id] = day + 3 * DAY
            silence.mute(place, task.id, day + 3 * DAY)
        elif act == "done":
            unit = self.random.choice(world.units)
            self.office.progress.mark(Mark(task.id, self.numbers[unit], "done", None, ADMIN, self.clock.now()))
            world.done[task.id, unit] = day
        elif act == "watch":
            silence.watch(place, task.id, ADMIN)
            world.watches.add((here, task.id))
        elif act == "wake" and world.muted:
            whose, subject = self.random.choice(sorted(world.muted))
            del world.muted[whose, subject]
            silence.unmute(Place(*whose), subject)
        self.result.acts[act] += 1

    def run(self, start: date, days: int, stops: set[date]) -> Result:
        """Every day from `start`; on days in `stops` the bot does not run."""
        found = occasions(self.store, start - 70 * DAY, start + (days + 420) * DAY)
        oracle = Oracle(self.world, found)
        expected: dict[tuple[date, tuple[int, int]], set] = defaultdict(set)
        lists: dict[tuple[date, tuple[int, int]], set] = {}
        missed: list[date] = []
        for n in range(days):
            day = start + n * DAY
            if day in stops:
                missed.append(day)
                continue
            self.clock.moment = datetime(day.year, day.month, day.day, 4, tzinfo=ZONE)
            if not missed and day - DAY not in stops:
                self._act(day)
            for meant in (*missed, day):
                for here, things in oracle.told(meant, now=day).items():
                    expected[day, here] |= things
            missed = []
            for (then, here), things in list(expected.items()):
                if then == day and any(t[0] == "digest" for t in things):
                    lists[day, here] = oracle.listed(here, day)
            for hour in TICKS:
                self.clock.moment = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
                self._tick()
        self._compare({k: v for k, v in expected.items() if v}, lists)
        return self.result

    def _tick(self) -> None:
        async def all_of_it() -> None:
            while await self.engine.tick():
                pass

        asyncio.run(all_of_it())

    def _compare(self, expected: dict, lists: dict) -> None:
        actual: dict[tuple[date, tuple[int, int]], list] = defaultdict(list)
        query = (
            select(reminder_item, delivery.c.settled_at)
            .join(delivery)
            .where(delivery.c.state == "sent", reminder_item.c.cancelled.is_(None))
        )
        with self.store.database.reading() as connection:
            for row in connection.execute(query):
                offset = "put off" if row.days_before > 500 else row.days_before
                day = row.settled_at.astimezone(ZONE).date()
                actual[day, (row.chat_id, row.topic)].append((row.source_id, row.due, offset))
        result = self.result
        result.expected = sum(map(len, expected.values()))
        result.sent = sum(map(len, actual.values()))
        result.messages = len(self.sent)
        result.states = QueueView(self.store.database).counts()
        for key in sorted({*expected, *actual}):
            wanted, got = expected.get(key, set()), actual.get(key, [])
            result.repeated += len(got) - len(set(got))
            for thing in sorted(wanted - set(got), key=str):
                result.wrong.append(f"not said {key}: {thing}")
            for thing in sorted(set(got) - wanted, key=str):
                result.wrong.append(f"said wrongly {key}: {thing}")
        per_day = Counter((day, here) for day, here, _, _ in self.sent)
        result.wrong += [f"{count} messages {key}" for key, count in per_day.items() if count > 1]
        result.wrong += [f"no message {key}" for key in expected if key not in per_day]
        for day, here, said, sources in self.sent:
            meant = {(s, d) for s, d, _ in expected.get((day, here), ()) if s != "digest"}
            meant |= lists.get((day, here), set())
            shown = {s for s, _ in meant}
            whole = "việc nữa" not in said
            if not sources <= shown or (whole and sources != shown):
                result.wrong.append(f"shown {(day, here)}: {sources ^ shown}")
            if len(meant) == 1 and ("digest", day, 0) not in expected[day, here]:
                ((_, due),) = meant
                if f"{due:%d/%m/%Y}" not in said and f"{due.year}" not in said:
                    result.wrong.append(f"date {(day, here)}: {said}")


def simulate(
    home: Path,
    start: date,
    days: int,
    *,
    people: int,
    units: int,
    groups: int,
    stops: set[date],
    extra: list[Path] | None = None,
) -> Result:
    """Runs the year."""
    year = Year(home, start, people=people, units=units, groups=groups, extra=extra or [])
    try:
        return year.run(start, days, stops)
    finally:
        year.store.close()


def main() -> None:
    """The whole year, with its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--units", type=int, default=30)
    parser.add_argument("--groups", type=int, default=20)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--start", type=date.fromisoformat, default=date(2026, 1, 1))
    parser.add_argument("--seeds", type=Path)
    given = parser.parse_args()
    configure_logging(level=logging.ERROR)
    extra = sorted(given.seeds.iterdir()) if given.seeds else []
    stops = {given.start + n * DAY for n in (*range(100, 105), *range(250, 262))}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        result = simulate(Path(home), given.start, given.days, people=given.people, units=given.units,
                          groups=given.groups, stops=stops, extra=extra)  # fmt: skip
    print(f"{result.expected} things expected, {result.sent} sent in {result.messages} messages, "
          f"{result.repeated} twice, {len(result.wrong)} differences; {time.monotonic() - began:.0f} s")  # fmt: skip
    print(f"acts {dict(result.acts)}; deliveries {result.states}")
    for line in result.wrong[:40]:
        print(line)


if __name__ == "__main__":
    main()
