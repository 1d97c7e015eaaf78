"""The webhook's port as strangers find it: forged calls, large bodies, garbage; and a flood from somebody not admitted."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from bot.office.allowances import TO_STRANGERS
from bot.settings import Settings
from bot.telegram.application import webhook_secret
from bot.telegram.bounds import LARGEST_UPDATE
from tests.e2e.conftest import ADMIN, SECRET, bot_in_this_process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.botapi import BotApiServer
    from tests.e2e.conftest import RunningBot

HEADER = "X-Telegram-Bot-Api-Secret-Token"
STRANGER = 5555


@pytest_asyncio.fixture
async def hooked(telegram_server: BotApiServer, telegram, tmp_path: Path) -> AsyncIterator[RunningBot]:
    for number in (ADMIN, STRANGER):
        telegram.started(telegram.user("Giả", user_id=number))
    async with bot_in_this_process(telegram_server, tmp_path, "webhook") as running:
        yield running


def update(number: int, text: str = "Ai chủ trì?", person: int = ADMIN) -> dict:
    sender = {"id": person, "is_bot": False, "first_name": "Giả"}
    chat = {"id": person, "type": "private", "first_name": "Giả"}
    return {
        "update_id": number,
        "message": {"message_id": number, "date": 1_750_000_000, "chat": chat, "from": sender, "text": text},
    }


async def post(hooked: RunningBot, content: bytes, headers: dict[str, str], path: str = "") -> int | None:
    """The status of a call; None when the connection was closed on it."""
    url = hooked.app.settings.webhook_url + path
    async with httpx.AsyncClient(timeout=20) as caller:
        try:
            return (await caller.post(url, content=content, headers={"Content-Type": "application/json"} | headers)).status_code
        except httpx.HTTPError:
            return None


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: "guess"}, {HEADER: SECRET + "x"}, {HEADER: SECRET.upper()}])
async def test_a_call_without_the_secret_is_refused_before_its_body_is_read_as_anything(hooked, headers):
    for content in (b"no json at all", json.dumps(update(1)).encode()):
        assert await post(hooked, content, headers) == 403
    assert hooked.service.asked == []


async def test_only_the_secret_path_and_only_a_post_is_answered(hooked):
    right = {HEADER: SECRET}
    content = json.dumps(update(1)).encode()
    assert await post(hooked, content, right, "/other") == 404
    async with httpx.AsyncClient() as caller:
        root = hooked.app.settings.webhook_url.rsplit("/", 1)[0]
        assert (await caller.post(root + "/", content=content, headers=right)).status_code == 404
        assert (await caller.get(hooked.app.settings.webhook_url, headers=right)).status_code == 405
        assert (await caller.post(hooked.app.settings.webhook_url, content=b"a=1", headers=right)).status_code == 403
    assert hooked.service.asked == []


@pytest.mark.parametrize("headers", [{}, {HEADER: SECRET}])
async def test_a_body_larger_than_any_update_is_not_read(hooked, headers):
    assert await post(hooked, b" " * (LARGEST_UPDATE + 1), headers) in {None, 400, 413}
    assert await post(hooked, json.dumps(update(9)).encode(), {HEADER: SECRET}) == 200  # and the port still listens


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b'{"update_id": "x"}', b'{"update_id": 5, "message": 3}', b"\xff\xfe"])
async def test_garbage_with_the_secret_brings_nothing_down(hooked, content):
    await post(hooked, content, {HEADER: SECRET})
    assert await post(hooked, json.dumps(update(21)).encode(), {HEADER: SECRET}) == 200
    for _ in range(100):
        if hooked.service.asked:
            break
        await asyncio.sleep(0.05)
    assert [question.text for question in hooked.service.asked] == ["Ai chủ trì?"]


def test_without_a_secret_in_the_settings_there_is_one_all_the_same_and_it_is_not_the_token():
    one, two = (Settings(_env_file=None, bot_token=SecretStr(f"123456:{letter * 35}")) for letter in "AB")
    assert webhook_secret(one) == webhook_secret(one)
    assert webhook_secret(one) != webhook_secret(two)
    assert len(webhook_secret(one)) >= 32
    assert "AAAA" not in webhook_secret(one)


async def test_a_flood_from_a_stranger_is_answered_a_few_times_and_keeps_nobody_waiting(hooked, telegram_server):
    right = {HEADER: SECRET}
    for number in range(100, 160):
        assert await post(hooked, json.dumps(update(number, "Ai chủ trì?", STRANGER)).encode(), right) == 200
    assert await post(hooked, json.dumps(update(200)).encode(), right) == 200
    for _ in range(200):
        if hooked.service.asked:
            break
        await asyncio.sleep(0.05)
    assert [question.text for question in hooked.service.asked] == ["Ai chủ trì?"]
    sent = [c for c in telegram_server.calls("sendMessage") if str(c.params.get("chat_id")) == str(STRANGER)]
    assert len(sent) <= TO_STRANGERS.times
