"""Reminders from deadline to message: planned once, sent to the right people, cancelled when no longer wanted."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.desk.replies import Toast, Turn
from bot.reminders.sender import Gone, Later, Moved, Sent, Uncertain
from corpus.records import Clause, Directive, Metadata, Source, Task
from corpus.store_writing import IncomingFile
from tests.integration.front_desk import GROUP, OWNER, FrontDesk, labels, said, words

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.store import Store

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BINH, CHI = 20, 21


class FakeSender:
    """Keeps what it was given; `next_outcomes` say what becomes of the next ones."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int, str]] = []
        self.screens = []
        self.next_outcomes: list = []
        self._ids = itertools.count(1)

    async def turn(self, place):
        """Never keeps anybody waiting."""

    async def send(self, place, screen):
        outcome = self.next_outcomes.pop(0) if self.next_outcomes else Sent(next(self._ids))
        if isinstance(outcome, Sent | Uncertain):
            self.sent.append((place.chat, place.topic, words(screen)))
            self.screens.append(screen)
        return outcome


class Reminding(FrontDesk):
    """A desk whose reminders go to a fake sender, on a day of its own."""

    def __init__(self, home: Path, start: datetime) -> None:
        super().__init__(home)
        self.clock.moment = start
        self.clock.today = lambda: self.clock.moment.astimezone(ZONE).date()
        self.engine = self.app.reminders
        self.sender = self.engine.sender = FakeSender()

    def tick(self) -> list[tuple[int, int, str]]:
        before = len(self.sender.sent)

        async def all_of_it() -> None:
            while await self.engine.tick():
                pass

        asyncio.run(all_of_it())
        return self.sender.sent[before:]

    def day(self, day: date, hour: int = 8) -> list[tuple[int, int, str]]:
        """What is sent on a day."""
        self.clock.moment = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
        return self.tick()

    def load(self, *tasks: Task, name: str = "9") -> str:
        return store_tasks(self.app.store, *tasks, name=name)


def store_tasks(store: Store, *tasks: Task, name: str = "9", issued: date = date(2025, 1, 6)) -> str:
    """Stores a directive with these tasks, in place of the one of that name; its key."""
    text = "\n".join(dict.fromkeys(t.quote for t in tasks))
    clauses = (Clause("I", "I", text[:40], text, None, "item", (text,)),)
    metadata = Metadata(number=f"{name}-KH/TU", place="Hòa Sơn", issued_on=issued)
    file = IncomingFile(f"/hoa-son/{name}.txt", hashlib.sha256(repr((name, tasks)).encode()).hexdigest(), "t")
    return store.put(file, [Directive(Source(text), metadata, clauses, tasks=tasks)]).keys[0]


def task(action: str, due: date | None = date(2025, 6, 18), **more) -> Task:
    return Task("I", action, f"{action}.", **({"lead": ("Sở Nội vụ",), "due": due} | more))


@pytest.fixture
def front(tmp_path: Path) -> Reminding:
    front = Reminding(tmp_path, datetime(2025, 5, 1, 6, tzinfo=ZONE))
    front.admit(BINH, "officer", "Sở Nội vụ")
    front.admit(CHI, "officer", "Sở Y tế")
    return front


def test_a_deadline_is_spoken_of_on_each_chosen_day_and_on_no_other(front):
    front.load(task("Trình đề án"))
    spoken = {}
    day = date(2025, 5, 1)
    while day <= date(2025, 7, 1):
        for chat, _, text in front.day(day):
            spoken.setdefault(day, []).append((chat, text))
        day += timedelta(days=1)
    # 18 June is a Wednesday; the 30 days before fall on a Monday, and each Monday has its digest.
    assert sorted(spoken) == [
        date(2025, 5, 19),
        date(2025, 6, 4),
        date(2025, 6, 11),
        date(2025, 6, 13),
        date(2025, 6, 16),
        date(2025, 6, 17),
        date(2025, 6, 18),
        date(2025, 6, 19),
        date(2025, 6, 23),
        date(2025, 6, 25),
    ]
    assert all(len(said_then) == 1 and said_then[0][0] == BINH for said_then in spoken.values())
    assert "còn 30 ngày" in spoken[date(2025, 5, 19)][0][1]
    assert "Hạn hôm nay, thứ Tư 18/06/2025." in spoken[date(2025, 6, 18)][0][1]
    assert "Đã quá hạn 7 ngày" in spoken[date(2025, 6, 25)][0][1]
    assert "bản tin 16/06/2025" in spoken[date(2025, 6, 16)][0][1]


