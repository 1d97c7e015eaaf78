"""/nhiemvu over the sample directives: whose tasks, filters, pages, one task, and how far a unit is with it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from bot.callbacks import DATA_LIMIT
from bot.desk.replies import Say, Toast, Turn
from bot.desk.routing import Press, Routes
from bot.desk.seen import directive_token
from bot.desk.tasks import related_tasks_button
from bot.message_blocks import TEXT_LIMIT, plain, units
from bot.office.progress import Mark
from corpus.records import Clause, Directive, Metadata, Source, Task
from index.answers import Answer, Citation
from tests.integration.front_desk import AN, GROUP, OWNER, STRANGER, labels, said, words
from tests.integration.list_desk import BINH, CHI, CLERK, HEALTH, ListDesk, read_samples

if TYPE_CHECKING:
    from pathlib import Path

    from bot.screens import Screen


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return read_samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture
def desk(tmp_path: Path, samples: Path) -> ListDesk:
    return ListDesk(tmp_path / "home", samples)


def first(replies) -> Screen:
    return next(r.screen for r in replies if isinstance(r, Say | Turn))


def open_first(desk: ListDesk, person: int = BINH, **where) -> Screen:
    return first(desk.press_label(first(desk.say("/nhiemvu", person, **where)), "1", person, **where))


def numbers(screen: Screen) -> list[int]:
    return [int(n) for n in re.findall(r"^(\d+)\. ", words(screen), re.MULTILINE)]


def large(count: int, lead: str = HEALTH) -> Directive:
    """A directive with as many tasks as one likes, all of them long."""
    tasks = tuple(
        Task(f"II.{n}", f"triển khai việc thứ {n} " + "thật đầy đủ, kịp thời " * 20, f"việc thứ {n}", (lead,))
        for n in range(count)
    )
    clauses = tuple(Clause(t.path, t.path, t.quote, t.quote, None, "item", (t.quote,)) for t in tasks)
    return Directive(Source("văn bản dài"), Metadata(number="999/KH-UBND", title="Việc dài"), clauses, tasks=tasks)


# ---- whose tasks


def test_a_persons_only_unit_needs_no_choice(desk):
    screen = first(desk.say("/nhiemvu", BINH))
    assert words(screen).startswith(f"Nhiệm vụ của {HEALTH} (")
    assert numbers(screen) == [1, 2, 3, 4, 5, 6]
    assert labels(screen)[0] == ["1", "2", "3", "4", "5", "6"]


def test_people_of_several_units_choose_by_button(desk):
    desk.admit(BINH, "officer", "Sở Tài chính")
    choice = first(desk.say("/nhiemvu", BINH))
    assert [row[0] for row in labels(choice)[:2]] == ["Sở Tài chính", HEALTH]
    assert "Nhiệm vụ của Sở Tài chính" in said(desk.press_label(choice, "Sở Tài chính", BINH))


def test_a_person_without_a_unit_is_told_so_and_may_look_at_what_is_for_all(desk):
    screen = first(desk.say("/nhiemvu", AN))
    assert desk.texts("tasks.no_unit") in words(screen)
    assert numbers(first(desk.press_label(screen, "Mọi nhiệm vụ", AN))) == [1, 2, 3, 4, 5, 6]


def test_a_keeper_chooses_among_all_units_a_page_at_a_time(desk):
    for n in range(20):
        desk.office.people.add_unit(f"Ban số {n:02d}")
    choice = first(desk.say("/nhiemvu", CLERK))
    assert "Ban số 00" in labels(choice)[0][0]
    turned = first(desk.press_label(choice, "▶", CLERK))
    assert labels(turned)[0] != labels(choice)[0]
    assert HEALTH in said(desk.press_label(first(desk.press_label(choice, "⏭", CLERK)), HEALTH, CLERK))


def test_a_keeper_without_any_unit_in_the_office_is_told_how_to_make_one(desk):
    for unit in desk.office.people.units():
        desk.office.people.remove_unit(unit.id)
    assert desk.texts("tasks.no_unit_yet") in said(desk.say("/nhiemvu", CLERK))


def test_a_group_shows_its_units_tasks_to_anybody_in_it(desk):
    desk.bind(GROUP, desk.health.id)
    assert f"Nhiệm vụ của {HEALTH}" in said(desk.say("/nhiemvu", CHI, chat=GROUP))
    assert desk.texts("tasks.other_unit") not in str(labels(first(desk.say("/nhiemvu", OWNER, chat=GROUP))))
    assert desk.texts("tasks.other_unit") in str(labels(first(desk.press(f"v1:tl:u{desk.health.id}.aaa:0", OWNER))))


def test_a_topic_shows_the_tasks_of_its_own_unit(desk):
    desk.bind(GROUP, desk.health.id)
    desk.bind(GROUP, desk.finance.id, topic=5)
    assert "Sở Tài chính" in said(desk.say("/nhiemvu", BINH, chat=GROUP, topic=5))


def test_another_units_list_does_not_open_by_a_button_made_for_somebody_else(desk):
    data = f"v1:tl:u{desk.health.id}.aaa:0"
    assert isinstance(desk.press(data, BINH)[0], Turn)
    assert desk.press(data, CHI) == (Toast(desk.texts("button.outdated"), alert=True),)
    assert isinstance(desk.press(data, OWNER)[0], Turn)
    desk.bind(GROUP, desk.finance.id)
    assert isinstance(desk.press(data, OWNER, chat=GROUP)[0], Toast)


def test_class_tasks_say_for_which_class(desk):
    desk.put(large(1, "các sở, ban, ngành"))
    lists = said(desk.press(f"v1:tl:u{desk.health.id}.aaa:5", BINH))
    assert "thuộc nhóm “các sở, ban, ngành”" in lists


def test_a_directive_kept_from_a_unit_gives_it_no_tasks(desk):
    for key in [d.key for d in desk.office.store.directives()]:
        desk.office.visibility.set_audience(key, [desk.finance.id])
    assert desk.texts("tasks.none") in said(desk.say("/nhiemvu", BINH))
    assert "Nhiệm vụ của Sở Tài chính (0)" not in said(desk.say("/nhiemvu", CHI))


# ---- filters and pages


def test_filters_count_what_they_leave_and_can_be_combined(desk):
    screen = first(desk.say("/nhiemvu", BINH))
    filters = first(desk.press_label(screen, "Lọc", BINH))
    leading = next(label for row in labels(filters) for label in row if "Chủ trì" in label)
    filters = first(desk.press_label(filters, "Chủ trì", BINH))
    both = first(desk.press_label(filters, "Quá hạn", BINH))
    shown = first(desk.press_label(both, "Xem", BINH))
    assert "Đang lọc: chủ trì, quá hạn" in words(shown)
    assert int(re.search(r"\((\d+)\)", leading)[1]) == int(
        re.search(r"\((\d+)\)", said(desk.press(f"v1:tl:u{desk.health.id}.ala:0", BINH)))[1]
    )
    for text in re.findall(r"⏰ (.*)", words(shown)):
        assert "quá hạn" in text


def test_the_four_buttons_reach_every_task_once(desk):
    desk.put(large(120))
    screen = first(desk.say("/nhiemvu", BINH))
    count = int(re.search(r"\((\d+)\)", words(screen))[1])
    assert count > 120
    met = numbers(screen)
    while numbers(following := first(desk.press_label(screen, "▶", BINH))) != numbers(screen):
        screen = following
        met += numbers(screen)
    assert met == list(range(1, count + 1))
    assert numbers(first(desk.press_label(screen, "⏮", BINH)))[0] == 1


def test_a_page_beyond_the_end_is_the_last_page(desk):
    assert numbers(first(desk.press(f"v1:tl:u{desk.health.id}.aaa:999", BINH)))


def test_long_tasks_stay_in_one_message(desk):
    desk.put(large(30))
    screen = first(desk.press(f"v1:tl:u{desk.health.id}.aaa:2", BINH))
    assert units(plain(screen.blocks)) < TEXT_LIMIT
    page = first(desk.press_label(screen, labels(screen)[0][0], BINH))
    assert units(plain(page.blocks)) < TEXT_LIMIT


@pytest.mark.parametrize(
    "data",
    ["v1:tl", "v1:tl:u1.aaa", "v1:tl:u1.zzz:0", "v1:tl:x.aaa:0", "v1:tl:u1.aaa:x", "v1:tf:u1", "v1:tu:x", "v1:tt:a:b:c",
     "v1:tl:d00000000.aaa:0", "v1:tl:q99.aaa:0", "v1:tl:u99999.aaa:0", "v1:tm:task-1:z:1:a", "v1:tt:task-1"],
)  # fmt: skip
def test_data_that_nobody_made_is_an_old_button(desk, data):
    assert isinstance(desk.press(data, BINH)[0], Toast)


# ---- one task


def test_a_task_shows_what_by_when_who_and_the_clause_and_leads_back_to_the_same_page(desk):
    third = first(desk.press(f"v1:tl:u{desk.health.id}.ala:1", BINH))
    page = first(desk.press_label(third, "7", BINH))
    for key in ("task.due", "task.lead", "task.state"):
        assert f"{desk.texts(key)}: " in words(page)
    assert "📄 " in words(page)
    assert [block.kind for block in page.blocks].count("quote") == 1
    assert words(first(desk.press_label(page, "Quay lại", BINH))) == words(third)
    assert isinstance(desk.press_label(page, "nguyên văn", BINH)[0], Say)


def test_a_withdrawn_directives_task_is_gone_between_list_and_press(desk):
    screen = first(desk.say("/nhiemvu", BINH))
    page = open_first(desk)
    for directive in desk.office.store.directives():
        desk.office.store.remove(directive.key)
    gone = (Toast(desk.texts("list.gone"), alert=True),)
    assert desk.press_label(screen, "1", BINH) == gone
    for label in ("Đang làm", "Ghi chú"):
        assert desk.press_label(page, label, BINH) == gone
    assert desk.texts("tasks.none") in said(desk.press_label(page, "Quay lại", BINH))


def test_reminding_is_offered_only_when_some_feature_takes_it(desk):
    class Reminding:
        def routes(self) -> Routes:
            return Routes(presses=(Press("rm", lambda visit, pressed, arguments: ()),))

    presses = desk.desk.table.presses
    kept = presses.pop("rm", None)
    tasks = first(desk.say("/nhiemvu", BINH))
    assert desk.texts("list.remind") not in str(labels(first(desk.press_label(tasks, "6", BINH))))
    presses["rm"] = kept or Reminding().routes().presses[0]
    assert desk.texts("list.remind") in str(labels(first(desk.press_label(tasks, "6", BINH))))
    # The first is overdue: nobody can be reminded of a day that has passed.
    assert desk.texts("list.remind") not in str(labels(first(desk.press_label(tasks, "1", BINH))))


# ---- progress


def test_a_member_marks_and_everybody_of_the_unit_sees_who_and_when(desk):
    desk.admit(30, "officer", HEALTH)
    page = open_first(desk)
    toast, turned = desk.press_label(page, "Đang làm", BINH)
    assert toast == Toast("Đã ghi: đang làm")
    assert "đang làm · Người 20 ghi 12/03/2026" in words(turned.screen)
    assert "đang làm · Người 20" in words(open_first(desk, 30))
    entry = desk.office.audit.entries(1)[0]
    assert (entry.person, entry.action) == (BINH, "progress.changed")
    assert (entry.detail["from"], entry.detail["to"], entry.detail["unit"]) == ("todo", "doing", HEALTH)


def test_a_mark_bears_the_day_of_the_offices_own_time_zone(desk):
    desk.clock.moment = datetime(2026, 3, 13, 0, 30, tzinfo=timezone(timedelta(hours=7)))
    _, turned = desk.press_label(open_first(desk), "Đang làm", BINH)
    assert "Người 20 ghi 13/03/2026" in words(turned.screen)


def test_progress_is_each_units_own(desk):
    desk.put(large(1, "các sở, ban, ngành"))
    task = next(t for t in desk.office.store.tasks() if "việc thứ 0" in t.action)
    desk.press(f"v1:tm:{task.id}:x:{desk.health.id}:tl_a.aaa_0", BINH)
    assert "✅ đã xong" in said(desk.press(f"v1:tt:{task.id}:0:tl_a.aaa_0", BINH))
    assert "chưa làm" in said(desk.press(f"v1:tt:{task.id}:0:tl_a.aaa_0", CHI))
    keeper = said(desk.press(f"v1:tt:{task.id}:0:tl_a.aaa_0", CLERK))
    assert f"✅ {HEALTH}: Người 20" in keeper


def test_nobody_marks_for_a_unit_they_do_not_belong_to(desk):
    desk.bind(GROUP, desk.health.id)
    page = open_first(desk, CHI, chat=GROUP)
    refused = (Toast(desk.texts("list.not_yours"), alert=True),)
    for label in ("Đang làm", "Đã xong", "Ghi chú"):
        assert desk.press_label(page, label, CHI, chat=GROUP) == refused
    private = open_first(desk)
    data = next(b.data for row in private.buttons for b in row if "Đã xong" in b.label)
    assert desk.press(data, CHI) == refused
    assert desk.press(data, STRANGER) == (Toast(desk.texts("access.by_invitation.short"), alert=True),)
    assert desk.office.progress.every_mark() == {}
    assert isinstance(desk.press_label(page, "Đã xong", BINH, chat=GROUP)[1], Turn)
    assert isinstance(desk.press_label(page, "Đang làm", OWNER, chat=GROUP)[1], Turn)


def test_a_task_that_is_not_the_units_cannot_be_marked_for_it(desk):
    task = next(t for t in desk.office.store.tasks() if t.lead == ("Sở Tài chính",) and not t.coop)
    data = f"v1:tm:{task.id}:x:{desk.health.id}:tl_a.aaa_0"
    assert desk.press(data, BINH) == (Toast(desk.texts("list.gone"), alert=True),)
    assert desk.office.progress.every_mark() == {}


def test_a_note_is_typed_kept_shown_changed_and_dropped(desk):
    page = open_first(desk)
    assert "gõ ghi chú" in said(desk.press_label(page, "Ghi chú", BINH))
    noted = first(desk.say("Đã  gửi\ncông văn", BINH))
    assert "Ghi chú: Đã gửi công văn" in words(noted)
    assert "chưa làm" in words(noted)
    _, done = desk.press_label(noted, "Đã xong", BINH)
    assert "Ghi chú: Đã gửi công văn" in words(done.screen)
    _, dropped = desk.press_label(done.screen, "Xóa ghi chú", BINH)
    assert "Đã gửi công văn" not in words(dropped.screen)
    assert "đã xong" in words(dropped.screen)
    assert [e.detail.get("note") for e in desk.office.audit.entries(3)] == ["", None, "Đã gửi công văn"]


def test_a_note_that_is_too_long_may_be_sent_again(desk):
    desk.press_label(open_first(desk), "Ghi chú", BINH)
    assert "501" in said(desk.say("a" * 501, BINH))
    assert "Ghi chú: ngắn" in said(desk.say("ngắn", BINH))


def test_a_note_is_not_kept_after_a_cancel_or_by_somebody_who_has_left_the_unit(desk):
    page = open_first(desk)
    desk.press_label(page, "Ghi chú", BINH)
    desk.say("/huy", BINH)
    desk.asking("Một câu hỏi?", BINH)
    desk.press_label(page, "Ghi chú", BINH)
    desk.office.people.leave(BINH, desk.health.id)
    assert desk.texts("list.not_yours") in said(desk.say("ghi chú", BINH))
    assert desk.office.progress.every_mark() == {}


def test_in_a_group_a_note_is_asked_for_as_a_reply(desk):
    desk.bind(GROUP, desk.health.id)
    page = open_first(desk, chat=GROUP)
    assert "trả lời (reply)" in said(desk.press_label(page, "Ghi chú", BINH, chat=GROUP))
    assert "Ghi chú: đã họp" in said(desk.say("đã họp", BINH, chat=GROUP))


def test_what_recurs_is_to_do_again_in_its_next_round(desk):
    clause = Clause("I", "I", "Báo cáo", "Báo cáo", None, "item", ("Báo cáo",))
    yearly = Task("I", "báo cáo năm", "Báo cáo", (HEALTH,), recurrence="yearly", recurs_before="03-20")
    desk.put(Directive(Source("x"), Metadata(number="1/KH"), (clause,), tasks=(yearly,)))
    task = next(t for t in desk.office.store.tasks() if t.action == "báo cáo năm")
    _, page = desk.press(f"v1:tm:{task.id}:x:{desk.health.id}:tl_a.aaa_0", BINH)
    assert "✅ đã xong · Người 20" in words(page.screen)
    desk.clock.moment += timedelta(days=20)
    again = said(desk.press(f"v1:tt:{task.id}:0:tl_a.aaa_0", BINH))
    assert "▫️ chưa làm · kỳ trước đã xong, Người 20 ghi 12/03/2026" in again


def test_people_of_two_units_that_share_a_task_mark_for_each(desk):
    desk.admit(BINH, "officer", "Sở Tài chính")
    desk.put(large(1, "các sở, ban, ngành"))
    task = next(t for t in desk.office.store.tasks() if "việc thứ 0" in t.action)
    page = first(desk.press(f"v1:tt:{task.id}:0:tl_a.aaa_0", BINH))
    other = next(label for row in labels(page) for label in row if label.startswith("🏢"))
    mine = "Sở Tài chính" if HEALTH in other else HEALTH
    assert f"{mine}: chủ trì" in words(page)
    assert f"{other.removeprefix('🏢 ')}: chủ trì" in said(desk.press_label(page, other, BINH))


def test_marks_outlive_another_reading_of_the_directive(desk):
    page = open_first(desk)
    task = re.search(r"tm:(task-\w+):", next(b.data for row in page.buttons for b in row if "Đã xong" in b.label))[1]
    desk.office.progress.mark(Mark(task, desk.health.id, "done", None, BINH, desk.clock.now()))
    assert "đã xong" in said(desk.press(f"v1:tt:{task}:0:tl_a.aaa_0", BINH))


# ---- lists from elsewhere


def test_a_directives_tasks_lead_back_to_the_directive(desk):
    task = next(iter(desk.office.store.tasks()))
    view = f"d{directive_token(task.directive)}.aaa"
    screen = first(desk.press(f"v1:tl:{view}:0", BINH))
    assert "Nhiệm vụ trong" in words(screen)
    assert isinstance(desk.press_label(screen, "Quay lại", BINH)[0], Turn)


def answered(desk: ListDesk, *citations: Citation) -> int:
    asking = desk.asking("Ai chủ trì?", BINH)
    answer = Answer(
        "Ai chủ trì?", "task", abstained=False, confidence=0.9, headline="x", answer="x", citations=citations
    )
    desk.office.questions.answered(asking.number, answer)
    return asking.number


def test_the_tasks_of_an_answers_clauses_are_listed_in_the_chat_where_it_was_asked(desk):
    task = next(t for t in desk.office.store.tasks() if HEALTH in t.lead)
    number = answered(
        desk, Citation(directive=task.directive, number=None, title=None, path=task.path, quote=task.quote)
    )
    button = related_tasks_button(desk.texts, number)
    assert "Nhiệm vụ liên quan (" in said(desk.press(button.data, BINH))
    assert task.action[:40].lower() in said(desk.press(button.data, BINH)).lower()
    assert isinstance(desk.press(button.data, CHI)[0], Toast)
    desk.office.visibility.set_audience(task.directive, [desk.finance.id])
    assert desk.texts("tasks.none") in said(desk.press(button.data, BINH))


def test_every_button_of_the_longest_ids_fits(desk):
    for n in range(3):
        desk.office.people.add_unit(f"Ban {n}")
    token = directive_token(next(iter(desk.office.store.tasks())).directive)
    screen = first(desk.press(f"v1:tl:d{token}.xco:0", BINH))
    data = [b.data for row in screen.buttons for b in row]
    assert all(len(d) <= DATA_LIMIT for d in data)
    assert len("v1:tm:task-0123456789ab:x:123456789:tl_d01234567.aaa_9999") <= DATA_LIMIT
    assert len("v1:tm:task-0123456789ab:x:123456789:tl_q123456789012.aaa_99") <= DATA_LIMIT
