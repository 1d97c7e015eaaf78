"""Files on their way when the process is killed, or when publishing fails: nothing is lost, nothing is done twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.desk import loading_publishing
from bot.desk.replies import Fetch, Working
from bot.desk.visit import OfferedFile, Pressed
from bot.office.people import Newcomer
from bot.office.records import Place
from bot.office.tables import allowance, upload
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
    assert [path for path in (front.home / "library").rglob("*") if path.is_file()] == []
    monkeypatch.undo()
    front.pressed(failed, "Xác nhận")
    assert numbers(front) == ["12/KH-UBND"]


def _killed(*_args, **_kwargs):
    raise KeyboardInterrupt


def _offered(name, **how):
    return OfferedFile(Newcomer(CLERK, "V"), Place(CLERK), name, 10, **how)


# ---- the same message handled anew, by whoever takes up what a dead worker had in hand


def rows(front):
    with front.store.database.reading() as connection:
        return connection.execute(select(upload.c.state, upload.c.message_id)).all()


def taken(front):
    with front.store.database.reading() as connection:
        return connection.execute(select(allowance.c.taken)).scalars().all()


def test_a_file_whose_reading_was_cut_short_goes_on_when_its_message_is_handled_anew(front, monkeypatch):
    monkeypatch.setattr("bot.desk.loading.inspect", _killed)
    with pytest.raises(KeyboardInterrupt):
        front.offer(plan(), message=70)
    monkeypatch.undo()
    again = front.restarted()
    (working,) = again.desk.offered(_offered("ke-hoach.txt", message=70))
    assert isinstance(working, Working), "its bytes are here"
    assert working.message == 500, "the message that told of it goes on telling"
    screen = screen_of(again.through([working]))
    assert rows(again) == [("waiting", 500)]
    again.pressed(screen, "Xác nhận")
    assert numbers(again) == ["12/KH-UBND"]
    assert (again.staged(), again.resumed()) == ([], ())


def test_a_file_whose_fetching_was_cut_short_is_fetched_when_its_message_is_handled_anew(front):
    before = front.desk.offered(_offered("ke-hoach.txt", message=70))
    again = front.restarted()
    (fetch,) = again.desk.offered(_offered("ke-hoach.txt", message=70))
    assert isinstance(fetch, Fetch)
    assert fetch.path == before[0].path
    assert "12/KH-UBND" in said(again.through([fetch], plan()))
    assert [row.state for row in rows(again)] == ["waiting"]
    assert taken(again) == [1], "it counts as one file"


def test_a_file_that_was_read_and_not_shown_is_shown_when_its_message_is_handled_anew(front):
    front.offer(plan(), message=70)
    again = front.restarted()
    assert "12/KH-UBND" in said(again.offer(plan(), message=70))
    assert [row.state for row in rows(again)] == ["waiting"]


def test_why_a_file_is_refused_is_said_again_when_its_message_is_handled_anew(front):
    reason = said(front.offer(b"\0\1\2", message=70))
    again = front.restarted()
    assert said(again.offer(b"\0\1\2", message=70)) == reason
    assert [row.state for row in rows(again)] == ["refused"]
    assert again.staged() == []


def test_another_message_with_the_same_file_is_another_upload(front):
    front.offer(plan(), message=70)
    front.offer(plan(), message=71)
    assert [row.state for row in rows(front)] == ["waiting"] * 2


def test_a_confirmation_handled_anew_after_it_was_carried_out_says_what_was_loaded_and_tells_nobody_again(front):
    front.admit(30, "officer", "Sở Nội vụ")
    screen = screen_of(front.offer(plan()))
    before = said(front.pressed(screen, "Xác nhận"))
    data = next(b.data for row in screen.buttons for b in row if "Xác nhận" in b.label)
    again = front.restarted()
    pressed = Pressed(Newcomer(CLERK, "V"), Place(CLERK), data, "", 500, again=True)
    shown = said(again.through(again.desk.press(pressed)))
    assert before.splitlines()[0] in shown
    assert again.told == []
    assert again.acts().count("directive.loaded") == 1


def test_a_file_that_arrives_after_its_upload_ended_leaves_nothing(front):
    (fetch,) = front.desk.offered(_offered("ke-hoach.txt", message=70))
    front.typed("/huy")
    assert front.through([fetch], plan())
    assert (front.staged(), [row.state for row in rows(front)]) == ([], ["cancelled"])
