"""The catalogue of sentences: complete in both languages, with the same fields, and no key unused or missing."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import get_args

import pytest

from bot.composition import compose
from bot.desk.asking import REASONS
from bot.desk.corrections_values import FIELDS as CORRECTED
from bot.desk.corrections_values import OPERATOR_NAMES
from bot.desk.deadline_views import SCOPES, WINDOWS
from bot.desk.routing import Refusal
from bot.desk.targets import AXES
from bot.desk.task_views import FILTERS
from bot.guide import load_guide
from bot.office.audit import ACTIONS
from bot.office.erasure import Obstacle
from bot.office.progress import STATES
from bot.office.records import ROLES
from bot.office.uploads import State
from bot.settings import Settings
from bot.texts import LANGUAGES, catalogue, load_texts
from bot.timeline import Urgency
from corpus.manifest import FIELDS
from tests.e2e.fake_service import FakeService

BOT = Path(__file__).resolve().parents[2] / "bot"
KEYS = sorted(catalogue())

COMMANDS = {
    name: command
    for name, command in compose(Settings(_env_file=None, database_url="sqlite://"), service=FakeService())
    .desk()
    .table.commands.items()
    if command.menu
}

# Keys put together from parts at run time: the parts stand in the code, the whole key does not.
COMPOSED = (
    {f"setting.{field}.{part}" for field in Settings.model_fields for part in ("what", "form")}
    | {f"start.{part}" for part in ("welcome", "how", "example", "more")}
    | {f"command.{name}" for name in COMMANDS}
    | {f"role.{role}" for role in ROLES}
    | {f"access.{reason}" for reason in get_args(Refusal) if reason != "stranger"}
    | {f"audit.{action}" for action in ACTIONS}
    | {f"feedback.{reason}" for reason in (*REASONS, "other")}
    | {f"privacy.{obstacle}" for obstacle in get_args(Obstacle)}
    | {f"clause.{which}" for which in ("before", "above", "after")}
    | {f"fix.field.{field}" for fields in CORRECTED.values() for field in fields}
    | {f"fix.op.{name}" for name in OPERATOR_NAMES.values()}
    | {f"fix.{part}.{kind}" for part in ("kind", "page") for kind in ("task", "target")}
    | {f"fix.type.{how}" for how in ("words", "optional", "units", "due", "recurs_before", "figure")}
    | {f"load.field.{field}" for field in FIELDS}
    | {f"load.is.{state}" for state in get_args(State)}
    | {f"load.{which}.{field}" for which in ("type", "bad") for field in ("number", "issued_on")}
    | {f"page.{which}" for which in ("first", "previous", "next", "last")}
    | {f"due.weekday.{number}" for number in range(7)}
    | {"due.passed_years", "due.was_years"}
    | {f"{prefix}.{state}" for prefix in ("state", "task.mark") for state in STATES}
    | {f"task.role.{role}" for role in ("lead", "coop")}
    | {f"task.match.{match}" for match in ("alias", "successor", "class")}
    | {f"tasks.filter.{axis}.{name}" for axis, letters in FILTERS.items() for name in letters.values()}
    | {f"targets.{part}.{axis}" for part in ("filter", "choose") for axis in AXES.values()}
    | {f"deadlines.{part}.{name}" for part in ("in", "window") for name in WINDOWS.values()}
    | {f"deadlines.scope.{name}" for name in SCOPES.values()}
    | {f"timeline.{name}" for name in get_args(Urgency)}
    | {f"directives.chain.{name}" for name in ("implements", "replaces", "implemented_by", "replaced_by", "cites")}
    | {f"directives.{kind}" for kind in ("targets", "tasks", "deadlines")}
    | {f"export.{kind}.{scope}" for kind in ("tasks", "targets") for scope in SCOPES.values()}
    | {f"export.{part}.{kind}" for part in ("caption", "sheet") for kind in ("tasks", "targets")}
)


# The first words of keys that this test can follow; command-line keys are put together in bot.commands.
OWN = {
    "access",
    "admission",
    "audit",
    "feedback",
    "fix",
    "group",
    "invite",
    "load",
    "people",
    "privacy",
    "questions",
    "record",
    "unit",
    "deadlines",
    "directives",
    "due",
    "export",
    "list",
    "state",
    "target",
    "targets",
    "task",
    "tasks",
    "timeline",
    "cancel",
    "language",
    "page",
    "role",
    "answer",
    "ask",
    "bot",
    "button",
    "cite",
    "clause",
    "command",
    "console",
    "error",
    "guide",
    "profile",
}


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", KEYS)
def test_a_sentence_stands_in_every_language_with_the_same_fields(key):
    row = catalogue()[key]
    assert set(row) == set(LANGUAGES)
    assert all(sentence.strip() for sentence in row.values())
    assert len({frozenset(fields(sentence)) for sentence in row.values()}) == 1


def test_every_key_in_the_code_stands_in_the_catalogue_and_the_surfaces_keys_are_all_used():
    code = "\n".join(path.read_text(encoding="utf-8") for path in BOT.rglob("*.py"))
    called = set(re.findall(r"""(?<!load_)texts\(\s*f?["']([a-z_.]+)["']""", code))
    assert called - set(KEYS) == set()
    own = {key for key in KEYS if key.split(".")[0] in OWN}
    assert own - {key for key in own if re.search(rf"""["']{re.escape(key)}["']""", code)} - COMPOSED == set()


def test_a_missing_field_is_an_error_not_a_hole():
    with pytest.raises(KeyError):
        load_texts("vi")("error.unexpected")


def test_telegram_limits_on_commands_and_profile_are_kept():
    for language in LANGUAGES:
        texts = load_texts(language)
        assert len(texts("profile.description")) <= 512
        assert len(texts("profile.short")) <= 120
        assert all(1 <= len(texts(f"command.{name}")) <= 256 for name in COMMANDS)
        assert len(texts("access.by_invitation.short")) <= 200
        assert len(texts("button.outdated")) <= 200


def test_the_guide_has_the_same_parts_in_both_languages_and_names_every_command():
    pages = {language: load_guide(language) for language in LANGUAGES}
    assert len({len(parts) for parts in pages.values()}) == 1
    for parts in pages.values():
        assert all(page.title and page.body for page in parts)
        whole = "\n".join(page.body for page in parts)
        assert all(f"/{name}" in whole for name in COMMANDS if name != "start")
