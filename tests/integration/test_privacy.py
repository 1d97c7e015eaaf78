"""/xoatoi: nothing of a person is left in the database, what the office must account for stays, and nothing is kept for ever."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import BigInteger, MetaData, insert, select

import bot.reminders.tables as reminders
from bot.desk.replies import Menu
from bot.desk.visit import Incoming, Pressed
from bot.office.allowances import TO_STRANGERS
from bot.office.people import Newcomer
from bot.office.progress import Mark
from bot.office.records import Place
from bot.office.tables import (
    admission_request,
    asked,
    row_draft,
    upload,
    upload_album,
    upload_notice,
    upload_page,
)
from bot.reminders.forgetting import tidy_outbox
from corpus.models import Base, CorrectionRow
from tests.integration.front_desk import AN, GROUP, OWNER, STRANGER, FrontDesk, labels, said, words

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Table

WHO = 7_771_234_567
NAME, USERNAME = "Đặng Tỏ Tường", "totuong_dang"
QUESTION = "Ai chủ trì việc trồng rừng ngập mặn?"
REASON = "sai tên đơn vị chủ trì"
ME = Newcomer(WHO, NAME, USERNAME)
NEEDLES = (str(WHO), NAME, USERNAME, QUESTION, REASON)


@pytest.fixture
def front(tmp_path: Path) -> FrontDesk:
    return FrontDesk(tmp_path)


def say(front: FrontDesk, text: str, chat: int = WHO, message: int | None = None) -> tuple[Any, ...]:
    return front.desk.receive(Incoming(ME, Place(chat, group=chat < 0), text, message))


def rows(front: FrontDesk) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    with front.app.store.database.reading() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in tables(front).values()
        }


def tables(front: FrontDesk) -> dict[str, Table]:
    """The tables that the database really has, whoever defines them; those we know with the types we gave them."""
    found = MetaData()
    found.reflect(front.app.store.database.engine)
    return {name: Base.metadata.tables.get(name, table) for name, table in found.tables.items()}


def sightings(front: FrontDesk, *needles: str) -> set[str]:
    """The columns in which any of the needles is met."""
    return {
        f"{table}.{column}"
        for table, kept in rows(front).items()
        for row in kept
        for column, value in row.items()
        if any(needle in json.dumps(value, ensure_ascii=False, default=str) for needle in needles)
    }


def delivery(front: FrontDesk, number: int, chat: int, state: str, due: date, days_ago: int = 0) -> None:
    """A message of the outbox with one item."""
    then = front.clock.now() - timedelta(days=days_ago)
    values = {"id": number, "dedupe_key": f"{chat}:0:{then.date()}:{number}", "reference": "A1", "kind": "reminder"}
    values |= {"chat_id": chat, "topic": 0, "day": then.date(), "due_at": then, "not_after": then, "state": state}
    values |= {"next_try_at": then, "created_at": then}
    item = {"chat_id": chat, "topic": 0, "source_id": f"t{number}", "directive_key": "k", "due": due}
    item |= {"days_before": 7, "day": then.date(), "delivery_id": number}
    with front.app.store.database.writing() as connection:
        connection.execute(insert(reminders.delivery).values(**values))
        connection.execute(insert(reminders.reminder_item).values(**item))


def live(front: FrontDesk) -> None:
    """A person comes in, works with everything there is, and leaves traces wherever one can."""
    office, now = front.office, front.clock.now()
    office.people.request(ME, now)
    (unit,) = front.admit(50, "officer", "Sở Nội vụ")
    office.people.decide(office.people.requests()[0].id, OWNER, now, role="admin", unit_number=unit.id)
    office.note(OWNER, "person.admitted", NAME, detail={"role": "admin", "about": WHO})
    office.note(OWNER, "person.role", NAME, detail={"from": "clerk", "to": "admin"})  # as it was noted at first
    secret = office.people.invite("clerk", None, OWNER, now)
    office.people.accept(secret, ME, now)
    open_secret = office.people.invite("officer", None, WHO, now)
    assert open_secret
    office.people.accept(office.people.invite("officer", None, WHO, now), Newcomer(51, "Người 51"), now)
    office.people.set_language(ME, "en", now)
    office.note(WHO, "unit.joined", f"{NAME} – {unit.name}", chat=WHO, detail={"about": WHO})
    # Questions: in private, in the group, followed up by somebody else, judged, handled.
    office.groups.bind(Place(GROUP, group=True), "Nhóm", unit.id, WHO, now)
    (first,) = say(front, QUESTION, message=10)
    (second,) = say(front, QUESTION, chat=GROUP, message=11)
    (other,) = front.say("Còn năm sau?", 50, chat=GROUP, message=12)
    with front.app.store.database.writing() as connection:
        connection.execute(asked.update().where(asked.c.id == other.number).values(previous=QUESTION, handled_by=WHO))
        connection.execute(admission_request.insert().values(
            person_id=52, name="Người 52", asked_at=now, state="refused", decided_by=WHO, decided_at=now
        ))  # fmt: skip
        connection.execute(row_draft.insert().values(person_id=WHO, row_id="r", changes={}, made_at=now))
        correction = {"directive_key": "k", "kind": "task", "row_id": "r", "path": "I", "fingerprint": "f", "removed": 0}
        correction |= {"fields": {}, "original": {}, "applied": 1, "made_by": WHO, "made_at": now}
        connection.execute(insert(CorrectionRow.__table__).values(**correction))
    office.questions.rate(second.number, WHO, False, now)
    office.questions.rate(other.number, WHO, False, now)
    office.questions.explain(other.number, WHO, REASON)
    office.note(OWNER, "question.handled", QUESTION, detail={"asked": first.number})
    office.progress.mark(Mark("t1", unit.id, "done", "đã gửi", WHO, now))
    # Reminders.
    with front.app.store.database.writing() as connection:
        connection.execute(reminders.reminder_setting.insert().values(chat_id=WHO, topic=0, wishes={}))
        for chat in (WHO, GROUP):
            connection.execute(
                reminders.reminder_watch.insert().values(chat_id=chat, topic=0, source_id="t1", person_id=WHO)
            )
        connection.execute(reminders.reminder_mute.insert().values(chat_id=WHO, topic=0, subject="t2"))
    delivery(front, 1, WHO, "pending", date(2025, 4, 7))
    delivery(front, 2, WHO, "sent", date(2025, 4, 1), 10)
    # Files: one waits with a page and its bytes on disk, one is published.
    folder = front.app.settings.home / "uploads"
    folder.mkdir(exist_ok=True)
    for name in ("aa11.pdf", "aa11-20.jpg", "bb22.pdf"):
        (folder / name).write_bytes(b"x")
    with front.app.store.database.writing() as connection:
        for number, state in ((1, "waiting"), (2, "published")):
            values = {"id": number, "person_id": WHO, "chat_id": WHO, "message_id": 20 + number, "name": "KH.pdf"}
            values |= {"staged": ("aa11.pdf", "cc33.pdf")[number - 1], "state": state, "album": f"al{number}"}
            connection.execute(insert(upload).values(**values, made_at=now, changed_at=now, settled_by=WHO))
            album = {"chat_id": WHO, "album": f"al{number}", "upload_id": number}
            connection.execute(insert(upload_album).values(**album))
            page = {"upload_id": number, "message_id": 20, "reference": "f", "width": 1, "height": 1, "failures": 0}
            connection.execute(insert(upload_page).values(**page, caption=REASON, arrived_at=now))
        told = {"upload_id": 2, "chat_id": WHO, "topic": 0, "units": [], "tasks": []}
        connection.execute(insert(upload_notice).values(**told))
    office.note(WHO, "directive.loaded", "k", chat=WHO)
    for chat in (WHO, GROUP):
        office.expected.expect(Place(chat, group=chat < 0), WHO, "feedback.reason", {"asked": first.number}, now)


# Columns of the kind that ids stand in which never hold a person's: groups, messages, the bot itself, its updates.
NOBODYS = {
    "group_chat.id",
    "group_binding.chat_id",
    "asked.message_id",
    "delivery.message_id",
    "upload.message_id",
    "upload_page.message_id",
    "inbox.bot_id",
    "inbox.update_id",
    "pace.bot_id",
    "index_generation.size",
}


def test_the_person_of_these_tests_leaves_traces_in_every_column_that_can_hold_an_id(front):
    live(front)
    ids = {
        f"{table.name}.{column.name}"
        for table in tables(front).values()
        for column in table.columns
        if isinstance(column.type, BigInteger)
    }
    referring = {"membership.person_id"}  # a foreign key, whose type is its target's
    assert (ids | referring) - NOBODYS - sightings(front, str(WHO)) == set()


def confirmed(front: FrontDesk) -> tuple[Any, ...]:
    (shown,) = say(front, "/xoatoi")
    button = shown.screen.buttons[0][0]
    return front.desk.press(pressed_by(ME, button.data))


def pressed_by(who: Newcomer, data: str):
    return Pressed(who, Place(who.id), data, "", 5)


def test_nothing_is_left_of_the_person_anywhere_in_the_database(front):
    live(front)
    acts = front.office.audit.count()
    turned, menu = confirmed(front)
    assert "Your personal data are deleted" in words(turned.screen)
    assert menu == Menu(WHO, None)
    assert sightings(front, *NEEDLES) == set()
    assert front.office.audit.count() == acts + 1
    assert not {"aa11.pdf", "aa11-20.jpg"} & {p.name for p in (front.app.settings.home / "uploads").iterdir()}


@pytest.mark.sqlite_only
def test_nothing_is_left_in_the_free_pages_of_the_databases_file_either(front):
    live(front)
    home = front.app.settings.home
    with closing(sqlite3.connect(home / "chidao.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert QUESTION.encode() in (home / "chidao.db").read_bytes()
    confirmed(front)
    left = b"".join(p.read_bytes() for p in sorted(home.glob("chidao.db*")))
    assert [needle for needle in NEEDLES[1:] if needle.encode() in left] == []


def test_what_the_office_must_account_for_stays_under_a_number(front):
    live(front)
    confirmed(front)
    kept = rows(front)
    numbers = {row["person_id"] for row in kept["audit_entry"] if row["person_id"] < 0}
    assert len(numbers) == 1
    (number,) = numbers
    assert {row["person_id"] for row in kept["progress"]} == {number}
    assert {row["made_by"] for row in kept["correction"]} == {number}
    assert {row["bound_by"] for row in kept["group_binding"]} == {number}
    assert [(row["id"], row["person_id"], row["settled_by"]) for row in kept["upload"]] == [(2, number, number)]
    subjects = {row["action"]: row["subject"] for row in kept["audit_entry"]}
    assert subjects["unit.joined"] == f"người đã xóa {-number} – Sở Nội vụ"
    assert subjects["person.role"] == subjects["person.admitted"] == f"người đã xóa {-number}"
    assert subjects["question.handled"] == "–"
    shown = said(front.say("/nhatky", OWNER))
    assert f"người đã xóa {-number} · nạp văn bản" in shown
    # The other person's question is there, without the words that it followed.
    assert [(row["text"], row["previous"]) for row in kept["asked"]] == [("Còn năm sau?", None)]


def test_others_keep_everything(front):
    live(front)
    front.admit(53, "officer", "Sở Y tế")
    asking = front.asking("Thời hạn báo cáo?", 53)
    front.office.questions.rate(asking.number, 53, True, front.clock.now())
    delivery(front, 3, 53, "pending", date(2025, 4, 7))
    before = {table: [r for r in kept if WHO not in r.values()] for table, kept in rows(front).items()}
    confirmed(front)
    after = rows(front)
    touched = {"audit_entry", "asked", "upload_page"}
    for table in before.keys() - touched:
        assert all(row in after[table] for row in before[table] if NAME not in str(row)), table
    assert {row["text"] for row in after["asked"]} == {"Còn năm sau?", "Thời hạn báo cáo?"}


def test_afterwards_they_are_a_stranger_and_may_be_admitted_again(front):
    live(front)
    confirmed(front)
    assert str(WHO) in said(say(front, "xin chào"))
    assert front.desk.visit(ME, Place(WHO)).person.role is None
    assert front.office.people.dismissed() == []
    secret = front.office.people.invite("officer", None, OWNER, front.clock.now())
    assert NAME in said(say(front, f"/start {secret}"))


def test_an_invitation_they_made_and_nobody_used_is_worth_nothing(front):
    live(front)
    secret = front.office.people.invite("admin", None, WHO, front.clock.now())
    confirmed(front)
    assert front.office.people.accept(secret, Newcomer(60, "Người 60"), front.clock.now()) is None


def test_nothing_is_deleted_before_it_is_confirmed_nor_by_an_old_button(front):
    live(front)
    before = sightings(front, *NEEDLES)
    (shown,) = say(front, "/xoatoi")
    assert "2" in words(shown.screen)
    sure, keep = (row[0].data for row in shown.screen.buttons)
    (kept,) = front.desk.press(pressed_by(ME, keep))
    assert "Nothing was deleted" in words(kept.screen)
    front.clock.moment += timedelta(minutes=31)
    (again,) = front.desk.press(pressed_by(ME, sure))
    assert again.screen.buttons[0][0].data != sure
    assert sightings(front, *NEEDLES) >= before - {"expected_input.chat_id", "expected_input.person_id"}


def test_the_last_administrator_must_appoint_another_first(front):
    assert "không còn ai khác" in said(press_sure(front, OWNER))
    front.admit(AN, "admin")
    replies = press_sure(front, OWNER)
    assert f"Mã số {OWNER} của anh/chị vẫn còn trong cài đặt CHIDAO_ADMINS" in said(replies)


def press_sure(front: FrontDesk, who: int) -> tuple[Any, ...]:
    (shown,) = front.say("/xoatoi", who)
    return front.press(shown.screen.buttons[0][0].data, who)


def test_whoever_sits_at_the_terminal_counts_as_no_other_administrator(front):
    front.office.people.known(Newcomer(0, "Máy chủ"), front.clock.now(), "admin")
    assert "không còn ai khác" in said(press_sure(front, OWNER))


def test_while_a_file_of_theirs_is_being_published_it_must_wait(front):
    live(front)
    with front.app.store.database.writing() as connection:
        connection.execute(upload.update().where(upload.c.id == 1).values(state="publishing"))
    (told,) = confirmed(front)
    assert "being published" in words(told.screen)
    assert front.desk.visit(ME, Place(WHO)).person.role == "admin"


def test_a_stranger_of_whom_nothing_is_kept_is_told_so_and_the_record_stays_empty(front):
    before = front.office.audit.count()
    assert "không giữ dữ liệu" in said(front.say("/xoatoi", STRANGER))
    minute = int(front.clock.now().timestamp() // 60)
    assert "không giữ dữ liệu" in said(front.press(f"v1:zx:{minute}", STRANGER))
    assert front.office.audit.count() == before


def test_a_stranger_who_asked_for_admission_can_take_it_back(front):
    front.press("v1:x", STRANGER)
    assert sightings(front, "Người 8") == {"admission_request.name"}
    press_sure(front, STRANGER)
    assert front.office.people.requests() == []
    assert sightings(front, "Người 8") == set()


def test_an_administrator_deletes_what_is_known_of_somebody_dismissed(front):
    front.admit(55, "officer", "Sở Y tế")
    front.asking("Hạn nộp báo cáo năm?", 55)
    (listed,) = front.say("/nguoi", OWNER)
    assert not any("Đã thôi dùng" in label for row in labels(listed.screen) for label in row)
    front.office.people.set_role(55, None)
    (listed,) = front.say("/nguoi", OWNER)
    (left,) = front.press_label(listed.screen, "Đã thôi dùng (1)", OWNER)
    (question,) = front.press_label(left.screen, "Người 55", OWNER)
    assert "Người 55" in words(question.screen)
    assert "(1)" in words(question.screen)
    turned, menu = front.press_label(question.screen, "Đúng, xóa hẳn", OWNER)
    assert "Đã xóa dữ liệu cá nhân" in words(turned.screen)
    assert menu == Menu(55, None)
    assert sightings(front, "Người 55", "Hạn nộp báo cáo năm?") == set()
    (entry,) = [e for e in front.office.audit.entries(5) if e.action == "person.erased"]
    assert entry.person == OWNER


def test_an_administrator_deletes_what_is_known_of_somebody_admitted_but_not_of_themselves_that_way(front):
    (page,) = front.press(f"v1:nn:{AN}", OWNER)
    (question,) = front.press_label(page.screen, "Xóa dữ liệu cá nhân", OWNER)
    front.press_label(question.screen, "Đúng", OWNER)
    assert front.office.people.kept(AN) is None
    front.say("/start", OWNER)
    (own,) = front.press(f"v1:nn:{OWNER}", OWNER)
    assert not any("Xóa" in label for row in labels(own.screen) for label in row)
    minute = int(front.clock.now().timestamp() // 60)
    assert said(front.press(f"v1:zq:{OWNER}:{minute}", OWNER)) == front.texts("button.outdated")
    assert front.office.people.kept(OWNER) is not None


@pytest.mark.parametrize("data", [f"v1:zp:{AN}", f"v1:zq:{AN}:MINUTE", "v1:zl:0"])
@pytest.mark.parametrize("who", [STRANGER, 56])
def test_nobody_else_deletes_or_sees_who_was_dismissed(front, data, who):
    front.admit(56, "clerk")
    replies = front.press(data.replace("MINUTE", str(int(front.clock.now().timestamp() // 60))), who)
    assert said(replies) in {front.texts("access.by_invitation.short"), front.texts("access.role")}
    assert front.office.people.kept(AN) is not None


# ---- what is kept, and how long


def test_what_has_been_kept_long_enough_goes_every_hour(front):
    office, now = front.office, front.clock.now()
    old = now - timedelta(days=600)
    front.clock.moment = old
    live(front)
    office.expected.expect(Place(AN), AN, "feedback.reason", {}, old)
    office.allowances.take(TO_STRANGERS, STRANGER, old)
    front.clock.moment = now
    recent = front.asking("Câu hỏi mới?", AN)
    front.desk.tidy()
    kept = rows(front)
    assert [row["id"] for row in kept["asked"]] == [recent.number]
    assert kept["feedback"] == kept["admission_request"] == kept["expected_input"] == []
    assert {row["since"] for row in kept["allowance"]} == {now}  # the new question's
    assert [row for row in kept["invitation"] if row["made_at"] < now - timedelta(days=200)] == []
    assert {row["state"] for row in kept["upload"]} <= {"published", "expired", "waiting"}
    assert kept["audit_entry"]  # acts stay until an administrator chooses otherwise
    assert QUESTION not in str(kept["audit_entry"])


def test_an_administrators_word_on_questions_wins(front):
    front.office.audit.keep_months(0)
    front.asking("Câu hỏi cũ?", AN)
    front.clock.moment += timedelta(days=900)
    front.desk.tidy()
    assert [row["text"] for row in rows(front)["asked"]] == ["Câu hỏi cũ?"]
    front.office.audit.keep_months(12)
    front.desk.tidy()
    assert rows(front)["asked"] == []


def test_the_record_says_how_long_things_are_kept_when_nobody_has_chosen(front):
    assert "Câu hỏi được giữ 18 tháng" in said(front.say("/nhatky", OWNER))


@pytest.mark.parametrize(
    ("state", "days_ago", "due_in", "stays"),
    [
        ("sent", 200, -190, False),
        ("failed", 200, -190, False),
        ("skipped", 200, -190, False),
        ("cancelled", 200, -190, False),
        ("sent", 170, -160, True),
        ("sent", 200, 400, True),  # put off far ahead of its day: it may be planned again
        ("pending", 200, -190, True),
        ("uncertain", 200, -190, True),
        ("claimed", 200, -190, True),
    ],
)
def test_settled_messages_go_once_no_plan_can_reach_them(front, state, days_ago, due_in, stays):
    delivery(front, 1, AN, state, front.clock.today() + timedelta(days=due_in), days_ago)
    front.desk.tidy()
    kept = rows(front)
    assert (len(kept["delivery"]), len(kept["reminder_item"])) == ((1, 1) if stays else (0, 0))


def test_they_go_in_batches(front):
    for number in range(1, 8):
        delivery(front, number, AN, "sent", front.clock.today() - timedelta(days=190), 200)
    assert tidy_outbox(front.app.store.database, front.clock.now(), batch=3) == 7


def test_what_was_planned_for_somebody_in_the_moment_of_their_leaving_goes(front):
    delivery(front, 1, 999, "pending", front.clock.today())
    delivery(front, 2, GROUP, "pending", front.clock.today())
    front.desk.tidy()
    assert [row["chat_id"] for row in rows(front)["delivery"]] == [GROUP]
