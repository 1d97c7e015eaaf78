"""Figures and probes of one process, with databases that are away, sources that hang and clients that are rude."""

from __future__ import annotations

import http.client
import io
import json
import logging
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from bot.cli import main
from bot.composition import compose
from bot.logs import configure_logging, get_logger
from bot.reminders.tables import delivery
from bot.settings import Listen, Settings, load_settings
from bot.watching import server
from bot.watching.collectors import Source, Sources, gauge
from bot.watching.figures import sources
from bot.watching.health import BEAT, SILENT, Heart, Readiness
from corpus.errors import SettingsError, StoreError
from index.snapshots import State
from tests.e2e.fake_service import FakeService
from tests.stores import store_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.composition import Composition


class FollowingService(FakeService):
    """A service that says what it serves."""

    def __init__(self) -> None:
        super().__init__()
        self.said = State("r2", "r2", "g2", 120, age=60.0, behind=0.0, error=None, watching=True)

    def state(self) -> State:
        return self.said


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Composition]:
    settings = Settings(_env_file=None, home=tmp_path / "home", metrics="127.0.0.1:1")
    # Any free port: the settings themselves allow none to be left open.
    app = compose(settings.model_copy(update={"metrics": Listen("127.0.0.1", 0)}), service=FollowingService())
    assert app.store
    yield app
    app.watch.close()
    app.store.close()


@pytest.fixture
def logged() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    configure_logging(level=logging.INFO, stream=io.StringIO())
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def serving(app: Composition) -> Composition:
    app.watch.open()
    app.watch.built()
    return app


def get(app: Composition, path: str, method: str = "GET") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", app.watch.port, timeout=20)
    connection.request(method, path)
    response = connection.getresponse()
    return response.status, response.read().decode()


