"""Clauses opened from buttons: in pages, with neighbours, and only for who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.desk.clauses import PAGE_LIMIT
from bot.desk.replies import Say, Toast, Turn
from corpus.identity import clause_token
from corpus.records import Clause, Directive, Metadata, Source
from corpus.store_writing import IncomingFile
from tests.integration.front_desk import FrontDesk, labels, said

if TYPE_CHECKING:
    from pathlib import Path

LONG = "Sở Nội vụ chủ trì. " * 400


def clause(path: str, text: str, parent: str | None = None) -> Clause:
    return Clause(path, path.rpartition(".")[2], text[:40], text, parent, "item", (text,))


@pytest.fixture
def front(tmp_path: Path) -> FrontDesk:
    front = FrontDesk(tmp_path)
    clauses = (
        clause("I", "I. Mục tiêu"),
        clause("I.1", "1. Số hóa.", "I"),
        clause("I.2", "2. " + LONG, "I"),
        clause("I.3", "3. Báo cáo.", "I"),
    )
    text = "\n".join(c.text for c in clauses)
    front.key = front.app.store.put(
        IncomingFile("/hoa-son/9.txt", "1" * 64, "test"),
        [Directive(Source(text), Metadata(number="9-KH/TU", issued_month="2025-01"), clauses)],
    ).keys[0]
    return front


def test_a_clause_leads_to_the_one_before_the_one_above_and_the_one_after(front):
    (first,) = front.press(f"v1:c:{clause_token(front.key, 'I.1')}")
    assert isinstance(first, Say)
    assert labels(first.screen) == [["▲ Mục trên", "Sau ▶"]]
    (second,) = front.press_label(first.screen, "Sau")
    assert isinstance(second, Turn)
    (third,) = front.press_label(second.screen, "Sau ▶")
    assert "3. Báo cáo." in said((third,))
    assert labels(third.screen) == [["◀ Trước", "▲ Mục trên"]]
    (above,) = front.press_label(third.screen, "Mục trên")
    assert said((above,)).startswith("I. Mục tiêu\n1. Số hóa.")


def test_a_long_clause_is_read_in_pages_and_nothing_of_it_is_lost(front):
    (shown,) = front.press(f"v1:c:{clause_token(front.key, 'I.2')}")
    read = [shown.screen.blocks[0].text]
    pages = int(labels(shown.screen)[0][2].rpartition("/")[2])
    for page in range(1, pages):
        (shown,) = front.press(f"v1:ct:{clause_token(front.key, 'I.2')}:{page}")
        read.append(shown.screen.blocks[0].text)
    assert all(len(part) <= PAGE_LIMIT for part in read)
    assert " ".join(read).split() == ("2. " + LONG).split()


def test_turning_to_a_clause_that_is_gone_or_not_for_you_says_the_same(front):
    (unit,) = front.admit(30, "officer", "Sở Y tế")
    front.office.visibility.set_audience(front.key, [unit.id])
    gone = (Toast(front.texts("clause.gone"), alert=True),)
    assert front.press(f"v1:ct:{clause_token(front.key, 'I.1')}:0") == gone
    assert front.press(f"v1:ct:{'0' * 16}:0", 30) == gone
    assert isinstance(front.press(f"v1:ct:{clause_token(front.key, 'I.1')}:0", 30)[0], Turn)
