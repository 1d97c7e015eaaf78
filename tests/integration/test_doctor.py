"""Doctor finds what is wrong, says how to mend it, mends what is safe to mend, and shows no secret."""

from __future__ import annotations

import http.server
import json
import threading
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from bot.composition import Composition
from bot.doctor import examine
from bot.settings import Settings
from corpus.store_writing import IncomingFile
from index.embedding import HashEmbedder
from index.indexing import Indexer
from tests.integration.directive_files import directive
from tests.stores import store_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.doctor import Check

TOKEN = "123456:" + "A" * 35


@pytest.fixture
def bot_api() -> Iterator[tuple[str, list[str]]]:
    """A Bot API server that knows one token; its address, and the paths it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            known = self.path == f"/bot{TOKEN}/getMe"
            body = json.dumps({"ok": known, "result": {"username": "hoason_bot"}}).encode()
            self.send_response(200 if known else 401)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def settings(home: Path, **given: object) -> Settings:
    given.setdefault("database_url", store_url(home))
    return Settings(_env_file=None, home=home, embedding="hash", **given)  # type: ignore[arg-type, call-arg]


def checks(given: Settings) -> dict[str, Check]:
    app = Composition(given)
    found = {check.name: check for check in examine(app, Indexer(given.home, HashEmbedder))}
    app.__dict__.get("store") and app.store.close()
    return found


def fill(given: Settings, *, publish: bool = True) -> None:
    app = Composition(given)
    app.store.put(IncomingFile("/a.txt", "h1", "r"), [directive()])
    if publish:
        Indexer(given.home, HashEmbedder).publish(app.store)
    app.store.close()


def test_a_fresh_home_is_sound(tmp_path: Path) -> None:
    found = checks(settings(tmp_path / "home"))
    assert {c.status for c in found.values()} <= {"ok", "note"}
    assert {"settings", "home", "store", "index", "model", "admins", "telegram"} <= set(found)


def test_a_filled_store_in_step_with_its_index_is_sound(tmp_path: Path) -> None:
    given = settings(tmp_path)
    fill(given)
    found = checks(given)
    assert (found["store"].status, found["index"].status) == ("ok", "ok")


def test_files_read_by_earlier_code_are_counted(tmp_path: Path) -> None:
    given = settings(tmp_path)
    fill(given)
    assert checks(given)["reading"].status == "note"


def test_an_index_left_behind_by_a_crash_is_put_right(tmp_path: Path) -> None:
    given = settings(tmp_path)
    fill(given, publish=False)
    assert checks(given)["index"].status == "ok"
    second = checks(given)["index"]
    assert second.status == "ok"
    assert "hash-256" in second.found


def test_a_damaged_index_is_built_again(tmp_path: Path) -> None:
    given = settings(tmp_path)
    fill(given)
    (generation,) = (tmp_path / "index").glob("g*")
    (generation / "keys.json").write_text("[1]")
    assert checks(given)["index"].status == "ok"
    assert "hash-256" in checks(given)["index"].found


@pytest.mark.sqlite_only("a file that is no database")
def test_a_damaged_store_is_bad_and_says_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "chidao.db").write_bytes(b"no database" * 1000)
    check = checks(settings(tmp_path))["store"]
    assert check.status == "bad"
    assert "restore" in (check.mend or "")


def test_a_home_that_cannot_be_written_is_bad(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    given = settings(tmp_path / "file" / "home", database_url=f"sqlite:///{tmp_path}/x.db")
    assert checks(given)["home"].status == "bad"


def test_nobody_with_access_matters_only_once_there_is_a_bot(tmp_path: Path, bot_api: tuple[str, list[str]]) -> None:
    assert checks(settings(tmp_path))["admins"].status == "note"
    with_bot = settings(tmp_path, bot_token=SecretStr(TOKEN), telegram_api=bot_api[0])
    assert checks(with_bot)["admins"].status == "bad"
    assert checks(with_bot.model_copy(update={"admins": frozenset({7})}))["admins"].status == "ok"


def test_a_bot_that_answers_is_named(tmp_path: Path, bot_api: tuple[str, list[str]]) -> None:
    check = checks(settings(tmp_path, bot_token=SecretStr(TOKEN), telegram_api=bot_api[0]))["telegram"]
    assert (check.status, bot_api[1]) == ("ok", [f"/bot{TOKEN}/getMe"])
    assert "@hoason_bot" in check.found


@pytest.mark.parametrize("reached", [True, False])
def test_a_bot_that_is_refused_or_out_of_reach_is_bad_and_its_token_is_never_shown(
    tmp_path: Path, bot_api: tuple[str, list[str]], *, reached: bool
) -> None:
    wrong = TOKEN.replace("A", "B")
    api = bot_api[0] if reached else "http://127.0.0.1:9"
    found = checks(settings(tmp_path, bot_token=SecretStr(wrong), telegram_api=api))
    assert found["telegram"].status == "bad"
    assert found["telegram"].mend
    assert wrong not in json.dumps([c.as_dict() for c in found.values()])


def test_a_model_folder_that_is_not_there_is_bad(tmp_path: Path) -> None:
    given = settings(tmp_path).model_copy(update={"embedding": "./khong-co"})
    assert checks(given)["model"].status == "bad"


def program(folder: Path, name: str, script: str) -> None:
    """A program of this name that PATH finds, and nothing else."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def only_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder in which programs are looked for; empty."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "bin"


