"""Files of a generation that are too large to hold: mapped into memory, and the disk told early of what is read next."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_NEAR = 2 * mmap.PAGESIZE  # what lies so close together is read in one go


def mapped(path: Path) -> mmap.mmap:
    """A file that is not empty, brought into memory page by page as it is read; what lies beside does not come along."""
    with path.open("rb") as file:
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    pages.madvise(mmap.MADV_RANDOM)
    return pages


def about_to_read(pages: mmap.mmap, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
    """Tells the disk of all these stretches of bytes before the first of them is waited for. Both arrays ascend."""
    if not len(starts):
        return
    first = starts // mmap.PAGESIZE * mmap.PAGESIZE
    apart = np.flatnonzero(first[1:] > ends[:-1] + _NEAR)
    begins, stops = first[np.append(0, apart + 1)], ends[np.append(apart, len(ends) - 1)]
    for begin, stop in zip(begins.tolist(), stops.tolist(), strict=True):
        pages.madvise(mmap.MADV_WILLNEED, begin, stop - begin)
