"""Wrong usage, wrong settings and unexpected failures: one line for the person, and the exit code for the script."""

from __future__ import annotations

import pytest

from tests.integration.command_line import Run, one_line


@pytest.mark.parametrize(
    "arguments",
    [
        ["--khong-co"],
        ["khong-co"],
        ["list"],
        ["list", "gi-do"],
        ["list", "tasks", "--format", "pdf"],
        ["list", "tasks", "--format", "ics"],
        ["list", "tasks", "--from", "hom-nay"],
        ["list", "tasks", "--from", "2025-02-01", "--to", "2025-01-01"],
        ["list", "tasks", "--directive", "x"],
        ["list", "tasks", "--format", "jsonl", "-o", "khong/co/thu-muc.jsonl"],
        ["ask"],
        ["ask", " "],
        ["ask", "a", "--batch", "b"],
        ["ask", "--batch", "khong-co.jsonl"],
        ["ask", "a", "--today", "31-12"],
        ["search", "x", "-k", "nhiều"],
        ["search"],
        ["ingest"],
        ["ingest", ".", "--manifest", "khong-co.yaml"],
        ["remove", "khong-co"],
        ["bench", "retrieval", "khong-co"],
        ["backup"],
        ["restore", "khong-co.zip"],
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_two(run: Run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert one_line(err), err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHIDAO_KHONG_CO", "1"),
        ("CHIDAO_TIMEZONE", "Sao/Hỏa"),
        ("CHIDAO_DATABASE_URL", "nosuchdb://x"),
        pytest.param(
            "CHIDAO_HOME", "/proc/none", marks=pytest.mark.sqlite_only("on PostgreSQL a list needs nothing of the home")
        ),
    ],
)
def test_a_wrong_setting_is_one_line_and_exit_code_two(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    code, out, err = run("list", "tasks")
    assert (code, out) == (2, "")
    assert one_line(err), err


def test_an_unexpected_failure_is_one_line_with_a_reference_and_debug_tells_all(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("bên trong")

    monkeypatch.setattr("bot.list_rows.select_rows", broken)
    code, out, err = run("list", "tasks")
    assert (code, out) == (2, "")
    assert one_line(err)
    assert "ZeroDivisionError" in err
    assert "Traceback" in run("--debug", "list", "tasks")[2]
