"""Three bot processes on one PostgreSQL behind a proxy, while one after another is killed with -9 and started again.

A hundred chats ask; every update arrives twice and out of order. Then everything is let finish, and what was asked is
held against what was answered. The whole: `python -m tests.e2e.worker_kills --seconds 300`.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import multiprocessing
import os
import random
import re
import signal
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.composition import Composition
from bot.inbox.view import InboxView
from bot.office.people import Newcomer
from bot.office.records import Place
from bot.settings import Settings
from bot.texts import load_texts
from tests.botapi import BotApiServer, Pace
from tests.e2e.fake_service import FakeService
from tests.e2e.proxy import Deliverer, Proxy, free_port
from tests.e2e.worker_child import serve
from tests.postgres import postgres_server

if TYPE_CHECKING:
    from tests.botapi.world import Chat, User

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.e2e.worker_child"])
PEOPLE, GROUPS = 80, 20
WORKERS = 3
A_SECOND = 10.0
"""Questions a second, of all chats together."""
KILLED_EVERY = (4.0, 8.0)
AGAIN = load_texts("vi")("message.again")
_QUESTION = re.compile(r"\((Câu \d+\.\d+\?)\)")


@dataclass
class Figures:
    """What came of it."""

    seconds: float = 0.0
    asked: int = 0
    deliveries: int = 0
    retried: int = 0
    killed: int = 0
    lost: list[str] = field(default_factory=list)
    unmarked_doubles: list[str] = field(default_factory=list)
    marked_repeats: int = 0
    out_of_order: list[str] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    taken_over: int = 0
    waits: list[float] = field(default_factory=list)
    load: float = 0.0

    def __str__(self) -> str:
        waits = sorted(self.waits) or [0.0]
        return (
            f"{self.seconds:.0f} s, {self.killed} kills; {self.asked} asked, {self.deliveries} deliveries "
            f"({self.retried} tried again)\n"
            f"lost {len(self.lost)}, answered twice unmarked {len(self.unmarked_doubles)}, "
            f"repeats marked {self.marked_repeats}, out of order {len(self.out_of_order)}\n"
            f"inbox {self.states}, taken over {self.taken_over}; from question to answer p50 "
            f"{waits[len(waits) // 2]:.2f} s, p95 {waits[int(len(waits) * 0.95)]:.2f} s, longest {waits[-1]:.2f} s; "
            f"load average {self.load:.1f}\n"
            f"{self.lost[:5]} {self.unmarked_doubles[:5]} {self.out_of_order[:5]}"
        )


class Worker:
    """One bot process that is started again whenever it is killed."""

    def __init__(self, number: int, settings: dict[str, str], **how: Any) -> None:
        self.port = free_port()
        self.log = Path(settings["home"]) / f"worker-{number}.log"
        self.log.unlink(missing_ok=True)
        self.process: Any = None
        self.settings = settings | {"webhook_listen": f"127.0.0.1:{self.port}"}
        self._how = how
        self._starts = 0

    def start(self) -> None:
        self._starts += 1
        # Should a trial break off, its workers go with it.
        self.process = CONTEXT.Process(
            target=serve, args=(self.settings, str(self.log)), kwargs=self._how, daemon=True
        )
        self.process.start()

    def is_ready(self) -> bool:
        return self.log.exists() and self.log.read_text(encoding="utf-8").count("bot.started") >= self._starts

    async def until_ready(self) -> None:
        async with asyncio.timeout(120):
            while not self.is_ready():
                assert self.process.is_alive(), self.log.read_text(encoding="utf-8")
                await asyncio.sleep(0.1)

    async def end(self, how: signal.Signals) -> int:
        """Its exit code."""
        if self.process.is_alive():
            os.kill(self.process.pid, how)
        await asyncio.to_thread(self.process.join, 60)
        return self.process.exitcode


class Trial:
    """A town of people who ask, and workers that die."""

    def __init__(self, server: BotApiServer, home: Path, database: str, seed: int) -> None:
        self.server = server
        self._random = random.Random(seed)
        self.figures = Figures()
        self._asked: dict[int, list[str]] = defaultdict(list)
        self._asked_at: dict[str, float] = {}
        settings = Settings(_env_file=None, home=home, database_url=database, admins=frozenset({1}))
        self.app = Composition(settings, service=FakeService())
        self.chats: list[tuple[Chat, User]] = []
        self._settle_in()
        self.proxy = Proxy()
        given = {
            "bot_token": server.token,
            "telegram_api": server.url,
            "admins": "1",
            "home": str(home),
            "database_url": database,
            "webhook_url": self.proxy.url,
        }
        # Two share a machine, where a death is seen; the third's shows when its leases end.
        self.workers = [Worker(number, given, machine="ab"[number // 2]) for number in range(WORKERS)]
        self.proxy.backends = [worker.port for worker in self.workers]

    def _settle_in(self) -> None:
        """Everybody is admitted, and every group belongs to a unit."""
        office, now, people = self.app.office, self.app.clock.now(), self.server.control
        unit = office.people.add_unit("Sở Nội vụ")
        for number in range(PEOPLE + GROUPS):
            person = people.user(f"Người {number}", user_id=10_000 + number)
            secret = office.people.invite("officer", unit.id, 1, now)
            assert office.people.accept(secret, Newcomer(person.id, person.first_name), now)
            if number < PEOPLE:
                self.chats.append((people.started(person), person))
            else:
                group = people.supergroup(f"Nhóm {number}", [person], admin=True)
                office.groups.bind(Place(group.id, group=True), group.title, unit.id, 1, now)
                self.chats.append((group, person))

    async def run(self, seconds: float) -> Figures:
        """Asks and kills for so long, lets everything finish, and counts."""
        async with self.proxy, aiohttp.ClientSession() as session:
            deliverer = Deliverer(self.server, self.proxy.url, session, self._random)
            delivering = asyncio.create_task(deliverer.run())
            for worker in self.workers:
                worker.start()
            for worker in self.workers:
                await worker.until_ready()
            watching = asyncio.create_task(self._watch())
            killing = asyncio.create_task(self._kill())
            began = time.monotonic()
            await self._ask(began + seconds)
            killing.cancel()
            await self._until_answered()
            self.figures.seconds = time.monotonic() - began
            delivering.cancel()
            watching.cancel()
            for worker in self.workers:
                await worker.until_ready()
            assert [await worker.end(signal.SIGTERM) for worker in self.workers] == [0] * WORKERS
        self.figures.deliveries, self.figures.retried = deliverer.delivered, deliverer.retried
        self._count()
        self.app.store.close()
        return self.figures

    async def _ask(self, until: float) -> None:
        numbers = itertools.count()
        while time.monotonic() < until:
            turn, of = divmod(next(numbers), len(self.chats))
            chat, person = self.chats[of]
            # Some say two things at once, so that order matters within a chat.
            for part in range(self._random.choice((1, 1, 1, 2))):
                text = f"Câu {of}.{2 * turn + part}?"
                self._asked[chat.id].append(text)
                self._asked_at[text] = time.monotonic()
                self.server.control.send_text(person, chat, text if chat.id > 0 else f"/hoi {text}")
            await asyncio.sleep(self._random.expovariate(A_SECOND / 1.25))

    async def _kill(self) -> None:
        while True:
            await asyncio.sleep(self._random.uniform(*KILLED_EVERY))
            ready = [worker for worker in self.workers if worker.is_ready()]
            if len(ready) < 2:  # on a busy machine a start takes longer than that
                continue
            worker = self._random.choice(ready)
            await worker.end(signal.SIGKILL)
            self.figures.killed += 1
            worker.start()

    async def _watch(self) -> None:
        """Notes when each question is first answered."""
        seen: Counter[int] = Counter()
        while True:
            for chat, _ in self.chats:
                messages = self.server.control.messages(chat)
                for message in messages[seen[chat.id] :]:
                    for text in _QUESTION.findall(message.text)[:1]:
                        if text in self._asked_at:
                            self.figures.waits.append(time.monotonic() - self._asked_at.pop(text))
                seen[chat.id] = len(messages)
            self.figures.load = max(self.figures.load, os.getloadavg()[0])
            await asyncio.sleep(0.05)

    async def _until_answered(self) -> None:
        view = InboxView(self.app.store.database)
        with suppress(TimeoutError):
            async with asyncio.timeout(90):
                await self._settled(view)
        await asyncio.sleep(3)  # what should not come may come now

    async def _settled(self, view: InboxView) -> None:
        while (  # noqa: ASYNC110 - other processes are waited for
            self._asked_at or self.server.bot.updates.pending or await asyncio.to_thread(view.depth)
        ):
            await asyncio.sleep(0.5)

    def _count(self) -> None:
        figures = self.figures
        figures.asked = sum(map(len, self._asked.values()))
        for chat, _ in self.chats:
            answered: dict[str, list[bool]] = {}
            for message in self.server.control.messages(chat):
                for text in _QUESTION.findall(message.text)[:1]:
                    answered.setdefault(text, []).append(AGAIN in message.text)
            asked = self._asked[chat.id]
            figures.lost += [text for text in asked if text not in answered]
            figures.unmarked_doubles += [text for text, marks in answered.items() if marks.count(False) > 1]
            figures.marked_repeats += sum(sum(marks) for marks in answered.values())
            order = [text for text in asked if text in answered]
            if list(answered) != order:
                figures.out_of_order.append(f"{order} came as {list(answered)}")
        view = InboxView(self.app.store.database)
        figures.states, figures.taken_over = view.counts(), view.taken_over()


async def kill_again_and_again(home: Path, database: str, seconds: float, seed: int = 8) -> Figures:
    """The figures of so many seconds."""
    async with BotApiServer(pace=Pace.brisk()) as server:
        return await Trial(server, home, database, seed).run(seconds)


def main() -> None:
    """The run of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--home", type=Path, help="keep the workers' logs here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgres_server() as database:
        home = given.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        print(asyncio.run(kill_again_and_again(home, database, given.seconds, given.seed)))


if __name__ == "__main__":
    main()
