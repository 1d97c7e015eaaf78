"""The command line in a home of its own, away from the settings and the `.env` of whoever runs the tests."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from bot.cli import main
from bot.composition import Composition
from tests.integration.command_line import PLAN, FakeService
from tests.stores import runs_on, store_url

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.command_line import Run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("CHIDAO_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)  # away from any `.env`
    monkeypatch.setenv("CHIDAO_HOME", str(tmp_path / "home"))
    if runs_on("postgresql"):
        monkeypatch.setenv("CHIDAO_DATABASE_URL", store_url(tmp_path / "home"))
    monkeypatch.setenv("CHIDAO_EMBEDDING", "hash")
    monkeypatch.setenv("CHIDAO_NOW", "2025-03-01T08:00:00+07:00")
    return tmp_path


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leaving:
            main(arguments)
        said = capfd.readouterr()
        return int(leaving.value.code or 0), said.out, said.err

    return command


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> FakeService:
    fake = FakeService()
    monkeypatch.setattr(Composition, "service", fake)
    return fake


@pytest.fixture
def stored(home: Path, run: Run) -> str:
    (home / "ke-hoach.txt").write_text(PLAN, encoding="utf-8")
    code, out, err = run("ingest", "ke-hoach.txt", "--json")
    assert code == 0, err
    (key,) = json.loads(out)["directives"]
    return str(key)
