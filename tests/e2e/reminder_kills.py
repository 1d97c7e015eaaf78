"""Reminders under `kill -9`: an engine of its own process is killed again and again while it plans, claims and sends.

Telegram meanwhile drops connections and asks for patience. Then everything is let finish, and what arrived is counted.
The whole: `python -m tests.e2e.reminder_kills --rounds 300`.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import re
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.composition import Composition
from bot.office.people import Newcomer
from bot.office.records import Place
from bot.reminders.queue_view import QueueView
from bot.reminders.tables import delivery, reminder_item
from bot.reminders.wishes import WishBook
from bot.settings import Settings
from corpus.records import Clause, Directive, Metadata, Source, Task
from corpus.store_writing import IncomingFile
from tests.botapi import BotApiServer, Pace
from tests.e2e.reminder_child import STAGES, remind
from tests.integration.front_desk import HandClock

if TYPE_CHECKING:
    from tests.botapi.world import Chat

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 3, 2, 7, 40, tzinfo=ZONE)  # a Monday
ROUND = timedelta(minutes=4)  # more than a lease
ROUNDS_A_DAY = 130
PEOPLE, GROUPS = 24, 3
UNIT = "Sở Nội vụ"
_REFERENCE = re.compile(r"Mã ([0-9A-F]{6})")


@dataclass
class Figures:
    """What the rounds gave."""

    rounds: int = 0
    killed: Counter = field(default_factory=Counter)
    weather: Counter = field(default_factory=Counter)
    expected: int = 0
    lost: int = 0
    arrived: int = 0
    repeats: int = 0
    unmarked: int = 0
    needless: int = 0
    states: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds, killed at {dict(self.killed)}, weather {dict(self.weather)}\n"
            f"{self.expected} reminders expected, {self.lost} lost; {self.arrived} messages arrived, {self.repeats} of "
            f"them again, {self.unmarked} of those unmarked; {self.needless} marked although the first never arrived\n"
            f"deliveries {self.states} {self.failures}; {self.seconds:.0f} s"
        )


class Office:
    """The database that the engine works on, prepared and looked at from outside."""

    def __init__(self, home: Path, chats: list[int]) -> None:
        self.settings = Settings(_env_file=None, home=home, admins=frozenset({1}))
        clock = HandClock()
        clock.moment = START - timedelta(hours=1)
        self.app = Composition(self.settings, clock=clock)
        office = self.app.office
        unit = office.people.add_unit(UNIT)
        book = WishBook(self.app.store.database)
        for chat in chats:
            if chat > 0:
                secret = office.people.invite("officer", unit.id, 1, clock.now())
                assert office.people.accept(secret, Newcomer(chat, f"Người {chat}"), clock.now())
            else:
                office.groups.bind(Place(chat, group=True), "Nhóm", unit.id, 1, clock.now())
            book.change(Place(chat, group=chat < 0), digest="off", offsets=(0,), hour="06:30")
        self.duties = 0

    def give_duty(self, day: date) -> None:
        """One more thing that is due that day, for everybody."""
        self.duties += 1
        said = f"Gửi báo cáo số {self.duties}."
        task = Task("I", said, said, (UNIT,), due=day)
        clauses = (Clause("I", "I", said, said, None, "item", (said,)),)
        metadata = Metadata(number=f"{self.duties}-KH/TU", place="Hòa Sơn", issued_on=date(2026, 1, 5))
        file = IncomingFile(f"/hoa-son/{self.duties}.txt", str(self.duties).rjust(64, "0"), "t")
        self.app.store.put(file, [Directive(Source(said), metadata, clauses, tasks=(task,))])

    def unsettled(self, *states: str) -> int:
        counts = QueueView(self.app.store.database).counts()
        return sum(counts.get(state, 0) for state in states or ("pending", "claimed", "uncertain"))

    def items(self) -> list[Any]:
        query = select(reminder_item, delivery.c.state, delivery.c.reference, delivery.c.repeat).join(delivery)
        with self.app.store.database.reading() as connection:
            return list(connection.execute(query))


class Trial:
    """The rounds."""

    def __init__(self, server: BotApiServer, home: Path, seed: int) -> None:
        self._server = server
        self._home = home
        self._random = random.Random(seed)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.e2e.reminder_child"])
        people = server.control
        self.chats: list[Chat] = [people.started(people.user(f"Người {n}")) for n in range(PEOPLE)]
        owner = people.user("Chủ nhóm")
        self.chats += [people.supergroup(f"Nhóm {n}", [owner]) for n in range(GROUPS)]
        self.office = Office(home, [chat.id for chat in self.chats])
        self.figures = Figures()
        self._calls = 0

    async def run(self, rounds: int) -> Figures:
        """Kills `rounds` times, lets everything finish at the end of each day, and counts."""
        began = time.monotonic()
        moment = START
        for number in range(rounds):
            self.office.give_duty(moment.date())
            await self._kill_once(moment)
            moment += ROUND
            if (number + 1) % ROUNDS_A_DAY == 0 or number + 1 == rounds:
                await self._finish(moment)
                moment = datetime.combine(moment.date() + timedelta(days=1), START.timetz())
                while moment.weekday() > 4:
                    moment += timedelta(days=1)
        self.figures.rounds = rounds
        self._count()
        self.figures.seconds = time.monotonic() - began
        self.office.app.store.close()
        return self.figures

    async def _kill_once(self, moment: datetime) -> None:
        self._change_weather()
        # Most of a run is sending; each stage gets its share all the same.
        stage = self._random.choice(STAGES)
        wanted = 1 if stage in {"plan", "claim"} else self._random.randint(1, 18)
        process, stages = self._start(moment)
        try:
            async with asyncio.timeout(20):
                await self._reached(stages, stage, wanted)
            await asyncio.sleep(self._random.uniform(0, 0.03))
        except TimeoutError:
            stage = "idle"  # less to send than that
        process.kill()
        await asyncio.to_thread(process.join)
        stages.close()
        self.figures.killed[stage] += 1

    @staticmethod
    async def _reached(stages: Any, stage: str, times: int = 1) -> None:
        """Waits until the engine has come to a stage so often."""
        seen = 0
        while seen < times:
            while not await asyncio.to_thread(stages.poll, 0.1):
                pass
            seen += os.read(stages.fileno(), 1) == stage[:1].encode()

    async def _finish(self, moment: datetime) -> None:
        """Lets an engine work undisturbed until nothing waits; the clock passes every lease and pause."""
        self._server.faults.scheduled.clear()
        for _ in range(20):
            moment += timedelta(minutes=12)
            process, stages = self._start(moment)
            await self._reached(stages, "claim")
            quiet = 0
            while quiet < 5 and process.is_alive():
                await asyncio.sleep(0.25)
                quiet = quiet + 1 if not await asyncio.to_thread(self._busy) else 0
            process.kill()
            await asyncio.to_thread(process.join)
            stages.close()
            if not await asyncio.to_thread(self.office.unsettled):
                return
        raise AssertionError("the reminders were not settled in four hours")

    def _busy(self) -> bool:
        """Whether anything was sent since it was asked last, or is still in the engine's hands."""
        calls = len(self._server.calls("sendMessage"))
        sending, self._calls = calls != self._calls, calls
        return sending or bool(self.office.unsettled("claimed"))

    def _start(self, moment: datetime) -> tuple[Any, Any]:
        read, write = self._context.Pipe(duplex=False)
        given = {
            "bot_token": self._server.token,
            "telegram_api": self._server.url,
            "home": str(self._home),
            "now": moment.isoformat(),
        }
        process = self._context.Process(target=_child, args=(given, write), daemon=True)
        process.start()
        write.close()
        return process, read

    def _change_weather(self) -> None:
        weather, faults = self._server.control, self._server.faults
        faults.scheduled.clear()
        for _ in range(self._random.randint(0, 3)):
            match self._random.choice(("drop before", "drop after", "429", "slow")):
                case "drop before":
                    weather.drop_next("sendMessage")
                case "drop after":
                    weather.drop_next("sendMessage", after=True)
                case "429":
                    weather.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
                case "slow":
                    weather.delay_next("sendMessage", 0.1)
            self.figures.weather["faults"] += 1

    def _count(self) -> None:
        figures, arrived = self.figures, defaultdict(list)
        for chat in self.chats:
            for message in self._server.control.messages(chat):
                (reference,) = _REFERENCE.findall(message.text)
                arrived[reference].append("(nhắc lại)" in message.text)
        figures.arrived = sum(map(len, arrived.values()))
        figures.repeats = sum(len(marks) - 1 for marks in arrived.values())
        # A request of a killed process may arrive behind its repeat: rounds follow each other faster than their clock.
        figures.unmarked = sum(max(0, marks.count(False) - 1) for marks in arrived.values())
        figures.needless = sum(marks[0] for marks in arrived.values())
        figures.expected = self.office.duties * len(self.chats)
        told = {(i.chat_id, i.source_id) for i in self.office.items() if i.state == "sent" and arrived[i.reference]}
        figures.lost = figures.expected - len(told)
        queue = QueueView(self.office.app.store.database)
        figures.states = queue.counts()
        figures.failures = [f"{row.reference}: {row.error}" for row in queue.in_trouble()]


def _child(given: dict[str, str], stages: Any) -> None:
    remind(given, stages.fileno())


async def kill_again_and_again(home: Path, rounds: int, seed: int = 5) -> Figures:
    """The figures of so many rounds in a home of one's own."""
    async with BotApiServer(pace=Pace.brisk()) as server:
        return await Trial(server, home, seed).run(rounds)


def main() -> None:
    """The rounds of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        print(asyncio.run(kill_again_and_again(Path(home), given.rounds, given.seed)))


if __name__ == "__main__":
    main()
