"""What opening long PDFs costs: `python -m tests.quality.long_pdf` makes one of 30 and one of 300 pages and reads them.

Prints pages, seconds of opening, seconds of outline and extraction, and the most memory that the child held.
"""

from __future__ import annotations

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


def measure(pages: int, folder: Path) -> dict[str, float]:
    """The figures for a PDF of about so many pages."""
    samples = Path(next(iter(corpus.samples.__path__)))
    sample = next(path for path in sorted(samples.iterdir()) if path.suffix == ".txt").read_text(encoding="utf-8")
    file = folder / f"{pages}.pdf"
    file.write_bytes(as_pdf(grown_directive(sample, pages * BYTES_A_PAGE)))
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


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for number in (30, 300):
            print(measure(number, Path(scratch)))