TESSERACT = """case "$1" in --version) echo "tesseract 5.9.1";; *) printf 'List of available languages:\\n{languages}\\n';; esac"""


def test_programs_that_some_files_need_are_named_with_their_versions(tmp_path: Path, only_programs: Path) -> None:
    program(only_programs, "tesseract", TESSERACT.format(languages="eng\\nvie"))
    program(only_programs, "libreoffice", 'echo "LibreOffice 24.2.1.2 420(Build:2)"')
    found = checks(settings(tmp_path / "home"))
    assert (found["recognition"].status, found["old_word"].status) == ("ok", "ok")
    assert "5.9.1" in found["recognition"].found
    assert "24.2.1.2" in found["old_word"].found


def test_without_them_a_note_says_what_to_install_and_nothing_is_wrong(tmp_path: Path, only_programs: Path) -> None:
    found = checks(settings(tmp_path / "home"))
    assert (found["recognition"].status, found["old_word"].status) == ("note", "note")
    assert "tesseract-ocr tesseract-ocr-vie" in found["recognition"].found
    assert "libreoffice-writer-nogui" in found["old_word"].found


def test_recognition_without_vietnamese_or_that_does_not_run_is_noted(tmp_path: Path, only_programs: Path) -> None:
    program(only_programs, "tesseract", TESSERACT.format(languages="eng\\nosd"))
    program(only_programs, "soffice", "exit 77")
    found = checks(settings(tmp_path / "home"))
    assert (found["recognition"].status, found["old_word"].status) == ("note", "note")
    assert "(vie)" in found["recognition"].found
    assert str(only_programs / "soffice") in found["old_word"].found


def test_secrets_and_data_that_anybody_may_read_are_pointed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    home, file = tmp_path / "home", tmp_path / "token"
    home.mkdir(mode=0o700)
    file.write_text(TOKEN)
    file.chmod(0o600)
    given = settings(home, bot_token_file=file)
    assert checks(given)["seclusion"].status == "ok"
    home.chmod(0o755)
    assert str(home) in checks(given)["seclusion"].found
    file.chmod(0o644)
    found = checks(given)["seclusion"]
    assert (found.status, str(file) in found.found) == ("note", True)
    home.chmod(0o700)
    file.chmod(0o600)
    (tmp_path / ".env").write_text(f"CHIDAO_BOT_TOKEN={TOKEN}\n")
    (tmp_path / ".env").chmod(0o644)
    with_token = settings(home, bot_token=SecretStr(TOKEN), telegram_api="http://127.0.0.1:9")
    assert ".env" in checks(with_token)["seclusion"].found
