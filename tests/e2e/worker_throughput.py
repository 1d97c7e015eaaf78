"""Questions a second, and how long each takes, with one worker and with several on one PostgreSQL behind a proxy.

    python -m tests.e2e.worker_throughput --workers 1 2 --questions 400 --thinks 0.05
    python -m tests.e2e.worker_throughput --service real --home HOME --files FOLDER --threads 0 1

Telegram's own limit of thirty messages a second would be the only thing measured, so the bot's pace is lifted. The
stand-in for the search costs `--thinks` seconds of processor time for each answer; without it only the bot works. With
`--service real` each worker searches: its own home, the bundled model of HOME, and the index over `--files`, which one
process builds and the workers fetch through PostgreSQL. All questions differ; they are those of tests/quality/questions.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import signal
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.composition import compose
from bot.settings import Settings
from corpus.ingest import ingest
from index.indexing import Indexer
from index.sharing import sharing_of, vectors_file
from index.vectors import VectorCache
from tests.botapi import BotApiServer, Pace
from tests.e2e.worker_kills import Trial, Worker
from tests.postgres import create_database, fresh_database, postgres_server

if TYPE_CHECKING:
    from tests.botapi.world import Chat, Message, User

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLES = CHECKOUT / "corpus" / "samples"
QUESTIONS = CHECKOUT / "tests" / "quality" / "questions"
ALONE, WARMING = 10, 20


@dataclass(frozen=True)
class Load:
    """What is measured: by how many workers, how they answer, and what they are asked."""

    workers: int
    questions: list[str]
    how: dict[str, Any]
    """Given to each worker; see `worker_child.serve`."""
    models: Path | None = None
    """The unpacked model of workers that search."""


class Rush(Trial):
    """Everybody asks at once; nobody dies."""

    def hire(self, load: Load, home: Path) -> None:
        """Each worker gets a home of its own, as on a machine of its own."""
        given = self.workers[0].settings
        self.workers = []
        for number in range(load.workers):
            own = home / f"worker-{number}"
            own.mkdir()
            if load.models:
                (own / "models").symlink_to(load.models)
            self.workers.append(Worker(number, given | {"home": str(own)}, paced=False, **load.how))
        self.proxy.backends = [worker.port for worker in self.workers]
        self._unanswered: dict[int, float] = {}

    async def rush(self, load: Load) -> str:
        """One line of figures."""
        questions = iter(load.questions)
        async with self.proxy:
            for worker in self.workers:
                worker.start()
            for worker in self.workers:
                await worker.until_ready()
            watching = asyncio.create_task(self._watch())
            for number in range(WARMING):
                self._send(number, next(questions))
            await self._all_answered()
            alone = []
            for number in range(ALONE):  # nobody else is there
                self.figures.waits.clear()
                self._send(number, next(questions))
                await self._all_answered()
                alone += self.figures.waits
            self.figures.waits.clear()
            began, worked = time.monotonic(), self._worked()
            asked = [self._send(number, question) for number, question in enumerate(questions)]
            await self._all_answered()
            seconds = time.monotonic() - began
            spent = [round((now - then) / len(asked) * 1000, 1) for now, then in zip(self._worked(), worked, strict=True)]
            watching.cancel()
            for worker in self.workers:
                await worker.end(signal.SIGTERM)
        self.app.store.close()
        waits = sorted(self.figures.waits)
        failed = sum(worker.log.read_text(encoding="utf-8").count("Traceback") for worker in self.workers)
        return (
            f"{len(self.workers)} worker(s), threads {load.how.get('threads') or 'by default'}: "
            f"{len(waits)} of {len(asked)} answered, {failed} failures logged; {len(waits) / seconds:.1f} questions/s, "
            f"all at once p50 {waits[len(waits) // 2]:.2f} s, p95 {waits[int(len(waits) * 0.95)]:.2f} s; "
            f"alone {sorted(alone)[len(alone) // 2]:.3f} s; "
            f"processor time a question: workers {spent[0]} ms, this process {spent[1]} ms; "
            f"load average {os.getloadavg()[0]:.1f}"
        )

    def _send(self, number: int, question: str) -> Message:
        chat, person = self.chats[number % len(self.chats)]
        sent = self._say(chat, person, question)
        self._unanswered[id(sent)] = time.monotonic()
        return sent

    def _say(self, chat: Chat, person: User, question: str) -> Message:
        return self.server.control.send_text(person, chat, question if chat.id > 0 else f"/hoi {question}")

    async def _all_answered(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(300):
                while self._unanswered:  # noqa: ASYNC110 - other processes are waited for
                    await asyncio.sleep(0.005)

    async def _watch(self) -> None:
        """Notes when each question is first answered: by the message that replies to it."""
        seen: Counter[int] = Counter()
        while True:
            for chat, _ in self.chats:
                messages = self.server.control.messages(chat)
                for message in messages[seen[chat.id] :]:
                    asked_at = self._unanswered.pop(id(message.reply_to), None)
                    if asked_at is not None:
                        self.figures.waits.append(time.monotonic() - asked_at)
                seen[chat.id] = len(messages)
            await asyncio.sleep(0.01)

    def _worked(self) -> tuple[float, float]:
        """Processor seconds of the workers, and of this process with its Telegram."""
        ticks = os.sysconf("SC_CLK_TCK")
        fields = [Path(f"/proc/{w.process.pid}/stat").read_text().rpartition(")")[2].split() for w in self.workers]
        own = resource.getrusage(resource.RUSAGE_SELF)
        return sum(int(f[11]) + int(f[12]) for f in fields) / ticks, own.ru_utime + own.ru_stime


async def measure(home: Path, database: str, load: Load) -> str:
    """The figures of so many workers."""
    async with BotApiServer(pace=Pace.brisk()) as server:
        rush = Rush(server, home, database, seed=1)
        rush.hire(load, home)
        return await rush.rush(load)


def read_into(database: str, home: Path, models: Path, files: Path) -> None:
    """Reads the files into the database and builds the index that the workers will share.

    Vectors are kept beside the model: the next run need not embed the files again.
    """
    home.mkdir()
    (home / "models").symlink_to(models)
    app = compose(Settings(_env_file=None, home=home, database_url=database))
    sharing = replace(sharing_of(app.store.database, home), vectors=VectorCache(vectors_file(models.parent)))
    statuses = {report.status for report in ingest([files], app.store, Indexer(home, app.embedder, sharing))}
    app.store.close()
    if statuses != {"stored"}:
        raise SystemExit(f"{files}: {statuses}")


def distinct_questions(count: int) -> list[str]:
    """So many questions that stand alone, all of them different, of whatever directives."""
    lines = [line for file in sorted(QUESTIONS.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
    asked = sorted({each["q"] for each in map(json.loads, lines) if not each.get("prev")})
    random.Random(8).shuffle(asked)
    if len(asked) < count:
        raise SystemExit(f"there are only {len(asked)} questions")
    return asked[:count]


def main() -> None:
    """The runs of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--questions", type=int, default=400, help="beside those that warm the workers up")
    parser.add_argument("--service", choices=["fake", "real"], default="fake")
    parser.add_argument("--thinks", type=float, default=0.0, help="of the fake service, seconds")
    parser.add_argument("--home", type=Path, help="holds the unpacked model of the real service")
    parser.add_argument("--files", type=Path, default=SAMPLES, help="what the real service answers from")
    parser.add_argument("--threads", type=int, nargs="+", default=[0], help="of each worker's model; 0: as many as cores")
    given = parser.parse_args()
    count, real = given.questions + WARMING + ALONE, given.service == "real"
    if real and not (given.home and (given.home / "models").is_dir()):
        parser.error("--service real needs --home HOME with HOME/models in it")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as folder, postgres_server() as server:
        template = "template1"
        if real:
            models, template = (given.home / "models").resolve(), "read"
            read_into(create_database(server, template), Path(folder) / "reader", models, given.files)
        for threads in given.threads:
            for workers in given.workers:
                home = Path(folder) / f"{workers}-{threads}"
                home.mkdir()
                how = {"searches": True, "threads": threads} if real else {"thinks": given.thinks}
                asked = distinct_questions(count) if real else [f"Câu {number}?" for number in range(count)]
                load = Load(workers, asked, how, models if real else None)
                with fresh_database(server, home.name, template) as database:
                    print(asyncio.run(measure(home, database, load)), flush=True)


if __name__ == "__main__":
    main()
