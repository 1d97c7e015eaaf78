"""A document that bears a mark of secrecy is refused by every way in, and what is beside it is stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.integration.clerk_desk import plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.command_line import Run


@pytest.mark.parametrize("mark", ["MẬT", "TUYỆT MẬT", "Độ mật: Tối mật"])
def test_ingest_refuses_it_with_the_reason_and_keeps_nothing(home: Path, run: Run, mark: str) -> None:
    folder = home / "van-ban"
    folder.mkdir()
    (folder / "mot.txt").write_bytes(plan("12/KH-UBND"))
    (folder / "rieng.txt").write_bytes(plan("13/KH-UBND", stamp=mark))
    code, out, _ = run("ingest", str(folder), "--json")
    assert code == 1
    rows = {row["file"].rsplit("/", 1)[-1]: row for row in map(json.loads, out.splitlines())}
    assert (rows["mot.txt"]["status"], rows["rieng.txt"]["status"]) == ("stored", "refused")
    assert "dấu độ mật" in rows["rieng.txt"]["reason"]
    assert rows["rieng.txt"]["directives"] == []
    _, listed, _ = run("list", "directives", "--format", "jsonl")
    assert [json.loads(line)["number"] for line in listed.splitlines()] == ["12/KH-UBND"]
    kept = [p for p in (home / "home").rglob("*") if p.is_file() and b"13/KH-UBND" in p.read_bytes()]
    assert kept == []


def test_a_second_directive_in_the_file_with_a_mark_of_its_own_is_enough(home: Path, run: Run) -> None:
    both = plan("12/KH-UBND") + b"\n\n" + plan("13/KH-UBND", stamp="MẬT")
    (home / "hai.txt").write_bytes(both)
    code, out, _ = run("ingest", "hai.txt", "--json")
    assert (code, json.loads(out)["status"]) == (1, "refused")


def test_rows_listed_for_scripts_have_the_fields_of_the_contract_and_no_more(home: Path, run: Run) -> None:
    (home / "mot.txt").write_bytes(plan())
    run("ingest", "mot.txt")
    _, out, _ = run("list", "tasks", "--format", "jsonl")
    assert "corrected" not in json.loads(out.splitlines()[0])
