"""Every line of the log can be searched by its action, and every action stands in the documentation."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.logs import LIBRARY

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
KEY = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")


class LogCall(NamedTuple):
    """A call of a logger: where, and the action it carries as a literal."""

    where: str
    action: str | None


def log_calls() -> list[LogCall]:
    return [call for package in ("corpus", "index", "bot") for file in (ROOT / package).rglob("*.py") for call in _in(file)]


def _in(file: Path) -> Iterator[LogCall]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            logger = node.func.value
            name = logger.id if isinstance(logger, ast.Name) else getattr(logger, "attr", "")
            if name.lstrip("_").lower() in {"log", "logger"}:
                yield LogCall(f"{file.relative_to(ROOT)}:{node.lineno}", _action(node))


def _action(call: ast.Call) -> str | None:
    for keyword in call.keywords:
        value = keyword.value
        if keyword.arg == "extra" and isinstance(value, ast.Dict):
            named = {key.value: item for key, item in zip(value.keys, value.values, strict=True) if isinstance(key, ast.Constant)}
            value = named.get("action", value)
        elif keyword.arg != "action":
            continue
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return None


def documented() -> set[str]:
    text = (ROOT / "deploy/docs/monitoring.md").read_text(encoding="utf-8")
    section = text.partition("## Every action key")[2].partition("\n## ")[0]
    return {key for row in re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE) for key in re.findall(r"`([^`]+)`", row)}


def test_every_log_call_carries_an_action_of_its_own():
    calls = log_calls()
    assert len(calls) > 20
    assert [call.where for call in calls if call.action is None or not KEY.fullmatch(call.action)] == []


def test_every_action_is_documented_and_nothing_else_is():
    used = {call.action for call in log_calls() if call.action} | {LIBRARY}
    assert sorted(used - documented()) == []
    assert sorted(documented() - used) == []
