"""Tasks read out of the four annotated directives, scored with the scorer that stands beside the checkout."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from corpus.metadata import read_metadata
from corpus.outline import outline
from corpus.readers import read_source
from corpus.splitting import split_directives
from corpus.tasks import extract_tasks

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
SCORER = SHARED / "tools" / "score_extraction.py"

pytestmark = pytest.mark.skipif(not SCORER.exists(), reason="the annotated directives are not beside this checkout")


def task_rows(file: Path) -> list[dict[str, Any]]:
    rows = []
    for directive in split_directives(read_source(file)):
        clauses = outline(directive)
        tasks = extract_tasks(clauses, read_metadata(directive, clauses))
        rows += [asdict(task) | {"file": file.name} for task in tasks]
    return rows


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extracted")
    rows = [row for file in sorted((SHARED / "seeds").glob("*.txt")) for row in task_rows(file)]
    lines = (json.dumps(row, ensure_ascii=False, default=str) for row in rows)
    (folder / "tasks.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "targets.jsonl").write_text("", encoding="utf-8")
    return folder


def score(folder: Path, *directives: str) -> dict[str, Any]:
    gold = [str(SHARED / "gold" / name) for name in directives]
    files = ["--targets", str(folder / "targets.jsonl"), "--tasks", str(folder / "tasks.jsonl"), "--json"]
    done = subprocess.run([sys.executable, str(SCORER), "--gold", *gold, *files], capture_output=True, check=True)
    scores: dict[str, Any] = json.loads(done.stdout)["tasks"]
    return scores


@pytest.mark.parametrize("directives", [("BD62",), ("BDCC",), ("NQ09", "KL91"), ("BD62", "BDCC", "NQ09", "KL91")])
def test_tasks_reach_the_goals_on_the_annotated_directives(extracted: Path, directives: tuple[str, ...]) -> None:
    scores = score(extracted, *directives)
    assert scores["found"]["r"] >= 0.92
    assert scores["found"]["p"] >= 0.80
    assert scores["lead_f1"] >= 0.88
    assert scores["report_to_f1"] is None or scores["report_to_f1"] >= 0.85
    dated = scores["when"]["tp"] + scores["when"]["fn"]
    assert scores["when"]["f1"] >= 0.92 or (dated == 0 and scores["when"]["fp"] == 0)


def test_every_quote_stands_in_a_segment_of_its_clause() -> None:
    for file in sorted((SHARED / "seeds").glob("*.txt")):
        for directive in split_directives(read_source(file)):
            clauses = outline(directive)
            segments = {c.path: c.segments for c in clauses}
            for task in extract_tasks(clauses, read_metadata(directive, clauses)):
                assert any(task.quote in " ".join(s.split()) for s in segments[task.path])
