"""What storing one small file costs beside many directives: `python -m tests.quality.storing`, on SQLite and PostgreSQL.

Prints a line of JSON a store: for each number of directives the median of 25 files, in milliseconds on the clock and of this
process. Nothing is embedded; reading happens beforehand.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert

from corpus.models import DirectiveRow, FileRow, RevisionRow
from corpus.reading import read_file
from corpus.store import Store
from corpus.store_engine import default_url
from corpus.store_writing import IncomingFile
from tests.postgres import fresh_database, postgres_server
from tests.quality.many_clauses import write_directives

if TYPE_CHECKING:
    from corpus.records import Directive

SIZES = (100, 1000, 5000, 20_000)
FILES = 25
_EACH = 12


def stand_beside(store: Store, first: int, last: int) -> None:
    """Directives with those numbers, with nothing but a text."""
    with store.database.writing() as connection:
        files = [
            {"id": 10**8 + n, "path": f"/{n}.txt", "name": f"{n}.txt", "content_hash": f"{n:064}", "reading": "r", "manifest": {}}
            for n in range(first, last)
        ]
        connection.execute(insert(FileRow), files)
        held = [
            {
                "id": 10**8 + n, "file_id": 10**8 + n, "position": 0, "key": f"{n}-kh-ubnd-hoa-son-2025", "digest": f"{n:064}",
                "title": f"về việc thứ {n}", "recipients": [], "warnings": [], "text": "nội dung " * 400, "page_starts": [0],
            }
            for n in range(first, last)
        ]  # fmt: skip
        connection.execute(insert(DirectiveRow), held)
        connection.execute(delete(RevisionRow))  # the next change sums up anew


def measure(store: Store, read: list[Directive]) -> dict[int, dict[str, float]]:
    """Milliseconds of storing a file, by the number of directives beside it."""
    found, begin = {}, 0
    for size in SIZES:
        # SQLite numbers on from the highest id: the files stored so far keep clear of those to come.
        stand_beside(store, begin + size * 10**3, begin + size * 10**3 + size - begin)
        clock, own = [], []
        for n in range(FILES + 1):
            number = 10**7 + size * 100 + n
            directive = replace(read[n % len(read)], metadata=replace(read[n % len(read)].metadata, number=f"{number}/KH-UBND"))
            began, worked = time.perf_counter(), time.process_time()
            store.put(IncomingFile(f"/moi/{number}.txt", f"f{number:063}", "r"), [directive])
            clock.append(time.perf_counter() - began)
            own.append(time.process_time() - worked)
        begin = size
        medians = {"clock_ms": clock[1:], "own_ms": own[1:]}  # the first one summed everything up
        found[size] = {name: round(1000 * statistics.median(values), 1) for name, values in medians.items()}
    return found


def main() -> None:
    """Both stores."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        read = [d for path in write_directives(folder / "files", _EACH * 12, _EACH) for d in read_file(path)]
        server = stack.enter_context(postgres_server())
        urls = {"sqlite": default_url(folder), "postgresql": stack.enter_context(fresh_database(server, "storing"))}
        for name, url in urls.items():
            with Store.open(url) as store:
                print(json.dumps({"store": name, **measure(store, read)}), flush=True)


if __name__ == "__main__":
    main()
