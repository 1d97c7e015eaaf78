"""The deploy scripts on a stand-in machine: a fake Python that records what it is asked; no network, no installing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

# Answers the version check, makes an "environment" of recording commands, and pretends to be pip.
PYTHON = """#!/bin/sh
printf 'python %s\\n' "$*" >>"$RECORD"
case "$1 ${2:-} ${3:-}" in
    "-c import sys"*) echo "${FAKE_VERSION:-3.11}" ;;
    "-c import ensurepip"*) [ -z "${FAKE_NO_VENV:-}" ] ;;
    "-m venv "*)
        for venv; do :; done
        mkdir -p "$venv/bin" && : >"$venv/pyvenv.cfg"
        cp "$0" "$venv/bin/python"
        for command in chidao ruff mypy lint-imports pytest; do
            cp "$(dirname "$0")/recorder" "$venv/bin/$command"
        done ;;
    "-m pip install"*) echo "pip is busy"; [ -z "${FAKE_PIP_FAILS:-}" ] ;;
    "-m pip --version"*) : ;;
esac
"""

# Stands for chidao and the checkers: records its arguments; `list` prints a directive once something was ingested.
RECORDER = """#!/bin/sh
name=$(basename "$0")
printf '%s' "$name" >>"$RECORD"
for argument; do printf ' [%s]' "$argument" >>"$RECORD"; done
printf '\\n' >>"$RECORD"
[ "$name" = "${FAKE_FAILING:-}" ] && exit 1
[ -n "${CHIDAO_VENV:-}" ] && echo "unknown setting CHIDAO_VENV" >&2 && exit 2
case "${1:-}" in
    ingest)
        echo "ingesting"
        [ -n "${FAKE_INGEST_EXIT:-}" ] && exit "$FAKE_INGEST_EXIT"
        mkdir -p "$CHIDAO_HOME" && : >"$CHIDAO_HOME/stored" ;;
    list) [ ! -e "$CHIDAO_HOME/stored" ] || echo '{"key":"x"}' ;;
    ask) echo "the answer" ;;
