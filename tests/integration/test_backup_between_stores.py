"""A backup taken while people work comes back whole on either database: an office may grow out of SQLite, or move back."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Self

import pytest

from bot import backup_database
from bot.backup import backup, restore
from bot.composition import Composition
from bot.settings import Settings
from corpus.row_copy import copy_rows
from corpus.store import Store
from corpus.store_engine import create
from corpus.store_writing import IncomingFile
from tests.integration.clerk_desk import ClerkDesk
from tests.integration.directive_files import directive
from tests.integration.front_desk import HandClock
from tests.integration.lived_in import BINH, Rows, fill_empty_tables, live, remind, rows_in, rows_of
from tests.integration.test_reminders import store_tasks, task
from tests.stores import STORES, store_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.sqlite_only("chooses its databases itself, whatever the run is on")
NOW = datetime(2025, 4, 1, 3, tzinfo=UTC)
LEFT_OUT = ("index_generation", "index_file", "pace", "inbox", "passage_vector")
WAYS = list(itertools.product(STORES, STORES))


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_every_row_and_file_of_an_office_comes_back(tmp_path: Path, source: str, target: str) -> None:
    home, new = tmp_path / "home", tmp_path / "new"
    url, into = store_url(home, on=source), store_url(new, on=target)
    desk = live(home)
    search_over(home, url)
    with desk.store.database.writing() as connection:
        fill_empty_tables(connection)
    before = rows_of(url)
    assert all(before.values())
    backup(home, url, tmp_path / "b.zip", NOW)
    restored = restore(new, into, tmp_path / "b.zip")
    assert restored.directives == len(before["directive"])
    back = rows_of(into)
    moved = {f.path for f in desk.store.files()} - {row["path"] for row in back["file"]}
    assert all("library" in path for path in moved)  # they stand in the new home now
    for rows in (before, back):
        for name in LEFT_OUT:
            rows.pop(name)
        rows["file"] = [row | {"path": row["path"].rpartition("/")[2]} for row in rows["file"]]
    assert back == before
    assert search_over(new, into) == search_over(home, url) != []
    for folder in ("library", "uploads"):
        assert files_in(new / folder) == files_in(home / folder) != {}
    works_on(new, desk, into)
    desk.store.close()


def files_in(folder: Path) -> dict[str, bytes]:
    """What stands in a folder and those in it."""
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def search_over(home: Path, url: str) -> list[tuple[str, str, float]]:
    """What search finds, with an index brought in step and the embedder that needs no model."""
    settings = Settings(_env_file=None, home=home, database_url=url, embedding="hash")
    app = Composition(settings, clock=HandClock())
    found = [
        (hit.directive, hit.path, round(hit.score, 4))
        for query in ("rà soát hồ sơ lưu trữ", "trình đề án", "65%")
        for hit in app.service.search(query, 5)
    ]
    app.store.close()
    return found


def works_on(new: Path, desk: ClerkDesk, url: str) -> None:
    """New rows are numbered after the old ones; whoever was to be reminded still is; an upload that waited can be settled."""
    again = ClerkDesk(new, first=False)
    again.clock.moment = desk.clock.moment
    assert Counter((chat, text) for chat, _, text in remind(again)) == Counter((c, t) for c, _, t in remind(desk))
    assert again.asking("Ai chủ trì?", BINH).number > max(row["id"] for row in rows_of(url)["asked"]) - 1
    again.admit(900, "officer", "Sở mới")
    (file,) = [f for f in again.store.files() if "library" in f.path]
    assert file.exists()
    again.store.close()


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_a_backup_taken_under_load_is_of_one_moment(
    tmp_path: Path, source: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, new = tmp_path / "home", tmp_path / "new"
    url, into = store_url(home, on=source), store_url(new, on=target)
    desk = live(home)
    days = (date(2025, 4, 10) + timedelta(days=2 * n) for n in range(120))  # there is always somebody to remind
    store_tasks(desk.store, *(task(f"Việc thứ {n}", day) for n, day in enumerate(days)), name="88")
    seen: list[Rows] = []

    def watched(one, two, **how) -> dict[str, int]:
        copied = copy_rows(one, two, **how)
        seen.append(rows_in(one, LEFT_OUT))  # in the very transaction that was copied
        return copied

    monkeypatch.setattr(backup_database.row_copy, "copy_rows", watched)
    with Load(desk) as load:
        load.wait_for(3)
        at_least = load.done()
        backup(home, url, tmp_path / "b.zip", NOW)
        at_most = load.begun()
        load.wait_for(5)
    monkeypatch.undo()
    restore(new, into, tmp_path / "b.zip")
    back = rows_of(into, LEFT_OUT)
    if source == "postgresql":
        files = [row | {"path": ""} for row in back["file"]]
        assert files == [row | {"path": ""} for row in seen[0]["file"]]
        assert {n: rows for n, rows in back.items() if n != "file"} == {n: r for n, r in seen[0].items() if n != "file"}
    for kind, numbers in load.numbers_in(back).items():
        assert numbers == list(range(len(numbers))), f"{kind}: a later one is there and an earlier one is not"
        assert at_least[kind] <= len(numbers) <= at_most[kind], kind
    with Store.open(into) as store:
        assert store.revision().startswith(f"{back['revision'][0]['counter']}-")
        assert len(store.clauses()) == len(back["clause"])
    pending = {row["id"]: row["due_at"] for row in back["delivery"] if row["state"] == "pending"}
    assert pending
    assert pending.keys() <= {row["delivery_id"] for row in back["reminder_item"]}
    assert search_over(new, into)
    works = ClerkDesk(new, first=False)
    works.clock.moment = datetime.fromisoformat(min(pending.values())) - timedelta(days=1)
    assert remind(works)  # on the next day
    works.store.close()
    desk.store.close()


class Load:
    """Threads that store directives, admit people, ask, and plan and send reminders, each thing with a number."""

    def __init__(self, desk: ClerkDesk) -> None:
        self._desk = desk
        self._stop = threading.Event()
        self._begun: Counter[str] = Counter()
        self._done: Counter[str] = Counter()
        self._failures: list[BaseException] = []
        acts = {"directives": self._store, "people": self._admit, "questions": self._ask, "reminders": self._remind}
        self._threads = [threading.Thread(target=self._repeat, args=act) for act in acts.items()]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        assert self._failures == []

    def done(self) -> Counter[str]:
        """How many of each are finished."""
        return Counter(self._done)

    def begun(self) -> Counter[str]:
        """How many of each have been begun."""
        return Counter(self._begun)

    def wait_for(self, more: int) -> None:
        """Until so many more of each are finished."""
        target = {kind: self._done[kind] + more for kind in ("directives", "people", "questions")}
        while not self._failures and any(self._done[kind] < number for kind, number in target.items()):
            threading.Event().wait(0.01)

    def numbers_in(self, rows: Rows) -> dict[str, list[int]]:
        """The numbers of what was done that stand in these rows."""
        return {
            "directives": sorted(int(row["name"][2:-4]) for row in rows["file"] if row["name"].startswith("t-")),
            "people": sorted(row["id"] - 10_000 for row in rows["person"] if row["id"] >= 10_000),
            "questions": sorted(int(row["text"].split()[-1]) for row in rows["asked"] if row["text"].startswith("Câu số")),
        }

    def _repeat(self, kind: str, act: Callable[[int], object]) -> None:
        number = 0
        while not self._stop.is_set():
            self._begun[kind] += 1
            try:
                act(number)
            except BaseException as error:  # noqa: BLE001 - handed to the main thread
                self._failures.append(error)
                return
            self._done[kind] += 1
            number += 1

    def _store(self, number: int) -> None:
        file = IncomingFile(f"/tai/t-{number}.txt", f"tai{number}", "r")
        self._desk.store.put(file, [directive(f"{1000 + number}-KH/TU", f"việc thứ {number}")])

    def _admit(self, number: int) -> None:
        self._desk.admit(10_000 + number, "officer", "Sở Nội vụ")

    def _ask(self, number: int) -> None:
        place = self._desk.place(BINH)
        self._desk.office.questions.ask(place, BINH, f"Câu số {number}", previous=None, now=NOW, message=5000 + number)

    def _remind(self, number: int) -> None:
        remind(self._desk)


def test_a_backup_from_an_older_program_comes_back_in_postgresql(tmp_path: Path, postgres_url: str) -> None:
    from corpus.store_engine import default_url, migrate

    home = tmp_path / "home"
    engine = create(default_url(home))
    migrate(engine, "0005")
    with engine.begin() as connection:
        fill_empty_tables(connection)
        before = rows_in(connection)
    engine.dispose()
    backup(home, default_url(home), tmp_path / "b.zip", NOW)
    restore(tmp_path / "new", postgres_url, tmp_path / "b.zip")
    back = rows_of(postgres_url)
    assert all(len(back[name]) == len(rows) for name, rows in before.items())


def test_a_restore_that_fails_half_way_leaves_postgresql_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, url = tmp_path / "home", store_url(tmp_path / "home", on="postgresql")
    live(home).store.close()
    before = rows_of(url)
    backup(home, url, tmp_path / "b.zip", NOW)

    def fall(_: object) -> None:
        raise OSError("the power goes")

    monkeypatch.setattr(backup_database.row_copy, "count_on", fall)
    with pytest.raises(Exception, match="the power goes"):
        restore(home, url, tmp_path / "b.zip", force=True)
    assert rows_of(url) == before