def test_planning_again_and_again_adds_nothing(front):
    front.load(task("Trình đề án"))
    assert len(front.day(date(2025, 6, 11))) == 1
    for _ in range(5):
        front.engine.planner.plan(front.clock.now())
    assert front.tick() == []


def test_a_reminder_names_everything_and_its_buttons_work(front):
    front.load(
        task("Trình đề án", coop=("Sở Tài chính",), report_to=("UBND tỉnh",), via=("Sở Nội vụ",), product="Đề án")
    )
    ((_, _, text),) = front.day(date(2025, 6, 11))
    for words_ in ("Trình đề án", "Hạn thứ Tư 18/06/2025, còn 7 ngày.", "Chủ trì: Sở Nội vụ", "Phối hợp: Sở Tài chính"):
        assert words_ in text
    screen = front.sender.screens[-1]
    assert labels(screen) == [["✅ Đã xong"], ["💤 Hoãn 3 ngày", "📖 Chi tiết"], ["🔕 Tắt nhắc việc này"]]
    toast, turned = front.press_label(screen, "Đã xong", BINH)
    assert isinstance(toast, Toast)
    assert isinstance(turned, Turn)
    assert front.day(date(2025, 6, 18)) == []


def test_nobody_else_may_mark_it_done_or_open_what_they_may_not_see(front):
    key = front.load(task("Trình đề án"))
    front.day(date(2025, 6, 11))
    screen = front.sender.screens[-1]
    assert said(front.press_label(screen, "Đã xong", CHI)) == front.texts("reminder.not_yours")
    front.office.visibility.set_audience(key, [front.office.people.add_unit("Sở Nội vụ").id])
    assert said(front.press_label(screen, "Hoãn", CHI)) == front.texts("button.outdated")


def test_put_off_it_comes_again_on_that_day_and_not_before(front):
    front.load(task("Trình đề án"))
    front.day(date(2025, 6, 13))
    assert "16/06/2025" in said(front.press_label(front.sender.screens[-1], "Hoãn 3 ngày", BINH))
    assert front.day(date(2025, 6, 15)) == []
    assert len(front.day(date(2025, 6, 16))) == 1


def test_muted_it_falls_silent_and_can_be_heard_again(front):
    front.load(task("Trình đề án"))
    front.day(date(2025, 6, 11))
    (turned,) = front.press_label(front.sender.screens[-1], "Tắt nhắc", BINH)
    assert front.day(date(2025, 6, 17)) == []
    front.press_label(turned.screen, "Nhắc lại", BINH)
    assert len(front.day(date(2025, 6, 18))) == 1


def test_a_group_is_reminded_once_and_its_topic_too(front):
    unit = front.office.people.add_unit("Sở Nội vụ")
    front.office.groups.bind(front.place(OWNER, GROUP, 7), "Nhóm", unit.id, OWNER, front.clock.now())
    front.load(task("Trình đề án"))
    assert sorted((chat, topic) for chat, topic, _ in front.day(date(2025, 6, 11))) == [(GROUP, 7), (BINH, 0)]


def test_several_on_one_day_are_one_message(front):
    front.load(task("Trình đề án"), task("Gửi báo cáo"))
    ((_, _, text),) = front.day(date(2025, 6, 11))
    assert "Nhắc 2 việc" in text
    assert labels(front.sender.screens[-1]) == [["1", "2"]]
    assert "Gửi báo cáo" in said(front.press("v1:" + front.sender.screens[-1].buttons[0][1].data[3:], BINH))


def test_a_deadline_moved_by_a_new_reading_cancels_the_old_reminder(front):
    front.load(task("Trình đề án"))
    front.clock.moment = datetime(2025, 6, 10, 20, tzinfo=ZONE)
    front.tick()  # plans for the morning of the 11th
    front.load(task("Trình đề án chậm hơn", date(2025, 9, 30)))
    assert front.engine.queue.counts() == {"cancelled": 1}
    assert front.day(date(2025, 6, 11)) == []