esac
exit 0
"""


TOOLS = (
    "sh", "bash", "awk", "basename", "cat", "cksum", "cp", "df", "dirname", "env", "ls", "mkdir", "printenv", "rm",
    "sed", "tail",
)  # fmt: skip


class Machine:
    """A checkout in a folder of its own, with a PATH on which only the fake Python is found."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "check out"
        self.record = folder / "record"
        tools = folder / "bin"
        tools.mkdir()
        for name in ("deploy", ".ci"):
            shutil.copytree(CHECKOUT / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(CHECKOUT / "pyproject.toml", self.root)
        (self.root / "corpus" / "samples").mkdir(parents=True)
        for name, text in (("python3", PYTHON), ("recorder", RECORDER)):
            (tools / name).write_text(text, encoding="utf-8")
            (tools / name).chmod(0o755)
        for name in TOOLS:
            (tools / name).symlink_to(shutil.which(name) or pytest.skip(f"this machine has no {name}"))
        self.environment = {"PATH": str(tools), "RECORD": str(self.record), "LANG": "C.UTF-8"}
        self.tools = tools

    def run(
        self, script: str, *arguments: str, cwd: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        self.record.write_text("", encoding="utf-8")
        return subprocess.run(
            [str(self.tools / "sh"), str(self.root / "deploy" / script), *arguments],
            cwd=cwd or self.root,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        """What the commands were asked, as `chidao [ask] [question]`, and pip's installations as `install ...`."""
        lines = self.record.read_text(encoding="utf-8").splitlines()
        installs = [f"install {line.split()[-1]}" for line in lines if line.startswith("python -m pip install")]
        return installs + [line for line in lines if not line.startswith("python ")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_first_run_installs_reads_the_samples_and_opens_the_chat(machine: Machine) -> None:
    done = machine.run("run.sh")
    assert done.returncode == 0, done.stderr
    assert machine.calls[0].startswith("install")
    assert machine.calls[-2:] == [f"chidao [ingest] [{machine.root}/corpus/samples]", "chidao [chat]"]


def test_a_second_run_installs_nothing_and_reads_nothing(machine: Machine) -> None:
    machine.run("run.sh")
    machine.run("run.sh")
    assert machine.calls == ["chidao [list] [directives] [--format] [jsonl]", "chidao [chat]"]


def test_a_store_that_stayed_empty_is_filled_by_the_next_run(machine: Machine) -> None:
    machine.run("run.sh", "ask", "q", FAKE_INGEST_EXIT="1")
    machine.run("run.sh", "ask", "q")
    assert machine.calls[-2:] == [f"chidao [ingest] [{machine.root}/corpus/samples]", "chidao [ask] [q]"]


def test_a_question_is_answered_on_stdout_and_everything_else_goes_to_stderr(machine: Machine) -> None:
    done = machine.run("run.sh", "ask", "Hạn báo cáo là khi nào?")
    assert done.stdout == "the answer\n"
    assert "pip is busy" in done.stderr
    assert machine.calls[-1] == "chidao [ask] [Hạn báo cáo là khi nào?]"


def test_given_paths_are_read_instead_of_the_samples(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "văn bản.txt").write_text("x", encoding="utf-8")
    machine.run("run.sh", "văn bản.txt", cwd=tmp_path)
    assert machine.calls[-2:] == ["chidao [ingest] [văn bản.txt]", "chidao [chat]"]


def test_a_refused_file_does_not_keep_the_chat_from_opening(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    done = machine.run("run.sh", "a.txt", cwd=tmp_path, FAKE_INGEST_EXIT="1")
    assert done.returncode == 0
    assert machine.calls[-1] == "chidao [chat]"


def test_wrong_settings_stop_before_the_chat(machine: Machine) -> None:
    done = machine.run("run.sh", FAKE_INGEST_EXIT="2")
    assert done.returncode == 2
    assert "chidao [chat]" not in machine.calls


@pytest.mark.parametrize("place", ["environment", ".env"])
def test_a_bot_token_starts_the_telegram_bot(machine: Machine, place: str) -> None:
    if place == ".env":
        (machine.root / ".env").write_text("CHIDAO_BOT_TOKEN=1:a\n", encoding="utf-8")
        machine.run("run.sh")
    else:
        machine.run("run.sh", CHIDAO_BOT_TOKEN="1:a")
    assert machine.calls[-1] == "chidao [bot]"


def test_restoring_a_backup_finds_the_store_untouched(machine: Machine) -> None:
    machine.run("run.sh", "restore", "state.tar")
    assert machine.calls[1:] == ["chidao [restore] [state.tar]"]


def test_a_missing_path_is_named(machine: Machine) -> None:
    done = machine.run("run.sh", "no/such.txt")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, "Không có tệp hay thư mục: no/such.txt")


def test_the_store_lies_in_the_checkout_from_any_current_directory(machine: Machine, tmp_path: Path) -> None:
    machine.run("run.sh", "ask", "q", cwd=tmp_path)
    assert (machine.root / ".chidao" / "stored").exists()


def test_a_home_of_ones_own_is_kept(machine: Machine, tmp_path: Path) -> None:
    machine.run("run.sh", "ask", "q", CHIDAO_HOME=str(tmp_path / "home"))
    assert (tmp_path / "home" / "stored").exists()
    assert not (machine.root / ".chidao").exists()


def test_the_environment_can_lie_elsewhere_and_chidao_is_not_told(machine: Machine, tmp_path: Path) -> None:
    done = machine.run("run.sh", "ask", "q", CHIDAO_VENV=str(tmp_path / "venv"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "venv" / "bin" / "chidao").exists()
    assert not (machine.root / ".venv").exists()


def test_a_folder_that_is_no_virtual_environment_is_never_cleared(machine: Machine, tmp_path: Path) -> None:
    precious = tmp_path / "home" / "letters.txt"
    precious.parent.mkdir()
    precious.write_text("x", encoding="utf-8")
    done = machine.run("run.sh", CHIDAO_VENV=str(precious.parent))
    assert done.returncode == 2
    assert precious.exists()


@pytest.mark.parametrize("file", ["pyproject.toml", "deploy/constraints.txt"])
def test_a_changed_requirement_installs_again(machine: Machine, file: str) -> None:
    machine.run("run.sh", "ask", "q")
    with (machine.root / file).open("a", encoding="utf-8") as changed:
        changed.write("# changed\n")
    machine.run("run.sh", "ask", "q")
    assert machine.calls[0].startswith("install")


def test_a_failed_installation_is_tried_again(machine: Machine) -> None:
    failed = machine.run("run.sh", "ask", "q", FAKE_PIP_FAILS="yes")
    assert (failed.returncode, failed.stdout) == (2, "")
    machine.run("run.sh", "ask", "q")
    assert machine.calls[0].startswith("install")


def test_an_old_python_is_refused_in_one_line(machine: Machine) -> None:
    done = machine.run("run.sh", FAKE_VERSION="3.9")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "Python 3.9 quá cũ: Chỉ đạo cần Python 3.11 trở lên (đặt PYTHON=đường-dẫn nếu máy có bản khác)."
    ]


def test_a_machine_without_python_is_told_so_in_its_language(machine: Machine) -> None:
    (machine.tools / "python3").unlink()
    done = machine.run("run.sh", CHIDAO_LANG="en")
    assert (done.returncode, done.stderr) == (2, "No Python found: please install Python 3.11 or later.\n")


def test_a_python_without_venv_is_told_what_to_install(machine: Machine) -> None:
    done = machine.run("run.sh", FAKE_NO_VENV="yes")
    assert done.returncode == 2
    assert "python3-venv" in done.stderr


def test_a_full_disk_is_noticed_before_the_installation(machine: Machine) -> None:
    (machine.tools / "df").unlink()
    (machine.tools / "df").write_text("#!/bin/sh\necho head\necho disk 9 9 2048 1% /\n", encoding="utf-8")
    (machine.tools / "df").chmod(0o755)
    done = machine.run("run.sh")
    assert done.returncode == 2
    assert "2 MB" in done.stderr
    assert machine.calls == []


def test_every_check_runs_and_the_first_failure_is_not_forgotten(machine: Machine) -> None:
    done = machine.run("test.sh", FAKE_FAILING="mypy")
    assert [call.split()[0] for call in machine.calls[1:]] == ["ruff", "mypy", "lint-imports", "pytest", "pytest"]
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Không đạt: mypy"


def test_what_fails_among_other_tests_is_tried_once_more_alone_and_may_fail_for_good(machine: Machine) -> None:
    done = machine.run("test.sh", FAKE_FAILING="pytest")
    runs = [call for call in machine.calls if call.startswith("pytest")]
    assert ["[--last-failed]" in run for run in runs] == [False, True, False, True]
    assert ["[--store=postgresql]" in run for run in runs] == [False, False, True, True]
    assert done.returncode == 1


def test_the_checks_pass_when_all_do_and_install_the_developers_tools_once(machine: Machine) -> None:
    first = machine.run("test.sh", CHIDAO_NOW="2026-11-22")
    assert first.returncode == 0, first.stderr
    assert machine.calls[0].endswith("[dev]")
    machine.run("test.sh")
    assert not machine.calls[0].startswith("install")


def test_running_after_testing_installs_nothing(machine: Machine) -> None:
    machine.run("test.sh")
    machine.run("run.sh", "ask", "q")
    assert not machine.calls[0].startswith("install")


def test_ci_calls_the_test_command_and_nothing_else(machine: Machine) -> None:
    script = machine.root / ".ci" / "run"
    commands = [line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert commands[-1] == "sh deploy/test.sh"
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("script", sorted(path.name for path in (CHECKOUT / "deploy").glob("*.sh")))
def test_the_scripts_are_plain_shell_and_name_no_host(script: str) -> None:
    path = CHECKOUT / "deploy" / script
    subprocess.run(["sh", "-n", str(path)], check=True)
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert "[[ " not in text
