"""The command line as a script sees it: what goes to which stream, exit codes, one line for every failure."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.cli import main
from bot.composition import Composition
from bot.texts import LANGUAGES, load_texts
from index.answers import Answer, Citation, SearchHit

if TYPE_CHECKING:
    from index.answers import Question

ROOT = Path(__file__).resolve().parents[2]
PLAN = """TỈNH ỦY HÒA SƠN
*
Số 12-KH/TU
ĐẢNG CỘNG SẢN VIỆT NAM
Hòa Sơn, ngày 31 tháng 5 năm 2024

KẾ HOẠCH
về chuyển đổi số tỉnh Hòa Sơn đến năm 2030

I. MỤC TIÊU
1. Đến năm 2025, tỉ lệ hồ sơ giải quyết trực tuyến đạt tối thiểu 65%.
2. Đến năm 2030, tỉ lệ hồ sơ giải quyết trực tuyến đạt trên 90%.

II. TỔ CHỨC THỰC HIỆN
1. Sở Nội vụ chủ trì, phối hợp với Sở Tài chính xây dựng kế hoạch chi tiết trước ngày 30/6/2025.
2. Sở Y tế báo cáo Ủy ban nhân dân tỉnh kết quả thực hiện trước ngày 15/12 hằng năm.

T/M BAN THƯỜNG VỤ
PHÓ BÍ THƯ

Lê Văn Bình
"""
Run = "Callable[..., tuple[int, str, str]]"


class FakeService:
    """Answers everything with the question itself; fails on the word "hỏng", also within a batch."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        if "hỏng" in question.text:
            raise ZeroDivisionError
        citation = Citation("d", "12-KH/TU", "về chuyển đổi số", "II.1", "trích đoạn")
        return Answer(
            question.text,
            "deadline",
            abstained=False,
            confidence=0.9,
            headline=question.text,
            answer=question.text,
            citations=(citation,),
            id=question.id,
        )

    def ask_many(self, questions: list[Question]) -> list[Answer]:
        return [self.ask(question) for question in questions]

    def search(self, query: str, k: int) -> list[SearchHit]:
        return [SearchHit("d", "12-KH/TU", None, f"I.{n}", "x", query, 1 / (n + 1)) for n in range(k)]

    def refresh(self) -> None:
        """Nothing changes."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("CHIDAO_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)  # away from any `.env`
    monkeypatch.setenv("CHIDAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CHIDAO_EMBEDDING", "hash")
    monkeypatch.setenv("CHIDAO_NOW", "2025-03-01T08:00:00+07:00")
    return tmp_path


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leaving:
            main(arguments)
        said = capfd.readouterr()
        return int(leaving.value.code or 0), said.out, said.err

    return command


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> FakeService:
    fake = FakeService()
    monkeypatch.setattr(Composition, "service", fake)
    return fake


@pytest.fixture
def stored(home: Path, run: Run) -> str:
    (home / "ke-hoach.txt").write_text(PLAN, encoding="utf-8")
    code, out, err = run("ingest", "ke-hoach.txt", "--json")
    assert code == 0, err
    (key,) = json.loads(out)["directives"]
    return str(key)


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def one_line(text: str) -> bool:
    return len(text.splitlines()) == 1 and "Traceback" not in text


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


def test_an_answer_comes_as_json_or_in_words(run: Run, service: FakeService) -> None:
    code, out, _ = run("ask", "khi nào?", "--json", "--previous", "trước", "--place", "Hòa Sơn", "--unit", "Sở Y tế")
    assert (code, json.loads(out)["citations"][0]["path"]) == (0, "II.1")
    (asked,) = service.asked
    assert (asked.previous, asked.place, asked.unit, asked.today) == ("trước", "Hòa Sơn", "Sở Y tế", date(2025, 3, 1))
    out = run("ask", "khi nào?", "--today", "2026-01-02")[1]
    assert out.startswith("khi nào?\n")
    assert "12-KH/TU · II.1" in out
    assert service.asked[-1].today == date(2026, 1, 2)


def test_a_batch_answers_in_order_and_a_bad_line_stops_no_other(home: Path, run: Run, service: FakeService) -> None:
    lines = [
        '{"id": 1, "q": "một"}',
        "",
        "không phải json",
        '{"id": "x"}',
        '{"id": 3, "q": "hỏng"}',
        "[]",
        '{"id": 4, "q": "bốn", "prev": "ba", "place": "Hòa Sơn", "unit": null}',
        '{"id": 5, "q": 5}',
    ]
    (home / "q.jsonl").write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = run("ask", "--batch", "q.jsonl", "--unit", "Sở Y tế")
    answers = rows(out)
    assert code == 1
    assert [(a["id"], "error" in a) for a in answers] == [
        (1, False),
        (None, True),
        ("x", True),
        (3, True),
        (None, True),
        (4, False),
        (5, True),
    ]
    assert all(set(a) == {"id", "error"} for a in answers if "error" in a)
    assert answers[5]["question"] == "bốn"
    last = [q for q in service.asked if q.text == "bốn"][-1]
    assert (last.previous, last.place, last.unit) == ("ba", "Hòa Sơn", "Sở Y tế")
    assert "Traceback" not in out


def test_a_good_batch_exits_with_zero_and_may_come_from_standard_input(
    run: Run, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f'{{"id": "{n}", "q": "câu {n}"}}\n' for n in range(150))))
    code, out, _ = run("ask", "--batch", "-")
    assert (code, [a["id"] for a in rows(out)]) == (0, [str(n) for n in range(150)])


def test_search_prints_ranked_clauses(run: Run, service: FakeService) -> None:
    code, out, _ = run("search", "đô thị", "-k", "3", "--json")
    assert (code, [h["path"] for h in rows(out)]) == (0, ["I.0", "I.1", "I.2"])
    assert "12-KH/TU · I.0" in run("search", "đô thị")[1]


def test_a_bench_of_retrieval_leaves_the_real_store_alone(home: Path, run: Run) -> None:
    folder = home / "bo"
    (folder / "qrels").mkdir(parents=True)
    passages = {"a": "thời hạn nộp báo cáo hằng năm", "b": "tỉ lệ che phủ rừng", "c": "chuyển đổi số cấp xã"}
    lines = (json.dumps({"_id": key, "title": "", "text": text}) for key, text in passages.items())
    (folder / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "che phủ rừng"}), encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\tb\t1\n", encoding="utf-8")
    code, out, _ = run("bench", "retrieval", str(folder), "--json")
    figures = json.loads(out)
    assert code == 0
    assert figures["ndcg@10"] == 1.0
    assert {"recall@10", "p@1", "mrr@10", "index_s", "passages_per_s", "queries_per_s", "p50_ms", "p95_ms"} <= set(
        figures
    )
    assert not list((home / "home").glob("*.db"))


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
        ("CHIDAO_HOME", "/proc/none"),
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
