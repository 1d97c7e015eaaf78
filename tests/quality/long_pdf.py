"""What long PDFs cost: `python -m tests.quality.long_pdf [--pages 30 300] [--ingest HOME]` makes them and reads them.

Prints pages, seconds of opening, seconds of outline and extraction, and the most memory that the child held. With a home
whose model is unpacked, each is also loaded by `chidao ingest` into a fresh copy of that home (its models only): seconds on
the clock and of processor time, embedding included, and the most memory that the program and its child held.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus.samples
from corpus.bench_reading import grown_directive
from corpus.readers import read_source
from corpus.reading import read_text
from corpus.sandbox import pool
from tests.integration.directive_formats import as_pdf

BYTES_A_PAGE = 2400


def made(pages: int, folder: Path) -> Path:
    """A PDF of about so many pages."""
    samples = Path(next(iter(corpus.samples.__path__)))
    sample = next(path for path in sorted(samples.iterdir()) if path.suffix == ".txt").read_text(encoding="utf-8")
    file = folder / f"{pages}.pdf"
    file.write_bytes(as_pdf(grown_directive(sample, pages * BYTES_A_PAGE)))
    return file


def measure(file: Path) -> dict[str, float]:
    """What opening it and reading it cost."""
    pool.close_children()
    told: list[int] = []
    began = time.perf_counter()
    source = read_source(file, lambda done, _: told.append(done))
    opened = time.perf_counter() - began
    began = time.process_time()
    clauses = sum(len(directive.clauses) for directive in read_text(source))
    (child,) = pool._idle
    return {
        "pages": told[-1],
        "opening_s": round(opened, 2),
        "extraction_cpu_s": round(time.process_time() - began, 2),
        "child_mb": round(child.resident / 1e6),
        "clauses": clauses,
    }


def ingested(file: Path, model_home: Path, folder: Path) -> dict[str, float]:
    """What `chidao ingest` of it costs, from an empty store to search."""
    home = folder / f"home-{file.stem}"
    shutil.copytree(model_home / "models", home / "models")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    program = subprocess.Popen([sys.executable, "-m", "bot", "ingest", str(file)], env=os.environ | {"CHIDAO_HOME": str(home)},
                               stdout=subprocess.DEVNULL)  # fmt: skip
    most = {"program_mb": 0, "child_mb": 0}
    while program.poll() is None:
        most["program_mb"] = max(most["program_mb"], _most_held(program.pid))
        most["child_mb"] = max(most["child_mb"], *(_most_held(child) for child in _children(program.pid)), 0)
        time.sleep(0.2)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return {"exit": program.returncode, "ingest_s": round(time.perf_counter() - began, 1), "cpu_s": round(processor, 1), **most}


def _most_held(process: int) -> int:
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace"))
    except OSError:
        return 0
    return int(found[1]) // 1000 if found else 0


def _children(process: int) -> list[int]:
    try:
        tasks = [path.read_text() for path in Path(f"/proc/{process}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for task in tasks for child in task.split()]


def main() -> None:
    """Prints a line of figures for each length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs="+", default=[30, 300])
    parser.add_argument("--ingest", type=Path, metavar="HOME")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for number in options.pages:
            file = made(number, Path(scratch))
            print(measure(file) | (ingested(file, options.ingest, Path(scratch)) if options.ingest else {}), flush=True)


if __name__ == "__main__":
    main()
