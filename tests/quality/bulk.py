"""Many files read on Ray: beside the plain way, with one worker and two, and after workers and drivers were killed.

`python -m tests.quality.bulk [FILES] [--each CLAUSES] [--turns N | --kills]` prints one line of JSON a run. Each comparison is on
clusters of its own, started by `ray start --head` and reached by their address. Embedding is the stand-in that needs no
model unless `--home FOLDER` gives a home with the bundled one unpacked.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.store import Store
from tests.quality.many_clauses import write_directives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
_SEED = 9
_STARTS_WITHIN = 120.0
_LOOKS_AGAIN = 0.5


@dataclass(frozen=True)
class Cluster:
    """A Ray cluster of one machine: its address, its first process, and what its clients need to be let in."""

    address: str
    head: subprocess.Popen[bytes]
    admission: dict[str, str]


@contextmanager
def cluster(workers: int) -> Iterator[Cluster]:
    """A cluster started by `ray start --head` with so many processors; it ends with the block and leaves nothing.

    Its token is one of its own: since Ray 2.59 `ray start` asks for one where the machine has one, and a client with an
    address shows none unless it is told to.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    admission = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHIDAO_", "RAY_"))}
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        said = Path(folder) / "said"
        command = [
            str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", f"--num-cpus={workers}", f"--port={port}",
            "--node-ip-address=127.0.0.1", "--include-dashboard=false", f"--temp-dir={folder}",
        ]  # fmt: skip
        with said.open("wb") as output:
            head = subprocess.Popen(
                command, env=clean | admission | {"PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"},
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        try:
            deadline = time.monotonic() + _STARTS_WITHIN
            while b"Ray runtime started" not in said.read_bytes():
                if head.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(said.read_text(encoding="utf-8", errors="replace"))
                time.sleep(0.25)
            yield Cluster(f"127.0.0.1:{port}", head, admission)
        finally:
            end(head)


def start(
    home: Path, folder: Path, *words: str, embedding: str, admission: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """`chidao ingest` as a session of its own; `admission` is what a cluster asks for."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHIDAO_", "RAY_"))}
    given = clean | (admission or {}) | {"CHIDAO_HOME": str(home), "CHIDAO_EMBEDDING": embedding, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "ingest", *words, str(folder), "--json"]
    return subprocess.Popen(
        command, env=given, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def members(process: subprocess.Popen[bytes]) -> list[tuple[int, bytes]]:
    """Every process of the run with its command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getsid(int(entry.name)) == process.pid:
                    found.append((int(entry.name), (entry / "cmdline").read_bytes()))
            except OSError:
                continue
    return found


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a run with everything it has started, and nothing else."""
    for pid, _ in members(process):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def stored(home: Path) -> int:
    """Files in the store of a home, which another process may just be making."""
    if not (home / "chidao.db").exists():
        return 0
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{home / 'chidao.db'}?mode=ro", uri=True)) as store:
        return int(store.execute("SELECT count(*) FROM file").fetchone()[0])
    return 0


def contents(home: Path) -> tuple[object, ...]:
    """What matters of a store, to be compared."""
    with Store.open(f"sqlite:///{home / 'chidao.db'}") as store:
        return (
            sorted((file.name, file.content_hash, file.directives) for file in store.files()),
            sorted((c.directive, c.path, c.text) for c in store.clauses()),
            sorted((t.id, t.quote) for t in store.targets()),
            sorted((t.id, t.quote) for t in store.tasks()),
        )


def processor_seconds(process: subprocess.Popen[bytes]) -> dict[int, float]:
    """Processor time that the living processes of the run have used, by number."""
    used = {}
    for pid, _ in members(process):
        with suppress(OSError):
            ticks = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
            used[pid] = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return used


def timed(home: Path, folder: Path, name: str, *words: str, embedding: str, on: Cluster | None = None) -> dict[str, float]:
    """One whole run into an empty home: seconds, and files a second between the first and the last stored.

    `processor_s` is what it took of the processors, its cluster's workers included.
    """
    before = processor_seconds(on.head) if on else {}
    used = dict(before)
    began, first, at_first = time.perf_counter(), 0.0, 0
    process = start(home, folder, *words, embedding=embedding, admission=on.admission if on else None)
    ended = (0, 0, None)
    try:
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            if not first and (at_first := stored(home)):
                first = time.perf_counter()
            used |= processor_seconds(on.head) if on else {}
            time.sleep(_LOOKS_AGAIN)
    finally:
        if not ended[0]:
            end(process)
    whole, steady = time.perf_counter() - began, time.perf_counter() - first
    process.returncode = os.waitstatus_to_exitcode(ended[1])
    files = stored(home)
    result = {
        "seconds": round(whole, 1),
        "files": files,
        "steady_files_s": round((files - at_first) / steady, 2),
        "processor_s": round(ended[2].ru_utime + ended[2].ru_stime + sum(used.values()) - sum(before.values()), 1),
    }
    print(json.dumps({"run": name, **result, "code": process.returncode}), flush=True)
    return result


def killed(home: Path, folder: Path, files: int, embedding: str) -> None:
    """Runs again and again, a worker killed in the middle of each run and the driver soon after, until all is stored."""
    chance = random.Random(_SEED)
    workers = drivers = 0
    for part in (0.2, 0.4, 0.6, 0.8):
        process = start(home, folder, "--ray", embedding=embedding)
        while process.poll() is None and stored(home) < part * files:
            time.sleep(0.5)
            if chance.random() < 0.05:
                readers = [pid for pid, command in members(process) if b"ray::_Worker" in command]
                if readers:
                    os.kill(chance.choice(readers), signal.SIGKILL)
                    workers += 1
        end(process)
        drivers += 1
    start(home, folder, "--ray", embedding=embedding).wait()
    print(json.dumps({"run": "killed", "workers_killed": workers, "drivers_killed": drivers, "files": stored(home)}), flush=True)


def compared(turn: int, home: Callable[[str], Path], folder: Path, embedding: str) -> None:
    """The plain way, one worker and two, one after another (every second turn the other way round), and their ratios."""
    runs: dict[int, dict[str, float]] = {}
    kept: dict[int, object] = {}
    for number in (0, 1, 2) if turn % 2 == 0 else (2, 1, 0):
        there = home(f"{turn}-{number}")
        if number:
            with cluster(number) as on:
                words = ("--ray", on.address)
                runs[number] = timed(there, folder, f"ray, {number}", *words, embedding=embedding, on=on)
        else:
            runs[number] = timed(there, folder, "plain", embedding=embedding)
        kept[number] = contents(there)
    whole = {n: run["seconds"] for n, run in runs.items()}
    steady = {n: run["steady_files_s"] for n, run in runs.items()}
    ratios = {
        "two_to_one": round(whole[1] / whole[2], 2),
        "two_to_plain": round(whole[0] / whole[2], 2),
        "one_to_plain": round(whole[0] / whole[1], 2),
        "steady_two_to_one": round(steady[2] / steady[1], 2),
        "steady_two_to_plain": round(steady[2] / steady[0], 2),
    }
    print(json.dumps({"turn": turn, "faster": ratios, "same_as_plain": kept[0] == kept[1] == kept[2]}), flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="?", type=int, default=5000)
    parser.add_argument("--each", type=int, default=12, help="clauses a file")
    parser.add_argument("--kills", action="store_true", help="only the killing")
    parser.add_argument("--turns", type=int, default=1, help="how often the three are compared")
    parser.add_argument("--home", type=Path, help="a home with the bundled model unpacked")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leaves no cluster behind
    embedding = "bundled" if given.home else "hash"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "files"
        write_directives(folder, given.files * given.each, given.each)

        def home(name: str) -> Path:
            there = Path(scratch) / name
            there.mkdir()
            if given.home:
                shutil.copytree(given.home / "models", there / "models")
            return there

        if given.kills:
            plain = home("plain")
            timed(plain, folder, "plain", embedding=embedding)
            there = home("killed")
            killed(there, folder, given.files, embedding)
            same = contents(there) == contents(plain)
            print(json.dumps({"same_as_plain": same}), flush=True)
            sys.exit(0 if same else 1)
        for turn in range(given.turns):
            compared(turn, home, folder, embedding)


if __name__ == "__main__":
    main()
