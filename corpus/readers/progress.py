"""How a reader tells that it goes on: pages done and pages in all."""

from __future__ import annotations

from collections.abc import Callable

OnPage = Callable[[int, int], None]
