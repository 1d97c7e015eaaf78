"""The command line as a script sees it: questions, batches of them, search and its measurement."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import TYPE_CHECKING

from tests.integration.command_line import FakeService, Run, rows

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_an_answer_comes_as_json_or_in_words(run: Run, service: FakeService) -> None:
    code, out, _ = run("ask", "khi nào?", "--json", "--previous", "trước", "--place", "Hòa Sơn", "--unit", "Sở Y tế")
    assert (code, json.loads(out)["citations"][0]["path"]) == (0, "II.1")
    (asked,) = service.asked
    assert (asked.previous, asked.place, asked.unit, asked.today) == ("trước", "Hòa Sơn", "Sở Y tế", date(2025, 3, 1))
    out = run("ask", "khi nào?", "--today", "2026-01-02")[1]
    assert out.startswith("khi nào?\n")
    assert "«trích đoạn»\n\n📄 12-KH/TU – Về chuyển đổi số – mục II.1\n" in out
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
