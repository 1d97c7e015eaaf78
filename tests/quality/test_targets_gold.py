"""Goals against hand-made gold: the four shared directives (beside the checkout) and the project's own samples."""

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
from corpus.targets import extract_targets

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
SCORER = SHARED / "tools" / "score_extraction.py"
SAMPLES = ROOT / "corpus" / "samples"


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The goals of a file as rows of `chidao list targets`."""
    rows = []
    for source in split_directives(read_source(path)):
        clauses = outline(source)
        segments = {clause.path: clause.segments for clause in clauses}
        for target in extract_targets(clauses, read_metadata(source, clauses)):
            assert any(target.quote in segment for segment in segments[target.path])
            rows.append({**asdict(target), "due": target.due and target.due.isoformat(), "file": path.name})
    return rows


def scores(gold: list[Path], folder: Path, tmp_path: Path) -> dict[str, dict[str, float]]:
    names = {json.loads((g / "meta.jsonl").read_text(encoding="utf-8").splitlines()[0])["file"] for g in gold}
    rows = [row for name in sorted(names) for row in rows_of(folder / name)]
    targets, tasks = tmp_path / "targets.jsonl", tmp_path / "tasks.jsonl"
    targets.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    tasks.write_text("", encoding="utf-8")
    command = [sys.executable, SCORER, "--json", "--targets", targets, "--tasks", tasks, "--gold", *gold]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    found: dict[str, dict[str, float]] = json.loads(result.stdout)["targets"]
    return found


@pytest.mark.parametrize("names", [("NQ09", "KL91"), ("BD62",), ("BDCC",)], ids="+".join)
def test_goals_of_the_shared_directives_are_found(names: tuple[str, ...], tmp_path: Path) -> None:
    if not SCORER.exists():
        pytest.skip("the shared gold set does not lie beside the checkout")
    found = scores([SHARED / "gold" / name for name in names], SHARED / "seeds", tmp_path)
    assert found["core"]["f1"] >= 0.93
    assert found["full"]["f1"] >= 0.87


def test_goals_of_the_samples_are_found(tmp_path: Path) -> None:
    gold = sorted(path.parent for path in (ROOT / "tests" / "quality" / "samples").glob("*/targets.jsonl"))
    if not SCORER.exists() or not gold:
        pytest.skip("the scoring tool does not lie beside the checkout")
    found = scores(gold, SAMPLES, tmp_path)
    assert found["core"]["f1"] >= 0.93
    assert found["full"]["f1"] >= 0.87
