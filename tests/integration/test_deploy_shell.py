"""Shell: every script passes a linter and a POSIX shell; the installer says what it would do; backups rotate and keep the last."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.deploy_files import CHECKOUT, DEPLOY, program, text

SCRIPTS = sorted(
    str(path.relative_to(CHECKOUT)) for path in (*DEPLOY.rglob("*.sh"), DEPLOY / "systemd" / "chidao-admin")
)
# "$venv/bin/$@" in the check runner puts the folder before the first word only, which is meant.
EXCLUDED = {"deploy/test.sh": "SC2145"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_linter_finds_nothing(script: str) -> None:
    check = [program("shellcheck"), "--shell=sh", "--external-sources", f"--exclude={EXCLUDED.get(script, 'SC0000')}"]
    done = subprocess.run([*check, script], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_plain_shell_understands_it(script: str) -> None:
    subprocess.run([shutil.which("dash") or "sh", "-n", script], cwd=CHECKOUT, check=True)


class Installer:
    """The installer on a machine of its own making: recording commands, the fake system under a folder. Changes nothing."""

    def __init__(self, folder: Path) -> None:
        self.tools = folder / "bin"
        self.tools.mkdir()
        (self.tools / "python3").symlink_to(sys.executable)

    def run(self, *arguments: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
        path = f"{self.tools}:{os.environ['PATH']}"
        return subprocess.run(
            ["sh", str(DEPLOY / "install.sh"), *arguments],
            env={"PATH": path, "CHIDAO_LANG": lang}, capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture
def installer(tmp_path: Path) -> Installer:
    return Installer(tmp_path)


def test_a_dry_run_names_every_step_and_does_none(installer: Installer) -> None:
    existed = Path("/opt/chidao").exists()
    done = installer.run("--dry-run", "--without-lock", "--ocr", "--workers", "2")
    assert done.returncode == 0, done.stderr
    steps = done.stdout.splitlines()
    assert all(step.startswith(("+ ", "= ")) for step in steps)
    assert "+ apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-vie" in steps
    assert {f"+ systemctl enable chidao-bot@{number}.service" for number in (1, 2)} < set(steps)
    installed = {Path(step.split()[-2]).name for step in steps if step.endswith(" /etc/systemd/system/")}
    assert installed == {path.name for path in (DEPLOY / "systemd").iterdir() if path.suffix in {".service", ".timer", ".target"}}
    assert any(step.endswith("chidao-backup.service.d/database.conf") for step in steps), "several workers have PostgreSQL"
    assert Path("/opt/chidao").exists() == existed
    assert "chidao-admin doctor" in done.stderr


def test_the_lock_is_for_one_python_and_another_is_told_so(installer: Installer) -> None:
    done = installer.run("--dry-run")
    if sys.version_info[:2] == (3, 11):
        assert "--require-hashes" in done.stdout
    else:
        assert done.returncode == 2
        assert "3.11" in done.stderr


@pytest.mark.parametrize("arguments", [("--workers", "twelve"), ("--workers", "10"), ("--nonsense",)])
def test_wrong_use_is_refused_before_anything_is_done(installer: Installer, arguments: tuple[str, ...]) -> None:
    done = installer.run("--dry-run", *arguments)
    assert (done.returncode, done.stdout) == (2, "")


def test_every_option_is_explained(installer: Installer) -> None:
    done = installer.run("--help")
    accepted = set(re.findall(r"^        (--[a-z-]+)\)", text("install.sh"), re.MULTILINE))
    assert accepted == set(re.findall(r"^  (--[a-z-]+)", done.stdout, re.MULTILINE))


CHIDAO = '#!/bin/sh\n[ "$1" = backup ] || exit 2\n[ -z "${FAILS:-}" ] || exit 1\nprintf state >"$2"\n'
DATE = '#!/bin/sh\nn=$(cat "$COUNT" 2>/dev/null || echo 0)\nn=$((n + 1))\necho $n >"$COUNT"\nprintf "20261122T0000%02dZ\\n" $n\n'


class Backups:
    """`backup.sh` with stand-ins for chidao and the clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "backups"
        tools = folder / "bin"
        tools.mkdir()
        for name, script in (("chidao", CHIDAO), ("date", DATE)):
            (tools / name).write_text(script, encoding="utf-8")
            (tools / name).chmod(0o755)
        self.environment = {"PATH": f"{tools}:{os.environ['PATH']}", "COUNT": str(folder / "count")}

    def run(self, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", str(DEPLOY / "backup.sh"), str(self.folder)],
            env=self.environment | variables, capture_output=True, text=True, check=False,
        )  # fmt: skip

    @property
    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def backups(tmp_path: Path) -> Backups:
    return Backups(tmp_path)


def test_the_newest_backups_stay(backups: Backups) -> None:
    for _ in range(5):
        done = backups.run(KEEP="3")
        assert done.returncode == 0, done.stderr
    assert backups.names == [f"chidao-20261122T00000{number}Z.zip" for number in (3, 4, 5)]
    assert Path(done.stdout.strip()).read_text(encoding="utf-8") == "state"
    assert (backups.folder / backups.names[0]).stat().st_mode & 0o077 == 0, "directives may be restricted"


def test_a_failed_backup_leaves_the_others_alone(backups: Backups) -> None:
    backups.run(KEEP="1")
    assert backups.run(KEEP="1", FAILS="yes").returncode != 0
    assert backups.names == ["chidao-20261122T000001Z.zip"], "and nothing half done beside them"


def test_other_files_in_the_folder_are_nobodys_to_delete(backups: Backups) -> None:
    backups.folder.mkdir()
    for name in ("chidao.zip", "chidao-restored.zip", "letters.zip"):
        (backups.folder / name).write_text("", encoding="utf-8")
    for _ in range(3):
        backups.run(KEEP="1")
    assert {"chidao.zip", "chidao-restored.zip", "letters.zip"} < set(backups.names)


@pytest.mark.parametrize("keep", ["0", "-1", "two"])
def test_nothing_to_keep_is_wrong_use(backups: Backups, keep: str) -> None:
    assert backups.run(KEEP=keep).returncode == 2
    assert not backups.folder.exists()
