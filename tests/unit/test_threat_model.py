"""Every line of the threat model names tests, and every test it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "deploy" / "docs" / "threat-model.md"
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def threats() -> list[str]:
    lines = MODEL.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("| ") and not re.match(r"\| (threat|---)", line)]


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def test_there_are_threats_from_every_side():
    assert len(threats()) > 35


@pytest.mark.parametrize("line", threats(), ids=lambda line: line.split("|")[1].strip()[:60])
def test_a_threat_says_what_holds_it_and_names_tests_that_exist(line):
    threat, held, tests = (cell.strip() for cell in line.strip("| ").split(" | "))
    assert threat
    assert held
    named = _NAMED.findall(tests)
    assert named
    assert not _NAMED.sub("", tests).strip(), "something beside tests"
    assert [f"{path}::{name}" for path, name in named if name not in named_in(path)] == []
