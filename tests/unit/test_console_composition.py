"""What the surfaces build on: parts made when first needed, and a clause opened with what stands under it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.composition import OPERATOR, compose
from bot.desk.clauses import PAGE_LIMIT
from bot.desk.visit import Pressed
from bot.office.people import Newcomer
from bot.office.records import Place
from bot.settings import Settings
from corpus.identity import clause_token
from corpus.records import Clause, Directive, Metadata, Source
from corpus.store_writing import IncomingFile
from tests.e2e.fake_service import FakeService

ROOT = Path(__file__).resolve().parents[2]


def clause(path: str, text: str, **more) -> Clause:
    parent = path.rpartition(".")[0] or None
    return Clause(path, path.rpartition(".")[2], text, text, parent, more.pop("kind", "item"), (text,), **more)


def opened(tmp_path: Path, path: str, *clauses: Clause) -> str:
    app = compose(Settings(_env_file=None, home=tmp_path), service=FakeService())
    metadata = Metadata(number="9-KH/HU", place="Hòa Sơn", issued_month="2026-01", title="về vệ sinh môi trường")
    directive = Directive(Source("\n".join(c.text for c in clauses)), metadata, clauses)
    with app.store as store:
        (key,) = store.put(IncomingFile("/hoa-son/9.txt", "1" * 64, "test"), [directive]).keys
        desk = app.desk(operator=OPERATOR)
        press = Pressed(Newcomer(OPERATOR, "An"), Place(OPERATOR), f"v1:c:{clause_token(key, path)}", "")
        (reply,) = desk.press(press)
    quote, source = reply.screen.blocks
    assert source.text.startswith("📄 9-KH/HU – ")
    return quote.text


def test_a_heading_is_opened_with_its_items_and_without_its_neighbours(tmp_path):
    clauses = (
        clause("II.1", "**1. Văn phòng**", kind="heading"),
        clause("II.1.a", "a) Đôn đốc."),
        clause("II.1.a.-1", "- Hằng tuần."),
        clause("II.10", "10. Việc khác."),
    )
    assert opened(tmp_path, "II.1", *clauses) == "1. Văn phòng\na) Đôn đốc.\n- Hằng tuần."


def test_a_table_row_is_opened_with_its_column_titles(tmp_path):
    row = clause(
        "PL1.7", "| 7 | Thu gom rác | |", kind="row", cells=(("STT", "7"), ("Việc", "Thu gom rác"), ("Hạn", ""))
    )
    assert opened(tmp_path, "PL1.7", row) == "STT: 7\nViệc: Thu gom rác"


def test_a_whole_part_is_opened_in_pages_that_a_telephone_can_show(tmp_path):
    items = [clause(f"II.{n}", f"{n}. " + "Làm việc này. " * 20) for n in range(1, 40)]
    shown = opened(tmp_path, "II", clause("II", "II. NHIỆM VỤ", kind="heading"), *items)
    assert shown.startswith("II. NHIỆM VỤ\n1. ")
    assert len(shown) < PAGE_LIMIT + 200


def test_the_terminal_admits_its_operator_and_telegram_only_the_admins(tmp_path):
    app = compose(Settings(_env_file=None, home=tmp_path, admins="5,6"), service=FakeService())

    def admitted(desk, person: int) -> bool:
        return desk.visit(Newcomer(person, "An"), Place(person)).person.role == "admin"

    assert admitted(app.desk(operator=OPERATOR), OPERATOR)
    assert [person for person in range(10) if admitted(app.desk(), person)] == [5, 6]


def test_composing_loads_no_model_no_database_and_no_telegram():
    code = (
        "import sys; from bot.composition import compose; from bot.settings import load_settings;"
        "compose(load_settings());"
        "print([m for m in ('torch', 'faiss', 'sqlalchemy', 'telegram', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
