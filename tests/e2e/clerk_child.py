"""The bot as a child that stops for good in the middle of a clerk's file, to be killed there."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.sandbox import pool
from index import generations
from tests.e2e.worker_child import serve

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = {"reading": (pool._Child, "_line"), "publishing": (generations, "finish")}
"""The file is open in the child that reads it; a generation's files are written and its manifest is not."""


def serve_up_to(given: dict[str, str], log: str, *, step: str, scratch: str) -> None:
    """As `serve`; at `step` it stands still, and has made a file of that name in its home. An empty `step`: it never does.

    `scratch` is its folder for temporary files.
    """
    tempfile.tempdir = scratch
    if step:
        where, name = STEPS[step]
        setattr(where, name, _standing(Path(given["home"]) / step))
    serve(given, log)


def _standing(mark: Path) -> Callable[..., None]:
    def stand_still(*_given: object, **_rest: object) -> None:
        mark.touch()
        threading.Event().wait()

    return stand_still
