"""What comes of scans: `python -m tests.quality.scans [--dpi 200] [NUMBER...]` prints and reads our samples and compares rows.

For each sample: share of its words read, and of its targets (values, dates) and tasks (dates, rounds) how many are right,
how many differ and are named in a doubt of their own, and how many differ unnamed. Seconds are of processor time.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from typing import TYPE_CHECKING

from corpus.readers import read_content
from corpus.reading import read_file, read_text
from tests.integration.directive_formats import as_scan
from tests.integration.test_readers_formats import SAMPLES, word_accuracy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.records import Directive, Target, Task

DOUBTS = ("Số đọc", "Chỗ có thể", "Bảng ở trang")
"""How the warnings begin that name single places; the others name whatever came from the scan."""


def compared(expected: Sequence[Directive], found: Sequence[Directive], kind: str) -> tuple[int, int, int]:
    """Rows of a kind that are right, that differ or miss and are named in a doubt, and that are not."""
    doubts = "\n".join(w for directive in found for w in directive.metadata.warnings if w.startswith(DOUBTS))
    read = Counter(told(row) for directive in found for row in getattr(directive, kind))
    right = named = unnamed = 0
    for row in (row for directive in expected for row in getattr(directive, kind)):
        if read[told(row)] > 0:
            read[told(row)] -= 1
            right += 1
        elif f"mục {row.path}" in doubts:
            named += 1
        else:
            unnamed += 1
    return right, named, unnamed


def told(row: Target | Task) -> tuple[object, ...]:
    """What of a row must be right: value, date and round."""
    names = ("op", "value", "value_max", "unit", "change", "due", "period", "recurrence", "recurs_before")
    return tuple(getattr(row, name, None) for name in names)


def main() -> None:
    """Reads the samples named by number, or all, and prints a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("samples", nargs="*")
    options = parser.parse_args()
    for sample in SAMPLES:
        if options.samples and sample.name[:2] not in options.samples:
            continue
        text = sample.read_text(encoding="utf-8")
        made = as_scan(text, options.dpi)
        began = _processor()
        source = read_content(made, ".pdf")
        seconds = _processor() - began
        expected, found = read_file(sample), read_text(source)
        print(
            f"{sample.name[:2]}  words {word_accuracy(text, source.text):.4f}  doubtful words {len(source.doubtful)}  "
            f"targets right/named/unnamed {'/'.join(map(str, compared(expected, found, 'targets')))}  "
            f"tasks {'/'.join(map(str, compared(expected, found, 'tasks')))}  "
            f"{seconds / len(source.page_starts):.1f} s a page",
            flush=True,
        )


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
