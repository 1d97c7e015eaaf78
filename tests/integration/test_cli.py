"""The command line as a script sees it: storing, listing and removing; help in the language asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot.texts import LANGUAGES, load_texts
from tests.integration.command_line import PLAN, ROOT, Run, rows

if TYPE_CHECKING:
    from pathlib import Path


def test_ingest_says_what_became_of_each_file_and_exits_with_one_when_any_was_refused(home: Path, run: Run) -> None:
    (home / "a.txt").write_text(PLAN, encoding="utf-8")
    (home / "b.xyz").write_bytes(b"\x00\x01")
    code, out, _ = run("ingest", "a.txt", "b.xyz", "khong-co.txt", "--json")
    assert code == 1
    assert [(r["file"], r["status"], bool(r["reason"])) for r in rows(out)] == [
        ("a.txt", "stored", False),
        ("b.xyz", "refused", True),
        ("khong-co.txt", "refused", True),
    ]
    assert rows(out)[0]["clauses"] > 4
    code, out, _ = run("ingest", "a.txt", "--json")
    assert (code, rows(out)[0]["status"]) == (0, "unchanged")


def test_people_get_the_same_in_words_with_advice_on_stderr(home: Path, run: Run) -> None:
    (home / "a.txt").write_text(PLAN.replace("Số 12-KH/TU\n", ""), encoding="utf-8")
    code, out, err = run("ingest", "a.txt")
    assert code == 0
    assert "đã nạp" in out
    assert "Đã nạp 1, thay 0, không đổi 0, từ chối 0." in out
    assert "--manifest" in err


def test_an_empty_folder_is_mentioned(home: Path, run: Run) -> None:
    (home / "rong").mkdir()
    code, out, err = run("ingest", "rong")
    assert (code, out) == (0, "")
    assert err.strip()


@pytest.mark.parametrize("kind", ["directives", "clauses", "targets", "tasks", "rules", "deadlines"])
@pytest.mark.parametrize("shape", ["table", "jsonl", "csv"])
def test_every_kind_lists_in_every_shape(run: Run, stored: str, kind: str, shape: str) -> None:
    code, out, err = run("list", kind, "--format", shape)
    assert (code, err) == (0, "")
    assert out.strip() or (kind, shape) == ("rules", "jsonl")


def test_a_list_can_be_narrowed_by_directive_unit_place_and_days(run: Run, stored: str) -> None:
    assert rows(run("list", "directives", "--place", "Hòa Sơn", "--format", "jsonl")[1])[0]["key"] == stored
    assert rows(run("list", "directives", "--place", "Lâm Đồng", "--format", "jsonl")[1]) == []
    assert rows(run("list", "directives", "--from", "01/06/2024", "--format", "jsonl")[1]) == []
    by_number = rows(run("list", "tasks", "--directive", "12-KH/TU", "--unit", "Sở Nội vụ", "--format", "jsonl")[1])
    assert by_number
    assert all("Sở Nội vụ" in r["lead"] + r["coop"] and r["match"] == "name" for r in by_number)
    targets = rows(run("list", "targets", "--to", "2025-12-31", "--format", "jsonl")[1])
    assert targets
    assert all(r["due"] <= "2025-12-31" for r in targets)


def test_a_yearly_deadline_appears_at_its_day_in_every_year_of_the_window(run: Run, stored: str) -> None:
    found = rows(run("list", "deadlines", "--from", "2025-01-01", "--to", "2026-12-31", "--format", "jsonl")[1])
    assert {r["due"] for r in found if r["recurrence"] == "yearly"} == {"2025-12-15", "2026-12-15"}


def test_files_are_written_where_asked_and_a_csv_file_opens_in_excel(home: Path, run: Run, stored: str) -> None:
    for shape, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("ics", b"BEGIN:VCALENDAR"), ("jsonl", b"{")):
        code, out, _ = run("list", "deadlines", "--format", shape, "-o", f"ra.{shape}")
        assert (code, out) == (0, "")
        assert (home / f"ra.{shape}").read_bytes().startswith(start)
    assert not run("list", "deadlines", "--format", "csv")[1].startswith("\ufeff")


def test_a_table_shows_what_a_directive_implements(home: Path, run: Run) -> None:
    (home / "a.txt").write_text(PLAN, encoding="utf-8")
    child = PLAN.replace("Số 12-KH/TU", "Số 20-KH/TU").replace(
        "về chuyển đổi số tỉnh Hòa Sơn đến năm 2030\n",
        "thực hiện Kế hoạch số 12-KH/TU ngày 31/5/2024 của Ban Thường vụ Tỉnh ủy về chuyển đổi số\n\n"
        "Thực hiện Kế hoạch số 12-KH/TU ngày 31/5/2024 của Ban Thường vụ Tỉnh ủy, Tỉnh ủy ban hành kế hoạch như sau:\n",
    )
    (home / "b.txt").write_text(child, encoding="utf-8")
    run("ingest", "a.txt", "b.txt")
    (parent,) = [r["key"] for r in rows(run("list", "directives", "--format", "jsonl")[1]) if r["number"] == "12-KH/TU"]
    assert f"12-KH/TU  [{parent}]" in run("list", "directives")[1]


def test_removing_takes_a_directive_out_of_store_and_index(home: Path, run: Run, stored: str) -> None:
    assert run("remove", stored)[0] == 0
    assert run("list", "clauses", "--format", "jsonl")[1] == ""
    pointer = (home / "home" / "index" / "current").read_text().strip()
    assert json.loads((home / "home" / "index" / pointer / "manifest.json").read_text())["passages"] == 0


def test_a_reader_that_leaves_early_is_no_failure(home: Path, run: Run, stored: str) -> None:
    many = f"{sys.executable} -m bot list clauses --format jsonl | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {many}"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    assert done.stdout == b"{"


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["ingest"],
        ["remove"],
        ["list"],
        ["ask"],
        ["search"],
        ["bench"],
        ["bench", "retrieval"],
        ["bench", "answering"],
        ["chat"],
        ["bot"],
        ["doctor"],
        ["backup"],
        ["restore"],
    ],
)
def test_every_command_explains_itself_with_an_example(run: Run, command: list[str]) -> None:
    code, out, err = run(*command, "--help")
    assert (code, err) == (0, "")
    assert "chidao" in out
    assert "Tùy chọn" in out


def test_every_sentence_of_the_command_line_stands_in_both_languages() -> None:
    for language in LANGUAGES:
        keys = load_texts(language).sentences
        assert sum(key.startswith("cli.") for key in keys) > 80


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_and_lists_load_no_model_and_no_telegram(home: Path) -> None:
    heavy = "{'torch', 'sentence_transformers', 'faiss', 'telegram', 'transformers'} & set(sys.modules)"
    for arguments in (["--help"], ["list", "tasks"], ["list", "deadlines", "--format", "ics"]):
        done = python(
            f"import sys\nfrom bot.cli import main\ntry: main({arguments})\nexcept SystemExit: pass\n"
            f"print({heavy}, file=sys.stderr)"
        )
        assert done.stderr.strip().endswith("set()"), done.stderr


def test_english_is_spoken_when_asked_for(home: Path) -> None:
    done = python("from bot.cli import main\nmain(['--help'])", CHIDAO_LANG="en")
    assert "Commands" in done.stdout
    assert "directives" in done.stdout
    wrong = python("from bot.cli import main\nmain(['list', 'x'])", CHIDAO_LANG="en")
    assert "choose one of" in wrong.stderr