def figures(app: Composition) -> dict[str, float]:
    status, text = get(app, "/metrics")
    assert status == 200
    return {
        sample.name + "".join(f" {label}={value}" for label, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def fill(app: Composition, count: int, **values: object) -> None:
    now = app.clock.now()
    row = {
        "reference": "A1", "kind": "due", "chat_id": 5, "topic": 0, "day": now.date(), "due_at": now,
        "not_after": now + timedelta(days=1), "state": "sent", "next_try_at": now, "created_at": now,
    } | values  # fmt: skip
    with app.store.database.writing() as connection:
        start = values.get("state", "sent")
        connection.execute(insert(delivery), [row | {"dedupe_key": f"{start}-{number}"} for number in range(count)])


def test_the_outbox_is_counted_by_state_and_the_oldest_is_timed(serving: Composition) -> None:
    fill(serving, 3)
    fill(serving, 2, state="uncertain")
    now = serving.clock.now()
    fill(serving, 1, state="pending", due_at=now - timedelta(minutes=12), next_try_at=now)
    told = figures(serving)
    assert told["chidao_reminders state=sent"] == 3
    assert told["chidao_reminders state=uncertain"] == 2
    assert told["chidao_reminders state=failed"] == 0
    assert 720 <= told["chidao_reminder_oldest_overdue_seconds"] < 780


def test_the_index_s_standing_is_told_and_an_older_one_served_knowingly_is_ready(serving: Composition) -> None:
    serving.watch.telegram_reached(lambda: True)
    assert figures(serving)["chidao_generation_in_step"] == 1
    service = serving.service
    service.said = replace(service.said, wanted="r3", behind=7.5)
    told = figures(serving)
    assert (told["chidao_generation_in_step"], told["chidao_generation_behind_seconds"]) == (0, 7.5)
    assert get(serving, "/readyz")[0] == 200
    service.said = replace(service.said, served=None, generation=None, passages=0)
    status, said = get(serving, "/readyz")
    assert (status, json.loads(said)["checks"]["generation"]) == (503, "none loaded")


def test_before_its_parts_stand_it_is_alive_and_asks_nothing_of_them(app: Composition) -> None:
    app.watch.open()
    assert get(app, "/healthz")[0] == 200
    status, said = get(app, "/readyz")
    assert status == 503
    assert json.loads(said)["checks"]["store"] == "starting"
    assert "chidao_build_info" in get(app, "/metrics")[1]


def test_each_source_fails_alone_and_is_counted_in_the_very_scrape(serving: Composition, monkeypatch) -> None:
    def away() -> dict[str, int]:
        raise StoreError("the database is away")

    monkeypatch.setattr(serving.reminders.queue, "counts", away)
    told = figures(serving)
    assert told["chidao_scrape_errors_total source=reminders"] == 1
    assert told["chidao_scrape_errors_total source=questions"] == 0
    assert "chidao_reminder_oldest_overdue_seconds" not in told
    assert told["chidao_questions_open"] == 0
    assert figures(serving)["chidao_scrape_errors_total source=reminders"] == 2


def test_a_source_that_hangs_keeps_no_scrape_waiting_and_is_asked_once() -> None:
    release, asked = threading.Event(), []

    def hang() -> list[object]:
        asked.append(1)
        release.wait(20)
        return [gauge("late", "Late.", 1)]

    sources = Sources((Source("hangs", hang), Source("answers", lambda: [gauge("prompt", "Prompt.", 1)])), patience=0.2)

    def names() -> set[str]:
        return {metric.name for metric in sources.collect()}

    began = time.monotonic()
    assert names() == {"prompt", "chidao_scrape_errors"}
    assert names() == {"prompt", "chidao_scrape_errors"}
    assert time.monotonic() - began < 5
    assert len(asked) == 1
    release.set()
    time.sleep(0.1)
    assert "late" in names()


def test_a_check_that_hangs_is_no_answer_in_time_and_is_not_started_again() -> None:
    release, asked = threading.Event(), []

    def hang() -> str:
        asked.append(1)
        release.wait(20)
        return "ok"

    readiness = Readiness({"first": lambda: "ok", "second": hang, "third": lambda: "ok"}, patience=0.2)
    for _ in range(2):
        report = readiness.report()
        assert not report.good
        assert report.checks == {"first": "ok", "second": "no answer in time", "third": "no answer in time"}
    assert len(asked) == 1
    release.set()
    time.sleep(0.1)
    assert readiness.report().good


async def test_a_loop_that_is_stuck_is_not_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    heart, now = Heart(), 1000.0
    monkeypatch.setattr("bot.watching.health.time.monotonic", lambda: now)
    assert heart.report().good  # it starts
    beating = asyncio.create_task(heart.beat())
    await asyncio.sleep(0)
    now += SILENT - BEAT
    assert heart.report().good
    now += 2 * BEAT
    assert heart.report().checks == {"process": "ok", "loop": "silent"}
    beating.cancel()


def test_other_addresses_and_methods_are_turned_away(serving: Composition) -> None:
    assert get(serving, "/")[0] == 404
    assert get(serving, "/metrics/../healthz")[0] == 404
    assert get(serving, "/readyz", "POST")[0] == 405
    assert get(serving, "/healthz", "HEAD")[0] == 200


def test_many_silent_clients_take_no_more_than_their_places(serving: Composition, monkeypatch) -> None:
    monkeypatch.setattr(server._Handler, "timeout", 0.5)
    already = threading.active_count()
    with many_silent(serving.watch.port, server.AT_ONCE + 8):
        assert threading.active_count() <= already + server.AT_ONCE
        deadline = time.monotonic() + 20
        while True:  # as soon as the silent ones have been left
            try:
                if get(serving, "/healthz")[0] == 200:
                    break
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < deadline
                time.sleep(0.1)


@contextmanager
def many_silent(port: int, count: int) -> Iterator[None]:
    clients = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(count)]
    try:
        yield
    finally:
        for client in clients:
            client.close()


def test_a_taken_port_is_one_sentence_that_names_the_setting(serving: Composition, tmp_path: Path) -> None:
    settings = serving.settings.model_copy(update={"metrics": Listen("127.0.0.1", serving.watch.port)})
    with pytest.raises(SettingsError, match="CHIDAO_METRICS"):
        compose(settings, service=FakeService()).watch.open()


def test_warnings_and_errors_are_counted_by_their_action_while_it_serves(app: Composition, logged: None) -> None:
    app.watch.open()
    serving = app
    name = "chidao_log_problems_total action=test.counted level=warning"
    before = figures(serving).get(name, 0)
    get_logger("bot.test").warning("Twice", action="test.counted")
    get_logger("bot.test").warning("Twice", action="test.counted")
    logging.getLogger("bot.test").info("Fine", extra={"action": "test.counted"})
    assert figures(serving)[name] == before + 2
    app.watch.close()
    get_logger("bot.test").warning("Later", action="test.counted")
    app.watch.open()
    assert figures(serving)[name] == before + 2


def test_a_scrape_speaks_both_formats(serving: Composition) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", serving.watch.port, timeout=20)
    connection.request("GET", "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    response = connection.getresponse()
    assert response.getheader("Content-Type", "").startswith("application/openmetrics-text")
    assert response.read().endswith(b"# EOF\n")


def test_the_moment_of_the_last_whole_backup_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(("HOME", "DATABASE_URL", "NOW")):
        given = (str(tmp_path / "home"), store_url(tmp_path / "home"), "2025-03-01T08:00:00+07:00")[number]
        monkeypatch.setenv(f"CHIDAO_{name}", given)
    monkeypatch.chdir(tmp_path)
    app = compose(load_settings(), service=FollowingService())
    assert app.store
    told = next(source for source in sources(app, app.watch.ready) if source.name == "backup")

    def age() -> float:
        (family,) = told.read()
        return float(family.samples[0].value)

    assert age() == 0
    with pytest.raises(SystemExit) as left:
        main(("backup", str(tmp_path / "b.zip")))
    assert not left.value.code
    assert age() == datetime.fromisoformat("2025-03-01T08:00:00+07:00").timestamp()
    with pytest.raises(SystemExit) as left:
        main(("backup", str(tmp_path / "nowhere" / "b.zip")))
    assert left.value.code, "one that fails is none"
    assert age() == datetime.fromisoformat("2025-03-01T08:00:00+07:00").timestamp()
    app.store.close()
