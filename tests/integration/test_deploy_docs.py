"""The operations' documents: every link leads somewhere, every sentence quoted is one that the program says, every setting is known."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from bot.settings import PREFIX, Settings
from tests.integration.deploy_files import CHECKOUT, DEPLOY, text

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = sorted(path.name for path in (DEPLOY / "docs").glob("*.md"))
OURS = ("botfather.md", "capacity.md", "first-hour.md", "installation.md", "security-audit.md", "troubleshooting.md")
OF_THE_SCRIPTS = {"CHIDAO_VENV"}


def headings(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    found = re.findall(r"(?m)^#+ (.+)$", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


@cache
def spoken() -> str:
    """Every sentence the program can say: its texts and its sources, quotes joined across lines, white space single."""
    sources = [*CHECKOUT.glob("bot/texts/*.yaml"), *(path for room in ("bot", "index", "corpus") for path in CHECKOUT.glob(f"{room}/**/*.py"))]
    whole = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    joined = re.sub(r"[\"']\s*\n\s*f?[\"']", "", whole)
    return re.sub(r"\s+", " ", joined)


@pytest.mark.parametrize("name", OURS)
def test_every_link_leads_somewhere(name: str) -> None:
    content = re.sub(r"(?s)```.*?```", "", text(f"docs/{name}"))
    for target in re.findall(r"\]\(([^)\s]+)\)", content):
        path, _, anchor = target.partition("#")
        found = (DEPLOY / "docs" / path) if path else DEPLOY / "docs" / name
        assert found.is_file(), target
        assert not anchor or anchor in headings(found), target


@pytest.mark.parametrize("name", DOCUMENTS)
def test_only_settings_that_exist_are_named(name: str) -> None:
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields} | OF_THE_SCRIPTS
    named = set(re.findall(r"\bCHIDAO_[A-Z]+(?:_[A-Z]+)*\b", text(f"docs/{name}")))
    assert named <= known


@pytest.mark.parametrize(
    "sentence",
    [
        cell
        for line in text("docs/troubleshooting.md").splitlines()
        if line.startswith("| `") and not line.startswith("| `/")
        for cell in re.findall(r"`([^`]+)`", line.split("|")[1])
    ],
)
def test_the_sentences_that_people_look_up_are_the_program_s_own(sentence: str) -> None:
    # `…` stands for what varies.
    for part in (part.strip() for part in sentence.split("…")):
        assert len(part) < 4 or part in spoken(), sentence


def test_files_named_in_the_documents_exist() -> None:
    for name in OURS:
        for path in re.findall(r"`(deploy/[\w./-]+|bot/[\w./-]+|tests/[\w./-]+|corpus/[\w./-]+)`", text(f"docs/{name}")):
            if not path.startswith(("deploy/.env", "deploy/secrets", "deploy/backups")) or path.endswith("example"):
                assert (CHECKOUT / path).exists(), f"{name}: {path}"
