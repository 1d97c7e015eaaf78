"""The bot over HTTP with the real search over the sample directives: a question in, its headline and clause out."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from bot.composition import Composition, compose
from bot.settings import Settings
from bot.telegram.application import UPDATES, build_application
from corpus.ingest import ingest
from index.indexing import Indexer
from index.service import SearchService
from tests.e2e.conftest import ADMIN, SECRET, environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.botapi import BotApiServer, Control
    from tests.botapi.world import Chat, User

SAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "samples"
SIGNER = "Công văn 2417 do ai ký?"
DUTIES = "Sở Y tế phải làm gì trong quý này?"


@pytest.fixture
def an(telegram: Control) -> User:
    return telegram.user("An", user_id=ADMIN)


@pytest.fixture
def chat(telegram: Control, an: User) -> Chat:
    return telegram.private(an)


@asynccontextmanager
async def started(app: Composition, mode: str) -> AsyncIterator[None]:
    """The application of this composition, running until left."""
    application = build_application(app)
    await application.initialize()
    await application.post_init(application)
    if mode == "webhook":
        url, listen = app.settings.webhook_url, app.settings.webhook_listen
        await application.updater.start_webhook(
            listen.host, listen.port, urlsplit(url).path, webhook_url=url, secret_token=SECRET, allowed_updates=UPDATES
        )
    else:
        await application.updater.start_polling(allowed_updates=UPDATES)
    await application.start()
    try:
        yield
    finally:
        await application.updater.stop()
        await application.stop()
        await application.shutdown()
        await application.post_shutdown(application)


@pytest_asyncio.fixture
async def app(telegram_server: BotApiServer, tmp_path: Path, mode: str) -> AsyncIterator[Composition]:
    """The bot running over all samples, on 22 November 2026, with the embedder that needs no model."""
    given = {k.removeprefix("CHIDAO_").lower(): v for k, v in environment(telegram_server, tmp_path, mode).items()}
    settings = Settings(_env_file=None, **given, embedding="hash", now="2026-11-22T08:00:00+07:00")
    composition = compose(settings)
    reports = await asyncio.to_thread(ingest, [SAMPLES], composition.store, Indexer(tmp_path, composition.embedder))
    assert {report.status for report in reports} == {"stored"}
    assert isinstance(composition.service, SearchService)
    async with started(composition, mode):
        yield composition
    composition.store.close()


def styled(message, kind: str) -> list[str]:
    data = message.text.encode("utf-16-le")
    return [
        data[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le") for e in message.entities if e.type == kind
    ]


async def test_a_question_is_answered_from_the_samples_and_its_button_shows_the_clause(app, telegram, an, chat):
    question = telegram.send_text(an, chat, SIGNER)
    answer = await telegram.wait_for_message(chat, timeout=20)
    assert answer.reply_to is question
    assert styled(answer, "bold") == ["Công văn 2417/SYT-NVY — Người ký: Phó Giám đốc Hà Quốc Việt."]
    (quote,) = styled(answer, "expandable_blockquote")
    assert "Hà Quốc Việt" in quote
    assert "2417/SYT-NVY" in styled(answer, "italic")[0]
    await telegram.press(an, answer, answer.buttons[0][0])
    clause = await telegram.wait_for_message(chat)
    assert clause.reply_to is answer
    assert "Hà Quốc Việt" in clause.text


async def test_every_button_under_an_answer_opens_a_stored_clause(app, telegram, an, chat):
    telegram.send_text(an, chat, "Kế hoạch 164 giao Sở Nội vụ chủ trì tuyển dụng bao nhiêu viên chức y tế?")
    answer = await telegram.wait_for_message(chat, timeout=20)
    assert len(answer.buttons) > 1
    opened = []
    for label in [label for row in answer.buttons for label in row if label[0] in "📖📄"]:
        await telegram.press(an, answer, label)
        opened.append((await telegram.wait_for_message(chat)).text)
    gone = app.texts("clause.gone")
    assert [text for text in opened if text == gone] == []
    assert len(set(opened)) == len(opened)


async def test_a_units_duties_are_those_of_the_clocks_quarter(app, telegram, an, chat):
    telegram.send_text(an, chat, DUTIES)
    answer = await telegram.wait_for_message(chat, timeout=20)
    (headline,) = styled(answer, "bold")
    assert headline.startswith("Sở Y tế có ")
    assert headline.endswith(" việc trong quý này.")
    assert "30/11/2026" in answer.text


async def test_a_question_the_samples_do_not_answer_is_refused_and_the_next_is_answered(app, telegram, an, chat):
    telegram.send_text(an, chat, "Giá vé tàu điện ngầm là bao nhiêu tiền một lượt?")
    refusal = await telegram.wait_for_message(chat, timeout=20)
    assert styled(refusal, "bold")[0].startswith("Văn bản đã nạp không nêu")
    telegram.send_text(an, chat, SIGNER)
    assert "Hà Quốc Việt" in (await telegram.wait_for_message(chat)).text
