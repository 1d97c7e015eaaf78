"""Figures and probes of a running bot, read over HTTP as a scraper and an orchestrator would."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests import postgres
from tests.e2e.conftest import ADMIN, SECRET, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.botapi import Control
    from tests.botapi.world import Chat, User

ROOT = Path(__file__).resolve().parents[2]
START = 60  # seconds that a process may need to start where many others work


@pytest.fixture
def an(telegram: Control) -> User:
    return telegram.user("An", user_id=ADMIN)


@pytest.fixture
def chat(telegram: Control, an: User) -> Chat:
    return telegram.private(an)


class Probe:
    """Reads what one process serves."""

    def __init__(self, port: int) -> None:
        self.listen = f"127.0.0.1:{port}"

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            return await client.get(f"http://{self.listen}{path}", timeout=15)

    async def figures(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        response = await self.get("/metrics")
        assert response.status_code == 200
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(response.text)
            for sample in family.samples
        }

    async def figure(self, name: str, **labels: str) -> float:
        return (await self.figures()).get((name, frozenset(labels.items())), 0.0)

    async def until(self, path: str, status: int, seconds: float = START, **checks: str) -> dict[str, Any]:
        """What it says as soon as its status and these checks are so."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    response = await self.get(path)
                    told = response.json()
                    if response.status_code == status and told["checks"] | checks == told["checks"]:
                        return told
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    async def until_figure(self, wanted: Callable[[float], bool], name: str, **labels: str) -> None:
        async with asyncio.timeout(20):
            while not wanted(await self.figure(name, **labels)):  # noqa: ASYNC110 - another process, no event here
                await asyncio.sleep(0.1)


@pytest.fixture
def probe() -> Probe:
    return Probe(free_port())


async def test_what_people_ask_and_press_is_counted(start_bot, telegram, an, chat, mode, probe):
    process = await start_bot(mode, CHIDAO_METRICS=probe.listen)
    await probe.until("/readyz", 200)
    before = await probe.figures()
    telegram.send_text(an, chat, "Bao nhiêu?")
    answer = await telegram.wait_for_message(chat, timeout=20)
    await telegram.press(an, answer, "👍")
    telegram.send_text(an, chat, "không nêu?")
    await telegram.wait_for_message(chat)
    telegram.send_text(an, chat, "câu hỏng?")
    await telegram.wait_for_message(chat)
    await probe.until_figure(lambda n: n >= 4, "chidao_updates_total", outcome="handled")
    after = await probe.figures()

    def rise(name: str, **labels: str) -> float:
        key = (name, frozenset(labels.items()))
        return after.get(key, 0.0) - before.get(key, 0.0)

    assert rise("chidao_questions_total", kind="target", outcome="answered") == 1
    assert rise("chidao_questions_total", kind="other", outcome="abstained") == 1
    assert rise("chidao_questions_total", kind="unknown", outcome="failed") == 1
    assert rise("chidao_feedback_total", rating="up") == 1
    assert rise("chidao_question_seconds_count") == 3
    assert rise("chidao_question_stage_seconds_count", stage="waiting") == 3
    assert rise("chidao_updates_total", outcome="received") == 4
    assert rise("chidao_telegram_requests_total", method="sendMessage", outcome="ok") >= 3
    assert rise("chidao_telegram_request_seconds_count", method="sendMessage") >= 3
    assert rise("chidao_log_problems_total", level="error", action="answer.failed") == 1
    assert after["chidao_questions_open", frozenset()] == 1  # what was not answered waits for a clerk
    assert after["chidao_ready", frozenset()] == 1
    assert not [key for key, value in after.items() if key[0] == "chidao_scrape_errors_total" and value]
    assert await process.stop() == 0


async def test_no_figure_names_a_person_a_chat_a_secret_or_a_wording(
    start_bot, telegram, telegram_server, an, chat, probe
):
    await start_bot("polling", CHIDAO_METRICS=probe.listen)
    await probe.until("/readyz", 200)
    telegram.send_text(an, chat, "Bao nhiêu hồ sơ đặc biệt?")
    await telegram.wait_for_message(chat, timeout=20)
    told = [(await probe.get(path)).text for path in ("/metrics", "/healthz", "/readyz", "/elsewhere")]
    for text in told:
        for hidden in (telegram_server.token.partition(":")[2], SECRET, "hồ sơ", "An", str(chat.id)):
            assert not re.search(rf"(?<![\w.]){re.escape(hidden)}(?![\w.])", text), hidden


