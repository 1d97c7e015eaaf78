"""Where a test's store stands: SQLite in its home, or with `--store=postgresql` a database of its own on one server.

A test asks `store_url(home)` for the address, or opens a desk that does (`FrontDesk`, `ClerkDesk`, `ListDesk`, the
command line's `home`): the same home is the same database, so that a desk opened again finds what it left. Plain
`pytest` runs on SQLite; `pytest --store=postgresql` (or CHIDAO_TEST_STORE=postgresql) takes the tests in
`tests/integration` once more, without those marked `sqlite_only`, those that choose their databases themselves, and `NOT_AGAIN`.
"""

from __future__ import annotations

import itertools
import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url

import bot.office.tables
import bot.reminders.tables  # noqa: F401 - the store is migrated with the tables of all
from corpus.store import Store
from corpus.store_engine import default_url
from tests.postgres import ABSENT, create_database, drop_database, is_installed, postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORES = ("sqlite", "postgresql")
VARIABLE = "CHIDAO_TEST_STORE"
NOT_AGAIN = {
    "test_bundled_model": "opens no store",
    "test_deploy_*": "opens no store",
    "test_generation_crash": "opens no store",
    "test_hostile_files": "opens no store",
    "test_loading_photos*": "recognises photographs, which is slow; test_loading runs again",
    "test_readers_*": "opens no store",
    "test_secret_files": "refused before any store is asked",
    "test_reminder_year": "a quarter of a year, simulated: minutes; test_reminders and test_reminder_races run again",
}
"""Modules of `tests/integration` that are not run again on PostgreSQL, and why."""


@dataclass
class Servers:
    """The one server of a run, started when it is first needed, and the databases on it by the home they stand for."""

    url: str | None = None
    template: str | None = None
    databases: dict[Path, str] = field(default_factory=dict)
    made: int = 0
    _running: ExitStack = field(default_factory=ExitStack)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def start(self) -> str:
        """The server's URL."""
        if not is_installed():
            pytest.skip(ABSENT)
        if self.url is None:
            self.url = self._running.enter_context(postgres_server(small=True))
        return self.url

    def stop(self) -> None:
        """Ends the server; its databases go with it."""
        self._running.close()
        self.url = self.template = None

    def database(self, *, like: str | None = None) -> str:
        """The URL of a new database with the program's tables, or with everything that `like` holds."""
        server = self.start()
        if self.template is None:
            self.template = create_database(server, "chidao_migrated")
            Store.open(self.template).close()
        self.made += 1
        return create_database(server, f"test{next(self._numbers)}", make_url(like or self.template).database)

    def drop(self, homes: set[Path]) -> None:
        """Drops the databases of these homes."""
        for home in homes:
            drop_database(self.start(), make_url(self.databases.pop(home)).database)


servers = Servers()
_TOLD = "databases"
_chosen = os.environ.pop(VARIABLE, "") or "sqlite"  # popped: the program refuses settings it does not know


def runs_on(store: str) -> bool:
    """Whether this run's tests open their stores on `sqlite` or on `postgresql`."""
    return _chosen == store


def store_url(home: Path, on: str | None = None) -> str:
    """The address of the store that belongs to `home`; on PostgreSQL it is made, with its tables, when first asked for.

    `on` makes it SQLite or PostgreSQL whatever the run is on; it stays so for this home.
    """
    where = home.absolute()
    if where not in servers.databases and (on or _chosen) == "postgresql":
        servers.databases[where] = servers.database()
    return servers.databases.get(where) or default_url(home)


def copied_home(source: Path, home: Path) -> Path:
    """A home with all that `source` holds, its store included; nobody may have that one open."""
    shutil.copytree(source, home, dirs_exist_ok=True)
    if source.absolute() in servers.databases:
        servers.databases[home.absolute()] = servers.database(like=servers.databases[source.absolute()])
    return home


# ---- hooks and fixtures, which tests/conftest.py takes over


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--store`."""
    parser.addoption("--store", choices=STORES, default=_chosen, help="the database that the integration tests run on")


def pytest_configure(config: pytest.Config) -> None:
    """Takes the choice; without what PostgreSQL needs there is nothing to run."""
    global _chosen  # noqa: PLW0603 - one choice for the whole run, also for desks that are no fixtures
    _chosen = config.getoption("--store")
    config.addinivalue_line("markers", "sqlite_only(reason): not run again with --store=postgresql")
    if _chosen not in STORES:
        raise pytest.UsageError(f"{VARIABLE} must be one of {', '.join(STORES)}")
    if _chosen == "postgresql" and not is_installed():
        raise pytest.UsageError(f"--store=postgresql: {ABSENT}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --store=postgresql, only what would show something new."""
    if _chosen == "sqlite":
        return
    kept, left = [], []
    for item in items:
        again = item.path.parent.name == "integration" and not any(fnmatch(item.path.stem, name) for name in NOT_AGAIN)
        once = item.get_closest_marker("sqlite_only") or {"both_stores", "postgres_url"} & set(item.fixturenames)
        (kept if again and not once else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of pytest-xdist tells the run how many databases it used."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_TOLD] = servers.made


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """What such a process told."""
    servers.made += getattr(node, "workeroutput", {}).get(_TOLD, 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many databases were used, so that a run on PostgreSQL that used none is seen."""
    if servers.made:
        terminalreporter.write_line(f"PostgreSQL: {servers.made} databases, on one server for each process of the tests")


def pytest_unconfigure() -> None:
    """No server outlives the run."""
    servers.stop()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The URL of an empty PostgreSQL database of one's own, whatever the run is on."""
    url = create_database(servers.start(), f"own{next(servers._numbers)}")
    yield url
    drop_database(servers.start(), make_url(url).database)


@pytest.fixture(params=STORES)
def both_stores(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once on SQLite and once on PostgreSQL, whatever the run is on."""
    if request.param == "sqlite":
        return default_url(tmp_path)
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(autouse=True)
def _databases_end_with_the_test() -> Iterator[None]:
    """Drops what the test made; what a wider fixture made stays."""
    before = set(servers.databases)
    yield
    if servers.databases:
        servers.drop(set(servers.databases) - before)