def test_a_withdrawn_directive_reminds_of_nothing(front):
    key = front.load(task("Trình đề án"))
    front.clock.moment = datetime(2025, 6, 10, 20, tzinfo=ZONE)
    front.tick()
    front.app.store.remove(key)
    assert front.day(date(2025, 6, 11)) == []


def test_after_a_stop_what_was_missed_is_one_message_with_the_true_days_left(front):
    front.load(task("Trình đề án"), task("Gửi báo cáo", date(2025, 6, 20)))
    front.day(date(2025, 6, 5))
    sent = front.day(date(2025, 6, 17), hour=10)
    assert len(sent) == 1
    assert "18/06 (còn 1 ngày)" in sent[0][2]
    assert "20/06 (còn 3 ngày)" in sent[0][2]


def test_a_lost_answer_is_repeated_once_with_a_mark_and_the_same_code(front):
    front.load(task("Trình đề án"))
    front.sender.next_outcomes = [Uncertain("timed out")]
    ((_, _, first),) = front.day(date(2025, 6, 11))
    front.clock.moment += timedelta(minutes=1)
    ((_, _, again),) = front.tick()
    assert "nhắc lại" in again
    assert first.rpartition("Mã ")[2] == again.rpartition("Mã ")[2]
    front.clock.moment += timedelta(hours=2)
    assert front.tick() == []


def test_a_refusal_for_now_is_tried_again_and_a_block_ends_it(front):
    front.load(task("Trình đề án"))
    front.sender.next_outcomes = [Later(30, "flood")]
    assert front.day(date(2025, 6, 11)) == []
    front.clock.moment += timedelta(seconds=31)
    assert len(front.tick()) == 1
    front.sender.next_outcomes = [Gone("blocked")]
    assert front.day(date(2025, 6, 13)) == []
    assert BINH in front.office.people.unreachable()
    assert front.engine.queue.counts()["failed"] == 1


def test_a_group_that_moves_meanwhile_is_reminded_under_its_new_id(front):
    unit = front.office.people.add_unit("Sở Tư pháp")
    front.office.groups.bind(front.place(OWNER, GROUP), "Nhóm", unit.id, OWNER, front.clock.now())
    front.load(Task("I", "Thẩm định", "Thẩm định.", ("Sở Tư pháp",), due=date(2025, 6, 18)))
    front.sender.next_outcomes = [Moved(-1009)]
    assert [chat for chat, _, _ in front.day(date(2025, 6, 11))] == [-1009]


def test_a_deadline_on_a_day_off_is_spoken_of_before_it(front):
    front.load(task("Trình đề án", date(2026, 2, 18)))  # the second day of Tết
    last = front.day(date(2026, 2, 13))
    assert any("Ngày này nghỉ" in text for _, _, text in last)


def test_quiet_hours_are_kept(front):
    front.load(task("Trình đề án"))
    front.press("v1:rq:19.00-07.00", BINH)
    front.press("v1:rh:06.30", BINH)
    assert front.day(date(2025, 6, 11), hour=6) == []
    front.clock.moment = datetime(2025, 6, 11, 6, 45, tzinfo=ZONE)
    assert front.tick() == []
    assert len(front.day(date(2025, 6, 11), hour=7)) == 1


def test_nhac_shows_what_comes_what_was_and_the_settings(front):
    front.load(task("Trình đề án"))
    front.day(date(2025, 6, 11))
    front.clock.moment = datetime(2025, 6, 12, 8, tzinfo=ZONE)
    front.tick()
    shown = said(front.say("/nhac", BINH))
    assert "Sắp gửi:" in shown
    assert "07:30 13/06" in shown
    assert "Đã gửi:" in shown
    assert "Giờ gửi: 07:30" in shown
    changed = front.press("v1:rg:off", BINH)
    assert "Bản tin: không" in said(changed)


def test_a_monthly_report_on_a_stated_day_and_a_quarter_without_one(front):
    front.load(
        task("Báo cáo tháng", None, recurrence="monthly", recurs_before="05"),
        task("Báo cáo quý", None, recurrence="quarterly"),
    )
    assert any("Hạn" in text for _, _, text in front.day(date(2025, 6, 4)))
    (_, _, text) = front.day(date(2025, 9, 23))[0]
    assert "Ngày nộp, nếu có, xem nguyên văn" in text
