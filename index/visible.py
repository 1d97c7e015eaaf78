"""Which passages of a generation somebody may see: by row for searches in memory, by directive for a distant one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Visible:
    """`rows`, shape (passages,), is True for passages that may be seen; `directives` are the numbers of theirs, ascending."""

    rows: NDArray[np.bool_]
    directives: list[int]
