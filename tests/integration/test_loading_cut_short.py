"""Files on their way when the process is killed, or when publishing fails: nothing is lost, nothing is done twice."""

from __future__ import annotations

import pytest

from bot.desk import loading_publishing
from bot.desk.visit import OfferedFile
from bot.office.people import Newcomer
from bot.office.records import Place
from tests.integration.clerk_desk import CLERK, ClerkDesk, plan, screen_of
from tests.integration.front_desk import said, words


@pytest.fixture
def front(tmp_path):
    desk = ClerkDesk(tmp_path)
    yield desk
    desk.store.close()


def numbers(front):
    return sorted(d.number for d in front.store.directives())


def test_a_file_being_read_when_the_bot_was_killed_is_read_at_the_next_start(front, monkeypatch):
    monkeypatch.setattr("bot.desk.loading.inspect", _killed)
    with pytest.raises(KeyboardInterrupt):
        front.offer(plan())
    monkeypatch.undo()
    again = front.restarted()
    assert "12/KH-UBND" in said(again.resumed())
    assert again.resumed() == ()


def test_a_file_whose_fetching_was_cut_short_is_asked_for_again(front):
    front.desk.table.files.handle(front.desk.visit(Newcomer(CLERK, "V"), Place(CLERK)), _offered("ke-hoach.txt"))
    assert "gửi lại" in said(front.restarted().resumed())


def test_what_waited_is_confirmed_after_a_restart(front):
    screen = screen_of(front.offer(plan()))
    again = front.restarted()
    again.pressed(screen, "Xác nhận")
    assert numbers(again) == ["12/KH-UBND"]


@pytest.mark.parametrize("step", ["keep", "ingest", "notices"])
def test_a_publication_cut_short_is_finished_at_the_next_start_and_told_once(front, monkeypatch, step):
    front.admit(30, "officer", "Sở Nội vụ")
    screen = screen_of(front.offer(plan()))
    monkeypatch.setattr(loading_publishing, step, _killed)
    with pytest.raises(KeyboardInterrupt):
        front.pressed(screen, "Xác nhận")
    monkeypatch.undo()
    again = front.restarted()
    assert said(again.resumed()).startswith("✅")
    assert numbers(again) == ["12/KH-UBND"]
    assert [t.place.chat for t in again.told] == [30]
    assert again.acts().count("directive.loaded") == 1
    assert again.restarted().resumed() == ()


def test_who_was_not_told_before_the_kill_is_told_and_who_was_is_not(front):
    front.admit(30, "officer", "Sở Nội vụ")
    front.admit(31, "officer", "Sở Y tế")
    screen = screen_of(front.offer(plan()))
    replies = front.press_label(screen, "Xác nhận", CLERK)
    _turn, first, _second = replies[0].work()
    assert first.once()  # said, and then the process is killed
    again = front.restarted()
    again.resumed()
    assert [t.place.chat for t in again.told] == [31]


def test_a_publication_that_fails_waits_again_with_its_reason(front, monkeypatch):
    from corpus.errors import SearchIndexError

    screen = screen_of(front.offer(plan()))

    def broken(*_args, **_kwargs):
        raise SearchIndexError("Chỉ mục đang hỏng.")

    monkeypatch.setattr(loading_publishing, "ingest", broken)
    failed = screen_of(front.pressed(screen, "Xác nhận"))
    assert "Chỉ mục đang hỏng" in words(failed)
    monkeypatch.undo()
    front.pressed(failed, "Xác nhận")
    assert numbers(front) == ["12/KH-UBND"]


def _killed(*_args, **_kwargs):
    raise KeyboardInterrupt


def _offered(name):
    return OfferedFile(Newcomer(CLERK, "V"), Place(CLERK), name, 10)
