"""Long polling: numbering, confirming, filtering, waiting, and conflicts between two pollers."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest

from tests.botapi.methods.updating import Polling
from tests.botapi.server import Pace, running_server
from tests.botapi.updates import UpdateQueue
from tests.botapi_selftests.conftest import Api


@pytest.fixture
def lan(telegram):
    return telegram.user("Lan")


@pytest.fixture
def chat(telegram, lan):
    return telegram.private(lan)


def texts(updates):
    return [u["message"]["text"] for u in updates]


async def test_updates_come_again_until_a_higher_offset_confirms_them(api, telegram, lan, chat):
    for word in ("một", "hai", "ba"):
        telegram.send_text(lan, chat, word)
    first = await api.ok("getUpdates")
    assert texts(first) == ["một", "hai", "ba"]
    ids = [u["update_id"] for u in first]
    assert ids == sorted(set(ids))
    await asyncio.sleep(0.02)
    assert await api.ok("getUpdates") == first
    assert texts(await api.ok("getUpdates", offset=ids[1])) == ["hai", "ba"]
    assert texts(await api.ok("getUpdates", offset=ids[2] + 1)) == []
    assert texts(await api.ok("getUpdates", offset=0)) == []


async def test_limit_is_clamped_and_a_negative_offset_keeps_the_last_ones(api, telegram, lan, chat):
    for number in range(103):
        telegram.send_text(lan, chat, str(number))
    assert len(await api.ok("getUpdates", limit=500)) == 100
    assert len(await api.ok("getUpdates", limit=0, offset=1)) == 1
    assert texts(await api.ok("getUpdates", offset=-2)) == ["101", "102"]
    await asyncio.sleep(0.02)
    assert texts(await api.ok("getUpdates")) == ["101", "102"]


async def test_allowed_updates_stay_until_changed_and_act_when_an_update_is_made(api, telegram, lan, chat):
    forum = telegram.forum("Diễn đàn", [lan], admin=True)

    async def kinds_after(**params):
        await api.ok("getUpdates", **params)
        hello = telegram.send_text(lan, chat, "chào")
        telegram.edit(lan, hello, "sửa")
        telegram.add_member(lan, forum, telegram.user("Minh"))
        got = await api.ok("getUpdates", offset=1)
        await api.ok("getUpdates", offset=got[-1]["update_id"] + 1)
        return [next(k for k in u if k != "update_id") for u in got]

    assert await kinds_after() == ["message", "edited_message"]
    assert await kinds_after(allowed_updates=["edited_message", "chat_member"]) == ["edited_message", "chat_member"]
    assert await kinds_after() == ["edited_message", "chat_member"]
    assert (await api.ok("getWebhookInfo"))["allowed_updates"] == ["chat_member", "edited_message"]
    assert await kinds_after(allowed_updates=[]) == ["message", "edited_message"]


async def test_a_long_poll_answers_when_an_update_arrives_or_time_is_up(api, telegram, lan, chat):
    waiting = asyncio.create_task(api.ok("getUpdates", timeout=30))
    await telegram.bot_listens()
    telegram.send_text(lan, chat, "đây")
    assert texts(await asyncio.wait_for(waiting, 10)) == ["đây"]
    started = asyncio.get_running_loop().time()
    assert await api.ok("getUpdates", offset=2**30, timeout=1) == []
    assert asyncio.get_running_loop().time() - started > 0.9


async def test_a_second_poll_ends_the_first_with_a_conflict(telegram_server, api, telegram):
    telegram_server.forgive("terminated by other")
    older = asyncio.create_task(api.refused("getUpdates", timeout=30))
    await telegram.bot_listens()
    newer = asyncio.create_task(api.ok("getUpdates", timeout=1, offset=5))
    assert await older == (
        "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    assert await newer == []


async def test_repeated_conflicts_and_repeated_offsets_are_slowed_down():
    async with running_server(pace=Pace(poll_spacing=0.5)) as server, aiohttp.ClientSession() as session:
        server.forgive("terminated by other")
        api, clock = Api(server, session), asyncio.get_running_loop().time
        await api.ok("getUpdates", offset=1)
        started = clock()
        await api.ok("getUpdates", offset=1)
        assert clock() - started > 0.3
        polls = []
        for offset in range(3):
            polls.append(asyncio.create_task(api("getUpdates", offset=offset + 10, timeout=5)))
            await asyncio.sleep(0.03)
        ends = []
        for poll in polls[:2]:
            assert (await poll)["status"] == 409
            ends.append(clock())
        assert ends[1] - ends[0] > 0.3
        polls[2].cancel()


async def test_the_same_offset_at_once_again_brings_one_update_only():
    async with running_server(pace=Pace()) as server, aiohttp.ClientSession() as session:
        api, people = Api(server, session), server.control
        lan = people.user("Lan")
        for word in ("một", "hai"):
            people.send_text(lan, people.private(lan), word)
        assert len(await api.ok("getUpdates", offset=1)) == 2
        assert len(await api.ok("getUpdates", offset=1)) == 1


async def test_polling_and_webhook_exclude_each_other(telegram_server, api, telegram):
    telegram_server.forgive("conflict")
    poll = asyncio.create_task(api.refused("getUpdates", timeout=30))
    await telegram.bot_listens()
    await api.ok("setWebhook", url="http://127.0.0.1:9/hook")
    assert await poll == "409 Conflict: terminated by setWebhook request"
    assert await api.refused("getUpdates") == (
        "409 Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    answer = await api("deleteWebhook")
    assert answer["description"] == "Webhook was deleted"
    assert (await api("deleteWebhook"))["description"] == "Webhook is already deleted"
    assert await api.ok("getUpdates") == []


async def test_faults_double_repeat_and_delay_updates(api, telegram, lan, chat):
    telegram.duplicate_next_update()
    telegram.send_text(lan, chat, "đôi")
    doubled = await api.ok("getUpdates")
    assert texts(doubled) == ["đôi", "đôi"]
    assert len({u["update_id"] for u in doubled}) == 1
    after = doubled[0]["update_id"] + 1
    assert await api.ok("getUpdates", offset=after) == []
    telegram.redeliver()
    assert texts(await api.ok("getUpdates", offset=after)) == ["đôi"]
    assert await api.ok("getUpdates", offset=after) == []
    with telegram.held_updates(backwards=True):
        telegram.send_text(lan, chat, "một")
        telegram.send_text(lan, chat, "hai")
        assert await api.ok("getUpdates", offset=after) == []
    await asyncio.sleep(0.02)
    assert texts(await api.ok("getUpdates", offset=after)) == ["hai", "một"]


async def test_an_update_is_forgotten_after_a_day(telegram_server, api, telegram, lan, chat):
    telegram.send_text(lan, chat, "hôm qua")
    telegram_server.world.clock.advance(24 * 3600 + 1)
    telegram.send_text(lan, chat, "hôm nay")
    assert texts(await api.ok("getUpdates")) == ["hôm nay"]


async def test_each_bot_has_its_own_updates_and_private_chats(telegram_server, api, telegram, lan):
    other = telegram_server.world.add_bot("nhac_viec_bot")
    telegram.send_text(lan, telegram.private(lan, other), "gửi bot kia")
    assert await api.ok("getUpdates") == []
    assert texts((await api("getUpdates", token=other.token))["result"]) == ["gửi bot kia"]


async def test_an_update_that_comes_just_as_a_poll_begins_to_wait_ends_it():
    queue = UpdateQueue(time.time, first_id=1)
    # Runs as soon as the poll first gives way, before anything the poll itself may have scheduled.
    asyncio.get_running_loop().call_soon(queue.add, "message", {"text": "một"}, ("chat", 1))
    async with asyncio.timeout(1):
        assert texts(await Polling(spacing=0).poll(queue, offset=0, limit=100, seconds=5)) == ["một"]
