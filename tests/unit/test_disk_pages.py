"""The disk is told of everything that is read next, and of no more than lies close by."""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.disk_pages import about_to_read


@dataclass
class Told:
    """Stands for mapped pages and keeps what it is told."""

    stretches: list[tuple[int, int]] = field(default_factory=list)

    def madvise(self, advice: int, start: int, length: int) -> None:
        assert advice == mmap.MADV_WILLNEED
        assert start % mmap.PAGESIZE == 0
        self.stretches.append((start, start + length))


@given(st.lists(st.tuples(st.integers(0, 200_000), st.integers(1, 9_000)), max_size=40))
def test_every_stretch_is_told_once_and_little_else(wanted: list[tuple[int, int]]) -> None:
    starts = np.cumsum([gap for gap, _ in wanted]) + np.cumsum([0, *(length for _, length in wanted)])[: len(wanted)]
    ends = starts + np.array([length for _, length in wanted], dtype=np.int64)
    pages = Told()
    about_to_read(cast("Any", pages), starts.astype(np.int64), ends.astype(np.int64))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        assert sum(first <= start and end <= last for first, last in pages.stretches) >= 1
    assert pages.stretches == sorted(pages.stretches)
    told = sum(last - first for first, last in pages.stretches)
    assert told <= int((ends - starts).sum()) + 4 * mmap.PAGESIZE * len(wanted)


def test_neighbours_are_told_together() -> None:
    pages = Told()
    starts = np.array([0, 1_000, 5_000, 900_000], dtype=np.int64)
    about_to_read(cast("Any", pages), starts, starts + 1_000)
    assert len(pages.stretches) == 2
