"""Questions a second, and how long each takes, with one worker and with several on one PostgreSQL behind a proxy.

    python -m tests.e2e.worker_throughput --workers 1 2 --questions 400 --thinks 0.05

Telegram's own limit of thirty messages a second would be the only thing measured, so the bot's pace is lifted. With
`--thinks` each answer costs so many seconds of processor time, as the search does; without it only the bot works.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import signal
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.botapi import BotApiServer, Pace
from tests.e2e.worker_kills import Trial, Worker
from tests.postgres import fresh_database, postgres_server


class Rush(Trial):
    """Everybody asks at once; nobody dies."""

    def hire(self, count: int, thinks: float) -> None:
        given = self.workers[0].settings
        self.workers = [Worker(number, given, paced=False, thinks=thinks) for number in range(count)]
        self.proxy.backends = [worker.port for worker in self.workers]

    async def rush(self, questions: int, alone: int = 5) -> str:
        """One line of figures."""
        async with self.proxy:
            for worker in self.workers:
                worker.start()
            for worker in self.workers:
                await worker.until_ready()
            single = []
            for number in range(alone):  # nobody else is there
                began = time.monotonic()
                chat, person = self.chats[number]
                self.server.control.send_text(person, chat, f"Một mình {number}?")
                await self.server.control.wait_for_message(chat, timeout=60)
                single.append(time.monotonic() - began)
            watching = asyncio.create_task(self._watch())
            began, worked = time.monotonic(), self._worked()
            turns: Counter[int] = Counter()
            for number in range(questions):
                of = number % len(self.chats)
                chat, person = self.chats[of]
                text = f"Câu {of}.{turns[of]}?"
                turns[of] += 1
                self._asked_at[text] = time.monotonic()
                self.server.control.send_text(person, chat, text if chat.id > 0 else f"/hoi {text}")
            with suppress(TimeoutError):
                async with asyncio.timeout(300):
                    while self._asked_at:  # noqa: ASYNC110 - other processes are waited for
                        await asyncio.sleep(0.02)
            seconds = time.monotonic() - began
            spent = [round((now - then) / questions * 1000, 1) for now, then in zip(self._worked(), worked, strict=True)]
            watching.cancel()
            for worker in self.workers:
                await worker.end(signal.SIGTERM)
        self.app.store.close()
        waits = sorted(self.figures.waits)
        return (
            f"{len(self.workers)} worker(s): {len(waits) / seconds:.1f} questions/s, all at once p50 "
            f"{waits[len(waits) // 2]:.2f} s, p95 {waits[int(len(waits) * 0.95)]:.2f} s; alone {sorted(single)[len(single) // 2]:.3f} s; "
            f"processor time a question: workers {spent[0]} ms, this process {spent[1]} ms; "
            f"load average {os.getloadavg()[0]:.1f}"
        )

    def _worked(self) -> tuple[float, float]:
        """Processor seconds of the workers, and of this process with its Telegram."""
        ticks = os.sysconf("SC_CLK_TCK")
        fields = [Path(f"/proc/{w.process.pid}/stat").read_text().rpartition(")")[2].split() for w in self.workers]
        own = resource.getrusage(resource.RUSAGE_SELF)
        return sum(int(f[11]) + int(f[12]) for f in fields) / ticks, own.ru_utime + own.ru_stime


async def measure(home: Path, database: str, workers: int, questions: int, thinks: float) -> str:
    """The figures of so many workers."""
    async with BotApiServer(pace=Pace.brisk()) as server:
        rush = Rush(server, home, database, seed=1)
        rush.hire(workers, thinks)
        return await rush.rush(questions)


def main() -> None:
    """The runs of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--thinks", type=float, default=0.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgres_server() as server:
        for count in given.workers:
            home = Path(folder) / str(count)
            home.mkdir()
            with fresh_database(server, f"w{count}") as database:
                print(asyncio.run(measure(home, database, count, given.questions, given.thinks)), flush=True)


if __name__ == "__main__":
    main()
