"""Floods, forged buttons, injected markup, limits that hold across workers: what deploy/docs/threat-model.md names."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import func, select

from bot.calendar_feed import as_ics
from bot.callbacks import DATA_LIMIT, encode
from bot.composition import Composition
from bot.desk.asking import QUESTION_LIMIT
from bot.desk.replies import Asking, Fetch, Say, Tell, Turn
from bot.desk.visit import Incoming, OfferedFile
from bot.exports import as_csv, as_xlsx
from bot.list_rows import KINDS, Selection, select_rows
from bot.logs import configure_logging, get_logger
from bot.message_blocks import pieces
from bot.office.allowances import QUESTIONS, REQUESTS_TOLD, TO_STRANGERS, UPLOADS, Limit
from bot.office.people import Newcomer
from bot.office.records import Place
from bot.office.tables import asked
from bot.settings import Settings
from bot.texts import load_texts
from corpus.deadlines import Deadline
from corpus.errors import SettingsError, StoreError, UnreadableFileError
from tests.integration.clerk_desk import CLERK, ClerkDesk, plan
from tests.integration.front_desk import AN, GROUP, OWNER, STRANGER, FrontDesk, said, words
from tests.integration.hostile_files import hostile_files
from tests.integration.list_desk import BINH, ListDesk, read_samples

if TYPE_CHECKING:
    from pathlib import Path

MARKUP = '<b>x</b> & <a href="tg://user?id=1">y</a> </blockquote>'
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0")
NOW = datetime(2025, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def front(tmp_path: Path) -> FrontDesk:
    return FrontDesk(tmp_path)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> ListDesk:
    return ListDesk(tmp_path_factory.mktemp("home"), read_samples(tmp_path_factory.mktemp("samples")))


def count_asked(front: FrontDesk) -> int:
    with front.app.store.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(asked)).scalar_one()


# ---- strangers


def test_a_strangers_flood_gets_a_few_answers_no_model_and_leaves_no_rows(front):
    texts = ["/start", "Ai chủ trì?", "/hoi hạn báo cáo", "/xoatoi", "/start mot-loi-moi-gia", "/nap"]
    answered = [front.say(texts[n % len(texts)], STRANGER) for n in range(120)]
    assert sum(bool(replies) for replies in answered) == TO_STRANGERS.times
    assert not any(isinstance(reply, Asking) for replies in answered for reply in replies)
    assert front.service.asked == []
    assert count_asked(front) == 0
    front.clock.moment += TO_STRANGERS.within
    assert said(front.say("Ai chủ trì?", STRANGER))


def test_a_stranger_with_an_invitation_gets_in_even_after_a_flood(front):
    for _ in range(30):
        front.say("xin chào", STRANGER)
    secret = front.office.people.invite("officer", None, OWNER, front.clock.now())
    assert "Chào" in said(front.say(f"/start {secret}", STRANGER))


def test_a_strangers_files_count_as_messages(front):
    offered = OfferedFile(Newcomer(STRANGER, "x"), Place(STRANGER), "a.pdf", 5)
    answered = [front.desk.offered(offered) for _ in range(30)]
    assert sum(bool(replies) for replies in answered) == TO_STRANGERS.times
    assert not any(isinstance(reply, Fetch) for replies in answered for reply in replies)


def test_many_accounts_do_not_bury_the_administrators(front):
    told = 0
    for number in range(100, 160):
        replies = front.press("v1:x", number)
        told += sum(isinstance(reply, Tell) for reply in replies)
        assert said(replies) == front.texts("access.requested")
    assert told == REQUESTS_TOLD.times  # one administrator
    assert len(front.office.people.requests()) == 60  # none is lost


def test_a_stranger_who_is_refused_cannot_ask_again_and_again(front):
    for _ in range(2):
        front.press("v1:x", STRANGER)
        (request,) = front.office.people.requests()
        front.office.people.decide(request.id, OWNER, front.clock.now(), role=None)
    assert said(front.press("v1:x", STRANGER)) == front.texts("access.requested_often")
    assert front.office.people.requests() == []


def test_forgetting_a_stranger_does_not_begin_the_count_anew(front):
    for _ in range(4):
        front.press("v1:x", STRANGER)
        minute = int(front.clock.now().timestamp() // 60)
        front.press(encode("zx", minute), STRANGER)
    assert front.office.people.requests() == []
    assert said(front.press("v1:x", STRANGER)) == front.texts("access.requested_often")


# ---- limits on those admitted, across restarts and workers


def test_the_limits_hold_after_a_restart_and_for_two_workers_together(tmp_path):
    one, two = ClerkDesk(tmp_path), ClerkDesk(tmp_path, first=False)
    limit = Limit("trial", 5, timedelta(minutes=1))
    taken = [desk.office.allowances.take(limit, AN, desk.clock.now()) for desk in (one, two) * 5]
    assert taken == [True] * 5 + [False] * 5
    again = one.restarted()
    assert again.office.allowances.take(limit, AN, again.clock.now()) is False
    assert again.office.allowances.take(limit, CLERK, again.clock.now()) is True
    assert again.office.allowances.take(limit, AN, again.clock.now() + limit.within) is True


def test_two_workers_at_once_never_give_more_than_the_limit(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    desk = ClerkDesk(tmp_path)
    limit = Limit("trial", 7, timedelta(minutes=1))
    assert desk.office.allowances.take(limit, AN, desk.clock.now())  # places of one chat are handled one by one
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: desk.office.allowances.take(limit, AN, desk.clock.now()), range(30)))
    assert sum(taken) == 6


def test_edits_and_pressed_suggestions_count_as_questions(front):
    for number in range(QUESTIONS.times):
        if number % 2:
            front.say("Ai chủ trì?", AN, message=77, edited=number > 1)
        else:
            front.press("v1:s:1", AN, shown="1. Ai chủ trì việc này?")
    assert said(front.say("Ai chủ trì?", AN, message=77, edited=True)) == front.texts("ask.too_many")
    assert said(front.press("v1:s:1", AN, shown="1. Ai chủ trì việc này?")) == front.texts("ask.too_many")
    front.clock.moment += QUESTIONS.within
    assert isinstance(front.asking("Ai chủ trì?"), Asking)


def test_a_question_as_long_as_a_document_is_not_looked_for(front):
    assert said(front.say("a" * (QUESTION_LIMIT + 1))) == front.texts("ask.too_long", limit=QUESTION_LIMIT)
    assert front.service.asked == []
    assert isinstance(front.asking("a" * QUESTION_LIMIT), Asking)


def test_a_clerk_sends_no_more_than_so_many_files_a_day(tmp_path):
    desk = ClerkDesk(tmp_path)
    for _ in range(UPLOADS.times):
        assert desk.office.allowances.take(UPLOADS, CLERK, desk.clock.now())
    assert said(desk.offer(plan())) == desk.texts("load.too_many", limit=UPLOADS.times)
    assert desk.staged() == []
    desk.clock.moment += timedelta(days=1)
    assert "12/KH-UBND" in said(desk.offer(plan()))


# ---- forged buttons and words


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_button_carries_is_refused_in_one_sentence_and_never_an_error(lists, data):
    areas = sorted(lists.desk.table.presses)
    argument = st.sampled_from(["", "0", "1", "-1", "9223372036854775808", "99999999999999999999", "all", "todo", "..", "_", "a.b", "admin"])
    forged = data.draw(
        st.one_of(
            st.text(max_size=DATA_LIMIT),
            st.builds(
                lambda area, parts: ":".join(["v1", area, *parts]), st.sampled_from(areas), st.lists(argument, max_size=5)
            ),
        )
    )
    if forged.startswith("v1:zx:"):
        return  # one's own data, which nobody else's button deletes
    lists.press(forged, BINH)
    assert lists.office.people.kept(BINH) is not None


INJECTED = (
    "' OR 1=1 --", '"; DROP TABLE person; --', "%", "_", "\\", "x' UNION SELECT secret_hash FROM invitation --", "\x00",
    "$1", ":p", "?", "{}", "%s", "%(a)s",
)  # fmt: skip
INJECTIONS = st.one_of(st.text(max_size=60), st.sampled_from(INJECTED))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(INJECTIONS)
def test_no_words_reach_the_database_but_as_a_value(lists, text):
    before = {p.id for p in lists.office.people.everyone()}, len(lists.app.store.tasks()), lists.app.store.revision()
    for name in ("nhiemvu", "han", "chitieu", "vanban", "donvi", "lich"):
        replies = lists.say(f"/{name} {text}", BINH)
        assert "secret_hash" not in said(replies).replace(text, "")
    lists.office.people.accept(text, Newcomer(900, text), lists.clock.now())
    lists.office.people.request(Newcomer(901, text, text), lists.clock.now())
    assert ({p.id for p in lists.office.people.everyone()}, len(lists.app.store.tasks()), lists.app.store.revision()) == before


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=INJECTIONS)
def test_what_the_command_line_filters_by_is_a_value_too(lists, text):
    text = text.replace("\x00", "")  # no argument of a process can hold it
    for kind in KINDS:
        for selection in (Selection(directive=text), Selection(unit=text), Selection(place=text)):
            select_rows(lists.app.store, kind, selection)


# ---- markup and formulas


def html_of(replies) -> str:
    """What Telegram would be sent, as HTML."""
    screens = [r.screen for r in replies if isinstance(r, Say | Turn | Tell)]
    return "\n".join(piece.html for screen in screens for piece in pieces(screen.blocks))


def no_markup(html: str) -> bool:
    return "<a" not in html and "<b>x" not in html and "</blockquote> </" not in html and " & <" not in html


def test_names_of_people_groups_units_and_files_are_words_and_no_markup(tmp_path):
    desk = ClerkDesk(tmp_path)
    evil = Newcomer(60, MARKUP, "user")
    desk.office.people.request(evil, desk.clock.now())
    (asked_for,) = desk.say("/nguoi", OWNER)
    (waiting,) = desk.press_label(asked_for.screen, "Đề nghị (1)", OWNER)
    request = desk.office.people.requests()[0]
    (approving,) = desk.press(encode("ra", request.id), OWNER)
    assert MARKUP in words(approving.screen)
    assert no_markup(html_of([asked_for, waiting, approving]))
    unit = desk.office.people.add_unit(MARKUP)
    desk.office.people.decide(request.id, OWNER, desk.clock.now(), role="officer", unit_number=unit.id)
    desk.office.groups.bind(Place(GROUP, group=True), MARKUP, unit.id, OWNER, desk.clock.now())
    shown = [
        *desk.press("v1:nn:60", OWNER),
        *desk.desk.receive(Incoming(evil, Place(60), "/start", 1)),
        *desk.desk.receive(Incoming(evil, Place(60), "/donvi", 2)),
        *desk.say("/donvi", AN, chat=GROUP),
        *desk.say("/gannhom", OWNER, chat=GROUP, title=MARKUP),
        *desk.offer(b"x", MARKUP.replace("/", "") + ".txt"),
        *desk.say("/nap", CLERK),
        *desk.say("/nhatky", OWNER),
    ]
    assert "&lt;b&gt;" in html_of(shown)
    assert no_markup(html_of(shown))


def test_what_is_typed_comes_back_as_words(front):
    front.office.questions.rate(front.asking(MARKUP).number, AN, False, front.clock.now())
    shown = [*front.say(f"/{MARKUP}"), *front.say("/cauhoi", OWNER), *front.press("v1:oo:1", OWNER)]
    assert no_markup(html_of(shown))
    assert "&lt;b&gt;" in html_of(shown)


def deadline(what: str) -> Deadline:
    return Deadline("d-1", "task", "t-1", "k", what, what, (what,), date(2025, 12, 15), None, what, since=NOW.date())


@settings(max_examples=80, deadline=None)
@given(
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(["a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:b", "x\nATTACH:http://y", "a;b,c\\n\rEND:VCALENDAR"]),
    )
)
def test_line_breaks_in_a_text_add_nothing_to_a_calendar(text):
    feed, _ = as_ics([deadline(text)], {}, NOW, load_texts("vi"))
    calendar = Calendar.from_ical(feed)
    (event,) = calendar.walk("VEVENT")
    assert len(calendar.walk()) == 4  # calendar, event, two alarms
    assert "ATTACH" not in event
    names = {re.split("[:;]", line)[0] for line in re.split(r"\r\n(?! )", feed) if line}
    assert names <= {
        "BEGIN", "END", "PRODID", "VERSION", "METHOD", "X-WR-CALNAME", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY",
        "DESCRIPTION", "CATEGORIES", "TRANSP", "ACTION", "TRIGGER",
    }  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_an_export_is_a_formula(text):
    from openpyxl import load_workbook

    row = {"id": text, "directive": text, "path": text, "action": text, "lead": [text], "quote": text}
    for cells in csv.reader(io.StringIO(as_csv([row], "tasks", load_texts("vi")))):
        assert not any(cell[:1] in "=+-@\t\r" for cell in cells if cell)
    book = load_workbook(io.BytesIO(as_xlsx([row], "tasks", load_texts("vi"))))
    assert {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line} <= {"s", "n"}


# ---- logs, errors, files


def test_a_text_with_line_breaks_makes_one_line_of_the_log():
    out = io.StringIO()
    configure_logging(stream=out, level=20)
    evil = 'x"}\n{"event": "forged", "action": "person.admitted"}\r\x1b[2J\u2028'
    get_logger("trial").info("A button carried what no feature makes", action="press.outdated", data=evil)
    (line,) = out.getvalue().rstrip("\n").split("\n")
    assert json.loads(line)["data"] == evil
    assert "\x1b" not in line


def test_data_of_a_button_stand_in_the_log_as_one_line(front, capsys):
    out = io.StringIO()
    configure_logging(stream=out, level=20)
    front.press("v1:nn:1\nforged", OWNER)
    front.press("v1:nn:nobody", OWNER)
    assert all(json.loads(line) for line in out.getvalue().splitlines())


@pytest.mark.parametrize(
    "error",
    [
        StoreError("Không tạo được thư mục của cơ sở dữ liệu: Permission denied (/srv/chidao/home)."),
        StoreError('Không dùng được cơ sở dữ liệu: connection to server at "10.1.2.3", port 5432 failed'),
        SettingsError("Không đọc được tệp ngày nghỉ /etc/chidao/days.yaml."),
        UnreadableFileError("Không mở được tệp “/srv/chidao/home/uploads/ab12.pdf”."),
        UnreadableFileError("Không mở được tệp C:\\chidao\\a.pdf."),
    ],
)
def test_people_are_never_shown_where_things_lie_on_the_server(front, error):
    told = said((front.desk.apologise(error),))
    assert re.search(r"mã [0-9A-F]{6}", told)
    assert not re.search(r"srv|etc|chidao|10\.1|5432", told)


@pytest.mark.parametrize("hostile", [h for h in hostile_files() if len(h.content) < 200_000][::6], ids=lambda h: h.name)
def test_a_refused_file_is_refused_without_a_path_of_the_server(tmp_path, hostile):
    desk = ClerkDesk(tmp_path)
    told = said(desk.offer(hostile.content, hostile.name, size=100))
    assert told
    assert str(tmp_path) not in told
    assert "uploads/" not in told


@pytest.mark.sqlite_only
def test_the_home_and_the_database_are_for_the_program_alone(tmp_path):
    home = tmp_path / "home"
    before = os.umask(0)
    try:
        app = Composition(Settings(_env_file=None, home=home))
        app.store.revision()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home, *home.iterdir())}
        app.store.close()
    finally:
        os.umask(before)
    assert modes["home"] == 0o700
    assert {mode for name, mode in modes.items() if name.startswith("chidao.db")} == {0o600}


def test_no_command_takes_a_secret_as_an_argument_where_every_user_of_the_machine_sees_it():
    from bot.cli import app

    command = typer.main.get_command(app)
    parameters = (p for each in command.commands.values() for p in each.params)
    options = {option for p in parameters for option in p.opts if option.startswith("-")}
    assert len(options) > 10
    assert not [option for option in options if re.search("token|secret|password|url|key$", option)]
