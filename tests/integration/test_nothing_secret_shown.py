"""Whatever a command says, and however it fails, it shows no token, no webhook secret and no database password."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from tests.integration.command_line import Run

TOKEN = "7654321098:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # invented
HUSH = "webhook-hush-29"
PASSWORD = "kho/khóa 9'tầng"
NOBODY = "127.0.0.1:1"

HIDDEN = (TOKEN, TOKEN.partition(":")[2], HUSH, PASSWORD, quote(PASSWORD), quote(PASSWORD, safe=""), "khóa", "kh%C3%B3a")
DATABASES = {
    "out of reach": f"postgresql+psycopg://chidao:{quote(PASSWORD, safe='')}@{NOBODY}/chidao",
    "no such option": f"postgresql+psycopg://{NOBODY}/chidao?user=chidao&password={quote(PASSWORD)}&khong=co",
    "a bare at sign": f"postgresql+psycopg://chidao:1@{quote(PASSWORD, safe='')}@{NOBODY}/chidao",
    "no such driver": f"oracle+khong://chidao:{quote(PASSWORD, safe='')}@{NOBODY}/chidao",
    "a port of letters": f"postgresql+psycopg://chidao:{quote(PASSWORD, safe='')}@127.0.0.1:cong/chidao",
}
COMMANDS = (
    ("--help",), ("bot", "--help"), ("doctor",), ("doctor", "--json"), ("list", "directives"), ("ask", "Bao nhiêu?"),
    ("--debug", "list", "tasks"), ("--debug", "bot"), ("remove", "x"), ("backup", "b.zip"), ("chat",),
)  # fmt: skip


@pytest.fixture
def _configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHIDAO_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("CHIDAO_WEBHOOK_SECRET", HUSH)
    monkeypatch.setenv("CHIDAO_WEBHOOK_URL", "https://bot.example/hook")
    monkeypatch.setenv("CHIDAO_TELEGRAM_API", f"http://{NOBODY}")


@pytest.mark.usefixtures("_configured")
@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_that_fails_shows_no_secret(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], database: str
) -> None:
    monkeypatch.setenv("CHIDAO_DATABASE_URL", DATABASES[database])
    code, out, err = run(*command)
    assert [hidden for hidden in HIDDEN if hidden in out + err] == []
    assert (code == 0) == ("--help" in command), (out, err)


@pytest.mark.usefixtures("_configured")
def test_a_database_that_is_away_is_one_clear_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("out of reach", "no such option", "a bare at sign", "no such driver", "a port of letters"):
        monkeypatch.setenv("CHIDAO_DATABASE_URL", DATABASES[name])
        code, _, err = run("list", "directives")
        assert (code, len(err.splitlines())) == (2, 1), (name, err)
        assert "dữ liệu" in err or "CHIDAO_DATABASE_URL" in err
