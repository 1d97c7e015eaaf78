"""The repository itself: what the README promises, what may stand at the top level, and what must stand nowhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

TOP_LEVEL = {"pyproject.toml", "bot", "index", "corpus", "tests", "deploy", "README.md", "LICENSE", "CHANGELOG.md"}
COMMANDS = (
    "ingest", "remove", "list", "ask", "search", "bench", "chat", "bot", "doctor", "backup", "restore",
)  # fmt: skip
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
# Spelt in pieces, so that this file does not find itself.
MACHINE_PATHS = re.compile("(?<![\\w.])/(?:work|root|farm)" + "/" + "|(?<![\\w.$}])/home/" + "[a-z]")
REGISTRIES = re.compile("py" + "pi\\.org|python" + "hosted|registry\\." + "npmjs|deb\\." + "debian")


def tracked() -> list[Path]:
    """Every file that git tracks or would take on."""
    listed = subprocess.run(
        ["git", "-c", "core.quotepath=false", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def documents() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md" and not path.is_relative_to(ROOT / "corpus")]


@pytest.mark.parametrize("command", ["sh deploy/run.sh", "sh deploy/test.sh"])
def test_the_readme_shows_both_commands(command: str) -> None:
    assert re.search(rf"^{re.escape(command)}", README, re.MULTILINE)


def test_nothing_but_the_agreed_layout_stands_at_the_top_level() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_the_readme_documents_every_setting(field: str) -> None:
    assert f"| `{PREFIX}{field.upper()}` |" in README


def test_the_readme_documents_no_setting_that_does_not_exist() -> None:
    shown = set(re.findall(rf"^\| `{PREFIX}(\w+)` \|", README, re.MULTILINE))
    assert shown == {field.upper() for field in Settings.model_fields}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command(command: str) -> None:
    assert re.search(rf"^\| `{command}\b", README, re.MULTILINE)


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in documents()
        for target in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_folders_that_the_guide_for_developers_names_exist() -> None:
    guide = (ROOT / "deploy" / "docs" / "development.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:bot|index|corpus|tests|deploy)/[\w./-]*)`", guide)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    found = [f"{path}: {hit.group()}" for path, text in texts() if (hit := MACHINE_PATHS.search(text))]
    assert found == []


def test_no_file_names_a_package_registry() -> None:
    assert [str(path) for path, text in texts() if REGISTRIES.search(text)] == []


def test_nothing_is_left_undone_in_the_code() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error)\b")
    assert [str(path) for path, text in texts() if path.suffix == ".py" and words.search(text)] == []


def test_the_changelog_speaks_of_this_version() -> None:
    version = re.search(r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"[{version.group(1)}]" in changelog or "[Unreleased]" in changelog
