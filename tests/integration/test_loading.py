"""Clerks load files from the chat: nothing is published unconfirmed, and nothing twice."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from bot.desk.loading_arrival import LARGEST
from bot.desk.loading_reading import inspect
from bot.desk.replies import Toast
from bot.desk.routing import CLERKS
from bot.office.records import Place
from tests.integration.clerk_desk import CLERK, SECOND_CLERK, ClerkDesk, plan, screen_of, toast_of
from tests.integration.front_desk import AN, GROUP, OWNER, STRANGER, labels, said, words

KEY = "12-kh-ubnd-hoa-son-2025"


@pytest.fixture
def front(tmp_path):
    desk = ClerkDesk(tmp_path)
    yield desk
    desk.store.close()


def numbers(front):
    return sorted(d.number for d in front.store.directives())


def test_a_file_is_read_and_shown_and_nothing_is_published_before_the_clerk_confirms(front):
    screen = screen_of(front.offer(plan()))
    shown = words(screen)
    for expected in ("12/KH-UBND", "Kế hoạch", "Hòa Sơn", "05/03/2025", "Lò Văn Bình", "1 chỉ tiêu", "2 nhiệm vụ"):
        assert expected in shown
    assert "Sở Nội vụ" in shown
    assert labels(screen) == [["✅ Xác nhận", "✏️ Sửa thông tin"], ["👥 Đối tượng", "❌ Hủy"]]
    assert front.store.directives() == []
    assert (front.home / "uploads").stat().st_mode & 0o777 == 0o700
    done = front.pressed(screen, "Xác nhận")
    assert "Đã nạp" in said(done)
    assert numbers(front) == ["12/KH-UBND"]
    assert front.staged() == []
    (kept,) = (front.home / "library").rglob("*.txt")
    assert kept.read_bytes() == plan()
    assert front.store.files()[0].path == str(kept.resolve())
    assert front.acts()[-1] == "directive.loaded"


def test_the_kept_file_can_be_read_again(front):
    from corpus.ingest import ingest

    front.pressed(screen_of(front.offer(plan())), "Xác nhận")
    (report,) = ingest([front.home / "library"], front.store, front.app.index)
    assert report.status == "unchanged"


def test_a_second_press_says_that_it_is_loaded_and_tells_nobody_again(front):
    front.admit(30, "officer", "Sở Nội vụ")
    screen = screen_of(front.offer(plan()))
    front.pressed(screen, "Xác nhận")
    assert [t.place.chat for t in front.told] == [30]
    again = front.pressed(screen, "Xác nhận")
    assert toast_of(again) == front.texts("load.is.published")
    assert len(front.told) == 1
    assert front.acts().count("directive.loaded") == 1


@pytest.mark.parametrize("label", ["Xác nhận", "Sửa thông tin", "Đối tượng", "Hủy"])
def test_every_button_of_a_cancelled_file_says_so(front, label):
    screen = screen_of(front.offer(plan()))
    assert "Đã hủy" in said(front.pressed(screen, "Hủy"))
    assert front.staged() == []
    assert toast_of(front.pressed(screen, label)) == front.texts("load.is.cancelled")
    assert front.store.directives() == []


def test_two_clerks_pressing_at_once_publish_once(front):
    front.admit(SECOND_CLERK, "clerk")
    front.admit(30, "officer", "Sở Nội vụ")
    screen = screen_of(front.offer(plan()))
    barrier = threading.Barrier(2)
    results = {}

    def press(person):
        barrier.wait()
        results[person] = front.pressed(screen, "Xác nhận", person)

    threads = [threading.Thread(target=press, args=(who,)) for who in (CLERK, SECOND_CLERK)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    toasts = [r.text for replies in results.values() for r in replies if isinstance(r, Toast)]
    assert len(toasts) == 1
    assert toasts[0] in {front.texts("load.is.publishing"), front.texts("load.is.published")}
    assert front.acts().count("directive.loaded") == 1
    assert len(front.told) == 1


def test_the_same_file_sent_by_two_clerks_is_told_of_once(front):
    front.admit(SECOND_CLERK, "clerk")
    front.admit(30, "officer", "Sở Nội vụ")
    one, other = screen_of(front.offer(plan())), screen_of(front.offer(plan(), person=SECOND_CLERK))
    front.pressed(one, "Xác nhận")
    assert "không đổi" in said(front.pressed(other, "Xác nhận", SECOND_CLERK))
    assert len(front.told) == 1
    assert numbers(front) == ["12/KH-UBND"]


def test_units_with_new_tasks_are_told_with_their_tasks_in_groups_and_in_private(front):
    (home_affairs,) = front.admit(30, "officer", "Sở Nội vụ")
    front.admit(31, "officer", "Sở Giáo dục và Đào tạo")
    front.admit(32, "leader", "Sở Tài chính")
    front.office.groups.bind(Place(GROUP, 7, group=True), "Phòng họp", home_affairs.id, OWNER, front.clock.now())
    front.pressed(screen_of(front.offer(plan())), "Xác nhận")
    told = {(t.place.chat, t.place.topic): words(t.screen) for t in front.told}
    assert set(told) == {(30, 0), (32, 0), (GROUP, 7)}
    assert "Sở Nội vụ 1 việc" in told[30, 0]
    assert "30/6/2025" in told[30, 0]
    assert "bệnh án" not in told[30, 0]
    assert "phối hợp" in told[32, 0]
    assert told[GROUP, 7] == told[30, 0]


def test_an_edited_version_replaces_whatever_its_name_and_tells_of_what_is_new_only(front):
    front.admit(30, "officer", "Sở Nội vụ")
    front.pressed(screen_of(front.offer(plan())), "Xác nhận")
    front.told.clear()
    more = "3. Sở Nội vụ tổng hợp kết quả số hóa, báo cáo Ủy ban nhân dân tỉnh trước ngày 20/12/2025.\n"
    screen = screen_of(front.offer(plan(more=more), "ban-moi.txt"))
    assert "nhiệm vụ 2 → 3" in words(screen)
    front.pressed(screen, "Xác nhận")
    assert len(front.store.directives()) == 1
    assert len(front.store.tasks()) == 3
    (told,) = front.told
    assert "1 việc" in words(told.screen)
    assert "20/12/2025" in words(told.screen)
    assert [p.name for p in (front.home / "library").rglob("*.txt")] == ["ban-moi.txt"]


def test_only_its_audience_is_told_and_sees_it(front):
    front.admit(30, "officer", "Sở Nội vụ")
    front.admit(31, "officer", "Sở Y tế")
    screen = screen_of(front.offer(plan()))
    choice = screen_of(front.pressed(screen, "Đối tượng"))
    assert "☑ tất cả" in labels(choice)[0]
    ticked = screen_of(front.pressed(choice, "Sở Y tế"))
    assert ["☑ Sở Y tế"] in labels(ticked)
    back = screen_of(front.pressed(ticked, front.texts("button.back")))
    assert "👥 Đối tượng: Sở Y tế" in words(back)
    front.pressed(back, "Xác nhận")
    assert [t.place.chat for t in front.told] == [31]
    assert front.office.visibility.audience(KEY) == ("Sở Y tế",)
    assert "directive.audience" in front.acts()


def test_a_new_version_keeps_the_audience_unless_another_is_chosen(front):
    (health,) = front.admit(31, "officer", "Sở Y tế")
    front.pressed(screen_of(front.offer(plan())), "Xác nhận")
    front.office.visibility.set_audience(KEY, [health.id])
    screen = screen_of(front.offer(plan(more="3. Các sở thực hiện.\n")))
    assert "👥 Đối tượng: Sở Y tế" in words(screen)
    front.pressed(screen, "Xác nhận")
    assert front.office.visibility.audience(KEY) == ("Sở Y tế",)


def test_what_the_clerk_types_is_checked_shown_and_kept(front):
    screen = screen_of(front.offer(plan(number="    /KH-UBND")))
    assert "Chưa thấy" in words(screen)
    fields = screen_of(front.pressed(screen, "Sửa thông tin"))
    ask = front.pressed(fields, "Ngày ban hành")
    assert "31/12/2025" in said(ask)
    assert "Không có ngày" in said(front.typed("31/02/2025"))
    screen = screen_of(front.typed("06/3/2025"))
    assert "06/03/2025" in words(screen)
    front.pressed(screen_of(front.pressed(screen, "Sửa thông tin")), "Số hiệu")
    assert "không phải số hiệu" in said(front.typed("mười hai"))
    screen = screen_of(front.typed("Số 15/KH-UBND"))
    assert "15/KH-UBND" in words(screen)
    front.pressed(screen, "Xác nhận")
    (stored,) = front.store.directives()
    assert (stored.number, str(stored.issued_on)) == ("15/KH-UBND", "2025-03-06")
    assert front.store.files()[0].manifest["directives"][0]["override"] is True


def test_a_question_typed_later_is_a_question_again(front):
    screen = screen_of(front.offer(plan()))
    front.pressed(screen_of(front.pressed(screen, "Sửa thông tin")), "Người ký")
    front.say("/huy", CLERK)
    assert front.asking("Ai chủ trì?", CLERK).question.text == "Ai chủ trì?"


def test_giving_up_cancels_what_waits(front):
    screen = screen_of(front.offer(plan()))
    assert "Đã hủy 1 tệp" in said(front.say("/huy", CLERK))
    assert front.staged() == []
    assert toast_of(front.pressed(screen, "Xác nhận")) == front.texts("load.is.cancelled")


def test_what_waits_is_listed_and_can_be_opened_again(front):
    front.offer(plan())
    listed = screen_of(front.typed("/nap"))
    assert labels(listed) == [["ke-hoach.txt"]]
    assert "12/KH-UBND" in words(screen_of(front.pressed(listed, "ke-hoach")))


def test_files_sent_together_are_confirmed_together(front):
    one = screen_of(front.offer(plan("12/KH-UBND"), "mot.txt", album="a1"))
    front.offer(plan("13/KH-UBND"), "hai.txt", album="a1")
    front.offer(plan("14/KH-UBND"), "ba.txt", album="other")
    front.pressed(one, "tất cả tệp gửi cùng")
    assert numbers(front) == ["12/KH-UBND", "13/KH-UBND"]


def test_a_file_that_waits_too_long_is_deleted_and_says_so(front):
    screen = screen_of(front.offer(plan()))
    front.clock.moment += timedelta(hours=24, minutes=1)
    front.desk.tidy()
    assert front.staged() == []
    assert toast_of(front.pressed(screen, "Xác nhận")) == front.texts("load.is.expired")


def test_the_kept_file_of_a_withdrawn_directive_goes_and_what_people_put_there_stays(front):
    front.pressed(screen_of(front.offer(plan())), "Xác nhận")
    own = front.home / "library" / "cua-toi"
    own.mkdir()
    (own / "ghi-chu.txt").write_text("riêng")
    front.desk.tidy()
    assert len(list((front.home / "library").rglob("ke-hoach.txt"))) == 1
    front.store.remove(KEY)
    front.desk.tidy()
    assert [p.name for p in (front.home / "library").rglob("*.txt")] == ["ghi-chu.txt"]


def test_even_untidied_an_old_file_is_not_published(front):
    screen = screen_of(front.offer(plan()))
    front.clock.moment += timedelta(hours=25)
    assert toast_of(front.pressed(screen, "Xác nhận")) == front.texts("load.is.expired")
    assert front.store.directives() == []


@pytest.mark.parametrize("mark", ["MẬT", "T Ố I  M Ậ T", "Độ mật: Tuyệt mật"])
def test_a_secret_file_is_refused_its_bytes_deleted_and_nothing_of_it_recorded(front, mark):
    refused = said(front.offer(plan(stamp=mark), "phuong-an-rieng.txt"))
    assert "dấu độ mật" in refused
    assert front.staged() == []
    assert list(front.home.rglob("*rieng*")) == []
    (entry,) = [e for e in front.office.audit.entries(10) if e.action == "file.refused"]
    assert "rieng" not in f"{entry.subject}{entry.detail}"
    assert front.store.directives() == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "rỗng"),
        (b"   \n ", "Không nhận"),
        (b"\x00\xff\xfe\x01\x07" * 900, "Không nhận"),
        ("Xin chào, hôm nay trời đẹp.".encode(), "Không thấy văn bản"),
    ],
)
def test_a_file_that_is_no_directive_is_refused_with_the_reason_and_deleted(front, content, expected):
    assert expected in said(front.offer(content))
    assert front.staged() == []


def test_a_file_announced_too_large_is_not_fetched_and_one_that_turns_out_so_is_deleted(front):
    assert "20 MB" in said(front.offer(b"x", size=LARGEST + 1))
    assert front.staged() == []
    assert "20 MB" in said(front.offer(b"x" * (LARGEST + 1), size=10))
    assert front.staged() == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\he-thong.txt", "he-thong.txt"),
        ("/srv/.hidden.txt", "hidden.txt"),
        ("\u202ecod.txt", "cod.txt"),
        ("a\x00b\n.txt", "ab.txt"),
        (".txt", "van-ban.txt"),
        ("K" * 300 + ".TXT", "K" * 80 + ".txt"),
        ("Kế hoạch số 12.txt", "Kế hoạch số 12.txt"),
    ],
)
def test_names_with_tricks_stay_inside_the_library(front, name, kept):
    front.pressed(screen_of(front.offer(plan(), name)), "Xác nhận")
    (file,) = (front.home / "library").rglob("*.txt")
    assert file.name == kept
    assert file.resolve().is_relative_to((front.home / "library").resolve())


@pytest.mark.parametrize("name", ["am-thanh.mp3", "bang.exe", "khong-duoi", "van-ban.txt.zip"])
def test_other_formats_are_not_fetched(front, name):
    assert ".txt" in said(front.offer(plan(), name))
    assert front.staged() == []


def test_others_get_one_sentence_and_nothing_is_fetched(front):
    assert said(front.offer(plan(), person=AN)) == front.texts("load.only_clerks")
    assert "Bot này chỉ phục vụ" in said(front.offer(plan(), person=STRANGER))
    assert front.staged() == []


def test_what_was_sent_together_by_who_may_not_is_refused_once(front):
    for person in (AN, STRANGER):
        refused = [front.photo(b"", album="g1", person=person) for _ in range(3)]
        assert [len(replies) for replies in refused] == [1, 0, 0]
        assert front.photo(b"", album="g2", person=person)
    together = [front.offer(plan(), person=AN, album="g3") for _ in range(2)]
    assert (said(together[0]), together[1]) == (front.texts("load.only_clerks"), ())


@pytest.mark.parametrize("doubts", [["Ngắn."] * 4, ["Một."] * 5, ["Dài " * 60, "Ngắn."]])
def test_whatever_is_to_be_looked_at_can_be_seen_whole(front, monkeypatch, doubts):
    doubts = [f"Điểm {number}: {doubt.strip()}" for number, doubt in enumerate(doubts, 1)]

    def doubtful(*arguments):
        content, summary = inspect(*arguments)
        return content, summary | {"remarks": doubts}

    monkeypatch.setattr("bot.desk.loading.inspect", doubtful)
    screen = screen_of(front.offer(plan()))
    every = [label for row in labels(screen) for label in row if "điểm cần lưu ý" in label]
    if all(doubt in words(screen) for doubt in doubts):
        assert every == []
        return
    assert every == [front.texts("load.every_doubt", count=len(doubts))]
    assert ("còn 1 điểm nữa" in words(screen)) is (len(doubts) == 5)
    whole = screen_of(front.pressed(screen, every[0]))
    assert all(doubt in words(whole) for doubt in doubts)
    assert words(screen_of(front.pressed(whole, "Quay lại"))) == words(screen)


def test_many_doubts_are_turned_over_page_by_page(front, monkeypatch):
    doubts = [f"Điểm {number}. {'x' * 500}" for number in range(12)]

    def doubtful(*arguments):
        content, summary = inspect(*arguments)
        return content, summary | {"remarks": doubts}

    monkeypatch.setattr("bot.desk.loading.inspect", doubtful)
    page = screen_of(front.pressed(screen_of(front.offer(plan())), "Xem đủ 12"))
    seen = words(page)
    assert len(seen) < 4000, "one message"
    for _ in range(2):
        page = screen_of(front.pressed(page, "▶"))
        seen += words(page)
    assert [doubt in seen for doubt in doubts] == [True] * 12


AREAS = ("uc", "ul", "ux", "ub", "ue", "uf", "ua", "ut", "uw")


def test_every_press_and_command_is_the_clerks_alone(front):
    screen = screen_of(front.offer(plan()))
    for person in (AN, STRANGER):
        for label in (button for row in labels(screen) for button in row):
            (refusal,) = front.pressed(screen, label, person)
            assert isinstance(refusal, Toast)
        assert "12/KH-UBND" not in said(front.say("/nap", person))
    assert front.store.directives() == []
    areas = [p for a, p in front.desk.table.presses.items() if a in set(AREAS)]
    assert all(p.rights.roles == CLERKS and p.rights.places == {"private"} for p in areas)
    assert len(areas) == len(AREAS)


def test_buttons_made_up_or_of_no_upload_are_outdated(front):
    front.offer(plan())
    for data in ("v1:uc:99", "v1:ue:1:7", "v1:uf:1:0:override", "v1:ut:1:99:0", "v1:uc", "v1:ua:1:x"):
        assert toast_of(front.press(data, CLERK)) == front.texts("button.outdated")
