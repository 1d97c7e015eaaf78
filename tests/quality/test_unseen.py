"""Directives annotated before the extractor saw them: goals, tasks, metadata and paths keep the floor reached."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from corpus.metadata import read_metadata
from corpus.outline import outline
from corpus.readers import read_source
from corpus.splitting import split_directives
from corpus.targets import extract_targets
from corpus.tasks import extract_tasks
from corpus.text import collapse, comparable, nfc

if TYPE_CHECKING:
    from corpus.records import Clause, Metadata, Target, Task

HERE = Path(__file__).resolve().parent
FOLDERS = sorted(path.parent for path in (HERE / "unseen").glob("*/meta.jsonl"))
SCORER = HERE.parents[1].parent / "shared" / "tools" / "score_extraction.py"

every_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@dataclass(frozen=True)
class Found:
    metadata: Metadata
    clauses: tuple[Clause, ...]
    targets: tuple[Target, ...]
    tasks: tuple[Task, ...]


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """The annotation of one kind; empty when the directive was annotated for other things only."""
    file = folder / f"{name}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def words(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", comparable(text or "")))


def read(folder: Path) -> Found:
    (source,) = split_directives(read_source(folder / rows(folder, "meta")[0]["file"]))
    clauses = outline(source)
    metadata = read_metadata(source, clauses)
    return Found(metadata, clauses, extract_targets(clauses, metadata), extract_tasks(clauses, metadata))


@every_folder
def test_every_annotated_quote_stands_in_its_file(folder: Path) -> None:
    text = collapse(nfc((folder / rows(folder, "meta")[0]["file"]).read_text(encoding="utf-8")))
    quotes = [row["quote"] for name in ("targets", "tasks", "rules") for row in rows(folder, name)]
    assert [quote for quote in quotes if quote not in text] == []


@every_folder
def test_number_kind_date_title_and_signer_are_read(folder: Path) -> None:
    gold, found = rows(folder, "meta")[0], read(folder).metadata
    issued_on = found.issued_on.isoformat() if found.issued_on else None
    assert (found.number, found.kind, issued_on) == (gold["so_hieu"], gold["loai"], gold["ngay"])
    assert (found.signer, found.signer_role) == (gold["nguoi_ky"], gold["chuc_vu"])
    assert words(found.title) == words(gold["trich_yeu"])
    assert {(c["so_hieu"], c["ngay"]) for c in gold["can_cu"]} == {
        (c.number, c.issued_on.isoformat() if c.issued_on else None) for c in found.cites
    }


@every_folder
def test_annotated_clauses_stand_at_their_paths(folder: Path) -> None:
    clauses = {clause.path: words(clause.text) for clause in read(folder).clauses}
    gold = rows(folder, "clauses")
    assert [g["path"] for g in gold if words(g["heading"]) not in clauses.get(g["path"], "")] == []


def test_goals_and_tasks_of_unseen_directives_keep_the_floor(tmp_path: Path) -> None:
    if not SCORER.exists():
        pytest.skip("the scoring tool does not lie beside the checkout")
    targets: list[dict[str, Any]] = []
    tasks: list[dict[str, Any]] = []
    for folder in FOLDERS:
        found, file = read(folder), {"file": rows(folder, "meta")[0]["file"]}
        if (folder / "targets.jsonl").exists():
            targets += [asdict(target) | file for target in found.targets]
        if (folder / "tasks.jsonl").exists():
            tasks += [asdict(task) | file for task in found.tasks]
    for name, extracted in (("targets", targets), ("tasks", tasks)):
        lines = (json.dumps(row, ensure_ascii=False, default=str) for row in extracted)
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, SCORER, "--json", "--targets", tmp_path / "targets", "--tasks", tmp_path / "tasks"]
    result = subprocess.run(list(map(str, [*command, "--gold", *FOLDERS])), capture_output=True, text=True, check=True)
    goals, duties = json.loads(result.stdout).values()
    assert goals["core"]["f1"] >= 0.97
    assert goals["full"]["f1"] >= 0.95
    assert duties["found"]["p"] >= 0.97
    assert duties["found"]["r"] >= 0.96
    assert duties["when"]["f1"] >= 0.97
    assert duties["lead_f1"] >= 0.97
    assert duties["report_to_f1"] >= 0.85
