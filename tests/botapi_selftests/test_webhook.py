"""Webhook delivery: secret, order within a chat, side by side across chats, retries, rules for the address."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from tests.botapi.server import Pace, running_server
from tests.botapi_selftests.conftest import Api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Receiver:
    """A webhook that does as it is told: `answers` are used up first, then everything is accepted."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, str]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[web.Response | float] = []
        self.slow: dict[str, asyncio.Event] = {}
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.json()
        text = body["message"]["text"]
        self.seen.append((body["update_id"], text))
        self.headers.append(dict(request.headers))
        if text in self.slow:
            await self.slow[text].wait()
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, float):
                await asyncio.sleep(answer)
            else:
                return answer
        return web.Response()

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.seen]


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    for event in receiver.slow.values():
        event.set()
    await runner.cleanup()


@pytest.fixture
def people(telegram):
    users = [telegram.user(name) for name in ("Lan", "Minh", "Hoa", "Nam")]
    return [(user, telegram.private(user)) for user in users]


async def test_updates_are_posted_with_the_secret_and_acknowledged_by_any_2xx(api, telegram, receiver, people):
    await api.ok("setWebhook", url=receiver.url, secret_token="Bi-mat_1")
    receiver.answers = [web.Response(status=204)]
    telegram.send_text(*people[0], "một")
    await telegram.all_confirmed()
    assert receiver.texts == ["một"]
    assert receiver.headers[0]["X-Telegram-Bot-Api-Secret-Token"] == "Bi-mat_1"
    assert receiver.headers[0]["Content-Type"] == "application/json"


async def test_a_failed_update_is_posted_again_and_holds_up_its_own_chat_only(
    telegram_server, api, telegram, receiver, people
):
    await api.ok("setWebhook", url=receiver.url)
    receiver.slow["một"] = asyncio.Event()
    telegram.send_text(*people[0], "một")
    telegram.send_text(*people[0], "hai")
    telegram.send_text(*people[1], "bên kia")
    await telegram.wait_for(lambda: "bên kia" in receiver.texts, "the other chat's update")
    assert "hai" not in receiver.texts
    receiver.answers = [
        web.Response(status=500),
        web.Response(status=403),
        web.Response(status=302, headers={"Location": "/x"}),
    ]
    receiver.slow.pop("một").set()
    await telegram.all_confirmed()
    assert receiver.texts[-1] == "hai"
    assert receiver.texts.count("một") == 4
    assert len({number for number, text in receiver.seen if text == "một"}) == 1
    assert (await api.ok("getWebhookInfo"))["last_error_message"].startswith("Wrong response from the webhook: ")


async def test_no_more_than_max_connections_are_open_at_once(telegram_server, api, telegram, receiver, people):
    await api.ok("setWebhook", url=receiver.url, max_connections=2)
    receiver.answers = [0.05] * 4
    for user, chat in people:
        telegram.send_text(user, chat, f"từ {user.first_name}")
    await telegram.all_confirmed()
    assert telegram_server.delivery().most_in_flight == 2
    assert len(receiver.seen) == 4


async def test_the_bots_own_retry_after_is_honoured(telegram_server, api, telegram, receiver, people):
    await api.ok("setWebhook", url=receiver.url)
    receiver.answers = [web.Response(status=503, headers={"Retry-After": "15"})]
    started = asyncio.get_running_loop().time()
    telegram.send_text(*people[0], "một")
    await telegram.all_confirmed()
    assert asyncio.get_running_loop().time() - started > 15 * telegram_server.pace.retry_unit


async def test_a_dead_or_slow_webhook_is_tried_again(receiver):
    pace = Pace(retry_unit=0.01, webhook_timeout=0.3, webhook_spacing=0.0)
    async with running_server(pace=pace) as server, aiohttp.ClientSession() as session:
        api, people = Api(server, session), server.control
        user = people.user("Lan")
        await api.ok("setWebhook", url="http://127.0.0.1:9/hook")
        people.send_text(user, people.private(user), "một")
        await people.wait_for(lambda: len(server.delivery().attempts) > 1, "two attempts")
        assert (await api.ok("getWebhookInfo"))["pending_update_count"] == 1
        receiver.answers = [1.0]
        await api.ok("setWebhook", url=receiver.url)
        await people.all_confirmed()
        outcomes = [attempt.outcome for attempt in server.delivery().attempts]
        assert (outcomes[0], outcomes[-1]) == ("TimeoutError", 200)


async def test_23_hours_of_410_end_the_webhook(telegram_server, api, telegram, receiver, people):
    await api.ok("setWebhook", url=receiver.url)
    receiver.answers = [web.Response(status=410) for _ in range(50)]
    telegram.send_text(*people[0], "một")
    await telegram.wait_for(lambda: len(receiver.seen) > 1, "two attempts")
    telegram_server.world.clock.advance(23 * 3600 + 1)
    await telegram.wait_for(lambda: telegram_server.bot.webhook is None, "the end of the webhook")


async def test_the_answer_to_a_post_may_call_a_method(api, telegram, receiver, people):
    await api.ok("setWebhook", url=receiver.url)
    user, chat = people[0]
    receiver.answers = [web.json_response({"method": "sendMessage", "chat_id": chat.id, "text": "trả lời ngay"})]
    telegram.send_text(user, chat, "một")
    assert (await telegram.wait_for_message(chat)).text == "trả lời ngay"


async def test_pending_updates_may_be_dropped(api, telegram, people):
    telegram.send_text(*people[0], "cũ")
    assert (await api.ok("getWebhookInfo"))["pending_update_count"] == 1
    await api.ok("deleteWebhook", drop_pending_updates=True)
    assert (await api.ok("getWebhookInfo"))["pending_update_count"] == 0


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"url": "http://hoason.example.vn/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://hoason.example.vn:8080/hook"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ({"url": "https://hoason.example.vn/hook", "secret_token": "x" * 257}, "secret token is too long"),
        (
            {"url": "https://hoason.example.vn/hook", "secret_token": "bí mật"},
            "secret token contains unallowed characters",
        ),
    ],
)
async def test_production_rules_for_the_address(telegram_server, api, params, refusal):
    telegram_server.production_webhooks = True
    telegram_server.forgive(refusal)
    assert await api.refused("setWebhook", **params) == f"400 Bad Request: {refusal}"


async def test_the_webhook_may_change_once_a_second():
    async with running_server(pace=Pace()) as server, aiohttp.ClientSession() as session:
        server.forgive("too many requests")
        api = Api(server, session)
        await api.ok("setWebhook", url="http://127.0.0.1:9/a")
        answer = await api("setWebhook", url="http://127.0.0.1:9/b")
        assert (answer["status"], answer["description"]) == (429, "Too Many Requests: retry after 1")
        assert answer["parameters"] == {"retry_after": 1}
        assert answer["headers"]["Retry-After"] == "1"
        assert (await api("setWebhook", url="http://127.0.0.1:9/a"))["description"] == "Webhook is already set"