async def test_every_line_from_an_update_to_its_answer_has_its_request_and_an_action(
    start_bot, telegram, an, chat, mode
):
    process = await start_bot(mode)
    await process.until_logged("bot.started", START)
    telegram.send_text(an, chat, "không nêu?")
    await telegram.wait_for_message(chat, timeout=20)
    telegram.send_text(an, chat, "câu hỏng?")
    await telegram.wait_for_message(chat)
    await process.until_logged("answer.failed")
    await process.stop()
    lines = [json.loads(line) for line in process.log.splitlines()]
    assert all(line["action"] for line in lines)
    asked = [line for line in lines if line["action"] == "question.asked"]
    assert len(asked) == 2
    for number, (end, question) in enumerate(zip(("question.answered", "answer.failed"), asked, strict=True)):
        assert question["surface"] == "telegram"
        same = [line for line in lines if line.get("request") == question["request"]]
        actions = [line["action"] for line in same]
        assert [a for a in actions if a in {"update.received", "question.asked", end, "update.handled"}] == [
            "update.received", "question.asked", end, "update.handled",
        ], number  # fmt: skip
        (told,) = [line for line in same if line["action"] == end]
        assert told["question"] == question["question"]
    assert asked[0]["request"] != asked[1]["request"]


async def test_while_it_drains_it_is_alive_and_not_ready(start_bot, telegram, an, chat, mode, probe):
    process = await start_bot(mode, CHIDAO_METRICS=probe.listen)
    await probe.until("/readyz", 200)
    telegram.send_text(an, chat, "câu chậm?")
    await telegram.wait_for_call("sendChatAction")
    stopping = asyncio.create_task(process.stop(signal.SIGTERM))
    await probe.until("/readyz", 503, updates="draining")
    assert (await probe.get("/healthz")).status_code == 200
    assert await stopping == 0
    assert "(câu chậm?)" in telegram.messages(chat)[-1].text


async def test_while_telegram_is_away_it_is_alive_and_not_ready(start_bot, telegram_server, probe):
    port = int(telegram_server.url.rpartition(":")[2])
    await telegram_server.stop()
    await start_bot("polling", CHIDAO_METRICS=probe.listen)
    await probe.until("/readyz", 503, updates="Telegram not reached yet", store="ok", generation="ok")
    assert (await probe.get("/healthz")).status_code == 200
    await telegram_server.start(port)
    await probe.until("/readyz", 200)


async def test_without_its_database_it_is_alive_not_ready_and_still_measured(start_bot, server, probe):
    name = "chidao_watching"
    url = postgres.create_database(server, name)
    await start_bot("polling", CHIDAO_METRICS=probe.listen, CHIDAO_DATABASE_URL=url)
    await probe.until("/readyz", 200)
    postgres.drop_database(server, name)
    await probe.until("/readyz", 503, store="unreachable")
    assert (await probe.get("/healthz")).status_code == 200
    figures = await probe.figures()
    assert figures["chidao_scrape_errors_total", frozenset({("source", "reminders")})] >= 1
    assert figures["chidao_ready", frozenset()] == 0
    assert figures["chidao_ready_check", frozenset({("check", "store")})] == 0
    assert ("chidao_reminder_oldest_overdue_seconds", frozenset()) not in figures


async def test_without_its_database_file_it_is_not_ready(start_bot, tmp_path, probe):
    await start_bot("polling", CHIDAO_METRICS=probe.listen)
    await probe.until("/readyz", 200)
    (tmp_path / "home" / "chidao.db").unlink()
    await probe.until("/readyz", 503, store="gone")
    assert (await probe.get("/healthz")).status_code == 200


async def test_an_address_that_cannot_be_listened_on_is_one_line_and_exit_code_2(tmp_path, probe):
    with_a_port_taken = await asyncio.start_server(lambda *_: None, *probe.listen.split(":"))
    async with with_a_port_taken:
        for listen in (probe.listen, "203.0.113.7:9100", "no-such-host.invalid:9100"):
            clean = {k: v for k, v in os.environ.items() if not k.startswith("CHIDAO_")}
            given = clean | {
                "PYTHONPATH": str(ROOT),
                "CHIDAO_HOME": str(tmp_path / "home"),
                "CHIDAO_BOT_TOKEN": "111111:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "CHIDAO_METRICS": listen,
            }
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "bot", env=given, cwd=tmp_path, stderr=asyncio.subprocess.PIPE
            )
            _, said = await asyncio.wait_for(process.communicate(), 2 * START)
            lines = said.decode().splitlines()
            assert process.returncode == 2, lines
            assert len(lines) == 1, lines
            assert listen in lines[0]
            assert "CHIDAO_METRICS" in lines[0]


async def test_nothing_listens_unless_it_is_asked_for(start_bot):
    process = await start_bot()
    await process.until_logged("bot.started", START)
    assert "watch.opened" not in process.log


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if not postgres.is_installed():
        pytest.skip(postgres.ABSENT)
    with postgres.postgres_server() as url:
        yield url
