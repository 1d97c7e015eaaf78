"""Many files read on Ray: beside the plain way, with one worker and two, and after workers and drivers were killed.

`python -m tests.quality.bulk [FILES] [--each CLAUSES] [--kills]` prints one line of JSON a run. Embedding is the stand-in that
needs no model unless `--home FOLDER` gives a home with the bundled one unpacked.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.store import Store
from tests.quality.many_clauses import write_directives

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
_SEED = 9


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """The address of a Ray cluster of one machine with so many processors; it ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    options = [f"--num-cpus={workers}", f"--port={port}", "--include-dashboard=false", "--node-ip-address=127.0.0.1"]
    head = subprocess.Popen(
        [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", *options],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        for _ in range(240):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.25)
        time.sleep(5)  # the port is open before the rest of it is there
        yield f"127.0.0.1:{port}"
    finally:
        for pid, _ in members(head):
            os.kill(pid, signal.SIGKILL)
        head.wait()


def start(home: Path, folder: Path, *words: str, embedding: str) -> subprocess.Popen[bytes]:
    """`chidao ingest` as a session of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHIDAO_", "RAY_"))}
    given = clean | {"CHIDAO_HOME": str(home), "CHIDAO_EMBEDDING": embedding, "PYTHONPATH": str(ROOT)}
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


def stored(home: Path) -> int:
    """Files in the store of a home."""
    if not (home / "chidao.db").exists():
        return 0
    with Store.open(f"sqlite:///{home / 'chidao.db'}") as store:
        return len(store.files())


def contents(home: Path) -> tuple[object, ...]:
    """What matters of a store, to be compared."""
    with Store.open(f"sqlite:///{home / 'chidao.db'}") as store:
        return (
            sorted((file.name, file.content_hash, file.directives) for file in store.files()),
            sorted((c.directive, c.path, c.text) for c in store.clauses()),
            sorted((t.id, t.quote) for t in store.targets()),
            sorted((t.id, t.quote) for t in store.tasks()),
        )


def timed(home: Path, folder: Path, name: str, *words: str, embedding: str) -> float:
    """Seconds of one whole run into an empty home."""
    began = time.perf_counter()
    process = start(home, folder, *words, embedding=embedding)
    process.wait()
    seconds = time.perf_counter() - began
    print(json.dumps({"run": name, "seconds": round(seconds, 1), "files": stored(home), "code": process.returncode}), flush=True)
    return seconds


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
        for pid, _ in members(process):
            os.kill(pid, signal.SIGKILL)
        process.wait()
        drivers += 1
    start(home, folder, "--ray", embedding=embedding).wait()
    print(json.dumps({"run": "killed", "workers_killed": workers, "drivers_killed": drivers, "files": stored(home)}), flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="?", type=int, default=5000)
    parser.add_argument("--each", type=int, default=12, help="clauses a file")
    parser.add_argument("--kills", action="store_true", help="only the killing")
    parser.add_argument("--home", type=Path, help="a home with the bundled model unpacked")
    given = parser.parse_args()
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

        plain = home("plain")
        alone = timed(plain, folder, "plain", embedding=embedding)
        if not given.kills:
            for number in (1, 2):
                with cluster(number) as address:
                    seconds = timed(
                        home(f"ray{number}"), folder, f"ray, {number}", "--ray", address, embedding=embedding
                    )
                print(json.dumps({"workers": number, "plain_to_ray": round(alone / seconds, 2)}), flush=True)
            return
        there = home("killed")
        killed(there, folder, given.files, embedding)
        same = contents(there) == contents(plain)
        print(json.dumps({"same_as_plain": same}), flush=True)
        sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
