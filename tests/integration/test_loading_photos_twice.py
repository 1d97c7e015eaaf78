"""Photos at several workers, twice, late, or cut short by a kill: one document all the same, with every page once."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, update

from bot.desk.replies import Say, Working
from bot.office.albums import KEPT
from bot.office.tables import upload
from tests.integration.clerk_desk import ClerkDesk, plan, screen_of, toast_of
from tests.integration.front_desk import labels, said, words
from tests.integration.photo_desk import THREE, album, carried, steps_of
from tests.photos import parts, photo, recognise_as
from tests.stores import runs_on, store_url


@pytest.fixture
def front(tmp_path):
    desk = ClerkDesk(tmp_path)
    yield desk
    desk.store.close()


@pytest.fixture
def read(monkeypatch):
    """The pages of each document that was read."""
    return recognise_as(monkeypatch, THREE)


# ---- several workers, things twice and late


def test_two_workers_that_get_photos_of_one_group_read_it_once(front, read):
    other = ClerkDesk(front.home, first=False)
    other.photos = front.photos
    here, there = front.photo(photo(0), "a1", message=100), other.photo(photo(1), "a1", message=101)
    front.photo(photo(2), "a1", message=102)
    one, two = here[0].step, there[0].step
    one()  # this one gathers
    assert two().seconds > 0  # and the other looks again
    assert screen_of(front.through(here))
    assert other.through(there) == ()
    assert read == [[0, 1, 2]]
    other.store.close()


def test_a_photo_that_another_machine_put_in_is_published_by_all(front, read, tmp_path):
    """With a shared database only: each machine has folders of its own."""
    if not runs_on("postgresql"):
        pytest.skip("machines share a store on PostgreSQL only (--store=postgresql)")
    first, *_ = album(front, (0, 2))
    front.through(first)
    other = ClerkDesk(tmp_path / "elsewhere", first=False, url=store_url(front.home))
    other.photos, other.clock.moment = front.photos, front.clock.moment
    screen = screen_of(other.through(other.photo(photo(1), "a1", message=101)))
    assert sorted(other.fetched) == ["photo 100", "photo 101", "photo 102"]
    front.pressed(screen, "Xác nhận")
    assert len(front.store.tasks()) == 2
    other.store.close()


def test_photos_that_workers_note_at_the_same_moment_are_one_document(front, monkeypatch):
    read = recognise_as(monkeypatch, parts(plan().decode(), 6))
    other = ClerkDesk(front.home, first=False)
    other.photos = front.photos
    front.photo(photo(0), None, message=50)  # the clerk's first of the day
    barrier, arrived = threading.Barrier(6), []

    def note(page):
        desk = (front, other)[page % 2]
        barrier.wait()
        arrived.append((desk, desk.photo(photo(page), "a1", message=100 + page)))

    threads = [threading.Thread(target=note, args=(page,)) for page in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(arrived) == 6
    for desk, replies in arrived:
        desk.through(replies)
    assert read == [list(range(6))]
    with front.store.database.reading() as connection:
        assert sorted(connection.execute(select(upload.c.pages)).scalars()) == [1, 6]
    other.store.close()


def test_when_the_worker_that_gathered_is_gone_another_goes_on(front, read):
    other = ClerkDesk(front.home, first=False)
    other.photos = front.photos
    here, there = front.photo(photo(0), "a1", message=100), other.photo(photo(1), "a1", message=101)
    here[0].step()
    other.through(there)  # looks again until the other has not been heard of for too long
    assert read == [[0, 1]]
    assert other.clock.moment - front.clock.moment >= KEPT
    other.store.close()


def test_a_photo_delivered_twice_is_one_page(front, read):
    first, *_ = album(front, (0, 1, 2, 1, 0))
    front.through(first)
    assert read == [[0, 1, 2]]
    assert [front.through(replies) for replies in album(front, (1,))] == [()]
    assert read == [[0, 1, 2]]


def test_a_photo_that_comes_while_the_others_wait_is_put_among_them(front, read):
    first, *_ = album(front, (0, 2))
    before = screen_of(front.through(first))
    (late,) = album(front, (1,))
    assert toast_of(front.pressed(before, "Xác nhận")) == front.texts("load.is.gathering")
    screen = screen_of(front.through(late))
    assert read == [[0, 2], [0, 1, 2]]
    front.pressed(screen, "Xác nhận")
    assert len(front.store.tasks()) == 2


def test_a_photo_that_comes_while_the_others_are_read_makes_the_first_reading_void(front, read):
    (first, _) = album(front, (0, 2))
    (working,) = [step for step in steps_of(front, first) if isinstance(step, Working)]
    (late,) = album(front, (1,))
    assert front.texts("load.is.gathering") in said(front.through(working.work()))
    assert "2 nhiệm vụ" in said(front.through(late))


def test_a_photo_that_comes_after_all_is_done_says_so(front, read):
    first, *_ = album(front, (0, 1, 2))
    front.pressed(screen_of(front.through(first)), "Xác nhận")
    (answer,) = front.photo(photo(0), "a1", message=150)
    assert isinstance(answer, Say)
    assert words(answer.screen) == front.texts("load.photo_late")


# ---- the process is killed


@pytest.mark.parametrize("steps", range(9))
def test_wherever_the_bot_is_killed_the_photos_are_one_document_after_the_next_start(front, read, steps):
    (gather,), *_ = album(front)
    done = 0
    while done < steps and (step := gather.step()) is not None and not isinstance(step, Working):
        carried(front, step)
        done += 1
    again = front.restarted()
    again.clock.moment += KEPT
    assert "2 nhiệm vụ" in said(again.resumed())
    assert read == [[0, 1, 2]]
    assert again.resumed() == ()


def test_killed_while_they_are_read_they_are_read_at_the_next_start(front, read, monkeypatch):
    def killed(*_args, **_kwargs):
        raise KeyboardInterrupt

    first, *_ = album(front)
    with monkeypatch.context() as patch:
        patch.setattr("bot.desk.loading.inspect", killed)
        with pytest.raises(KeyboardInterrupt):
            front.through(first)
    again = front.restarted()
    assert "2 nhiệm vụ" in said(again.resumed())
    assert again.fetched == []


def test_photos_put_together_on_another_machine_are_fetched_again(front, read):
    first, *_ = album(front)
    front.through(first)
    _being_read(front)
    for name in front.staged():
        (front.home / "uploads" / name).unlink()
    again = front.restarted()
    assert "2 nhiệm vụ" in said(again.resumed())
    assert read == [[0, 1, 2], [0, 1, 2]]
    assert len(again.fetched) == 3


def test_what_could_not_be_fetched_before_the_kill_is_tried_after_it(front, read):
    screen = screen_of(front.through(front.photo(None, message=100)))
    assert "Tải lại" in labels(screen)[0][0]
    again = front.restarted()
    again.photos["photo 100"] = photo(0)
    again.resumed()
    assert read == [[0]]


def _being_read(front):
    with front.store.database.writing() as connection:
        connection.execute(update(upload).values(state="reading", content_hash=None))
