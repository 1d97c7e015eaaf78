"""Outline and metadata of the annotated directives against the gold beside the checkout."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from corpus.metadata import read_metadata
from corpus.outline import outline
from corpus.readers import read_source
from corpus.splitting import split_directives
from corpus.text import comparable

if TYPE_CHECKING:
    from corpus.records import Source

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
DIRECTIVES = sorted(path.name for path in (SHARED / "gold").glob("*") if path.is_dir()) or ["absent"]


def words(text: str) -> str:
    return " ".join(re.findall(r"\w+", comparable(text)))


def load(name: str, file: str) -> list[dict[str, Any]]:
    path = SHARED / "gold" / name / file
    if not path.exists():
        pytest.skip("no shared/gold beside the checkout")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def source_of(meta: dict[str, Any]) -> Source:
    parts = split_directives(read_source(SHARED / "seeds" / meta["file"]))
    return next(part for part in parts if words(meta["start"])[:35] in words(part.text[:600]))


@pytest.mark.parametrize("name", DIRECTIVES)
def test_gold_paths_exist_with_their_words(name: str) -> None:
    gold = load(name, "clauses.jsonl")
    clauses = {clause.path: clause for clause in outline(source_of(load(name, "meta.jsonl")[0]))}
    wrong = []
    for row in gold:
        clause, heading = clauses.get(row["path"]), words(row["heading"])
        if clause is None or not (
            words(clause.heading) == heading or heading in words(clause.text)[: len(heading) + 12]
        ):
            wrong.append(row["path"])
    assert len(wrong) <= 0.05 * len(gold), wrong


@pytest.mark.parametrize("name", DIRECTIVES)
def test_gold_metadata_is_read(name: str) -> None:
    gold = load(name, "meta.jsonl")[0]
    source = source_of(gold)
    found = read_metadata(source, outline(source))
    issued_on = found.issued_on.isoformat() if found.issued_on else None
    assert (found.number, found.kind, found.place, issued_on) == (
        gold["so_hieu"],
        gold["loai"],
        gold["dia_ban"],
        gold["ngay"],
    )
    assert (found.signer, found.signer_role) == (gold["nguoi_ky"], gold["chuc_vu"])
    assert words(found.title or "") == words(gold["trich_yeu"])
    assert found.issuer
    assert words(gold["co_quan"]).startswith(words(found.issuer))


@pytest.mark.parametrize("name", DIRECTIVES)
def test_gold_citations_are_read_with_number_kind_and_date(name: str) -> None:
    gold = load(name, "meta.jsonl")[0]
    source = source_of(gold)
    found = read_metadata(source, outline(source)).cites

    def row(number: str | None, kind: str | None, issued_on: str | None) -> tuple[str, str, str]:
        return number or "", kind or "", issued_on or ""

    wanted = sorted(row(cited["so_hieu"], cited["loai"], cited["ngay"]) for cited in gold["can_cu"])
    assert sorted(row(c.number, c.kind, c.issued_on.isoformat() if c.issued_on else None) for c in found) == wanted
