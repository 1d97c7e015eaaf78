"""/chitieu and /vanban over the sample directives, and every list at once: what is shown, to whom, what keepers change."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.desk.replies import Attach, Say, Toast, Turn
from bot.message_blocks import TEXT_LIMIT, plain, units
from bot.office.progress import Mark
from corpus.records import CitedDirective, Clause, Directive, Metadata, Source, Target, Task
from tests.integration.front_desk import AN, GROUP, OWNER, STRANGER, labels, said, words
from tests.integration.list_desk import (
    BINH,
    CHI,
    CLERK,
    HEALTH,
    ListDesk,
    attached,
    first,
    read_samples,
    small,
    token_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bot.desk.replies import Reply

OURS = {"tl", "tf", "tu", "tt", "kl", "kf", "kg", "kp", "hn", "hp", "vb", "vp", "vw", "va", "vt", "vl", "xt", "c"}
COMMANDS = ("/nhiemvu", "/han", "/chitieu", "/vanban", "/xuat")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return read_samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture
def desk(tmp_path: Path, samples: Path) -> ListDesk:
    return ListDesk(tmp_path / "home", samples)


# ---- everything at once


def crawl(desk: ListDesk, person: int, most: int = 150, **where) -> dict[str, tuple[Reply, ...]]:
    """What every button that can be reached shows, by its data; the same kind of screen is not followed for ever."""
    shown: dict[str, tuple[Reply, ...]] = {}
    waiting = [b.data for command in COMMANDS for row in first(desk.say(command, person, **where)).buttons for b in row]
    kinds: dict[str, int] = {}
    while waiting and len(shown) < most:
        data = waiting.pop(0)
        area = data.split(":")[1]
        if data in shown or area not in OURS or kinds.get(area, 0) >= 10:
            continue
        kinds[area] = kinds.get(area, 0) + 1
        shown[data] = desk.press(data, person, **where)
        for reply in shown[data]:
            if isinstance(reply, Say | Turn):
                waiting += [b.data for row in reply.screen.buttons for b in row]
    return shown


@pytest.mark.parametrize("person", [BINH, CLERK, AN])
def test_every_button_that_is_shown_leads_somewhere(desk, person):
    shown = crawl(desk, person)
    assert len({data.split(":")[1] for data in shown}) >= 12
    for data, replies in shown.items():
        assert not any(isinstance(r, Toast) for r in replies), data
        for reply in replies:
            if isinstance(reply, Say | Turn):
                assert units(plain(reply.screen.blocks)) < TEXT_LIMIT, data
                assert all(b.label.strip() and len(b.label) <= 64 for row in reply.screen.buttons for b in row), data


def test_what_one_unit_may_see_no_button_shows_to_another(desk):
    shown = crawl(desk, BINH)
    store = desk.office.store
    secrets = {t.action[:50] for t in store.tasks()} | {t.indicator for t in store.targets()}
    secrets |= {d.number for d in store.directives() if d.number} | {c.text[:60] for c in store.clauses()}
    secrets = {secret.lower() for secret in secrets if len(secret) > 8}
    for key in [d.key for d in store.directives()]:
        desk.office.visibility.set_audience(key, [desk.health.id])
    desk.bind(GROUP, desk.finance.id)
    for data in shown:
        for person, chat in ((CHI, None), (STRANGER, None), (CHI, GROUP), (OWNER, GROUP)):
            replies = desk.press(data, person, chat=chat)
            told = said(replies).lower()
            assert not any(secret in told for secret in secrets), (data, person, told)
            for reply in replies:
                if isinstance(reply, Attach) and reply.name.endswith(".xlsx"):
                    assert load_workbook(io.BytesIO(reply.content)).active.max_row == 1
    for command in (*COMMANDS, "/lich"):
        told = said(desk.say(command, CHI)).lower()
        assert not any(secret in told for secret in secrets)


def test_strangers_get_nothing_from_any_command(desk):
    for command in (*COMMANDS, "/lich"):
        assert said(desk.say(command, STRANGER)) == desk.texts("access.by_invitation", person=STRANGER)


def test_a_group_without_a_unit_gets_no_list(desk):
    for command in (*COMMANDS, "/lich"):
        assert said(desk.say(command, OWNER, chat=GROUP)) == desk.texts("access.unbound")


def test_everything_has_words_for_nothing(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    desk = ListDesk(tmp_path / "home", empty)
    assert desk.texts("tasks.none") in said(desk.say("/nhiemvu", BINH))
    assert desk.texts("targets.none") in said(desk.say("/chitieu", BINH))
    assert desk.texts("directives.none") in said(desk.say("/vanban", BINH))
    assert desk.texts("deadlines.none", window="12 tháng tới") in said(desk.say("/han", BINH))
    assert said(desk.say("/lich", BINH)) == desk.texts("calendar.empty")
    assert attached(desk.press("v1:xt:t:a", BINH)).caption.startswith("0 ")


# ---- targets


def test_targets_are_narrowed_by_directive_year_unit_and_place(desk):
    screen = first(desk.say("/chitieu", BINH))
    everything = int(re.search(r"\((\d+)\)", words(screen))[1])
    assert everything == len(desk.office.store.targets())
    filters = first(desk.press_label(screen, "Lọc", BINH))
    for axis, choice in (("Văn bản", "12-NQ/TU"), ("Năm", "2030"), ("Đơn vị", HEALTH), ("Địa bàn", "Ba Trại")):
        choices = first(desk.press_label(filters, axis, BINH))
        while choice not in str(labels(choices)):
            choices = first(desk.press_label(choices, "▶", BINH))
        narrowed = first(desk.press_label(choices, choice, BINH))
        assert f"Đang lọc: {choice}" in words(narrowed)
        assert 0 < int(re.search(r"\((\d+)\)", words(narrowed))[1]) < everything
    both = first(desk.press_label(first(desk.press_label(narrowed, "Lọc", BINH)), "Năm", BINH))
    year = first(desk.press_label(both, "20", BINH))
    assert "; Ba Trại" in words(year)
    assert words(first(desk.press_label(first(desk.press_label(year, "Lọc", BINH)), "Bỏ lọc", BINH))) == words(screen)


def test_a_target_has_a_page_with_its_quote_and_the_way_back(desk):
    screen = first(desk.press("v1:kl:-.2030.-.-:1", BINH))
    page = first(desk.press_label(screen, "8", BINH))
    assert [block.kind for block in page.blocks].count("quote") == 1
    assert f"{desk.texts('target.value')}: " in words(page)
    assert words(first(desk.press_label(page, "Quay lại", BINH))) == words(screen)
    assert isinstance(desk.press_label(page, "nguyên văn", BINH)[0], Say)


@pytest.mark.parametrize("data", ["v1:kl", "v1:kl:x:0", "v1:kl:00000000.-.-.-:0", "v1:kl:-.-.999.-:0", "v1:kg:z:-.-.-.-:0",
                                  "v1:kp:target-0", "v1:kp:target-0:kl_x", "v1:hn:xx:0", "v1:hn:wm", "v1:hp:wm:0:x",
                                  "v1:hn:wa.00000000:0", "v1:vb:x", "v1:vp:00000000:0", "v1:xt:z:a", "v1:xt:t:z"])  # fmt: skip
def test_data_that_nobody_made_is_an_old_button(desk, data):
    assert isinstance(desk.press(data, BINH)[0], Toast)


def test_a_hundred_targets_of_one_directive_are_paged(desk):
    targets = tuple(
        Target("I.1", f"Chỉ số thứ {n} " + "rất dài " * 60, "Việc phải làm", value=float(n), due=date(2030, 12, 31))
        for n in range(130)
    )
    desk.put(small(targets=targets))
    screen = first(desk.press(f"v1:kl:{token_of(desk, '5/KH-UBND')}.-.-.-:0", BINH))
    assert "(130)" in words(screen)
    assert "22/22" in str(labels(first(desk.press_label(screen, "⏭", BINH))))
    assert units(plain(screen.blocks)) < TEXT_LIMIT


# ---- directives


def test_a_directives_page_has_its_chain_and_leads_to_what_is_in_it(desk):
    screen = first(desk.press(f"v1:vp:{token_of(desk, '187-KH/TU')}:0", BINH))
    told = words(screen)
    assert "Thực hiện: 12-NQ/TU" in told
    assert "Được thực hiện bởi: 164/KH-UBND" in told
    for label, there in (
        ("Chỉ tiêu", "Chỉ tiêu ("),
        ("Nhiệm vụ", "Nhiệm vụ trong 187-KH/TU"),
        ("Thời hạn", "Thời hạn"),
    ):
        listed = first(desk.press_label(screen, label, BINH))
        assert there in words(listed)
        back = "Văn bản này" if "Văn bản này" in str(labels(listed)) else "Quay lại"
        assert words(first(desk.press_label(listed, back, BINH))) == told
    assert "Kế hoạch 164/KH-UBND" in said(desk.press_label(screen, "164/KH-UBND", BINH))
    assert "Rút" not in str(labels(screen))


def test_a_directive_that_is_kept_from_somebody_is_no_link_to_them(desk):
    desk.office.visibility.set_audience(next(d.key for d in desk.office.store.directives() if d.number == "12-NQ/TU"), [
        desk.finance.id
    ])  # fmt: skip
    screen = first(desk.press(f"v1:vp:{token_of(desk, '187-KH/TU')}:0", BINH))
    assert "12-NQ/TU" not in str(labels(screen))


def test_a_replaced_directive_says_by_which(desk):
    cited = CitedDirective("5/KH-UBND", "Kế hoạch", None, None, None, "replaces")
    desk.put(small())
    desk.put(small("9/KH-UBND", metadata={"cites": (cited,)}), "/hoa-son/9.txt", "9" * 64)
    assert "Bị thay thế bởi: 9/KH-UBND" in said(desk.press(f"v1:vp:{token_of(desk, '5/KH-UBND')}:0", BINH))
    assert "Thay thế: 5/KH-UBND" in said(desk.press(f"v1:vp:{token_of(desk, '9/KH-UBND')}:0", BINH))


def test_a_clerk_withdraws_a_directive_after_saying_so_twice(desk):
    screen = first(desk.press(f"v1:vp:{token_of(desk, '17-CT/TU')}:0", CLERK))
    sure = first(desk.press_label(screen, "Rút", CLERK))
    assert "17-CT/TU" in words(sure)
    assert "Chỉ thị 17-CT/TU" in said(desk.press_label(sure, "Giữ lại", CLERK))
    assert len(desk.office.store.directives()) == 9
    done = desk.press_label(sure, "Rút", CLERK)
    assert "Đã rút 17-CT/TU" in said(done)
    assert "17-CT/TU" not in [d.number for d in desk.office.store.directives()]
    assert desk.index.revision == desk.office.store.revision()
    entry = desk.office.audit.entries(1)[0]
    assert (entry.action, entry.person, entry.subject) == ("directive.withdrawn", CLERK, "17-CT/TU")
    assert desk.press_label(sure, "Rút", CLERK) == (Toast(desk.texts("list.gone"), alert=True),)


@pytest.mark.parametrize("area", ["vw:{}:0", "vx:{}", "va:{}:0:0", "vt:{}:0:0:1", "vl:{}:0"])
def test_only_clerks_and_only_in_private_change_a_directive(desk, area):
    data = "v1:" + area.format(token_of(desk, "17-CT/TU"))
    desk.bind(GROUP, desk.health.id)
    assert desk.press(data, BINH) == (Toast(desk.texts("access.role"), alert=True),)
    assert desk.press(data, CLERK, chat=GROUP) == (Toast(desk.texts("access.private_only"), alert=True),)
    assert len(desk.office.store.directives()) == 9
    page = first(desk.press(f"v1:vp:{token_of(desk, '17-CT/TU')}:0", CLERK, chat=GROUP))
    assert "Rút" not in str(labels(page))


def test_an_audience_is_chosen_unit_by_unit_and_never_emptied_by_accident(desk):
    token = token_of(desk, "17-CT/TU")
    screen = first(desk.press(f"v1:va:{token}:0:0", CLERK))
    assert desk.texts("directives.for_all") in words(screen)
    screen = first(desk.press_label(screen, f"☐ {HEALTH}", CLERK))
    assert desk.press(f"v1:vp:{token}:0", CHI) == (Toast(desk.texts("list.gone"), alert=True),)
    assert desk.press_label(screen, f"☑ {HEALTH}", CLERK) == (
        Toast(desk.texts("directives.audience_last"), alert=True),
    )
    screen = first(desk.press_label(screen, "☐ Sở Tài chính", CLERK))
    screen = first(desk.press_label(screen, f"☑ {HEALTH}", CLERK))
    assert isinstance(desk.press(f"v1:vp:{token}:0", BINH)[0], Toast)
    page = first(desk.press_label(screen, "Cho mọi đơn vị", CLERK))
    assert f"{desk.texts('directives.audience')}: {desk.texts('directives.for_all')}" in words(page)
    assert isinstance(desk.press(f"v1:vp:{token}:0", BINH)[0], Turn)
    assert [e.action for e in desk.office.audit.entries(4)] == ["directive.audience"] * 4
    assert desk.office.audit.entries(1)[0].detail["from"] == ["Sở Tài chính"]


def test_a_unit_removed_meanwhile_is_an_old_button(desk):
    assert isinstance(desk.press(f"v1:vt:{token_of(desk, '17-CT/TU')}:0:0:9999", CLERK)[0], Toast)


# ---- whatever stands in a directive or on a button


@pytest.mark.sqlite_only("a minute of composing messages; the lists around it run again")
def test_pages_of_monstrous_rows_stay_one_message(desk):
    long = "rất dài và còn dài hơn nữa " * 120
    many = tuple(f"Ban Quản lý dự án số {n} {long}" for n in range(40))
    clause = Clause("I.1", "1", "Việc", long, None, "item", (long,))
    task = Task("I.1", long, long, (HEALTH, *many), many, date(2026, 5, 1), long, None, None, many, many, long)
    target = Target(
        "I.1", long, long, ">=", 1.0, unit=long, due=date(2026, 5, 1), scope=long, baseline=long, cadence=long
    )
    cites = tuple(CitedDirective(f"{n}/NQ {long}", None, None, None, None, "implements") for n in range(30))
    meta = Metadata(number="7/KH-UBND", title=long, issuer=long, signer=long, place=long[:100], cites=cites)
    desk.put(Directive(Source("7"), meta, (clause,), (target,), (task,)))
    stored = next(t for t in desk.office.store.tasks() if t.action == long)
    goal = next(t for t in desk.office.store.targets() if t.indicator == long)
    desk.office.progress.mark(Mark(stored.id, desk.health.id, "doing", "x" * 500, BINH, desk.clock.now()))
    token = token_of(desk, "7/KH-UBND")
    for n in range(60):
        desk.office.people.add_unit(f"Đơn vị có cái tên dài thứ {n} của tỉnh Hòa Sơn")
    desk.office.visibility.set_audience(
        next(d.key for d in desk.office.store.directives() if d.number == "7/KH-UBND"),
        [u.id for u in desk.office.people.units()],
    )
    for data in (f"tt:{stored.id}:0:tl_a.aaa_0", f"kp:{goal.id}:kl_-.-.-.-_0", f"vp:{token}:0", f"vw:{token}:0", f"va:{token}:0:0",
                 f"tl:d{token}.aaa:0", f"kl:{token}.-.-.-:0", f"hn:ua.{token}:0"):  # fmt: skip
        screen = first(desk.press(f"v1:{data}", OWNER))
        assert units(plain(screen.blocks)) < TEXT_LIMIT, data
    picture, _ = desk.press(f"v1:hp:ua.{token}:0:0", BINH)
    assert len(picture.caption) <= 1024
    for kind in "tc":
        assert attached(desk.press(f"v1:xt:{kind}:a", BINH)).content


PARTS = st.one_of(
    st.sampled_from(["0", "-1", "7", "9" * 30, "", "a", "u1.aaa", "a.aaa", "q1.aaa", "d00000000.aaa", "-.-.-.-", "-.2030.-.-",
                     "ua", "wm", "om", "task-0123456789ab", "t", "x", "m", "c", "tl_a.aaa_0", "_", "zz_", "d", "y", "p"]),
    st.text("abcdefgt0123456789._-", max_size=12),
)  # fmt: skip


def test_no_data_on_a_button_makes_the_desk_fall_over(desk):
    @settings(max_examples=120, deadline=None, database=None)
    @given(st.sampled_from(sorted(OURS | {"tm", "tn", "td", "vx"})), st.lists(PARTS, max_size=5))
    def pressed(area: str, arguments: list[str]) -> None:
        data = ":".join(["v1", area, *arguments])
        for person in (BINH, CLERK):
            assert desk.press(data, person)

    pressed()
