"""Every request to Telegram is counted once, by its method and by what became of it; the token gets nowhere."""

from __future__ import annotations

import httpx
import pytest
from telegram.error import NetworkError

from bot.telegram.measuring import MeasuredRequest
from bot.watching.instruments import REGISTRY

BOT = "https://telegram.example/bot123456:AbC-dEf"


def counted(method: str, outcome: str) -> float:
    labels = {"method": method, "outcome": outcome}
    return REGISTRY.get_sample_value("chidao_telegram_requests_total", labels) or 0.0


def timed(method: str) -> float:
    return REGISTRY.get_sample_value("chidao_telegram_request_seconds_count", {"method": method}) or 0.0


async def ask(url: str, answer: int | type[Exception]) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, int):
            return httpx.Response(answer, json={"ok": answer == 200, "result": True})
        raise answer("no", request=request)

    request = MeasuredRequest(httpx_kwargs={"transport": httpx.MockTransport(handle)})
    await request.initialize()
    try:
        await request.do_request(url, "POST")
    finally:
        await request.shutdown()


@pytest.mark.parametrize(
    ("answer", "outcome"), [(200, "ok"), (400, "refused"), (403, "refused"), (429, "flood"), (502, "server_error")]
)
async def test_an_answer_is_counted_by_what_it_says(answer: int, outcome: str) -> None:
    before, times = counted("sendMessage", outcome), timed("sendMessage")
    await ask(f"{BOT}/sendMessage", answer)
    assert (counted("sendMessage", outcome), timed("sendMessage")) == (before + 1, times + 1)


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (httpx.ReadTimeout, "uncertain"),
        (httpx.ReadError, "uncertain"),
        (httpx.RemoteProtocolError, "uncertain"),
        (httpx.ConnectTimeout, "unreachable"),
        (httpx.PoolTimeout, "unreachable"),
        (httpx.ConnectError, "unreachable"),
    ],
)
async def test_what_may_have_arrived_is_told_from_what_never_left(failure: type[Exception], outcome: str) -> None:
    before = counted("sendMessage", outcome)
    with pytest.raises(NetworkError):
        await ask(f"{BOT}/sendMessage", failure)
    assert counted("sendMessage", outcome) == before + 1


async def test_a_long_poll_is_counted_and_not_timed_and_a_file_has_no_path() -> None:
    before, files = counted("getUpdates", "ok"), counted("file", "ok")
    await ask(f"{BOT}/getUpdates", 200)
    await ask("https://telegram.example/file/bot123456:AbC-dEf/documents/ke-hoach.pdf", 200)
    assert counted("getUpdates", "ok") == before + 1
    assert timed("getUpdates") == 0
    assert counted("file", "ok") == files + 1
    values = {value for family in REGISTRY.collect() for sample in family.samples for value in sample.labels.values()}
    assert not [value for value in values if "AbC" in value or "ke-hoach" in value]
