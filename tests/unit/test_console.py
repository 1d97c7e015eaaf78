"""The terminal chat, driven as a pipe drives it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bot import console as console_module
from bot.composition import OPERATOR, compose
from bot.console import ConsoleChat, run_chat
from bot.settings import Settings
from tests.e2e.conftest import store_a_directive
from tests.e2e.fake_service import FakeService


@pytest.fixture
def chat(tmp_path):
    def run(*lines: str, width: int = 100) -> str:
        app = compose(Settings(_env_file=None, home=tmp_path), service=FakeService())
        if not app.store.directives():
            store_a_directive(app)
        out = io.StringIO()
        console = Console(file=out, width=width, highlight=False)
        ConsoleChat(app.desk(operator=OPERATOR), console).run(lines)
        return out.getvalue()

    return run


def test_a_question_is_answered_with_its_clause_and_numbered_sources(chat):
    shown = chat("Bao nhiêu?")
    assert "Tối thiểu 80% vào năm 2030 (Bao nhiêu?)" in shown
    assert "│ - Đến năm 2030, tối thiểu 80% hồ sơ" in shown
    assert " 2  📄 45-KH/TU · mục III.2" in shown


def test_a_number_opens_that_source_and_its_own_numbers_lead_on(chat):
    shown = chat("Bao nhiêu?", "2", "1")
    assert "2. Ủy ban nhân dân các huyện báo cáo hằng quý." in shown
    assert " 1  ▲ Mục trên" in shown
    assert "III. Tổ chức thực hiện" in shown


def test_a_number_that_stands_for_nothing_is_said_to(chat):
    assert "Không có mục số 5." in chat("5")


def test_a_suggestion_is_asked_by_its_number(chat):
    assert "Tối thiểu 80% vào năm 2030 (Ai chủ trì số hóa hồ sơ?)" in chat("không nêu?", "2")


def test_follow_ups_work_as_on_telegram(chat):
    assert "Câu trước: Đến 2025?" in chat("Đến 2025?", "Còn 2030?")


def test_the_guide_opens_and_turns(chat):
    shown = chat("/trogiup", "2")
    assert "Hướng dẫn sử dụng" in shown
    assert "Trong vòng 10 phút" in shown


def test_leaving_ends_the_chat_at_once(chat):
    assert "sau khi thoát" not in chat("/thoat", "sau khi thoát?")


def test_a_failure_gets_a_code_and_the_chat_goes_on(chat):
    shown = chat("hỏng", "Bao nhiêu?")
    assert "báo người quản trị" in shown
    assert "(Bao nhiêu?)" in shown


def test_it_reads_on_a_narrow_terminal(chat):
    assert all(len(line) <= 40 for line in chat("Bao nhiêu?", width=40).splitlines())


def test_piped_questions_are_echoed_so_that_the_output_reads_as_a_conversation(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(console_module.sys, "stdin", io.StringIO("Bao nhiêu?\n"))
    run_chat(compose(Settings(_env_file=None, home=tmp_path), service=FakeService()))
    out = capsys.readouterr().out
    assert "Hỏi › Bao nhiêu?" in out
    assert "Chào anh/chị!" in out


def test_the_operator_may_belong_to_a_unit(chat):
    shown = chat("/donvi", "1", "Sở Nội vụ", "/donvi", "1", "1")
    assert "Sở Nội vụ: 1 người" in shown
    assert "Người vận hành (quản trị)" in shown
