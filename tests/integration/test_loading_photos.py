"""Clerks photograph pages: those sent together are one document, and what cannot be fetched or read is said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.desk.loading_photos import PAUSES
from bot.desk.replies import Gather, Toast, Working
from bot.office.albums import FULL, QUIET
from bot.office.allowances import UPLOADS
from corpus.readers import read_content, scans
from tests.integration.clerk_desk import CLERK, ClerkDesk, plan, screen_of, toast_of
from tests.integration.front_desk import AN, STRANGER, labels, said, words
from tests.integration.photo_desk import THREE, album, carried, numbers, statuses, steps_of
from tests.photos import parts, photo, recognise_as


@pytest.fixture
def front(tmp_path):
    desk = ClerkDesk(tmp_path)
    yield desk
    desk.store.close()


@pytest.fixture
def read(monkeypatch):
    """The pages of each document that was read."""
    return recognise_as(monkeypatch, THREE)


# ---- as it should go


def test_a_photo_by_itself_is_a_document_of_one_page(front, monkeypatch):
    read = recognise_as(monkeypatch, [plan().decode()])
    shown = front.through(front.photo(photo(0)))
    screen = screen_of(shown)
    assert statuses(shown)[:1] == [front.texts("load.photo_coming")]
    assert "12/KH-UBND" in words(screen)
    assert "Ảnh chụp 31-03-2025" in words(screen)
    assert "số và ngày xin văn thư xác nhận" in words(screen)
    assert read == [[0]]
    assert numbers(front) == []
    front.pressed(screen, "Xác nhận")
    assert numbers(front) == ["12/KH-UBND"]
    (kept,) = [path for path in (front.home / "library").rglob("*") if path.is_file()]
    assert kept.read_bytes() == photo(0)
    assert front.staged() == []


def test_photos_sent_together_are_the_pages_of_one_document_in_the_order_of_their_messages(front, read):
    first, *others = album(front, (2, 0, 1))
    shown = front.through(first)
    assert read == [[0, 1, 2]]
    assert [front.through(replies) for replies in others] == [(), ()]
    assert read == [[0, 1, 2]]
    screen = screen_of(shown)
    assert "(3 trang ảnh)" in words(screen)
    assert "2 nhiệm vụ" in words(screen)
    assert labels(screen) == [["✅ Xác nhận", "✏️ Sửa thông tin"], ["👥 Đối tượng", "❌ Hủy"]]
    assert numbers(front) == []
    front.pressed(screen, "Xác nhận")
    assert numbers(front) == ["12/KH-UBND"]
    assert [p.suffix for p in (front.home / "library").rglob("*") if p.is_file()] == [".tif"]
    assert front.staged() == []


def test_one_message_tells_how_many_photos_have_come_and_that_they_are_being_read(front, read):
    first, *_ = album(front)
    shown = statuses(front.through(first))
    assert shown[0] == front.texts("load.photos_coming", here=0, known=3)
    assert shown[-2] == front.texts("load.photos_coming", here=3, known=3)
    (working,) = [r for r in steps_of(front, front.photo(photo(0), "a2")) if isinstance(r, Working)]
    assert words(working.screen) == front.texts("load.reading_photos", count=1)


def test_a_field_typed_and_the_confirmation_recognise_nothing_again(front, read):
    first, *_ = album(front)
    screen = screen_of(front.through(first))
    front.pressed(screen_of(front.pressed(screen, "Sửa thông tin")), "Số hiệu")
    screen = screen_of(front.typed("15/KH-UBND"))
    assert "15/KH-UBND" in words(screen)
    front.pressed(screen, "Xác nhận")
    assert numbers(front) == ["15/KH-UBND"]
    assert read == [[0, 1, 2]]


def test_what_is_written_below_the_photos_names_the_document(front, read):
    first = front.photo(photo(0), "a1", message=100, caption="Kế hoạch 12/KH-UBND số hóa")
    front.photo(photo(1), "a1", message=101)
    assert "📄 Kế hoạch 12-KH-UBND số hóa.tif" in said(front.through(first))


def test_photos_sent_together_count_as_one_file_of_a_days_many(front, read):
    limit, now = UPLOADS, front.clock.now()
    for _ in range(limit.times - 1):
        assert front.office.allowances.take(limit, CLERK, now)
    first, *others = album(front)
    assert all(isinstance(replies[0], Gather) for replies in (first, *others))
    (refused,) = front.photo(photo(0), "a2", message=200)
    assert words(refused.screen) == front.texts("load.too_many", limit=limit.times)


def test_photos_of_different_groups_and_people_are_different_documents(front, monkeypatch):
    front.admit(21, "clerk")
    read = recognise_as(monkeypatch, [plan("12/KH-UBND").decode(), plan("13/KH-UBND").decode(), plan("14/KH-UBND").decode()])
    arrived = [front.photo(photo(0), "a1"), front.photo(photo(1), "a2"), front.photo(photo(2), "a1", person=21)]
    for replies in arrived:
        front.through(replies)
    assert sorted(read) == [[0], [1], [2]]


def test_more_photos_than_a_group_holds_are_one_document_when_the_groups_follow_at_once(front, monkeypatch):
    read = recognise_as(monkeypatch, [plan().decode()] + [""] * 9)
    first, *_ = [front.photo(photo(n), "a1", message=100 + n) for n in range(FULL)]
    front.photo(photo(0), "a2", message=120)
    front.photo(photo(1), None, message=130)
    front.through(first)
    assert read[0][:FULL] == list(range(FULL))
    assert len(read[0]) in {FULL + 1, FULL + 2}


def test_photos_sent_after_a_pause_begin_a_document_of_their_own(front, read):
    album(front, (0,), "a1")
    for n in range(1, FULL):
        front.photo(photo(1), "a1", message=200 + n)
    front.clock.moment += QUIET + timedelta(seconds=1)
    (gather,) = front.photo(photo(2), "a2", message=300)
    front.gathered(gather)
    assert read == [[2]]


# ---- what goes wrong


def test_a_photo_that_cannot_be_fetched_is_tried_again_and_then_the_clerk_is_asked(front, read):
    first = front.photo(photo(0), "a1", message=100)
    front.photo(None, "a1", message=101)
    front.photo(photo(2), "a1", message=102)
    screen = screen_of(front.through(first))
    assert front.fetched.count("photo 101") == len(PAUSES)
    assert "ảnh thứ 2 trong 3 ảnh" in words(screen)
    assert labels(screen) == [["🔄 Tải lại", "❌ Hủy"]]
    assert read == []
    front.photos["photo 101"] = photo(1)
    assert "2 nhiệm vụ" in said(front.pressed(screen, "Tải lại"))
    assert read == [[0, 1, 2]]
    assert front.fetched.count("photo 100") == 1
    assert toast_of(front.pressed(screen, "Tải lại")) == front.texts("button.outdated")


def test_photos_given_up_are_deleted(front, read):
    screen = screen_of(front.through(front.photo(None)))
    assert words(screen) == front.texts("load.photo_lost")
    assert "Đã hủy" in said(front.pressed(screen, "Hủy"))
    assert front.staged() == []
    assert toast_of(front.pressed(screen, "Hủy")) == front.texts("button.outdated")
    assert front.resumed() == ()


def test_giving_up_what_is_going_on_gives_up_photos_too(front, read):
    first, *_ = album(front)
    first[0].step()
    assert "1 tệp" in said(front.say("/huy", CLERK))
    assert front.through(first) == ()
    assert front.staged() == []


def test_photos_that_wait_too_long_are_deleted(front, read):
    first, *_ = album(front)
    front.through(first)
    assert len(front.staged()) == 4
    front.clock.moment += timedelta(hours=24, minutes=1)
    front.desk.tidy()
    assert front.staged() == []


def test_the_photos_of_one_clerk_stay_when_another_sends_a_file(front, read):
    front.admit(21, "clerk")
    first, *_ = album(front)
    first[0].step()
    carried(front, first[0].step())
    assert len(front.staged()) == 1
    front.offer(plan("13/KH-UBND"), person=21)
    assert [name for name in front.staged() if name.endswith("-100.jpg")]


def test_a_damaged_photo_is_refused_with_its_number(front, read):
    first, *_ = album(front, (0, 1))
    front.photos["photo 101"] = b"\xff\xd8\xff nothing"
    assert "Ảnh 2 bị hỏng" in said(front.through(first))
    assert front.staged() == []
    assert front.acts()[-1] == "file.refused"


def test_secret_pages_are_deleted_at_once_with_every_photo(front, monkeypatch):
    recognise_as(monkeypatch, parts(plan(stamp="MẬT").decode(), 3))
    first, *_ = album(front, caption="Việc riêng")
    answer = said(front.through(first))
    assert "dấu độ mật" in answer
    assert front.staged() == []
    (entry,) = [e for e in front.office.audit.entries(10) if e.action == "file.refused"]
    assert "riêng" not in f"{entry.subject}{entry.detail}"


@pytest.mark.parametrize(("width", "warned"), [(480, True), (720, True), (960, False), (0, False)])
def test_a_photo_too_small_to_be_read_well_warns_that_a_file_is_sharper(front, read, width, warned):
    first = front.photo(photo(0), "a1", message=100)
    front.photo(photo(1), "a1", message=101, width=width, height=width * 4 // 3)
    front.photo(photo(2), "a1", message=102)
    shown = words(screen_of(front.through(first)))
    assert (front.texts("load.photos_faint", numbers="2") in shown) == warned
    assert not warned or "dưới dạng tệp để nét hơn" in shown


def test_a_small_photo_in_which_nothing_is_recognised_warns_too(front, monkeypatch):
    recognise_as(monkeypatch, ["Xin chào, hôm nay trời đẹp."])
    refused = said(front.through(front.photo(photo(0), width=300, height=400)))
    assert "Không nhận" in refused
    assert "dưới dạng tệp để nét hơn" in refused


def test_without_recognition_photos_are_refused_with_what_to_install(front, monkeypatch):
    monkeypatch.setattr(scans, "available", lambda: False)
    monkeypatch.setattr("corpus.sandbox.read_in_child", lambda path, suffix, _told: read_content(path.read_bytes(), suffix))
    refused = said(front.through(front.photo(photo(0))))
    assert scans.MISSING in refused
    assert front.staged() == []


def test_others_get_their_polite_sentence_and_nothing_is_noted(front):
    assert said(front.photo(photo(0), person=AN)) == front.texts("ask.only_text")
    assert "Bot này chỉ phục vụ" in said(front.photo(photo(0), person=STRANGER))
    assert front.resumed() == ()
    assert front.staged() == []


def test_only_clerks_may_fetch_again_or_give_up(front, read):
    screen = screen_of(front.through(front.photo(None)))
    for person in (AN, STRANGER):
        for label in ("Tải lại", "Hủy"):
            (refusal,) = front.pressed(screen, label, person)
            assert isinstance(refusal, Toast)
    assert "12/KH-UBND" not in said(front.pressed(screen, "Tải lại"))


def test_buttons_made_up_are_outdated(front, read):
    front.through(front.photo(photo(0)))
    for data in ("v1:ug:1", "v1:uz:1", "v1:ug:99", "v1:uz", "v1:ug:x"):
        assert toast_of(front.press(data, CLERK)) == front.texts("button.outdated")


# ---- a real page


@pytest.mark.skipif(not scans.available(), reason="tesseract with its Vietnamese data (tesseract-ocr-vie) is not installed")
def test_photographed_pages_are_recognised_and_their_figures_are_to_be_confirmed(front):
    from tests.integration.directive_formats import as_pdf
    from tests.photos import photographed

    more = "".join(f"{n}. Sở Công Thương báo cáo kết quả đợt {n} trước ngày 1{n}/10/2025.\n" for n in range(3, 10)) * 4
    photos = photographed(as_pdf(plan(more=more).decode()))
    assert len(photos) >= 2
    first, *_ = [front.photo(each, "a1", message=100 + n) for n, each in enumerate(photos)]
    screen = screen_of(front.through(first))
    for expected in ("12/KH-UBND", "05/03/2025", "1 chỉ tiêu", f"({len(photos)} trang ảnh)", "xin văn thư xác nhận"):
        assert expected in words(screen)
    front.pressed(screen, "Xác nhận")
    (target,) = front.store.targets()
    assert target.value == 65
