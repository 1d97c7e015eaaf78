"""The noise loaded beside the gold directives: the same every time, and readable as laws."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from corpus.reading import read_text
from corpus.records import Source
from tests.quality.noise import as_laws, spaced, write_noise

if TYPE_CHECKING:
    from pathlib import Path

ARTICLES = [
    {"_id": f"{law}/2019/QH14#{n}", "text": f"Phạm vi thứ {n}\n\n1. Luật này áp dụng cho chợ phiên. 2. Trừ chợ đêm."}
    for law in (61, 62)
    for n in range(1, 6)
]


def test_articles_are_taken_at_even_distances() -> None:
    assert [row["_id"][-1] for row in spaced(ARTICLES, 5)] == ["1", "3", "5", "2", "4"]
    assert spaced(ARTICLES, 99) == ARTICLES
    assert spaced(ARTICLES, 0) == []


def test_the_articles_of_a_law_are_one_directive_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, ARTICLES)), encoding="utf-8")
    assert write_noise(tmp_path / "noise", tmp_path, 6) == 6
    files = sorted(path.name for path in (tmp_path / "noise").iterdir())
    assert files == ["61-2019-QH14.txt", "62-2019-QH14.txt"]
    (law,) = read_text(Source((tmp_path / "noise" / files[0]).read_text(encoding="utf-8")))
    assert law.metadata.number == "61/2019/QH14"


def test_an_article_keeps_its_text() -> None:
    (text,) = as_laws(ARTICLES[:1]).values()
    assert "Điều 1. Phạm vi thứ 1" in text
    assert "chợ đêm" in text
