"""A clerk's file outlives `kill -9`, while it is read and while it is published: loaded once, told once, nothing left."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bot.composition import Composition
from bot.office.people import Newcomer
from bot.office.tables import upload
from bot.settings import Settings
from corpus.reading import read_file
from index.generations import current_generation
from index.indexing import index_folder
from index.passages import directive_of
from tests.botapi import BotApiServer, Pace
from tests.e2e.clerk_child import serve_up_to
from tests.e2e.fake_service import FakeService
from tests.e2e.worker_kills import AGAIN, CONTEXT, Worker
from tests.integration.clerk_desk import plan
from tests.integration.directive_formats import as_docx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLERK, OFFICER = 2001, 2002
PATIENCE = 60.0
"""Seconds, for a busy machine."""


class Standing(Worker):
    """A worker that stands still at a step, to be killed there."""

    def start(self) -> None:
        self._starts += 1
        self.process = CONTEXT.Process(
            target=serve_up_to, args=(self.settings, str(self.log)), kwargs=self._how, daemon=True
        )
        self.process.start()


async def until(condition: Callable[[], Any], what: str) -> None:
    """Waits for something that other processes do."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0.05)


@pytest.fixture
def app(both_stores: str, tmp_path: Path) -> Composition:
    """The office that the workers share, seen from outside."""
    settings = Settings(_env_file=None, home=tmp_path, database_url=both_stores, admins=frozenset({1}), embedding="hash")
    app = Composition(settings, service=FakeService())
    people, now = app.office.people, app.clock.now()
    unit = people.add_unit("Sở Nội vụ")
    for person, role, where in ((CLERK, "clerk", None), (OFFICER, "officer", unit.id)):
        secret = people.invite(role, where, 1, now)
        assert people.accept(secret, Newcomer(person, f"Người {person}"), now)
    return app


async def test_a_file_whose_workers_are_killed_is_loaded_once_and_its_clerk_answered(
    app: Composition, both_stores: str, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    file = scratch.with_name("ke-hoach.docx")
    file.write_bytes(as_docx(plan().decode()))
    (read,) = read_file(file)
    counts = (len(read.clauses), len(read.targets), len(read.tasks))
    async with BotApiServer(pace=Pace.brisk()) as server:
        telegram = server.control
        clerk, officer = telegram.user("Vân", user_id=CLERK), telegram.user("An", user_id=OFFICER)
        chat, private = telegram.started(clerk), telegram.started(officer)
        given = {"bot_token": server.token, "telegram_api": server.url, "admins": "1", "home": str(tmp_path),
            "database_url": both_stores, "embedding": "hash"}  # fmt: skip
        reader, publisher, last = (
            Standing(number, given, step=step, scratch=str(scratch))
            for number, step in enumerate(("reading", "publishing", ""))
        )

        def answers() -> list[Any]:
            return [m for m in telegram.messages(chat) if m.sender is not clerk and "/start" not in m.text]

        async def killed(worker: Worker, step: str) -> None:
            await until((tmp_path / step).exists, step)
            assert await worker.end(signal.SIGKILL) == -signal.SIGKILL

        # In the middle of reading.
        reader.start()
        await reader.until_ready()
        telegram.send_document(clerk, chat, file.read_bytes(), file.name)
        await killed(reader, "reading")
        assert app.store.directives() == []
        publisher.start()
        await until(lambda: any("12/KH-UBND" in m.text for m in answers()), "the summary")
        (status,) = [m for m in answers() if "12/KH-UBND" in m.text]
        assert all(m is status or AGAIN in status.text for m in answers()), [m.text for m in answers()]
        assert _states(app) == ["waiting"]

        # In the middle of publishing.
        telegram.start_press(clerk, status, "Xác nhận")
        await killed(publisher, "publishing")
        assert [app.store.counts(d.key) for d in app.store.directives()] in ([], [counts])
        last.start()
        await until(lambda: any("Đã nạp" in m.text for m in answers()), "the end of the work")
        await until(lambda: telegram.messages(private), "the unit's people")
        assert await last.end(signal.SIGTERM) == 0

        (directive,) = app.store.directives()
        assert app.store.counts(directive.key) == counts
        assert _states(app) == ["published"]
        assert [e.action for e in app.office.audit.entries(50)].count("directive.loaded") == 1
        assert sum("Đã nạp" in m.text for m in answers()) == 1
        assert sum("Văn bản mới" in m.text for m in telegram.messages(private)) == 1
        generation = current_generation(index_folder(tmp_path))
        assert generation is not None
        assert {directive_of(key) for key in generation.keys} == {directive.key}
        assert list((tmp_path / "uploads").iterdir()) == []
        (kept,) = (path for path in (tmp_path / "library").rglob("*") if path.is_file())
        assert kept.name == file.name
        await until(lambda: not list(scratch.iterdir()), "the children of the dead to clear up")
        # A message turned into what it says already, and a press whose worker died before it was answered.
        server.forgive("message is not modified", "query is too old")
        server.assert_clean()
    app.store.close()


def _states(app: Composition) -> list[str]:
    with app.store.database.reading() as connection:
        return list(connection.execute(select(upload.c.state)).scalars())
