"""The systemd units: verified, hardened, and started with settings that the bot takes. Needs no running systemd."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.settings import PREFIX, load_settings
from tests.integration.deploy_files import DEPLOY, program, text

if TYPE_CHECKING:
    from pathlib import Path

UNITS = sorted(path.name for path in (DEPLOY / "systemd").iterdir() if path.suffix in {".service", ".timer", ".target"})
SERVICES = [unit for unit in UNITS if unit.endswith(".service")]


def lines(unit: str, key: str) -> list[str]:
    """The values of a key that may stand several times."""
    return re.findall(rf"(?m)^{key}=(.*)$", text(f"systemd/{unit}"))


def section(unit: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text(f"systemd/{unit}"))
    return parser["Service"]


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units in a folder, with a program in place of the installed one."""
    for unit in UNITS:
        content = text(f"systemd/{unit}").replace("/opt/chidao/venv/bin/chidao", "/bin/true")
        (tmp_path / unit).write_text(content, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_no_fault(unit: str, units: Path) -> None:
    analyze = program("systemd-analyze")
    name = unit.replace("@.", "@1.")
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"}
    done = subprocess.run([analyze, "verify", name], env=environment, cwd=units, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "chidao" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_is_little_exposed(unit: str, units: Path) -> None:
    """By systemd's own score: 0 is the safest, 10 what a plain service has."""
    analyze = program("systemd-analyze")
    if "@." in unit:
        shutil.move(units / unit, units / (unit := unit.replace("@.", "@1.")))
    command = [analyze, "security", "--offline=true", "--threshold=20", f"./{unit}"]
    done = subprocess.run(command, cwd=units, capture_output=True, text=True, check=False)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze cannot look at files")
    assert done.returncode == 0, done.stdout[-200:]


def test_a_worker_is_a_poller_behind_a_proxy_and_nothing_else() -> None:
    """The two units differ in what the webhook needs, and must not drift apart otherwise."""
    poller, worker = (set(text(f"systemd/chidao-bot{at}.service").splitlines()) for at in ("", "@"))
    differing = {line.split("=")[0] for line in poller ^ worker if line and not line.startswith("#")}
    assert differing == {"Description", "Conflicts", "PartOf", "Environment", "LoadCredential", "WantedBy"}


@pytest.mark.parametrize("unit", ["chidao-bot.service", "chidao-bot@.service"])
def test_a_stop_waits_longer_than_the_bot_drains_and_a_wrong_setting_is_not_tried_again(unit: str) -> None:
    service = section(unit)
    assert int(service["TimeoutStopSec"]) > 30
    assert service["Restart"] == "always"
    assert service["RestartPreventExitStatus"] == "2"


@pytest.mark.parametrize("unit", ["chidao-bot.service", "chidao-bot@.service"])
def test_the_bot_takes_the_settings_it_is_given(unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    secrets = {"bot-token": "123456:AbC-dEf", "database-url": "postgresql+psycopg://c@db/c", "webhook-secret": "hush"}
    for credential in lines(unit, "LoadCredential"):
        name, _, path = credential.partition(":")
        assert path == f"/etc/chidao/secrets/{name}"
        (tmp_path / name).write_text(secrets[name], encoding="utf-8")
    file = dict(re.findall(r"(?m)^(\w+)=(.*)$", text("systemd/chidao.env")))
    given = file | dict(pair.split("=", 1) for line in lines(unit, "Environment") for pair in line.split())
    for name, value in given.items():
        monkeypatch.setenv(name, value.replace("%d", str(tmp_path)).replace("%i", "2"))
    settings = load_settings(tmp_path / "none")
    assert settings.bot_token is not None
    assert settings.metrics is not None
    if "@" in unit:
        assert settings.webhook_listen.port == 8442
        assert settings.metrics.port == 9462
        assert settings.database_url.startswith("postgresql")


def test_the_database_s_drop_in_says_what_the_workers_unit_says() -> None:
    own = [line for line in text("systemd/database.conf").splitlines() if line and not line.startswith(("#", "["))]
    worker = text("systemd/chidao-bot@.service")
    assert own
    assert all(part in worker for line in own for part in line.removeprefix("Environment=").split())


def test_the_timer_makes_up_for_a_night_off_and_spares_the_exact_second() -> None:
    timer = text("systemd/chidao-backup.timer")
    assert "Persistent=yes" in timer
    assert "RandomizedDelaySec=" in timer
    analyze = program("systemd-analyze")
    moment = lines("chidao-backup.timer", "OnCalendar")[0]
    subprocess.run([analyze, "calendar", moment], check=True, capture_output=True)


def test_logrotate_takes_its_file(tmp_path: Path) -> None:
    rotate = program("logrotate")
    rules = tmp_path / "rules"
    rules.write_text(text("systemd/chidao.logrotate").replace("su chidao chidao", "su root root"), encoding="utf-8")
    command = [rotate, "--debug", "--state", str(tmp_path / "state"), str(rules)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "error" in done.stderr) == (0, False), done.stderr
