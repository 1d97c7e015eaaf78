"""`python -m corpus.migrations`: shows, upgrades or downgrades the tables by hand; knows no settings but the address.

The address comes from `--url`, else from CHIDAO_DATABASE_URL or the file CHIDAO_DATABASE_URL_FILE names, else it is the
SQLite database in CHIDAO_HOME; these may stand in `.env`, as for `chidao`.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from dotenv import dotenv_values

from corpus import migrations
from corpus.errors import StoreError
from corpus.store_engine import as_store_error, create, current_version, default_url, migrate, serves_from


def main(arguments: list[str] | None = None) -> int:
    """Runs one of `current`, `upgrade [VERSION]`, `downgrade VERSION`; 0 when done, 2 with one line on stderr."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - not for --help

    given = _parser().parse_args(arguments)
    try:
        _run(given.what, getattr(given, "version", None), given.url or address())
    except (StoreError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except DBAPIError as error:
        print(as_store_error(error), file=sys.stderr)  # noqa: T201
        return 2
    return 0


def address() -> str:
    """The database of the settings."""
    settings = {n: v for given in (dotenv_values(".env"), os.environ) for n, v in given.items() if v}
    if file := settings.get("CHIDAO_DATABASE_URL_FILE"):
        return Path(file).read_text(encoding="utf-8").strip()
    return settings.get("CHIDAO_DATABASE_URL") or default_url(Path(settings.get("CHIDAO_HOME", ".chidao")))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m corpus.migrations", description=__doc__)
    parser.add_argument("--url", help="the database, instead of the one in the settings")
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("current", help="the version of the tables, the program's, and the oldest program served")
    up = commands.add_parser("upgrade", help="to a version, or to the program's own")
    up.add_argument("version", nargs="?", default=migrations.HEAD, choices=migrations.KNOWN)
    down = commands.add_parser("downgrade", help="to an older version; what newer tables hold is lost: back up first")
    down.add_argument("version", choices=migrations.KNOWN)
    return parser


def _run(what: str, version: str | None, url: str) -> None:
    engine = create(url)
    try:
        with engine.connect() as connection:
            present, oldest = current_version(connection), serves_from(connection)
        if version is not None:
            _refuse_the_wrong_way(what, present, version)
            migrate(engine, version)
            with engine.connect() as connection:
                present, oldest = current_version(connection), serves_from(connection)
        print(f"tables {present or '-'}, program {migrations.HEAD}, oldest program served {oldest or present or '-'}")  # noqa: T201
    finally:
        engine.dispose()


def _refuse_the_wrong_way(what: str, present: str | None, version: str) -> None:
    """Nobody who asks for an upgrade wants tables dropped."""
    if present is None or present not in migrations.KNOWN:
        return
    down = migrations.KNOWN.index(version) < migrations.KNOWN.index(present)
    if down and what == "upgrade":
        raise StoreError(f"Cơ sở dữ liệu đã ở phiên bản {present}; muốn về {version}, dùng lệnh downgrade.")
    if not down and version != present and what == "downgrade":
        raise StoreError(f"Cơ sở dữ liệu đang ở phiên bản {present}; muốn lên {version}, dùng lệnh upgrade.")


if __name__ == "__main__":
    sys.exit(main())
