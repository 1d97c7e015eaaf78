"""What several workers do to the same thing at the same moment ends as if they had taken turns, on either database."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest

from bot.office.people import Newcomer
from bot.office.progress import Mark
from bot.reminders.silence import Silence
from bot.reminders.wishes import WishBook
from corpus.errors import StoreError
from corpus.store import Store
from corpus.store_engine import create
from corpus.store_writing import IncomingFile
from tests.integration.directive_files import directive
from tests.integration.front_desk import AN, GROUP, OWNER, FrontDesk
from tests.postgres import drop_database
from tests.stores import STORES, servers, store_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.sqlite_only("chooses its databases itself, whatever the run is on")
AT_ONCE = 6


@pytest.fixture(params=STORES)
def front(request: pytest.FixtureRequest, tmp_path: Path) -> FrontDesk:
    store_url(tmp_path, on=request.param)
    return FrontDesk(tmp_path)


def together(act: Callable[[int], object]) -> list[object]:
    """What each of several threads gets that do the same at the same moment."""
    ready, results, failures = threading.Barrier(AT_ONCE), [], []

    def once(number: int) -> None:
        ready.wait(30)
        try:
            results.append(act(number))
        except BaseException as error:  # noqa: BLE001 - handed to the main thread
            failures.append(error)

    threads = [threading.Thread(target=once, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    return results


def test_the_same_row_is_made_once(front: FrontDesk) -> None:
    office, now = front.office, front.clock.now()
    (unit,) = {u.id: u for u in together(lambda _: office.people.add_unit("Sở Nội vụ"))}.values()
    place, group = front.place(AN), front.place(OWNER, GROUP)
    together(lambda n: office.groups.seen(GROUP, f"Nhóm {n}", now))
    together(lambda _: office.groups.bind(group, "Nhóm", unit.id, OWNER, now))
    together(lambda n: office.expected.expect(place, AN, "kind", {"n": n}, now))
    together(lambda _: office.progress.mark(Mark("task", unit.id, "done", None, AN, now)))
    together(lambda _: office.people.join(Newcomer(AN, "An"), unit.id, now))
    together(lambda _: office.people.known(Newcomer(OWNER, "Chủ"), now))
    assert len(set(together(lambda _: office.questions.ask(place, AN, "q", previous=None, now=now, message=5)))) == 1
    (number,) = {q.id for q in office.questions.newest(9)}
    together(lambda n: office.questions.rate(number, AN, bool(n % 2), now))
    assert sum(r is not None for r in together(lambda _: office.people.request(Newcomer(500, "Lạ"), now))) == 1
    silence, wishes = Silence(front.app.store.database), WishBook(front.app.store.database)
    together(lambda _: silence.mute(place, "task"))
    assert sum(bool(watched) for watched in together(lambda _: silence.watch(place, "task", AN))) == 1
    together(lambda n: wishes.change(place, reminders=bool(n % 2)))
    together(lambda _: front.app.store.set_meta("name", "value"))
    front.app.store.close()


def test_an_invitation_admits_one_of_all_who_open_it_at_once(front: FrontDesk) -> None:
    secret = front.office.people.invite("officer", None, OWNER, front.clock.now())
    admitted = together(lambda n: front.office.people.accept(secret, Newcomer(600 + n, "Người"), front.clock.now()))
    assert sum(person is not None for person in admitted) == 1
    front.app.store.close()


def test_directives_stored_at_once_are_all_counted_and_one_of_the_same_content_is_stored_once(front: FrontDesk) -> None:
    store = front.app.store
    together(lambda n: store.put(IncomingFile(f"/{n}.txt", f"h{n}", "r"), [directive(f"{n}-KH/TU", f"việc {n}")]))
    together(lambda _: store.put(IncomingFile("/0.txt", "h0", "r"), [directive("0-KH/TU", "việc 0")]))
    assert len(store.directives()) == AT_ONCE
    assert store.revision().startswith(f"{2 * AT_ONCE}-")
    store.close()


def test_a_unit_is_not_removed_under_the_directive_that_is_just_given_to_it(front: FrontDesk) -> None:
    """Without its audience the directive would be for all."""
    office = front.office
    for _ in range(3):
        unit = office.people.add_unit("Sở Nội vụ")

        def act(n: int, unit: int = unit.id) -> object:
            if n:
                return office.people.remove_unit(unit)
            try:
                return office.visibility.set_audience("key", [unit])
            except StoreError:  # it was removed before: whoever gives is told
                return "refused"

        results = together(act)
        assert ("refused" in results) != (office.visibility.audience("key") == ("Sở Nội vụ",))
        office.visibility.set_audience("key", [])
        office.people.remove_unit(unit.id)
    front.app.store.close()


def test_a_read_sees_one_moment_however_many_queries_it_makes(front: FrontDesk) -> None:
    from sqlalchemy import func, select

    from bot.office.tables import unit

    count = select(func.count()).select_from(unit)
    with front.app.store.database.reading() as connection:
        before = connection.execute(count).scalar()
        thread = threading.Thread(target=front.office.people.add_unit, args=("Sở mới",))
        thread.start()
        thread.join()
        assert connection.execute(count).scalar() == before
    front.app.store.close()


# ---- the address of PostgreSQL


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_usual_spelling_of_the_address_works(postgres_url: str, scheme: str) -> None:
    with Store.open(postgres_url.replace("postgresql+psycopg", scheme, 1)) as store:
        assert store.revision() == "0-empty"


def test_without_the_driver_one_sentence_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"chidao\[postgresql\]") as caught:
        create("postgresql://host/name")
    assert "\n" not in str(caught.value)


def test_a_database_that_cannot_hold_vietnamese_is_refused_in_one_sentence() -> None:
    from sqlalchemy import create_engine, make_url, text

    server = servers.start()
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'"))
    admin.dispose()
    try:
        url = make_url(server).set(database="ascii").render_as_string(hide_password=False)
        with pytest.raises(StoreError, match="UTF8") as caught:
            Store.open(url)
        assert "\n" not in str(caught.value)
    finally:
        drop_database(server, "ascii")


def test_ids_beyond_four_bytes_and_names_with_marks_are_kept(tmp_path: Path) -> None:
    store_url(tmp_path, on="postgresql")
    front = FrontDesk(tmp_path)
    large = 2**52 - 1
    front.admit(large, "officer", "Sở Giáo dục và Đào tạo Đắk Nông")
    front.office.groups.seen(-large, "Nhóm Ủy ban", front.clock.now())
    assert [p.id for p in front.office.people.everyone() if p.id > 10**9] == [large]
    assert [g.chat for g in front.office.groups.groups()] == [-large]
    front.app.store.close()
